"""The door to reviews: the queue, what a rater has taken on, and what they see of an answer.

Before a rater's own scorecard of an interview is submitted, nothing here gives them anybody's.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

import rubrics
from interviews import flow
from interviews.access.roles import Person, interviewer_or_404, is_lead
from interviews.models import Agreement, DraftState, Interview, Kind, Review, ReviewDraft
from interviews.models.review import ReviewQuerySet

PER_PAGE = 25
# The lists of the queue, and how pages call them.
TABS: Mapping[str, str] = {
    "claim": "To claim",
    "second": "Second rater wanted",
    "decide": "To decide",
    "mine": "Mine",
    "done": "Done",
    "held": "Held by others",
}
# A draft of a review that somebody else has now is listed for so long.
_LOST_FOR = timedelta(days=14)
Found = Review  # views name the type, and only the type


def lease() -> timedelta:
    """How long a claim lasts without a sign of life."""
    return timedelta(seconds=settings.REVIEW_LEASE_SECONDS)


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of one of the queue's lists, and where to go on; ``tabs`` are all its lists."""

    tab: str
    rows: Sequence[Review]
    tabs: Sequence["Tab"]
    after: str

    @property
    def waits(self) -> bool:
        """Whether there is anything to score."""
        return any(tab.count for tab in self.tabs if tab.name in ("claim", "second"))


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the lists, and how many there are in it."""

    name: str
    title: str
    count: int


def queue(person: Person, tab: str, *, question: str, after: str, now: datetime) -> Queue:
    """Give a list of the queue, the longest waiting first; of what is done the latest first."""
    user = interviewer_or_404(person)
    lists = _lists(user, now)
    tab = tab if tab in lists else "claim"
    found = lists[tab]
    if question:
        found = found.filter(interview__version__question__slug=question)
    is_done = tab == "done"
    moment = "submitted_at" if is_done else "wanted_at"
    order = ("-submitted_at", "-pk") if is_done else ("wanted_at", "pk")
    rows = list(
        _from(found.with_interview(), moment, after, is_done).order_by(*order)[: PER_PAGE + 1]
    )
    further = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
    place = f"{getattr(further, moment).isoformat()}_{further.pk}" if further else ""
    tabs = [Tab(name, TABS[name], each.count()) for name, each in lists.items()]
    return Queue(tab, rows[:PER_PAGE], tabs, place)


def _lists(user: User, now: datetime) -> Mapping[str, ReviewQuerySet]:
    handed_in = ~Q(interview__state=flow.State.RUNNING)
    free = Review.objects.filter(handed_in).free(now).open_to(user)
    rated = Review.objects.filter(
        interview=OuterRef("interview"), kind=Kind.RATING, submitted_at__isnull=False
    )
    # Of two ratings that one answer waits for, a person can take one: it is listed once.
    earlier = free.filter(interview=OuterRef("interview"), pk__lt=OuterRef("pk"), kind=Kind.RATING)
    ratings = free.filter(~Exists(earlier), kind=Kind.RATING)
    mine = Review.objects.filter(rater=user)
    drafts = ReviewDraft.objects.filter(review=OuterRef("pk"), rater=user).exclude(text="")
    lost = Exists(drafts.filter(saved_at__gt=now - _LOST_FOR)) & (~Q(rater=user) | Q(rater=None))
    lists = {
        "claim": ratings.filter(~Exists(rated)),
        "second": ratings.filter(Exists(rated)),
        "decide": free.exclude(kind=Kind.RATING),
        "mine": Review.objects.filter(Q(rater=user, submitted_at=None) | lost),
        "done": mine.filter(submitted_at__isnull=False),
    }
    if is_lead(user):
        held = Review.objects.filter(submitted_at=None, leased_until__gte=now)
        lists["held"] = held.exclude(rater=user).open_to(user)
    return lists


def _from(found: ReviewQuerySet, moment: str, after: str, is_done: bool) -> ReviewQuerySet:
    """What comes behind a place, as ``Queue.after`` named it; all for a place that is none."""
    at, _, pk = after.partition("_")
    try:
        passed, key = datetime.fromisoformat(at).astimezone(UTC), uuid.UUID(pk)
    except (ValueError, OverflowError):
        return found
    side = "lt" if is_done else "gt"
    return found.filter(
        Q(**{f"{moment}__{side}": passed}) | Q(**{moment: passed, f"pk__{side}": key})
    )


def claim(person: Person, review_id: uuid.UUID, *, now: datetime) -> bool:
    """Take one; False when somebody else has it."""
    user = interviewer_or_404(person)
    return free_or_404(person, review_id).claim(user, now=now, lease=lease())


def take_over(person: Person, review_id: uuid.UUID, *, now: datetime) -> bool:
    """Take one from whoever has it, as a lead; False once it is submitted."""
    user = interviewer_or_404(person)
    if not is_lead(user):
        raise Http404
    return free_or_404(person, review_id).take_over(user, now=now, lease=lease())


def give_back(person: Person, review_id: uuid.UUID) -> bool:
    """Give one back; False when the person has it no more."""
    return own_or_404(person, review_id).release(interviewer_or_404(person))


def draft_of(person: Person, review: Review) -> ReviewDraft:
    """Give what the person has written of it."""
    return review.draft_of(interviewer_or_404(person))


def renew(person: Person, review: Review, *, now: datetime) -> None:
    """Note that a rater looks at what they hold."""
    review.renew(interviewer_or_404(person), now=now, lease=lease())


def claim_next(person: Person, *, now: datetime) -> Review | None:
    """Take the scoring that waits longest; None when none waits for this person."""
    user = interviewer_or_404(person)
    waiting = Review.objects.filter(kind=Kind.RATING)
    return waiting.claim_next(user, now=now, lease=lease())


def free_or_404(person: Person, review_id: uuid.UUID) -> Review:
    """Give a review that a person may take on, or see that somebody else has."""
    user = interviewer_or_404(person)
    return get_object_or_404(Review.objects.open_to(user).with_interview(), pk=review_id)


def own_or_404(person: Person, review_id: uuid.UUID) -> Review:
    """Give a review that a person has, had, or wrote a draft of."""
    user = interviewer_or_404(person)
    drafted = ReviewDraft.objects.filter(review=OuterRef("pk"), rater=user)
    found = Review.objects.filter(Q(rater=user) | Exists(drafted)).with_interview()
    return get_object_or_404(found, pk=review_id)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a draft, for the page's status line; ``theirs`` is what is there instead."""

    state: str
    text: str
    status: int
    revision: int
    theirs: str | None = None


