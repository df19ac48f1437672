"""The deterministic judge: indicators found by phrases, with stance and depth, level by gates.

It gives credit only for words that stand in the answer, and says which.
"""

import re
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple

from rubrics.judges import listing
from rubrics.judges.patterns import Pattern
from rubrics.reading import diagram
from rubrics.reading.answer import Line, Reading, Why
from rubrics.reading.cues import is_vague
from rubrics.reading.lexicon import Lexicon, Span, Spans
from rubrics.reading.quantities import Figure, read
from rubrics.reading.quantities import spans as quantity_spans
from rubrics.reading.sums import WrongSum, wrong_sums
from rubrics.reading.units import Kind
from rubrics.schema import Criterion, Indicator, Level, Question, Rubric, Stance
from rubrics.scoring import Depth, Evidence, Finding, Flag, Judgement, Verdict, level_of, points_of

# One unit may support this many indicators at more than a mention; a sentence that names more
# is a list, however it is punctuated.
PER_UNIT = 3
# In a sentence with one of these, a red flag is named to be warned of.
_CONTRASTS = frozenset(
    {"naive", "naively", "instead", "would", "wrong", "mistake", "trap", "pitfall", "tempting"}
)
# What came only after the interviewer asked counts up to this level.
PROMPTED_CAP: Level = 3
# A load estimate that is wrong by more than ten times holds its criterion down to this level.
WRONG_SUM_CAP = 2

# A reason says at least this many words behind its because.
LEAST_REASON = 2
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


class _Role(Enum):
    """What a phrase says about its indicator; ``BECAUSE`` is anyone's reason."""

    NAME = auto()
    DETAIL = auto()
    REASON = auto()
    BECAUSE = auto()
    FLAG = auto()


class _Key:
    """Whose phrase it is. Compared by identity, as it is looked up for every phrase found."""

    __slots__ = ("number", "role")

    def __init__(self, role: _Role, number: int = 0) -> None:
        self.role, self.number = role, number


@dataclass(frozen=True, slots=True)
class _Sought:
    """One indicator, ready to be looked for."""

    number: int
    criterion: str
    indicator: Indicator
    patterns: tuple[Pattern, ...]
    drawn: tuple[tuple[diagram.Asked, bool], ...]  # what, and whether it is more than a component

    @property
    def named(self) -> "_Marks":
        """What a place of one of its patterns says."""
        return _Marks.of([_Key(_Role.NAME, self.number)])


class _Compiled:
    """All that is looked for in an answer by one rubric. Built once, shared by threads."""

    def __init__(self, rubric: Rubric) -> None:
        self.sought = tuple(
            _Sought(
                number,
                criterion.id,
                indicator,
                tuple(map(Pattern, indicator.patterns)),
                tuple((diagram.Asked.of(d), not d.component) for d in indicator.drawn),
            )
            for number, (criterion, indicator) in enumerate(_indicators(rubric))
        )
        self.flags = {
            (criterion.id, flag.id): _Key(_Role.FLAG)
            for criterion in rubric.criteria
            for flag in criterion.red_flags
        }
        self.lexicon = Lexicon(dict(self._phrases(rubric)))
        self.marks = tuple(map(_Marks.of, self.lexicon.keysets))
        self.with_patterns = tuple(each for each in self.sought if each.patterns)
        self.with_drawings = tuple(each for each in self.sought if each.drawn)

    def _phrases(self, rubric: Rubric) -> Iterator[tuple[_Key, Sequence[str]]]:
        for each in self.sought:
            indicator = each.indicator
            yield _Key(_Role.NAME, each.number), (*indicator.wordings, *indicator.plain)
            yield _Key(_Role.DETAIL, each.number), indicator.details
            yield _Key(_Role.REASON, each.number), indicator.reasons
        for criterion in rubric.criteria:
            for flag in criterion.red_flags:
                yield self.flags[criterion.id, flag.id], flag.wordings
        yield _Key(_Role.BECAUSE), re.split(r"\s*[|\n]\s*", _REASONS.strip())


def _indicators(rubric: Rubric) -> Iterator[tuple[Criterion, Indicator]]:
    return ((criterion, each) for criterion in rubric.criteria for each in criterion.indicators)


_built: OrderedDict[str, _Compiled] = OrderedDict()
_building = threading.Lock()
_KEPT = 64


def compiled(rubric: Rubric) -> _Compiled:
    """Give what is looked for: built once per rubric hash, the latest ``_KEPT`` are kept."""
    with _building:
        made = _built.get(rubric.hash)
        if made is None:
            made = _built[rubric.hash] = _Compiled(rubric)
            if len(_built) > _KEPT:
                _built.popitem(last=False)
        return made


