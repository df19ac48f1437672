"""The marks in an answer: every quoted place exactly where it stands, also one inside another."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from django.utils.text import slugify

import rubrics


class Kind(StrEnum):
    """What a marked place is for the report."""

    EVIDENCE = "evidence"
    FLAG = "flag"
    NEAR = "near"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the answer's text. What is marked has kinds, and holds pieces of its own.

    ``anchor`` names the place for links; a place that another one cuts has it on its first part
    only. ``why`` is said behind text that was set aside, ``note`` is the id of that reason's place
    in the list below.
    """

    text: str
    anchor: str = ""
    kinds: tuple[Kind, ...] = ()
    why: str = ""
    note: str = ""
    inside: tuple["Piece", ...] = ()


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    anchor: str
    kinds: tuple[Kind, ...]
    why: str = ""
    note: str = ""


def anchor(evidence: rubrics.Evidence, texts: Mapping[str, str]) -> str:
    """Name the place of a quote in an answer (stage id → text); empty when it is not there."""
    text = texts.get(evidence.stage, "")
    within = 0 <= evidence.start < evidence.end <= len(text)
    if not within or text[evidence.start : evidence.end] != evidence.quote:
        return ""
    return f"quote-{evidence.stage}-{evidence.start}-{evidence.end}"


@dataclass(frozen=True, slots=True)
class Marks:
    """All that is marked in an answer: place → the kinds of it, and why it was set aside."""

    texts: Mapping[str, str]
    kinds: Mapping[rubrics.Evidence, tuple[Kind, ...]]
    why: Mapping[rubrics.Evidence, str]

    @classmethod
    def of(
        cls,
        card: rubrics.Scorecard,
        texts: Mapping[str, str],
        model: rubrics.Scorecard | None = None,
    ) -> "Marks":
        """Collect them from a scorecard; a quote that does not stand in the texts is left out.

        ``model`` is a second judge's scorecard: what it quotes for something is marked, too.
        """
        kinds: dict[rubrics.Evidence, set[Kind]] = {}
        quoted = [*_quoted(card), *((kind, e) for kind, e in _quoted(model) if kind in _SECOND)]
        for kind, evidence in quoted:
            if anchor(evidence, texts):
                kinds.setdefault(evidence, set()).add(kind)
        why = {e: reason(flag.title) for flag in asides(card) for e in flag.evidence}
        return cls(texts, {e: tuple(k for k in Kind if k in of) for e, of in kinds.items()}, why)

    @property
    def used(self) -> tuple[Kind, ...]:
        """The kinds that occur, for a legend."""
        every = {kind for kinds in self.kinds.values() for kind in kinds}
        return tuple(kind for kind in Kind if kind in every)

    def pieces(self, stage: str) -> tuple[Piece, ...]:
        """Cut the text of a stage at its marks. The texts of the pieces make up the whole again."""
        text = self.texts[stage]
        marks = [
            _Mark(e.start, e.end, anchor(e, self.texts), kinds, *self._why(e))
            for e, kinds in self.kinds.items()
            if e.stage == stage
        ]
        return tuple(_cut(text, 0, len(text), _said_once(text, sorted(marks, key=_outer_first))))

    def _why(self, evidence: rubrics.Evidence) -> tuple[str, str]:
        why = self.why.get(evidence, "")
        return why, note(evidence.stage, why) if why else ""


def asides(card: rubrics.Scorecard) -> Iterator[rubrics.Flag]:
    """Give the flags of what was set aside."""
    return (flag for flag in card.flags if flag.kind == "set-aside")


def reason(title: str) -> str:
    """Shorten the reason of a set-aside place to what fits behind it."""
    return title.removeprefix("This ").removesuffix(".")


def note(stage: str, why: str) -> str:
    """Name the place below a stage where a reason (short) is told."""
    return f"why-{stage}-{slugify(why)}"


# Of a second judge: the flags and what is set aside are the first one's.
_SECOND = (Kind.EVIDENCE,)


def _quoted(card: rubrics.Scorecard | None) -> Iterator[tuple[Kind, rubrics.Evidence]]:
    if card is None:
        return
    beside = (card.curveball,) if card.curveball else ()
    for judgement in (*card.judgements, *beside):
        yield from ((Kind.EVIDENCE, e) for finding in judgement.met for e in finding.evidence)
        yield from ((Kind.FLAG, e) for flag in judgement.flags for e in flag.evidence)
        yield from ((Kind.NEAR, near.evidence) for near in judgement.near)
        yield from ((Kind.NEAR, withheld.evidence) for withheld in judgement.withheld)
    yield from ((Kind.ASIDE, e) for flag in asides(card) for e in flag.evidence)


def _outer_first(mark: _Mark) -> tuple[int, int]:
    return mark.start, -mark.end


def _said_once(text: str, marks: list[_Mark]) -> list[_Mark]:
    """Say a reason behind the last of places that follow each other, not behind each of them."""
    for at, (mark, after) in enumerate(pairwise(marks)):
        between = text[mark.end : after.start]
        if mark.why == after.why and not any(map(str.isalnum, between)):
            marks[at] = replace(mark, why="")
    return marks


def _cut(text: str, start: int, end: int, marks: Iterable[_Mark]) -> Iterator[Piece]:
    waiting = list(marks)
    while waiting:
        mark, *others = waiting
        inside = [replace(m, end=min(m.end, mark.end)) for m in others if m.start < mark.end]
        beyond = [
            m if m.start >= mark.end else replace(m, start=mark.end, anchor="")
            for m in others
            if m.end > mark.end
        ]
        if mark.start > start:
            yield Piece(text[start : mark.start])
        held = tuple(_cut(text, mark.start, mark.end, inside))
        yield Piece(text[mark.start : mark.end], mark.anchor, mark.kinds, mark.why, mark.note, held)
        start = mark.end
        waiting = sorted(beyond, key=_outer_first)
    if start < end:
        yield Piece(text[start:end])
