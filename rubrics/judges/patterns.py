"""Regular expressions of indicators, tried only on sentences that hold what they need."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from re import _constants as constants  # type: ignore[attr-defined]
from re._parser import parse  # type: ignore[import-not-found]
from typing import Any

_DIGITS = frozenset("0123456789")


class Pattern:
    """A linted expression; ``search`` is ``re``'s, on lower-case text."""

    def __init__(self, pattern: str) -> None:
        """Compile it. Raises re.error."""
        self._compiled = re.compile(pattern)
        self._source = pattern

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """Sets of characters of each of which every match holds one; letters tell too little."""
        found = set(_needed(parse(self._source)))
        return tuple(chars for chars in found if not any(map(str.isalpha, chars)))

    def may_match(self, chars: frozenset[str]) -> bool:
        """Whether a text of these characters can hold a match."""
        return all(map(chars.__and__, self.needs))

    def search(self, text: str) -> re.Match[str] | None:
        """Find the first match."""
        return self._compiled.search(text)


def _needed(parsed: Iterable[tuple[Any, Any]]) -> Iterator[frozenset[str]]:
    for kind, value in parsed:
        if kind is constants.LITERAL and not chr(value).isspace():
            yield frozenset({chr(value)})
        elif kind is constants.IN:
            chars = _listed(value)
            if chars:
                yield chars
        elif kind is constants.SUBPATTERN:
            yield from _needed(value[3])
        elif kind is constants.MAX_REPEAT and value[0] > 0:
            yield from _needed(value[2])


def _listed(members: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """The characters of ``[...]``, or none where they cannot be listed."""
    chars: set[str] = set()
    for kind, value in members:
        if kind is constants.LITERAL:
            chars.add(chr(value))
        elif kind is constants.CATEGORY and value is constants.CATEGORY_DIGIT:
            chars |= _DIGITS
        else:
            return frozenset()
    return frozenset(chars)
