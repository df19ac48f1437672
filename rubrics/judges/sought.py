"""All that a rubric looks for in an answer, ready to be found: built once, shared by threads.

What a phrase says (whose name, detail, reason or red flag it is, or that it is anyone's because)
is one bit; what stands in a line is those bits together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rubrics.judges.kept import kept
from rubrics.judges.patterns import Patterns
from rubrics.reading.diagram import Asked
from rubrics.reading.lexicon import Lexicon, Spans, Words, words
from rubrics.schema import Indicator, Rubric

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


@dataclass(frozen=True, slots=True)
class Sought:
    """One indicator: its place in the rubric, and the bits that say its name, detail, reason."""

    number: int
    criterion: str
    indicator: Indicator
    name: int
    detail: int
    reason: int
    drawn: tuple[tuple[Asked, bool], ...]  # what, and whether it is more than a component


class Wanted:
    """The indicators and red flags of one rubric, and how each shows in the words of a line."""

    def __init__(self, rubric: Rubric, subject: Sequence[str] = ()) -> None:
        """Build the automaton of all phrases. Raises BadPhrase, re2.error.

        ``subject``: phrases for what the question is about.
        """
        every = [(c.id, indicator) for c in rubric.criteria for indicator in c.indicators]
        count = len(every)
        self.sought = tuple(
            Sought(
                number,
                criterion,
                indicator,
                name=1 << number,
                detail=1 << count + number,
                reason=1 << 2 * count + number,
                drawn=tuple((Asked.of(d), not d.component) for d in indicator.drawn),
            )
            for number, (criterion, indicator) in enumerate(every)
        )
        flags = [(c.id, flag) for c in rubric.criteria for flag in c.red_flags]
        self.flags = {
            (criterion, flag.id): 1 << 3 * count + number
            for number, (criterion, flag) in enumerate(flags)
        }
        self.names = (1 << count) - 1
        self.by_criterion = {
            criterion.id: sum(s.name for s in self.sought if s.criterion == criterion.id)
            for criterion in rubric.criteria
        }
        self.because = 1 << 3 * count + len(flags)
        self.subject = self.because << 1 if subject else 0
        phrases = {bit: [*said] for bit, said in self._phrases(rubric)}
        if subject:
            phrases[self.subject] = [*subject]
        self.lexicon = Lexicon(phrases)
        # For each set of bits that a phrase may stand for, their sum.
        self.marks = tuple(map(sum, self.lexicon.keysets))
        self.patterns = Patterns(
            (each.name, pattern) for each in self.sought for pattern in each.indicator.patterns
        )
        # The stems of all words in the rubric.
        self.known = frozenset(
            stem for text in _texts(rubric) for stem in words(_BRACKETS.sub(" ", text)).stems
        )
        self.with_drawings = tuple(each for each in self.sought if each.drawn)

    def hits(self, words: Words, text: str) -> list[tuple[int, Spans]]:
        """Every phrase and pattern in a unit: what it says (bits), and where its parts stand."""
        hits = self.lexicon.hits(words.stems, words.forms, self.marks)
        for name, (start, end) in self.patterns.find(text.lower()):
            place = words.holding(start, end)
            if place:
                hits.append((name, (place,)))
        return hits

    def _phrases(self, rubric: Rubric) -> Iterator[tuple[int, Sequence[str]]]:
        for each in self.sought:
            indicator = each.indicator
            yield each.name, indicator.names
            yield each.detail, indicator.details
            yield each.reason, indicator.reasons
        for criterion in rubric.criteria:
            for flag in criterion.red_flags:
                yield self.flags[criterion.id, flag.id], flag.wordings
        yield self.because, re.split(r"\s*[|\n]\s*", _REASONS.strip())


_BRACKETS = re.compile(r"[(|)]")


def _texts(rubric: Rubric) -> Iterator[str]:
    for criterion in rubric.criteria:
        yield from (criterion.title, *criterion.levels.values())
        for each in criterion.indicators:
            yield from (each.title, *each.phrases)


@kept(64)
def wanted(rubric: Rubric, subject: tuple[str, ...] = ()) -> Wanted:
    """Give what a rubric looks for: 0.4 s for the widest rubric when it is new."""
    return Wanted(rubric, subject)
