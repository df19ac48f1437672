"""What one save changed in a text: a stretch that was taken out and one that was put in. Pure.

Offsets and lengths are in characters (Unicode code points) unless a name says otherwise.
"""

from typing import NamedTuple, Self


class Edit(NamedTuple):
    """At ``start``, ``cut`` characters were taken out and ``text`` was put in."""

    start: int
    cut: int
    text: str

    @classmethod
    def between(cls, before: str, after: str) -> Self:
        """Give the shortest single edit that makes one text of the other."""
        start = _alike(before, after)
        most = min(len(before), len(after)) - start
        end = _alike_at_end(before, after, most)
        return cls(start, len(before) - end - start, after[start : len(after) - end])

    def over(self, before: str) -> str:
        """Give the text after the edit."""
        return before[: self.start] + self.text + before[self.start + self.cut :]

    def in_units(self, before: str) -> Self:
        """Give the same edit counted as JavaScript does, in UTF-16 code units."""
        taken = before[self.start : self.start + self.cut]
        return self._replace(start=_units(before[: self.start]), cut=_units(taken))


def _alike(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _alike_at_end(one: str, other: str, most: int) -> int:
    """How many characters two texts have in common at their end, at the most so many."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        ends = (text[len(text) - middle : len(text) - low] for text in (one, other))
        if next(ends) == next(ends):
            low = middle
        else:
            high = middle - 1
    return low


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
