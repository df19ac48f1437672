"""What differs between two documents: by meaning, sentence by sentence, and by line.

Entries of a list are matched by their ids; where they have none, by what they say. Of prose only
the sentences that differ are shown open, with their words marked.
"""

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Literal

from rubrics.schema import Question

# A longer list of rows tells nobody anything; what changed by meaning stands above it.
MOST_ROWS = 1_500
# Two texts that share less are two texts: marks on single words would only be confetti.
ALIKE = 0.45
# So many pairs of words, sentences or entries a page compares; what is left then is told as gone
# and new. So many pairs of rows, by an estimate, or all of them are. A page must not take seconds.
MOST_PAIRS = 1_000_000
MOST_ROW_PAIRS = 20_000_000

Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stay (``same``), that left (``gone``) or that came (``new``)."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences one after another, or one entry of a list."""

    pieces: tuple[Piece, ...]
    sentences: int = 1

    @property
    def stays(self) -> bool:
        """Whether nothing in it differs."""
        return all(piece.kind == "same" for piece in self.pieces)

    @property
    def is_folded(self) -> bool:
        """Whether it is context that nobody needs to read: it stays, and is more than a line."""
        return self.stays and self.sentences > 1


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where (``rubric › criteria › labels``), and the words that differ there.

    ``kind`` is added, removed or changed; ``note`` says what words cannot show.
    """

    where: str
    kind: str
    passages: tuple[Passage, ...] = ()
    note: str = ""


class _Patience:
    """How many pairs are still compared for a page, one by one."""

    def __init__(self) -> None:
        self.pairs = MOST_PAIRS

    def covers(self, before: Sequence[object], after: Sequence[object]) -> bool:
        """Whether two lists can be compared; it is spent on them if so."""
        pairs = len(before) * len(after)
        if pairs > self.pairs:
            return False
        self.pairs -= pairs
        return True


def by_meaning(before: Question, after: Question) -> list[Change]:
    """Every difference in what two questions say; order and layout of their YAML do not count."""
    return list(_changes(_plain(before), _plain(after), (), _Patience()))


def _plain(question: Question) -> Mapping[str, Any]:
    dumped: Mapping[str, Any] = question.model_dump(mode="json")
    return dumped


def by_line(before: str, after: str) -> tuple[list[str], bool]:
    """The rows that differ, each behind its sign, with two rows around; and whether that is all."""
    old, new = before.splitlines(), after.splitlines()
    if _row_pairs(old, new) > MOST_ROW_PAIRS:
        half = MOST_ROWS // 2
        return [*(f"-{row}" for row in old[:half]), *(f"+{row}" for row in new[:half])], False
    rows = difflib.unified_diff(old, new, lineterm="", n=2)
    shown = list(islice(rows, 2, MOST_ROWS + 3))
    return shown[:MOST_ROWS], len(shown) <= MOST_ROWS


def by_word(before: str, after: str) -> Change:
    """What differs between two texts, sentence by sentence; no passages when they are the same."""
    if before == after:
        return Change("", "changed")
    return _of_texts(before, after, (), _Patience())


def _row_pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pairs difflib looks at, at most about: those alike, anew at every row that differs.

    Rows that one text in a hundred is made of do not count, as they do not for difflib.
    """
    before, after = Counter(old), Counter(new)
    common = len(new) // 100 + 1
    alike = sum(count * after[row] for row, count in before.items() if after[row] <= common)
    apart = max((before - after).total(), (after - before).total())
    return alike * (apart + 1)


Where = tuple[str, ...]
Entry = Mapping[str, Any]


def _changes(before: Any, after: Any, where: Where, patience: _Patience) -> Iterator[Change]:
    if before == after:
        return
    if _are_mappings(before, after):
        old, new = before or {}, after or {}
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _changes(old.get(key), new.get(key), (*where, str(key)), patience)
    elif _are_lists(before, after, Mapping):
        for label, one, other in _matched(before or (), after or (), patience):
            yield from _changes(one, other, (*where, label), patience)
    elif _are_lists(before, after, str):
        yield _of_phrases(before or (), after or (), where, patience)
    else:
        yield _of_texts(_shown(before), _shown(after), where, patience)


def _are_mappings(before: Any, after: Any) -> bool:
    """Whether to look inside; what came or went as a whole is told by its name, if it has one."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return True
    there = after if before is None else before if after is None else None
    return isinstance(there, Mapping) and not _name(there)


def _are_lists(before: Any, after: Any, kind: type) -> bool:
    return all(
        value is None
        or (
            isinstance(value, Sequence)
            and not isinstance(value, str)
            and all(isinstance(each, kind) for each in value)
        )
        for value in (before, after)
    )


# --- Entries of a list ---


def _matched(
    before: Sequence[Entry], after: Sequence[Entry], patience: _Patience
) -> Iterator[tuple[str, Entry | None, Entry | None]]:
    """Pair the entries of two lists: by id, or else each with the one that says most the same."""
    if all("id" in each for each in (*before, *after)):
        old, new = ({each["id"]: each for each in values} for values in (before, after))
        for name in [*old, *(name for name in new if name not in old)]:
            yield name, old.get(name), new.get(name)
        return
    old_texts, new_texts = ([_dumped(each) for each in values] for values in (before, after))
    gone, came = _only(old_texts, new_texts), _only(new_texts, old_texts)
    names = Counter(_name(each) for each in after)
    partners = _pairs(
        [_sayings(old_texts[at]) for at in gone], [_sayings(new_texts[at]) for at in came], patience
    )
    for one, other in partners.items():
        at = came[other]
        yield _label(after, at, names), before[gone[one]], after[at]
    for one in range(len(gone)):
        if one not in partners:
            yield _label(before, gone[one], names), before[gone[one]], None
    for other in sorted(set(range(len(came))) - set(partners.values())):
        yield _label(after, came[other], names), None, after[came[other]]


def _only(values: Sequence[str], others: Sequence[str]) -> list[int]:
    """Where those values stand that the others have not."""
    there = set(others)
    return [at for at, each in enumerate(values) if each not in there]


def _dumped(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True)


def _label(entries: Sequence[Entry], at: int, names: Mapping[str, int]) -> str:
    """Call an entry by its name; by its number too where it has none, or not alone."""
    name = _name(entries[at])
    if name and names[name] <= 1:
        return name
    return f"{name} {at + 1}".strip()


def _sayings(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


def _pairs(
    before: Sequence[frozenset[str]], after: Sequence[frozenset[str]], patience: _Patience
) -> Mapping[int, int]:
    """Pair what is most alike, the most alike first."""
    if not patience.covers(before, after):
        return {}
    found = (
        (_likeness(before[one], after[other]), one, other)
        for one, other in product(range(len(before)), range(len(after)))
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    best = sorted((each for each in found if each[0] >= ALIKE), key=lambda each: -each[0])
    for _, one, other in best:
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return pairs


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of their parts that both have."""
    shared = len(one & other)
    return shared / ((len(one) + len(other) - shared) or 1)


