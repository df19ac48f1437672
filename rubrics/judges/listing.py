"""Tells statements from terms that are only strung together, however they are joined."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from rubrics.reading.lexicon import Part
from rubrics.reading.lexicon import words as words_of

# A unit that names this many indicators and has next to no words of its own is a list: fewer than
# this share stand outside the rubric's phrases. Counting shorter lines as lists costs agreement
# with people (QWK 0.81 instead of 0.83): who is terse writes hardly anything but terms.
MANY = 5
LEAST_OWN = 0.04
# So is one with a run of phrases, unbroken for this many words and filling this share of it.
LONG_RUN = 20
RUN_SHARE = 0.85
# Terms in sentences ("We use A, B and C.") show over a stretch: in this many words, fewer different
# ones than this share are the writer's own. A word that comes back in more than AGAIN units belongs
# to the make of the sentences and not to what they say. Measured over all stretches of 200 bags in
# 40 voices, and of 70 answers of people: bags have 0-2.5 %, people from 4.4 %; one model answer,
# after which the wordings were written, has 3.1 %.
STRETCH = 220
LEAST_SAID = 0.027
AGAIN = 5
# A shorter text than this is too short to tell.
SHORTEST = 40
# Terms may be filled up with any words ("position bias lamp 42 ms because of river"). Of a
# writer's different own words at least this share stand somewhere in the rubric, if there are
# enough of them and the rubric is one of many words. Measured on 120 answers of people: 0.69-1,
# as answers to another question 0.62-0.9; terms filled up with nouns of no subject: 0.05-0.27.
SENSE = 0.45
LEAST_OWN_WORDS = 30
LEAST_KNOWN = 1_500
# In people's language about half of all different words come once; who fills terms up from a list
# of words comes back to them. Measured on the same answers: 0.45-1; fillers 0-0.37.
ONCE = 0.4
LEAST_DIFFERENT = 8
# Between the terms of people stand little words (of, the, we, is): of the words that are their own
# at least this share. Measured: people 0.34-0.7, terms with words drawn from the rubric 0-0.04.
LITTLE = 0.15
_LITTLE_WORDS = """
    and or of to in on at for with by from as is are was were be been being it its this that these
    those we i you they he she our their my your not no do does did will would can could should may
    might must have has had if then than but also more most very just only such each every any all
    some when where which who what how why there here into over under up down out about between
    after before while per so because since
"""
# In fewer rows all of these come by chance.
LEAST_ROWS = 25


@dataclass(slots=True)
class Said:
    """A unit's number of words, and those that are the writer's own."""

    count: int
    own: Part


def said(stems: Part, taken: int) -> Said:
    """Tell a unit's own words from those in phrases of the rubric (bits of ``taken``)."""
    flags = bin(1 << len(stems) | taken)[:2:-1]  # one sign a word, from the first on
    own = [one for one, flag in zip(stems, flags, strict=True) if flag == "0" and one[0].isalpha()]
    return Said(len(stems), tuple(own))


def is_list(count: int, taken: int, *, names: int) -> bool:
    """Whether a unit of so many words is little but phrases of the rubric (bits of ``taken``).

    ``names`` is how many indicators it names.
    """
    used = taken.bit_count()
    if names >= MANY and count - used < max(1, LEAST_OWN * count):
        return True
    return used >= RUN_SHARE * count and _longest_run(taken) >= max(LONG_RUN, RUN_SHARE * count)


def _longest_run(taken: int) -> int:
    return max(map(len, f"{taken:b}".split("0")))


LITTLE_STEMS = frozenset(words_of(_LITTLE_WORDS).stems)


def is_filled(
    units: Iterable[Said], rows: Collection[Collection[str]], known: Collection[str]
) -> bool:
    """Whether terms are filled up with other words, and not said by somebody.

    ``rows`` are the different own words (stems) of each row of the text; ``known`` the stems that
    stand in the rubric. Words that fill up come back more often than a language has it, have
    nothing to do with what the rubric speaks of, or stand there without the little words.
    """
    if len(rows) < LEAST_ROWS:
        return False
    own = [word for unit in units for word in unit.own]
    if len(own) >= LEAST_OWN_WORDS and sum(map(LITTLE_STEMS.__contains__, own)) < LITTLE * len(own):
        return True
    uses = Counter(chain.from_iterable(rows))
    different = len(uses)
    once = list(uses.values()).count(1)
    if different >= LEAST_DIFFERENT and once < ONCE * different:
        return True
    if different < LEAST_OWN_WORDS or len(known) < LEAST_KNOWN:
        return False
    return len(uses.keys() & known) < SENSE * different


def strung(units: Sequence[Said]) -> set[int]:
    """The units (indices) that begin or end a stretch in which next to nothing is said."""
    if sum(unit.count for unit in units) < SHORTEST:
        return set()
    counts = [unit.count for unit in units]
    own = [frozenset(unit.own) for unit in units]
    uses = Counter(chain.from_iterable(own))
    # Words that one unit alone has are different ones; counting them spares most of the sets.
    once = {word for word, count in uses.items() if count == 1}
    alone = [len(once & words) for words in own]
    last = len(units) - 1
    ends = _thin(counts[::-1], alone[::-1], own[::-1], uses)
    return {last - at for at in ends} | set(_thin(counts, alone, own, uses))


def _thin(
    counts: Sequence[int],
    alone: Sequence[int],
    own: Sequence[frozenset[str]],
    uses: Mapping[str, int],
) -> Iterator[int]:
    """The units with which a thin stretch begins; the last ones share the last full stretch."""
    full = min(STRETCH, sum(counts))
    count = end = different = 0
    is_thin = False
    for at, words in enumerate(counts):
        while count < STRETCH and end < len(counts):
            count += counts[end]
            different += alone[end]
            end += 1
        if count >= full:
            least = LEAST_SAID * count
            is_thin = different < least and _different(own[at:end], uses) < least
        if is_thin:
            yield at
        count -= words
        different -= alone[at]


def _different(own: Sequence[frozenset[str]], uses: Mapping[str, int]) -> int:
    """How many different words of units are not those that many units have."""
    return sum(1 for word in frozenset().union(*own) if uses[word] <= AGAIN)
