"""Levels come from gates, scores from levels, and what was not judged is not zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.schema import Gate, Level, Rubric, Target
from rubrics.scoring import (
    Depth,
    Evidence,
    Finding,
    Judgement,
    add_up,
    expected_score,
    gates_of,
    level_of,
)
from tests.rubrics.documents import criterion, indicator

FIVE = criterion(*(indicator(name=f"i{n}") for n in range(5)))
QUOTE = Evidence(stage="scope", start=0, end=1, quote="x")


def findings(depths: str) -> list[Finding]:
    """``mmsj.``: mentioned, mentioned, specified, justified, missing."""
    depth = {"m": Depth.MENTIONED, "s": Depth.SPECIFIED, "j": Depth.JUSTIFIED}
    return [
        Finding(indicator=f"i{n}", depth=depth[letter], evidence=(QUOTE,))
        for n, letter in enumerate(depths)
        if letter != "."
    ]


@pytest.mark.parametrize(
    ("depths", "level"),
    [
        (".....", 1),
        ("mmmmm", 1),
        ("smmmm", 1),
        ("ss...", 2),
        ("sss..", 2),
        ("ssss.", 3),
        ("ssssj", 3),
        ("sssjj", 4),
        ("jjjj.", 4),
    ],
)
def test_default_gates(depths: str, level: Level) -> None:
    assert level_of(FIVE, findings(depths)) == level


def test_a_red_flag_caps_the_level() -> None:
    assert level_of(FIVE, findings("jjjjj"), caps=[2]) == 2


def test_a_must_have_that_is_only_named_does_not_open_its_gate() -> None:
    gates = {2: Gate(points=0.5), 3: Gate(points=1, must=("i0",)), 4: Gate(points=2)}
    strict = criterion(*FIVE.indicators, gates=gates)
    assert level_of(strict, findings("mjjjj")) == 2
    assert level_of(strict, findings("sjjjj")) == 4


def test_a_gate_cannot_be_jumped() -> None:
    gates = {2: Gate(points=4), 3: Gate(points=0), 4: Gate(points=0)}
    assert level_of(criterion(*FIVE.indicators, gates=gates), findings("jjj..")) == 1


@given(st.text(alphabet="msj.", min_size=5, max_size=5), st.integers(0, 4))
def test_deeper_never_lowers_the_level(depths: str, at: int) -> None:
    deeper = dict(zip(".msj", "msjj", strict=True))
    more = depths[:at] + deeper[depths[at]] + depths[at + 1 :]
    assert level_of(FIVE, findings(more)) >= level_of(FIVE, findings(depths))


def test_default_gates_rise() -> None:
    for count in range(1, 13):
        gates = gates_of(criterion(*(indicator(name=f"i{n}") for n in range(count))))
        assert gates[2].points <= gates[3].points <= gates[4].points <= count


def judged(**levels: Level | None) -> list[Judgement]:
    return [Judgement(criterion=name, level=level) for name, level in levels.items()]


def rubric(**weights: float) -> Rubric:
    criteria = tuple(criterion(name=name, weight=weight) for name, weight in weights.items())
    return Rubric(criteria=criteria, targets={Target.MID: {"evaluation": 2}})  # type: ignore[dict-item]


def test_the_score_is_the_weighted_mean_of_levels() -> None:
    card = add_up(rubric(a=1, b=3), judged(a=4, b=2), "rules")
    assert card.score == pytest.approx(100 * (1 * 1 + 3 / 3) / 4)


def test_what_was_not_judged_leaves_numerator_and_denominator() -> None:
    assert add_up(rubric(a=1, b=1), judged(a=4, b=None), "rules").score == 100


def test_nothing_judged_is_no_score_and_not_zero() -> None:
    card = add_up(rubric(a=1), judged(a=None), "rules")
    assert card.score is None
    assert card.competencies["evaluation"] is None  # type: ignore[index]
    assert card.bands == {Target.MID: "below"}


def test_bands() -> None:
    one = rubric(a=1)
    assert expected_score(one, Target.MID) == pytest.approx(100 / 3)
    bands = [add_up(one, judged(a=level), "rules").bands[Target.MID] for level in (1, 2, 3)]
    assert bands == ["below", "meets", "above"]


@given(st.lists(st.sampled_from([1, 2, 3, 4]), min_size=1, max_size=6))
def test_scores_stay_in_their_range(levels: list[Level]) -> None:
    names = {f"c{n}": level for n, level in enumerate(levels)}
    card = add_up(rubric(**dict.fromkeys(names, 1.0)), judged(**names), "rules")
    assert card.score is not None
    assert 0 <= card.score <= 100