def _of_phrases(
    before: Sequence[str], after: Sequence[str], where: Where, patience: _Patience
) -> Change:
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    gone = [each for each in old if each not in new]
    came = [each for each in new if each not in old]
    if not gone and not came:
        return Change(_said(where), "changed", note="The same entries in another order.")
    pairs = _pairs([_letters(each) for each in gone], [_letters(each) for each in came], patience)
    paired = set(pairs.values())
    passages = [Passage(_words(gone[one], came[other], patience)) for one, other in pairs.items()]
    passages += [_alone("gone", each) for at, each in enumerate(gone) if at not in pairs]
    passages += [_alone("new", each) for at, each in enumerate(came) if at not in paired]
    return Change(_said(where), _kind(before, after), tuple(passages))


def _letters(phrase: str) -> frozenset[str]:
    """All runs of three letters."""
    padded = f" {phrase} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _alone(kind: Kind, text: str) -> Passage:
    return Passage((Piece(kind, text),))


# --- Prose ---

_SENTENCE = re.compile(r"""\S.*?(?:[.!?]["')*_`\]]*(?=\s)|$)\s*""", re.MULTILINE)


def _of_texts(before: str, after: str, where: Where, patience: _Patience) -> Change:
    if not before or not after:
        alone = _alone("new", after) if after else _alone("gone", before)
        return Change(_said(where), _kind(before, after), (alone,))
    sentences = _SENTENCE.findall(before), _SENTENCE.findall(after)
    passages = tuple(_passages(*sentences, patience))
    only_blanks = all(passage.stays for passage in passages)
    note = "Only blanks and line breaks differ." if only_blanks else ""
    return Change(_said(where), "changed", passages, note)


def _passages(
    before: Sequence[str], after: Sequence[str], patience: _Patience
) -> Iterator[Passage]:
    if not patience.covers(before, after):
        pieces = _replaced(before, after)
        yield Passage(tuple(pieces), sentences=max(len(before), len(after)))
        return
    for tag, i1, i2, j1, j2 in _compared(before, after).get_opcodes():
        old, new = "".join(before[i1:i2]), "".join(after[j1:j2])
        if tag == "equal":
            yield Passage((Piece("same", new),), sentences=j2 - j1)
        else:
            yield Passage(_words(old, new, patience), sentences=max(i2 - i1, j2 - j1))


def _compared(before: Sequence[str], after: Sequence[str]) -> "difflib.SequenceMatcher[str]":
    return difflib.SequenceMatcher(
        None, [each.strip() for each in before], [each.strip() for each in after]
    )


def _words(old: str, new: str, patience: _Patience) -> tuple[Piece, ...]:
    """Mark the words that differ; texts that have little in common stand one after the other."""
    before, after = (re.findall(r"\S+\s*", text) for text in (old, new))
    matcher = _compared(before, after)
    if not patience.covers(before, after) or matcher.ratio() < ALIKE:
        return tuple(_replaced([old], [new]))
    pieces: list[Piece] = []
    gone: list[str] = []
    came: list[str] = []
    steps = matcher.get_opcodes()
    for step, (tag, i1, i2, j1, j2) in enumerate(steps):
        is_island = 0 < step < len(steps) - 1 and j2 - j1 == 1
        if tag != "equal" or is_island:
            gone += before[i1:i2]
            came += after[j1:j2]
            continue
        pieces += [*_replaced(gone, came), Piece("same", "".join(after[j1:j2]))]
        gone, came = [], []
    return (*pieces, *_replaced(gone, came))


def _replaced(gone: Sequence[str], came: Sequence[str]) -> Iterator[Piece]:
    if gone:
        yield Piece("gone", "".join(gone))
    if came:
        yield Piece("new", "".join(came))


# --- Words for what is there ---


def _kind(before: Sequence[str], after: Sequence[str]) -> str:
    return "added" if not before else "changed" if after else "removed"


def _said(where: Where) -> str:
    return " › ".join(where)


def _name(entry: Entry) -> str:
    return next((str(entry[key]) for key in ("id", "grade", "title") if entry.get(key)), "")


def _shown(value: Any) -> str:
    """A value in words: what came or went as a whole by its title or what it says."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        said = (value.get(key) for key in ("title", "fact", "ask"))
        return next((str(each) for each in said if each), "") or _name(value)
    return str(value)
