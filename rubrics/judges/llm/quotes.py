"""Whether words that somebody says are quoted from a unit stand in it, and where exactly.

Nobody is believed: not about the words, not about the unit.
"""

import re
import unicodedata
from collections import defaultdict

# Less than this in a row can be found in any text, unless it is all of a unit.
LEAST_WORDS = 3
# A quote that is not there sign by sign may differ in one sign of this many, not in its figures
# and not in whether it denies.
SIGNS_AN_EDIT = 20
_LEFT_OUT = frozenset("*_`~\"'“”„«»‘’")
_FOLD = str.maketrans({"‹": "<", "›": ">", "¦": "|", **dict.fromkeys("–—‐‑−", "-")})
_TELLING = re.compile(r"\d+|\b(?:no|not|never|none|without|nor|neither|cannot|\w+nt)\b")


class Folded:
    """A text made comparable: case, blanks, emphasis and quotation marks do not matter."""

    __slots__ = ("places", "text")

    def __init__(self, given: str) -> None:
        """Fold a text; ``places`` holds for each sign of ``text`` where it stood."""
        signs: list[str] = []
        places: list[int] = []
        for at, sign in enumerate(given):
            for each in _folded(sign):
                if each == " " and (not signs or signs[-1] == " "):
                    continue
                signs.append(each)
                places.append(at)
        while signs and signs[-1] == " ":
            signs.pop()
            places.pop()
        self.text = "".join(signs)
        self.places = places


def _folded(sign: str) -> str:
    if sign in _LEFT_OUT or unicodedata.category(sign) in ("Cf", "Cs", "Co", "Cn"):
        return ""
    if sign.isspace():
        return " "
    folded = unicodedata.normalize("NFKC", sign).translate(_FOLD).casefold()
    folded = "".join(each for each in folded if each not in _LEFT_OUT)
    return " ".join(folded.split()) if not folded.isalnum() else folded


def place(quote: str, unit: Folded) -> tuple[int, int] | None:
    """Where a quote stands in a unit (start, end; in the text that was folded), if it does."""
    wanted = Folded(quote).text.strip(" .")
    if len(wanted) > 2 * len(unit.text) or not wanted:
        return None
    if len(re.findall(r"\w+", wanted)) < LEAST_WORDS and wanted != unit.text.strip(" ."):
        return None
    span = _exact(wanted, unit.text) or _close(wanted, unit.text)
    if not span:
        return None
    start, end = span
    return unit.places[start], unit.places[end - 1] + 1


def _exact(wanted: str, text: str) -> tuple[int, int] | None:
    """The first place where words stand as whole words."""
    start = text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not _cuts(text, start) and not _cuts(text, end):
            return start, end
        start = text.find(wanted, start + 1)
    return None


def _cuts(text: str, at: int) -> bool:
    """Whether a word goes on across a place."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _close(wanted: str, text: str) -> tuple[int, int] | None:
    """The place that differs least, if it differs by little and not in what matters."""
    edits, end = nearest(wanted, text)
    if edits * SIGNS_AN_EDIT > len(wanted):
        return None
    _, back = nearest(wanted[::-1], text[:end][::-1], from_start=True)
    start = end - back
    while _cuts(text, start):
        start -= 1
    while _cuts(text, end):
        end += 1
    same = _TELLING.findall(wanted) == _TELLING.findall(text[start:end])
    return (start, end) if same and start < end else None


def nearest(wanted: str, text: str, *, from_start: bool = False) -> tuple[int, int]:
    """The fewest edits that make a stretch of a text of what is wanted, and where it first ends.

    With ``from_start`` the stretch begins where the text does. Myers' bit vectors: one step for
    each sign of the text, whatever the two hold.
    """
    masks: defaultdict[str, int] = defaultdict(int)
    for at, sign in enumerate(wanted):
        masks[sign] |= 1 << at
    full, last = (1 << len(wanted)) - 1, 1 << len(wanted) >> 1
    up, down, edits = full, 0, len(wanted)
    best, end = edits, 0
    for at, sign in enumerate(text, start=1):
        same = masks.get(sign, 0)
        vertical = same | down
        level = (((same & up) + up) ^ up) | same
        more = down | (~(level | up) & full)
        less = up & level
        edits += bool(more & last) - bool(less & last)
        more = (more << 1 | from_start) & full
        less = (less << 1) & full
        up = less | (~(vertical | more) & full)
        down = more & vertical
        if edits < best:
            best, end = edits, at
    return best, end
