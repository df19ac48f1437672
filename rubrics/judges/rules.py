"""The deterministic judge: indicators found by phrases, with stance and depth, level by gates.

It gives credit only for words that stand in the answer, and says which.
"""

import re
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from rubrics.reading.answer import Line, Reading
from rubrics.reading.lexicon import Lexicon, Match, Words
from rubrics.reading.quantities import spans
from rubrics.reading.units import Kind
from rubrics.schema import Criterion, Indicator, Question, Rubric, Stance
from rubrics.scoring import Depth, Evidence, Finding, Flag, Judgement, level_of, points_of

# One unit may support this many indicators at more than a mention; a sentence that names more
# is a list, however it is punctuated.
PER_UNIT = 3
# A unit is a list, not a statement, when fewer of its words than this share are its own, that is,
# in no phrase of the rubric. Measured on the library: prose of people has 12-90 %, bags 0-2 %.
LEAST_OWN = 0.1
# So is one that puts a few words before or behind a list: a run of phrases, unbroken for at least
# this many words and filling this share of the unit. In the library's prose the longest run has 18
# words and fills two thirds.
LONG_RUN = 10
RUN_SHARE = 0.75

# What anybody says who gives a reason or weighs a price. Beside a detail it makes *justified*.
_REASONS = """
because | since | so that | in order to | due to | the reason | reason is | why | therefore | hence
to avoid | to prevent | to reduce | to keep | to make sure | to ensure | prevents | guards against
that way | this way | otherwise | would otherwise | else we | without it | protects
which means | this means | means that | which would | as it would | as this would
trade-off | trade off | tradeoff | at the cost of | at the expense of | in exchange for
the price is | the downside | the drawback | the catch | the risk is | worth it | pays off
rather than | instead of | as opposed to | cheaper than | faster than | better than | beats
if we did not | if we don't | lets us | allows us to | helps us | justified by | outweighs
too slow | too expensive | too costly | too big | too large | too noisy | too sparse | too late
so we | so the | so it | so users | so they | so there | for the sake of
"""


class Key(NamedTuple):
    """Whose phrase it is: an indicator's name, detail or reason, a red flag, or anyone's reason."""

    criterion: str
    item: str
    role: Literal["name", "detail", "reason", "flag", "because"]


_BECAUSE = Key("", "", "because")


class RulesJudge:
    """Keeps the Judge protocol; holds no state of an answer and may be shared by threads."""

    name = "rules"

    def judge(self, question: Question, reading: Reading) -> tuple[Judgement, ...]:
        """Judge every criterion of a question. Always the same for the same text and rubric."""
        lexicon = lexicon_of(question.rubric)
        found = [_Found.of(line, lexicon.find(line.words.stems)) for line in reading.lines]
        claims = _claims(question.rubric, found)
        return tuple(
            _judge(criterion, claims.get(criterion.id, {}), found, reading)
            for criterion in question.rubric.criteria
        )


_built: OrderedDict[str, Lexicon[Key]] = OrderedDict()
_building = threading.Lock()
_KEPT = 256


def lexicon_of(rubric: Rubric) -> Lexicon[Key]:
    """Give a rubric's automaton: built once per rubric hash, the latest ``_KEPT`` are kept."""
    with _building:
        lexicon = _built.get(rubric.hash)
        if lexicon is None:
            lexicon = _built[rubric.hash] = Lexicon(dict(_phrases(rubric)))
            if len(_built) > _KEPT:
                _built.popitem(last=False)
        return lexicon


def _phrases(rubric: Rubric) -> Iterator[tuple[Key, tuple[str, ...]]]:
    for criterion in rubric.criteria:
        for indicator in criterion.indicators:
            yield (
                Key(criterion.id, indicator.id, "name"),
                (*indicator.wordings, *indicator.plain),
            )
            yield Key(criterion.id, indicator.id, "detail"), indicator.details
            yield Key(criterion.id, indicator.id, "reason"), indicator.reasons
        for flag in criterion.red_flags:
            yield Key(criterion.id, flag.id, "flag"), flag.wordings
    yield _BECAUSE, tuple(re.split(r"\s*[|\n]\s*", _REASONS.strip()))


@dataclass(frozen=True, slots=True)
class _Found:
    """A line with the phrases in it."""

    line: Line
    by_key: Mapping[Key, list[Match[Key]]]
    is_list: bool
    quantities: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, line: Line, matches: Iterable[Match[Key]]) -> "_Found":
        by_key: dict[Key, list[Match[Key]]] = defaultdict(list)
        for match in matches:
            by_key[match.key].append(match)
        quantities = tuple(_as_words(line.words, spans(line.unit.text)))
        return cls(line, by_key, _is_list(line, by_key), quantities)

    def standing(self, key: Key, accepted: Iterable[Stance]) -> list[Match[Key]]:
        """The matches of a key that are asserted, or stand in another accepted way."""
        allowed = {Stance.ASSERTED, *accepted}
        return [m for m in self.by_key.get(key, ()) if self.stance(m) in allowed]

    def stance(self, match: Match[Key]) -> Stance:
        """The stance of a phrase: that of the first scope that holds it."""
        for scope in self.line.scopes:
            if scope.holds(match.first, match.last):
                return scope.stance
        return Stance.ASSERTED


