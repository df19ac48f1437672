"""Text to units (a sentence, a bullet, a heading, a table row) with exact character offsets.

Offsets count characters of the text as given. Linear in the length of the text.
"""

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Kind(StrEnum):
    """What a unit was written as."""

    HEADING = "heading"
    SENTENCE = "sentence"
    BULLET = "bullet"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Normalised:
    """Text made comparable, and where each of its characters stood in the text as given.

    ``moved`` are the places (here, in the text as given) from which on the two run side by side;
    None where they do so all along.
    """

    text: str
    moved: tuple[tuple[int, int], ...] | None
    hidden: tuple[tuple[int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the text as given of a non-empty span of the normalised text."""
        if self.moved is None:
            return start, end
        return self._given(start), self._given(end - 1) + 1

    def place(self, given: int) -> int:
        """Where the character at an offset of the text as given, if it shows, stands here."""
        if self.moved is None:
            return given
        return bisect_left(range(len(self.text)), given, key=self._given)

    def _given(self, at: int) -> int:
        moved = self.moved or ()
        here, given = moved[bisect_right(moved, (at, math.inf)) - 1]
        return given + at - here


class Unit(NamedTuple):
    """The smallest piece that can be quoted.

    ``start`` and ``end`` are character offsets in the stage's text as given; ``text`` is the
    normalised text of the unit; ``heading`` the headings above it, the outermost first; ``block``
    numbers the paragraph or list that it stands in.
    """

    stage: str
    start: int
    end: int
    text: str
    kind: Kind
    heading: str
    block: int


# Format characters (zero-width, direction marks, tags) and controls: seen by nobody.
_UNSEEN = {"Cf", "Cc", "Cs", "Co", "Cn"}
_ODD = re.compile(r"[^\n\r\t -~]")
# What a page hides: comments, scripts and styles (to the end, when never closed), struck-out text.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_OPEN_COMMENT = re.compile(r"^[ ]{0,3}<!--.*\Z", re.DOTALL | re.MULTILINE)
_HIDDEN = re.compile(
    r"^[ ]{0,3}<(script|style|template)\b[^>\n]*>.*?(?:</\1>|\Z)|<(del|s|strike)>[^<]*</\2>"
    r"|~~(?=[^\s~])[^~]{1,2000}~~",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
# Markdown that no page prints: "[name]: address (title)" and the target behind a link's text.
_UNPRINTED = re.compile(
    r"^[ ]{0,3}\[[^\]\n]{1,200}\]:[ \t]*(?:<[^>\n]*>|\S+)(?:[ \t]+[\"'(][^\n]*[\"')])?[ \t]*$"
    r"|(?<=\])\((?:[^()\n]|\([^()\n]*\))*\)",
    re.MULTILINE,
)
# Unseen as well, but part of ordinary text: joined emoji, soft hyphens, byte-order marks.
_HARMLESS = "\u200d\u00ad\ufeff"
_FOLD = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "−": "-"})


_RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")
_DIGITS = frozenset("0123456789")


def normalise(text: str) -> Normalised:
    """Fold compatible characters (NFKC, one by one), drop what nobody sees, keep the offsets.

    ``hidden`` are the spans (start, end; characters of the text as given) of HTML comments and
    of characters that do not show; their text is not part of the answer.
    """
    hidden: list[tuple[int, int]] = []
    if "<" in text or "~~" in text:
        text = _without(_COMMENT, text, hidden, text.rfind("-->") + 3)
        text = _without(_OPEN_COMMENT, text, hidden, len(text))
        text = _without(_HIDDEN, text, hidden, len(text))
    if "](" in text or "]:" in text:
        hidden += [(m.start(), m.end()) for m in _UNPRINTED.finditer(text) if _is_said(m.group())]
        text = _UNPRINTED.sub(_blank, text)
    odd_ones = set(_ODD.findall(text))
    growing = {odd for odd in odd_ones if not _alone(odd)}
    folded = _replaced(text, odd_ones - growing)
    if not growing:
        return Normalised(folded, None, tuple(sorted(hidden)))
    return _regrown(text, folded, growing, hidden)


def _regrown(
    given: str, text: str, growing: Collection[str], hidden: list[tuple[int, int]]
) -> Normalised:
    """Fold the signs that do not stay one character; ``given`` is the text before any was."""
    pieces: list[str] = []
    moved = [(0, 0)]
    done = length = 0
    for odd in _ODD.finditer(text):
        position, sign = odd.start(), odd.group()
        if sign not in growing:
            continue
        pieces.append(text[done:position])
        length += position - done
        done = position + 1
        folded = _folded(sign)
        if unicodedata.category(sign) in _UNSEEN:
            folded = ""
            if sign not in _HARMLESS:
                hidden.append((position, done))
        elif sign in _RAISED and given[position - 1 : position] in _DIGITS:
            folded = f"^{folded}"  # 10⁸ is 10^8, not 108
        pieces.append(folded)
        moved += [(length + at, position) for at in range(len(folded))]
        length += len(folded)
        moved.append((length, done))
    pieces.append(text[done:])
    return Normalised("".join(pieces), tuple(moved), tuple(sorted(hidden)))


# So many different signs are replaced one after the other, which is the quicker way for few.
_FEW = 16


def _replaced(text: str, signs: Collection[str]) -> str:
    """Fold the signs that are one character each and stay one."""
    changed = {sign: folded for sign in signs if (folded := _alone(sign)) != sign}
    if len(changed) > _FEW:
        return text.translate({ord(sign): folded for sign, folded in changed.items()})
    for sign, folded in changed.items():
        text = text.replace(sign, folded)
    return text


def _folded(odd: str) -> str:
    return unicodedata.normalize("NFKC", odd).translate(_FOLD)


@lru_cache(maxsize=4096)
def _alone(odd: str) -> str:
    """The one character that an odd one always becomes; none where it is dropped or grows."""
    if unicodedata.category(odd) in _UNSEEN or odd in _RAISED:
        return ""
    folded = _folded(odd)
    return folded if len(folded) == 1 else ""


def _without(what: re.Pattern[str], text: str, hidden: list[tuple[int, int]], end: int) -> str:
    """Blank out what is found before ``end``, and note where; a later start could find no close."""
    found = [match.span() for match in what.finditer(text, 0, max(0, end))]
    hidden += found
    return what.sub(_blank, text[:end]) + text[end:] if found else text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _is_said(unprinted: str) -> bool:
    """Whether more than an address is left out: then a reader is told so."""
    return unprinted.count(" ") > 3


_HEADING = re.compile(r"\s{0,3}(?:#{1,6}\s+\S|(?:\*\*|__)[^*_]+(?:\*\*|__):?\s*$)")
_BULLET = re.compile(r"\s*(?:[-*+•‣–]|\d{1,3}[.)])\s+")
_ROW = re.compile(r"\s*\|")
_RULE = re.compile(r"[-=*_|: ]{3,}")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_ARROW = re.compile(r"-+>|→|=>|<-")


def split(stage: str, normal: Normalised) -> list[Unit]:
    """Split a stage's text into units, in order; their offsets are those of the text as given."""
    units: list[Unit] = []
    headings: list[tuple[int, str]] = []
    heading, bold, under = "", -1, -1
    for block in _blocks(normal.text):
        if block.kind is Kind.HEADING:
            headings = [above for above in headings if above[0] < block.depth]
            bold = block.group if block.depth == _BOLD else -1
            headings += [(block.depth, block.label)] if block.label else []
            heading, under = " / ".join(label for _, label in headings), -1
        elif bold >= 0 and under < 0:
            under = block.group
        elif bold >= 0 and block.group != under:  # a line in bold heads what follows it at once
            headings = [above for above in headings if above[0] < _BOLD]
            heading, bold = " / ".join(label for _, label in headings), -1
        spans: Iterable[tuple[int, int]] = ((block.start, block.end),)
        if block.kind is Kind.SENTENCE or block.kind is Kind.BULLET:
            spans = _sentences(normal.text, block.start, block.end)
        for start, end in _cut(normal.text, spans):
            if start < end:
                first, last = normal.original(start, end)
                body = normal.text[start:end]
                units.append(Unit(stage, first, last, body, block.kind, heading, block.group))
    return units


@dataclass(slots=True)
class _Block:
    kind: Kind
    start: int
    end: int
    group: int
    label: str = ""
    depth: int = 0


# A heading is compared by its first characters; a longer one is no heading of anything.
_COMPARED = 120


def _blocks(text: str) -> Iterator[_Block]:
    """Paragraphs, bullets, rows, headings and lines of code, as spans of the normalised text.

    ``group`` stays the same within one paragraph or one list.
    """
    group, last, fenced = 0, _Block(Kind.HEADING, 0, 0, 0), False
    for start, end in _lines(text):
        line = text[start:end]
        is_fence = bool(_FENCE.match(line))
        fenced ^= is_fence
        kind, body = (Kind.CODE, start) if fenced else _kind_of(line, start)
        if kind is None or is_fence:
            group += 1
        elif kind is Kind.SENTENCE and last.group == group and _continues(last, text, start):
            last.end = end
        else:
            yield last
            group += kind is not last.kind
            label = line.strip().strip("#*_: ")[:_COMPARED] if kind is Kind.HEADING else ""
            depth = _depth(line) if kind is Kind.HEADING else 0
            last = _Block(kind, body, end, group, label, depth)
    yield last


_BOLD = 7


def _depth(line: str) -> int:
    """The depth of a heading: its #s; a line in bold stands below all of them."""
    bare = line.lstrip()
    return len(bare) - len(bare.lstrip("#")) or _BOLD


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _kind_of(line: str, start: int) -> tuple[Kind | None, int]:
    bare = line.strip()
    if bare[:1].isalpha():  # most lines; none of the signs below is a letter
        return Kind.SENTENCE, start
    if not bare or _RULE.fullmatch(bare):
        return None, start
    if _HEADING.match(line):
        return Kind.HEADING, start + len(line) - len(line.lstrip(" #*_"))
    if _ROW.match(line):
        return Kind.ROW, start
    bullet = _BULLET.match(line)
    if bullet:
        return Kind.BULLET, start + bullet.end()
    return Kind.SENTENCE, start


# A line shorter than this was ended by the writer, not by wrapping at a margin.
_WRAPPED_AT = 55


def _continues(block: _Block, text: str, start: int) -> bool:
    """Whether a plain line goes on with the paragraph or bullet above it."""
    if block.kind not in (Kind.SENTENCE, Kind.BULLET):
        return False
    above = text.rfind("\n", 0, start - 1) + 1
    if _ARROW.search(text, above, start) and _ARROW.search(text, start, _line_end(text, start)):
        return False  # one arrow a line: a drawing in words
    if start - 1 - above >= _WRAPPED_AT:
        return True
    return text[start : start + 40].lstrip()[:1].islower()


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


# A full stop ends a sentence before a blank, or where a blank was forgotten ("... done.The next").
# What it looks back at comes behind its sign, so that the search jumps from sign to sign.
_STOP = re.compile(
    r"[.!?](?:(?<![.!?][.!?])[.!?]*[\"')\]*_]*(?=\s)|(?<=[a-z]{3}[.!?])(?=[A-Z][a-z]|[A-Z]\s))"
)
_SHORT = re.compile(
    r"(?:^|[\s(.])(?:e\.g|i\.e|vs|approx|incl|resp|cf|al|fig|[a-z])$", re.IGNORECASE
)


# "**Position bias.** The upper place ...": a label and what it labels are one unit.
_LABEL = re.compile(r"\s*(?:\*\*|__)[^*_\n]{1,80}(?:\*\*|__)[.:!?]?(?=\s+\S)")


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    label = _LABEL.match(text, start, end)
    begin = start
    for stop in _STOP.finditer(text, label.end() if label else start, end):
        before = text[max(begin, stop.start() - 8) : stop.start()]
        if stop.group() == "." and _SHORT.search(before):
            continue
        yield begin, stop.end()
        begin = stop.end()
    yield begin, end


# No sentence is longer (characters); what is gets cut, so that one unit costs little.
_LONGEST = 1_000


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Trim spans, and cut what is too long at a blank where there is one."""
    for begin, stop in spans:
        start, end = _trim(text, begin, stop)
        while end - start > _LONGEST:
            blank = text.rfind(" ", start, start + _LONGEST)
            stop = blank if blank > start else start + _LONGEST
            yield _trim(text, start, stop)
            start = stop
            while start < end and text[start].isspace():  # what is left may be long: no copies
                start += 1
        yield start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    if start < end and not text[start].isspace() and not text[end - 1].isspace():
        return start, end
    bare = text[start:end].lstrip()
    start = end - len(bare)
    return start, start + len(bare.rstrip())
