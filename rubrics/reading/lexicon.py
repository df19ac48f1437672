"""Words and phrases: tokens with stems, and every phrase of a rubric found in one pass.

Phrases are written as rubric authors write them: ``(daily|monthly) active users`` has
alternatives, ``split .. by time`` allows up to six words between. Words are compared by their
English stem (Snowball), articles are passed over.
"""

import re
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import Generic, TypeVar

import ahocorasick
import Stemmer

K = TypeVar("K", bound=Hashable)
Span = tuple[int, int]
Part = tuple[str, ...]
Slots = tuple[frozenset[Part], ...]

GAP = 6
MAX_ALTERNATIVES = 96

_WORD = re.compile(
    r"[a-z]/[a-z](?![^\W_])|\d+(?:[.,]\d+)*[^\W\d_]*|[^\W\d_][^\W_]*(?:'[^\W\d_]+)?|[@%]"
)
_BRITISH = re.compile(r"is(e[drs]?|ers|ing|ations?)$")
_ARTICLES = frozenset({"a", "an", "the"})
_thread = threading.local()


class BadPhrase(ValueError):
    """A phrase that cannot be read: brackets that do not close, or no word in it."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: forms, stems, and character offsets in that text."""

    text: str
    forms: tuple[str, ...]
    stems: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        """The number of words, articles left out."""
        return len(self.forms)


@dataclass(frozen=True, slots=True)
class Match(Generic[K]):
    """A phrase found: whose it is, and its first and last word (indices, both inclusive).

    ``spans`` are the runs of words of the phrase itself, without what lies in its gaps.
    """

    key: K
    first: int
    last: int
    spans: tuple[Span, ...]


def words(text: str) -> Words:
    """Split a normalised text into words, lower-cased, without articles."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few capitals grow when lowered; offsets must not
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    found = [m for m in _WORD.finditer(lowered) if m.group() not in _ARTICLES]
    forms = tuple(m.group() for m in found)
    return Words(
        text,
        forms,
        tuple(map(stem, forms)),
        tuple(m.start() for m in found),
        tuple(m.end() for m in found),
    )


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Give the English stem, British spellings folded into American ones."""
    if len(word) > 40 or not word[0].isalpha():
        return word
    if not hasattr(_thread, "stemmer"):  # PyStemmer's objects must not be shared by threads
        _thread.stemmer = Stemmer.Stemmer("english")
    plain = word.removesuffix("'s")
    american = _BRITISH.sub(r"iz\1", plain) if len(plain) > 6 else plain
    stemmed: str = _thread.stemmer.stemWord(american)
    if len(stemmed) > 5 and stemmed.endswith("our"):
        return stemmed[:-3] + "or"
    return stemmed


_GAPPED_CHOICE = re.compile(r"\(([^()]*\s\.\.\s[^()]*)\)")


def readings(phrase: str) -> list[Slots]:
    """Read a phrase: its parts between gaps, each with all its spellings in stems.

    There is more than one reading when alternatives differ in their gaps. Raises BadPhrase when
    brackets do not pair, when a part holds no word, or when one has more than
    ``MAX_ALTERNATIVES`` spellings.
    """
    choice = _GAPPED_CHOICE.search(phrase)
    if choice:
        before, after = phrase[: choice.start()], phrase[choice.end() :]
        return [r for one in choice[1].split("|") for r in readings(f"{before}{one}{after}")]
    return [tuple(_spellings(part, phrase) for part in re.split(r"\s\.\.\s", phrase))]


def _spellings(part: str, phrase: str) -> frozenset[Part]:
    pieces = re.split(r"\(([^()]*)\)", part)
    if any(bracket in piece for piece in pieces for bracket in "()"):
        raise BadPhrase(f"the brackets in {phrase!r} do not pair")
    choices = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    count = prod(map(len, choices))
    if count > MAX_ALTERNATIVES:
        raise BadPhrase(f"{phrase!r} has {count} variants; {MAX_ALTERNATIVES} at most")
    spelled = frozenset(words("".join(chosen)).stems for chosen in product(*choices))
    if () in spelled:
        raise BadPhrase(f"a part of {phrase!r} holds no word")
    return spelled


class Lexicon(Generic[K]):
    """All phrases of one rubric in one Aho-Corasick automaton. Built once, shared by threads."""

    def __init__(self, phrases: Mapping[K, Iterable[str]]) -> None:
        """Build from key → phrases. Raises BadPhrase."""
        self._automaton = ahocorasick.Automaton()
        # spelling → the keys that it is whole for, and its places (phrase, slot) in gapped ones
        whole: defaultdict[Part, dict[K, None]] = defaultdict(dict)
        places: defaultdict[Part, list[tuple[int, int]]] = defaultdict(list)
        self._gapped: list[tuple[K, int]] = []
        for key, parts in _each_reading(phrases):
            if len(parts) > 1:
                self._gapped.append((key, len(parts)))
            for slot, spelling in ((n, s) for n, part in enumerate(parts) for s in part):
                if len(parts) > 1:
                    places[spelling].append((len(self._gapped) - 1, slot))
                else:
                    whole[spelling][key] = None
        for spelling in {*whole, *places}:
            found = (len(spelling), tuple(whole[spelling]), tuple(places[spelling]))
            self._automaton.add_word(f" {' '.join(spelling)} ", found)
        if len(self._automaton):
            self._automaton.make_automaton()

    def find(self, stems: Part) -> list[Match[K]]:
        """Every phrase in a unit's stems, overlapping ones too, in no special order."""
        if not len(self._automaton) or not stems:
            return []
        haystack = f" {' '.join(stems)} "
        last_at, position = {}, 0
        for index, one in enumerate(stems):
            position += len(one) + 1
            last_at[position] = index
        matches: list[Match[K]] = []
        gapped: defaultdict[int, defaultdict[int, list[Span]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for end, (length, keys, places) in self._automaton.iter(haystack):
            last = last_at[end]
            span = (last - length + 1, last)
            matches += [Match(key, *span, (span,)) for key in keys]
            for phrase, slot in places:
                gapped[phrase][slot].append(span)
        for phrase, found in gapped.items():
            key, count = self._gapped[phrase]
            if len(found) == count:
                for spans in _joined([sorted(found[slot]) for slot in range(count)]):
                    matches.append(Match(key, spans[0][0], spans[-1][1], spans))
        return matches


def _each_reading(phrases: Mapping[K, Iterable[str]]) -> Iterator[tuple[K, Slots]]:
    for key, written in phrases.items():
        for parts in dict.fromkeys(parts for phrase in written for parts in readings(phrase)):
            yield key, parts


def _joined(found: list[list[Span]]) -> Iterator[tuple[Span, ...]]:
    """Where the parts follow each other with at most GAP words between: the span of each part."""
    for begin in found[0]:
        spans = [begin]
        for places in found[1:]:
            after = spans[-1][1] + 1
            at = bisect_left(places, (after, -1))
            if at == len(places) or places[at][0] - after > GAP:
                break
            spans.append(places[at])
        else:
            yield tuple(spans)
