"""Tells an answer whose sentences are cast from a few moulds, whatever is put into them.

Who fills a rubric's terms into sentences that stand ready says the same three words again and
again, in line after line; what those words are does not matter. People repeat themselves little.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from rubrics.reading.lexicon import Part

# Three words in a row that come back in so many different sentences are a mould; "I would use"
# and "so that we" are everybody's. Measured on 162 samples and model answers: at most 14 % of their
# sentences have one (a long answer that says little), in nine of ten answers none; of sentences
# made by filling in ready ones 62-100 %, as long as one of those serves for seven lines or more.
AGAIN = 4
SHARE = 0.5
# In fewer different sentences it may come by chance.
LEAST = 20
_OWN_VOICE = frozenset({"i", "we", "i'd", "we'd", "i'll", "we'll", "our", "us"})


def from_moulds(sentences: Iterable[Part]) -> bool:
    """Whether ``SHARE`` of an answer's different sentences (stems) are cast from moulds."""
    different = dict.fromkeys(sentences)
    if len(different) < LEAST:
        return False
    # A mould comes back in AGAIN sentences, so so many runs at least are there once more.
    every = [*chain.from_iterable((*stems, at) for at, stems in enumerate(different))]
    across = set(zip(every, every[1:], every[2:], strict=False))
    again = len(every) - 2 - len(across)
    if again < SHARE * len(different) * (1 - 1 / AGAIN):
        return False
    runs = [tuple(zip(stems, stems[1:], stems[2:], strict=False)) for stems in different]
    uses = Counter(chain.from_iterable(runs))
    often = {run for run, n in uses.items() if n >= AGAIN and _OWN_VOICE.isdisjoint(run)}
    if not often:
        return False
    by_sentence = Counter(chain.from_iterable(often.intersection(each) for each in runs))
    moulds = {run for run, n in by_sentence.items() if n >= AGAIN}
    return sum(not moulds.isdisjoint(each) for each in runs) >= SHARE * len(runs)