class RulesJudge:
    """Keeps the Judge protocol; holds no state of an answer and may be shared by threads."""

    name = "rules"

    def judge(self, question: Question, reading: Reading) -> Verdict:
        """Judge every criterion of a question. Always the same for the same text and rubric."""
        made = compiled(question.rubric)
        lines, strung = _told(_Found(line, made) for line in reading.lines)
        answer = _Answer(made, lines, reading, _claims(made, lines, reading))
        own = answer
        if reading.prompted:
            first = [f for f in lines if f.line.unit.stage not in reading.prompted]
            own = _Answer(made, first, reading, _claims(made, first, reading))
        judged = tuple(_judge(criterion, answer, own) for criterion in question.rubric.criteria)
        aside = (Flag.aside(Why.STRUNG, quote(f.line, reading)) for f in strung)
        return Verdict(judgements=judged, flags=tuple(aside))


class _Marks(NamedTuple):
    """What a set of keys says: which indicators it names, whose detail or reason it is (bits)."""

    names: tuple[int, ...]
    details: int
    reasons: int
    flags: tuple[_Key, ...]
    because: bool
    takes: bool

    @classmethod
    def of(cls, keys: Iterable[_Key]) -> "_Marks":
        by_role = defaultdict(list)
        for key in keys:
            by_role[key.role].append(key)
        return cls(
            tuple(key.number for key in by_role[_Role.NAME]),
            sum(1 << key.number for key in by_role[_Role.DETAIL]),
            sum(1 << key.number for key in by_role[_Role.REASON]),
            tuple(by_role[_Role.FLAG]),
            bool(by_role[_Role.BECAUSE]),
            any(role is not _Role.BECAUSE for role in by_role),
        )


class _Found:
    """A line with the phrases in it; sets of indicators, and of words, are the bits of a number."""

    def __init__(self, line: Line, made: _Compiled) -> None:
        self.line = line
        self.is_list = True  # a heading is; the others are looked at together
        self.near: list[int] = []
        self._hits = [
            (made.marks[keyset], spans)
            for keyset, spans in made.lexicon.hits(line.words.stems, line.words.forms)
        ]
        if made.with_patterns:
            self._hits += _pattern_hits(made, line)
        self.names: dict[int, list[Spans]] = {}
        self._flags: set[_Key] = set()
        self.details = self.reasons = self.taken = 0
        self.because = False
        for marks, spans in self._hits:
            for number in marks.names:
                self.names.setdefault(number, []).append(spans)
            self._flags.update(marks.flags)
            self.details |= marks.details
            self.reasons |= marks.reasons
            if marks.because and len(line.words) - spans[-1][1] > LEAST_REASON:
                self.because = True
            if marks.takes:
                for first, last in spans:
                    self.taken |= ((2 << (last - first)) - 1) << first
        for index in line.copied:
            self.taken |= 1 << index

    def named(self, each: _Sought) -> list[Spans]:
        """Where an indicator is named: asserted, or in another way that it accepts."""
        return self._standing(self.names.get(each.number, ()), each.indicator.accepts)

    def detailed(self, each: _Sought) -> list[Spans]:
        """Where an indicator's details stand, asserted."""
        bit = 1 << each.number
        if not self.details & bit:
            return []
        return self._standing(s for m, s in self._hits if m.details & bit)

    def reasoned(self, each: _Sought) -> bool:
        """Whether an indicator's reason stands here, asserted."""
        bit = 1 << each.number
        if not self.reasons & bit:
            return False
        return bool(self._standing(s for m, s in self._hits if m.reasons & bit))

    def raised(self, flag: _Key) -> bool:
        """Whether a red flag stands here, asserted."""
        if flag not in self._flags or not _CONTRASTS.isdisjoint(self.line.words.forms):
            return False
        return bool(self._standing(s for m, s in self._hits if flag in m.flags))

    def _standing(self, places: Iterable[Spans], accepted: Collection[Stance] = ()) -> list[Spans]:
        if not self.line.scopes:
            return list(places)
        return [p for p in places if self._is_allowed(p[0][0], p[-1][1], accepted)]

    def _is_allowed(self, first: int, last: int, accepted: Collection[Stance]) -> bool:
        return all(
            scope.stance in accepted for scope in self.line.scopes if scope.holds(first, last)
        )

    @cached_property
    def is_vague(self) -> bool:
        """Whether it only speaks of possibilities."""
        return is_vague(self.line.words)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        return read(self.line.unit.text)

    @cached_property
    def quantities(self) -> list[Span]:
        """The asserted numbers with units, as words."""
        words = self.line.words
        places = [words.holding(start, end) for start, end in quantity_spans(self.figures)]
        return [place for place in places if place and self._is_allowed(*place, ())]