_KEPT: Mapping[DraftState, tuple[str, str, int]] = {
    DraftState.KEPT: ("saved", "Saved", 200),
    DraftState.CONFLICT: ("conflict", "Not saved: choose a version", 409),
    DraftState.LOST: ("locked", "Kept, but somebody else has this review now.", 423),
    DraftState.SUBMITTED: ("locked", "Kept, but no part of it: you submitted before.", 423),
    DraftState.TOO_LONG: ("too-long", "Not saved: that is far too long.", 413),
}


def keep(
    person: Person, review: Review, *, text: str, base: int, key: uuid.UUID, now: datetime
) -> Kept:
    """Keep a draft."""
    user = interviewer_or_404(person)
    kept = review.keep(user, text, base=base, key=key, now=now, lease=lease())
    state, words, status = _KEPT[kept.state]
    theirs = review.draft_of(user).text if kept.state is DraftState.CONFLICT else None
    return Kept(state, words, status, kept.revision, theirs)


def not_kept(person: Person, review: Review) -> Kept:
    """Say that a draft did not come as the page sends it."""
    revision = draft_of(person, review).revision
    return Kept("conflict", "Not saved: reload this page.", 400, revision)


def submit(
    person: Person,
    review: Review,
    card: rubrics.Scorecard,
    *,
    said: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Write a scorecard down; False when the person has the review no more."""
    return review.submit(interviewer_or_404(person), card, **said, now=now)


def to_decide_between(person: Person, review: Review) -> Sequence[Review]:
    """Give the scorecards that an adjudicator decides between, to the adjudicator alone."""
    if review.kind != Kind.ADJUDICATION or review.rater_id != person.pk:
        return []
    found = Review.objects.filter(interview=review.interview_id, kind=Kind.RATING)
    found = found.filter(submitted_at__isnull=False).select_related("rater", "scorecard")
    return list(found.order_by("submitted_at", "pk"))


def scored(person: Person, *, question: str) -> QuerySet[Interview]:
    """Give the interviews whose scorecards a person may read: it would not bias what they score.

    Those that they have scored; and of those that they (a lead: anybody) invited to, those for
    which nobody is awaited any more.
    """
    user = interviewer_or_404(person)
    own = Review.objects.filter(interview=OuterRef("pk"), rater=user)
    invited = Q(invitation__isnull=False) if is_lead(user) else Q(invitation__by=user)
    settled = Q(pk__in=Interview.objects.settled().values("pk"))
    done = invited & ~Q(state=flow.State.RUNNING) & settled
    found = Interview.objects.filter(done | Exists(own.filter(submitted_at__isnull=False)))
    # Who decides or looks again has not scored it until then.
    found = found.exclude(Exists(own.filter(submitted_at=None))).exclude(candidate=user)
    return found.filter(version__question__slug=question) if question else found


def agreement(person: Person) -> tuple[User, Agreement | None, bool]:
    """Give the reader, what was measured last, and whether they may see every rater's row."""
    user = interviewer_or_404(person)
    return user, Agreement.objects.latest_one(), is_lead(user)


def submitted_of(person: Person, review: Review) -> Sequence[Review]:
    """Give every submitted review of an interview, to one who has submitted theirs."""
    if review.rater_id != person.pk or not review.is_submitted:
        raise Http404
    found = Review.objects.filter(interview=review.interview_id, submitted_at__isnull=False)
    return list(found.select_related("rater", "scorecard").order_by("submitted_at", "pk"))
