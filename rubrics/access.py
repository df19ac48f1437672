"""The only door from a curator's request to a row. Who is no curator finds nothing here."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404
from django.shortcuts import get_object_or_404

from rubrics.models import Draft, DraftVisit, Question

Person = User | AnonymousUser
CURATOR = "curator"
# Who was not heard of for this long has closed the draft, or their browser.
HERE = timedelta(seconds=45)


def is_curator(person: Person) -> bool:
    """Whether a person may keep the bank."""
    return person.is_active and (person.is_superuser or person.groups.filter(name=CURATOR).exists())


def curator_or_404(person: Person) -> User:
    """Give the person, if they may keep the bank."""
    if not isinstance(person, User) or not is_curator(person):
        raise Http404
    return person


def question_or_404(person: Person, slug: str) -> Question:
    """Give a question of the bank in whatever state it is."""
    curator_or_404(person)
    return get_object_or_404(Question.objects.select_related("published"), slug=slug)


def draft_or_404(person: Person, slug: str) -> Draft:
    """Give the draft of a question."""
    curator_or_404(person)
    found = Draft.objects.select_related("question__published", "base", "updated_by")
    return get_object_or_404(found, question__slug=slug)


def visit(draft: Draft, person: User, *, now: datetime) -> list[str]:
    """Say that a person has a draft open; gives the names of the others who have."""
    DraftVisit.objects.update_or_create(draft=draft, person=person, defaults={"seen_at": now})
    others = draft.visits.filter(seen_at__gte=now - HERE).exclude(person=person)
    return list(others.order_by("person__username").values_list("person__username", flat=True))
