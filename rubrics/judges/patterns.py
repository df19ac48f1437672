"""Regular expressions of a rubric's indicators, all tried on a sentence in one linear pass."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import re2

K = TypeVar("K")


class Patterns(Generic[K]):
    """The expressions of some keys. Built once, shared by threads."""

    def __init__(self, patterns: Iterable[tuple[K, str]]) -> None:
        """Compile key and expression pairs, for lower-case text. Raises re2.error."""
        self._each = [(key, re2.compile(pattern, _options())) for key, pattern in patterns]
        self._all = re2.Set.SearchSet(_options())
        for _, pattern in self._each:
            self._all.Add(pattern.pattern)
        if self._each:
            self._all.Compile()

    def find(self, text: str) -> Iterator[tuple[K, tuple[int, int]]]:
        """Whose expressions match, each with its first match (start, end; characters)."""
        for number in (self._all.Match(text) or ()) if self._each else ():
            key, pattern = self._each[number]
            match = pattern.search(text)
            if match:
                yield key, match.span()


def why_unreadable(pattern: str) -> str:
    """What is wrong with an expression; nothing when it can be used."""
    try:
        re2.compile(pattern, _options())
    except re2.error as error:
        return str(error)
    return ""


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options
