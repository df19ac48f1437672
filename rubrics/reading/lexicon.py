"""Words and phrases: tokens with stems, and every phrase of a rubric found in one pass.

Phrases are written as rubric authors write them: ``(daily|monthly) active users`` has
alternatives, ``split .. by time`` allows up to six words between. Words are compared by their
English stem (Snowball), articles are passed over, and a long word that no dictionary knows is
taken for the phrase's word that is one letter away.
"""

import re
import threading
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product, repeat
from math import prod
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

import ahocorasick
import Stemmer

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
Span = tuple[int, int]
Spans = tuple[Span, ...]
Part = tuple[str, ...]
Slots = tuple[frozenset[Part], ...]

GAP = 6
# No English word is longer (characters); what is stays as it is, and is kept in no cache.
LONGEST = 40
MAX_ALTERNATIVES = 96
# Words whose stems, or whose numbers in a lexicon, are remembered.
_MOST_KEPT = 65_536

_WORD = re.compile(r"[a-z]/[a-z](?![^\W_])|\d+(?:[.,]\d+)*|[^\W\d_][^\W_]*(?:'[^\W\d_]+)?|[@%]")
# The same words of a text in ASCII without a slash, which most are: in a third of the time.
_PLAIN_WORD = re.compile(r"[a-z][a-z0-9]*(?:'[a-z]+)?|[0-9]+(?:[.,][0-9]+)*|[@%]")
_BRITISH = re.compile(r"is(e[drs]?|ers|ing|ations?)$")
_ARTICLES = frozenset({"a", "an", "the"})
_thread = threading.local()


class BadPhrase(ValueError):
    """A phrase that cannot be read: brackets that do not close, or no word in it."""


class Words:
    """The words of a text, articles left out: forms (lower case), stems, and character offsets."""

    __slots__ = ("_lowered", "_places", "_said", "_tokens", "forms", "stems", "text")

    def __init__(self, text: str) -> None:
        """Split a normalised text."""
        self.text = text
        self._lowered = lowered = _lowered(text)
        is_plain = lowered.isascii() and "/" not in lowered
        self._tokens = (_PLAIN_WORD if is_plain else _WORD).findall(lowered)
        self.forms = tuple([token for token in self._tokens if token not in _ARTICLES])
        self.stems: Part = tuple(map(_STEMS.__getitem__, self.forms))
        self._places: tuple[Span, ...] | None = None
        self._said: str | None = None

    def __len__(self) -> int:
        """The number of words, articles left out."""
        return len(self.forms)

    @property
    def places(self) -> tuple[Span, ...]:
        """Where each word begins and ends in the text; found when first asked for."""
        if self._places is None:
            places, end, find = [], 0, self._lowered.find
            for token in self._tokens:  # what lies between tokens holds no sign that begins one
                start = find(token, end)
                end = start + len(token)
                if token not in _ARTICLES:
                    places.append((start, end))
            self._places = tuple(places)
        return self._places

    @property
    def said(self) -> str:
        """The forms with single blanks between; made when first asked for."""
        if self._said is None:
            self._said = " ".join(self.forms)
        return self._said

    def between(self, index: int) -> str:
        """What stands between a word and the one before it."""
        return self.text[self.places[index - 1][1] : self.places[index][0]]

    def holding(self, start: int, end: int) -> Span | None:
        """The first and last word that a span of characters touches, if any."""
        first = bisect_right(self.places, start, key=itemgetter(1))
        after = bisect_left(self.places, end, key=itemgetter(0))
        return (first, after - 1) if first < after else None


