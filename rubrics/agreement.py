"""How far raters agree: quadratic weighted kappa, Krippendorff's alpha, severity, raw agreement.

Works on plain values and reads them from CSV. What cannot be computed is None and never 0.
"""

import csv
import io
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from operator import mul
from typing import Literal, NamedTuple, TypeVar

from rubrics.loading import InvalidDocument, Problem

K = TypeVar("K", bound=Hashable)
# Item → rater → level; a rater who is left out, or None, did not judge the item.
Ratings = Mapping[K, Mapping[str, float | None]]
Metric = Literal["nominal", "ordinal", "interval"]

DRAWS = 1_000
SEED = 20_110_125
# An interval over fewer of its draws than this would hide that the others had no alpha.
LEAST_DEFINED = 0.9


def squared(one: float, other: float) -> float:
    """Disagreement by the squared distance of two levels: quadratic weights."""
    return (one - other) ** 2


def weighted_kappa(
    pairs: Iterable[tuple[float | None, float | None]],
    cost: Callable[[float, float], float] = squared,
) -> float | None:
    """Weighted kappa of two raters: 1 - observed / expected disagreement, at most 1.

    A pair is one item's two levels; a pair with None is left out. Quadratic unless ``cost`` says
    otherwise; the range of levels does not matter, since a constant factor of the costs cancels.
    None under two pairs, and when both raters gave one and the same level throughout.
    Source: J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968) 213-220.
    """
    return _kappa(Counter((a, b) for a, b in pairs if a is not None and b is not None), cost)


def _kappa(
    table: Mapping[tuple[float, float], int], cost: Callable[[float, float], float]
) -> float | None:
    first: Counter[float] = Counter()
    second: Counter[float] = Counter()
    for (one, other), count in table.items():
        first[one] += count
        second[other] += count
    observed = sum(count * cost(*pair) for pair, count in table.items())
    expected = sum(
        m * n * cost(one, other) for one, m in first.items() for other, n in second.items()
    )
    # Of one item chance expects just what is observed: that would be 0 or undefined, always.
    return 1 - first.total() * observed / expected if expected and first.total() > 1 else None


def alpha(ratings: Ratings[K], metric: Metric = "ordinal") -> float | None:
    """Krippendorff's alpha of any number of raters, with missing levels; at most 1.

    Items with fewer than two levels say nothing about agreement and are left out. None when no
    item is left, or when there is but one level in all of them.
    Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
    """
    units = [given for levels in ratings.values() if len(given := _given(levels)) > 1]
    values = sorted({level for given in units for level in given})
    return _alpha(_summed(units, values), values, metric) if units else None


