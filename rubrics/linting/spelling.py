"""What phrases stand for, spelled out in stems, and the words that say nothing by themselves."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

from rubrics.reading.lexicon import Slots, readings, words
from rubrics.schema import Indicator

Spelling = tuple[str, ...]

BRACKETS = re.compile(r"\(([^()]*)\)")


def _stems(listed: str) -> frozenset[str]:
    return frozenset(words(listed).stems)


# Words that anybody writes about any system; alone they show nothing.
COMMON = _stems("""
    data model system user metric feature latency scale test train serve rank score item label
    predict loss learn infer log query cost time monitor deploy evaluate request batch online
    offline accuracy precision recall quality privacy bias pipeline storage database cache
""")
_NOT = _stems("""
    not no never without don't doesn't isn't aren't won't can't cannot dont doesnt isnt wont nor
    neither
""")
# Words that deny.
CUES = _NOT | _stems("skip skipping omit avoid ignore unnecessary needless")
# Words that carry no content of their own.
EMPTY = _NOT | _stems("""
    a about all also although an and any are as at be because been being both but by can could did
    do does each either else every for from had has have having he her here his how i if in into is
    it its itself just may me might more most much must my no nor not of off on onto or our ours out
    over per she should since so some such than that the their them then there these they this those
    though through to too under until up very via was we were what when where whether which while
    who whose why will with within without would yet you your
""")
# And those that say how much or how good, and not of what.
VAGUE = EMPTY | _stems("""
    absolutely adequate adequately all basic basically best better briefly broad broadly clear
    clearly complete completely comprehensive correct correctly decent deep deeper deeply detailed
    details depth even every excellent exceptional explicit explicitly extensive extremely fair
    fairly few full fully good great half hardly high highly least less limited little lot lots
    many minimal more most mostly much nearly no none nothing partial partially partly perfect
    perfectly poor poorly precise precisely proper properly quite rather really several shallow
    solid some somewhat strong strongly sufficient sufficiently thorough thoroughly vague vaguely
    very weak weakly well zero one two three four five six seven eight nine ten
""")
# Words that any rubric's anchors use about any answer.
GENERIC = _stems("""
    answer candidate response name mention describe description explain explanation discuss
    discussion show demonstrate understand understanding know knowledge level quality important
    relevant appropriate aspect thing point topic idea concept system solution approach design
    example reason consider address say state provide
""")


@lru_cache(maxsize=16_384)
def whole(phrase: str) -> frozenset[Spelling]:
    """The spellings of a phrase, as far as they have no gap. Raises lexicon.BadPhrase."""
    return frozenset(s for parts in readings(phrase) if len(parts) == 1 for s in parts[0])


@lru_cache(maxsize=16_384)
def _gapped(phrase: str) -> frozenset[Slots]:
    return frozenset(parts for parts in readings(phrase) if len(parts) > 1)


def spelled(*phrases: str) -> set[Slots]:
    """Spell phrases out, so that two ways of writing the same can be told."""
    gapped = {parts for phrase in phrases for parts in _gapped(phrase)}
    return gapped | {(frozenset({s}),) for phrase in phrases for s in whole(phrase)}


def named_by(indicators: Iterable[Indicator]) -> set[Slots]:
    """What names any of these."""
    return spelled(*(phrase for one in indicators for phrase in one.names))


def variants(phrase: str) -> Iterator[tuple[str, ...]]:
    """What a phrase without gaps stands for, as written; every second piece is from brackets."""
    if _gapped(phrase):
        return iter(())
    pieces = BRACKETS.split(phrase)
    return product(*(piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces)))
