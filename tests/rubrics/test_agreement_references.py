"""The figures are those of scikit-learn, of the krippendorff package and of numpy."""

import math
import random
import warnings
from collections.abc import Mapping

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from rubrics.agreement import (
    LEAST_DEFINED,
    Metric,
    agreement,
    alpha,
    alpha_interval,
    severity,
    weighted_kappa,
)

LEVELS = [1, 2, 3, 4]
CLOSE = 1e-9
Ratings = Mapping[int, Mapping[str, int | None]]


def kappa_of_reference(pairs: list[tuple[int, int]]) -> float:
    """Scikit-learn's; not a number where the two gave but one level."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what it cannot compute
        return float(
            cohen_kappa_score(*zip(*pairs, strict=True), labels=LEVELS, weights="quadratic")
        )


def alpha_of_reference(rows: list[list[int | None]], metric: Metric) -> float | None:
    """The krippendorff package's; None where it refuses: fewer than two levels in all pairs."""
    data = np.array([[np.nan if x is None else x for x in row] for row in rows], float).T
    try:
        found = krippendorff.alpha(data, level_of_measurement=metric, value_domain=LEVELS)
    except ValueError:
        return None
    return None if math.isnan(found) else float(found)


def as_ratings(rows: list[list[int | None]]) -> Ratings:
    return {unit: {f"r{n}": x for n, x in enumerate(row)} for unit, row in enumerate(rows)}


def paired(rows: list[list[int | None]]) -> list[list[int]]:
    """What has a partner, by unit."""
    units = [[x for x in row if x is not None] for row in rows]
    return [unit for unit in units if len(unit) > 1]


