"""``manage.py bank``: documents in and out, and what is wrong with them, for scripts."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rubrics import packing
from rubrics.models import Concept, FrameworkVersion, Question, QuestionVersion
from tests.rubrics.documents import WHOLE
from tests.rubrics.test_packing import ALONE, PACKAGE, TINY, laid_out

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


def test_a_file_a_folder_and_a_zip_come_in(folder: Path, tmp_path: Path) -> None:
    assert run("import", str(folder)) == "Bank: 3 added, 0 changed, 0 unchanged.\n"
    (tmp_path / "in.zip").write_bytes(packing.pack(PACKAGE))
    assert run("import", str(tmp_path / "in.zip")) == "Bank: 0 added, 0 changed, 3 unchanged.\n"
    file = tmp_path / "any name.yaml"
    file.write_text(TINY.replace("title: Tiny", "title: Other"))
    assert run("import", str(file)) == "Bank: 0 added, 1 changed, 0 unchanged.\n"
    published = Question.objects.get().published
    assert published
    assert (published.number, published.source) == (2, file.read_text())


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


def test_what_is_exported_can_be_imported(folder: Path, tmp_path: Path) -> None:
    run("import", str(folder))
    for place in (tmp_path / "out.zip", tmp_path / "out"):
        assert run("export", str(place)) == f"{place}: 3 documents.\n"
        assert run("import", str(place)) == "Bank: 0 added, 0 changed, 3 unchanged.\n"
    assert (tmp_path / "out" / "questions" / "tiny.yaml").read_text() == TINY
    first = (tmp_path / "out.zip").read_bytes()
    run("export", str(tmp_path / "out.zip"))
    assert (tmp_path / "out.zip").read_bytes() == first
    assert not [each for each in tmp_path.rglob(".*") if each.is_file()]


def test_some_questions_can_be_exported(folder: Path, tmp_path: Path) -> None:
    laid_out(folder, {"questions/more.yaml": ALONE.replace("id: tiny", "id: more")})
    run("import", str(folder))
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
    run("import", str(folder))
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
    run("import", str(folder))
    said, _ = refused("check", "--table")
    assert said.splitlines()[2].split()[:-1] == ["tiny", "0", "1", "1", "3.0", *"----"]


def test_the_library_is_what_comes_in_without_a_path() -> None:
    assert run("import").endswith(" added, 0 changed, 0 unchanged.\n")
    assert QuestionVersion.objects.count() > 1
