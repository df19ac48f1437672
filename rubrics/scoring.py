"""From judgements to a scorecard: the Judge protocol, its values, and the arithmetic. Pure.

A judge gives levels with evidence; only ``add_up`` makes a score of them.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Literal, Protocol

from rubrics.reading.answer import Reading, Why
from rubrics.schema import (
    Competency,
    Criterion,
    Document,
    Gate,
    Level,
    Question,
    Rubric,
    Stance,
    Target,
)


class Depth(StrEnum):
    """How far an answer went on one indicator."""

    MENTIONED = "mentioned"
    SPECIFIED = "specified"
    JUSTIFIED = "justified"


# The share of an indicator's points that each depth earns. A bare mention is worth a quarter at
# most (SCORING: "Levels 3 and 4 need depth, not more names").
SHARE: Mapping[Depth, float] = {
    Depth.MENTIONED: 0.25,
    Depth.SPECIFIED: 0.7,
    Depth.JUSTIFIED: 1.0,
}

# Gates of a criterion that writes none: shares of its indicators' points, and how many of them at
# least specified, and justified. A gate never asks for more specified ones than half of those that
# there are. Chosen on the tuning answers (24 people, two questions, one rater) and on cuts: looser
# gates agree a little better with the rater (QWK 0.91 instead of 0.90 there, 0.83 instead of 0.81
# on the reporting answers) but let a strong answer keep its level when its section is cut.
DEFAULT_GATES: Mapping[Literal[2, 3, 4], tuple[float, int, int]] = {
    2: (0.16, 2, 0),
    3: (0.48, 3, 0),
    4: (0.8, 4, 2),
}
LEAST_FOR_2 = 0.7


class Evidence(Document):
    """A quote: ``stages[stage][start:end] == quote``, in characters of the text as given."""

    stage: str
    start: int
    end: int
    quote: str


class Finding(Document):
    """An indicator that the answer met, how deeply, and where.

    ``prompted``: nothing showed it before the interviewer asked.
    """

    indicator: str
    depth: Depth
    evidence: tuple[Evidence, ...]
    prompted: bool = False


class NearMiss(Document):
    """Words close to an indicator that was not met (``did you mean ...?``). It earns nothing."""

    indicator: str
    wording: str
    evidence: Evidence


class Withheld(Document):
    """Words that name an indicator and do not claim it: they deny it, put it off or only ask."""

    indicator: str
    stance: Stance
    evidence: Evidence

    @property
    def read_as(self) -> str:
        """How the words are read."""
        return _READ_AS[self.stance]


_READ_AS: Mapping[Stance, str] = {
    Stance.NEGATED: "denied or another's",
    Stance.DEFERRED: "put off",
    Stance.ASKED: "only asked",
}


class Flag(Document):
    """Something that needs saying beside a level.

    ``red-flag``, ``wrong-sum`` and ``hint`` belong to a criterion and cap it; ``set-aside``,
    ``hidden``, ``denied``, ``copied``, ``filled`` and ``injection`` belong to the whole answer, and
    so does ``off-subject`` where it holds for every criterion. ``injection`` comes of a judge that
    could be talked to, and asks for a person's look.
    """

    kind: Literal[
        "red-flag",
        "wrong-sum",
        "hint",
        "set-aside",
        "hidden",
        "off-subject",
        "denied",
        "copied",
        "filled",
        "injection",
    ]
    title: str
    evidence: tuple[Evidence, ...] = ()

    @classmethod
    def aside(cls, why: Why, evidence: Evidence) -> "Flag":
        """Say of a quote that it earns nothing, and why."""
        return cls(kind="set-aside", title=f"This {why}.", evidence=(evidence,))


class Judgement(Document):
    """What one judge found on one criterion. ``level`` is None when it was not judged."""

    criterion: str
    level: Level | None
    not_judged: str | None = None
    points: float = 0.0
    met: tuple[Finding, ...] = ()
    quotes: tuple[Evidence, ...] = ()  # people's, for the criterion as a whole
    missing: tuple[str, ...] = ()
    near: tuple[NearMiss, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every quote of the judgement once, by stage id and offset."""
        quotes = dict.fromkeys([e for finding in self.met for e in finding.evidence])
        quotes.update(dict.fromkeys(self.quotes))
        return tuple(sorted(quotes, key=lambda e: (e.stage, e.start)))


