"""Every error of a document is named at its file and line, and nothing is loaded in part."""

import shutil
from pathlib import Path

import pytest

from rubrics.loading import (
    LIBRARY,
    MOST_HINTS,
    InvalidDocument,
    Problem,
    load_library,
    parse,
    question_of,
    read,
    validate,
)
from rubrics.schema import Concept, Framework, Question
from tests.rubrics.documents import TINY

CONCEPT = Concept(id="ab", title="A/B test", wordings=("a/b test",), plain=("two groups of users",))


def problems(text: str | bytes) -> list[Problem]:
    with pytest.raises(InvalidDocument) as caught:
        question_of(parse(text, "q.yaml"), {"ab": CONCEPT})
    return list(caught.value.problems)


def test_a_good_document_is_a_question_with_its_concepts_written_in() -> None:
    question = question_of(parse(TINY, "q.yaml"), {"ab": CONCEPT})
    indicator = question.rubric.criteria[0].indicators[0]
    assert indicator.wordings == ("online experiment", "a/b test")
    assert indicator.plain == ("two groups of users",)


def test_the_hash_follows_the_content_and_nothing_else() -> None:
    one = question_of(parse(TINY, "q.yaml"), {"ab": CONCEPT})
    same = question_of(parse("# a comment\n" + TINY, "other.yaml"), {"ab": CONCEPT})
    other = question_of(parse(TINY.replace("most", "all"), "q.yaml"), {"ab": CONCEPT})
    reworded = CONCEPT.model_copy(update={"wordings": ("split test",)})
    assert one.hash == same.hash != other.hash
    assert question_of(parse(TINY, "q.yaml"), {"ab": reworded}).rubric.hash != one.rubric.hash


def test_a_question_survives_its_own_json() -> None:
    question = question_of(parse(TINY, "q.yaml"), {"ab": CONCEPT})
    again = Question.model_validate_json(question.model_dump_json(exclude_defaults=True))
    assert again == question
    assert again.hash == question.hash


def test_only_the_first_wrong_names_get_a_hint_and_each_has_its_own_line() -> None:
    many = "concepts:\n" + "  - abb\n" * 100
    found = problems(TINY + many)
    assert [problem.path for problem in found] == [f"concepts[{n}]" for n in range(100)]
    assert len({problem.line for problem in found}) == 100
    hinted = ["did you mean ab?" in problem.message for problem in found]
    assert hinted == [True] * MOST_HINTS + [False] * (100 - MOST_HINTS)
    stray = "".join(f"titel{n}: x\n" for n in range(100))
    hinted = ["did you mean title?" in problem.message for problem in problems(stray + TINY)]
    assert hinted == [True] * MOST_HINTS + [False] * (100 - MOST_HINTS)


