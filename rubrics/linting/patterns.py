"""Rules about patterns: regular expressions that RE2 takes, read as Python's parser's tree."""

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from itertools import combinations
from typing import Any, NamedTuple

from rubrics.judges.patterns import why_unreadable
from rubrics.linting.case import Case, Found, Rules
from rubrics.loading import DataPath

# The steps that a pattern may take from one place before it counts as slow: the slowest of 160,000
# random patterns that pass took 40 ms on a text of 1,000 characters.
MOST_STEPS = 4_000
# A repeat up to this often counts as bounded; a unit has no more characters than ``_UNIT``.
_MANY, _UNIT = 100, 1_000

RULES = Rules()

_parser = import_module("re._parser")
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


@lru_cache(maxsize=4_096)
def _parsed(pattern: str) -> tuple[Any, str]:
    """The tree of a pattern, or None and what is wrong with it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
            tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError, ValueError, Warning) as error:
        return None, str(error)
    wrong = why_unreadable(pattern)
    return (None, wrong) if wrong else (tree, "")


def _trees(case: Case) -> Iterator[tuple[DataPath, str, Any]]:
    """Every pattern that can be read, with its tree."""
    for path, pattern in case.patterns:
        tree, _ = _parsed(pattern)
        if tree is not None:
            yield path, pattern, tree


@RULES.named("pattern")
def _pattern_can_be_read(case: Case) -> Found:
    for path, pattern in case.patterns:
        tree, wrong = _parsed(pattern)
        if tree is None:
            yield path, f"{pattern!r} is no regular expression: {wrong}"


@RULES.named("pattern-slow")
def _pattern_is_quick(case: Case) -> Found:
    for path, pattern, tree in _trees(case):
        wide = [
            inside
            for name, value, inside in _nodes(tree)
            if name in _REPEATS and int(value[1]) > _MANY
        ]
        if any(wide):
            yield path, f"{pattern!r} repeats without bound what is repeated already"
        elif len(wide) > 1:
            yield path, f"{pattern!r} repeats {len(wide)} times without bound; write {{0,20}} for *"
        elif _cost(tree, frozenset()).steps > MOST_STEPS:
            yield path, f"{pattern!r} can match the same text in too many ways; bound its repeats"


@RULES.named("pattern-empty")
def _pattern_needs_text(case: Case) -> Found:
    for path, pattern, tree in _trees(case):
        if tree.getwidth()[0] == 0:
            yield path, f"{pattern!r} matches where there is nothing; something in it must be there"


@RULES.named("pattern-capitals")
def _pattern_is_in_lower_case(case: Case) -> Found:
    for path, pattern, tree in _trees(case):
        capitals = (_is_capital(name, value) for name, value, _ in _nodes(tree))
        if not tree.state.flags & re.IGNORECASE and any(capitals):
            yield path, f"{pattern!r} asks for a capital; what it is searched in has none"


def _is_capital(name: str, value: Any) -> bool:
    ends = {"LITERAL": (value,), "RANGE": value}.get(name, ())
    return bool(ends) and all(chr(end).isupper() for end in ends)


@RULES.named("pattern-as-words")
def _pattern_is_needed(case: Case) -> Found:
    for path, pattern, tree in _trees(case):
        if all(_is_wordy(name, value) for name, value, _ in _nodes(tree)):
            yield path, f"{pattern!r} can be written as a wording, which also knows other endings"


def _is_wordy(name: str, value: Any) -> bool:
    """Whether phrases say as much: letters, blanks, alternatives, gaps, edges of words."""
    if name == "LITERAL":
        return chr(value).isalnum() or chr(value) in " '-"
    if name in _REPEATS:
        return tuple(value[:2]) == (0, 1) or [str(op) for op, _ in value[2]] in (["ANY"], ["IN"])
    if name in ("AT", "CATEGORY"):
        return str(value) in ("AT_BOUNDARY", "CATEGORY_SPACE")
    return name in ("BRANCH", "SUBPATTERN", "ANY", "IN")


# The tree


def _nodes(tree: Any, repeated: bool = False) -> Iterator[tuple[str, Any, bool]]:
    """Every node of a tree: name, value, and whether it stands inside a repeat."""
    for op, value in tree:
        yield str(op), value, repeated
        inside = repeated or (str(op) in _REPEATS and value[1] > 1)
        for each in [value] if str(op) == "IN" else _inner(str(op), value):
            yield from _nodes(each, inside)


def _inner(name: str, value: Any) -> list[Any]:
    """The trees inside a node."""
    if name == "BRANCH":
        return list(value[1])
    if name == "GROUPREF_EXISTS":
        return [tree for tree in value[1:] if tree is not None]
    if name == "ATOMIC_GROUP":
        return [value]
    return [value[_INNER[name]]] if name in _INNER else []


# Which part of a node's value is the one tree inside of it.
_INNER = {"SUBPATTERN": 3, "ASSERT": 1, "ASSERT_NOT": 1, **dict.fromkeys(_REPEATS, 2)}


# How a tree may begin. All characters that are told apart; _OTHER stands for the rest of them.

_OTHER = 256
_ANY = frozenset(range(_OTHER + 1))
_CATEGORIES = {
    f"CATEGORY_{name}": frozenset(n for n in range(_OTHER) if re.match(sign, chr(n))) | {_OTHER}
    for name, sign in {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}.items()
}


def _chars(name: str, value: Any) -> frozenset[int]:
    """The characters that one node may begin with."""
    if name == "LITERAL":
        return frozenset({min(int(value), _OTHER)})
    if name == "RANGE":
        return frozenset(range(min(value[0], _OTHER), min(value[1], _OTHER) + 1))
    if name == "CATEGORY":
        positive = _CATEGORIES.get(str(value))
        opposite = _CATEGORIES.get(str(value).replace("_NOT_", "_"), frozenset())
        return positive if positive is not None else (_ANY - opposite) | {_OTHER}
    if name == "IN":
        listed = frozenset().union(*(_chars(str(o), v) for o, v in value if str(o) != "NEGATE"))
        return (_ANY - listed) | {_OTHER} if str(value[0][0]) == "NEGATE" else listed
    return _ANY


def _first(tree: Any, follow: frozenset[int]) -> frozenset[int]:
    """The characters that a tree, and what follows where it may be empty, can begin with."""
    found: frozenset[int] = frozenset()
    for op, value in tree:
        name = str(op)
        if name in ("AT", "ASSERT", "ASSERT_NOT"):
            continue
        inner = _inner(name, value)
        firsts = [_first(each, frozenset()) for each in inner] or [_chars(name, value)]
        found = found.union(*firsts)
        may_be_empty = name in _REPEATS and value[0] == 0
        if not may_be_empty and all(each.getwidth()[0] for each in inner):
            return found
    return found | follow


# What a tree costs

_ENOUGH = 10**6


class Cost(NamedTuple):
    """What a tree may cost from one place: the ways to match it, and the steps to try them all."""

    ways: int = 1
    steps: int = 1


def _cost(tree: Any, follow: frozenset[int]) -> Cost:
    """The cost of nodes one after the other, when what follows them fails in the end."""
    ways, steps = 1, 0
    for at, (op, value) in enumerate(tree):
        one = _cost_of(str(op), value, _first(tree[at + 1 :], follow))
        steps = min(_ENOUGH, steps + ways * one.steps)
        ways = min(_ENOUGH, ways * one.ways)
    return Cost(ways, steps)


def _cost_of(name: str, value: Any, follow: frozenset[int]) -> Cost:
    if name in _REPEATS:
        return _cost_to_repeat(value, follow)
    inner = _inner(name, value)
    costs = [_cost(each, follow) for each in inner]
    if name != "BRANCH":
        return costs[0] if costs else Cost()
    firsts = [_first(each, follow) for each in inner]
    apart = all(one.isdisjoint(other) for one, other in combinations(firsts, 2))
    ways = [cost.ways for cost in costs]
    return Cost(max(ways) if apart else sum(ways), sum(cost.steps for cost in costs))


def _cost_to_repeat(value: Any, follow: frozenset[int]) -> Cost:
    least, most, tree = int(value[0]), min(int(value[1]), _UNIT), value[2]
    first = _first(tree, frozenset())
    inner = _cost(tree, follow | first if most > 1 else follow)
    # Where what follows cannot begin like one more, there is one place only to stop at.
    stops = 1 if first.isdisjoint(follow) else max(1, most - least + 1)
    tried = min(_ENOUGH, inner.ways ** max(1, most))
    return Cost(min(_ENOUGH, stops * tried), min(_ENOUGH, 1 + max(1, most) * inner.steps * tried))