def _lowered(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    # A few capitals grow when lowered; offsets must not.
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


class Match(NamedTuple, Generic[K]):
    """A phrase found: whose it is, and its first and last word (indices, both inclusive).

    ``spans`` are the runs of words of the phrase itself, without what lies in its gaps.
    """

    key: K
    first: int
    last: int
    spans: Spans


def words(text: str) -> Words:
    """Split a normalised text into words, lower-cased, without articles."""
    return Words(text)


def stem(word: str) -> str:
    """Give the English stem, British spellings folded into American ones."""
    return _STEMS[word]


class _Learned(dict[str, T]):
    """What is found for a word; it learns what it is asked for, and forgets all when it is full."""

    def __init__(self, find: Callable[[str], T]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, word: str) -> T:
        found = self._find(word)
        if len(word) <= LONGEST:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[word] = found
        return found


def _stemmed(word: str) -> str:
    if len(word) > LONGEST or not word[0].isalpha():
        return word
    if not hasattr(_thread, "stemmer"):  # PyStemmer's objects must not be shared by threads
        _thread.stemmer = Stemmer.Stemmer("english")
    plain = word.removesuffix("'s")
    american = _BRITISH.sub(r"iz\1", plain) if len(plain) > 6 else plain
    stemmed: str = _thread.stemmer.stemWord(american)
    if len(stemmed) > 5 and stemmed.endswith("our"):
        stemmed = stemmed[:-3] + "or"
    if len(stemmed) > 2 and _ACRONYMS.fullmatch(stemmed):
        stemmed = stemmed[:-1]
    return _SAME.get(stemmed, stemmed)


_STEMS = _Learned(_stemmed)


# Plurals that an English stemmer takes for words: LLMs, GPUs, SLAs.
_ACRONYMS = re.compile(
    r"[b-df-hj-np-tv-xz]{2,5}s|[cgt]pus|sl[aio]s|[kr]pis|apis|o?krs|aucs|rois|mrnas"
)


# Everyday words that mean the same wherever an answer uses them: by their stems, the first stands
# for all. Terms of the field are left alone; a rubric writes out what it takes for those.
_SAME: Mapping[str, str] = {
    stem: head
    for head, *others in (
        line.split()
        for line in """
        user peopl person viewer visitor custom member audienc folk human consum
        predict guess estim forecast forese
        probabl chanc likelihood odd
        fast quick rapid swift speedi
        error mistak
        fall declin decreas shrink
        grow increas rise climb
        delet remov eras discard
        alert alarm warn
        fresh recent newest latest
        stale outdat
        often frequent
        keep retain preserv
        begin start
        choos pick select
        share fraction proport percentag
        big larg huge enorm
        small tini
        cheap inexpens
        costli expens
        entir whole
        revenu incom earn turnov
        server machin comput
        group cohort segment
        phone handset
        countri nation
        latenc delay lag
        verifi doubl-check
        1 one
        2 two
        3 three
        4 four
        5 five
        6 six
        7 seven
        8 eight
        9 nine
        10 ten
        12 twelv dozen
        20 twenti
        """.splitlines()
        if line.strip()
    )
    for stem in others
}


_GAPPED_CHOICE = re.compile(r"\(([^()]*\s\.\.\s[^()]*)\)")


def readings(phrase: str) -> list[Slots]:
    """Read a phrase: its parts between gaps, each with all its spellings in stems.

    There is more than one reading when alternatives differ in their gaps. Raises BadPhrase when
    brackets do not pair, when a part holds no word, or when one has more than
    ``MAX_ALTERNATIVES`` spellings.
    """
    choice = _GAPPED_CHOICE.search(phrase)
    count = prod(found[1].count("|") + 1 for found in _GAPPED_CHOICE.finditer(phrase))
    if count > MAX_ALTERNATIVES:
        raise BadPhrase(_too_many(phrase, count))
    if choice:
        before, after = phrase[: choice.start()], phrase[choice.end() :]
        return [r for one in choice[1].split("|") for r in readings(f"{before}{one}{after}")]
    return [tuple(_spellings(part, phrase) for part in re.split(r"\s\.\.\s", phrase))]


def _spellings(part: str, phrase: str) -> frozenset[Part]:
    pieces = re.split(r"\(([^()]*)\)", part)
    if any(bracket in piece for piece in pieces for bracket in "()"):
        pairs = part.count("(") == part.count(")")
        raise BadPhrase(
            f"{phrase!r} has brackets inside brackets: write the alternatives out, or two phrases"
            if pairs
            else f"the brackets in {phrase!r} do not pair"
        )
    choices = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    count = prod(map(len, choices))
    if count > MAX_ALTERNATIVES:
        raise BadPhrase(_too_many(phrase, count))
    spelled = frozenset(words("".join(chosen)).stems for chosen in product(*choices))
    if () in spelled:
        raise BadPhrase(f"a part of {phrase!r} holds no word")
    return spelled


def _too_many(phrase: str, count: int) -> str:
    return (
        f"{phrase!r} has {count} variants (alternatives multiplied), {MAX_ALTERNATIVES} at most:"
        " make two phrases of it"
    )


_OPENS, _SECOND = 1, 2
# A part that stands in a text: its last word, its number, its first and last word.
_There = tuple[int, int, Span]


class _Gaps:
    """The phrases with gaps of a lexicon, found by pairs of their first two parts.

    Spellings that stand at the same places of the same phrases are one part, a number. Its lowest
    two bits say whether it can be a first (``_OPENS``) and a second part.
    """

    def __init__(self, phrases: Sequence[tuple[int, Slots]]) -> None:
        """Index the parts of phrases, each given as its keyset and its slots."""
        places: defaultdict[Part, set[tuple[int, int]]] = defaultdict(set)
        for number, (_, slots) in enumerate(phrases):
            for place, slot in enumerate(slots):
                for spelling in slot:
                    places[spelling].add((number, place))
        alike: dict[frozenset[tuple[int, int]], int] = {}
        self.parts: dict[Part, int] = {}
        for spelling, where in places.items():
            role = sum({1 << place for _, place in where if place < 2})
            number = len(alike) << 2 | role
            self.parts[spelling] = alike.setdefault(frozenset(where), number)
        self._keysets = [keyset for keyset, _ in phrases]
        self._later: list[tuple[frozenset[int], ...]] = []
        # Second part → first part → the phrases that begin with the two.
        pairs: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for number, (_, slots) in enumerate(phrases):
            first, second, *later = [frozenset(self.parts[s] for s in slot) for slot in slots]
            self._later.append(tuple(later))
            for one in first:
                for other in second:
                    pairs[other][one].append(number)
        self._pairs = {second: dict(firsts) for second, firsts in pairs.items()}

    def hits(self, there: Sequence[_There], marks: Sequence[T]) -> list[tuple[T, Spans]]:
        """Every phrase whose parts follow each other with at most GAP words between.

        ``there`` are parts and where they stand, by their last word. A part is followed by the
        next of the parts that may follow it.
        """
        return [
            (marks[self._keysets[phrase]], spans)
            for (phrase, first), second in self._paired(there).items()
            if (spans := self._completed(phrase, (first, second), there))
        ]

    def _paired(self, there: Sequence[_There]) -> dict[tuple[int, Span], Span]:
        """Every phrase of which the first two parts stand near each other, and where these do."""
        found: dict[tuple[int, Span], Span] = {}
        pairs = self._pairs
        opened: list[_There] = []
        for here in there:
            _, part, span = here
            if part & _SECOND and opened:
                begins, firsts = span[0], pairs[part]
                least = begins - GAP - 1
                for last, opening, first in reversed(opened):
                    if last < least:
                        break
                    if opening in firsts and last < begins:
                        _note(found, firsts[opening], first, span)
            if part & _OPENS:
                opened.append(here)
        return found

    def _completed(self, phrase: int, spans: Spans, there: Sequence[_There]) -> Spans | None:
        """The spans of all parts of a phrase, given those of its first two."""
        for slot in self._later[phrase]:
            after = spans[-1][1]
            last = after + GAP + 1
            following = [
                span for _, part, span in there if part in slot and after < span[0] <= last
            ]
            if not following:
                return None
            spans += (min(following),)
        return spans


def _note(
    found: dict[tuple[int, Span], Span], phrases: Iterable[int], first: Span, second: Span
) -> None:
    for phrase in phrases:
        if second < found.setdefault((phrase, first), second):
            found[phrase, first] = second


class Lexicon(Generic[K]):
    """All phrases of one rubric in one Aho-Corasick automaton. Built once, shared by threads.

    The automaton runs over words, each written as two signs of their own: a node's children are
    looked through one by one, and the first node would have thousands. ``keysets`` are the
    different sets of keys that one spelling can stand for; a hit names its set by number.
    """

    def __init__(self, phrases: Mapping[K, Iterable[str]]) -> None:
        """Build from key → phrases. Raises BadPhrase."""
        read = list(_each_reading(phrases))
        whole: defaultdict[Part, dict[K, None]] = defaultdict(dict)
        for key, parts in read:
            for spelling in parts[0] if len(parts) == 1 else ():
                whole[spelling][key] = None
        gapped = [(key, parts) for key, parts in read if len(parts) > 1]
        keysets = dict.fromkeys([*map(tuple, whole.values()), *((key,) for key, _ in gapped)])
        self.keysets: tuple[tuple[K, ...], ...] = tuple(keysets)
        sets = {keys: number for number, keys in enumerate(keysets)}
        self._gaps = _Gaps([(sets[(key,)], parts) for key, parts in gapped])
        spellings = {**whole, **self._gaps.parts}
        vocabulary = {word: 0 for spelling in spellings for word in spelling}
        self._signs = {word: _signs(number) for number, word in enumerate(vocabulary)}
        self._typos = Typos(vocabulary)
        self._read = _Learned(self._meant)
        self._automaton = ahocorasick.Automaton()
        for spelling in spellings:
            keyset = sets[tuple(whole[spelling])] if spelling in whole else -1
            part = self._gaps.parts.get(spelling, -1)
            found = (len(spelling) - 1, keyset, part)
            self._automaton.add_word("".join(self._signs[word] for word in spelling), found)
        if len(self._automaton):
            self._automaton.make_automaton()

    def find(self, stems: Part, forms: Part = ()) -> list[Match[K]]:
        """Every phrase in a unit's stems, overlapping ones too, in no special order.

        With the words' forms, those that no dictionary knows are read as what they may mean.
        """
        return [
            Match(key, spans[0][0], spans[-1][1], spans)
            for keys, spans in self.hits(stems, forms, self.keysets)
            for key in keys
        ]

    def hits(self, stems: Part, forms: Part, marks: Sequence[T]) -> list[tuple[T, Spans]]:
        """As ``find``: what stands in ``marks`` for a keyset, and the spans of a phrase's parts."""
        if not len(self._automaton) or not stems:
            return []
        if not forms and self._signs.keys().isdisjoint(stems):
            return []  # what is sought in a drawing is few words
        hits: list[tuple[T, Spans]] = []
        parts: list[_There] = []
        for end, (back, keyset, part) in self._automaton.iter(self._known(stems, forms)):
            last = end >> 1
            span = (last - back, last)
            if keyset >= 0:
                hits.append((marks[keyset], (span,)))
            if part >= 0:
                parts.append((last, part, span))
        if len(parts) > 1:
            hits += self._gaps.hits(parts, marks)
        return hits

    def _known(self, stems: Part, forms: Part) -> str:
        """The signs of words, those of nothing for words in no phrase."""
        if not forms:
            return "".join(map(self._signs.get, stems, repeat(_NO_SIGNS)))
        return "".join(map(self._read.__getitem__, forms))

    def _meant(self, form: str) -> str:
        word = stem(form)
        found = self._signs.get(word) or self._signs.get(self._typos.meant(word, form))
        return found or _NO_SIGNS


# The first signs of words are below this, the second ones above.
_SIGNS = 128
_NO_SIGNS = "\0\0"


def _signs(number: int) -> str:
    """Two signs for the number of a word."""
    first, second = divmod(number, _SIGNS)
    return chr(2 * _SIGNS + first) + chr(_SIGNS + second)


def bits(number: int) -> Iterator[int]:
    """The places of the bits that are set, the lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def _each_reading(phrases: Mapping[K, Iterable[str]]) -> Iterator[tuple[K, Slots]]:
    for key, written in phrases.items():
        for parts in dict.fromkeys(parts for phrase in written for parts in readings(phrase)):
            yield key, parts


class Typos:
    """Which word of a vocabulary a misspelt one means: one letter wrong, missing, more or swapped.

    Only words of ``LEAST`` letters or more, with the same first letter, that no dictionary knows
    (``sharing`` is never ``sharding``).
    """

    LEAST = 6

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """Index the stems of a vocabulary by what is left of each without one letter."""
        self._by_rest: defaultdict[str, list[str]] = defaultdict(list)
        for word in vocabulary:
            if len(word) >= self.LEAST - 1 and word.isalpha():
                for rest in _rests(word):
                    self._by_rest[rest].append(word)

    def meant(self, word: str, form: str) -> str:
        """The vocabulary's stem that a word (its stem and form) means, or the stem itself."""
        if len(form) < self.LEAST or len(form) > LONGEST:
            return word
        if len(word) < self.LEAST - 1 or not word.isalpha():
            return word
        near = {known for rest in _rests(word) for known in self._by_rest.get(rest, ())}
        close = sorted(known for known in near if known[0] == word[0] and _is_one_off(word, known))
        return close[0] if close and form not in english() else word


def _rests(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _is_one_off(one: str, other: str) -> bool:
    """Whether one edit (or a swap of neighbours) makes one of the other, given a shared rest."""
    if len(one) != len(other):
        return abs(len(one) - len(other)) == 1
    wrong = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
    return len(wrong) == 1


@cache
def english() -> frozenset[str]:
    """The words of six letters or more that a dictionary knows."""
    # Imported here: it reads 160,000 words, which a text without unknown words never needs.
    from spellchecker import SpellChecker

    return frozenset(word for word in SpellChecker().word_frequency.dictionary if len(word) > 5)
