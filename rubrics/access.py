"""The only door from a request of this app to a row.

Who is no curator finds nothing here but the handbook, which is everybody's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.core.paginator import Page, Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404

from rubrics import bank, drafts, schema
from rubrics.loading import Problem
from rubrics.models import (
    Concept,
    Draft,
    DraftVisit,
    FrameworkVersion,
    Question,
    QuestionVersion,
    documents_of,
)

Person = User | AnonymousUser
CURATOR = "curator"
# Who was not heard of for this long has closed the draft, or their browser.
HERE = timedelta(seconds=45)


def is_curator(person: Person) -> bool:
    """Whether a person may keep the bank; the database is asked once for each value of a person."""
    if not person.is_active or person.is_superuser:
        return person.is_active
    prefetch_related_objects([person], "groups")
    return any(group.name == CURATOR for group in person.groups.all())


def curator_or_404(person: Person) -> User:
    """Give the person, if they may keep the bank."""
    if not isinstance(person, User) or not is_curator(person):
        raise Http404
    return person


def question_or_404(person: Person, slug: str) -> Question:
    """Give a question of the bank in whatever state it is."""
    curator_or_404(person)
    return get_object_or_404(Question.objects.with_version(), slug=slug)


def published_or_404(person: Person, slug: str) -> QuestionVersion:
    """Give the published version of a question, also of one that is retired."""
    version = question_or_404(person, slug).published
    if version is None:
        raise Http404
    return version


def draft_or_404(person: Person, slug: str) -> Draft:
    """Give the draft of a question."""
    curator_or_404(person)
    return get_object_or_404(Draft.objects.with_question(), question__slug=slug)


def visit(draft: Draft, person: User, *, now: datetime) -> list[str]:
    """Say that a person has a draft open; gives the names of the others who have."""
    DraftVisit.objects.update_or_create(draft=draft, person=person, defaults={"seen_at": now})
    others = draft.visits.filter(seen_at__gte=now - HERE).exclude(person=person)
    return list(others.order_by("person__username").values_list("person__username", flat=True))


PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class BankPage:
    """A page of the bank, by title, and the key of the one after it; blank at the end."""

    questions: list[Question]
    after: str
    topics: list[str]


def bank_page(person: Person, *, q: str, state: str, topic: str, after: str) -> BankPage:
    """Give a page of the bank; it begins behind the title and name ``after``."""
    curator_or_404(person)
    found = list(Question.objects.for_desk(q, state, topic, after)[: PER_PAGE + 1])
    more = found[PER_PAGE - 1].desk_key if len(found) > PER_PAGE else ""
    topics = Question.objects.exclude(topic="").order_by("topic")
    return BankPage(found[:PER_PAGE], more, list(topics.values_list("topic", flat=True).distinct()))


def versions(question: Question, *, page: str) -> Page[QuestionVersion]:
    """Give a page of a question's versions, the latest first, without their documents."""
    found = question.versions.defer(*documents_of("")).order_by("-number")
    return Paginator(found, PER_PAGE).get_page(page)


def version_if_any(question: Question, number: str) -> QuestionVersion | None:
    """Give a version by its number, if there is one."""
    if not number.isdecimal() or len(number) > 9:  # no version has that many
        return None
    return question.versions.defer(*documents_of("")).filter(number=number).first()


def draft_if_any(question: Question) -> Draft | None:
    """Give a question's draft without its text, if it has one."""
    found = Draft.objects.filter(question=question).defer("text")
    return found.select_related("updated_by").first()


def copyable(person: Person) -> list[tuple[str, str]]:
    """Give name and title of every question that a new one can begin as a copy of, by title."""
    curator_or_404(person)
    return list(Question.objects.filter(published__isnull=False).values_list("slug", "title"))


def is_there(person: Person, slug: str) -> bool:
    """Whether the bank has a question of that name."""
    curator_or_404(person)
    return Question.objects.filter(slug=slug).exists()


# --- The handbook ---


def concept_or_404(slug: str) -> Concept:
    """Give a concept with its card."""
    return get_object_or_404(Concept, slug=slug)


def concepts() -> list[Concept]:
    """Give all concepts by title, without their documents."""
    return list(Concept.objects.named())


def concepts_matching(words: str) -> list[Concept]:
    """Give the concepts in which every word occurs, the best first."""
    return list(Concept.objects.matching(words))


def concepts_named(slugs: Iterable[str]) -> list[Concept]:
    """Give concepts with their cards, by title."""
    return list(Concept.objects.filter(slug__in=slugs))


def framework_or_404(slug: str) -> FrameworkVersion:
    """Give a framework as it is today."""
    return get_object_or_404(FrameworkVersion.objects.current(), slug=slug)


def published() -> list[Question]:
    """Give the questions that everybody can practise, by title."""
    return list(Question.objects.published())


def questions_drawing_on(concept: str) -> list[Question]:
    """Give the published questions that draw on a concept (id), by title."""
    return list(Question.objects.published().drawing_on(concept))


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A question under the curators' eyes: what it was (``old``) and what it is to be (``new``).

    ``before`` and ``after`` are the versions that say so; without ``after`` it is the draft's
    ``text``. ``problems`` say why a draft cannot be read; then there is no ``new``.
    """

    question: Question
    before: QuestionVersion | None
    after: QuestionVersion | None
    text: str
    old: schema.Question | None
    new: schema.Question | None
    problems: tuple[Problem, ...] = ()

    @property
    def shown(self) -> schema.Question | None:
        """What is to be, or else what is."""
        return self.new or self.old

    @property
    def old_text(self) -> str:
        """The YAML of what it was."""
        return bank.text_of(self.before) if self.before else ""

    @property
    def new_text(self) -> str:
        """The YAML of what it is to be."""
        return bank.text_of(self.after) if self.after else self.text

    @property
    def names(self) -> tuple[str, str]:
        """What to call the two."""
        return (
            f"version {self.before.number}" if self.before else "nothing",
            f"version {self.after.number}" if self.after else "the draft",
        )


def looked_at(person: Person, slug: str, *, old: str = "", new: str = "") -> LookedAt:
    """Give what is published beside the draft; or two versions by their numbers."""
    question = question_or_404(person, slug)
    before = version_if_any(question, old) or question.published
    after = version_if_any(question, new)
    draft = None if after else Draft.objects.filter(question=question).first()
    examined = drafts.examine(draft.text, slug=slug) if draft else None
    return LookedAt(
        question=question,
        before=before,
        after=after,
        text=draft.text if draft else "",
        old=before.value if before else None,
        new=examined.question if examined else after.value if after else None,
        problems=examined.problems if examined else (),
    )
