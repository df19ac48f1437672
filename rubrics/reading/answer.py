"""A whole answer made ready for judging: its units, and those that are set aside with why."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import dropwhile

from rubrics.reading.given import SHINGLE, Given, is_phrase
from rubrics.reading.grader import to_grader
from rubrics.reading.lexicon import Part, Words, words
from rubrics.reading.moulds import from_moulds
from rubrics.reading.stance import (
    Scope,
    announces_denial,
    may_hold,
    puts_off,
    scopes,
    speaks_back,
    whole,
)
from rubrics.reading.units import Kind, Unit, normalise, split
from rubrics.schema import Stance

# An answer that holds back (denies, puts off, asks) at least this share of its sentences says
# little, whatever the others name. Measured: people who design hold back 0-16 %, those who deny,
# ask or put off everything 54-100 %.
HELD_BACK = 0.35
LEAST_HELD = 4
# Who hands back more than this of the question and its rubric has written little of their own.
HANDED_BACK = 0.5
LEAST_COPIES = 12


class Why(StrEnum):
    """Why a unit is set aside: it stays visible and earns nothing."""

    COPIED = "repeats the question or its rubric"
    REPEATED = "was said before in the same words"
    GRADER = "speaks to the grader"
    STRUNG = "only strings terms together"


class Line:
    """A unit with its words.

    ``copied`` are the words (indices) in runs that were handed to the candidate; ``given`` is the
    stance that the unit's surroundings give to all of it.
    """

    __slots__ = ("_held", "_scopes", "copied", "given", "unit", "words")

    def __init__(self, unit: Unit, words: Words, copied: frozenset[int] = frozenset()) -> None:
        """Take a unit; its stance is found when first asked for."""
        self.unit, self.words, self.copied = unit, words, copied
        self.given: Stance | None = None
        self._held: Collection[int] | None = None
        self._scopes: tuple[Scope, ...] | None = None

    @property
    def held(self) -> Collection[int]:
        """The kinds of cues that it may have."""
        if self._held is None:
            self._held = may_hold(self.words)
        return self._held

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The spans of words that are not simply asserted."""
        if self._scopes is None:
            own = scopes(self.words, self.unit.heading, self.held)
            self._scopes = (whole(self.given, self.words), *own) if self.given else tuple(own)
        return self._scopes

    @property
    def is_held_back(self) -> bool:
        """Whether less than half of it is asserted."""
        if not self.scopes:
            return False
        count = len(self.words)
        back = {at for s in self.scopes for at in range(s.first, min(s.last, count - 1) + 1)}
        return len(back) > count / 2

    def takes(self, stance: Stance) -> None:
        """Take the stance that its surroundings give to it."""
        self.given, self._scopes = stance, None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A unit that earns nothing, and why."""

    unit: Unit
    why: Why


class Doubt(StrEnum):
    """Why a whole answer earns no more than mentions."""

    HELD_BACK = "Many of these sentences deny, put off, ask or speak of others; little is decided."
    COPIED = "Most of this repeats the question or its rubric."
    MOULDS = "Most of these sentences are filled into the same few moulds."


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as judges see it.

    ``stages`` are the texts as given; ``lines`` what counts, in order; ``hidden`` the spans
    (stage, start, end) that do not show on a page and were dropped; ``prompted`` the stages that
    were written only after the interviewer asked.
    """

    stages: Mapping[str, str]
    lines: tuple[Line, ...]
    set_aside: tuple[SetAside, ...]
    hidden: tuple[tuple[str, int, int], ...]
    doubts: tuple[Doubt, ...] = ()
    prompted: frozenset[str] = frozenset()


