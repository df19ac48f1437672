"""The door to invitations: for those who invite, and by a link for those who are invited."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from interviews.access.roles import Person, is_lead, raters
from interviews.access.roles import interviewer_or_404 as interviewer_or_404
from interviews.invited import Invited
from interviews.models import Interview, Invitation, Terms
from interviews.models import Issued as Issued
from rubrics.models import Question

PER_PAGE = 20
Found = Invitation  # views name the type, and only the type


def _visible_to(person: Person) -> QuerySet[Invitation]:
    user = interviewer_or_404(person)
    return (
        Invitation.objects.visible_to(user, is_lead=is_lead(user))
        .select_related("by", "interview__release__by", "framework")
        .defer("framework__document")
        .prefetch_related("questions")
    )


def invitations(person: Person, page: str) -> Page[Invitation]:
    """Give a page of the invitations that a person may see, the latest first."""
    return Paginator(_visible_to(person), PER_PAGE).get_page(page)


def invitation_or_404(person: Person, invitation_id: uuid.UUID) -> Invitation:
    """Give an invitation that a person may see."""
    return get_object_or_404(_visible_to(person), pk=invitation_id)


def issue(
    person: Person,
    people: Sequence[Invited],
    *,
    key: uuid.UUID,
    questions: Sequence[Question],
    terms: Terms,
    now: datetime,
) -> list[Issued]:
    """Invite people, all or nobody; gives nothing when the same key invited before."""
    user = interviewer_or_404(person)
    with transaction.atomic():
        issued = [
            Invitation.objects.issue(
                key=key if len(people) == 1 else uuid.uuid5(key, str(number)),
                by=user,
                questions=questions,
                terms=terms,
                email=each.email,
                name=each.name,
                now=now,
            )
            for number, each in enumerate(people)
        ]
    return [each for each in issued if each]


def raters_there() -> int:
    """Count the people who can score."""
    return raters().distinct().count()


def offered() -> QuerySet[Question]:
    """Give the questions that somebody can be invited to."""
    return Question.objects.published().order_by("title")


def by_link_or_404(token: str) -> Invitation:
    """Give what a link names, whatever became of it."""
    found = Invitation.objects.by_token(token).select_related("by", "interview", "framework")
    return get_object_or_404(found.defer("framework__document"))


def questions_of(invitation: Invitation) -> list[Question]:
    """Give the questions that an invited person may choose from now."""
    return list(offered().filter(invitations=invitation))


def accept(person: Person, invitation: Invitation, slug: str, *, now: datetime) -> Interview | None:
    """Use a link up; None when it works no more. 404 for a question that it does not offer."""
    if not isinstance(person, User):
        raise Http404
    question = get_object_or_404(offered(), slug=slug, invitations=invitation)
    return invitation.accept(candidate=person, question=question, now=now)
