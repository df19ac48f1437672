"""Whether words say a text of the question's author, all of it, and nothing else.

Nobody is believed. The words are those of the text, each as often, clause by clause and in their
order, with words between that name nothing; the clauses may change places, and the end of a clause
may come first. What decides (figures, denials, limits) stands before what it stood before.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from rubrics.reading.lexicon import Words, words

# How much longer the new form of a text may be: characters, and words that name nothing.
LONGER = 60
MORE_GLUE = 6

# What may stand between the words of a text, wherever it likes: it names nothing and judges
# nothing. Everything else is of the text or is not said.
_GLUE = frozenset(
    words("""
    a an the and of to in on at as is are was were be been being am it its it's
    they them their they're there there's these those this that that's we us our we're you your
    he him his she her has have had having do does did doing which who whose what when where how
    here then so also per come comes coming came get gets getting got
    """).stems
)
# What decides: each of these stands before the same word as in the text, and none is left out.
_DECIDES = frozenset(
    words("""
    no not none never nobody nothing nowhere neither nor non without cannot hardly barely any
    all every each both either most more less least fewer few some several many much only just
    even except but unless until till before after within under over above below between beyond
    up down than about around roughly nearly almost approximately exactly precisely may might
    can could must should shall will would need always often sometimes rarely seldom usually
    mostly from by with for against once twice thrice or if because since during while half
    third quarter fifth sixth seventh eighth ninth tenth dozen hundred thousand million billion
    trillion one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty
    ninety hundreds thousands millions billions double triple single first last next too still
    already yet
    """).stems
)
# Small words that decide too, right before what does: "1 of 100", "rises to 30 %".
_BEFORE = frozenset({"of", "to", "in", "on", "at", "as"})
# A clause ends with these; a comma or a full stop inside a figure ends nothing.
_ENDS = re.compile(r"[;:!?()\[\]—–\n]|[,.](?!\d)|\s-\s")
# Links, and stops in a row; figures with the sign before or behind them: below, dollars, percent.
_LINK = re.compile(r"\b[\w-]+\.[a-z]{2,}\b|//|\bwww\b|\bhttp", re.IGNORECASE)
_MARKS = re.compile(rf"{_LINK.pattern}|[.,;:'–-](?:\s*[.,;:'–-])+", re.IGNORECASE)
_FIGURE = r"\d+(?:[.,]\d+)*"
_SIGNED = re.compile(rf"(?<!\w)[^\w\s,;:'’]\s?{_FIGURE}|{_FIGURE}\s?[^\w\s.,;:'’?!)\]\"”–-]")
_ALWAYS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:'’-–")
_IN_QUOTES = " .,;:'’-–%$€£/?!+="

Pair = tuple[str, str]


class _Clause(NamedTuple):
    """The words of a clause beside glue; ``is_tied``: two things decide in it."""

    words: tuple[str, ...]
    is_tied: bool

    def holds(self, words: tuple[str, ...]) -> bool:
        """Whether words stand in this clause one after the other; its end may come first."""
        own = self.words if self.is_tied else self.words * 2
        count = len(words)
        return count <= len(self.words) and any(
            own[at : at + count] == words for at in range(len(own) - count + 1)
        )


class _Told(NamedTuple):
    """What a text holds: its words by clause, and what decides in it with the word that follows."""

    clauses: tuple[_Clause, ...]
    deciding: Counter[Pair]
    counts: Mapping[str, int]
    glue: int


@lru_cache(512)
def _told(text: str) -> _Told:
    clauses = list[_Clause]()
    deciding, counts = Counter[Pair](), Counter[str]()
    for clause in _ENDS.split(text.replace("’", "'")):
        said = words(clause)
        counts.update(said.stems)
        held = list(_held(said))
        pairs = list(pairwise([*held, ("", False)]))
        deciding.update((stem, after) for (stem, decides), (after, _) in pairs if decides)
        runs = sum(decides and not more for (_, decides), (_, more) in pairs)
        clauses.append(_Clause(tuple(stem for stem, _ in held), is_tied=runs > 1))
    own = {stem: count for stem, count in counts.items() if stem not in _GLUE}
    return _Told(
        clauses=tuple(clauses),
        deciding=deciding,
        counts=own,
        glue=counts.total() - sum(own.values()),
    )


def _held(said: Words) -> Iterator[tuple[str, bool]]:
    """The words of a clause that are no glue there, and which of them decide."""
    all_ = [*zip(said.forms, said.stems, strict=True), ("", "")]
    for (form, stem), (next_form, next_stem) in pairwise(all_):
        if stem in _BEFORE and _decides(next_form, next_stem):
            yield stem, True
        elif stem not in _GLUE:
            yield stem, _decides(form, stem)


def _decides(form: str, stem: str) -> bool:
    is_denial = form.endswith("n't")
    return stem in _DECIDES or is_denial or any(sign.isdigit() for sign in form)


def fault(said: str, text: str) -> str:
    """What keeps words from saying a text, for whoever writes prompts; empty when nothing does."""
    of, new = _told(text), _told(said)
    return next(chain(_in_form(said, text), _in_words(new, of)), "")


def _in_form(said: str, text: str) -> Iterator[str]:
    if len(said) > 1.5 * len(text) + LONGER:
        yield "it is too long"
    if odd := frozenset(said) - _ALWAYS - frozenset(text):
        yield f"a sign that the text has not: {min(odd)!r}"
    if marks := _found(_MARKS, said) - _found(_MARKS, text):
        yield f"a link, or stops that are none of the text's: {min(marks)!r}"
    if signs := _found(_SIGNED, said) ^ _found(_SIGNED, text):
        yield f"a figure with another sign: {min(signs)!r}"
    if ("?" in said) != ("?" in text):
        yield "it asks where the text states, or states where it asks"


def _in_words(new: _Told, of: _Told) -> Iterator[str]:
    if differ := [
        stem for stem in {*new.counts, *of.counts} if new.counts.get(stem) != of.counts.get(stem)
    ]:
        yield f"a word that the text has not, or not as often: {min(differ)!r}"
    if new.deciding != of.deciding:
        word, after = min((new.deciding - of.deciding) or (of.deciding - new.deciding))
        yield f"a figure, limit or denial that differs: {word!r} before {after!r}"
    if new.glue > of.glue + MORE_GLUE:
        yield "too many words that say nothing"
    if not all(any(one.holds(clause.words) for one in of.clauses) for clause in new.clauses):
        yield "a clause that mixes two of the text, or turns one round"


def _found(marks: re.Pattern[str], text: str) -> frozenset[str]:
    return frozenset("".join(mark.group().lower().split()) for mark in marks.finditer(text))


def is_plain(text: str) -> bool:
    """Whether somebody's words hold no link, no markup and nothing that does not show."""
    is_shown = all(sign.isalnum() or sign in _IN_QUOTES for sign in text)
    return is_shown and not _LINK.search(text)