def read(
    stages: Mapping[str, str], given: Given, prompted: Collection[str] = frozenset()
) -> Reading:
    """Read an answer: stage id → Markdown as typed. Any text is readable; none raises."""
    lines: list[Line] = []
    aside: list[SetAside] = []
    hidden: list[tuple[str, int, int]] = []
    seen: set[Part] = set()
    for stage, text in stages.items():
        normal = normalise(text)
        hidden += [(stage, start, end) for start, end in normal.hidden]
        counted: list[Line] = []
        speaks_to_grader = to_grader(normal.text, given.verdicts)
        for unit in split(stage, normal):
            unit_words = words(unit.text)
            copied, is_copied = given.copied(unit_words.stems)
            why = _why_aside(unit, unit_words, speaks_to_grader(unit.text), is_copied, seen)
            if why:
                aside.append(SetAside(unit, why))
            else:
                counted.append(Line(unit, unit_words, copied))
        lines += _with_surroundings(counted)
    doubts = tuple(_doubts(lines, aside))
    return Reading(stages, tuple(lines), tuple(aside), tuple(hidden), doubts, frozenset(prompted))


def _doubts(lines: list[Line], aside: list[SetAside]) -> Iterator[Doubt]:
    copies = sum(each.why in (Why.COPIED, Why.GRADER) for each in aside)
    if copies >= LEAST_COPIES and copies >= HANDED_BACK * (len(lines) + len(aside)):
        yield Doubt.COPIED
    written = [line for line in lines if line.unit.kind is not Kind.HEADING]
    if from_moulds(line.words.stems for line in written):
        yield Doubt.MOULDS
    # Questions before the first statement are good manners and not a way of saying nothing.
    said = list(dropwhile(_is_asked, written))
    differ = {
        line.words.stems: line.is_held_back for line in said
    }  # what is said twice counts once
    held = sum(differ.values())
    if held >= LEAST_HELD and held >= HELD_BACK * len(differ):
        yield Doubt.HELD_BACK


def _is_asked(line: Line) -> bool:
    return line.unit.text.endswith("?")


def _with_surroundings(lines: list[Line]) -> list[Line]:
    """Hand on what a line says of others: ``Out of scope:`` before a list, ``We won't do that.``"""
    lead: Stance | None = None
    announced = -1
    for at, line in enumerate(lines):
        if line.unit.block == announced:
            line.takes(Stance.NEGATED)
        listed = line.unit.kind in (Kind.BULLET, Kind.ROW)
        if lead and line.unit.kind is not Kind.HEADING:
            line.takes(lead)
        if not listed:
            lead = _lead(line) if line.unit.text.endswith(":") else None
        if announces_denial(line.words):
            alone = at + 1 < len(lines) and (not at or lines[at - 1].unit.block != line.unit.block)
            announced = lines[at + 1].unit.block if alone else line.unit.block
        back = speaks_back(line.words) if at else None
        if back:
            lines[at - 1].takes(back)
    return lines


# A lead-in denies what follows only by a cue at its beginning: "We will not build the following:"
# does, "Metrics, instead of accuracy:" does not.
_LEAD_WORDS = 3
_BESIDE = frozenset({"instead", "rather", "as", "without", "w/o"})


def _lead(line: Line) -> Stance | None:
    if puts_off(line.unit.text.strip(" *_:")):
        return Stance.DEFERRED
    last = len(line.words) - 1
    for scope in line.scopes:
        opens = scope.cue_first < _LEAD_WORDS and line.words.forms[scope.cue_first] not in _BESIDE
        if scope.last >= last and (scope.cue_first < 0 or opens):
            # Below "Clarifying questions:" people write what they were told or assume as well.
            return None if scope.stance is Stance.ASKED else scope.stance
    return None


def _why_aside(
    unit: Unit, unit_words: Words, is_to_grader: bool, is_copied: bool, seen: set[Part]
) -> Why | None:
    if is_to_grader:
        return Why.GRADER
    # It speaks of what follows, however often it is said.
    if unit.text.endswith(":") or announces_denial(unit_words):
        return None
    if is_copied or is_phrase(unit.text):
        return Why.COPIED
    if len(unit_words) >= SHINGLE and unit.kind is not Kind.HEADING:
        if unit_words.stems in seen:
            return Why.REPEATED
        seen.add(unit_words.stems)
    return None
