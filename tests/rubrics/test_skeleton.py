"""The question to type over: it holds every field, can be read, and asks for what lint wants."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from rubrics.linting import answers, lint, phrases, question, rubric
from rubrics.linting.case import met
from rubrics.loading import load_library, parse, question_of
from rubrics.reading.lexicon import MAX_ALTERNATIVES
from rubrics.schema import Competency, Question, Reading, Rubric
from rubrics.scoring import gates_of
from rubrics.skeleton import skeleton

LIBRARY = load_library()
PLAIN = skeleton("parcel-arrival", "Promise the hour of a delivery")
# A field that may be left out stands in a row that begins with `#name:`, or in rows below it.
LEFT_OUT = re.compile(r"^( *)#((?:\w+:|- \w+:| +\d:).*)$", re.MULTILINE)
WITH_ALL = LEFT_OUT.sub(r"\1\2", PLAIN)
# Only exports write these.
NOT_WRITTEN = {"standalone"}


def broken(text: str) -> set[str]:
    source = parse(text, "new.yaml")
    found = lint(source, question_of(source, LIBRARY.concepts), LIBRARY.frameworks)
    return {problem.rule for problem in found}


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def fields_of(model: type[BaseModel], found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every (model, field) that a document of this kind may have."""
    for name, field in model.model_fields.items():
        if name in NOT_WRITTEN or (model.__name__, name) in found:
            continue
        found.add((model.__name__, name))
        for inner in models_in(field.annotation):
            fields_of(inner, found)
    return found


def written_in(value: Any, model: type[BaseModel], found: set[tuple[str, str]]) -> None:
    """Collect every (model, field) that a document's data writes."""
    for name, inside in value.items():
        found.add((model.__name__, name))
        models = list(models_in(model.model_fields[name].annotation))
        parts = inside if isinstance(inside, list) else [inside]
        if isinstance(inside, dict) and set(inside) <= {2, 3, 4}:  # gates
            parts = list(inside.values())
        for each in parts if models else ():
            written_in(each, models[0], found)


# A field with its note: behind it, or in the row above it.
NOTED = re.compile(r"^ *# .*\n[ #-]*(\w+):|^[ #-]*(\w+):.*  # ", re.MULTILINE)
NOTES = {above or behind for above, behind in NOTED.findall(PLAIN)}
# What a note on the thing that they belong to explains.
EXPLAINED_TOGETHER = {
    "ask", "asks", "authors", "change", "component", "fact", "justified", "loop", "must", "path",
    "specified", "where",
}  # fmt: skip


def test_every_field_of_the_schema_is_in_it() -> None:
    found: set[tuple[str, str]] = set()
    written_in(parse(WITH_ALL, "new.yaml").data, Question, found)
    assert found == fields_of(Question, set())


@pytest.mark.parametrize("text", [PLAIN, WITH_ALL], ids=["as it stands", "with what may be left"])
def test_it_can_be_read_and_only_wants_more_of_what_it_shows(text: str) -> None:
    # The indicator that shows every field is not about requirements, and the example stays.
    assert broken(text) - {"accepts", "example"} == {
        "complete",
        "competency",
        "model-length",
        "sample-length",
    }


def test_each_field_has_a_note() -> None:
    every = {field for _, field in fields_of(Question, set())}
    assert every - NOTES == EXPLAINED_TOGETHER


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("facts", question._WANTED["facts"]),
        ("probes", question._WANTED["probes"]),
        ("companies", question._WANTED["companies"]),
        ("concepts", question._WANTED["concepts"]),
        ("reading", question._WANTED["reading"]),
        ("subject", question.SUBJECT),
        ("criteria", question.CRITERIA),
        ("samples", answers.SAMPLE_WORDS),
    ],
)
def test_the_notes_ask_for_as_much_as_lint(name: str, wanted: tuple[int, int]) -> None:
    text = PLAIN if name != "concepts" else PLAIN[PLAIN.index("# All handbook cards") :]
    row = re.search(rf"((?: *# .*\n)+) *{name}:", text)
    assert row
    assert "{:,} to {:,}".format(*wanted) in " ".join(row[1].split())


