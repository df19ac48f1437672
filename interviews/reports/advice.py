"""What the next level needs, in plain words: enough, and as little as that takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import rubrics
from rubrics import SHARE, Depth

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MORE = "Say how, where or how much for"
WHY = "Give a reason, or say what it costs, for"
# What holds a level down whatever else is said, by the kind of its flag.
FLAGS = {
    "red-flag": "Leave out what is flagged above: with it, level {cap} is the most.",
    "hint": "Come to it without a hint: with one, level {cap} is the most.",
    "wrong-sum": "Put the sum above right: with it as it is, level {cap} is the most.",
}
PROMPTED = "Say it unasked: part of this came only after a question."
CALIBRATED = (
    "Nothing that can be named is short. People who scored this question asked for more here "
    "than its rubric does: go deeper into what you showed."
)
NOTHING = "Nothing that can be counted is short; compare your words with the sentence above."


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and the indicators (titles) to do it for; whether each is named already."""

    text: str
    options: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """The least that is enough: ids to say more about, and to give reasons for.

    ``must`` all of them, ``deepen`` any ``deeper`` of them; then reasons for any ``reasons`` of
    ``specified`` and of those that were just said.
    """

    must: tuple[str, ...] = ()
    deepen: tuple[str, ...] = ()
    deeper: int = 0
    specified: tuple[str, ...] = ()
    reasons: int = 0


def cap(criterion: rubrics.Criterion, flag: rubrics.Flag) -> int | None:
    """Give the level that a flag holds its criterion at, or None when it holds nothing."""
    if flag.kind in ("wrong-sum", "hint"):
        return rubrics.WRONG_SUM_CAP if flag.kind == "wrong-sum" else rubrics.PROMPTED_CAP
    return next((red.cap for red in criterion.red_flags if red.title == flag.title), None)


def steps(
    criterion: rubrics.Criterion, judgement: rubrics.Judgement, *, is_calibrated: bool = False
) -> tuple[Step, ...]:
    """Say what leads from a judgement to the next level; nothing at the top or when not judged."""
    short = rubrics.needs(criterion, judgement)
    if short.level is None:
        return ()
    done = (*_holding(criterion, judgement, short.level), *_to_say(criterion, judgement, short))
    if done:
        return done
    if any(finding.prompted for finding in judgement.met):
        return (Step(PROMPTED),)
    return (Step(CALIBRATED if is_calibrated else NOTHING),)


def _holding(
    criterion: rubrics.Criterion, judgement: rubrics.Judgement, level: int
) -> Iterator[Step]:
    for kind, text in FLAGS.items():
        caps = [cap(criterion, flag) for flag in judgement.flags if flag.kind == kind]
        most = min((each for each in caps if each), default=level)
        if most < level:
            yield Step(text.format(cap=most))


def _to_say(
    criterion: rubrics.Criterion, judgement: rubrics.Judgement, short: rubrics.Needs
) -> Iterator[Step]:
    found = way(criterion, judgement, short)
    titles = {indicator.id: indicator.title for indicator in criterion.indicators}
    named = {finding.indicator for finding in judgement.met}

    def listed(ids: Iterable[str], *, may_be_named: bool = True) -> tuple[tuple[str, bool], ...]:
        return tuple((titles[name], may_be_named and name in named) for name in ids)

    if found.must:
        these = "this" if len(found.must) == 1 else "these"
        yield Step(f"{MORE} {these}; level {short.level} never goes without:", listed(found.must))
    if found.deeper:
        yield Step(f"{MORE} {_any(found.deeper, found.deepen)}:", listed(found.deepen))
    if found.reasons and found.specified:
        more = " or of those above" if found.must or found.deeper else ""
        which = _any(found.reasons, found.specified, is_open=bool(more))
        yield Step(f"{WHY} {which}{more}:", listed(found.specified, may_be_named=False))
    elif found.reasons:
        yield Step(f"{WHY} {_number(found.reasons)} of them too.")


def _any(number: int, options: Sequence[str], *, is_open: bool = False) -> str:
    if is_open or number < len(options):
        return f"{_number(number)} of these"
    return "this" if number == 1 else "all of these"


def _number(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def way(criterion: rubrics.Criterion, judgement: rubrics.Judgement, short: rubrics.Needs) -> Way:
    """Find the fewest steps that make up what is short, whichever of the options one takes."""
    worth = {indicator.id: indicator.points for indicator in criterion.indicators}
    depths = {finding.indicator: finding.depth for finding in judgement.met}
    shallow = {
        name: points * (SHARE[Depth.SPECIFIED] - _share(depths.get(name)))
        for name, points in worth.items()
        if depths.get(name) in (None, Depth.MENTIONED)
    }
    specified = tuple(name for name in worth if depths.get(name) is Depth.SPECIFIED)
    why = {name: points * (1 - SHARE[Depth.SPECIFIED]) for name, points in worth.items()}
    gates = rubrics.gates_of(criterion)
    needed = sum(gate.points for level, gate in gates.items() if level == short.level)
    needed -= judgement.points + sum(shallow[name] for name in short.must)
    options = sorted((n for n in shallow if n not in short.must), key=lambda n: -shallow[n])

    def is_enough(chosen: Sequence[str], deeper: int, reasons: int) -> bool:
        least = sorted(shallow[name] for name in chosen)[:deeper]
        given = sorted(why[name] for name in (*specified, *short.must, *chosen))[:reasons]
        return sum(least) + sum(given) + 1e-9 >= needed

    for deeper, reasons in _numbers(short, len(options), len(specified)):
        if is_enough(options[:deeper], deeper, reasons):
            break
    else:
        deeper, reasons = len(options), len(options) + len(short.must) + len(specified)
    lasts = range(deeper, len(options) + 1) if deeper else ()
    last = max((n for n in lasts if is_enough(options[:n], deeper, reasons)), default=deeper)
    chosen = options[:last]
    return Way(
        must=short.must,
        deepen=tuple(sorted(chosen, key=lambda n: (n not in depths, list(worth).index(n)))),
        deeper=deeper,
        specified=specified,
        reasons=reasons,
    )


def _numbers(short: rubrics.Needs, options: int, specified: int) -> list[tuple[int, int]]:
    """Every number of things to deepen and to give reasons for, the fewest together first."""
    must = len(short.must)
    pairs = product(
        range(max(0, short.specified - must), options + 1),
        range(short.justified, options + must + specified + 1),
    )
    possible = [(n, j) for n, j in pairs if j <= n + must + specified]
    return sorted(possible, key=lambda pair: (sum(pair), pair[1]))


def _share(depth: Depth | None) -> float:
    return SHARE[depth] if depth else 0.0
