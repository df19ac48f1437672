"""Tells an answer whose sentences are cast from a few moulds, whatever is put into them.

Who fills a rubric's terms into sentences that stand ready says the same three words again and
again, in line after line; what those words are does not matter. People repeat themselves little.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from rubrics.reading.lexicon import Part

# So many words in a row that come back in so many different sentences are a mould; "I would use"
# and "so that we" are everybody's. Measured on 162 samples and model answers: at most 14 % of their
# sentences have one (a long answer that says little), in nine of ten answers none; of sentences
# made by filling in ready ones 62-100 %, as long as one of those serves for seven lines or more.
RUN = 3
AGAIN = 4
SHARE = 0.5
# In fewer different sentences it may come by chance.
LEAST = 20
_OWN_VOICE = frozenset({"i", "we", "i'd", "we'd", "i'll", "we'll", "our", "us"})


def from_moulds(sentences: Iterable[Part]) -> bool:
    """Whether ``SHARE`` of an answer's different sentences (stems) are cast from moulds."""
    runs = [set(_runs(stems)) for stems in dict.fromkeys(sentences)]
    if len(runs) < LEAST:
        return False
    uses = Counter(chain.from_iterable(runs))
    moulds = {run for run, n in uses.items() if n >= AGAIN and _OWN_VOICE.isdisjoint(run)}
    cast = sum(not moulds.isdisjoint(each) for each in runs) if moulds else 0
    return cast >= SHARE * len(runs)


def _runs(stems: Part) -> Iterable[Part]:
    return zip(*(stems[at:] for at in range(RUN)), strict=False)
