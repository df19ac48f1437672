"""The bank's verbs: bring documents in, write drafts, publish, retire, restore. All or nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from rubrics import schema
from rubrics.linting import lint, unreadable
from rubrics.loading import (
    LIBRARY,
    InvalidDocument,
    Library,
    Problem,
    Source,
    load_library,
    parse,
    question_of,
    written,
)
from rubrics.models import Concept, Draft, FrameworkVersion, Question, QuestionVersion

# Two imports at once would both count the same next number; the second waits for the first.
_IMPORT_LOCK = 7_301_001


@dataclass(frozen=True, slots=True)
class Imported:
    """How many documents an import added, changed and found unchanged."""

    added: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged"


def import_library(folder: Path = LIBRARY, *, now: datetime, author: str = "") -> Imported:
    """Bring a folder's frameworks, concepts and questions in; what changed is a new version.

    Raises ``loading.InvalidDocument`` with every problem, and then nothing is changed.
    """
    return bring(load_library(folder), now=now, author=author)


def bring(library: Library, *, now: datetime, author: str = "") -> Imported:
    """Bring a library in that was loaded, in one transaction."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORT_LOCK])
        outcomes = Counter(_bring_framework(each, now) for each in library.frameworks.values())
        outcomes += Counter(_bring_concept(each, now) for each in library.concepts.values())
        for name, each in library.questions.items():
            text = library.sources[f"questions/{name}"].text
            outcomes[publish(each, now=now, source=text, author=author)] += 1
    return Imported(outcomes["added"], outcomes["changed"], outcomes["unchanged"])


def publish(
    document: schema.Question, *, now: datetime, note: str = "", source: str = "", author: str = ""
) -> str:
    """Make a document the published version of its question: added, changed or unchanged.

    A retired question stays retired, and one that is published as it stands is left alone.
    """
    question, added = Question.objects.select_related("published").get_or_create(
        slug=document.id, defaults={"title": document.title, "updated_at": now}
    )
    if question.published and question.published.content_hash == document.hash:
        return "unchanged"
    latest = question.versions.order_by("-number").first()
    version = QuestionVersion.objects.create(
        question=question,
        number=latest.number + 1 if latest else 1,
        document=document.model_dump_json(exclude_defaults=True),
        content_hash=document.hash,
        rubric_hash=document.rubric.hash,
        source=source,
        author=author,
        note=note,
        created_at=now,
    )
    retired = question.state == Question.State.RETIRED
    Question.objects.filter(pk=question.pk).update(
        state=Question.State.RETIRED if retired else Question.State.PUBLISHED,
        published=version,
        title=document.title,
        summary=document.summary or "",
        topic=document.topic or "",
        difficulty=document.difficulty or "",
        targets=list(document.targets),
        minutes=document.minutes,
        updated_at=now,
    )
    return "added" if added else "changed"


def _bring_framework(document: schema.Framework, now: datetime) -> str:
    current = FrameworkVersion.objects.filter(slug=document.id, is_current=True)
    if current.filter(content_hash=document.hash).exists():
        return "unchanged"
    changed = current.update(is_current=False)
    FrameworkVersion.objects.update_or_create(
        slug=document.id,
        content_hash=document.hash,
        defaults={"is_current": True},
        create_defaults={
            "title": document.title,
            "document": document.model_dump_json(exclude_defaults=True),
            "is_current": True,
            "created_at": now,
        },
    )
    return "changed" if changed else "added"


def _bring_concept(document: schema.Concept, now: datetime) -> str:
    if Concept.objects.filter(slug=document.id, content_hash=document.hash).exists():
        return "unchanged"
    _, added = Concept.objects.update_or_create(
        slug=document.id,
        defaults={
            "title": document.title,
            "words": "\n".join((document.title, *document.wordings, document.card or "")),
            "document": document.model_dump_json(exclude_defaults=True),
            "content_hash": document.hash,
            "updated_at": now,
        },
    )
    return "added" if added else "changed"


