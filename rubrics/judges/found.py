"""A line of an answer with the phrases of a rubric in it, and which lines are only lists."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from rubrics.judges import listing
from rubrics.judges.sought import Sought, Wanted
from rubrics.reading.answer import Line
from rubrics.reading.cues import is_vague
from rubrics.reading.lexicon import Span, Spans
from rubrics.reading.quantities import Figure, read
from rubrics.reading.quantities import spans as quantity_spans
from rubrics.reading.stance import VAGUE
from rubrics.reading.units import Kind
from rubrics.schema import Stance

# A reason says at least this many words behind its because.
LEAST_REASON = 2
# An answer to another question hardly says what this one is about: its subject comes up less often
# than this for each word beside a criterion. Measured on the 24 questions' own answers: 2.0 % and
# more; of the 2,208 answers to the others 2 % reach the line.
ON_SUBJECT = 0.014
LEAST_BESIDE = 100
# In a sentence with one of these, a red flag is named to be warned of.
_CONTRASTS = frozenset(
    {"naive", "naively", "instead", "would", "wrong", "mistake", "trap", "pitfall", "tempting"}
)


class Found:
    """A line with what it says.

    ``says`` are the bits (``Wanted``) of all phrases in it, ``taken`` its words (bits) that stand
    in phrases or were handed out, ``own`` how many others there are, ``subject`` how often it says
    what the question is about.
    """

    __slots__ = ("_figures", "_hits", "_quantities", "_vague", "because", "is_list", "line",
                 "own", "says", "subject", "taken")  # fmt: skip

    def __init__(self, line: Line, wanted: Wanted) -> None:
        """Find every phrase in a line."""
        self.line = line
        self.is_list = True  # a heading is; the others are looked at together
        self.own = 0
        self._figures: tuple[Figure, ...] | None = None
        self._quantities: list[Span] | None = None
        self._vague: bool | None = None
        hits = wanted.hits(line.words, line.unit.text)
        says, taken, because, last_reason, subject = 0, 0, wanted.because, -1, 0
        for says_here, spans in hits:
            says |= says_here
            if says_here >= because:  # only these bits are as high
                if says_here & wanted.subject:
                    subject += 1
                    if says_here == wanted.subject:
                        continue  # a word for the subject is still the writer's own
                if says_here & because:
                    last_reason = max(last_reason, len(line.words) - spans[-1][1])
            for first, last in spans:
                taken |= ((2 << (last - first)) - 1) << first
        for index in line.copied:
            taken |= 1 << index
        self._hits = hits
        self.because = last_reason > LEAST_REASON
        self.says, self.taken, self.subject = says, taken, subject

    def named(self, each: Sought) -> list[Spans]:
        """Where an indicator is named: asserted, or in another way that it accepts."""
        return self._standing(each.name, each.indicator.accepts)

    def withheld(self, each: Sought) -> Stance | None:
        """The stance that keeps an indicator that is named here from counting."""
        for says, spans in self._hits if self.says & each.name else ():
            for scope in self.line.scopes if says & each.name else ():
                if scope.holds(spans[0][0], spans[-1][1]):
                    return scope.stance
        return None

    def detailed(self, each: Sought) -> list[Spans]:
        """Where an indicator's details stand, asserted."""
        return self._standing(each.detail)

    def reasoned(self, each: Sought) -> bool:
        """Whether an indicator's reason stands here, asserted."""
        return bool(self._standing(each.reason))

    def raised(self, flag: int) -> bool:
        """Whether a red flag stands here, asserted."""
        return (
            bool(self.says & flag)
            and _CONTRASTS.isdisjoint(self.line.words.forms)
            and bool(self._standing(flag))
        )

    def _standing(self, bit: int, accepted: Collection[Stance] = ()) -> list[Spans]:
        if not self.says & bit:
            return []
        if not self.line.scopes:
            return [spans for says, spans in self._hits if says & bit]
        return [
            spans
            for says, spans in self._hits
            if says & bit and self._is_allowed(spans[0][0], spans[-1][1], accepted)
        ]

    def _is_allowed(self, first: int, last: int, accepted: Collection[Stance]) -> bool:
        return all(
            scope.stance in accepted for scope in self.line.scopes if scope.holds(first, last)
        )

    @property
    def only_mentions(self) -> bool:
        """Whether nothing in it can be more than named: a list, a heading, what may perhaps be."""
        return self.is_list or (self.is_vague and not self.because and not self.quantities)

    @property
    def is_vague(self) -> bool:
        """Whether it only speaks of possibilities."""
        if self._vague is None:
            self._vague = VAGUE in self.line.held and is_vague(self.line.words)
        return self._vague

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its numbers."""
        if self._figures is None:
            self._figures = read(self.line.unit.text, self.line.words.forms)
        return self._figures

    @property
    def quantities(self) -> list[Span]:
        """The asserted numbers with units, as words."""
        if self._quantities is None:
            words = self.line.words
            places = [words.holding(start, end) for start, end in quantity_spans(self.figures)]
            self._quantities = [p for p in places if p and self._is_allowed(*p, ())]
        return self._quantities


class Told(NamedTuple):
    """What an answer says: lines that count (lists are marked), those that only string terms.

    ``is_filled``: whether what stands beside the terms only fills them up; ``off_subject`` are the
    criteria (ids) beside which it hardly says what the question is about.
    """

    lines: list[Found]
    strung: list[Found]
    is_filled: bool
    off_subject: frozenset[str]


def told(lines: Iterable[Line], wanted: Wanted) -> Told:
    """Find what lines say, and tell statements from terms that are only strung together."""
    found = [Found(line, wanted) for line in lines]
    prose = [each for each in found if each.line.unit.kind is not Kind.HEADING]
    said = [listing.said(each.line.words.stems, each.taken) for each in prose]
    for here, its in zip(prose, said, strict=True):
        names = listing.MANY if here.line.copied else (here.says & wanted.names).bit_count()
        here.is_list = listing.is_list(its.count, here.taken, names=names)
        here.own = len(its.own)
    rows: dict[str, set[str]] = {}
    first_said = [_first_said(each, its, rows) for each, its in zip(prose, said, strict=True)]
    strung = [prose[at] for at in sorted(listing.strung(first_said))]
    dropped = set(map(id, strung))
    told_ = [each for each in found if id(each) not in dropped]
    is_filled = listing.is_filled(said, rows.values(), wanted.known)
    return Told(told_, strung, is_filled, frozenset(_off_subject(prose, wanted)))


def _off_subject(prose: Sequence[Found], wanted: Wanted) -> Iterator[str]:
    if wanted.subject:
        used, beside = says_subject(prose, wanted)
        for criterion, count in beside.items():
            if count >= LEAST_BESIDE and used < ON_SUBJECT * count:
                yield criterion


def says_subject(prose: Sequence[Found], wanted: Wanted) -> tuple[int, dict[str, int]]:
    """How often an answer says its subject; criterion → words of lines that name nothing of it.

    Words are counted beside each criterion so that a sentence which names one of its indicators
    never makes the answer seem to speak less of its question there.
    """
    used = sum(each.subject for each in prose)
    said = [(len(each.line.words), each.says) for each in prose]
    beside = {
        criterion: sum([count for count, says in said if not says & names])
        for criterion, names in wanted.by_criterion.items()
    }
    return used, beside


def _first_said(each: Found, its: listing.Said, rows: dict[str, set[str]]) -> listing.Said:
    """What is said in rows that were not written before; what is written twice counts once.

    ``rows`` are the writer's own words (stems) in each row so far.
    """
    text = each.line.unit.text
    if "\n" not in text:
        rows.setdefault(text, set()).update(its.own)
        return its  # a whole sentence that comes back was set aside before
    texts = text.split("\n")
    is_new = [row.strip() not in rows for row in texts]
    into = [rows.setdefault(row.strip(), set()) for row in texts]
    ends = [0, *accumulate(len(row) + 1 for row in texts)]
    count, own = 0, []
    words = each.line.words
    for at, stem in enumerate(words.stems):
        row = bisect_right(ends, words.places[at][0]) - 1
        count += is_new[row]
        if not each.taken >> at & 1 and stem[0].isalpha():
            into[row].add(stem)
            if is_new[row]:
                own.append(stem)
    return listing.Said(count, tuple(own))
