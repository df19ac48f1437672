"""The door to what leads do with other people's reviews: give them out, take them over, waive."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from interviews.access import gold
from interviews.access.reviewing import Taken, comes_later, free_or_404, lease
from interviews.access.roles import Person, interviewer_or_404, is_lead, raters
from interviews.models import Kind, Review

Found = Review  # views name the type, and only the type


def lead_or_404(person: Person) -> User:
    """Give the person, if they lead."""
    user = interviewer_or_404(person)
    if not is_lead(user):
        raise Http404
    return user


def take_over(person: Person, review_id: uuid.UUID, *, now: datetime) -> Taken:
    """Take one from whoever has it; "gone" once it is submitted."""
    user = lead_or_404(person)
    review = free_or_404(person, review_id)
    if comes_later(user, review):
        return "uncalibrated"
    return "taken" if review.take_over(user, now=now, lease=lease()) else "gone"


def assignable() -> QuerySet[User]:
    """Give the people whom reviews can be given to."""
    return raters().distinct().order_by("email")


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many reviews a rater was given, and the questions of those that they could not have."""

    rater: User
    count: int
    refused: Sequence[str]


def assign(
    person: Person, rater_id: int, review_ids: Sequence[uuid.UUID], *, now: datetime
) -> Assigned:
    """Give free reviews to a rater, who has some days for them; each one for itself.

    Refused is what somebody has, or what the rater may not score: their own interview, one that
    they had a part in, or a live one before their calibration. 404 for somebody who does not score.
    """
    user = lead_or_404(person)
    rater = get_object_or_404(assignable(), pk=rater_id)
    found = Review.objects.filter(pk__in=review_ids).exclude(interview__candidate=user)
    rows = list(found.with_interview().order_by("wanted_at", "pk"))
    term = timedelta(days=settings.REVIEW_ASSIGNED_DAYS)
    comes_first = gold.calibration_left(rater) > 0
    refused = [
        row.interview.version.question.title
        for row in rows
        if (comes_first and not row.interview.is_gold) or not row.claim(rater, now=now, lease=term)
    ]
    return Assigned(rater, len(rows) - len(refused), refused)


def waivable_or_404(person: Person, review_id: uuid.UUID) -> Review:
    """Give a review of an interview that a person (a lead: anybody) invited to.

    An answer that its candidate asked for cannot be waived; nor can who has scored the interview
    say that nobody else needs to, or is to decide between them and another.
    """
    user = interviewer_or_404(person)
    theirs = (
        Q(interview__invitation__isnull=False)
        if is_lead(user)
        else Q(interview__invitation__by=user)
    )
    own = Review.objects.filter(interview=OuterRef("interview"), rater=user)
    found = Review.objects.filter(theirs, ~Exists(own)).exclude(interview__candidate=user)
    return get_object_or_404(found.exclude(kind=Kind.APPEAL).with_interview(), pk=review_id)


def waive(person: Person, review: Review, *, because: str, now: datetime) -> bool:
    """Say that nobody needs to score it any more; False when it was submitted or waived before."""
    return review.waive(interviewer_or_404(person), because=because, now=now)
