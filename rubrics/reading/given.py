"""What was handed to a candidate: saying it again earns nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from rubrics.reading.grader import Verdicts
from rubrics.reading.lexicon import Part, words
from rubrics.reading.units import normalise, split
from rubrics.schema import Framework, Question

# Runs of this many words are compared; all of a unit was given when this share of its runs were.
SHINGLE = 5
# Any run of five holds three words in a row that begin at every third word: a cheap look first.
_INSIDE = 3
COPIED = 0.6
# One or two words are nobody's property.
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Given:
    """The words that were handed to the candidate, as shingles: saying them again earns nothing.

    ``verdicts`` finds where its criteria are given levels.
    """

    runs: frozenset[Part]
    inside: frozenset[Part]
    short: frozenset[Part]
    verdicts: Verdicts | None = None

    @classmethod
    def of(
        cls,
        texts: Iterable[str],
        verdicts: Verdicts | None = None,
    ) -> "Given":
        """Collect the runs of five stems in texts, and short sentences whole."""
        runs: set[Part] = set()
        short: set[Part] = set()
        for text in texts:
            for unit in split("", normalise(text)):
                stems = words(unit.text).stems
                runs.update(_runs(stems, SHINGLE))
                if SHORTEST <= len(stems) <= 2 * SHINGLE:
                    short.add(stems)
        inside = frozenset(part for run in runs for part in _runs(run, _INSIDE))
        return cls(frozenset(runs), inside, frozenset(short), verdicts)

    def copied(self, stems: Part) -> tuple[frozenset[int], bool]:
        """The words (indices) that stand in runs which were given, and whether all of it was.

        All was given when ``COPIED`` of its shingles were. A short unit was when it is a sentence
        of what was given, or one behind a few words (``I will do this: ...``); one or two words
        are nobody's property.
        """
        if len(stems) < SHINGLE:
            return (_all_of(stems), True) if stems in self.short else _NOTHING
        if len(stems) < 3 * SHINGLE and not self.short.isdisjoint(_ENDS(stems)):
            return _all_of(stems), True
        if self.inside.isdisjoint(zip(stems[::3], stems[1::3], stems[2::3], strict=False)):
            return _NOTHING
        given = [at for at, run in enumerate(_runs(stems, SHINGLE)) if run in self.runs]
        if not given:
            return _NOTHING
        copied = frozenset(at + n for at in given for n in range(SHINGLE))
        return copied, len(given) >= COPIED * (len(stems) - SHINGLE + 1)


_NOTHING: tuple[frozenset[int], bool] = (frozenset(), False)
_ENDS = itemgetter(*(slice(at, None) for at in range(2, SHINGLE)))


def _all_of(stems: Part) -> frozenset[int]:
    return frozenset(range(len(stems)))


def given_by(question: Question, framework: Framework | None) -> Given:
    """Everything of a question and its framework that a candidate may paste back."""
    return Given.of(_handed_out(question, framework), _verdicts(question))


def _handed_out(question: Question, framework: Framework | None) -> Iterator[str]:
    yield from (question.title, question.prompt)
    yield from (fact.fact for fact in question.facts)
    yield from (probe.ask for probe in question.probes)
    if question.curveball:
        yield question.curveball.change
    for criterion in question.rubric.criteria:
        yield criterion.title
        yield from criterion.levels.values()
        yield from (indicator.title for indicator in criterion.indicators)
        yield from (flag.title for flag in criterion.red_flags)
        for indicator in criterion.indicators:
            # Only what is plainly a list of alternatives; people do say the other phrases.
            yield from (phrase for phrase in indicator.phrases if phrase.count("|") > 1)
    for stage in framework.stages if framework else ():
        yield from (stage.title, stage.guide, *stage.asks, *stage.mistakes)


def _verdicts(question: Question) -> Verdicts:
    criteria = question.rubric.criteria
    return Verdicts(
        {c.id for c in criteria} | {c.title for c in criteria} | {c.competency for c in criteria}
    )


# A phrase as rubrics write them: "(daily|monthly|weekly) users", "split .. by time".
_PHRASE = re.compile(
    r"(?<!\w)\((?:[\w @%/'-]*\|){2,}[\w @%/'-]*\)|\w\)? \.\. \(?\w|^\([^()|]+\|[^()|]+\)"
)


def is_phrase(text: str) -> bool:
    """Whether a text is written as rubrics write phrases, and not as people do."""
    return bool(("|" in text or ".." in text) and _PHRASE.search(text))


def _runs(stems: Part, size: int) -> Iterator[Part]:
    return zip(*(stems[at:] for at in range(size)), strict=False)
