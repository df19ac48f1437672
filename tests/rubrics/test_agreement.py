"""Agreement is checked against published examples and against the plain definitions."""

import random
from collections.abc import Iterable, Mapping
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.agreement import (
    Metric,
    Score,
    Severity,
    agreement,
    alpha,
    alpha_interval,
    read_scores,
    report,
    severity,
    weighted_kappa,
)
from rubrics.loading import InvalidDocument

Ratings = Mapping[int, Mapping[str, int | None]]


def by_unit(*rows: str) -> Ratings:
    """One row of levels per rater, a dot where there is none, as printed in the literature."""
    columns = zip(*(row.split() for row in rows), strict=True)
    return {
        unit: {
            rater: None if cell == "." else int(cell)
            for rater, cell in zip("ABCD", column, strict=False)
        }
        for unit, column in enumerate(columns)
    }


# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: nominal data,
# 4 observers, 12 units, missing values; .743 there, .815 and .849 in section D.
FOUR_BY_TWELVE = by_unit(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def by_definition(ratings: Ratings, distance: Metric) -> float:
    """Alpha from its definition: disagreement of all ordered pairs, within units and over all."""
    units = [[x for x in levels.values() if x is not None] for levels in ratings.values()]
    units = [unit for unit in units if len(unit) > 1]
    values = [x for unit in units for x in unit]

    def squared(a: int, b: int) -> float:
        if distance == "nominal":
            return float(a != b)
        if distance == "interval":
            return float((a - b) ** 2)
        between = sum(min(a, b) <= x <= max(a, b) for x in values)
        return (between - (values.count(a) + values.count(b)) / 2) ** 2 if a != b else 0.0

    within = sum(
        sum(squared(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    over_all = sum(squared(a, b) for a, b in permutations(values, 2)) / (len(values) - 1)
    return 1 - within / over_all


@pytest.mark.parametrize(
    ("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_four_observers_with_missing_values_is_the_published_one(
    metric: Metric, published: float
) -> None:
    assert alpha(FOUR_BY_TWELVE, metric) == pytest.approx(published, abs=0.0005)
    assert alpha(FOUR_BY_TWELVE, metric) == pytest.approx(by_definition(FOUR_BY_TWELVE, metric))


def test_alpha_of_two_observers_and_two_values_is_the_published_one() -> None:
    # Krippendorff (2011), section A: binary data, 2 observers, 10 units.
    ratings = by_unit("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
    assert alpha(ratings, "nominal") == pytest.approx(0.095, abs=0.0005)


@given(
    st.lists(
        st.lists(st.sampled_from([1, 2, 3, 4, None]), min_size=3, max_size=3),
        min_size=2,
        max_size=12,
    ),
    st.sampled_from(["nominal", "ordinal", "interval"]),
)
def test_alpha_is_that_of_its_definition_or_none(
    rows: list[list[int | None]], metric: Metric
) -> None:
    ratings = {unit: dict(zip("abc", row, strict=True)) for unit, row in enumerate(rows)}
    paired = [[x for x in row if x] for row in rows]
    if len({x for row in paired if len(row) > 1 for x in row}) < 2:
        assert alpha(ratings, metric) is None
    else:
        assert alpha(ratings, metric) == pytest.approx(by_definition(ratings, metric))


def table(rows: str) -> list[tuple[float | None, float | None]]:
    """A printed table of counts as pairs of levels: rows are the first rater's."""
    counts = [[int(cell) for cell in row.split()] for row in rows.split("/")]
    return [
        (one, other)
        for one, row in enumerate(counts, 1)
        for other, count in enumerate(row, 1)
        for _ in range(count)
    ]


def test_weighted_kappa_of_psychiatric_diagnoses_is_the_published_one() -> None:
    # J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968) 213-220, table 1: proportions of
    # 200 cases, disagreement weighted 1 (disorder/neurosis), 3 (disorder/psychosis), 6; .348.
    diagnoses = table("88 14 18/10 40 10/2 6 12")
    weights = {(1, 2): 1, (1, 3): 3, (2, 3): 6}

    def cost(one: float, other: float) -> float:
        return weights.get((int(min(one, other)), int(max(one, other))), 0)

    assert weighted_kappa(diagnoses, cost) == pytest.approx(0.348, abs=0.0005)
    assert weighted_kappa(diagnoses, lambda a, b: a != b) == pytest.approx(0.492, abs=0.0005)


# K. Gwet, "irrCAC" for R, cont3x3abstractors: two abstractors, 100 pregnancies; the help page of
# kappa2.table prints 0.7964094 unweighted and 0.8921569 with quadratic weights.
ABSTRACTORS = table("13 0 0/0 20 7/0 4 56")


def test_quadratic_weighted_kappa_of_two_abstractors_is_the_published_one() -> None:
    assert weighted_kappa(ABSTRACTORS) == pytest.approx(0.8921569, abs=1e-7)
    assert weighted_kappa(ABSTRACTORS, lambda a, b: a != b) == pytest.approx(0.7964094, abs=1e-7)


def test_quadratic_weighted_kappa_is_that_of_first_principles() -> None:
    # Observed: 11 of 100 pairs are one level apart. Expected: marginals 13, 27, 60 and 13, 24, 63.
    one, other = (13, 27, 60), (13, 24, 63)
    expected = sum(one[i] * other[j] * (i - j) ** 2 for i, j in product(range(3), repeat=2)) / 100
    assert expected == pytest.approx(102)
    assert weighted_kappa(ABSTRACTORS) == pytest.approx(1 - 11 / expected)


def test_kappa_does_not_depend_on_where_levels_begin_or_what_is_missing() -> None:
    moved = [(a and 2 * a + 5, b and 2 * b + 5) for a, b in ABSTRACTORS]
    holes: list[tuple[float | None, float | None]] = [(None, 1), (3, None), (None, None)]
    assert weighted_kappa(moved + holes) == pytest.approx(0.8921569, abs=1e-7)


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([], None),
        ([(1, None), (None, 4)], None),
        ([(1, 2)], None),
        ([(2, 2), (2, 2)], None),
        ([(2, 1), (2, 3)], 0.0),
        ([(1, 4), (4, 1)], -1.0),
        ([(1, 1), (4, 4)], 1.0),
    ],
)
def test_kappa_that_cannot_be_computed_is_none_and_not_zero(
    pairs: Iterable[tuple[float | None, float | None]], kappa: float | None
) -> None:
    assert weighted_kappa(pairs) == kappa


def raters(n: int, spread: int) -> Ratings:
    chance = random.Random(7)
    found: dict[int, dict[str, int | None]] = {}
    for item in range(n):
        true = chance.choice([1, 2, 3, 4])
        found[item] = {
            rater: min(4, max(1, true + chance.randint(-spread, spread))) for rater in "abc"
        }
    return found


def test_the_bootstrap_interval_holds_alpha_is_the_same_again_and_narrows_with_items() -> None:
    few, many = raters(20, 1), raters(200, 1)
    wide, narrow = alpha_interval(few), alpha_interval(many)
    assert wide is not None
    assert narrow is not None
    for ratings, (low, high) in ((few, wide), (many, narrow)):
        value = alpha(ratings)
        assert value is not None
        assert low < value < high
    assert narrow[1] - narrow[0] < (wide[1] - wide[0]) / 2
    assert alpha_interval(few) == wide
    assert alpha_interval(few, seed=1) != wide


def test_an_interval_of_copies_drawn_as_one_is_that_of_the_originals() -> None:
    once = raters(30, 1)
    thrice = {(item, copy): levels for item, levels in once.items() for copy in range(3)}
    alone, grouped = alpha_interval(once), alpha_interval(thrice, group=lambda key: key[0])
    apart = alpha_interval(thrice)
    assert alone is not None
    assert grouped is not None
    assert apart is not None
    assert grouped == pytest.approx(alone, abs=0.01)
    assert apart[1] - apart[0] < 0.7 * (grouped[1] - grouped[0])


@pytest.mark.parametrize(
    "ratings",
    [
        {},
        {1: {"a": 1, "b": 2}},
        {1: {"a": 2, "b": 2}, 2: {"a": 2, "b": 2}},
        {1: {"a": 1}, 2: {"b": 2}},
        {n: {"a": 1, "b": 1 + (n == 0)} for n in range(2)},  # a quarter of draws are all ones
    ],
)
def test_an_interval_that_cannot_be_computed_is_none(ratings: Ratings) -> None:
    assert alpha_interval(ratings) is None


def test_severity_is_the_difference_to_the_others_on_the_same_items() -> None:
    found = severity(
        {
            1: {"strict": 1, "mild": 3, "calm": 2},
            2: {"strict": 2, "mild": 3, "calm": None},
            3: {"calm": 4},
            4: {"alone": 2, "mild": None},
        }
    )
    assert found == {
        "strict": Severity((-1.5 - 1) / 2, 2),
        "mild": Severity((1.5 + 1) / 2, 2),
        "calm": Severity(0, 1),
        "alone": Severity(None, 0),
    }


def test_raw_agreement_counts_pairs_of_levels() -> None:
    found = agreement({1: {"a": 1, "b": 1, "c": 2}, 2: {"a": 1, "b": 4, "c": None}, 3: {"a": 2}})
    assert (found.items, found.raters, found.pairs) == (2, 3, 1)
    assert (found.exact, found.within_one) == (1 / 4, 3 / 4)


def test_agreement_of_nobody_is_unknown() -> None:
    found = agreement({1: {"a": 1}, 2: {"a": None}})
    assert (found.items, found.raters, found.pairs) == (0, 1, 0)
    unknown = (found.kappa, found.alpha, found.interval, found.exact, found.within_one)
    assert unknown == (None,) * 5


def test_mean_kappa_is_over_pairs_of_raters() -> None:
    ratings = raters(50, 1)
    kappas = [
        weighted_kappa((levels[one], levels[other]) for levels in ratings.values())
        for one, other in ("ab", "ac", "bc")
    ]
    found = agreement(ratings)
    assert found.pairs == 3
    assert found.kappa == pytest.approx(sum(k or 0 for k in kappas) / 3)


HEAD = "item,rater,criterion,level\n"


def test_a_report_is_per_criterion_and_over_all() -> None:
    scores = [
        Score(f"i{n}", rater, criterion, 1 + (n + (rater == "b") * (criterion == "y")) % 4)
        for n in range(8)
        for rater in "ab"
        for criterion in "xy"
    ]
    found = report(scores)
    assert list(found.criteria) == ["x", "y"]
    assert found.criteria["x"].kappa == 1
    assert found.criteria["y"].exact == 0
    assert (found.overall.items, found.overall.exact) == (16, 0.5)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_scores_are_read_with_any_separator_and_line_end(separator: str, end: str) -> None:
    lines = ["\ufeffRater,note,Item,criterion,level", "ann,x,a1,data,3", ",,,,", "bob,,a1,data,"]
    text = end.join(lines).replace(",", separator) + end
    assert read_scores(text, "f") == [
        Score("a1", "ann", "data", 3),
        Score("a1", "bob", "data", None),
    ]


def test_a_quoted_cell_may_hold_the_separator() -> None:
    assert read_scores(HEAD + '"a, 1","b ""x""",c,4.0\n', "f") == [Score("a, 1", 'b "x"', "c", 4)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "f:1: holds no scores"),
        (HEAD, "f:1: holds no scores"),
        ("item,rater,level\n1,2,3\n", "f:1: the header has no column criterion"),
        (HEAD + "a,b,c\n", "f:2: has no level"),
        (HEAD + "a,,c,1\n", "f:2: has an empty rater"),
        (HEAD + "a,b,c,5\n", "f:2: '5' is no level"),
        (HEAD + "a,b,c,2.5\n", "f:2: '2.5' is no level"),
        (HEAD + "a,b,c,good\n", "f:2: 'good' is no level"),
        (HEAD + "a,b,c,1,9\n", "f:2: has more cells"),
        (HEAD + "a,b,c,1\n\na,b,c,\n", "f:4: b has rated c of a already in line 2"),
        (HEAD + '"a\nx",b,c,1\na,b,c,0\n', "f:4: '0' is no level"),
        (HEAD + '"a,b,c,1\n', "f:2: is not CSV"),
    ],
)
def test_a_bad_row_is_named_by_its_line(text: str, said: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read_scores(text, "f")
    assert str(caught.value).startswith(said)
    assert len(caught.value.problems) == 1


def test_all_bad_rows_are_named_up_to_twenty() -> None:
    with pytest.raises(InvalidDocument) as caught:
        read_scores(HEAD + "".join(f"i{n},b,c,x\n" for n in range(50)), "f")
    lines = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in lines] == [str(n) for n in range(2, 23)]
    assert "and 30 more" in lines[-1]
