"""The bank's verbs: bring documents in, as new versions, all or nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from rubrics import schema
from rubrics.loading import LIBRARY, load_library
from rubrics.models import FrameworkVersion, Question, QuestionVersion

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


def import_library(folder: Path = LIBRARY, *, now: datetime) -> Imported:
    """Bring a folder's frameworks and questions in; what changed becomes a new version.

    Raises ``loading.InvalidDocument`` with every problem, and then nothing is changed.
    """
    library = load_library(folder)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORT_LOCK])
        outcomes = Counter(_bring_framework(each, now) for each in library.frameworks.values())
        outcomes += Counter(publish(each, now=now) for each in library.questions.values())
    return Imported(outcomes["added"], outcomes["changed"], outcomes["unchanged"])


def publish(document: schema.Question, *, now: datetime, note: str = "") -> str:
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