# --- Drafts ---


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft's text as it was read: the question, when it is one, and what is wrong with it.

    ``source`` tells the line of each path; there is none of a text that is no YAML.
    """

    question: schema.Question | None
    problems: tuple[Problem, ...]
    source: Source | None = None

    @property
    def is_clean(self) -> bool:
        """Whether it could be published."""
        return self.question is not None and not self.problems


def examine(text: str, *, slug: str, wholly: bool = False) -> Examined:
    """Read a draft of a question: its form, what it refers to, and what judging needs.

    ``wholly``: by every rule of the linter, also those that score answers (seconds).
    """
    source = None
    try:
        source = parse(text, f"{slug}.yaml")
        question = question_of(source, concepts())
    except InvalidDocument as error:
        return Examined(None, error.problems, source)
    problems = []
    if question.id != slug:
        problems.append(source.problem(("id",), "file-name", f"keep the id {slug!r}"))
    problems += lint(source, question, frameworks()) if wholly else unreadable(source, question)
    return Examined(question, tuple(sorted(problems)), source)


def concepts() -> Mapping[str, schema.Concept]:
    """Give the concepts that questions can refer to, by id."""
    return {row.slug: row.value for row in Concept.objects.all()}


def frameworks() -> Mapping[str, schema.Framework]:
    """Give the current frameworks, by id."""
    return {row.slug: row.value for row in FrameworkVersion.objects.filter(is_current=True)}


class Taken(Exception):
    """A question of that name is there already."""


def new_question(slug: str, *, by: User, now: datetime) -> Draft:
    """Begin a question that is nobody's yet. Raises Taken."""
    try:
        with transaction.atomic():
            question = Question.objects.create(slug=slug, title=slug, updated_at=now)
    except IntegrityError as error:
        raise Taken(slug) from error
    return Draft.objects.create(
        question=question, text=_SKELETON.format(slug=slug), updated_at=now, updated_by=by
    )


_SKELETON = """\
# What each field means: docs/writing-rubrics.md. Errors show beside their line as you write.
id: {slug}
title: ""
prompt: ""
rubric:
  criteria: []
"""


def draft_of(
    question: Question, *, by: User, now: datetime, version: QuestionVersion | None = None
) -> Draft:
    """Give a question's draft; a new one begins with ``version``, or what is published."""
    base = version or question.published
    text = base.source or written(base.value) if base else _SKELETON.format(slug=question.slug)
    draft, _ = Draft.objects.get_or_create(
        question=question,
        defaults={"text": text, "base": base, "updated_at": now, "updated_by": by},
    )
    return draft


def publish_draft(draft: Draft, *, revision: int, note: str, by: User, now: datetime) -> Examined:
    """Publish a draft that is clean, at the revision that was looked at; it is a draft no more.

    Nothing changes while it has problems, or when it was written on since.
    """
    examined = examine(draft.text, slug=draft.question.slug, wholly=True)
    if not examined.is_clean or examined.question is None:
        return examined
    with transaction.atomic():
        gone, _ = Draft.objects.filter(pk=draft.pk, revision=revision).delete()
        if not gone:
            problem = Problem(f"{draft.question.slug}.yaml", 1, "", "changed", "was changed since")
            return Examined(None, (problem,))
        publish(examined.question, now=now, note=note, source=draft.text, author=by.get_username())
    return examined


def discard(draft: Draft, *, revision: int) -> bool:
    """Throw a draft away, at the revision that was looked at; a question never published too."""
    with transaction.atomic():
        gone, _ = Draft.objects.filter(pk=draft.pk, revision=revision).delete()
        if gone:
            Question.objects.filter(pk=draft.question_id, state=Question.State.DRAFT).delete()
    return bool(gone)


def retire(question: Question, *, now: datetime) -> bool:
    """Take a published question out of the list; interviews on it go on."""
    return _moved(question, Question.State.PUBLISHED, Question.State.RETIRED, now)


def restore(question: Question, *, now: datetime) -> bool:
    """Put a retired question back into the list."""
    return _moved(question, Question.State.RETIRED, Question.State.PUBLISHED, now)


def _moved(
    question: Question, before: Question.State, after: Question.State, now: datetime
) -> bool:
    mine = Question.objects.filter(pk=question.pk, state=before)
    return bool(mine.update(state=after, updated_at=now))
