"""The bank's verbs: bring documents in, publish, retire, restore, give out. All or nothing."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Max

from rubrics import schema
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
    """How many documents an import added, changed and found unchanged, and kept as drafts."""

    added: int
    changed: int
    unchanged: int
    drafts: int = 0

    def __str__(self) -> str:
        """One line for people."""
        drafts = f", {self.drafts} as a draft" if self.drafts else ""
        return f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged{drafts}"


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


def bring(
    library: Library, *, now: datetime, author: str = "", drafts: Collection[str] = ()
) -> Imported:
    """Bring a library in that was loaded, in one transaction.

    ``drafts``: the questions (ids) that nobody is to see yet. Raises ``loading.InvalidDocument``
    when somebody else writes a draft of one of them, and then nothing is changed.
    """
    with transaction.atomic():
        one_at_a_time()
        outcomes = Counter(_bring_framework(each, now) for each in library.frameworks.values())
        outcomes += Counter(_bring_concept(each, now) for each in library.concepts.values())
        for name, each in library.questions.items():
            source = library.sources[f"questions/{name}"]
            if name in drafts:
                outcomes[_keep(each, source, now=now, author=author)] += 1
            else:
                outcomes[publish(each, now=now, source=source.text, author=author)] += 1
    return Imported(*(outcomes[each] for each in ("added", "changed", "unchanged", "draft")))


def _keep(document: schema.Question, source: Source, *, now: datetime, author: str) -> str:
    """Keep a question as a draft; what is published, and what somebody writes, stays as it is."""
    question, _ = Question.objects.with_version().get_or_create(
        slug=document.id, defaults={"title": document.title, "updated_at": now}
    )
    by = User.objects.filter(username=author).first() if author else None
    draft, is_new = Draft.objects.get_or_create(
        question=question,
        defaults={
            "text": source.text,
            "base": question.published,
            "updated_at": now,
            "updated_by": by,
        },
    )
    if not is_new and draft.text != source.text:
        raise InvalidDocument([drafted(source)])
    return "draft" if is_new else "unchanged"


def drafted(source: Source) -> Problem:
    """Say why a question cannot come in as a draft: there is one that somebody writes."""
    message = "has a draft in the bank that would be lost; publish it or throw it away first"
    return source.problem(("id",), "draft", message)


def one_at_a_time() -> None:
    """Wait for whoever else publishes; the lock goes with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISH_LOCK])


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
    question, added = Question.objects.with_version().get_or_create(
        slug=document.id, defaults={"title": document.title, "updated_at": now}
    )
    if question.published and question.published.content_hash == document.hash:
        return "unchanged"
    latest = question.versions.aggregate(number=Max("number"))["number"]
    version = QuestionVersion.objects.create(
        question=question,
        number=(latest or 0) + 1,
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
    current = FrameworkVersion.objects.current().filter(slug=document.id)
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


def concepts() -> Mapping[str, schema.Concept]:
    """Give the concepts that questions can refer to, by id."""
    return {row.slug: row.value for row in Concept.objects.all()}


def frameworks() -> Mapping[str, schema.Framework]:
    """Give the frameworks of today, by id and in that order."""
    return {row.slug: row.value for row in FrameworkVersion.objects.current()}


def text_of(version: QuestionVersion) -> str:
    """Give a version's YAML: as it was written, or else written anew from what it says."""
    return version.source or written(version.value)


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
