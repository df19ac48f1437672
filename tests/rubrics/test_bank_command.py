"""``manage.py bank``: documents in and out, and what is wrong with them, for scripts."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rubrics import bank, clock, packing
from rubrics.models import Concept, Draft, FrameworkVersion, Question, QuestionVersion
from tests.rubrics.documents import TINY, WHOLE
from tests.rubrics.test_packing import ALONE, FINISHED, NOTHING, PACKAGE, laid_out

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    """What a command prints."""
    said = io.StringIO()
    call_command("bank", *words, stdout=said)
    return said.getvalue()


def refused(*words: str) -> tuple[str, CommandError]:
    """What a command prints, and why it ends with an error."""
    said = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("bank", *words, stdout=said)
    return said.getvalue(), caught.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return laid_out(tmp_path / "in", PACKAGE)


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    return laid_out(tmp_path / "finished", FINISHED)


def published(folder: Path) -> None:
    """Publish what lies in a folder, whatever the rules say."""
    bank.bring(packing.unpack_path(folder, NOTHING), now=clock.now())


def test_a_file_a_folder_and_a_zip_come_in(finished: Path, tmp_path: Path) -> None:
    assert run("import", str(finished)) == "Bank: 3 added, 0 changed, 0 unchanged.\n"
    (tmp_path / "in.zip").write_bytes(packing.pack(FINISHED))
    assert run("import", str(tmp_path / "in.zip")) == "Bank: 0 added, 0 changed, 3 unchanged.\n"
    file = tmp_path / "any name.yaml"
    file.write_text(json.dumps({**WHOLE, "minutes": 50}))
    assert run("import", str(file)) == "Bank: 0 added, 1 changed, 0 unchanged.\n"
    version = Question.objects.get().published
    assert version
    assert (version.number, version.source) == (2, file.read_text())


def test_what_is_not_finished_comes_in_as_a_draft(folder: Path) -> None:
    first, second = run("import", str(folder)).splitlines()
    assert first.startswith("tiny is not finished, so it is a draft; check lists ")
    assert second == "Bank: 2 added, 0 changed, 0 unchanged, 1 as a draft."
    assert not QuestionVersion.objects.exists()
    assert Draft.objects.get().text == TINY


def test_what_came_in_by_hand_outlives_a_newer_library(finished: Path) -> None:
    run("import", str(finished))
    file = finished / "questions" / "dinner-ideas.yaml"
    file.write_text(json.dumps({**WHOLE, "minutes": 50}))
    assert bank.ship(finished, now=clock.now())
    assert Question.objects.get().minutes == 45


def test_what_is_wrong_stops_an_import_and_says_where(folder: Path) -> None:
    laid_out(folder, {"questions/tiny.yaml": "id: tiny\n", "concepts/ab.yaml": "id: [\n"})
    _, error = refused("import", str(folder))
    first, *others = str(error).splitlines()
    assert first == "Nothing was changed."
    assert others[0].startswith("concepts/ab.yaml:2: ")
    assert others[1].startswith("questions/tiny.yaml:1: prompt: ")
    assert not Question.objects.exists()
    assert not Concept.objects.exists()
    assert not FrameworkVersion.objects.exists()
    assert "cannot be read" in str(refused("import", str(folder / "gone.zip"))[1])


def test_what_is_exported_can_be_imported(finished: Path, tmp_path: Path) -> None:
    run("import", str(finished))
    for place in (tmp_path / "out.zip", tmp_path / "out"):
        assert run("export", str(place)) == f"{place}: 3 documents.\n"
        assert run("import", str(place)) == "Bank: 0 added, 0 changed, 3 unchanged.\n"
    file = tmp_path / "out" / "questions" / "dinner-ideas.yaml"
    assert file.read_text() == FINISHED["questions/dinner-ideas.yaml"]
    first = (tmp_path / "out.zip").read_bytes()
    run("export", str(tmp_path / "out.zip"))
    assert (tmp_path / "out.zip").read_bytes() == first
    assert not [each for each in tmp_path.rglob(".*") if each.is_file()]


def test_some_questions_can_be_exported(folder: Path, tmp_path: Path) -> None:
    laid_out(folder, {"questions/more.yaml": ALONE.replace("id: tiny", "id: more")})
    published(folder)
    run("export", str(tmp_path / "out"), "--question", "more")
    found = [file.name for file in (tmp_path / "out").rglob("*.yaml")]
    assert found == ["more.yaml"]
    _, error = refused("export", str(tmp_path / "x.zip"), "--question", "gone")
    assert "gone" in str(error)
    assert not (tmp_path / "x.zip").exists()


def test_an_export_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    _, error = refused("export", str(tmp_path / "no" / "x.zip"))
    assert "cannot be written" in str(error)


def test_check_lints_a_file_or_what_is_published(folder: Path, tmp_path: Path) -> None:
    published(folder)
    said, error = refused("check")
    lines = said.splitlines()
    assert str(error) == f"{len(lines)} problems."
    assert error.returncode == 1
    assert all(line.startswith("questions/tiny.yaml:") for line in lines)
    assert any(line.endswith("[few-wordings]") for line in lines)
    said, error = refused("check", str(folder / "questions" / "tiny.yaml"))
    assert len(said.splitlines()) == len(lines)
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: [\n")
    said, error = refused("check", str(broken))
    assert said.startswith("broken.yaml:2: ")
    assert str(error) == "1 problem."


def test_the_table_of_the_bank_has_a_line_for_each_question(folder: Path, tmp_path: Path) -> None:
    run("import", "rubrics/library/frameworks")
    run("import", "rubrics/library/concepts/drift.yaml")
    whole = tmp_path / "whole.yaml"
    whole.write_text(json.dumps(WHOLE))
    run("import", str(whole))
    head, row, *rest = run("check", "--table").splitlines()
    assert head.split() == [
        *("question", "words", "criteria", "indicators", "wordings"),
        *("weak", "mid", "strong", "model", "problems"),
    ]
    assert len(head) == len(row)
    assert rest == ["4 documents, no problems."]
    name, words, criteria, indicators, wordings, weak, mid, strong, model, count = row.split()
    assert (name, criteria, indicators, wordings, count) == ("dinner-ideas", "10", "40", "4.0", "0")
    assert int(words) > 1_000
    assert int(weak) < int(mid) < int(strong) < int(model)
    published(folder)
    said, _ = refused("check", "--table")
    assert said.splitlines()[2].split()[:-1] == ["tiny", "0", "1", "1", "3.0", *"----"]


def test_the_library_is_what_comes_in_without_a_path() -> None:
    assert run("import").endswith(" added, 0 changed, 0 unchanged.\n")
    assert QuestionVersion.objects.count() > 1


def test_where_the_app_does_not_run_it_says_so_in_a_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "bank", "check"],
        env={"PATH": "", "MLSD_VAR": str(tmp_path), "DATABASE_POOL_MAX": "0"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    said = "The database does not answer. Start the app first (make run), then try again."
    assert done.stderr.strip() == f"CommandError: {said}"
