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
from typing import Generic, TypeVar

import ahocorasick
import Stemmer

K = TypeVar("K", bound=Hashable)

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
    """A phrase found: whose it is, and its first and last word (indices, both inclusive)."""

    key: K
    first: int
    last: int


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


def variants(phrase: str) -> list[tuple[tuple[str, ...], ...]]:
    """Spell a phrase out: each variant is its parts (between gaps), each part its stems.

    Raises BadPhrase when brackets do not pair, when no word is left, or when it has more than
    ``MAX_ALTERNATIVES`` variants.
    """
    pieces = re.split(r"\(([^()]*)\)", phrase)
    if any(bracket in piece for piece in pieces for bracket in "()"):
        raise BadPhrase(f"the brackets in {phrase!r} do not pair")
    choices = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MAX_ALTERNATIVES:
        raise BadPhrase(f"{phrase!r} has {count} variants; {MAX_ALTERNATIVES} at most")
    spelled = set()
    for chosen in product(*choices):
        parts = tuple(words(part).stems for part in re.split(r"\s\.\.\s", "".join(chosen)))
        if not all(parts):
            raise BadPhrase(f"a part of {phrase!r} holds no word")
        spelled.add(parts)
    return sorted(spelled)


class Lexicon(Generic[K]):
    """All phrases of one rubric in one Aho-Corasick automaton. Built once, shared by threads."""

    def __init__(self, phrases: Mapping[K, Iterable[str]]) -> None:
        """Build from key → phrases. Raises BadPhrase."""
        self._automaton = ahocorasick.Automaton()
        # part → the keys it is whole for; part → (variant, position) where it has gaps
        self._whole: defaultdict[tuple[str, ...], list[K]] = defaultdict(list)
        self._gapped: dict[tuple[tuple[str, ...], ...], list[K]] = defaultdict(list)
        self._in_gapped: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        for key, written in phrases.items():
            for parts in dict.fromkeys(v for phrase in written for v in variants(phrase)):
                if len(parts) == 1:
                    self._whole[parts[0]].append(key)
                else:
                    self._gapped[parts].append(key)
        self._variants = list(self._gapped)
        for number, parts in enumerate(self._variants):
            for part in parts:
                self._in_gapped[part].add(number)
        for part in {*self._whole, *self._in_gapped}:
            self._automaton.add_word(f" {' '.join(part)} ", part)
        if len(self._automaton):
            self._automaton.make_automaton()

    def find(self, stems: tuple[str, ...]) -> list[Match[K]]:
        """Every phrase in a unit's stems, overlapping ones too, in no special order."""
        if not len(self._automaton) or not stems:
            return []
        haystack = f" {' '.join(stems)} "
        last_at, position = {}, 0
        for index, one in enumerate(stems):
            position += len(one) + 1
            last_at[position] = index
        matches: list[Match[K]] = []
        places: dict[tuple[str, ...], list[int]] = {}
        hits: set[int] = set()
        for end, part in self._automaton.iter(haystack):
            first = last_at[end] - len(part) + 1
            matches += [
                Match(key, first, first + len(part) - 1) for key in self._whole.get(part, ())
            ]
            if part in self._in_gapped:
                places.setdefault(part, []).append(first)
                hits |= self._in_gapped[part]
        for number in hits:
            parts = self._variants[number]
            if all(part in places for part in parts):
                for first, last in _joined(parts, places):
                    matches += [Match(key, first, last) for key in self._gapped[parts]]
        return matches


def _joined(
    parts: tuple[tuple[str, ...], ...], places: Mapping[tuple[str, ...], list[int]]
) -> Iterator[tuple[int, int]]:
    """Where the parts follow each other with at most GAP words between: first, last word."""
    for first in places[parts[0]]:
        end = first + len(parts[0])
        for part in parts[1:]:
            starts = places[part]
            at = bisect_left(starts, end)
            if at == len(starts) or starts[at] - end > GAP:
                break
            end = starts[at] + len(part)
        else:
            yield first, end - 1
