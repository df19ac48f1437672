"""What differs between two documents: by meaning, matched by their ids, and by line."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rubrics.schema import Question

# A longer list of rows tells nobody anything; what changed by meaning stands above it.
MOST_ROWS = 1_500


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where (``rubric › criteria › labels``), and what was and is there.

    What was added has no ``before``, what was removed no ``after``. ``gone`` and ``new`` are the
    members of a list that left it and came to it.
    """

    where: str
    before: str = ""
    after: str = ""
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Added, removed or changed."""
        if self.gone or self.new or (self.before and self.after):
            return "changed"
        return "added" if self.after else "removed"


def by_meaning(before: Question, after: Question) -> list[Change]:
    """Every difference in what two questions say; order and layout of their YAML do not count."""
    return list(_changes(_plain(before), _plain(after), ()))


def _plain(question: Question) -> Mapping[str, Any]:
    dumped: Mapping[str, Any] = question.model_dump(mode="json")
    return dumped


def by_line(before: str, after: str) -> tuple[list[str], bool]:
    """The rows that differ, each behind its sign, with two rows around; and whether that is all."""
    rows = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    shown = list(islice(rows, 2, MOST_ROWS + 3))
    return shown[:MOST_ROWS], len(shown) <= MOST_ROWS


Where = tuple[str, ...]


def _changes(before: Any, after: Any, where: Where) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _changes(before.get(key), after.get(key), (*where, str(key)))
    elif _are_named(before) and _are_named(after):
        yield from _changes(_by_name(before or ()), _by_name(after or ()), where)
    elif _are_words(before) and _are_words(after):
        old, new = dict.fromkeys(before or ()), dict.fromkeys(after or ())
        gone = tuple(each for each in old if each not in new)
        came = tuple(each for each in new if each not in old)
        yield Change(_said(where), gone=gone if gone or came else ("another order",), new=came)
    else:
        yield Change(_said(where), _shown(before), _shown(after))


_NAMES = ("id", "grade", "title")


def _are_named(value: Any) -> bool:
    return value is None or (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(isinstance(each, Mapping) and any(n in each for n in _NAMES) for each in value)
    )


def _by_name(values: Sequence[Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    return {next(str(each[name]) for name in _NAMES if name in each): each for each in values}


def _are_words(value: Any) -> bool:
    return value is None or (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(isinstance(each, str) for each in value)
    )


def _said(where: Where) -> str:
    return " › ".join(where)


def _shown(value: Any) -> str:
    """A value in words: what is large by its size, as it is there or not as a whole."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        name = next((str(value[name]) for name in _NAMES if name in value), "")
        return name or f"{len(value)} entries"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"{len(value)} entries"
    return str(value)
