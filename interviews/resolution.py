"""Which result an interview has, of all scorecards that it got, and when raters differ. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from statistics import median
from typing import Protocol, TypeVar

import rubrics

# Raters that are so far apart ask for somebody who decides: levels (1-4) on any one criterion, or
# points (0-100) of the whole.
LEVELS_APART = 2
POINTS_APART = 15.0


class Role(StrEnum):
    """What a scorecard is to the result of its interview."""

    JUDGE = "judge"
    RATING = "rating"
    ADJUDICATION = "adjudication"
    APPEAL = "appeal"


class Way(StrEnum):
    """How a result came about."""

    JUDGE = "judge"
    RATER = "one rater"
    MEDIAN = "human median"
    ADJUDICATED = "human adjudicated"
    REVIEWED = "human review"


_MODEL = "llm:"


def is_model(judge: str) -> bool:
    """Whether a judge is a language model: several may have judged one answer."""
    return judge.startswith(_MODEL)


def machine_name(judge: str) -> str:
    """Name a judge that is no person, for people."""
    if is_model(judge):
        return f"Model {judge.removeprefix(_MODEL)}"
    return "Rules" if judge == rubrics.RulesJudge.name else judge


class Judged(Protocol):
    """A scorecard, as a row or as a value."""

    @property
    def judge(self) -> str:
        """Whose it is."""

    @property
    def rubric_hash(self) -> str:
        """By which rubric."""


_Judged = TypeVar("_Judged", bound=Judged)


def counted(cards: Iterable[_Judged]) -> tuple[_Judged | None, _Judged | None]:
    """Give the rules' latest of a machine's scorecards, the oldest first, and a model's beside it.

    That is the latest by the same rubric: by another one they cannot be compared.
    """
    rules, models = None, []
    for card in cards:
        if is_model(card.judge):
            models.append(card)
        else:
            rules = card
    beside = (each for each in reversed(models) if _is_beside(each, rules))
    return rules, next(beside, None)


def _is_beside(model: Judged, rules: Judged | None) -> bool:
    return rules is None or model.rubric_hash == rules.rubric_hash


@dataclass(frozen=True, slots=True)
class Standing:
    """What the machine's judges come to together: the rules' scorecard, and a model's beside it.

    ``compared`` says where they are far apart; then the lower one is shown while a person is
    awaited who looks (``is_lowered``: that is the model's).
    """

    rules: rubrics.Scorecard
    model: rubrics.Scorecard | None
    compared: rubrics.Compared | None
    levels: Mapping[str, int]
    total: rubrics.Total
    is_lowered: bool

    @property
    def needs_person(self) -> bool:
        """Whether a person has to look before this counts."""
        return self.compared is not None and self.compared.needs_person


def standing(
    rubric: rubrics.Rubric, cards: Sequence[rubrics.Scorecard], *, is_awaited: bool
) -> Standing | None:
    """Say what counts of a machine's scorecards, the oldest first; None without any.

    The rules' counts, a model's beside it only where a person has to look and one is awaited who
    does (``is_awaited``): nothing is lowered for good.
    """
    rules, model = counted(cards)
    if rules is None:  # nobody's that we know; it is all that there is
        rules, model = model, None
    if rules is None:
        return None
    levels = levels_of(rules)
    if model is None:
        total = rubrics.total_of(rubric, levels)
        return Standing(rules, None, None, levels, total, is_lowered=False)
    compared = rubrics.compare(rules, model)
    shown = rubrics.lower_of(rubric, rules, model)
    is_lowered = is_awaited and compared.needs_person and shown.judge == model.judge
    if is_lowered:
        theirs = levels_of(model)
        levels = {criterion: theirs.get(criterion, level) for criterion, level in levels.items()}
    total = rubrics.total_of(rubric, levels)
    return Standing(rules, model, compared, levels, total, is_lowered)


@dataclass(frozen=True, slots=True)
class Card:
    """A scorecard and what it is to the result."""

    role: Role
    value: rubrics.Scorecard


@dataclass(frozen=True, slots=True)
class Result:
    """What an interview came to: levels (1-4, between two for a median) by criterion, and how.

    ``is_final``: nobody is awaited any more who could change it.
    """

    way: Way
    levels: Mapping[str, float | None]
    total: rubrics.Total
    is_final: bool


def resolve(
    rubric: rubrics.Rubric,
    cards: Sequence[Card],
    *,
    raters: int,
    is_waived: bool = False,
    is_awaited: bool = False,
) -> Result | None:
    """Give the result of cards, the oldest first, of which each role's latest counts.

    A review that the candidate asked for decides, then an adjudication, then the raters' median
    once there are as many as are wanted (``raters``, 0-2) and they agree, or nobody is to decide
    between them (``is_waived``), then the machine (``standing``, with ``is_awaited``). None
    without any card.
    """
    by_role: dict[Role, list[rubrics.Scorecard]] = {role: [] for role in Role}
    for card in cards:
        by_role[card.role].append(card.value)
    ratings = by_role[Role.RATING]
    for role, way in _DECIDES:
        if by_role[role]:
            return _result(rubric, way, by_role[role][-1:], is_final=True)
    if len(ratings) >= max(1, raters) and (is_waived or not gap(rubric, ratings)):
        way = Way.MEDIAN if len(ratings) > 1 else Way.RATER
        return _result(rubric, way, ratings, is_final=True)
    machine = standing(rubric, by_role[Role.JUDGE], is_awaited=is_awaited)
    if machine is None:
        return None
    levels = {criterion.id: machine.levels.get(criterion.id) for criterion in rubric.criteria}
    is_final = not raters and not (is_awaited and machine.needs_person)
    return Result(Way.JUDGE, levels, machine.total, is_final)


_DECIDES = ((Role.APPEAL, Way.REVIEWED), (Role.ADJUDICATION, Way.ADJUDICATED))


def _result(
    rubric: rubrics.Rubric, way: Way, cards: Sequence[rubrics.Scorecard], *, is_final: bool
) -> Result:
    given = [levels_of(card) for card in cards]
    levels = {
        criterion.id: median(known) if known else None
        for criterion in rubric.criteria
        for known in [[levels[criterion.id] for levels in given if criterion.id in levels]]
    }
    judged = {criterion: level for criterion, level in levels.items() if level is not None}
    return Result(way, levels, rubrics.total_of(rubric, judged), is_final)


def levels_of(card: rubrics.Scorecard) -> dict[str, int]:
    """Criterion → level, of what a card judged."""
    return {j.criterion: j.level for j in card.judgements if j.level is not None}


@dataclass(frozen=True, slots=True)
class Gap:
    """How far raters are apart: levels by criterion where that is too far, and points in all."""

    criteria: Mapping[str, int]
    points: float


def gap(rubric: rubrics.Rubric, cards: Sequence[rubrics.Scorecard]) -> Gap | None:
    """Give what is too far apart between any two cards; None when nothing is.

    Compared is what both of them judged.
    """
    criteria: dict[str, int] = {}
    points = 0.0
    for one, other in combinations(map(levels_of, cards), 2):
        both = one.keys() & other.keys()
        apart = {criterion: abs(one[criterion] - other[criterion]) for criterion in both}
        for criterion, levels in apart.items():
            if levels >= LEVELS_APART:
                criteria[criterion] = max(levels, criteria.get(criterion, 0))
        points = max(points, _points_apart(rubric, both, one, other))
    if criteria or points >= POINTS_APART:
        return Gap(dict(sorted(criteria.items())), points)
    return None


def _points_apart(
    rubric: rubrics.Rubric, both: Collection[str], *given: Mapping[str, int]
) -> float:
    scores = [
        rubrics.total_of(rubric, {each: levels[each] for each in both}).score for levels in given
    ]
    one, other = (score or 0.0 for score in scores)
    return round(abs(one - other), 1)