Band = Literal["below", "meets", "above"]


class Scorecard(Document):
    """A judge's whole result. ``score`` is 0-100, or None when nothing was judged.

    ``curveball`` is beside the score: how the answer took a change of the requirements.
    """

    judge: str
    rubric_hash: str
    calibration: str | None = None
    score: float | None
    bands: dict[Target, Band]
    competencies: dict[Competency, float | None]
    judgements: tuple[Judgement, ...]
    flags: tuple[Flag, ...] = ()
    curveball: Judgement | None = None

    @property
    def band(self) -> str:
        """The highest target level whose bar is met, or ``below mid``; for a single line."""
        met = [target for target in Target if self.bands.get(target, "below") != "below"]
        return str(met[-1]) if met else "below mid"


class Verdict(Document):
    """What a judge gives: a judgement per criterion, and flags of the whole answer."""

    judgements: tuple[Judgement, ...]
    flags: tuple[Flag, ...] = ()


class Judge(Protocol):
    """Anything that can read an answer and say levels."""

    name: str

    def judge(self, question: Question, reading: Reading) -> Verdict:
        """Give one judgement per criterion, in the rubric's order."""
        ...


def gates_of(criterion: Criterion) -> Mapping[Literal[2, 3, 4], Gate]:
    """Give a criterion's gates: those that it writes, or the default ones for its indicators."""
    if criterion.gates:
        return criterion.gates
    total = sum(indicator.points for indicator in criterion.indicators)
    return _default_gates(len(criterion.indicators), total)


