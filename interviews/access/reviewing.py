"""The door to reviews: what a rater has taken on, and what they see of an answer.

Before a rater's own scorecard of an interview is submitted, nothing here gives them anybody's.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404

import rubrics
from interviews.access import gold
from interviews.access.roles import Person, interviewer_or_404, is_interviewer
from interviews.models import (
    DraftState,
    Kind,
    Review,
    ReviewDraft,
)
from rubrics.access import curator_or_404

Found = Review  # views name the type, and only the type


def lease() -> timedelta:
    """How long a claim lasts without a sign of life."""
    return timedelta(seconds=settings.REVIEW_LEASE_SECONDS)


Taken = Literal["taken", "gone", "uncalibrated"]


def claim(person: Person, review_id: uuid.UUID, *, now: datetime) -> Taken:
    """Take one; "gone" when somebody else has it, "uncalibrated" when others come first."""
    user = interviewer_or_404(person)
    review = free_or_404(person, review_id)
    if comes_later(user, review):
        return "uncalibrated"
    return "taken" if review.claim(user, now=now, lease=lease()) else "gone"


def comes_later(user: User, review: Review) -> bool:
    """Whether a rater scores other answers first, for calibration."""
    return not review.interview.is_gold and gold.calibration_left(user) > 0


def give_back(person: Person, review_id: uuid.UUID) -> bool:
    """Give one back; False when the person has it no more."""
    return own_or_404(person, review_id).release(_scorer_or_404(person))


def draft_of(person: Person, review: Review) -> ReviewDraft:
    """Give what the person has written of it."""
    return review.draft_of(_scorer_or_404(person))


def renew(person: Person, review: Review, *, now: datetime) -> None:
    """Note that a rater looks at what they hold."""
    review.renew(_scorer_or_404(person), now=now, lease=lease())


def claim_next(person: Person, *, now: datetime) -> Review | None:
    """Take the scoring that waits longest; None when none waits for this person."""
    user = interviewer_or_404(person)
    if gold.calibration_left(user):
        return gold.calibrate(user, lease=lease(), now=now)
    waiting = Review.objects.filter(kind=Kind.RATING)
    return waiting.claim_next(user, now=now, lease=lease())


def free_or_404(person: Person, review_id: uuid.UUID) -> Review:
    """Give a review that a person may take on, or see that somebody else has."""
    user = interviewer_or_404(person)
    return get_object_or_404(Review.objects.open_to(user).with_interview(), pk=review_id)


def own_or_404(person: Person, review_id: uuid.UUID) -> Review:
    """Give a review that a person has, had, or wrote a draft of."""
    user = _scorer_or_404(person)
    drafted = ReviewDraft.objects.filter(review=OuterRef("pk"), rater=user)
    found = Review.objects.filter(Q(rater=user) | Exists(drafted)).with_interview()
    if not is_interviewer(user):
        found = found.filter(kind=Kind.REFERENCE)
    return get_object_or_404(found, pk=review_id)


def _scorer_or_404(person: Person) -> User:
    """Give the person, if they may score: curators score gold answers, for reference."""
    return interviewer_or_404(person) if is_interviewer(person) else curator_or_404(person)


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
    user = _scorer_or_404(person)
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
    user = _scorer_or_404(person)
    with transaction.atomic():
        is_done = review.submit(user, card, **said, now=now)
        if is_done:
            gold.slip_in(user, review, now=now)
    return is_done


def to_decide_between(person: Person, review: Review) -> Sequence[Review]:
    """Give the scorecards that an adjudicator decides between, to the adjudicator alone."""
    if review.kind != Kind.ADJUDICATION or review.rater_id != person.pk:
        return []
    found = Review.objects.filter(interview=review.interview_id, kind=Kind.RATING)
    found = found.filter(submitted_at__isnull=False).select_related("rater", "scorecard")
    return list(found.order_by("submitted_at", "pk"))
