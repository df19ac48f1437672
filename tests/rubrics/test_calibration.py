"""Cut-offs are the best that there are, move as little as they can, and belong to one rubric."""

import random
from itertools import combinations_with_replacement

import pytest

from rubrics.agreement import weighted_kappa
from rubrics.calibration import LEAST, Calibration, apply, fit
from rubrics.schema import Gate, Level, Rubric
from rubrics.scoring import Depth, Evidence, Finding, gates_of, level_of
from tests.rubrics.documents import criterion, indicator

FIVE = tuple(indicator(name=f"i{n}") for n in range(5))
RUBRIC = Rubric(criteria=(criterion(*FIVE, name="one"), criterion(*FIVE, name="two")))
OWN = [gates_of(RUBRIC.criteria[0])[level].points for level in (2, 3, 4)]
QUOTE = Evidence(stage="scope", start=0, end=1, quote="x")


def level_by(cuts: list[float], points: float) -> int:
    return 1 + sum(points + 1e-9 >= cut for cut in cuts)


def kappa(cuts: list[float], points: list[float], levels: list[int]) -> float:
    value = weighted_kappa((level_by(cuts, p), h) for p, h in zip(points, levels, strict=True))
    assert value is not None
    return value


def fitted(points: list[float], levels: list[int]) -> list[float] | None:
    cuts = fit(RUBRIC, {"one": points}, {"one": levels}).cuts.get("one")
    return [cuts[level] for level in (2, 3, 4)] if cuts else None


def people(seed: int, *, slope: float, earned: list[float]) -> tuple[list[float], list[int]]:
    chance = random.Random(seed)
    points = [chance.choice(earned) for _ in range(LEAST + 20)]
    levels = [min(4, max(1, round(1 + slope * p + chance.gauss(0, 0.7)))) for p in points]
    return points, levels


@pytest.mark.parametrize("slope", [0.4, 0.7, 1.5])
@pytest.mark.parametrize("earned", [[0, 0.7, 1.4, 2.1, 2.8, 5], [0.25, 1, 1.7, 3.5], [0, 2, 5]])
def test_no_other_cut_offs_agree_better(slope: float, earned: list[float]) -> None:
    points, levels = people(3, slope=slope, earned=earned)
    found = fitted(points, levels)
    assert found is not None
    best = kappa(found, points, levels)
    # Any cut-off in (0, 5] is as good as one of these.
    places = sorted({p for p in points if p} | {5.0})
    for other in combinations_with_replacement(places, 3):
        assert kappa(list(other), points, levels) <= best + 1e-12


def test_gates_that_agree_fully_stay_where_they_are() -> None:
    points = [round(n * 0.05, 4) for n in range(101)] * 2
    assert fitted(points, [level_by(OWN, p) for p in points]) == OWN


def test_of_equally_good_cut_offs_the_nearest_are_taken() -> None:
    # People begin level 2 somewhere in (1.4, 1.9], level 3 in (1.9, 4], level 4 in (4, 5].
    points, levels = [0.5, 1.4, 1.9, 4.0, 5.0] * 30, [1, 1, 2, 3, 4] * 30
    assert OWN == [0.8, 2.4, 4.0]
    assert fitted(points, levels) == [1.4001, 2.4, 4.0001]


def test_nothing_at_all_stays_level_1_and_everything_can_be_level_4() -> None:
    mild = fitted([0.0, 2.0] * 60, [3, 4] * 60)
    strict = fitted([0.0, 5.0] * 60, [1, 2] * 60)
    assert mild is not None
    assert strict is not None
    assert (level_by(mild, 0), level_by(strict, 5)) == (1, 4)


def test_cut_offs_rise() -> None:
    for seed in range(10):
        found = fitted(*people(seed, slope=0.6, earned=[0, 0.5, 1, 2, 3, 4, 5]))
        assert found is not None
        assert 0 < found[0] <= found[1] <= found[2] <= 5


def test_too_few_scorecards_are_refused() -> None:
    points, levels = [1.0, 3.0] * 49, [1, 3] * 49
    with pytest.raises(ValueError, match=r"98 human scorecards are too few.* 100 are needed"):
        fit(RUBRIC, {"one": points}, {"one": levels})
    with pytest.raises(ValueError, match="0 human scorecards"):
        fit(RUBRIC, {}, {})


