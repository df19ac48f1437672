"""A review: a scorecard that is wanted of a person, who has taken it on, and what they wrote."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest

import rubrics
from interviews import resolution
from interviews.models.interview import Interview
from interviews.models.scorecard import Scorecard
from rubrics.models import documents_of

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

# How people's scorecards name their judge.
HUMAN = "human"


class Kind(models.TextChoices):
    """What a review is to the result."""

    RATING = resolution.Role.RATING, "Scoring"
    ADJUDICATION = resolution.Role.ADJUDICATION, "Adjudication"
    APPEAL = resolution.Role.APPEAL, "Review for the candidate"
    REFERENCE = "reference", "Reference"  # of a gold answer: to no interview's result


class Why(models.TextChoices):
    """Why a person has to look at what the machine found, in words that say no level."""

    FAR_APART = "far-apart", "The machine's two judges are far apart"
    SPOKEN_TO = "spoken-to", "Parts of it speak to whoever judges"


class Recommendation(models.TextChoices):
    """What a rater would do."""

    STRONG_NO = "strong-no", "Strong no"
    NO = "no", "No"
    YES = "yes", "Yes"
    STRONG_YES = "strong-yes", "Strong yes"


class DraftState(StrEnum):
    """What became of a draft that was sent to be kept."""

    KEPT = "kept"
    CONFLICT = "conflict"  # another page of the same rater kept something since
    LOST = "lost"  # kept, but the review is somebody else's now, or free again
    SUBMITTED = "submitted"  # kept, but it was submitted before
    TOO_LONG = "too-long"


# Characters of a draft; a long comment on every sentence fits in.
MOST_DRAFT = 200_000


@dataclass(frozen=True, slots=True)
class DraftKept:
    """The outcome of keeping a draft, and its revision then."""

    state: DraftState
    revision: int


class ReviewQuerySet(models.QuerySet["Review"]):
    """What can be asked of many reviews."""

    def want(self, interview: Interview, *, raters: int, now: datetime) -> None:
        """Ask for so many ratings of an interview."""
        self.bulk_create(
            Review(interview=interview, kind=Kind.RATING, wanted_at=now) for _ in range(raters)
        )

    def want_a_look(
        self, interview: Interview, why: Why, *, is_anybody_there: bool, now: datetime
    ) -> None:
        """Have a person look at an interview, and say why; whoever is awaited does that, too.

        Nothing is asked once a person has scored it, or said that nobody needs to, or let its
        candidate see the result: that stands.
        """
        with transaction.atomic():
            if Interview.objects.select_for_update(no_key=True).get(pk=interview.pk).is_released:
                return
            there = self.filter(interview=interview)
            if not there.awaited().update(why=why) and is_anybody_there and not there.exists():
                self.create(interview=interview, kind=Kind.RATING, why=why, wanted_at=now)

    def appeal(self, interview: Interview, *, asked: str, now: datetime) -> bool:
        """Ask for somebody who looks again. False when that was asked for before."""
        _, is_new = self.get_or_create(
            interview=interview, kind=Kind.APPEAL, defaults={"asked": asked, "wanted_at": now}
        )
        return is_new

    def free(self, now: datetime) -> Self:
        """Those that nobody holds."""
        unheld = Q(rater__isnull=True) | Q(leased_until__lt=now)
        return self.filter(unheld).awaited()

    def awaited(self) -> Self:
        """Those whose scorecard is still wanted."""
        return self.filter(submitted_at__isnull=True, waived_at__isnull=True)

    def open_to(self, rater: User) -> Self:
        """Those of interviews that are not the rater's own, and that they have no other part in.

        A copy of a gold answer is for one person alone.
        """
        others = Review.objects.filter(interview=OuterRef("interview"), rater=rater).exclude(
            pk=OuterRef("pk")
        )
        # Who decided between raters, or could have, has seen them: no blind look after that.
        decided = ReviewDraft.objects.filter(
            review__interview=OuterRef("interview"),
            review__kind=Kind.ADJUDICATION,
            rater=rater,
        ).exclude(review=OuterRef("pk"))
        # Subqueries, not joins: an UPDATE that has to wait asks its own row's columns again, but
        # not what was joined.
        own = Interview.objects.filter(candidate=rater)
        # Who invited may have read what others found; an appeal is looked at afresh.
        invited = Interview.objects.filter(invitation__by=rater, pk=OuterRef("interview"))
        for_others = Interview.objects.filter(
            Q(gold_copy__isnull=False) & ~Q(gold_copy__person=rater)
        )
        found = self.exclude(interview__in=own).exclude(interview__in=for_others)
        found = found.exclude(Exists(invited), kind=Kind.APPEAL)
        return found.exclude(Exists(others) | Exists(decided))

    def claim_next(self, rater: User, *, now: datetime, lease: timedelta) -> "Review | None":
        """Take the one that waits longest; None when there is none for this rater."""
        for _ in range(_TRIES):
            waiting = self.free(now).open_to(rater).order_by("wanted_at", "pk")
            with transaction.atomic():
                first = waiting.select_for_update(skip_locked=True, of=("self",)).first()
                if first is None:
                    return None
                if first.claim(rater, now=now, lease=lease):
                    return first
        return None

    def with_interview(self) -> Self:
        """Fetch interview, question and framework along, without the large documents."""
        return self.select_related(
            "interview__version__question",
            "interview__framework",
            "interview__invitation",
            "interview__gold_copy",
            "rater",
        ).defer(*documents_of("interview__version"), "interview__framework__document")


# Between looking and taking, another of the rater's own tabs may have taken one of that interview.
_TRIES = 3


class Review(models.Model):
    """One wanted scorecard of one interview. The row is the queue: a rater takes it by a lease.

    A person has at most one of an interview, whatever its kind, so nobody decides between
    themselves and another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="reviews")
    kind = models.CharField(max_length=15, choices=Kind)
    asked = models.TextField(blank=True, help_text="what the candidate asks to be looked at again")
    why = models.CharField(
        max_length=10, choices=Why, blank=True, help_text="why the machine's score needs a look"
    )
    wanted_at = models.DateTimeField()
    rater = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    waived_because = models.TextField(blank=True, help_text="why nobody is waited for any more")
    recommendation = models.CharField(max_length=10, choices=Recommendation, blank=True)
    summary = models.TextField(blank=True)
    reason = models.TextField(blank=True, help_text="of an adjudication; answer to an appeal")
    comments = models.JSONField(default=list, blank=True)

    objects = ReviewQuerySet.as_manager()

    if TYPE_CHECKING:
        drafts: RelatedManager["ReviewDraft"]
        scorecard: Scorecard

    class Meta:
        """The longest waiting first; one of an interview for a person, one that decides."""

        ordering: ClassVar = ["wanted_at", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "wanted_at"],
                name="review_waiting",
                condition=Q(submitted_at__isnull=True, waived_at__isnull=True),
            ),
            models.Index(
                fields=["rater", "-submitted_at"],
                name="review_done",
                condition=Q(submitted_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="review_once_a_person",
                fields=["interview", "rater"],
                condition=Q(rater__isnull=False),
            ),
            models.UniqueConstraint(
                name="review_one_decides",
                fields=["interview", "kind"],
                condition=~Q(kind="rating"),
            ),
            models.CheckConstraint(
                name="review_is_held_by_somebody",
                condition=Q(
                    rater__isnull=True,
                    claimed_at__isnull=True,
                    leased_until__isnull=True,
                    submitted_at__isnull=True,
                )
                | Q(rater__isnull=False, claimed_at__isnull=False, leased_until__isnull=False),
            ),
            models.CheckConstraint(
                name="review_waived_by_somebody",
                condition=Q(waived_at__isnull=True, waived_by__isnull=True, waived_because="")
                | Q(
                    ~Q(kind="appeal"),
                    ~Q(waived_because=""),
                    waived_at__isnull=False,
                    waived_by__isnull=False,
                    submitted_at__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        """Kind and interview."""
        return f"{self.get_kind_display()} of {self.interview}"

    @property
    def answers_candidate(self) -> bool:
        """Whether its candidate asked for it."""
        return self.kind == Kind.APPEAL

    @property
    def is_reference(self) -> bool:
        """Whether it says what raters' scorecards of a gold answer are compared with."""
        return self.kind == Kind.REFERENCE

    @property
    def needs_reason(self) -> bool:
        """Whether its rater says why: who decides, or answers a candidate."""
        return self.kind in (Kind.ADJUDICATION, Kind.APPEAL)

    @property
    def is_calibration(self) -> bool:
        """Whether it is of a gold answer, and says so from the start."""
        return self.interview.is_gold and self.interview.gold_copy.use == "calibration"

    @property
    def turned_out_gold(self) -> bool:
        """Whether it was of a gold answer, as may be said now."""
        return self.is_submitted and self.kind == Kind.RATING and self.interview.is_gold

    def is_submitted_by(self, person: User | AnonymousUser) -> bool:
        """Whether a person has written its scorecard."""
        return self.is_submitted and self.rater_id == person.pk

    def is_free(self, now: datetime) -> bool:
        """Whether nobody holds it."""
        is_held = self.leased_until is not None and self.leased_until >= now
        return self.is_awaited and not is_held

    @property
    def is_submitted(self) -> bool:
        """Whether its scorecard is there."""
        return self.submitted_at is not None

    @property
    def is_awaited(self) -> bool:
        """Whether its scorecard is still wanted."""
        return self.submitted_at is None and self.waived_at is None

    @property
    def is_look(self) -> bool:
        """Whether it is awaited and looks at what the machine found.

        What a candidate asks for is that only where the machine's judges ask for it, too.
        """
        return self.is_awaited and (self.kind != Kind.APPEAL or bool(self.why))

    @property
    def can_be_waived(self) -> bool:
        """Whether somebody may say that it is not needed: a candidate who asked gets an answer."""
        return self.is_awaited and self.kind != Kind.APPEAL

    def is_mine(self, person: User | AnonymousUser) -> bool:
        """Whether a person may submit it: they took it, and nobody else since."""
        return self.rater_id == person.pk and self.is_awaited

    def claim(self, rater: User, *, now: datetime, lease: timedelta) -> bool:
        """Take it. False when somebody else holds it, or this rater may not have it."""
        free = Review.objects.filter(pk=self.pk).free(now).open_to(rater)
        return self._taken(free, rater, now=now, lease=lease)

    def take_over(self, rater: User, *, now: datetime, lease: timedelta) -> bool:
        """Take it from whoever holds it, as a lead may; their draft stays theirs."""
        open_ = Review.objects.filter(pk=self.pk).awaited()
        return self._taken(open_.open_to(rater), rater, now=now, lease=lease)

    def _taken(
        self, where: ReviewQuerySet, rater: User, *, now: datetime, lease: timedelta
    ) -> bool:
        try:
            with transaction.atomic():
                taken = where.update(rater=rater, claimed_at=now, leased_until=now + lease)
                if taken:  # who had it once may come back to what they wrote
                    ReviewDraft.objects.get_or_create(
                        review=self, rater=rater, defaults={"saved_at": now}
                    )
        except IntegrityError:  # of two reviews of one interview this rater has the other
            return False
        if taken:
            self.rater, self.claimed_at, self.leased_until = rater, now, now + lease
        return bool(taken)

    def renew(self, rater: User, *, now: datetime, lease: timedelta) -> None:
        """Begin the lease of who holds it anew: they were heard of. A longer one is not cut."""
        self._held_by(rater).update(leased_until=Greatest("leased_until", now + lease))
        self.refresh_from_db(fields=["leased_until"])

    def _held_by(self, rater: User) -> ReviewQuerySet:
        return Review.objects.filter(pk=self.pk, rater=rater).awaited()

    def release(self, rater: User) -> bool:
        """Give it back; the draft stays. False when the rater did not hold it."""
        held = self._held_by(rater)
        return bool(held.update(rater=None, claimed_at=None, leased_until=None))

    def waive(self, by: User, *, because: str, now: datetime) -> bool:
        """Say that it is not needed any more. False when it was submitted or waived before.

        Whoever was at it keeps the draft; a rating that was the last one wanted may ask for an
        adjudication, as when it is submitted.
        """
        with transaction.atomic():
            Interview.objects.select_for_update(no_key=True).get(pk=self.interview_id)
            open_ = Review.objects.filter(pk=self.pk).exclude(kind=Kind.APPEAL).awaited()
            waived = open_.update(
                waived_at=now, waived_by=by, waived_because=because,
                rater=None, claimed_at=None, leased_until=None,
            )  # fmt: skip
            if waived:
                self._ask_for_adjudication(now)
        return bool(waived)

    def draft_of(self, rater: User) -> "ReviewDraft":
        """Give what a rater has written so far; an empty one, not saved, before that."""
        found = self.drafts.filter(rater=rater).first()
        return found or ReviewDraft(review=self, rater=rater)

    def keep(
        self,
        rater: User,
        text: str,
        *,
        base: int,
        key: uuid.UUID,
        now: datetime,
        lease: timedelta,
    ) -> DraftKept:
        """Keep a rater's draft, written over revision ``base``, and renew the lease.

        It is kept also when the review was lost or submitted meanwhile, so that nobody's work is
        lost. The same key, or the same text, again keeps nothing twice.
        """
        if len(text) > MOST_DRAFT:
            return DraftKept(DraftState.TOO_LONG, base)
        with transaction.atomic():
            state = DraftState.KEPT
            longer = Greatest("leased_until", now + lease)
            if not self._held_by(rater).update(leased_until=longer):
                done = Review.objects.filter(pk=self.pk, rater=rater, submitted_at__isnull=False)
                state = DraftState.SUBMITTED if done.exists() else DraftState.LOST
            draft = self.drafts.select_for_update().get(rater=rater)
            if draft.key == key or draft.text == text:
                return DraftKept(state, draft.revision)
            if draft.revision != base:
                return DraftKept(DraftState.CONFLICT, draft.revision)
            self.drafts.filter(rater=rater).update(
                text=text, key=key, revision=base + 1, saved_at=now
            )
        return DraftKept(state, base + 1)

    def submit(
        self,
        rater: User,
        card: rubrics.Scorecard,
        *,
        recommendation: str,
        summary: str,
        reason: str,
        comments: Sequence[Mapping[str, Any]],
        now: datetime,
    ) -> bool:
        """Write the scorecard down, for good. False when the rater holds the review no more.

        The last rating that was wanted asks for an adjudication where the raters are too far
        apart.
        """
        with transaction.atomic():
            # Of two raters who submit at once the second sees the first one's scorecard.
            locked = Interview.objects.select_for_update(no_key=True).get(pk=self.interview_id)
            submitted = self._held_by(rater).update(
                submitted_at=now,
                recommendation=recommendation,
                summary=summary,
                reason=reason,
                comments=list(comments),
            )
            if not submitted:
                return False
            written = Scorecard.objects.create(
                interview=locked,
                review=self,
                judge=HUMAN,
                rubric_hash=card.rubric_hash,
                score=card.score,
                document=card.model_dump(mode="json"),
                created_at=now,
            )
            locked.deliveries.tell_scored(locked, written, now=now)
            self._ask_for_adjudication(now)
        return True

    def _ask_for_adjudication(self, now: datetime) -> None:
        ratings = Review.objects.filter(interview=self.interview_id, kind=Kind.RATING)
        if self.kind != Kind.RATING or ratings.awaited().exists():
            return
        cards = Scorecard.objects.filter(review__in=ratings)
        rubric = self.interview.version.value.rubric
        if resolution.gap(rubric, [card.value for card in cards]):
            Review.objects.create(
                interview_id=self.interview_id, kind=Kind.ADJUDICATION, wanted_at=now
            )


class ReviewDraft(models.Model):
    """What a rater has written of a review and not submitted; it outlives the lease."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="drafts")
    rater = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True, help_text="JSON, as the page wrote it")
    key = models.UUIDField(null=True, blank=True, help_text="of what was kept last")
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        """One a person."""

        constraints: ClassVar = [
            models.UniqueConstraint(name="review_draft_once", fields=["review", "rater"])
        ]

    def __str__(self) -> str:
        """Whose, and which revision."""
        return f"draft {self.revision} of {self.rater_id}"


class ReleaseQuerySet(models.QuerySet["Release"]):
    """What can be done with many releases."""

    def give(self, interview: Interview, *, by: User, now: datetime) -> bool:
        """Let a candidate see the result. False when somebody did before."""
        with transaction.atomic():
            _, is_new = self.get_or_create(interview=interview, defaults={"by": by, "at": now})
            if is_new:
                interview.deliveries.tell_released(interview, now=now)
        return is_new


class Release(models.Model):
    """That a candidate may see the result: who let them, and when. Never taken back."""

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="release")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ReleaseQuerySet.as_manager()

    def __str__(self) -> str:
        """When."""
        return f"released on {self.at:%Y-%m-%d}"
