"""Each lint rule fires on its example, at its line, and on nothing good."""

from typing import Any

import pytest

from rubrics.linting import RULES, lint
from rubrics.loading import Source, load_library
from rubrics.schema import Question
from tests.rubrics.documents import LEVELS, criterion, indicator, question

LIBRARY_NOW = load_library()
NOWHERE = Source("q.yaml", None, {(): 1})


def rules_broken(checked: Question) -> set[str]:
    return {problem.rule for problem in lint(NOWHERE, checked, LIBRARY_NOW.frameworks)}


def of(**fields: Any) -> Question:
    """A question with one criterion with one indicator of these fields."""
    return question(criterion(indicator(**fields)))


STAGED = {"framework": "four-stage", "stages": {"scope": "word " * 1_300}}
EXAMPLES: dict[str, Question] = {
    "phrase": of(wordings=["(a|b", "b", "c", "d"]),
    "competency": of(),
    "targets": question(),
    "weights": question(criterion(name="a", weight=1), criterion(name="b", weight=2)),
    "wordings": of(plain=[]),
    "common-word": of(wordings=["metric", "a/b test", "online experiment"]),
    "in-prompt": of(wordings=["ranking of a small shop", "a/b test", "online experiment"]),
    "detail-in-name": of(details=["A/B tests"]),
    "same-wordings": question(criterion(indicator(), indicator(name="again"))),
    "gate": question(criterion(gates={2: {"points": 9}, 3: {"points": 9}, 4: {"points": 9}})),
    "anchors": question(criterion(levels={**LEVELS, 4: f"{LEVELS[3]} clearly"})),
    "accepts": of(accepts=["asked"]),
    "complete": question(),
    "staged": question(model_answer={"framework": "four-stage", "stages": {"nowhere": "x"}}),
    "sample-levels": question(
        criterion(name="a"),
        criterion(name="b"),
        samples=[{**STAGED, "grade": "weak", "levels": {"a": 1}}],
    ),
    "model-length": question(
        model_answer={"framework": "four-stage", "stages": {"scope": "short"}}
    ),
}


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_rule_has_an_example_that_breaks_it(name: str) -> None:
    assert name in rules_broken(EXAMPLES[name])


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("phrase", of()),
        ("weights", question(criterion(name="a"), criterion(name="b"))),
        ("wordings", of()),
        ("common-word", of()),
        ("in-prompt", of()),
        ("detail-in-name", of()),
        ("same-wordings", of()),
        ("gate", of()),
        ("anchors", of()),
        ("accepts", of()),
        ("staged", question(model_answer=STAGED)),
        ("model-length", question(model_answer=STAGED)),
    ],
)
def test_a_rule_is_silent_where_nothing_is_wrong(name: str, good: Question) -> None:
    assert name not in rules_broken(good)


def test_gates_that_naming_opens_are_told() -> None:
    gates = {2: {"points": 0.1}, 3: {"points": 0.2}, 4: {"points": 0.3}}
    problems = lint(NOWHERE, question(criterion(gates=gates)), LIBRARY_NOW.frameworks)
    assert "can be passed by naming things" in [p.message for p in problems]


def test_a_problem_carries_its_line() -> None:
    source = Source(
        "q.yaml", None, {(): 1, ("rubric", "criteria", 0, "indicators", 0, "plain"): 17}
    )
    problems = lint(source, of(plain=[]), LIBRARY_NOW.frameworks)
    assert 17 in [p.line for p in problems if p.rule == "wordings"]
