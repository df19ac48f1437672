"""An interview: one candidate, one question version, one framework, one clock."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, Sum

import rubrics
from interviews import flow, resolution
from rubrics import Target
from rubrics.models import FrameworkVersion, QuestionVersion, documents_of

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from interviews.models.exchange import ExchangeQuerySet
    from interviews.models.gold import GoldCopy
    from interviews.models.invitation import Invitation
    from interviews.models.review import Release, ReviewQuerySet
    from interviews.models.scorecard import Scorecard
    from interviews.models.second_opinion import SecondOpinionQuerySet
    from interviews.models.webhook import DeliveryQuerySet

# After this many failures the page says that it is late; it is tried again once an hour at least.
LATE_AFTER = 5


# A page's clock may be this much ahead of ours.
CLOCK_SLACK = timedelta(seconds=5)


def _pause(failures: int) -> timedelta:
    """How long to wait after so many failed attempts: five seconds, doubling up to an hour."""
    return min(timedelta(seconds=5 * 2 ** min(failures, 12)), timedelta(hours=1))


def choices(
    kind: type[flow.State | flow.Pacing | flow.Submitter | flow.Extra | Target],
) -> list[tuple[str, str]]:
    """Give what a column of such values can hold."""
    return [(item.value, item.value.capitalize()) for item in kind]


class InterviewQuerySet(models.QuerySet["Interview"]):
    """What can be asked of many interviews."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those that a person may see: their own."""
        return self.filter(candidate_id=user.pk) if user.is_authenticated else self.none()

    def settled(self) -> Self:
        """Those that nobody is going to score blind, or is scoring: their scores may be shown.

        What is still written by invitation is not among them: its reviews begin when it ends.
        """
        awaited = Interview.objects.filter(
            reviews__pk__isnull=False, reviews__submitted_at=None, reviews__waived_at=None
        )
        begun = Q(state=flow.State.RUNNING, invitation__isnull=False)
        return self.exclude(begun).exclude(Exists(awaited.filter(pk=OuterRef("pk"))))

    def showing_result(self) -> Self:
        """Those of which the candidate may see how it went, as ``Interview.shows_result``."""
        at_once = Q(invitation__isnull=True) | Q(invitation__results="at-once")
        return self.filter(at_once | Q(release__isnull=False))

    def live(self) -> Self:
        """Those of people: no copies of gold answers, which count nowhere."""
        return self.filter(gold_copy__isnull=True)

    def running(self) -> Self:
        """Those whose candidate is still writing."""
        return self.filter(state=flow.State.RUNNING)

    def overdue(self, now: datetime, grace: timedelta) -> Self:
        """Running ones whose deadline and grace have passed; never a paused one."""
        return self.running().filter(paused_at__isnull=True, deadline_at__lt=now - grace)

    def to_grade(self, now: datetime) -> Self:
        """Submitted ones that nobody is grading and whose next attempt is due."""
        free = Q(graded_until__isnull=True) | Q(graded_until__lt=now)
        return self.filter(free, state=flow.State.SUBMITTED, next_attempt_at__lte=now)

    def with_question(self) -> Self:
        """Fetch question, version and framework along, without the documents that are cached."""
        return self.select_related("version__question", "framework", "invitation", "release").defer(
            *documents_of("version"), "framework__document"
        )

    def begin(
        self,
        *,
        key: uuid.UUID,
        candidate: User,
        version: QuestionVersion,
        framework: FrameworkVersion,
        minutes: int,
        pacing: flow.Pacing,
        target: Target,
        now: datetime,
        extra: flow.Extra = flow.Extra.NONE,
        has_interviewer: bool = False,
        invitation: "Invitation | None" = None,
    ) -> "Interview":
        """Start an interview. The same key again gives the one that it started already.

        Once that one is handed in (the page came back from a browser's history), or when the key
        is of another question, a new one is started. Somebody else's key raises DoesNotExist.
        """
        stages = framework.value.stages
        with transaction.atomic():
            known = self.filter(id=key).first()
            if known and known.candidate_id != candidate.pk:
                raise Interview.DoesNotExist
            if known and not (known.is_running and known.version_id == version.pk):
                key = uuid.uuid4()
            interview, started = self.get_or_create(
                id=key,
                defaults={
                    "candidate": candidate,
                    "version": version,
                    "framework": framework,
                    "minutes": minutes,
                    "pacing": pacing,
                    "has_interviewer": has_interviewer,
                    "target": target,
                    "invitation": invitation,
                    "current_stage": stages[0].id,
                    "started_at": now,
                    "deadline_at": now + timedelta(minutes=minutes, seconds=extra.seconds(minutes)),
                },
            )
            if started:
                interview.sheets.prepare(interview, [stage.id for stage in stages])
                interview.record(flow.Kind.STARTED, now, by=flow.By.CANDIDATE)
                if extra is not flow.Extra.NONE:
                    chosen = "said in the invitation" if invitation else "chosen at the start"
                    interview.record(
                        flow.Kind.EXTENDED,
                        now,
                        seconds=extra.seconds(minutes),
                        by=flow.By.INTERVIEWER if invitation else flow.By.CANDIDATE,
                        reason=f"{extra.words}, {chosen}",
                    )
        return interview


