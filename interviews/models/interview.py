"""An interview: one candidate, one question version, one framework, one clock."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models, transaction
from django.db.models import F, Q

from interviews import flow
from rubrics import Target
from rubrics.models import FrameworkVersion, QuestionVersion, documents_of

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from interviews.models.scorecard import Scorecard
    from interviews.models.stage import StageAnswer

# After this many failures the page says that it is late; it is tried again once an hour at least.
LATE_AFTER = 5


# A page's clock may be this much ahead of ours.
CLOCK_SLACK = timedelta(seconds=5)


def _pause(failures: int) -> timedelta:
    """How long to wait after so many failed attempts: five seconds, doubling up to an hour."""
    return min(timedelta(seconds=5 * 2 ** min(failures, 12)), timedelta(hours=1))


def _choices(
    kind: type[flow.State | flow.Pacing | flow.Submitter | Target],
) -> list[tuple[str, str]]:
    return [(item.value, item.value.capitalize()) for item in kind]


class InterviewQuerySet(models.QuerySet["Interview"]):
    """What can be asked of many interviews."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those that a person may see: their own."""
        return self.filter(candidate_id=user.pk) if user.is_authenticated else self.none()

    def running(self) -> Self:
        """Those whose candidate is still writing."""
        return self.filter(state=flow.State.RUNNING)

    def overdue(self, now: datetime, grace: timedelta) -> Self:
        """Running ones whose deadline and grace have passed."""
        return self.running().filter(deadline_at__lt=now - grace)

    def to_grade(self, now: datetime) -> Self:
        """Submitted ones that nobody is grading and whose next attempt is due."""
        free = Q(graded_until__isnull=True) | Q(graded_until__lt=now)
        return self.filter(free, state=flow.State.SUBMITTED, next_attempt_at__lte=now)

    def with_question(self) -> Self:
        """Fetch question, version and framework along, without the documents that are cached."""
        return self.select_related("version__question", "framework").defer(
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
                    "target": target,
                    "current_stage": stages[0].id,
                    "started_at": now,
                    "deadline_at": flow.deadline(now, minutes),
                },
            )
            if started:
                interview.stages.bulk_create(
                    interview.stages.model(interview=interview, stage=stage.id, position=position)
                    for position, stage in enumerate(stages)
                )
                interview.record(flow.Kind.STARTED, stages[0].id, now)
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
    target = models.CharField(max_length=10, choices=_choices(Target))
    minutes = models.PositiveSmallIntegerField()
    pacing = models.CharField(max_length=10, choices=_choices(flow.Pacing))
    state = models.CharField(
        max_length=10, choices=_choices(flow.State), default=flow.State.RUNNING
    )
    current_stage = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.CharField(max_length=10, choices=_choices(flow.Submitter), blank=True)

    graded_by = models.UUIDField(null=True, blank=True)
    graded_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = InterviewQuerySet.as_manager()

    if TYPE_CHECKING:
        stages: RelatedManager["StageAnswer"]
        ledger: RelatedManager["LedgerLine"]
        scorecards: RelatedManager["Scorecard"]

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
        """The latest scorecard's score (0-100); None without one, or when nothing was judged."""
        latest = next(iter(self.scorecards.all()), None)
        return latest.score if latest else None

    @property
    def is_scored(self) -> bool:
        """Whether a judge has been through it."""
        return self.state == flow.State.SCORED

    @property
    def is_running(self) -> bool:
        """Whether the candidate is still writing."""
        return self.state == flow.State.RUNNING

    def times(self, now: datetime) -> flow.Times:
        """Read the clocks."""
        lines = [flow.Line(flow.Kind(line.kind), line.stage, line.at) for line in self.ledger.all()]
        shares = {stage.id: stage.share for stage in self.framework.value.stages}
        return flow.times(lines, shares=shares, minutes=self.minutes, now=now)

    def enter(self, stage: str, *, now: datetime) -> bool:
        """Go on to a stage. False when pacing forbids it, time is up, or another tab was first."""
        stages = [each.id for each in self.framework.value.stages]
        pacing = flow.Pacing(self.pacing)
        if not flow.may_enter(stage, current=self.current_stage, stages=stages, pacing=pacing):
            return False
        with transaction.atomic():
            moved = (
                Interview.objects.running()
                .filter(pk=self.pk, current_stage=self.current_stage, deadline_at__gt=now)
                .update(current_stage=stage)
            )
            if not moved:
                return False
            if pacing is flow.Pacing.STRICT:
                self.stages.filter(stage=self.current_stage).update(locked_at=now)
            self.record(flow.Kind.ENTERED, stage, now)
        self.current_stage = stage
        return True

    def submit(self, by: flow.Submitter, *, now: datetime) -> bool:
        """Hand the interview in. False when it was handed in already; that is no error.

        A page that says its clock ran out long before the deadline is somebody pressing a button.
        """
        if by is flow.Submitter.PAGE and now < self.deadline_at - CLOCK_SLACK:
            by = flow.Submitter.CANDIDATE
        with transaction.atomic():
            submitted = (
                Interview.objects.running()
                .filter(pk=self.pk)
                .update(
                    state=flow.State.SUBMITTED,
                    submitted_at=now,
                    submitted_by=by,
                    next_attempt_at=now,
                )
            )
            if submitted:
                self.record(flow.Kind.SUBMITTED, self.current_stage, now)
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

    def record(self, kind: flow.Kind, stage: str, now: datetime) -> None:
        """Write a line into the time ledger."""
        LedgerLine.objects.create(interview=self, kind=kind, stage=stage, at=now)


class LedgerLine(models.Model):
    """One line of the time ledger: what the clocks are computed from. Never edited."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="ledger")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in flow.Kind])
    stage = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """In the order of events."""

        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        """What happened to which stage."""
        return f"{self.kind} {self.stage}"
