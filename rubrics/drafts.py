"""Drafts of questions: begun, read by the rules while they are written, published, thrown away."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from rubrics import bank, schema
from rubrics.linting import checked, todo, unreadable
from rubrics.loading import (
    InvalidDocument,
    Problem,
    Source,
    parse,
    question_of,
    written,
)
from rubrics.models import Draft, Question, QuestionVersion
from rubrics.skeleton import skeleton


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft's text as it was read: the question, when it is one, and what is wrong with it.

    ``problems`` keep it from being read, or from being published when every rule was asked;
    ``todo`` is asked for before it can be published. ``source`` tells the line of each path; there
    is none of a text that is no YAML.
    """

    question: schema.Question | None
    problems: tuple[Problem, ...]
    source: Source | None = None
    todo: tuple[Problem, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether it could be published."""
        return self.question is not None and not self.problems


def examine(text: str, *, slug: str) -> Examined:
    """Read a draft of a question: its form, what it refers to, and what judging needs."""
    found = _read(text, slug)
    if found.source is None or found.question is None:
        return found
    problems = (*found.problems, *unreadable(found.source, found.question))
    return Examined(found.question, tuple(sorted(problems)), found.source)


def examine_by_rules(text: str, *, slug: str) -> Examined:
    """Read a draft and give as ``todo`` what the rules ask for that score no answers (a second)."""
    found = examine(text, slug=slug)
    if found.source is None or found.question is None or found.problems:
        return found
    asked_for = todo(found.source, found.question, bank.frameworks())
    return Examined(found.question, (), found.source, tuple(asked_for))


def examine_wholly(text: str, *, slug: str) -> Examined:
    """Read a draft by every rule of the linter (seconds); none of them is left out."""
    found = _read(text, slug)
    if found.source is None or found.question is None:
        return found
    verdict = checked(found.source, found.question, bank.frameworks())
    problems = (*found.problems, *verdict.problems)
    return Examined(found.question, tuple(sorted(problems)), found.source)


def _read(text: str, slug: str) -> Examined:
    source = None
    try:
        source = parse(text, f"{slug}.yaml")
        question = question_of(source, bank.concepts())
    except InvalidDocument as error:
        return Examined(None, error.problems, source)
    problems = []
    if question.id != slug:
        problems.append(source.problem(("id",), "file-name", f"keep the id {slug!r}"))
    return Examined(question, tuple(problems), source)


class Taken(Exception):
    """A question of that name is there already."""


def new_question(
    slug: str, title: str, *, by: User, now: datetime, copied: Question | None = None
) -> Draft:
    """Begin a question that is nobody's yet: with the skeleton, or as a copy. Raises Taken."""
    version = copied.published if copied else None
    text = _renamed(version, slug, title) if version else skeleton(slug, title)
    try:
        with transaction.atomic():
            question = Question.objects.create(slug=slug, title=title, updated_at=now)
            return Draft.objects.create(question=question, text=text, updated_at=now, updated_by=by)
    except IntegrityError as error:
        raise Taken(slug) from error


# A field of the whole document: its row, and those below that are indented.
_HEAD = tuple(re.compile(rf"^{name}:.*(\n[ \t].*)*", re.MULTILINE) for name in ("id", "title"))


def _renamed(version: QuestionVersion, slug: str, title: str) -> str:
    """Give a version's text under another name: with the rest as it was written, if that can be."""
    cards = bank.concepts()
    text, wanted = bank.as_yaml(version, cards), {"id": slug, "title": title}
    same = version.value.model_copy(update=wanted)
    head = written(schema.Concept(id=slug, title=title, wordings=(slug,)))
    for pattern in _HEAD:
        there, row = pattern.search(text), pattern.search(head)
        if there and row:
            text = text[: there.start()] + row[0] + text[there.end() :]
    try:
        if question_of(parse(text, ""), cards) == same:
            return text
    except InvalidDocument:
        pass
    return written(same.model_copy(update={"standalone": True}))


def draft_of(
    question: Question, *, by: User, now: datetime, version: QuestionVersion | None = None
) -> Draft:
    """Give a question's draft; a new one begins with ``version``, or what is published."""
    base = version or question.published
    text = bank.text_of(base) if base else skeleton(question.slug, question.title)
    draft, _ = Draft.objects.get_or_create(
        question=question,
        defaults={"text": text, "base": base, "updated_at": now, "updated_by": by},
    )
    return draft


def says_nothing_new(draft: Draft, examined: Examined) -> bool:
    """Whether a draft says the same as what is published, comments and layout aside."""
    published, question = draft.question.published, examined.question
    return bool(published and question and published.content_hash == question.hash)


def publish_draft(draft: Draft, *, mark: str, note: str, by: User, now: datetime) -> Examined:
    """Publish a draft that is clean, as it was when it was looked at; it is a draft no more.

    Nothing changes while it has problems, says nothing new, or was written on since.
    """
    examined = examine_wholly(draft.text, slug=draft.question.slug)
    if not examined.is_clean or examined.question is None:
        return examined
    if says_nothing_new(draft, examined):
        return _refused(draft, "same", "says the same as what is published")
    with transaction.atomic():
        bank.one_at_a_time()
        gone, _ = Draft.objects.marked(mark).filter(pk=draft.pk).delete()
        if gone:
            bank.publish(
                examined.question, now=now, note=note, source=draft.text, author=by.get_username()
            )
            return examined
    return _refused(draft, "changed", "was changed since; look again")


def _refused(draft: Draft, rule: str, message: str) -> Examined:
    return Examined(None, (Problem(f"{draft.question.slug}.yaml", 1, "", rule, message),))


def discard(draft: Draft, *, mark: str) -> bool:
    """Throw a draft away, as it was when it was looked at; a question never published too."""
    with transaction.atomic():
        gone, _ = Draft.objects.marked(mark).filter(pk=draft.pk).delete()
        if gone:
            Question.objects.filter(pk=draft.question_id, state=Question.State.DRAFT).delete()
    return bool(gone)
