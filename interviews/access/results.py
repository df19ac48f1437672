"""The door to results: to let a candidate see one, and for a candidate to ask for another look."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from django.shortcuts import get_object_or_404

from interviews.access import interview_or_404
from interviews.access.comparing import scored
from interviews.access.inviting import invitation_or_404
from interviews.access.roles import Person, interviewer_or_404, raters
from interviews.models import Interview, Kind, Release, Results, Review

# A candidate may ask for another look so long after they could see the result.
APPEALS_FOR = timedelta(days=14)


def invited_or_404(person: Person, invitation_id: uuid.UUID) -> Interview:
    """Give the interview that an invitation of the person's (a lead: anybody's) came to."""
    invitation = invitation_or_404(person, invitation_id)
    return get_object_or_404(Interview.objects.with_question(), invitation=invitation)


def reviews_of(interview: Interview) -> Sequence[Review]:
    """Give all that people have submitted on an interview or are awaited for, in order."""
    found = interview.reviews.select_related("scorecard")
    return list(found.order_by("submitted_at", "wanted_at", "pk"))


def waived_of(interview: Interview) -> Sequence[Review]:
    """Give what nobody waits for any more."""
    return list(interview.reviews.filter(waived_at__isnull=False).select_related("waived_by"))


def awaited_of(interview: Interview) -> Sequence[Review]:
    """Give what people are awaited for, once the answer is handed in."""
    return [] if interview.is_running else list(interview.reviews.awaited())


def reads_scores(person: Person, interview: Interview) -> bool:
    """Whether a person may read all its scorecards now."""
    return interview.is_scored and scored(person).filter(pk=interview.pk).exists()


def may_release(interview: Interview) -> bool:
    """Whether the result can be released: it was promised, and nobody is awaited any more."""
    invitation = interview.invitation
    if invitation is None or invitation.results != Results.RELEASED or interview.is_released:
        return False
    return interview.is_scored and not interview.reviews.awaited().exists()


def release(person: Person, invitation_id: uuid.UUID, *, now: datetime) -> tuple[Interview, bool]:
    """Let the candidate see the result; also whether this did it."""
    user = interviewer_or_404(person)
    interview = invited_or_404(person, invitation_id)
    given = may_release(interview) and Release.objects.give(interview, by=user, now=now)
    return interview, given


Appeal = Literal["open", "waiting", "answered", "over", "none"]


def appeal_of(
    interview: Interview, reviews: Sequence[Review], now: datetime
) -> tuple[Appeal, Review | None]:
    """Say whether a candidate may ask for another look, or what became of that."""
    review = next((each for each in reviews if each.kind == Kind.APPEAL), None)
    if review:
        return ("answered" if review.is_submitted else "waiting"), review
    given = interview.release.at if interview.is_released else interview.submitted_at
    moments = (given, *(review.submitted_at for review in reviews))
    since = max((moment for moment in moments if moment), default=None)
    if since is None or not interview.shows_result or any(r.is_awaited for r in reviews):
        return "none", None
    if now >= since + APPEALS_FOR:
        return "over", None
    return ("open" if _somebody_answers(interview, reviews) else "none"), None


def _somebody_answers(interview: Interview, reviews: Sequence[Review]) -> bool:
    """Whether there is a rater who has no part in the interview."""
    taken = {interview.candidate_id, *(each.rater_id for each in reviews if each.rater_id)}
    if interview.invitation:
        taken.add(interview.invitation.by_id)
    return raters().exclude(pk__in=taken).exists()


def appeal(person: Person, interview_id: uuid.UUID, asked: str, *, now: datetime) -> bool:
    """Ask for another look; False when it is too late, or was asked before."""
    interview = interview_or_404(person, interview_id)
    state, _ = appeal_of(interview, reviews_of(interview), now)
    return state == "open" and Review.objects.appeal(interview, asked=asked, now=now)
