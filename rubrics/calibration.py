"""The optional calibration: cut-offs on the points, fitted to the levels that people gave.

Moves how many points a gate asks for and nothing else; without one a rubric's own gates hold.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, Self, get_args

from pydantic import Field, model_validator

from rubrics.schema import Criterion, Document, Gate, GateKey, Rubric, Slug
from rubrics.scoring import gates_of

LEAST = 100
# A level that people hardly ever gave says nothing about where it begins.
LEAST_OF_A_LEVEL = 5
# Points are rounded to four digits: the smallest step by which one is above another.
STEP = 0.0001

Cut = Literal[2, 3, 4]
_CUTS: tuple[Cut, ...] = get_args(Cut)


class Calibration(Document):
    """Cut-offs of a rubric: criterion → level → the least points (as a gate's) that reach it.

    ``n`` is the number of human scorecards behind it. A criterion that is not here keeps the
    rubric's own gates.
    """

    rubric_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    n: int = Field(ge=LEAST)
    cuts: dict[Slug, dict[GateKey, Annotated[float, Field(gt=0, allow_inf_nan=False)]]]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        for name, cuts in self.cuts.items():
            if set(cuts) != set(_CUTS):
                raise ValueError(f"cuts.{name}: write all of 2, 3 and 4")
            ordered = [cuts[level] for level in _CUTS]
            if ordered != sorted(ordered):
                raise ValueError(f"cuts.{name}: each level asks for as many points or more")
        return self


def fit(
    rubric: Rubric,
    points: Mapping[str, Sequence[float]],
    levels: Mapping[str, Sequence[int | None]],
) -> Calibration:
    """Fit the cut-offs that agree best with people: criterion → one entry per human scorecard.

    ``points`` (a judgement's) and ``levels`` (1-4, None: not judged) stand side by side. Per
    criterion the cut-offs maximise quadratic weighted kappa between the level by points alone and
    the human level; of equally good ones those nearest to the rubric's own gates are taken. What
    else a gate asks for cannot be seen here. A cut-off is above 0 and not above what the criterion
    can earn: nothing stays level 1, and everything can be level 4.

    A criterion stays as it is when it has fewer than ``LEAST`` levels, or no two levels that were
    given ``LEAST_OF_A_LEVEL`` times, or one number of points throughout. Raises ValueError under
    ``LEAST`` scorecards, for a criterion that is not the rubric's, and for sequences of different
    lengths.
    """
    criteria = {criterion.id: criterion for criterion in rubric.criteria}
    n = _scorecards(criteria, points, levels)
    if n < LEAST:
        raise ValueError(f"{n} human scorecards are too few to calibrate; {LEAST} are needed")
    cuts = {
        name: found
        for name, criterion in criteria.items()
        if name in points
        and (found := _cuts(criterion, _Counts.of(points[name], levels[name]))) is not None
    }
    return Calibration(rubric_hash=rubric.hash, n=n, cuts=cuts)


def apply(calibration: Calibration, rubric: Rubric) -> Rubric:
    """The same rubric with the points of its gates moved. Raises ValueError for another rubric.

    What else the gates ask for stays: how many indicators are specified and justified, and which
    ones must be there (``scoring.gates_of``). So a level is never reached by naming things, and
    a calibration that asks for few points may change less than its cut-offs say.

    The result has a hash of its own; a scorecard carries the hash of the rubric as written. The
    same two give the same object again, so that its hash and its automaton are made once.
    """
    if calibration.rubric_hash != rubric.hash:
        raise ValueError(
            f"the calibration is for the rubric {calibration.rubric_hash[:12]}; "
            f"this one is {rubric.hash[:12]}"
        )
    return _applied(_Both((calibration.hash, rubric.hash), calibration, rubric))


@dataclass(frozen=True, slots=True)
class _Both:
    """A calibration and a rubric as a cache key: the same content is the same key."""

    hashes: tuple[str, str]
    calibration: Calibration = field(compare=False)
    rubric: Rubric = field(compare=False)


@lru_cache(maxsize=64)
def _applied(both: _Both) -> Rubric:
    cuts, rubric = both.calibration.cuts, both.rubric
    # Made anew and not copied: a copy would keep the hash that the original has remembered.
    return Rubric(
        targets=rubric.targets,
        weights_reason=rubric.weights_reason,
        criteria=tuple(_moved(criterion, cuts.get(criterion.id)) for criterion in rubric.criteria),
    )


def _moved(criterion: Criterion, cuts: Mapping[Cut, float] | None) -> Criterion:
    if cuts is None:
        return criterion
    gates = {
        level: Gate.model_validate({**dict(gate), "points": cuts[level]})
        for level, gate in gates_of(criterion).items()
    }
    return Criterion.model_validate({**dict(criterion), "gates": gates})


def _scorecards(
    known: Mapping[str, Criterion],
    points: Mapping[str, Sequence[float]],
    levels: Mapping[str, Sequence[int | None]],
) -> int:
    unknown = sorted((set(points) | set(levels)) - set(known))
    if unknown:
        raise ValueError(f"no criterion is called {unknown[0]!r}")
    lengths = {len(column) for part in (points, levels) for column in part.values()}
    if set(points) != set(levels) or len(lengths) > 1:
        raise ValueError("points and levels need the same criteria, with one entry per scorecard")
    for name, column in points.items():
        most = _total(known[name])
        if any(not 0 <= earned <= most for earned in column):
            raise ValueError(f"{name}: points are from 0 to {most:g}")
    strange = {level for column in levels.values() for level in column} - {None, 1, 2, 3, 4}
    if strange:
        raise ValueError(f"{strange.pop()!r} is no level")
    return max(lengths, default=0)


class _Counts(NamedTuple):
    """The distinct points, rising, and how often each human level (1-4) was given at each."""

    values: tuple[float, ...]
    counts: tuple[tuple[int, int, int, int], ...]

    @classmethod
    def of(cls, points: Sequence[float], levels: Sequence[int | None]) -> "_Counts":
        table = Counter(
            (earned, level) for earned, level in zip(points, levels, strict=True) if level
        )
        values = tuple(sorted({earned for earned, _ in table}))
        return cls(
            values,
            tuple((table[v, 1], table[v, 2], table[v, 3], table[v, 4]) for v in values),
        )

    @property
    def is_enough(self) -> bool:
        of_a_level = [sum(column) for column in zip(*self.counts, strict=True)]
        return (
            sum(of_a_level) >= LEAST
            and sum(count >= LEAST_OF_A_LEVEL for count in of_a_level) > 1
            and len(self.values) > 1
        )


def _cuts(criterion: Criterion, seen: _Counts) -> dict[Cut, float] | None:
    """The best cut-offs of a criterion, or None when its scorecards lack variety."""
    if not seen.is_enough:
        return None
    places = _places(criterion, seen.values)
    # Kappa is 1 - observed / expected, and both are sums over the scorecards, because the human
    # levels are fixed. So a ratio of sums is minimised: with the best ratio known so far, find
    # the levels that minimise observed - ratio * expected, until that least is zero
    # (W. Dinkelbach, "On nonlinear fractional programming", Management Science 13, 1967). All in
    # whole numbers, so that equally good ones are exactly equal and the smaller change is taken.
    costs = _costs(seen)
    ratio = Fraction(1)
    while (best := _cheapest(costs, places, ratio)).cost:
        given = [costs[i][_level_at(i, best.at)] for i in range(len(costs))]
        ratio = Fraction(sum(c.observed for c in given), sum(c.expected for c in given))
    return dict(zip(_CUTS, best.cuts, strict=True))


class _Cost(NamedTuple):
    """The parts that one level at one number of points has in the two disagreements of kappa."""

    observed: int
    expected: int


def _costs(seen: _Counts) -> list[dict[int, _Cost]]:
    """Per distinct points: level → its cost, in squared levels times the number of scorecards."""
    human = [sum(column) for column in zip(*seen.counts, strict=True)]
    return [
        {
            level: _Cost(
                sum(human) * sum(count * (level - h) ** 2 for h, count in enumerate(counts, 1)),
                sum(counts) * sum(count * (level - h) ** 2 for h, count in enumerate(human, 1)),
            )
            for level in (1, 2, 3, 4)
        }
        for counts in seen.counts
    ]


class _Place(NamedTuple):
    """Where a cut-off lies between two neighbouring points, nearest to the gate; how far off."""

    cut: float
    moved: float


def _places(criterion: Criterion, values: Sequence[float]) -> list[dict[Cut, _Place]]:
    """Per position (before the first of the points, ..., after the last) a place for each cut-off.

    There is none where nothing would reach level 2, or everything would not reach level 4.
    """
    own = _rising(criterion)
    edges = [(0.0, values[0]), *pairwise(values), (values[-1], _total(criterion))]
    places: list[dict[Cut, _Place]] = []
    for low, high in edges:
        lowest = round(low + STEP, 4)
        if lowest > high:
            places.append({})
            continue
        cuts = {level: min(max(gate, lowest), high) for level, gate in own.items()}
        places.append({level: _Place(cut, abs(cut - own[level])) for level, cut in cuts.items()})
    return places


def _total(criterion: Criterion) -> float:
    return round(sum(indicator.points for indicator in criterion.indicators), 4)


def _rising(criterion: Criterion) -> dict[Cut, float]:
    """The points of a criterion's own gates; none is below the one before, which holds anyway."""
    own: dict[Cut, float] = {}
    for level, gate in sorted(gates_of(criterion).items()):
        own[level] = max(gate.points, *own.values(), 0.0)
    return own


class _Way(NamedTuple):
    """Cut-offs up to some position: their cost, how far they moved, what and where they are."""

    cost: int
    moved: float
    cuts: tuple[float, ...] = ()
    at: tuple[int, ...] = ()

    def up(self, level: int, place: Mapping[Cut, _Place], position: int) -> "_Way":
        """The way that goes up to a level at this position."""
        new = [place[cut] for cut in _CUTS[len(self.cuts) : level - 1]]
        return _Way(
            self.cost,
            self.moved + sum(there.moved for there in new),
            (*self.cuts, *(there.cut for there in new)),
            (*self.at, *(position for _ in new)),
        )


def _cheapest(
    costs: Sequence[Mapping[int, _Cost]], places: Sequence[Mapping[Cut, _Place]], ratio: Fraction
) -> _Way:
    """The way with the least observed - ratio * expected; of those, the one that moves least."""
    ways = {1: _Way(0, 0.0)}
    for position, (place, cost) in enumerate(zip(places, costs, strict=False)):
        ways = {
            level: way._replace(
                cost=way.cost
                + cost[level].observed * ratio.denominator
                - cost[level].expected * ratio.numerator
            )
            for level, way in _onwards(ways, place, position).items()
        }
    return _onwards(ways, places[-1], len(costs))[4]


def _onwards(
    ways: Mapping[int, _Way], place: Mapping[Cut, _Place], position: int
) -> dict[int, _Way]:
    """Per level the best way to be at it once this position is passed."""
    onwards: dict[int, _Way] = {}
    for level in (1, 2, 3, 4):
        reached = [
            way if level == before else way.up(level, place, position)
            for before, way in ways.items()
            if level == before or (level > before and place)
        ]
        if reached:
            onwards[level] = min(reached, key=lambda way: way[:2])
    return onwards


def _level_at(position: int, at: Sequence[int]) -> int:
    return 1 + sum(place <= position for place in at)
