"""What the next level needs: whoever does it gets there, whichever of the options they take."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews.reports import advice
from rubrics.schema import Criterion
from rubrics.scoring import (
    Depth,
    Finding,
    Flag,
    Judgement,
    level_of,
    needs,
    points_of,
)

DEPTHS = st.lists(st.sampled_from([None, *Depth]), min_size=2, max_size=8)
POINTS = st.sampled_from([0.5, 1.0, 1.5, 2.0])


def a_criterion(*points: float, **fields: Any) -> Criterion:
    """A criterion with indicators ``i0``, ``i1``, ... of these points."""
    document = {
        "id": "goal",
        "competency": "requirements",
        "title": "Goal",
        "levels": {level: f"level {level}" for level in (1, 2, 3, 4)},
        "indicators": [
            {"id": f"i{n}", "title": f"Title {n}", "wordings": [f"word{n}"], "points": worth}
            for n, worth in enumerate(points)
        ],
        **fields,
    }
    return Criterion.model_validate(document)


def a_judgement(criterion: Criterion, *depths: Depth | None, **fields: Any) -> Judgement:
    """What a judge says who found the indicators at these depths."""
    met = found({f"i{n}": depth for n, depth in enumerate(depths) if depth})
    return Judgement(
        criterion=criterion.id,
        **{
            "level": level_of(criterion, met),
            "points": points_of(criterion, met),
            "met": met,
            **fields,
        },
    )


def found(depths: dict[str, Depth]) -> tuple[Finding, ...]:
    return tuple(
        Finding(indicator=name, depth=depth, evidence=()) for name, depth in depths.items()
    )


@given(DEPTHS, st.data())
def test_what_it_asks_for_is_enough(depths: list[Depth | None], data: st.DataObject) -> None:
    criterion = a_criterion(*(data.draw(POINTS) for _ in depths))
    judgement = a_judgement(criterion, *depths)
    assert judgement.level
    way = advice.way(criterion, judgement, needs(criterion, judgement))
    chosen = data.draw(st.permutations(way.deepen))[: way.deeper]
    after = {finding.indicator: finding.depth for finding in judgement.met}
    after |= dict.fromkeys((*way.must, *chosen), Depth.SPECIFIED)
    reasoned = data.draw(st.permutations((*way.specified, *way.must, *chosen)))[: way.reasons]
    after |= dict.fromkeys(reasoned, Depth.JUSTIFIED)
    assert level_of(criterion, found(after)) >= min(judgement.level + 1, 4)


@given(DEPTHS, st.randoms())
def test_it_asks_for_nothing_that_is_there(
    depths: list[Depth | None], chance: random.Random
) -> None:
    criterion = a_criterion(*(chance.choice([1.0, 2.0]) for _ in depths))
    judgement = a_judgement(criterion, *depths)
    way = advice.way(criterion, judgement, needs(criterion, judgement))
    deep = {f.indicator for f in judgement.met if f.depth is not Depth.MENTIONED}
    assert deep.isdisjoint(way.deepen)
    assert way.deeper <= len(way.deepen)
    justified = {f.indicator for f in judgement.met if f.depth is Depth.JUSTIFIED}
    assert justified.isdisjoint(way.specified)


def test_it_names_what_would_do_and_what_is_named_so_far() -> None:
    criterion = a_criterion(1, 1, 1, 1, 1)
    judgement = a_judgement(criterion, Depth.SPECIFIED, None, Depth.MENTIONED)
    (step,) = advice.steps(criterion, judgement)
    assert step.text == "Say how, where or how much for one of these:"
    assert step.options == (
        ("Title 2", True),
        ("Title 1", False),
        ("Title 3", False),
        ("Title 4", False),
    )


def test_what_a_level_never_goes_without_comes_first() -> None:
    gates = {
        "2": {"points": 0.5},
        "3": {"points": 1.4, "specified": 2, "must": ["i1"]},
        "4": {"points": 3},
    }
    criterion = a_criterion(1, 1, 1, gates=gates)
    judgement = a_judgement(criterion, Depth.SPECIFIED)
    assert [(step.text, step.options) for step in advice.steps(criterion, judgement)] == [
        (
            "Say how, where or how much for this; level 3 never goes without:",
            (("Title 1", False),),
        ),
    ]


def test_for_a_reason_it_lists_what_is_specified() -> None:
    gates = {
        "2": {"points": 0.5},
        "3": {"points": 1, "justified": 1},
        "4": {"points": 3, "justified": 3},
    }
    criterion = a_criterion(1, 1, 1, gates=gates)
    judgement = a_judgement(criterion, Depth.SPECIFIED, Depth.SPECIFIED)
    (step,) = advice.steps(criterion, judgement)
    assert step.text == "Give a reason, or say what it costs, for one of these:"
    assert step.options == (("Title 0", False), ("Title 1", False))


def test_for_a_reason_where_nothing_is_specified_it_points_to_what_is_said_next() -> None:
    gates = {
        "2": {"points": 0.7, "specified": 1, "justified": 1},
        "3": {"points": 2},
        "4": {"points": 3},
    }
    criterion = a_criterion(1, 1, 1, gates=gates)
    first, second = advice.steps(criterion, a_judgement(criterion))
    assert first.text == "Say how, where or how much for one of these:"
    assert second.text == "Give a reason, or say what it costs, for one of them too."


RED = Flag(kind="red-flag", title="Leaks the test set")
SUM = Flag(kind="wrong-sum", title="A sum is wrong.")


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (RED, "Leave out what is flagged above: with it, level 1 is the most."),
        (SUM, "Put the sum above right: with it as it is, level 2 is the most."),
    ],
)
def test_what_holds_the_level_is_said_even_where_nothing_else_is_short(
    flag: Flag, words: str
) -> None:
    red = {"id": "leak", "title": RED.title, "wordings": ["test set"], "cap": 1}
    criterion = a_criterion(1, 1, 1, red_flags=[red])
    held = 1 if flag is RED else 2
    everything = [Depth.JUSTIFIED] * 3
    judgement = a_judgement(criterion, *everything, level=held, flags=(flag,))
    assert [step.text for step in advice.steps(criterion, judgement)] == [words]


def test_a_flag_that_holds_nothing_yet_is_not_mentioned() -> None:
    criterion = a_criterion(1, 1, 1)
    judgement = a_judgement(criterion, level=1, flags=(SUM,))
    (step,) = advice.steps(criterion, judgement)
    assert step.text.startswith("Say how")


def test_what_came_after_a_question_is_wanted_unasked() -> None:
    criterion = a_criterion(1, 1, 1)
    met = [
        Finding(indicator=f"i{n}", depth=Depth.JUSTIFIED, evidence=(), prompted=True)
        for n in range(3)
    ]
    judgement = a_judgement(criterion, level=3, points=3, met=tuple(met))
    assert [step.text for step in advice.steps(criterion, judgement)] == [advice.PROMPTED]


@pytest.mark.parametrize(
    ("is_calibrated", "words"), [(True, advice.CALIBRATED), (False, advice.NOTHING)]
)
def test_where_nothing_is_short_it_says_that(is_calibrated: bool, words: str) -> None:
    criterion = a_criterion(1, 1, 1)
    judgement = a_judgement(criterion, *[Depth.JUSTIFIED] * 3, level=3)
    told = advice.steps(criterion, judgement, is_calibrated=is_calibrated)
    assert [step.text for step in told] == [words]


@pytest.mark.parametrize("level", [4, None])
def test_at_the_top_and_where_nobody_judged_it_asks_for_nothing(level: int | None) -> None:
    criterion = a_criterion(1, 1)
    assert advice.steps(criterion, a_judgement(criterion, level=level)) == ()
