"""Probes go where the stage left most open, never where something was said."""

from typing import Any

import pytest

from rubrics import Question, RulesJudge, Scorecard, curveball, probes, score
from rubrics.schema import Competency, Framework
from rubrics.scoring import Judgement, add_up
from tests.rubrics.documents import criterion, indicator, library, question

FOUR = library().frameworks["four-stage"]


def probe(name: str, *indicators: str) -> dict[str, Any]:
    return {"id": name, "ask": f"What about {name}?", "indicators": indicators}


def asked_about(**fields: Any) -> Question:
    """A question with criteria on serving (weight 2), data and monitoring, two indicators each."""
    criteria = [
        criterion(
            indicator(name="one"), indicator(name="two"), name=name, competency=name, weight=weight
        )
        for name, weight in (("data", 1), ("serving", 2), ("monitoring", 1))
    ]
    return question(*criteria, **fields)


def card(asked: Question, met: dict[str, list[str]], **levels: int | None) -> Scorecard:
    """A scorecard on which these indicators were met; level 1 unless told otherwise."""
    judgements = [
        Judgement.model_validate(
            {
                "criterion": each.id,
                "level": levels.get(each.id, 1),
                "missing": [i.id for i in each.indicators if i.id not in met.get(each.id, ())],
            }
        )
        for each in asked.rubric.criteria
    ]
    return add_up(asked.rubric, judgements, "rules")


def ids(asked: Question, found: Scorecard, stage: str = "deep-dive", **options: Any) -> list[str]:
    return [each.probe.id for each in probes(asked, FOUR, stage, found, **options)]


BOTH = asked_about(
    probes=[
        probe("data-one", "data.one"),
        probe("serving-one", "serving.one"),
        probe("serving-two", "serving.two"),
        probe("monitoring-one", "monitoring.one"),
        probe("data-and-monitoring", "data.two", "monitoring.two"),
    ]
)


def test_at_most_two_are_asked_the_weightiest_criterion_first_and_each_once() -> None:
    assert ids(BOTH, card(BOTH, {})) == ["serving-one", "data-one"]


def test_a_criterion_comes_again_when_there_is_no_other() -> None:
    found = card(BOTH, {"data": ["one"]})
    assert ids(BOTH, found) == ["serving-one", "serving-two"]


def test_what_was_said_or_asked_before_is_not_asked() -> None:
    assert ids(BOTH, card(BOTH, {"serving": ["one"]})) == ["serving-two", "data-one"]
    assert ids(BOTH, card(BOTH, {}), already_said={"serving-one"}) == ["serving-two", "data-one"]
    assert ids(BOTH, card(BOTH, {"serving": ["one", "two"], "data": ["one"]})) == []


def test_a_probe_of_which_a_part_was_said_is_not_asked() -> None:
    found = card(BOTH, {"data": ["two"]})
    assert ids(BOTH, found, "evaluation") == ["monitoring-one"]


def test_a_probe_waits_for_the_last_stage_that_it_is_about() -> None:
    assert ids(BOTH, card(BOTH, {}), "evaluation") == ["monitoring-one", "data-and-monitoring"]
    assert ids(BOTH, card(BOTH, {}), "scope") == []


def test_what_nobody_judged_is_not_taken_for_open() -> None:
    assert ids(BOTH, card(BOTH, {}, serving=None)) == ["data-one"]


def test_a_low_level_comes_before_a_high_one() -> None:
    assert ids(BOTH, card(BOTH, {}, serving=3, data=1), most=1) == ["data-one"]


def test_the_reason_is_kept() -> None:
    (one,) = probes(BOTH, FOUR, "deep-dive", card(BOTH, {}), most=1)
    assert (one.criterion, one.level, one.open) == ("serving", 1, ("serving.one",))


def test_a_framework_that_names_no_competencies_asks_at_its_end() -> None:
    bare = FOUR.model_copy(
        update={"stages": tuple(s.model_copy(update={"competencies": ()}) for s in FOUR.stages)}
    )
    assert probes(BOTH, bare, "deep-dive", card(BOTH, {})) == ()
    assert len(probes(BOTH, bare, "evaluation", card(BOTH, {}))) == 2


def test_an_unknown_stage_is_an_error() -> None:
    with pytest.raises(ValueError):
        probes(BOTH, FOUR, "nowhere", card(BOTH, {}))
    with pytest.raises(ValueError):
        curveball(BOTH, FOUR, "nowhere")


def test_the_curveball_comes_with_the_last_stage_alone() -> None:
    thrown = asked_about(curveball={"change": "Now in space.", "indicators": ["data.one"]})
    assert [curveball(thrown, FOUR, s.id) for s in FOUR.stages] == [
        None,
        None,
        None,
        thrown.curveball,
    ]
    assert curveball(BOTH, FOUR, "evaluation") is None


@pytest.mark.parametrize("framework", library().frameworks.values(), ids=lambda f: f.id)
def test_a_shipped_framework_names_each_competency_once(framework: Framework) -> None:
    named = [each for stage in framework.stages for each in stage.competencies]
    assert sorted(named) == sorted(Competency)


@pytest.mark.parametrize("asked", library().questions.values(), ids=lambda q: q.id)
def test_who_says_nothing_is_asked_twice_and_a_model_answer_hardly(asked: Question) -> None:
    empty = score(asked, FOUR, {"scope": "We use a model."}, judge=RulesJudge())
    assert len(probes(asked, FOUR, "deep-dive", empty)) == 2
    assert asked.model_answer
    whole = score(asked, FOUR, asked.model_answer.stages, judge=RulesJudge())
    left = [one for s in FOUR.stages for one in probes(asked, FOUR, s.id, whole)]
    assert len(left) <= 1
