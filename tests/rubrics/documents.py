"""Small documents for the tests of the scoring core."""

from collections.abc import Mapping
from typing import Any

from rubrics.schema import Criterion, Indicator, Question, Rubric

LEVELS = {
    1: "says nothing about it",
    2: "names an experiment",
    3: "explains who is compared with whom",
    4: "weighs duration against power in numbers",
}


def indicator(*, name: str = "ab-test", **fields: Any) -> Indicator:
    """An indicator about A/B tests unless told otherwise."""
    about = {
        "title": "Plans an experiment on live traffic",
        "wordings": ["a/b test", "online experiment", "randomised trial"],
        "plain": ["compare two groups of users"],
        "details": ["guardrail (metric|)", "two weeks", "per user"],
        "reasons": ["offline gains do not carry over"],
    }
    return Indicator.model_validate({"id": name, **about, **fields})


def criterion(*indicators: Indicator, name: str = "evaluates", **fields: Any) -> Criterion:
    """A criterion of these indicators."""
    about = {"competency": "evaluation", "title": "Evaluates online", "levels": LEVELS}
    found = list(indicators or [indicator()])
    return Criterion.model_validate({"id": name, **about, "indicators": found, **fields})


def question(*criteria: Criterion, **fields: Any) -> Question:
    """A question of these criteria."""
    about: Mapping[str, Any] = {
        "id": "tiny",
        "title": "Tiny",
        "prompt": "Design the ranking of a small shop with nine thousand visitors on a busy day.",
    }
    rubric = Rubric(criteria=criteria or (criterion(),))
    return Question.model_validate({**about, "rubric": rubric, **fields})
