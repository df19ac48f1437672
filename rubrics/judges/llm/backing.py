"""What a model's reply comes to once every quote in it was looked up: never more than it quotes."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from rubrics.judges import listing
from rubrics.judges.claims import Claim
from rubrics.judges.found import Found
from rubrics.judges.kept import kept
from rubrics.judges.llm.prompt import Reply, Said
from rubrics.judges.llm.quotes import Folded, place
from rubrics.reading.answer import Reading
from rubrics.reading.lexicon import words
from rubrics.reading.units import Normalised, normalise
from rubrics.schema import Criterion, Indicator, Rubric, Stance
from rubrics.scoring import Depth, Evidence, Withheld

# Of the units that are named for an indicator the first ones are looked at: three were asked for.
MOST_UNITS = 3


# Words of a line that the rubric has for an indicator as well: fewer make no more than a mention.
ANCHORS = 2


class Backed(NamedTuple):
    """A claim for an indicator with the quotes that it rests on, one for each line."""

    claim: Claim
    quotes: tuple[Evidence, ...]


class Backing(NamedTuple):
    """What of a reply stands: indicator (id) → its claim; what only denies it or puts it off."""

    made: Mapping[str, Backed]
    withheld: tuple[Withheld, ...]


class Text:
    """The lines of an answer as a model was sent them, numbered from 1, ready to be quoted."""

    def __init__(self, lines: Sequence[Found], reading: Reading, rubric: Rubric) -> None:
        """Take the lines that count, in the order in which they were sent."""
        self.lines = lines
        self.vocabulary = vocabulary(rubric)
        self._reading = reading
        self._folded: dict[int, Folded] = {}
        self._normal: dict[str, Normalised] = {}

    @cached_property
    def prompted(self) -> frozenset[int]:
        """The lines (indices) that answer the interviewer."""
        asked = self._reading.prompted
        return frozenset(at for at, each in enumerate(self.lines) if each.line.unit.stage in asked)

    def find(self, quote: str, among: Iterable[int]) -> tuple[int, int, int] | None:
        """Line (index), start and end in its text of a quote from one of these lines."""
        for at in among:
            if at not in self._folded:
                self._folded[at] = Folded(self.lines[at].line.unit.text)
            found = place(quote, self._folded[at])
            if found:
                return at, *found
        return None

    def evidence(self, at: int, start: int, end: int) -> Evidence:
        """Quote a span of a line's text from the answer as given."""
        unit = self.lines[at].line.unit
        given = self._reading.stages[unit.stage]
        if unit.stage not in self._normal:
            self._normal[unit.stage] = normalise(given)
        normal = self._normal[unit.stage]
        begin = normal.place(unit.start)
        first, last = normal.original(begin + start, begin + end)
        return Evidence(stage=unit.stage, start=first, end=last, quote=given[first:last])

    def whole(self, at: int) -> Evidence:
        """Quote a whole line."""
        return self.evidence(at, 0, len(self.lines[at].line.unit.text))


def backing(reply: Reply, criterion: Criterion, text: Text) -> Backing:
    """Look up each quote of a reply; what is not in the unit that it names counts for nothing."""
    barred = {number - 1 for number in reply.to_grader}
    by_id = {said.id: said for said in reply.indicators}
    made: dict[str, Backed] = {}
    withheld: list[Withheld] = []
    for indicator in criterion.indicators:
        known = text.vocabulary[criterion.id, indicator.id]
        found = _backed(by_id[indicator.id], indicator, text, barred, known)
        if isinstance(found, Backed):
            made[indicator.id] = found
        elif found:
            withheld.append(found)
    return Backing(made, tuple(withheld))


def _backed(
    said: Said,
    indicator: Indicator,
    text: Text,
    barred: Collection[int],
    known: frozenset[str],
) -> Backed | Withheld | None:
    if said.verdict == "not":
        return None
    named = [n - 1 for n in dict.fromkeys(said.units) if 0 < n <= len(text.lines)][:MOST_UNITS]
    among = [at for at in named if at not in barred]
    found = text.find(said.quote, among)
    if not found or _is_copied(text.lines[found[0]], *found[1:]):
        return None
    at, start, end = found
    # A quote may stand in the answer and have nothing to do with what it is quoted for.
    anchors = len(known.intersection(text.lines[at].line.words.stems))
    if not anchors:
        return None
    quote = text.evidence(at, start, end)
    stance = _held_back(text.lines[at], start, end, indicator.accepts)
    if stance:
        return Withheld(indicator=indicator.id, stance=stance, evidence=quote)
    if said.verdict == "partial" or text.lines[at].only_mentions or anchors < ANCHORS:
        return Backed(Claim(Depth.MENTIONED, (at,)), (quote,))
    why = text.find(said.reason, _beside(at, among, text.lines)) if said.reason else None
    if not why or why == found or _is_withheld(text.lines[why[0]], *why[1:]):
        return Backed(Claim(Depth.SPECIFIED, (at,)), (quote,))
    lines = tuple(dict.fromkeys((at, why[0])))
    quotes = tuple(dict.fromkeys((quote, text.evidence(*why))))
    return Backed(Claim(Depth.JUSTIFIED, lines), quotes)


@kept(64)
def vocabulary(rubric: Rubric) -> Mapping[tuple[str, str], frozenset[str]]:
    """(criterion, indicator) → the stems of all that the rubric says of it, little words aside."""
    return {
        (criterion.id, indicator.id): frozenset(
            stem
            for text in (indicator.title, *indicator.phrases)
            for stem in words(_SIGNS.sub(" ", text)).stems
            if stem[0].isalpha()
        )
        - listing.LITTLE_STEMS
        for criterion in rubric.criteria
        for indicator in criterion.indicators
    }


_SIGNS = re.compile(r"[(|)@]")


def _beside(at: int, among: Iterable[int], lines: Sequence[Found]) -> Iterator[int]:
    """Of lines (indices) those in the paragraph or list of one of them, lists left out."""
    here = lines[at].line.unit
    for other in among:
        unit = lines[other].line.unit
        if (unit.stage, unit.block) == (here.stage, here.block) and not lines[other].is_list:
            yield other


def _is_withheld(found: Found, start: int, end: int) -> bool:
    return _is_copied(found, start, end) or bool(_held_back(found, start, end))


def _is_copied(found: Found, start: int, end: int) -> bool:
    """Whether the words of a quote were all handed to the candidate."""
    span = found.line.words.holding(start, end)
    return not span or found.line.copied.issuperset(range(span[0], span[1] + 1))


def _held_back(
    found: Found, start: int, end: int, accepted: Collection[Stance] = ()
) -> Stance | None:
    """How a quote is meant if more than half of its words are not asserted, nor so accepted."""
    span = found.line.words.holding(start, end)
    if not span or not found.line.scopes:
        return None
    first, last = span
    back: dict[int, Stance] = {}
    for scope in found.line.scopes:
        if scope.stance not in accepted:
            inside = range(max(first, scope.first), min(last, scope.last) + 1)
            back.update(dict.fromkeys(inside, scope.stance))
    return next(iter(back.values())) if len(back) > (last - first + 1) / 2 else None
