"""Who does more than practise: interviewers, and leads, who may do what each of them may."""

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404

from interviews.models.invitation import INTERVIEWER, LEAD, RATERS

Person = User | AnonymousUser


def raters() -> QuerySet[User]:
    """Everybody who may score."""
    return User.objects.filter(is_active=True, groups__name__in=RATERS)


def _groups(person: Person) -> set[str]:
    """The groups of a person; the database is asked once for each value of a person."""
    if not isinstance(person, User):
        return set()
    prefetch_related_objects([person], "groups")
    return {group.name for group in person.groups.all()}


def is_lead(person: Person) -> bool:
    """Whether a person may do what any interviewer may. Superusers join the group like all."""
    return person.is_active and LEAD in _groups(person)


def is_interviewer(person: Person) -> bool:
    """Whether a person may invite and score."""
    return is_lead(person) or (person.is_active and INTERVIEWER in _groups(person))


def interviewer_or_404(person: Person) -> User:
    """Give the person, if they may invite and score."""
    if not isinstance(person, User) or not is_interviewer(person):
        raise Http404
    return person
