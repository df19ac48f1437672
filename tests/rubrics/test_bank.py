"""Documents come into the bank as versions that nobody edits, all of them or none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from rubrics import bank
from rubrics.loading import InvalidDocument
from rubrics.models import FrameworkVersion, Question, QuestionVersion
from tests.rubrics.documents import criterion, question

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_the_library_comes_in_once() -> None:
    first = bank.import_library(now=NOW)
    again = bank.import_library(now=NOW)
    assert first.added > 0
    assert (again.added, again.changed, again.unchanged) == (0, 0, first.added)


def test_a_changed_question_is_a_new_version_and_the_old_one_stays() -> None:
    bank.publish(question(), now=NOW)
    old = Question.objects.get().published
    changed = question(criterion(title="Evaluates otherwise"))
    assert bank.publish(changed, now=NOW, note="clearer") == "changed"
    published = Question.objects.get().published
    assert published is not None
    assert (published.number, published.note, published.value) == (2, "clearer", changed)
    assert old is not None
    assert QuestionVersion.objects.get(number=1).value == old.value == question()


def test_a_stored_document_keeps_its_order() -> None:
    stages = {"scope": "one", "evaluation": "two", "deep-dive": "three"}
    bank.publish(question(model_answer={"framework": "f", "stages": stages}), now=NOW)
    model_answer = QuestionVersion.objects.get().value.model_answer
    assert model_answer is not None
    assert list(model_answer.stages) == list(stages)


def test_a_retired_question_stays_retired() -> None:
    bank.publish(question(), now=NOW)
    Question.objects.update(state=Question.State.RETIRED)
    bank.publish(question(criterion(title="Other")), now=NOW)
    assert not Question.objects.published().exists()


def test_a_version_cannot_be_edited() -> None:
    bank.publish(question(), now=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        QuestionVersion.objects.update(note="rewritten")


def test_a_bad_folder_changes_nothing(tmp_path: Path) -> None:
    bank.import_library(now=NOW)
    before = QuestionVersion.objects.count(), FrameworkVersion.objects.count()
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "bad.yaml").write_text("id: bad\n")
    with pytest.raises(InvalidDocument):
        bank.import_library(tmp_path, now=NOW)
    with pytest.raises(CommandError, match=r"Nothing was changed.*\n.*bad\.yaml:1: "):
        call_command("bank", "import", str(tmp_path))
    assert (QuestionVersion.objects.count(), FrameworkVersion.objects.count()) == before


def test_a_changed_framework_replaces_the_current_one(tmp_path: Path) -> None:
    bank.import_library(now=NOW)
    framework = FrameworkVersion.objects.get(slug="four-stage")
    (tmp_path / "frameworks").mkdir()
    changed = framework.value.model_copy(update={"summary": "Another summary."})
    (tmp_path / "frameworks" / "four-stage.yaml").write_text(changed.model_dump_json())
    assert bank.import_library(tmp_path, now=NOW).changed == 1
    assert FrameworkVersion.objects.get(slug="four-stage", is_current=True).value == changed
    assert bank.import_library(now=NOW).changed == 1
    framework.refresh_from_db()
    assert framework.is_current


def test_questions_are_found_by_words_and_properties() -> None:
    about = {"topic": "ads", "difficulty": "hard", "targets": ["senior"], "summary": "Clicks"}
    bank.publish(question(**about), now=NOW)
    find = Question.objects.published().matching
    blank = {"words": "", "topic": "", "difficulty": "", "target": ""}
    for good in (
        {"words": "tiny clicks"},
        {"topic": "ads"},
        {"target": "senior"},
        {"difficulty": "hard"},
    ):
        assert find(**{**blank, **good}).count() == 1
    for bad in ({"words": "tiny x"}, {"topic": "a"}, {"target": "mid"}, {"difficulty": "easy"}):
        assert not find(**{**blank, **bad}).exists()
