"""The door for programs: interviews and scorecards that a person may read, a page at a time.

A person reads what they may export, and of their own interviews what the machine found, once they
may see it.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404

from interviews import flow
from interviews.access.comparing import scored
from interviews.access.roles import Person, is_interviewer
from interviews.models import HUMAN, Interview, Scorecard
from interviews.models.interview import InterviewQuerySet

M = TypeVar("M", bound=Model)
# Views name the types, and only the types.
Read = Interview
Card = Scorecard


class Place(NamedTuple):
    """The last row of a page: its moment, and its key among those of the same moment."""

    at: datetime
    pk: uuid.UUID | int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which interviews; None is any. ``after`` includes its moment, ``before`` does not."""

    question: str | None = None
    invitation: uuid.UUID | None = None
    interview: uuid.UUID | None = None
    state: flow.State | None = None
    submitted_after: datetime | None = None
    submitted_before: datetime | None = None

    def lookups(self, path: str = "") -> dict[str, object]:
        """Give them as Django's, of an interview at the path."""
        named = {
            "version__question__slug": self.question,
            "invitation_id": self.invitation,
            "pk": self.interview,
            "state": self.state,
            "submitted_at__gte": self.submitted_after,
            "submitted_at__lt": self.submitted_before,
        }
        return {f"{path}{name}": each for name, each in named.items() if each is not None}


def _readable(person: Person) -> InterviewQuerySet:
    own = Q(candidate_id=person.pk)
    return Interview.objects.filter(own | Q(pk__in=_exported(person)))


def _exported(person: Person) -> QuerySet[Interview]:
    if not is_interviewer(person):
        return Interview.objects.none()
    return scored(person, question="")


def interviews(
    person: Person, wanted: Wanted, *, after: Place | None, most: int
) -> tuple[Sequence[Interview], Place | None]:
    """Give a page of interviews, the latest begun first, and its last place if there are more."""
    found = _readable(person).with_question().filter(**wanted.lookups())
    rows, has_more = _page(found, "started_at", after, most)
    return rows, Place(rows[-1].started_at, rows[-1].pk) if has_more else None


def interview_or_404(person: Person, interview_id: uuid.UUID) -> Interview:
    """Give an interview that a person may read."""
    return get_object_or_404(_readable(person).with_question(), pk=interview_id)


def _cards(person: Person) -> QuerySet[Scorecard]:
    own = Interview.objects.filter(candidate_id=person.pk).showing_result()
    told = Q(interview__in=own, review__isnull=True)
    return Scorecard.objects.filter(told | Q(interview__in=_exported(person))).with_interview()


def scorecards(
    person: Person, wanted: Wanted, *, rater: str | None, after: Place | None, most: int
) -> tuple[Sequence[Scorecard], Place | None]:
    """Give a page of scorecards, the latest first, and its last place if there are more.

    ``rater`` is a person's address or a judge's name.
    """
    found = _cards(person).filter(**wanted.lookups("interview__"))
    if rater is not None:
        found = found.filter(Q(review__rater__email=rater) | ~Q(judge=HUMAN) & Q(judge=rater))
    rows, has_more = _page(found, "created_at", after, most)
    return rows, Place(rows[-1].created_at, rows[-1].pk) if has_more else None


def scorecards_of(person: Person, interview: Interview) -> list[Scorecard]:
    """Give those of one interview that a person may read, the earliest first."""
    return list(_cards(person).filter(interview=interview).order_by("created_at", "pk"))


def _page(
    found: QuerySet[M], moment: str, after: Place | None, most: int
) -> tuple[Sequence[M], bool]:
    """Give the latest rows behind a place, and whether there are more."""
    if after:
        passed = Q(**{f"{moment}__lt": after.at}) | Q(**{moment: after.at, "pk__lt": after.pk})
        found = found.filter(passed)
    rows = list(found.order_by(f"-{moment}", "-pk")[: most + 1])
    return rows[:most], len(rows) > most