def _told(lines: Iterable[_Found]) -> tuple[list[_Found], list[_Found]]:
    """Mark lists, and divide what says something from what only strings terms together."""
    found = list(lines)
    prose = [f for f in found if f.line.unit.kind is not Kind.HEADING]
    for here in prose:
        names = listing.MANY if here.line.copied else len(here.names)
        here.is_list = listing.is_list(len(here.line.words), here.taken, names=names)
    thin = listing.strung([listing.said(f.line.words.stems, f.taken) for f in prose])
    strung = [prose[at] for at in sorted(thin)]
    dropped = set(map(id, strung))
    return [f for f in found if id(f) not in dropped], strung


def _pattern_hits(made: _Compiled, line: Line) -> Iterator[tuple[_Marks, Spans]]:
    text = line.unit.text.lower()
    chars = frozenset(text)
    for each in made.with_patterns:
        for pattern in each.patterns:
            match = pattern.search(text) if pattern.may_match(chars) else None
            place = line.words.holding(*match.span()) if match else None
            if place:
                yield each.named, (place,)


def _neighbours(at: int, found: list[_Found]) -> list[int]:
    """The unit after and the unit before, if they stand in the same paragraph or list."""
    unit = found[at].line.unit
    return [
        near
        for near in (at + 1, at - 1)
        if 0 <= near < len(found)
        and not found[near].is_list
        and found[near].line.unit.block == unit.block
        and found[near].line.unit.stage == unit.stage
    ]


@dataclass(frozen=True, slots=True)
class _Claim:
    """The support for one indicator: how deep, and the units it rests on."""

    depth: Depth
    at: tuple[int, ...]


@dataclass(frozen=True)
class _Answer:
    """An answer, or what of it was volunteered, with what it shows: indicator → claim."""

    made: _Compiled
    found: list[_Found]
    reading: Reading
    claims: Mapping[tuple[str, str], _Claim]

    @cached_property
    def wrong_sums(self) -> list[tuple[int, WrongSum]]:
        """The sums that are wrong, each with its unit, near what a quantity is wanted for."""
        counted = {(s.criterion, s.indicator.id) for s in self.made.sought if s.indicator.quantity}
        resting = {at for key in counted if key in self.claims for at in self.claims[key].at}
        return list(_wrong_sums(self.found, resting))


_ORDER = {depth: rank for rank, depth in enumerate(Depth)}


def _claims(
    made: _Compiled, found: list[_Found], reading: Reading
) -> dict[tuple[str, str], _Claim]:
    """Indicator → its deepest claim, with at most ``PER_UNIT`` deep claims resting on a unit."""
    for at in range(len(found)):
        found[at].near = _neighbours(at, found)
    options = [
        (-_ORDER[claim.depth], claim.at[0], number, claim)
        for at, here in enumerate(found)
        for number in here.names
        if (claim := _claim(made.sought[number], at, found))
    ]
    options += _drawn(made, found)
    claims: dict[tuple[str, str], _Claim] = {}
    resting: dict[int, int] = defaultdict(int)
    for _, at, number, claim in sorted(options, key=lambda option: option[:3]):
        each = made.sought[number]
        if (each.criterion, each.indicator.id) in claims:
            continue
        if reading.doubts:
            claim = _Claim(Depth.MENTIONED, claim.at)
        if claim.depth is not Depth.MENTIONED:
            if resting[at] >= PER_UNIT:
                continue
            resting[at] += 1
        claims[each.criterion, each.indicator.id] = claim
    return claims


def _claim(each: _Sought, at: int, found: list[_Found]) -> _Claim | None:
    here = found[at]
    names = here.named(each)
    if not names:
        return None
    if here.is_list or (here.is_vague and not here.because and not here.quantities):
        return _Claim(Depth.MENTIONED, (at,))
    near = here.near
    detailed = [i for i in near if found[i].detailed(each)]
    if _has_own_detail(each, here, names):
        detailed.insert(0, at)
    reasoned = [i for i in (at, *near) if found[i].reasoned(each)]
    if not detailed and not reasoned:
        return _Claim(Depth.MENTIONED, (at,))
    # Anybody's reason must stand in the sentence that it is for; an indicator's own need not.
    because = bool(reasoned) or (at in detailed and here.because)
    depth = Depth.JUSTIFIED if detailed and because else Depth.SPECIFIED
    return _Claim(depth, tuple(dict.fromkeys((at, *detailed[:1], *reasoned[:1]))))