@pytest.mark.parametrize(
    ("points", "levels"),
    [
        ([1.0, 2.0] * 60, [2] * 120),  # one level throughout
        ([1.0, 2.0] * 60, [2] * 117 + [3] * 3),  # another one hardly ever
        ([1.0] * 120, [1, 4] * 60),  # the same points throughout
        ([1.0, 2.0] * 60, [1, 4] * 45 + [None] * 30),  # too few levels
    ],
)
def test_a_criterion_that_lacks_variety_is_left_alone(
    points: list[float], levels: list[int | None]
) -> None:
    good = people(1, slope=0.7, earned=[0, 1, 2, 3])
    calibration = fit(RUBRIC, {"one": points, "two": good[0]}, {"one": levels, "two": good[1]})
    assert list(calibration.cuts) == ["two"]
    assert calibration.n == 120
    assert apply(calibration, RUBRIC).criteria[0] == RUBRIC.criteria[0]


@pytest.mark.parametrize(
    ("points", "levels", "said"),
    [
        ({"three": [1.0]}, {"three": [1]}, "no criterion is called 'three'"),
        ({"one": [1.0]}, {"one": [1, 2]}, "one entry per scorecard"),
        ({"one": [1.0]}, {}, "the same criteria"),
        ({"one": [1.0]}, {"one": [5]}, "5 is no level"),
        ({"one": [5.5]}, {"one": [4]}, "one: points are from 0 to 5"),
    ],
)
def test_scorecards_that_do_not_fit_are_refused(
    points: dict[str, list[float]], levels: dict[str, list[int | None]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        fit(RUBRIC, points, levels)


def calibration(**cuts: dict[int, float]) -> Calibration:
    return Calibration.model_validate({"rubric_hash": RUBRIC.hash, "n": LEAST, "cuts": cuts})


def test_applying_moves_points_and_nothing_else() -> None:
    written = {2: Gate(points=1, must=("i1",)), 3: Gate(points=2, justified=2), 4: Gate(points=3)}
    rubric = Rubric(criteria=(criterion(*FIVE, name="one", gates=written), RUBRIC.criteria[1]))
    mine = Calibration(rubric_hash=rubric.hash, n=LEAST, cuts={"one": {2: 0.5, 3: 1, 4: 4}})
    moved = apply(mine, rubric)
    assert moved.criteria[0].gates == {
        2: Gate(points=0.5, must=("i1",)),
        3: Gate(points=1, justified=2),
        4: Gate(points=4),
    }
    assert moved.criteria[1] == rubric.criteria[1]
    assert moved.hash != rubric.hash
    assert moved.hash == Rubric.model_validate(moved.model_dump()).hash
    assert apply(mine.model_copy(), rubric) is moved


def test_points_alone_do_not_open_a_calibrated_gate() -> None:
    moved = apply(calibration(one={2: 0.1, 3: 0.2, 4: 0.3}), RUBRIC).criteria[0]

    def level(depth: Depth) -> Level:
        met = [Finding(indicator=f"i{n}", depth=depth, evidence=(QUOTE,)) for n in range(5)]
        return level_of(moved, met)

    assert (level(Depth.MENTIONED), level(Depth.SPECIFIED), level(Depth.JUSTIFIED)) == (1, 3, 4)


def test_the_calibration_of_another_rubric_is_refused() -> None:
    other = Rubric(criteria=RUBRIC.criteria[:1])
    with pytest.raises(ValueError, match="the calibration is for the rubric"):
        apply(calibration(), other)


def test_a_calibration_survives_its_json_with_its_hash() -> None:
    first = calibration(one={2: 0.5, 3: 1.25, 4: 4})
    second = Calibration.model_validate_json(first.model_dump_json())
    assert second == first
    assert second.hash == first.hash
    assert first.hash != calibration(one={2: 0.5, 3: 1.25, 4: 4.5}).hash


@pytest.mark.parametrize(
    "cuts",
    [{2: 1, 3: 2}, {2: 1, 3: 0.5, 4: 2}, {2: 0, 3: 1, 4: 2}, {1: 1, 2: 1, 3: 2, 4: 3}],
)
def test_cut_offs_that_make_no_sense_are_refused(cuts: dict[int, float]) -> None:
    with pytest.raises(ValueError, match="cuts"):
        calibration(one=cuts)
