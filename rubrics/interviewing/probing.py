"""What the interviewer asks of its own: probes for what a stage left open, and the curveball.

Which criteria belong to a stage is said by the framework (``Stage.competencies``), in the words of
rubrics: a competency belongs to every stage that names it, one that none names to the last stage.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from rubrics.schema import Competency, Criterion, Curveball, Document, Framework, Probe, Question
from rubrics.scoring import Judgement, Scorecard

# More would be an examination; an interviewer has the next stage in mind.
MOST = 2


class Chosen(Document):
    """A probe to ask, and why: the criterion it was chosen for, and what it is to bring out.

    ``open`` are indicators as probes name them, ``criterion.indicator``.
    """

    probe: Probe
    criterion: str
    level: int
    open: tuple[str, ...]


def probes(
    question: Question,
    framework: Framework,
    stage: str,
    scorecard: Scorecard,
    *,
    already_said: Collection[str] = frozenset(),
    most: int = MOST,
) -> tuple[Chosen, ...]:
    """Choose what to ask at the end of a stage, the most important first.

    ``scorecard`` judges what was written up to now, this stage included; ``already_said`` are the
    ids of probes that were asked before. A probe is asked in the last stage to which one of its
    indicators belongs, and only if the answer met none of them and all of them were judged: who
    has said a part of it has been there.
    Raises ValueError when the framework has no such stage.
    """
    judged = {each.criterion: each for each in scorecard.judgements if each.level is not None}
    rest = [
        one
        for one in _open_ones(question, framework, _number(framework, stage), judged)
        if one.chosen.probe.id not in already_said
    ]
    return tuple(islice(_in_turn(rest), most))


class Hint(Document):
    """What to think about: an indicator (its title) of a criterion that is open."""

    criterion: str
    indicator: str
    title: str


def hint(
    question: Question,
    framework: Framework,
    stage: str,
    scorecard: Scorecard,
    *,
    hinted: Collection[str] = frozenset(),
) -> Hint | None:
    """Choose what to hint at in a stage: the most of what is open where most is to be had.

    ``hinted`` are the criteria (ids) of earlier hints; None when nothing else is open here.
    Raises ValueError when the framework has no such stage.
    """
    at = _number(framework, stage)
    judged = {each.criterion: each for each in scorecard.judgements if each.level is not None}
    open_ = [
        criterion
        for criterion in question.rubric.criteria
        if criterion.id in judged
        and criterion.id not in hinted
        and judged[criterion.id].missing
        and at in _stages(framework, criterion.competency)
    ]
    if not open_:
        return None
    criterion = max(open_, key=lambda each: _weight(each, judged[each.id]))
    missing = [each for each in criterion.indicators if each.id in judged[criterion.id].missing]
    best = max(missing, key=lambda each: each.points)
    return Hint(criterion=criterion.id, indicator=best.id, title=best.title)


def curveball(question: Question, framework: Framework, stage: str) -> Curveball | None:
    """The requirement that changes when a stage begins: only in the last one, if there is any.

    Raises ValueError when the framework has no such stage.
    """
    is_last = _number(framework, stage) == len(framework.stages) - 1
    return question.curveball if is_last else None


class _Open(NamedTuple):
    """A probe that may be asked. Of two, the one with the larger ``weight`` matters more."""

    weight: float
    chosen: Chosen


def _in_turn(rest: Sequence[_Open]) -> Iterator[Chosen]:
    """The heaviest first, each criterion once before any comes again; the document's order last."""
    left = list(rest)
    asked: list[str] = []
    while left:
        best = max(left, key=lambda one: (-asked.count(one.chosen.criterion), one.weight))
        left.remove(best)
        asked.append(best.chosen.criterion)
        yield best.chosen


def _open_ones(
    question: Question, framework: Framework, stage: int, judged: dict[str, Judgement]
) -> Iterator[_Open]:
    criteria = {criterion.id: criterion for criterion in question.rubric.criteria}
    for probe in question.probes:
        named = [tuple(name.split(".")) for name in probe.indicators]
        here = {name: max(_stages(framework, criteria[name].competency)) for name, _ in named}
        if max(here.values()) != stage or not all(
            name in judged and indicator in judged[name].missing for name, indicator in named
        ):
            continue
        own = [
            criteria[name]
            for name in here
            if stage in _stages(framework, criteria[name].competency)
        ]
        first = max(own, key=lambda criterion: _weight(criterion, judged[criterion.id]))
        chosen = Chosen(
            probe=probe,
            criterion=first.id,
            level=judged[first.id].level or 1,
            open=probe.indicators,
        )
        yield _Open(_weight(first, judged[first.id]), chosen)


def _weight(criterion: Criterion, judgement: Judgement) -> float:
    """How much of the score is still to be had in a criterion."""
    return criterion.weight * (4 - (judgement.level or 1))


def _number(framework: Framework, stage: str) -> int:
    return [each.id for each in framework.stages].index(stage)


def _stages(framework: Framework, competency: Competency) -> list[int]:
    """The stages (numbers) of a competency, in order."""
    named = [at for at, each in enumerate(framework.stages) if competency in each.competencies]
    return named or [len(framework.stages) - 1]