def same(ours: float | None, theirs: float | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return ours == pytest.approx(theirs, abs=CLOSE)


def tables(seed: int) -> list[list[int | None]]:
    """Levels of raters by item: of any shape, of few or many levels, dense or nearly empty."""
    chance = random.Random(seed)
    raters, items = chance.randint(2, 9), chance.randint(1, 80)
    pool = chance.sample(LEVELS, chance.randint(1, 4))
    missing, noise = chance.choice([0, 0.2, 0.6, 0.9]), chance.random()
    constant = chance.randrange(raters) if chance.random() < 0.3 else None
    rows: list[list[int | None]] = []
    for _ in range(items):
        true = chance.choice(pool)
        row: list[int | None] = []
        for rater in range(raters):
            level = pool[0] if rater == constant else true
            if rater != constant and chance.random() < noise:
                level = chance.choice(pool)
            row.append(None if chance.random() < missing else level)
        rows.append(row)
    return rows


@given(st.lists(st.tuples(st.sampled_from(LEVELS), st.sampled_from(LEVELS)), min_size=2))
def test_weighted_kappa_of_any_pairs_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    theirs = kappa_of_reference(pairs)
    ours = weighted_kappa(pairs)
    if math.isnan(theirs):
        assert len({level for pair in pairs for level in pair}) == 1
        assert ours is None
    else:
        assert same(ours, theirs)


@pytest.mark.parametrize("seed", range(60))
def test_kappa_of_two_columns_with_holes_is_that_of_scikit_learn(seed: int) -> None:
    rows = tables(seed)
    found = [(row[0], row[1]) for row in rows]
    known = [(a, b) for a, b in found if a is not None and b is not None]
    if len(known) < 2:
        assert weighted_kappa(found) is None
        return
    theirs = kappa_of_reference(known)
    assert same(weighted_kappa(found), None if math.isnan(theirs) else theirs)


def test_of_one_rater_who_never_varies_both_say_no_better_than_chance() -> None:
    pairs = [(2, level) for level in (1, 2, 3, 4, 4)]
    assert weighted_kappa(pairs) == kappa_of_reference(pairs) == 0


def test_of_one_pair_we_say_nothing_where_scikit_learn_says_nought_or_not_a_number() -> None:
    # One item's expected disagreement is what was observed, whatever it is: no information.
    assert kappa_of_reference([(1, 4)]) == 0
    assert math.isnan(kappa_of_reference([(2, 2)]))
    assert weighted_kappa([(1, 4)]) is weighted_kappa([(2, 2)]) is None


@pytest.mark.parametrize("metric", ["ordinal", "nominal", "interval"])
@pytest.mark.parametrize("seed", range(60))
def test_alpha_with_missing_levels_is_that_of_the_krippendorff_package(
    seed: int, metric: Metric
) -> None:
    rows = tables(seed)
    units = paired(rows)
    if len({level for unit in units for level in unit}) < 2:
        assert alpha(as_ratings(rows), metric) is None  # theirs is 1, or an error
    else:
        assert same(alpha(as_ratings(rows), metric), alpha_of_reference(rows, metric))


@given(
    st.lists(
        st.lists(st.sampled_from([*LEVELS, None]), min_size=4, max_size=4), min_size=1, max_size=15
    )
)
def test_alpha_of_any_levels_is_that_of_the_krippendorff_package(
    rows: list[list[int | None]],
) -> None:
    if len({level for unit in paired(rows) for level in unit}) > 1:
        assert same(alpha(as_ratings(rows)), alpha_of_reference(rows, "ordinal"))


def test_the_random_tables_are_of_every_kind() -> None:
    seen = [paired(tables(seed)) for seed in range(60)]
    values = [{level for unit in units for level in unit} for units in seen]
    assert {len(each) for each in values} >= {1, 2, 3, 4}
    assert any(len(units) < 10 for units in seen)
    assert any(len(units) > 50 for units in seen)


@pytest.mark.parametrize("seed", range(60))
def test_raw_agreement_is_the_share_of_all_pairs_of_levels(seed: int) -> None:
    rows = tables(seed)
    levels = np.array([[np.nan if x is None else x for x in row] for row in rows], float)
    one, other = np.triu_indices(levels.shape[1], k=1)
    apart = np.abs(levels[:, one] - levels[:, other])
    apart = apart[~np.isnan(apart)]
    found = agreement(as_ratings(rows))
    if not apart.size:
        assert (found.exact, found.within_one) == (None, None)
        return
    assert same(found.exact, float(np.mean(apart == 0)))
    assert same(found.within_one, float(np.mean(apart <= 1)))


@pytest.mark.parametrize("seed", range(20))
def test_a_bootstrap_interval_is_the_same_again_in_order_and_at_most_one(seed: int) -> None:
    ratings = as_ratings(tables(seed))
    found = alpha_interval(ratings, draws=100)
    assert alpha_interval(ratings, draws=100) == found
    if found is not None:
        low, high = found
        assert low <= high <= 1


@pytest.mark.parametrize("seed", range(5))
def test_a_bootstrap_interval_is_that_of_drawing_rows_again(seed: int) -> None:
    chance = random.Random(seed)
    rows: list[list[int | None]] = [
        [min(4, max(1, true + chance.choice([-1, 0, 0, 1]))) for _ in range(3)]
        for true in chance.choices(LEVELS, k=40)
    ]
    draws = [alpha_of_reference(chance.choices(rows, k=len(rows)), "ordinal") for _ in range(1_000)]
    defined = [value for value in draws if value is not None]
    assert len(defined) >= LEAST_DEFINED * len(draws)
    theirs = np.percentile(defined, [2.5, 97.5])
    assert alpha_interval(as_ratings(rows)) == pytest.approx(tuple(theirs), abs=0.03)


def test_nine_of_ten_bootstrap_intervals_or_more_cover_the_alpha_of_all_there_is() -> None:
    chance = random.Random(5)

    def some(items: int) -> Ratings:
        return as_ratings(
            [
                [min(4, max(1, true + chance.choice([-1, 0, 0, 0, 1]))) for _ in range(2)]
                for true in chance.choices(LEVELS, k=items)
            ]
        )

    truth = alpha(some(20_000))
    assert truth is not None
    found = [alpha_interval(some(50), draws=200) for _ in range(100)]
    covered = [low <= truth <= high for low, high in filter(None, found)]
    assert len(covered) == 100
    assert 88 <= sum(covered) <= 100


# The 97.5% points of Student's t as every textbook prints them, by number of items less one.
@pytest.mark.parametrize(("items", "t"), [(10, 2.262), (11, 2.228), (30, 2.045), (121, 1.980)])
def test_the_interval_of_severity_is_that_of_a_mean_by_students_t(items: int, t: float) -> None:
    chance = random.Random(items)
    ratings = {
        n: {"own": chance.randint(1, 4), "a": chance.randint(1, 4), "b": chance.randint(1, 4)}
        for n in range(items)
    }
    gaps = np.array([each["own"] - (each["a"] + each["b"]) / 2 for each in ratings.values()])
    mean, half = float(gaps.mean()), t * float(gaps.std(ddof=1)) / math.sqrt(items)
    found = severity(ratings)["own"]
    assert found.n == items
    assert found.difference == pytest.approx(mean)
    assert found.interval == pytest.approx((mean - half, mean + half), abs=0.002)


def test_the_criteria_of_one_answer_count_as_one_where_they_hang_together() -> None:
    chance = random.Random(1)
    levels = [(chance.randint(1, 4), chance.randint(1, 4)) for _ in range(20)]
    once = {(n, 0): {"own": a, "other": b} for n, (a, b) in enumerate(levels)}
    copies = {(n, k): each for (n, _), each in once.items() for k in range(4)}
    alone = severity(once)["own"]
    grouped = severity(copies, group=lambda item: item[0])["own"]
    apart = severity(copies)["own"]
    assert grouped.interval == pytest.approx(alone.interval)
    assert apart.interval
    assert alone.interval
    assert apart.interval[1] - apart.interval[0] < 0.55 * (alone.interval[1] - alone.interval[0])
    assert (
        severity(dict(list(copies.items())[:36]), group=lambda item: item[0])["own"].interval
        is None
    )