def _as_words(unit: Words, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, end in spans:
        inside = [i for i in range(len(unit)) if unit.starts[i] < end and unit.ends[i] > start]
        if inside:
            yield inside[0], inside[-1]


def _is_list(line: Line, by_key: Mapping[Key, list[Match[Key]]]) -> bool:
    """Whether a unit only strings the rubric's phrases together and says nothing with them."""
    if line.unit.kind is Kind.HEADING:
        return True
    taken = {
        index
        for key, found in by_key.items()
        if key.role != "because"
        for match in found
        for first, last in match.spans
        for index in range(first, last + 1)
    }
    count = len(line.words)
    run = _longest_run(taken, count)
    return count - len(taken) < max(1, LEAST_OWN * count) or (
        run >= LONG_RUN and run >= RUN_SHARE * count
    )


def _longest_run(taken: set[int], count: int) -> int:
    longest = run = 0
    for index in range(count):
        run = run + 1 if index in taken else 0
        longest = max(longest, run)
    return longest


@dataclass(slots=True)
class _Claim:
    """The deepest support for one indicator so far."""

    depth: Depth
    at: tuple[int, ...] = field(default_factory=tuple)


_ORDER = {depth: rank for rank, depth in enumerate(Depth)}


def _claims(rubric: Rubric, found: list[_Found]) -> dict[str, dict[str, _Claim]]:
    """Indicator → its deepest claim, with at most ``PER_UNIT`` deep claims resting on a unit."""
    wanted = {(c.id, i.id): i for c in rubric.criteria for i in c.indicators}
    options = [
        (-_ORDER[claim.depth], at, key[:2], claim)
        for at, here in enumerate(found)
        for key in here.by_key
        if key.role == "name" and (claim := _claim(wanted[key[:2]], key, at, found))
    ]
    claims: dict[str, dict[str, _Claim]] = defaultdict(dict)
    resting: dict[int, int] = defaultdict(int)
    for _, at, (criterion, indicator), claim in sorted(options, key=lambda option: option[:3]):
        if indicator in claims[criterion]:
            continue
        if claim.depth is not Depth.MENTIONED:
            if resting[at] >= PER_UNIT:
                continue
            resting[at] += 1
        claims[criterion][indicator] = claim
    return claims


def _claim(indicator: Indicator, key: Key, at: int, found: list[_Found]) -> _Claim | None:
    here = found[at]
    names = here.standing(key, indicator.accepts)
    if not names:
        return None
    if here.is_list:
        return _Claim(Depth.MENTIONED, (at,))
    near = list(_neighbours(at, found))
    detailed = [i for i in (at, *near) if _has_detail(indicator, key, found[i], names, i == at)]
    reasoned = [i for i in (at, *near) if found[i].standing(_reason(key), ())]
    if not detailed and not reasoned:
        return _Claim(Depth.MENTIONED, (at,))
    because = bool(reasoned) or bool(here.by_key.get(_BECAUSE))
    depth = Depth.JUSTIFIED if detailed and because else Depth.SPECIFIED
    support = {at, *detailed[:1], *reasoned[:1]}
    return _Claim(depth, tuple(sorted(support)))


def _neighbours(at: int, found: list[_Found]) -> Iterator[int]:
    """The unit after and the unit before, if they stand in the same paragraph or list."""
    unit = found[at].line.unit
    for near in (at + 1, at - 1):
        if 0 <= near < len(found) and not found[near].is_list:
            other = found[near].line.unit
            if other.stage == unit.stage and other.block == unit.block:
                yield near


def _has_detail(
    indicator: Indicator, key: Key, there: _Found, names: list[Match[Key]], same: bool
) -> bool:
    """Whether a detail stands there in words of its own, not in those that name the indicator."""
    details = there.standing(Key(key.criterion, key.item, "detail"), ())
    places = [(match.first, match.last) for match in details]
    if indicator.quantity and same:
        places += [place for place in there.quantities if _is_asserted(there, place)]
    if not same:
        return bool(places)
    return any(
        all(place[1] < first or last < place[0] for first, last in name.spans)
        for place in places
        for name in names
    )


def _is_asserted(there: _Found, place: tuple[int, int]) -> bool:
    return not any(scope.holds(*place) for scope in there.line.scopes)


def _reason(key: Key) -> Key:
    return Key(key.criterion, key.item, "reason")


def _judge(
    criterion: Criterion, claims: Mapping[str, _Claim], found: list[_Found], reading: Reading
) -> Judgement:
    met = tuple(
        Finding(
            indicator=indicator.id,
            depth=claims[indicator.id].depth,
            evidence=tuple(quote(found[at].line, reading) for at in claims[indicator.id].at),
        )
        for indicator in criterion.indicators
        if indicator.id in claims
    )
    flags = tuple(_red_flags(criterion, found, reading))
    caps = {flag.title: flag.cap for flag in criterion.red_flags}
    return Judgement(
        criterion=criterion.id,
        level=level_of(criterion, met, [caps[flag.title] for flag in flags]),
        points=points_of(criterion, met),
        met=met,
        missing=tuple(i.id for i in criterion.indicators if i.id not in claims),
        flags=flags,
    )


def _red_flags(criterion: Criterion, found: list[_Found], reading: Reading) -> Iterator[Flag]:
    for flag in criterion.red_flags:
        key = Key(criterion.id, flag.id, "flag")
        raised = [there for there in found if there.standing(key, ())]
        if raised:
            yield Flag(
                kind="red-flag",
                title=flag.title,
                evidence=tuple(quote(there.line, reading) for there in raised[:3]),
            )


def quote(line: Line, reading: Reading) -> Evidence:
    """Quote a unit from the text as given."""
    unit = line.unit
    text = reading.stages[unit.stage][unit.start : unit.end]
    return Evidence(stage=unit.stage, start=unit.start, end=unit.end, quote=text)