def alpha_interval(
    ratings: Ratings[K],
    metric: Metric = "ordinal",
    *,
    group: Callable[[K], Hashable] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[float, float] | None:
    """The 95% bootstrap interval of alpha: items drawn again with replacement, percentiles.

    ``group`` names what is drawn as a whole, for items that hang together (the criteria of one
    answer); without it every item stands alone. The same seed gives the same interval. Draws in
    which there is but one level have no alpha and are left out; None when they are more than one
    in ten, or when there are fewer than two groups.
    Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
    """
    groups = _groups(ratings, group)
    values = sorted({level for units in groups for unit in units for level in unit})
    if len(groups) < 2 or len(values) < 2:
        return None
    # Groups with the same levels are one kind; a draw is then how often each kind came up, and
    # its table is that many times the table of the kind: nothing is counted anew.
    kinds = list(dict.fromkeys(groups))
    at = {kind: number for number, kind in enumerate(kinds)}
    drawn_from = [at[units] for units in groups]
    columns = list(zip(*(_summed(kind, values) for kind in kinds), strict=True))
    chance = random.Random(seed)  # noqa: S311 - statistics, not secrets
    found: list[float] = []
    for _ in range(draws):
        times = Counter(chance.choices(drawn_from, k=len(drawn_from)))
        weights = [times[number] for number in range(len(kinds))]
        value = _alpha([sum(map(mul, weights, column)) for column in columns], values, metric)
        if value is not None:
            found.append(value)
    return _middle(found, 0.95) if len(found) >= LEAST_DEFINED * draws else None


def _given(levels: Mapping[str, float | None]) -> tuple[float, ...]:
    return tuple(sorted(level for level in levels.values() if level is not None))


def _groups(
    ratings: Ratings[K], group: Callable[[K], Hashable] | None
) -> list[tuple[tuple[float, ...], ...]]:
    """Per group its units with two levels or more, each as its sorted levels."""
    groups: dict[Hashable, list[tuple[float, ...]]] = defaultdict(list)
    for item, levels in ratings.items():
        given = _given(levels)
        if len(given) > 1:
            groups[group(item) if group else item].append(given)
    return [tuple(sorted(units)) for units in groups.values()]


def _counted(unit: Sequence[float], values: Sequence[float]) -> list[float]:
    """A unit's part of the totals: how often each value, then the coincidences of each two."""
    counts = [unit.count(value) for value in values]
    return [*counts, *(a * b / (len(unit) - 1) for a, b in combinations(counts, 2))]


def _summed(units: Iterable[Sequence[float]], values: Sequence[float]) -> list[float]:
    return [sum(part) for part in zip(*(_counted(unit, values) for unit in units), strict=True)]


def _alpha(totals: Sequence[float], values: Sequence[float], metric: Metric) -> float | None:
    """Alpha of summed parts (see ``_counted``): 1 - (n - 1) Σ o δ / Σ n n δ, over pairs c < k."""
    counts, coincidences = totals[: len(values)], totals[len(values) :]
    distances = _DISTANCES[metric](values, counts)
    chance = [a * b for a, b in combinations(counts, 2)]
    expected: float = sum(map(mul, chance, distances))
    if not expected:
        return None
    observed: float = sum(map(mul, coincidences, distances))
    return 1 - (sum(counts) - 1) * observed / expected


def _nominal(values: Sequence[float], counts: Sequence[float]) -> list[float]:
    return [1.0] * math.comb(len(values), 2)


def _interval(values: Sequence[float], counts: Sequence[float]) -> list[float]:
    return [(one - other) ** 2 for one, other in combinations(values, 2)]


def _ordinal(values: Sequence[float], counts: Sequence[float]) -> list[float]:
    """The distance of two values is how many levels lie between the middles of their ranks."""
    middles: list[float] = []
    below = 0.0
    for count in counts:
        middles.append(below + count / 2)
        below += count
    return _interval(middles, counts)


_DISTANCES: Mapping[Metric, Callable[[Sequence[float], Sequence[float]], list[float]]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
}


def _middle(values: Iterable[float], share: float) -> tuple[float, float]:
    ordered = sorted(values)
    cut = math.floor((1 - share) / 2 * len(ordered))
    return ordered[cut], ordered[-1 - cut]


class Severity(NamedTuple):
    """How many levels a rater gives above (below: minus) the others on the same ``n`` items.

    ``interval`` is the 95% one, by Student's t; None under ten groups.
    """

    difference: float | None
    n: int
    interval: tuple[float, float] | None = None


def severity(
    ratings: Ratings[K], *, group: Callable[[K], Hashable] | None = None
) -> dict[str, Severity]:
    """Rater → mean of own level minus the mean of the others' on the same item, in levels.

    Below zero is stricter than the others. None when nobody else judged what the rater judged.
    ``group`` names what hangs together, as in ``alpha_interval``: who is strict on one criterion
    of an answer tends to be on its others, so they tell less than as many answers would.
    """
    gaps: dict[str, dict[Hashable, list[float]]] = {}
    for item, levels in ratings.items():
        given = {rater: level for rater, level in levels.items() if level is not None}
        total = sum(given.values())
        for rater, level in given.items():
            own = gaps.setdefault(rater, {})
            if len(given) > 1:
                gap = level - (total - level) / (len(given) - 1)
                own.setdefault(group(item) if group else item, []).append(gap)
    return {rater: _severity(list(own.values())) for rater, own in gaps.items()}


# Of fewer groups the spread itself is not known well enough.
_LEAST_FOR_INTERVAL = 10


def _severity(groups: Sequence[Sequence[float]]) -> Severity:
    """The mean of all gaps, with the sandwich variance of a mean of clusters.

    With one gap in each group that is the usual interval of a mean.
    Source: K.-Y. Liang and S. Zeger, Biometrika 73 (1986) 13-22, times G / (G - 1).
    """
    count = sum(map(len, groups))
    if not count:
        return Severity(None, 0)
    mean = sum(map(sum, groups)) / count
    if len(groups) < _LEAST_FOR_INTERVAL:
        return Severity(mean, count)
    spread = sum(sum(gap - mean for gap in gaps) ** 2 for gaps in groups)
    variance = spread * len(groups) / (len(groups) - 1) / count**2
    half = _student(len(groups) - 1) * math.sqrt(variance)
    return Severity(mean, count, (mean - half, mean + half))


def _student(freedom: int) -> float:
    """The 97.5% point of Student's t, right to 0.002 from nine degrees of freedom on.

    Source: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.5.
    """
    z = 1.959964
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree on a set of items.

    ``items``: judged by two raters or more; ``raters``: who gave a level at all; ``kappa``: mean
    quadratic weighted kappa over the ``pairs`` of raters that have one, by how much each shares;
    ``alpha`` with its 95% ``interval``: ordinal; ``exact`` and ``within_one``: the share (0-1) of
    pairs of levels on one item that are the same, or at most one level apart.
    """

    items: int
    raters: int
    kappa: float | None
    pairs: int
    alpha: float | None
    interval: tuple[float, float] | None
    exact: float | None
    within_one: float | None


def agreement(ratings: Ratings[K], *, group: Callable[[K], Hashable] | None = None) -> Agreement:
    """Measure all of it; ``group`` as in ``alpha_interval``."""
    tables = _tables(ratings)
    known = [(k, t.total()) for t in tables.values() if (k := _kappa(t, squared)) is not None]
    weight = sum(count for _, count in known)
    pairs = sum((Counter(table) for table in tables.values()), Counter[tuple[float, float]]())
    return Agreement(
        items=sum(len(_given(levels)) > 1 for levels in ratings.values()),
        raters=len({r for levels in ratings.values() for r in levels if levels[r] is not None}),
        kappa=sum(k * count for k, count in known) / weight if weight else None,
        pairs=len(known),
        alpha=alpha(ratings),
        interval=alpha_interval(ratings, group=group),
        exact=_share(pairs, 0),
        within_one=_share(pairs, 1),
    )


def _tables(ratings: Ratings[K]) -> dict[tuple[str, str], Counter[tuple[float, float]]]:
    """Two raters → how often they gave which two levels to one item."""
    tables: dict[tuple[str, str], Counter[tuple[float, float]]] = defaultdict(Counter)
    for levels in ratings.values():
        given = sorted((rater, level) for rater, level in levels.items() if level is not None)
        for (one, a), (other, b) in combinations(given, 2):
            tables[one, other][a, b] += 1
    return tables


def _share(pairs: Counter[tuple[float, float]], distance: float) -> float | None:
    near = sum(count for (a, b), count in pairs.items() if abs(a - b) <= distance)
    return near / pairs.total() if pairs else None


class Score(NamedTuple):
    """One line of a file of scores: the level (1-4) that a rater gave, or None: not judged."""

    item: str
    rater: str
    criterion: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Agreement per criterion and over all of them, and how severe each rater is."""

    criteria: Mapping[str, Agreement]
    overall: Agreement
    raters: Mapping[str, Severity]


def report(scores: Iterable[Score]) -> Report:
    """Measure the agreement of a file of scores.

    Over all criteria a pair (item, criterion) is one thing judged, and the bootstrap draws items
    with all their criteria, since those of one answer hang together.
    """
    criteria: dict[str, dict[str, dict[str, int | None]]] = {}
    everything: dict[tuple[str, str], dict[str, int | None]] = {}
    for item, rater, criterion, level in scores:
        criteria.setdefault(criterion, {}).setdefault(item, {})[rater] = level
        everything.setdefault((item, criterion), {})[rater] = level
    return Report(
        criteria={name: agreement(ratings) for name, ratings in criteria.items()},
        overall=agreement(everything, group=lambda pair: pair[0]),
        raters=severity(everything, group=lambda pair: pair[0]),
    )


COLUMNS = ("item", "rater", "criterion", "level")
SHOWN = 20


def read_scores(text: str, file: str) -> list[Score]:
    """Read CSV with a header that names ``COLUMNS`` in any order; other columns are left alone.

    Separated by commas, semicolons or tabs, whichever the header has most of. Raises
    InvalidDocument with the first ``SHOWN`` problems, each at its line.
    """
    rows = _rows(text.removeprefix("\ufeff"), file)
    if len(rows) < 2:
        raise InvalidDocument([_problem(file, 1, "holds no scores")])
    try:
        header = _header(rows[0][1])
    except ValueError as error:
        raise InvalidDocument([_problem(file, rows[0][0], str(error))]) from error
    scores: list[Score] = []
    problems: list[Problem] = []
    lines: dict[tuple[str, str, str], int] = {}
    for line, cells in rows[1:]:
        try:
            score = _score(cells, header)
            _refuse_twice(score, lines, line)
            scores.append(score)
        except ValueError as error:
            problems.append(_problem(file, line, str(error)))
    if problems:
        raise InvalidDocument(_first(problems))
    return scores


def _problem(file: str, line: int, message: str) -> Problem:
    return Problem(file, line, "", "scores", message)


def _rows(text: str, file: str) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, with the line on which each begins."""
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count), strict=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidDocument([_problem(file, line, f"is not CSV: {error}")]) from error
    return rows


def _header(cells: Sequence[str]) -> dict[str, int]:
    names = [cell.casefold() for cell in cells]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise ValueError(
            f"the header has no column {', '.join(missing)}; wanted are {', '.join(COLUMNS)}"
        )
    return {"": len(names), **{column: names.index(column) for column in COLUMNS}}


def _score(cells: Sequence[str], header: Mapping[str, int]) -> Score:
    if any(cells[header[""] :]):
        raise ValueError("has more cells than the header")
    missing = [column for column in COLUMNS if header[column] >= len(cells)]
    if missing:
        raise ValueError(f"has no {', '.join(missing)}")
    item, rater, criterion, level = (cells[header[column]] for column in COLUMNS)
    empty = [
        name for name, cell in zip(COLUMNS, (item, rater, criterion), strict=False) if not cell
    ]
    if empty:
        raise ValueError(f"has an empty {', '.join(empty)}")
    return Score(item, rater, criterion, _level(level))


def _level(text: str) -> int | None:
    if not text:
        return None
    # Spreadsheets write 3 as 3.0 or 3,0.
    whole = text.replace(",", ".").removesuffix(".0")
    if whole not in ("1", "2", "3", "4"):
        raise ValueError(f"{text!r} is no level: write 1, 2, 3 or 4, or nothing (not judged)")
    return int(whole)


def _refuse_twice(score: Score, lines: dict[tuple[str, str, str], int], line: int) -> None:
    key = (score.item, score.rater, score.criterion)
    if key in lines:
        raise ValueError(
            f"{score.rater} has rated {score.criterion} of {score.item} already in line "
            f"{lines[key]}"
        )
    lines[key] = line


def _first(problems: Sequence[Problem]) -> Iterator[Problem]:
    yield from problems[:SHOWN]
    more = problems[SHOWN:]
    if more:
        yield _problem(more[0].file, more[0].line, f"and {len(more)} more, from this line on")
