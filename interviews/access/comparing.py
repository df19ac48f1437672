"""The door to scorecards of others: once they would not bias what a person scores.

Side by side, as files, for programs, and as figures of how far people agree.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from interviews import flow
from interviews.access.roles import Person, interviewer_or_404, is_lead
from interviews.models import Agreement, Disagreement, Interview, Review
from interviews.models.agreement import DisagreementQuerySet

PER_PAGE = 25


def scored(
    person: Person, *, question: str = "", invited_by: int | None = None
) -> QuerySet[Interview]:
    """Give the interviews whose scorecards a person may read: it would not bias what they score.

    Those that they have scored; and of those that they (a lead: anybody) invited to, those for
    which nobody is awaited any more.
    """
    user = interviewer_or_404(person)
    own = Review.objects.filter(interview=OuterRef("pk"), rater=user)
    invited = Q(invitation__isnull=False) if is_lead(user) else Q(invitation__by=user)
    # Asked of one interview at a time: a page of a few does not look at all there are.
    settled = Exists(Interview.objects.settled().filter(pk=OuterRef("pk")))
    done = invited & ~Q(state=flow.State.RUNNING) & settled
    scored = Exists(own.filter(submitted_at__isnull=False))
    found = Interview.objects.live().filter(done | scored)
    # Who decides or looks again has not scored it until then.
    found = found.exclude(Exists(own.awaited())).exclude(candidate=user)
    if invited_by is not None:
        found = found.filter(invitation__by=invited_by)
    return found.filter(version__question__slug=question) if question else found


def agreement(person: Person) -> tuple[User, Agreement | None, bool]:
    """Give the reader, what was measured last, and whether they may see every rater's row."""
    user = interviewer_or_404(person)
    return user, Agreement.objects.latest_one(), is_lead(user)


@dataclass(frozen=True, slots=True)
class Differences:
    """A page of disagreements, the largest first, and where to go on."""

    rows: Sequence[Disagreement]
    after: str


def disagreements(
    person: Person, *, question: str, criterion: str, who: str, apart: int, after: str
) -> Differences:
    """Give where scorecards that the person may read differ by ``apart`` levels or more.

    Blank means any question, criterion and person or judge.
    """
    exact = {"question__slug": question, "criterion": criterion}
    found = Disagreement.objects.filter(
        interview__in=scored(person),
        gap__gte=apart,
        **{name: value for name, value in exact.items() if value},
    )
    if who:
        found = found.of(who)
    wanted = _behind(found, after).largest_first()[: PER_PAGE + 1]
    rows = list(wanted.select_related("question"))
    last = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
    place = f"{last.gap}_{last.at.isoformat()}_{last.pk}" if last else ""
    return Differences(rows[:PER_PAGE], place)


def _behind(found: DisagreementQuerySet, after: str) -> DisagreementQuerySet:
    """What comes behind a place, as ``Differences.after`` named it; all for one that is none."""
    try:
        gap, at, pk = after.split("_")
        return found.behind(int(gap), datetime.fromisoformat(at).astimezone(UTC), int(pk))
    except (ValueError, OverflowError):
        return found


def scored_or_404(person: Person, interview_id: uuid.UUID) -> tuple[Interview, Sequence[Review]]:
    """Give an interview whose scorecards a person may read, and its submitted reviews."""
    readable = Interview.objects.filter(pk__in=scored(person))
    interview = get_object_or_404(readable.with_question(), pk=interview_id)
    return interview, _submitted(interview.pk)


def submitted_of(person: Person, review: Review) -> Sequence[Review]:
    """Give every submitted review of an interview, to one who has submitted theirs."""
    if review.rater_id != person.pk or not review.is_submitted:
        raise Http404
    return _submitted(review.interview_id)


def _submitted(interview_id: uuid.UUID) -> Sequence[Review]:
    found = Review.objects.filter(interview=interview_id, submitted_at__isnull=False)
    return list(found.select_related("rater", "scorecard").order_by("submitted_at", "pk"))