def _has_own_detail(each: _Sought, here: _Found, names: list[Spans]) -> bool:
    """Whether a detail or a figure stands here in words of its own, not in those of the name."""
    places = [(place[0][0], place[-1][1]) for place in here.detailed(each)]
    return _lies_apart(places, names) or _lies_apart(here.quantities, names)


def _lies_apart(places: list[Span], names: list[Spans]) -> bool:
    return any(
        all(place[1] < first or last < place[0] for first, last in name)
        for place in places
        for name in names
    )


def _drawn(made: _Compiled, found: list[_Found]) -> Iterator[tuple[int, int, int, _Claim]]:
    """What a drawing shows: a component is a mention, a path or a loop says where it belongs."""
    if not made.with_drawings:
        return
    graph = diagram.graph_of(["" if f.line.scopes else f.line.unit.text for f in found])
    for each in made.with_drawings if graph.edges else ():
        for asked, deep in each.drawn:
            at = diagram.find(graph, asked)
            if at:
                depth = Depth.SPECIFIED if deep else Depth.MENTIONED
                yield -_ORDER[depth], at[0], each.number, _Claim(depth, at)


def _wrong_sums(found: list[_Found], resting: set[int]) -> Iterator[tuple[int, WrongSum]]:
    """The wrong sums of the blocks that hold one of the units ``resting``."""
    begin = 0
    for end in range(1, len(found) + 1):
        one = found[begin].line.unit
        other = found[end].line.unit if end < len(found) else None
        if other and other.block == one.block and other.stage == one.stage:
            continue
        if not resting.isdisjoint(range(begin, end)):
            for wrong in wrong_sums([(f.line.unit.text, f.figures) for f in found[begin:end]]):
                yield begin + wrong.at, wrong
        begin = end


def _judge(criterion: Criterion, answer: _Answer, own: _Answer) -> Judgement:
    flags, caps = [], []
    for flag, cap in (*_red_flags(criterion, answer), *_sum_flags(criterion, answer)):
        flags.append(flag)
        caps.append(cap)
    met = tuple(_findings(criterion, answer, own))
    level = level_of(criterion, met, caps)
    if answer is not own:
        volunteered = level_of(criterion, tuple(_findings(criterion, own, own)), caps)
        level = max(volunteered, min(level, PROMPTED_CAP))
    names = [finding.indicator for finding in met]
    return Judgement(
        criterion=criterion.id,
        level=level,
        points=points_of(criterion, met),
        met=met,
        missing=tuple(i.id for i in criterion.indicators if i.id not in names),
        flags=tuple(flags),
    )


def _findings(criterion: Criterion, answer: _Answer, own: _Answer) -> Iterator[Finding]:
    for indicator in criterion.indicators:
        claim = answer.claims.get((criterion.id, indicator.id))
        if claim:
            first = own.claims.get((criterion.id, indicator.id))
            yield Finding(
                indicator=indicator.id,
                depth=claim.depth,
                evidence=tuple(
                    quote(answer.found[at].line, answer.reading) for at in sorted(claim.at)
                ),
                prompted=not first or first.depth is not claim.depth,
            )


def _red_flags(criterion: Criterion, answer: _Answer) -> Iterator[tuple[Flag, int]]:
    for flag in criterion.red_flags:
        key = answer.made.flags[criterion.id, flag.id]
        raised = [there for there in answer.found if there.raised(key)]
        if raised:
            evidence = tuple(quote(there.line, answer.reading) for there in raised[:3])
            yield Flag(kind="red-flag", title=flag.title, evidence=evidence), flag.cap


def _sum_flags(criterion: Criterion, answer: _Answer) -> Iterator[tuple[Flag, int]]:
    """A wrong sum belongs to the criterion that wants a quantity and finds it there."""
    resting = {
        at
        for indicator in criterion.indicators
        if indicator.quantity and (claim := answer.claims.get((criterion.id, indicator.id)))
        for at in claim.at
    }
    for at, wrong in answer.wrong_sums:
        if at in resting:
            title = f"A sum is wrong: it says {wrong.stated}, but {wrong.sum}."
            evidence = (quote(answer.found[at].line, answer.reading),)
            yield Flag(kind="wrong-sum", title=title, evidence=evidence), WRONG_SUM_CAP


def quote(line: Line, reading: Reading) -> Evidence:
    """Quote a unit from the text as given."""
    unit = line.unit
    text = reading.stages[unit.stage][unit.start : unit.end]
    return Evidence(stage=unit.stage, start=unit.start, end=unit.end, quote=text)