def test_other_numbers_are_those_of_lint() -> None:
    assert "{} to {} things".format(*rubric.INDICATORS) in PLAIN
    assert f"{question.LEAST_ASKS} or more of them" in PLAIN
    assert f"With plain: {phrases.LEAST_WORDINGS} or more" in PLAIN
    assert "{:,} to {:,} words of Markdown".format(*answers.MODEL_WORDS) in PLAIN


def test_it_names_every_competency_and_the_stages() -> None:
    for competency in Competency:
        assert re.search(rf"^  #   {competency} ", PLAIN, re.MULTILINE)
    stages = [stage.id for stage in LIBRARY.frameworks["four-stage"].stages]
    assert f"its stages are {', '.join(stages)}" in PLAIN


@pytest.mark.parametrize(
    "title", ['Say: "no" #1', "404", "yes", "ünï – 中文", "back\\slash", "- a", "'", "x" * 399]
)
def test_any_title_is_kept_as_it_is(title: str) -> None:
    assert Question.model_validate(parse(skeleton("404", title), "new.yaml").data).title == title


def test_reading_needs_no_more_than_its_note_says() -> None:
    assert Reading.model_validate({"title": "A", "authors": "B", "year": 2017}).where is None


# --- README's section, which is all that a new curator is given ---

SECTION = (
    (Path(__file__).parents[2] / "README.md")
    .read_text(encoding="utf-8")
    .partition("## Write a question\n")[2]
    .partition("\n## ")[0]
)


def test_readme_names_every_part_of_a_question() -> None:
    parts = {*Question.model_fields, *Rubric.model_fields}
    for name in parts - NOT_WRITTEN - {"rubric", "weights_reason"}:
        assert re.search(rf"`(rubric\.)?{name}`", SECTION), name
    for competency in Competency:
        assert competency in SECTION


@pytest.mark.parametrize("part", ["facts", "probes", "companies", "concepts", "reading"])
def test_readme_asks_for_as_much_as_lint(part: str) -> None:
    (row,) = (row for row in SECTION.splitlines() if row.startswith("|") and f"`{part}`" in row)
    assert "{} to {}".format(*question._WANTED[part]) in row


def test_other_numbers_of_readme_are_those_of_lint() -> None:
    assert "{} to {} phrases".format(*question.SUBJECT) in SECTION
    assert "{} to {}, over all ten competencies".format(*question.CRITERIA) in SECTION
    assert "and {} to {}\nindicators".format(*rubric.INDICATORS) in SECTION
    assert "; {} to {:,} words each".format(*answers.SAMPLE_WORDS) in SECTION
    assert "{:,} to {:,} words, every stage".format(*answers.MODEL_WORDS) in SECTION
    assert f"multiplied make {MAX_ALTERNATIVES} at most" in SECTION
    assert f"score {answers.LEAST_MODEL_SCORE} " in SECTION
    (_, weak), mid, (strong, _) = answers.SCORES.values()
    assert "score up to {}, {} to {}, and {} or more".format(weak, *mid, strong) in SECTION
    assert f"with `plain` {phrases.LEAST_WORDINGS} at least" in SECTION


def test_readme_tells_the_gates_of_a_criterion_of_four() -> None:
    criterion = Question.model_validate(parse(PLAIN, "new.yaml").data).rubric.criteria[0]
    assert len(criterion.indicators) == 4
    gates = gates_of(criterion)
    shares = [round(gates[level].points / 4, 2) for level in (3, 4)]
    assert [gates[level].specified for level in (2, 3, 4)] == [2, 2, 2]
    assert [gates[level].justified for level in (2, 3, 4)] == [0, 0, 2]
    said = " ".join(SECTION.split())
    wanted = "2 wants two specified; 3 wants that and {:.0%} of the points; 4 wants {:.0%}, two"
    assert wanted.format(*shares) in said


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("door scan", "door scans"),
        ("door scan", "the door scanned"),
        ("(late|batch) scan", "Batch scans"),
        ("(late|) scan", "a scan"),
        ("promise .. (kept|broken)", "promises are mostly kept"),
    ],
)
def test_phrases_meet_what_readme_says(phrase: str, said: str) -> None:
    assert f"`{phrase}`".replace("|", "\\|") in SECTION
    assert met([("it", phrase)], [f"We see that {said} here."])