@lru_cache(maxsize=256)
def _default_gates(count: int, total: float) -> Mapping[Literal[2, 3, 4], Gate]:
    return {
        level: Gate(
            points=round(max(share * total, LEAST_FOR_2), 4),
            specified=min(specified, max(1, count // 2)),
            justified=min(justified, count),
        )
        for level, (share, specified, justified) in DEFAULT_GATES.items()
    }


def level_of(criterion: Criterion, met: Iterable[Finding], caps: Iterable[int] = ()) -> Level:
    """Give the highest level whose gate, and every gate below it, is passed; caps hold it down."""
    findings = {finding.indicator: finding for finding in met}
    points = points_of(criterion, findings.values())
    deep = [f.depth for f in findings.values() if f.depth is not Depth.MENTIONED]
    named = {name for name, f in findings.items() if f.depth is not Depth.MENTIONED}
    level: Level = 1
    for step, gate in sorted(gates_of(criterion).items()):
        passed = (
            points + 1e-9 >= gate.points
            and len(deep) >= gate.specified
            and deep.count(Depth.JUSTIFIED) >= gate.justified
            and named.issuperset(gate.must)
        )
        if not passed or any(cap < step for cap in caps):
            break
        level = step
    return level


class Needs(Document):
    """What the next level asks for beyond what is there. ``level`` is None at the top."""

    level: Level | None
    points: float = 0.0
    specified: int = 0
    justified: int = 0
    must: tuple[str, ...] = ()


def needs(criterion: Criterion, judgement: Judgement) -> Needs:
    """Say what is short of the gate above a judgement's level."""
    if judgement.level is None or judgement.level == 4:
        return Needs(level=None)
    level = judgement.level + 1
    gate = next(gate for step, gate in gates_of(criterion).items() if step == level)
    deep = {f.indicator: f.depth for f in judgement.met if f.depth is not Depth.MENTIONED}
    justified = sum(depth is Depth.JUSTIFIED for depth in deep.values())
    return Needs(
        level=_LEVELS[level],
        points=round(max(0.0, gate.points - judgement.points), 2),
        specified=max(0, gate.specified - len(deep)),
        justified=max(0, gate.justified - justified),
        must=tuple(name for name in gate.must if name not in deep),
    )


_LEVELS: Mapping[int, Level] = {1: 1, 2: 2, 3: 3, 4: 4}


def points_of(criterion: Criterion, met: Iterable[Finding]) -> float:
    """Add up the points of what was met, each indicator by the share of its depth."""
    worth = {indicator.id: indicator.points for indicator in criterion.indicators}
    return round(sum(worth[f.indicator] * SHARE[f.depth] for f in met), 4)


def add_up(
    rubric: Rubric,
    judgements: Iterable[Judgement],
    judge: str,
    flags: Iterable[Flag] = (),
    calibration: str | None = None,
) -> Scorecard:
    """Make the scorecard: weighted mean of (level - 1) / 3 over what was judged, times 100.

    A criterion that was not judged leaves numerator and denominator.
    """
    listed = tuple(judgements)
    total = total_of(rubric, {j.criterion: j.level for j in listed if j.level is not None})
    return Scorecard(
        judge=judge,
        rubric_hash=rubric.hash,
        calibration=calibration,
        score=total.score,
        bands=total.bands,
        competencies=total.competencies,
        judgements=listed,
        flags=tuple(flags),
    )


class Total(Document):
    """What levels come to: 0-100, a band for each target, and the mean level of a competency."""

    score: float | None
    bands: dict[Target, Band]
    competencies: dict[Competency, float | None]


def total_of(rubric: Rubric, levels: Mapping[str, float]) -> Total:
    """Add up levels (1-4) by criterion; those without one are left out."""
    competencies = {
        competency: _mean({c.id: c for c in rubric.criteria if c.competency is competency}, levels)
        for competency in Competency
    }
    mean = _mean({c.id: c for c in rubric.criteria}, levels)
    score = None if mean is None else round(percent(mean), 1)
    bands = {target: _band(rubric, target, score, competencies) for target in rubric.targets}
    return Total(score=score, bands=bands, competencies=competencies)


def percent(level: float) -> float:
    """Turn a level (1-4) into a score (0-100)."""
    return (level - 1) / 3 * 100


def expected_score(rubric: Rubric, target: Target) -> float:
    """Give the score (0-100) of an answer that is exactly at a target's bar everywhere."""
    expected = rubric.targets[target]
    weights = {c.id: c.weight for c in rubric.criteria if c.competency in expected}
    total = sum(weights.values())
    bars = sum(c.weight * expected[c.competency] for c in rubric.criteria if c.id in weights)
    return percent(bars / total) if total else 0.0


# Above the bar: this many points (0-100) over it, about half a level on every criterion.
ABOVE = 15.0
# ... but nobody needs more than this to be above it.
MOST_ABOVE = 97.0
# A competency this many levels under its bar cannot be made up for elsewhere.
TOO_FAR_BELOW = 1.5


def _band(
    rubric: Rubric,
    target: Target,
    score: float | None,
    competencies: Mapping[Competency, float | None],
) -> Band:
    bar = round(expected_score(rubric, target), 1)  # as the score is
    gaps = [
        expected - level
        for competency, expected in rubric.targets[target].items()
        if (level := competencies.get(competency)) is not None
    ]
    if score is None or score < bar or any(gap >= TOO_FAR_BELOW for gap in gaps):
        return "below"
    return "above" if score >= min(bar + ABOVE, MOST_ABOVE) else "meets"


def _mean(criteria: Mapping[str, Criterion], levels: Mapping[str, float]) -> float | None:
    judged = [c for c in criteria.values() if c.id in levels]
    if not judged:
        return None
    weight = sum(c.weight for c in judged)
    return round(sum(c.weight * levels[c.id] for c in judged) / weight, 4)
