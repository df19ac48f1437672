"""Tells in one pass which texts hold none of many cues, which are most of them.

A sieve is an automaton of RE2 over the cues without what they look ahead at, so it never misses a
cue and seldom lets a text through that has none. Linear in the text.
"""

import re._constants as constants  # type: ignore[import-not-found]
from collections.abc import Collection, Iterable
from re._parser import parse  # type: ignore[import-not-found]
from typing import Any

import re2

# Where a cue may begin and end in words with single blanks between.
_BEGIN, _END = "(?:^| )", "(?:[^0-9A-Za-z_']|$)"
# Room for the automata, which are made while they are used (bytes).
_ROOM = 64 << 20


class Sieve:
    """Built once, shared by threads."""

    def __init__(self, *groups_of_cues: Iterable[str]) -> None:
        """Take regular expressions over lower-case words and single blanks, in groups."""
        options = re2.Options()
        options.max_mem = _ROOM
        self._any = re2.Set.SearchSet(options)
        for cues in groups_of_cues:
            self._any.Add(f"{_BEGIN}(?:{'|'.join(_loosened(parse(cue)) for cue in cues)}){_END}")
        self._any.Compile()

    def held(self, said: str) -> Collection[int]:
        """The groups that may have a cue in lower-case words with single blanks between."""
        return self._any.Match(said) or ()


def _loosened(parsed: Iterable[tuple[Any, Any]]) -> str:
    return "".join(_piece(kind, value) for kind, value in parsed)


def _piece(kind: Any, value: Any) -> str:
    """One piece of a parsed expression for RE2, as it is or matching more."""
    if kind in (constants.ASSERT, constants.ASSERT_NOT):
        return ""
    if kind is constants.LITERAL:
        return str(re2.escape(chr(value)))
    if kind is constants.IN:
        return _one_of(value)
    if kind is constants.BRANCH:
        return f"(?:{'|'.join(map(_loosened, value[1]))})"
    if kind is constants.SUBPATTERN:
        return f"(?:{_loosened(value[3])})"
    if kind is constants.AT:
        return "$"
    least, most, inner = value  # a repetition: nothing else is in cues
    return f"(?:{_loosened(inner)}){{{least},{'' if most is constants.MAXREPEAT else most}}}"


def _one_of(choices: Iterable[tuple[Any, int]]) -> str:
    if any(kind is not constants.LITERAL for kind, _ in choices):
        return "[^ ]"
    return f"[{''.join(re2.escape(chr(char)) for _, char in choices)}]"
