"""The command line, run as a person runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rubrics.__main__ import by_stage
from rubrics.loading import LIBRARY, load_library

FRAMEWORK = load_library().frameworks["four-stage"]
RUBRIC = """\
id: tiny
title: Tiny
prompt: Design it well.
rubric:
  criteria:
    - id: evaluates
      competency: evaluation
      title: Evaluates
      levels: {1: none, 2: some, 3: more, 4: most}
      indicators:
        - {id: ab, title: Experiments, wordings: [a/b test], details: [two weeks]}
"""


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rubrics", *arguments],
        cwd=LIBRARY.parent.parent,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def rubric(tmp_path: Path) -> str:
    file = tmp_path / "tiny.yaml"
    file.write_text(RUBRIC)
    return str(file)


def test_stages_are_told_by_the_first_words_of_their_titles() -> None:
    text = "## clarification\na\n## Deep dive\nb\n### Data\nc\n## EVALUATION & MONITORING ##\nd\n"
    assert by_stage(text, FRAMEWORK) == {
        "scope": "a\n",
        "deep-dive": "b\n### Data\nc\n",
        "evaluation": "d\n",
    }


def test_a_heading_of_no_stage_stays_in_its_stage() -> None:
    assert by_stage("## Scope of work\nx\n", FRAMEWORK) == {"answer": "## Scope of work\nx\n"}


def test_without_headings_the_whole_text_counts() -> None:
    assert by_stage("just text", FRAMEWORK) == {"answer": "just text"}


def test_text_above_the_first_heading_goes_to_the_first_stage() -> None:
    assert by_stage("Hello\n## Deep dive\nb", FRAMEWORK) == {"scope": "Hello\n", "deep-dive": "b"}


def test_an_answer_is_scored_as_json_with_exact_quotes(rubric: str, tmp_path: Path) -> None:
    answer = tmp_path / "answer.md"
    answer.write_text("Hello. We run an A/B test for two weeks, since habits change. 🙂")
    done = run("score", str(answer), str(answer), "--rubric", rubric, "--json")
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    assert set(first) == {
        "file", "question", "rubric_hash", "score", "band", "competencies", "criteria", "flags",
        "seconds",
    }  # fmt: skip
    assert first["competencies"]["serving"] is None
    criterion = first["criteria"][0]
    assert (criterion["level"], criterion["met"]) == (4, [{"id": "ab", "depth": "justified"}])
    for quote in criterion["evidence"]:
        assert answer.read_text()[quote["start"] : quote["end"]] == quote["quote"]


def test_an_answer_from_standard_input_is_shown_for_people(rubric: str) -> None:
    done = run("score", "-", "--rubric", rubric, given="We run an A/B test for two weeks.")
    assert "Evaluates" in done.stdout
    assert "“We run an A/B test for two weeks.”" in done.stdout


def test_a_question_of_the_library_is_scored_by_its_id(tmp_path: Path) -> None:
    empty = tmp_path / "empty.md"
    empty.write_text("")
    done = run("score", str(empty), "--question", "video-recommendation", "--json")
    assert json.loads(done.stdout)["score"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score", "none.md", "--question", "video-recommendation"], "none.md: cannot be read"),
        (["score", "-", "--question", "nope"], "no question is called 'nope'"),
        (["score", "-"], "say --question or --rubric"),
        (["score", "-", "--question", "video-recommendation", "--framework", "x"], "no framework"),
        (["score", "-", "--rubric", "none.yaml"], "none.yaml:1: cannot be read"),
        (["dance"], "invalid choice"),
        ([], "required"),
    ],
)
def test_a_call_that_cannot_be_done_says_why_and_exits_with_2(
    arguments: list[str], said: str
) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_lint_names_problems_at_file_and_line_and_exits_with_1(rubric: str) -> None:
    done = run("lint", rubric)
    assert done.returncode == 1
    assert f"{rubric}:11: rubric.criteria[0].indicators[0]" in done.stdout


def test_lint_of_what_is_not_yaml_names_the_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: [\n")
    done = run("lint", str(broken))
    assert (done.returncode, done.stdout.startswith(f"{broken}:2: ")) == (1, True)


def test_the_library_is_clean() -> None:
    done = run("lint")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_schema_is_json_schema() -> None:
    schema = json.loads(run("schema").stdout)
    assert schema["required"] == ["id", "title", "prompt", "rubric"]