class Interview(models.Model):
    """One attempt at one question, from the start to the last scorecard.

    The submitted row is the queue: ``graded_by`` and ``graded_until`` are a worker's lease.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="interviews"
    )
    version = models.ForeignKey(
        QuestionVersion, on_delete=models.PROTECT, related_name="interviews"
    )
    framework = models.ForeignKey(
        FrameworkVersion, on_delete=models.PROTECT, related_name="interviews"
    )
    invitation = models.OneToOneField(
        "interviews.Invitation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interview",
    )
    target = models.CharField(max_length=10, choices=choices(Target))
    minutes = models.PositiveSmallIntegerField()
    pacing = models.CharField(max_length=10, choices=choices(flow.Pacing))
    has_interviewer = models.BooleanField(
        default=False, help_text="answers questions, asks at the end of stages, changes something"
    )
    state = models.CharField(max_length=10, choices=choices(flow.State), default=flow.State.RUNNING)
    current_stage = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField(help_text="derived from the ledger")
    paused_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.CharField(max_length=10, choices=choices(flow.Submitter), blank=True)

    graded_by = models.UUIDField(null=True, blank=True)
    graded_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = InterviewQuerySet.as_manager()

    if TYPE_CHECKING:
        deliveries: DeliveryQuerySet
        exchanges: ExchangeQuerySet
        gold_copy: GoldCopy
        ledger: RelatedManager["LedgerLine"]
        invitation_id: uuid.UUID | None
        release: Release
        reviews: ReviewQuerySet
        scorecards: RelatedManager["Scorecard"]
        second_opinions: "SecondOpinionQuerySet"

    class Meta:
        """Order, indexes for the sweep and the history, promises that the database keeps."""

        ordering: ClassVar = ["-started_at"]
        indexes: ClassVar = [
            models.Index(fields=["candidate", "-started_at"], name="interview_history"),
            models.Index(
                fields=["deadline_at"], name="interview_overdue", condition=Q(state="running")
            ),
            models.Index(
                fields=["next_attempt_at"],
                name="interview_to_grade",
                condition=Q(state="submitted"),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="interview_submitted_has_moment",
                condition=Q(state="running", submitted_at__isnull=True)
                | Q(~Q(state="running"), submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="interview_paused_while_running",
                condition=Q(paused_at__isnull=True) | Q(state="running"),
            ),
            models.CheckConstraint(
                name="interview_ends_after_start", condition=Q(deadline_at__gt=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        """Question version and moment."""
        return f"{self.version} on {self.started_at:%Y-%m-%d}"

    @property
    def stage_titles(self) -> dict[str, str]:
        """Stage id → title, in the framework's order."""
        return {stage.id: stage.title for stage in self.framework.value.stages}

    @property
    def was_cut_off(self) -> bool:
        """Whether the clock handed it in, not the candidate."""
        return self.submitted_by in (flow.Submitter.PAGE, flow.Submitter.SWEEP)

    @property
    def score(self) -> float | None:
        """The machine's score (0-100), as its candidate sees it: the rules' latest.

        Where a model judged quite otherwise, the lower one, while a person is awaited who looks.

        None without one, when nothing was judged, while they may not see it, and once people
        scored it: what counts then is on the report.
        """
        if not self.shows_result or self.is_scored_by_people:
            return None
        rules, model = resolution.counted(self.judged)
        if rules is None or model is None or not self.awaits_look:
            return rules.score if rules else None
        both = [rules.value, model.value]
        standing = resolution.standing(self.version.value.rubric, both, is_awaited=True)
        return standing.total.score if standing else None

    @property
    def judged(self) -> "list[Scorecard]":
        """The machine's scorecards, the oldest first."""
        return [card for card in reversed(list(self.scorecards.all())) if card.review_id is None]

    @property
    def awaits_look(self) -> bool:
        """Whether somebody is awaited who looks at what the machine found."""
        return any(review.is_look for review in self.reviews.all())

    @property
    def is_scored_by_people(self) -> bool:
        """Whether a person has scored it."""
        return any(card.review_id is not None for card in self.scorecards.all())

    @property
    def shows_result(self) -> bool:
        """Whether its candidate may see how it went."""
        return not self.invitation or self.invitation.results == "at-once" or self.is_released

    @property
    def is_released(self) -> bool:
        """Whether somebody let its candidate see the result."""
        return hasattr(self, "release")

    @property
    def is_gold(self) -> bool:
        """Whether nobody answered: it is a copy of a gold answer."""
        return hasattr(self, "gold_copy")

    @property
    def is_scored(self) -> bool:
        """Whether a judge has been through it."""
        return self.state == flow.State.SCORED

    @property
    def is_running(self) -> bool:
        """Whether the candidate is still writing."""
        return self.state == flow.State.RUNNING

    @property
    def is_paused(self) -> bool:
        """Whether its clock stands still."""
        return self.paused_at is not None

    @property
    def owns_clock(self) -> bool:
        """Whether its candidate may stop the clock and take extra time, as in all practice."""
        return self.is_running and not self.is_invited

    @property
    def is_invited(self) -> bool:
        """Whether somebody asked for it; else it is practice."""
        return self.invitation_id is not None

    @property
    def extra_at_start(self) -> str:
        """The extra time that was chosen at the start, as ``flow.Extra`` names it."""
        first = self.ledger.filter(kind=flow.Kind.EXTENDED, at=self.started_at).first()
        given = first.seconds if first else 0
        same = (extra for extra in flow.AT_START if extra.seconds(self.minutes) == given)
        return next(same, flow.Extra.NONE)

    def left(self, now: datetime) -> int:
        """Seconds left, from this row alone; what ``times`` reads off the ledger."""
        seconds = (self.deadline_at - min(now, self.paused_at or now)).total_seconds()
        return max(0, round(seconds))

    @property
    def left_when_paused(self) -> int:
        """Seconds left of a paused interview."""
        return self.left(self.paused_at or self.deadline_at)

    def lines(self) -> list[flow.Line]:
        """Read the ledger."""
        return [line.value for line in self.ledger.all()]

    @property
    def shares(self) -> dict[str, int]:
        """Stage id → its share of the time."""
        return {stage.id: stage.share for stage in self.framework.value.stages}

    def times(self, now: datetime) -> flow.Times:
        """Read the clocks."""
        return flow.times(self.lines(), shares=self.shares, minutes=self.minutes, now=now)

    def enter(self, stage: str, *, now: datetime) -> bool:
        """Go on to a stage.

        False when pacing forbids it, it is paused, time is up, or another tab was first.
        """
        if not self.may_enter(stage):
            return False
        with transaction.atomic():
            moved = (
                Interview.objects.running()
                .filter(pk=self.pk, current_stage=self.current_stage)
                .filter(paused_at__isnull=True, deadline_at__gt=now)
                .update(current_stage=stage)
            )
            if not moved:
                return False
            if self.pacing == flow.Pacing.STRICT:
                self.sheets.filter(stage=self.current_stage).update(locked_at=now)
            self.current_stage = stage
            self.record(flow.Kind.ENTERED, now, by=flow.By.CANDIDATE)
            if self.changes_in(stage):
                self.exchanges.change(self, now=now)
        return True

    def may_enter(self, stage: str) -> bool:
        """Whether its candidate may go to a stage.

        Not back where all before is locked; and to the one in which something changes only from
        the one before it, so that nobody locks the others by a slip.
        """
        stages = [each.id for each in self.framework.value.stages]
        is_final = self.pacing == flow.Pacing.STRICT or self.changes_in(self.current_stage)
        if stage == stages[-1] and self.changes_in(stage) and self.current_stage not in stages[-2:]:
            return False
        pacing = flow.Pacing.STRICT if is_final else flow.Pacing.SOFT
        return flow.may_enter(stage, current=self.current_stage, stages=stages, pacing=pacing)

    def is_onward(self, stage: str) -> bool:
        """Whether a stage comes after the one that is on."""
        stages = [each.id for each in self.framework.value.stages]
        return stage in stages and stages.index(stage) > stages.index(self.current_stage)

    def changes_in(self, stage: str) -> bool:
        """Whether the interviewer changes a requirement when a stage begins: in the last one."""
        if not self.has_interviewer:
            return False
        return rubrics.curveball(self.version.value, self.framework.value, stage) is not None

    def locks_before(self, stage: str) -> bool:
        """Whether what is written up to now can only be read once a stage begins."""
        return self.pacing == flow.Pacing.STRICT or self.changes_in(stage)

    def writable(self, now: datetime) -> "Interview | None":
        """This row, locked, if its candidate may write now; it takes over which stage is on."""
        row = self._locked()
        return row if row and not row.is_paused and row.deadline_at > now else None

    def pause(self, *, now: datetime) -> bool:
        """Stop the clock. False when it stands still, time is up or pauses are not allowed."""
        if not self.owns_clock:
            return False
        with transaction.atomic():
            paused = (
                Interview.objects.running()
                .filter(pk=self.pk, paused_at__isnull=True, deadline_at__gt=now)
                .update(paused_at=now)
            )
            if paused:
                self.refresh_from_db(fields=["current_stage"])
                self.record(flow.Kind.PAUSED, now, by=flow.By.CANDIDATE)
                self._tell()
        return bool(paused)

    def resume(self, *, now: datetime) -> bool:
        """Let the clock run on. False when it runs already."""
        with transaction.atomic():
            resumed = (
                Interview.objects.running()
                .filter(pk=self.pk, paused_at__lte=now)
                .update(paused_at=None)
            )
            if resumed:
                if self.paused_at:
                    self.exchanges.shift(self, now - self.paused_at)
                self.refresh_from_db(fields=["current_stage"])
                self.record(flow.Kind.RESUMED, now, by=flow.By.CANDIDATE)
                self._tell()
        return bool(resumed)

    def extend(
        self, extra: flow.Extra, *, by: flow.By, reason: str, now: datetime, grace: timedelta
    ) -> bool:
        """Give extra time. False when it is over, or would be beyond ``flow.LONGEST``."""
        seconds = extra.seconds(self.minutes)
        with transaction.atomic():
            locked = self._locked()
            if locked is None or seconds > flow.room(self.lines(), minutes=self.minutes):
                return False
            if not locked.is_paused and locked.deadline_at + grace < now:
                return False
            self.record(
                flow.Kind.EXTENDED,
                now,
                seconds=seconds,
                by=by,
                reason=f"{extra.words}, {reason}",
            )
            self._tell()
        return True

    def credit(self, outages: Sequence[flow.Span], *, now: datetime, most: int) -> int:
        """Give time back in which the server could not be reached; gives the seconds.

        A page claims when that was. Only what lies after this interview's last sign of life in
        our own rows counts, so two pages are not given the same outage; in all at most ``most``
        seconds are given.
        """
        if not outages:
            return 0
        with transaction.atomic():
            locked = self._locked()
            if locked is None or locked.is_paused:
                return 0
            heard = self._last_heard()
            lost = flow.lost(outages, since=heard, until=now)
            given = self.ledger.filter(kind=flow.Kind.CREDITED).aggregate(sum=Sum("seconds"))
            seconds = min(lost, most - (given["sum"] or 0))
            if lost < flow.SHORT or seconds <= 0:
                return 0
            self.record(
                flow.Kind.CREDITED,
                now,
                seconds=seconds,
                by=flow.By.SERVER,
                reason="the server could not be reached",
            )
            self.exchanges.shift(self, timedelta(seconds=seconds))
            self._tell()
        return seconds

    def _locked(self) -> "Interview | None":
        """This row, running and locked; what it says of the stage is taken over."""
        found = Interview.objects.running().filter(pk=self.pk).select_for_update(no_key=True)
        row = found.only("state", "current_stage", "deadline_at", "paused_at").first()
        if row:
            self.current_stage = row.current_stage
        return row

    def _last_heard(self) -> datetime:
        """When this interview's candidate last reached the server, by what they left there."""
        moments: tuple[datetime | None, ...] = (
            self.ledger.aggregate(at=Max("at"))["at"],
            self.sheets.aggregate(at=Max("saved_at"))["at"],
        )
        return max(moment for moment in moments if moment)

    def _tell(self) -> None:
        """Write what the ledger says now into this row: the deadline."""
        lines = self.lines()
        self.deadline_at = flow.deadline(lines, minutes=self.minutes)
        self.paused_at = flow.paused_since(lines)
        Interview.objects.filter(pk=self.pk).update(
            deadline_at=self.deadline_at, paused_at=self.paused_at
        )

    def submit(self, by: flow.Submitter, *, now: datetime) -> bool:
        """Hand the interview in. False when it was handed in already; that is no error.

        A page whose clock ran out before ours has not heard of time that was added: it is told
        False too, and goes on.
        """
        running = Interview.objects.running().filter(pk=self.pk)
        if by is flow.Submitter.PAGE:
            running = running.filter(paused_at__isnull=True, deadline_at__lte=now + CLOCK_SLACK)
        if by is flow.Submitter.SWEEP:  # what was paused or given time since it looked is not due
            running = running.filter(paused_at__isnull=True, deadline_at=self.deadline_at)
        with transaction.atomic():
            submitted = running.update(
                state=flow.State.SUBMITTED,
                submitted_at=now,
                submitted_by=by,
                next_attempt_at=now,
                paused_at=None,
            )
            if submitted:
                self.refresh_from_db(fields=["current_stage"])
                self.record(flow.Kind.SUBMITTED, now, by=flow.By(by))
                if self.invitation:
                    self.reviews.want(self, raters=self.invitation.raters, now=now)
                    self.deliveries.tell_submitted(self, now=now)
        return bool(submitted)

    def claim(self, *, now: datetime, lease: timedelta) -> uuid.UUID | None:
        """Take the grading of this interview for a while; None when it is not there to take.

        The next attempt is set here and not only by ``give_back``: a worker that this answer
        kills gives nothing back, and must not be killed again and again.
        """
        token = uuid.uuid4()
        taken = (
            Interview.objects.to_grade(now)
            .filter(pk=self.pk)
            .update(
                graded_by=token,
                graded_until=now + lease,
                attempts=F("attempts") + 1,
                next_attempt_at=now + lease + _pause(self.attempts),
            )
        )
        return token if taken else None

    def give_back(self, token: uuid.UUID, error: str, *, now: datetime) -> None:
        """Grading failed: remember why, and try again after a while."""
        Interview.objects.filter(pk=self.pk, graded_by=token).update(
            graded_by=None,
            graded_until=None,
            next_attempt_at=now + _pause(self.attempts),
            last_error=error[:2000],
        )

    def finish(self, token: uuid.UUID) -> bool:
        """Grading is done. False when the lease was lost to another worker meanwhile."""
        done = Interview.objects.filter(
            pk=self.pk, graded_by=token, state=flow.State.SUBMITTED
        ).update(state=flow.State.SCORED, graded_by=None, graded_until=None, last_error="")
        return bool(done)

    def grading(self, now: datetime) -> str:
        """Say how far grading is: queued, scoring, retrying, late or scored."""
        if self.state == flow.State.SCORED:
            return "scored"
        if self.graded_until and self.graded_until >= now:
            return "scoring"
        if self.attempts >= LATE_AFTER:
            return "late"
        return "retrying" if self.attempts else "queued"

    def record(
        self, kind: flow.Kind, now: datetime, *, by: flow.By, seconds: int = 0, reason: str = ""
    ) -> None:
        """Write a line into the time ledger, of the stage that the interview is in."""
        LedgerLine.objects.create(
            interview=self,
            kind=kind,
            stage=self.current_stage,
            at=now,
            seconds=seconds,
            by=by,
            reason=reason,
        )


class LedgerLine(models.Model):
    """One line of the time ledger: what the clocks are computed from. Never edited."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="ledger")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in flow.Kind])
    stage = models.CharField(max_length=60)
    at = models.DateTimeField()
    seconds = models.PositiveIntegerField(default=0, help_text="the time that it adds")
    by = models.CharField(max_length=15, blank=True, choices=[(b.value, b.value) for b in flow.By])
    reason = models.CharField(max_length=100, blank=True)

    class Meta:
        """In the order of events."""

        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        """What happened to which stage."""
        return f"{self.kind} {self.stage}"

    @property
    def value(self) -> flow.Line:
        """What the clocks read of it."""
        return flow.Line(flow.Kind(self.kind), self.stage, self.at, self.seconds)