CRITERION = "rubric.criteria[0]"
FIRST = f"{CRITERION}.indicators[0]"


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "rule"),
    [
        ("title: Tiny", "titel: Tiny", 2, "titel", "extra-forbidden"),
        ("title: Tiny\n", "", 1, "title", "missing"),
        ("id: tiny", "id: Not a slug", 1, "id", "string-pattern-mismatch"),
        ("evaluation", "magic", 8, f"{CRITERION}.competency", "enum"),
        ("{1: none, 2: some, 3: more, 4: most}", "{1: a}", 7, CRITERION, "value-error"),
        ("{1: none,", "{7: none,", 10, f"{CRITERION}.levels[7]", "literal-error"),
        ("[ab]", "[nope]", 14, f"{FIRST}.concepts[0]", "unknown-concept"),
        ("[online experiment]", "[3]", 15, f"{FIRST}.wordings[0]", "string-type"),
        ("[online experiment]", "['']", 15, f"{FIRST}.wordings[0]", "string-too-short"),
        ("title: Tiny", "title: Tiny\ntitle: Again", 3, "title", "twice"),
        ("[ab]", "&x [ab]\n          plain: *x", 15, f"{FIRST}.plain", "alias"),
        ("id: tiny", "id: !!python/object:os.system tiny", 1, "id", "tag"),
        ("id: tiny", "id: !mine tiny", 1, "id", "tag"),
        ("id: tiny", "? [a]\n: 1\nid: tiny", 1, "", "key"),
    ],
)  # fmt: skip
def test_an_error_is_named_at_its_line(old: str, new: str, line: int, path: str, rule: str) -> None:
    assert old in TINY
    found = problems(TINY.replace(old, new, 1))
    assert (line, path, rule) in [(p.line, p.path, p.rule) for p in found]


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("", 1, "empty"),
        ("# nothing\n", 1, "empty"),
        ("id: [1, 2\ntitle: x\n", 2, "yaml"),
        ("id: a\n\ttitle: b\n", 2, "yaml"),
        ("a: 1\n---\nb: 2\n", 2, "yaml"),
        (b"id: a\ntitle: \xff\xfe\n", 2, "encoding"),
        (b"id: \x00\n", 1, "yaml"),
        ("x" * 1_048_577, 1, "too-large"),
        ("a: " + "[" * 60 + "]" * 60, 1, "too-deep"),
        ("- just\n- a list\n", 1, "model-type"),
        ("just text", 1, "model-type"),
    ],
)
def test_what_is_no_document_is_refused(text: str | bytes, line: int, rule: str) -> None:
    assert (line, rule) in [(p.line, p.rule) for p in problems(text)]


def test_a_thousand_brackets_are_refused_and_not_followed() -> None:
    assert problems("[" * 100_000)[0].rule in ("yaml", "too-deep")


def test_all_problems_are_told_at_once_in_reading_order() -> None:
    text = TINY.replace("title: Tiny", "titel: Tiny").replace("evaluation", "magic")
    lines = [p.line for p in problems(text)]
    assert lines == [1, 2, 8]


def test_words_that_yaml_takes_for_something_else_stay_text() -> None:
    text = TINY.replace("title: Tiny", "title: no").replace(
        "[online experiment]", "[on, 10:30, 1_000, 0x1F]"
    )
    question = question_of(parse(text, "q.yaml"), {"ab": CONCEPT})
    assert question.title == "no"
    assert question.rubric.criteria[0].indicators[0].wordings[:4] == (
        "on",
        "10:30",
        "1_000",
        "0x1F",
    )


@pytest.mark.parametrize(
    ("addition", "said"),
    [
        ("probes: [{id: p, ask: Why?, indicators: [evaluates.no]}]", "no indicator is called"),
        ("curveball: {change: New, indicators: [x.y]}", "no indicator is called"),
        ("facts: [{id: a, fact: f, asks: [q]}, {id: a, fact: f, asks: [q]}]", "two facts"),
        ("samples: [{grade: weak, framework: f, stages: {s: t}, levels: {n: 1}}]", "no criterion"),
    ],
)  # fmt: skip
def test_what_refers_to_nothing_is_refused(addition: str, said: str) -> None:
    assert said in problems(TINY + addition)[0].message


def test_a_file_that_is_not_there_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocument, match="cannot be read"):
        read(tmp_path / "none.yaml")


def test_a_library_is_loaded_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    shutil.copytree(LIBRARY, folder)
    (folder / "questions" / "broken.yaml").write_text("id: broken\n")
    (folder / "concepts" / "other-name.yaml").write_text("id: x\ntitle: X\nwordings: [x y]\n")
    with pytest.raises(InvalidDocument) as caught:
        load_library(folder)
    assert {p.rule for p in caught.value.problems} == {"missing", "file-name"}


def test_a_framework_needs_stages_with_different_ids() -> None:
    stage = "{id: a, title: A, share: 5, guide: g, asks: [q], mistakes: [m]}"
    text = f"id: f\ntitle: F\nsummary: s\nstages: [{stage}, {stage}]\n"
    with pytest.raises(InvalidDocument, match="two stages"):
        validate(parse(text, "f.yaml"), Framework)
