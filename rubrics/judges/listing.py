"""Tells statements from terms that are only strung together, however they are joined."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rubrics.reading.lexicon import Part

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


@dataclass(frozen=True, slots=True)
class Said:
    """A unit's number of words, and those that are the writer's own."""

    count: int
    own: Part


def said(stems: Part, taken: int) -> Said:
    """Tell a unit's own words from those in phrases of the rubric (bits of ``taken``)."""
    own = [one for at, one in enumerate(stems) if not taken >> at & 1 and one[0].isalpha()]
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


def strung(units: Sequence[Said]) -> set[int]:
    """The units (indices) that begin or end a stretch in which next to nothing is said."""
    uses = Counter(word for unit in units for word in set(unit.own))
    rare = [
        Said(unit.count, tuple(word for word in unit.own if uses[word] <= AGAIN)) for unit in units
    ]
    last = len(units) - 1
    return {last - at for at in _thin(rare[::-1])} | set(_thin(rare))


def _thin(units: Sequence[Said]) -> Iterator[int]:
    """The units with which a thin stretch begins; the last ones share the last full stretch."""
    total = sum(unit.count for unit in units)
    if total < SHORTEST:
        return
    within: Counter[str] = Counter()
    count = end = 0
    is_thin = False
    for at, unit in enumerate(units):
        while count < STRETCH and end < len(units):
            count += units[end].count
            within.update(units[end].own)
            end += 1
        if count >= min(STRETCH, total):
            is_thin = len(within) < LEAST_SAID * count
        if is_thin:
            yield at
        count -= unit.count
        within.subtract(unit.own)
        for word in set(unit.own):
            if not within[word]:
                del within[word]
