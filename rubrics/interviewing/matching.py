"""Which fact of a sheet a question asks for: how near each comes, by words and by word vectors.

A fact is near by what it shares with the question: words (stems, typos mended) and things that
people name in several ways (``synonyms``). Word vectors rank what shares something; alone they
bring nothing near.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rubrics.interviewing.synonyms import FRAME, LIGHT, NAMED_ALWAYS, VAGUE_THINGS, table
from rubrics.judges.kept import kept
from rubrics.judges.near import Vectors
from rubrics.reading.lexicon import Lexicon, Match, Typos, Words, words
from rubrics.schema import Fact, Question

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

# What a shared thing is worth beside a shared word, and a word that no fact of the sheet knows.
OF_A_THING = 1.7
OF_AN_UNKNOWN = 1.8
# What says how a thing is asked for rather than which.
OF_AVAGUE_ONE = 0.8
VAGUE = frozenset(f"#{name}" for name in VAGUE_THINGS)
# "How many sellers" asks for something else than what else is said of sellers.
OF_A_COUNT = 3.0
MANY = "mani"
# What everybody talks about: the words of the prompt and its title.
OF_THE_PROMPT = 0.5
# What the cosine of the vectors counts beside that of the words, where all of a question is known.
OF_VECTORS = 5.0

# Words of many questions tell two ways of asking apart and bring nothing near ...
OF_ALIGHT_ONE = 0.9
# ... but so many of them together do: "can people say that they did not like something?"
A_PHRASE = 3


class Near(NamedTuple):
    """How near a fact comes to a question. ``shared``: the words and things that both name."""

    closeness: float
    fact: Fact
    shared: tuple[str, ...]


class _Asked(NamedTuple):
    """One way to ask for a fact: what it names, and how long that is as a vector of weights."""

    fact: int
    names: frozenset[str]
    length: float


@cache
def _things() -> Lexicon[str]:
    return Lexicon(table())


class Sheet:
    """The facts of one question, ready to be asked for. Built once, shared by threads."""

    def __init__(self, question: Question) -> None:
        """Index the facts of a question by what they name."""
        self.facts = facts = question.facts
        self._question = question
        asks = [(at, _read(ask)) for at, fact in enumerate(facts) for ask in fact.asks]
        self._told = [frozenset(_names(_read(fact.fact))) for fact in facts]
        told = {form for fact in facts for form in words(fact.fact).forms}
        self._typos = Typos({form for _, ask in asks for form in ask.forms} | told | _spelled())
        named = [(at, frozenset(_names(ask))) for at, ask in asks]
        self._of = [
            self._told[at].union(*(names for of, names in named if of == at))
            for at in range(len(facts))
        ]
        uses = Counter(name for own in self._of for name in own)
        most = math.log(len(facts) + 1)
        everywhere = frozenset(words(f"{question.title} {question.prompt}").stems)
        self.weights: Mapping[str, float] = {
            name: (OF_A_THING if name.startswith("#") else 1.0)
            * (OF_THE_PROMPT if name in everywhere else 1.0)
            * (OF_AVAGUE_ONE if name in VAGUE else 1.0)
            * max(0.1, math.log((len(facts) + 1) / count) / most)
            for name, count in uses.items()
        }
        self._asked = [_Asked(at, names, self._length(names) or 1.0) for at, names in named]
        self._forms = [ask.forms for _, ask in asks]
        self._rows: Vector | None = None

    def _length(self, names: Iterable[str]) -> float:
        return math.sqrt(sum(self._weight(name) ** 2 for name in names))

    def _weight(self, name: str) -> float:
        if name in LIGHT:
            return OF_ALIGHT_ONE
        if name in self.weights:
            return self.weights[name]
        return OF_A_COUNT if name.startswith(f"{MANY} ") else OF_AN_UNKNOWN

    def nearest(self, said: str, vectors: Vectors | None) -> list[Near]:
        """Every fact that shares something with a question, the nearest first."""
        asked = self._mended(_read(said))
        names = _names(asked, self.weights)
        length = self._length(names)
        similar = self._similar(asked.forms, vectors)
        found = []
        for at, fact in enumerate(self.facts):
            shared = self._of[at] & names
            if all(map(_is_little, shared)) and len(shared) < A_PHRASE:
                continue
            covered = (self._length(shared) / length) ** 2
            by_asks = max(
                self._length(each.names & names) ** 2 / (length * each.length)
                for each in self._asked
                if each.fact == at
            )
            closeness = by_asks + OF_VECTORS * covered * similar[at]
            found.append(Near(closeness, fact, tuple(sorted(shared - LIGHT))))
        return sorted(found, key=lambda near: -near.closeness)

    def speaks_of(self, said: str) -> bool:
        """Whether at least half of what a text names belongs to the task or to the trade."""
        named = [
            name
            for name in _names(self._mended(_read(said)))
            if name not in LIGHT and not name[0].isdigit() and not name.startswith(f"{MANY} ")
        ]
        known = sum(name.startswith("#") or name in self._words for name in named)
        return 0 < len(named) <= 2 * known

    @cached_property
    def _words(self) -> frozenset[str]:
        """The stems of all that the question and its rubric say, and of the phrases for things."""
        question = self._question
        texts = [question.title, question.prompt, *(probe.ask for probe in question.probes)]
        for fact in question.facts:
            texts += [fact.fact, *fact.asks]
        for criterion in question.rubric.criteria:
            texts += [criterion.title, *criterion.levels.values()]
            for each in criterion.indicators:
                texts += [each.title, *each.phrases]
        stems = {stem for text in texts for stem in words(text).stems}
        return frozenset(stems.union(words(" ".join(_spelled())).stems))

    def _mended(self, said: Words) -> Words:
        return words(" ".join(self._typos.meant(form, form) for form in said.forms))

    def _similar(self, forms: Sequence[str], vectors: Vectors | None) -> list[float]:
        """The cosine to the nearest way to ask for each fact."""
        similar = [0.0] * len(self.facts)
        if vectors is None or not self._forms:
            return similar
        if self._rows is None:
            self._rows = vectors.of_all(self._forms)
        cosines: list[float] = (self._rows @ vectors.of(forms)).tolist()
        for each, cosine in zip(self._asked, cosines, strict=True):
            similar[each.fact] = max(similar[each.fact], cosine)
        return similar


@kept(64)
def sheet_of(question: Question) -> Sheet:
    """The sheet of a question; kept once it is made."""
    return Sheet(question)


@cache
def _spelled() -> frozenset[str]:
    """The words of all phrases for things, as they are spelled."""
    return frozenset(
        form for phrases in table().values() for phrase in phrases for form in words(phrase).forms
    )


def _longest(found: Iterable[Match[str]]) -> list[Match[str]]:
    """Leave off what is part of a longer phrase: a latency budget is no money."""
    found = list(found)
    return [
        one
        for one in found
        if not any(
            other.first <= one.first
            and one.last <= other.last
            and other.last - other.first > one.last - one.first
            for other in found
        )
    ]


def _names(said: Words, known: Mapping[str, float] | None = None) -> frozenset[str]:
    """What a text names: stems of its words beside the frame, and things (``#load``).

    With ``known``, a thing that the sheet does not know is passed over, and its words count, unless
    it is one of ``NAMED_ALWAYS``.
    """
    found = [
        match
        for match in _longest(_things().find(said.stems))
        if known is None or f"#{match.key}" in known or match.key in NAMED_ALWAYS
    ]
    covered = {
        at
        for match in found
        if f"#{match.key}" not in VAGUE
        for a, b in match.spans
        for at in range(a, b + 1)
    }
    counted = {
        f"{MANY} {word}"
        for many, word in pairwise(said.stems)
        if many == MANY and word not in FRAME
    }
    return frozenset(
        word for at, word in enumerate(said.stems) if word not in FRAME and at not in covered
    ).union(counted, (f"#{match.key}" for match in found))


# "Objective" has the stem of "object", and only one of them is a goal.
_OBJECT = re.compile(r"\bobject(?=s?\b)", re.IGNORECASE)


def _read(text: str) -> Words:
    return words(_OBJECT.sub("item", text))


def _is_little(name: str) -> bool:
    """Whether a name alone brings no fact near: words of many questions, and bare numbers."""
    return name in LIGHT or name in VAGUE or name[0].isdigit()


def says_nothing(text: str) -> bool:
    """Whether a text names nothing that anybody could ask for: "is that a thing here?"."""
    return _names(words(text)) <= LIGHT
