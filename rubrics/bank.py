"""The bank's verbs: bring documents in, write drafts, publish, retire, restore. All or nothing."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from rubrics import packing, schema
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
from rubrics.models import (
    Concept,
    Draft,
    FrameworkVersion,
    Question,
    QuestionVersion,
    Shipped,
)

# Two who publish at once would both count the same next number; the second waits for the first.
_PUBLISH_LOCK = 7_301_001


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


def ship(folder: Path = LIBRARY, *, now: datetime) -> Imported | None:
    """Bring in the library that comes with the app, if it is another one than before.

    What a curator has published stays published, and a version that the bank had once does not
    come back. Raises ``loading.InvalidDocument``.
    """
    digest = _digest(folder)
    if Shipped.objects.filter(digest=digest).exists():
        return None
    library = load_library(folder)
    theirs = Question.objects.filter(published__isnull=False).exclude(published__author="")
    slugs = set(theirs.values_list("slug", flat=True))
    had = set(QuestionVersion.objects.values_list("content_hash", flat=True))
    questions = {
        name: each
        for name, each in library.questions.items()
        if name not in slugs and each.hash not in had
    }
    brought = bring(replace(library, questions=questions), now=now)
    Shipped.objects.get_or_create(digest=digest, defaults={"at": now})
    return brought


def _digest(folder: Path) -> str:
    """One for the names and bytes of all documents of a folder."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*/*.yaml")):
        digest.update(f"{file.relative_to(folder)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def bring(library: Library, *, now: datetime, author: str = "") -> Imported:
    """Bring a library in that was loaded, in one transaction."""
    with transaction.atomic():
        _one_at_a_time()
        outcomes = Counter(_bring_framework(each, now) for each in library.frameworks.values())
        outcomes += Counter(_bring_concept(each, now) for each in library.concepts.values())
        for name, each in library.questions.items():
            text = library.sources[f"questions/{name}"].text
            outcomes[publish(each, now=now, source=text, author=author)] += 1
    return Imported(outcomes["added"], outcomes["changed"], outcomes["unchanged"])


def _one_at_a_time() -> None:
    """Wait for whoever else publishes; the lock goes with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISH_LOCK])


# --- Packages ---


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an import of a package would do, or why nothing of it can come in.

    ``outcomes``: added, changed or unchanged for each document, as ``questions/its-id``.
    ``mark`` stands for this very package and these very outcomes.
    """

    library: Library | None
    problems: tuple[Problem, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""

    @property
    def added(self) -> list[str]:
        """What the bank has not."""
        return self._with("added")

    @property
    def changed(self) -> list[str]:
        """What gets a new version."""
        return self._with("changed")

    @property
    def unchanged(self) -> list[str]:
        """What the bank has as it is."""
        return self._with("unchanged")

    def _with(self, outcome: str) -> list[str]:
        return sorted(name for name, each in self.outcomes.items() if each == outcome)

    @classmethod
    def nothing(cls) -> Self:
        """What was sent holds no file."""
        return cls(None, (Problem("package", 1, "", "missing", "choose a file first"),))


def known() -> packing.Known:
    """Give what those who read a package need to know of the bank."""
    published = Question.objects.filter(published__isnull=False)
    hashes = published.values_list("published__content_hash", flat=True)
    return packing.Known(concepts(), frozenset(hashes))


def look_into(name: str, content: bytes) -> Outlook:
    """Read what somebody sent and say what an import would do; nothing is kept."""
    try:
        library = packing.unpack(name, content, known())
    except InvalidDocument as error:
        return Outlook(None, error.problems)
    outcomes = _outcomes(library)
    mark = hashlib.sha256(repr(sorted(outcomes.items())).encode() + content).hexdigest()
    return Outlook(library, outcomes=outcomes, mark=mark)


def _outcomes(library: Library) -> dict[str, str]:
    questions = Question.objects.filter(slug__in=library.questions)
    frameworks = FrameworkVersion.objects.filter(slug__in=library.frameworks, is_current=True)
    concepts = Concept.objects.filter(slug__in=library.concepts)
    stored = {
        **_hashes("frameworks", frameworks.values_list("slug", "content_hash")),
        **_hashes("concepts", concepts.values_list("slug", "content_hash")),
        **_hashes("questions", questions.values_list("slug", "published__content_hash")),
    }
    coming = {
        **_hashes("frameworks", ((each.id, each.hash) for each in library.frameworks.values())),
        **_hashes("concepts", ((each.id, each.hash) for each in library.concepts.values())),
        **_hashes("questions", ((each.id, each.hash) for each in library.questions.values())),
    }
    return {
        name: "unchanged" if stored.get(name) == now else "changed" if name in stored else "added"
        for name, now in coming.items()
    }


def _hashes(kind: str, found: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
    return {f"{kind}/{name}": content_hash for name, content_hash in found}


class NotThere(Exception):
    """The bank has no published version of questions of these names."""


def documents(slugs: Collection[str] = ()) -> dict[str, str]:
    """Give the bank as YAML by path, ``questions/its-id.yaml``, as ``packing`` takes it.

    Without ``slugs``: every published question, concept and framework. With them: these
    questions, retired ones too, and what they draw on. Raises NotThere.
    """
    found = Question.objects.filter(published__isnull=False).select_related("published")
    found = found.filter(slug__in=slugs) if slugs else found.filter(state=Question.State.PUBLISHED)
    versions = {each.slug: each.published for each in found if each.published}
    if missing := sorted(set(slugs) - versions.keys()):
        raise NotThere(", ".join(missing))
    cards, frames = concepts(), frameworks()
    texts = {f"questions/{name}.yaml": as_yaml(each, cards) for name, each in versions.items()}
    if slugs:
        values = [each.value for each in versions.values()]
        drawn_on = {name for value in values for name in _drawn_on(value)}
        followed = {name for value in values for name in _followed(value)}
        cards = {name: card for name, card in cards.items() if name in drawn_on}
        frames = {name: frame for name, frame in frames.items() if name in followed}
    texts |= {f"concepts/{name}.yaml": written(card) for name, card in cards.items()}
    texts |= {f"frameworks/{name}.yaml": written(frame) for name, frame in frames.items()}
    return texts


def as_yaml(version: QuestionVersion, cards: Mapping[str, schema.Concept]) -> str:
    """Give a version as YAML that is read back to the very same content.

    That is the text as it was written, if it still says the same beside these concepts. Else,
    when a concept was changed since, it is the stored document, marked as standing alone.
    """
    if version.source:
        try:
            if question_of(parse(version.source, ""), cards).hash == version.content_hash:
                return version.source
        except InvalidDocument:
            pass
    return written(version.value.model_copy(update={"standalone": True}))


def _followed(document: schema.Question) -> Iterator[str]:
    """Give the frameworks (ids) that a question's answers follow."""
    for answer in (document.model_answer, *document.samples):
        if answer:
            yield answer.framework


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
        concepts=_drawn_on(document),
        updated_at=now,
    )
    return "added" if added else "changed"


def _drawn_on(document: schema.Question) -> list[str]:
    """Give the concepts (ids) that a question or an indicator of it names, each once."""
    indicators = [each for one in document.rubric.criteria for each in one.indicators]
    named = (*document.concepts, *(name for each in indicators for name in each.concepts))
    return list(dict.fromkeys(named))


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


def text_of(version: QuestionVersion) -> str:
    """Give a version's YAML: as it was written, or else written anew from what it says."""
    return version.source or written(version.value)


def draft_of(
    question: Question, *, by: User, now: datetime, version: QuestionVersion | None = None
) -> Draft:
    """Give a question's draft; a new one begins with ``version``, or what is published."""
    base = version or question.published
    text = text_of(base) if base else _SKELETON.format(slug=question.slug)
    draft, _ = Draft.objects.get_or_create(
        question=question,
        defaults={"text": text, "base": base, "updated_at": now, "updated_by": by},
    )
    return draft


def publish_draft(draft: Draft, *, mark: str, note: str, by: User, now: datetime) -> Examined:
    """Publish a draft that is clean, as it was when it was looked at; it is a draft no more.

    Nothing changes while it has problems, says nothing new, or was written on since.
    """
    examined = examine(draft.text, slug=draft.question.slug, wholly=True)
    if not examined.is_clean or examined.question is None:
        return examined
    published = draft.question.published
    if published and published.content_hash == examined.question.hash:
        return _refused(draft, "same", "says the same as what is published")
    with transaction.atomic():
        _one_at_a_time()
        gone, _ = Draft.objects.marked(mark).filter(pk=draft.pk).delete()
        if gone:
            publish(
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
