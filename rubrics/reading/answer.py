"""A whole answer made ready for judging: its units, and those that are set aside with why."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import dropwhile

from rubrics.reading.lexicon import Lexicon, Part, Words, words
from rubrics.reading.stance import Scope, puts_off, scopes, speaks_back, whole
from rubrics.reading.units import Kind, Unit, normalise, split
from rubrics.schema import Framework, Indicator, Question, Stance

SHINGLE = 5
SHORTEST = 3
COPIED = 0.6
# An answer that holds back (denies, puts off, asks) at least this share of its sentences says
# little, whatever the others name. Measured: people who design hold back 0-16 %, those who deny,
# ask or put off everything 54-100 %.
HELD_BACK = 0.35
LEAST_HELD = 4
# Who hands back more than this of the question and its rubric has written little of their own.
HANDED_BACK = 0.5
LEAST_COPIES = 12
# An answer of some length that says the words for a question's subject less often than this (per
# word) answers another question. Measured on 90 answers: to this question 0.9-9 %, but for prose
# that decides nothing; to another at most 0.4 %, between neighbouring subjects to 1.0 %.
ON_SUBJECT = 0.008
LEAST_WORDS = 120


class Why(StrEnum):
    """Why a unit is set aside: it stays visible and earns nothing."""

    COPIED = "repeats the question or its rubric"
    REPEATED = "was said before in the same words"
    GRADER = "speaks to the grader"
    STRUNG = "only strings terms together"


@dataclass(frozen=True)
class Line:
    """A unit with its words.

    ``copied`` are the words (indices) in runs that were handed to the candidate; ``given`` is the
    stance that the unit's surroundings give to all of it.
    """

    unit: Unit
    words: Words
    copied: frozenset[int] = frozenset()
    given: Stance | None = None

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """The spans of words that are not simply asserted."""
        own = scopes(self.words, self.unit.heading)
        return (whole(self.given, self.words), *own) if self.given else tuple(own)

    @cached_property
    def is_held_back(self) -> bool:
        """Whether less than half of it is asserted."""
        if not self.scopes:
            return False
        count = len(self.words)
        back = {at for s in self.scopes for at in range(s.first, min(s.last, count - 1) + 1)}
        return len(back) > count / 2


@dataclass(frozen=True, slots=True)
class SetAside:
    """A unit that earns nothing, and why."""

    unit: Unit
    why: Why


class Doubt(StrEnum):
    """Why a whole answer earns no more than mentions."""

    HELD_BACK = "Most of these sentences deny, put off or only ask; little is decided."
    COPIED = "Most of this repeats the question or its rubric."
    OFF_SUBJECT = "This hardly speaks of what the question is about."


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


@dataclass(frozen=True, slots=True)
class Given:
    """The words that were handed to the candidate, as shingles: saying them again earns nothing.

    ``subject`` finds the words for what the question is about.
    """

    runs: frozenset[Part]
    short: frozenset[Part]
    subject: Lexicon[int] | None = None
    verdicts: re.Pattern[str] | None = None

    @classmethod
    def of(
        cls,
        texts: Iterable[str],
        subject: Sequence[str] = (),
        verdicts: re.Pattern[str] | None = None,
    ) -> "Given":
        """Collect the runs of five stems in texts, and short sentences whole."""
        runs: set[Part] = set()
        short: set[Part] = set()
        for text in texts:
            for unit in split("", normalise(text)):
                stems = words(unit.text).stems
                runs.update(_runs(stems, SHINGLE))
                if SHORTEST <= len(stems) <= 2 * SHINGLE:
                    short.add(stems)
        finder = Lexicon({0: subject}) if subject else None
        return cls(frozenset(runs), frozenset(short), finder, verdicts)

    def copied(self, stems: Part) -> tuple[frozenset[int], bool]:
        """The words (indices) that stand in runs which were given, and whether all of it was.

        All was given when ``COPIED`` of its shingles were. A short unit was when it is a sentence
        of what was given, or one behind a few words (``I will do this: ...``); one or two words
        are nobody's property.
        """
        every = frozenset(range(len(stems)))
        if len(stems) < SHINGLE:
            return (every, True) if stems in self.short else (frozenset(), False)
        if len(stems) < 3 * SHINGLE and any(stems[at:] in self.short for at in range(2, SHINGLE)):
            return every, True
        given = [at for at, run in enumerate(_runs(stems, SHINGLE)) if run in self.runs]
        if not given:
            return frozenset(), False
        copied = frozenset(at + n for at in given for n in range(SHINGLE))
        return copied, len(given) >= COPIED * (len(stems) - SHINGLE + 1)


def given_by(question: Question, framework: Framework | None) -> Given:
    """Everything of a question and its framework that a candidate may paste back."""
    return Given.of(_handed_out(question, framework), question.subject, _verdicts(question))


def _handed_out(question: Question, framework: Framework | None) -> Iterator[str]:
    yield from (question.title, question.prompt)
    yield from (fact.fact for fact in question.facts)
    yield from (probe.ask for probe in question.probes)
    if question.curveball:
        yield question.curveball.change
    for criterion in question.rubric.criteria:
        yield criterion.title
        yield from criterion.levels.values()
        yield from (indicator.title for indicator in criterion.indicators)
        yield from (flag.title for flag in criterion.red_flags)
        for indicator in criterion.indicators:
            # Only what is plainly a list of alternatives; people do say the other phrases.
            yield from (phrase for phrase in _phrases(indicator) if phrase.count("|") > 1)
    for stage in framework.stages if framework else ():
        yield from (stage.title, stage.guide, *stage.asks, *stage.mistakes)


def _phrases(indicator: Indicator) -> tuple[str, ...]:
    return (*indicator.wordings, *indicator.plain, *indicator.details, *indicator.reasons)


def _verdicts(question: Question) -> re.Pattern[str]:
    """What gives a criterion or a competency its level: ``data: 4``, ``data is at level 3``."""
    criteria = question.rubric.criteria
    names = (
        {c.id for c in criteria} | {c.title for c in criteria} | {c.competency for c in criteria}
    )
    either = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(
        rf"\b(?:{either})\W{{1,4}}(?:(?:is|at|score|level)\W+){{0,3}}[1-4]\b(?:\s*/\s*4)?(?![.,]?\d)",
        re.IGNORECASE,
    )


# People who interview do not award their own marks; whoever writes this writes to the grader.
_TO_GRADER = re.compile(
    r"""\b(?:ignore|disregard|forget|override)\s(?:all\s|any\s|the\s|of\s|your\s){0,3}
        (?:previous|prior|above|earlier|these|your|those|grading|scoring)\s
        (?:\w+\s){0,2}(?:instructions?|rubrics?|rules|prompts?)\b
    |\b(?:award|give|assign|grant)\s(?:\w+\s){0,5}(?:marks|full\s(?:score|points)|level\s[34])\b
    |\bfull\scredit\s(?:for|to)\s(?:this|my|me|the\s(?:answer|candidate|submission|response))\b
    |\b(?:give|award|grant|assign)\s(?:me|this|it|my\s\w+|the\s(?:answer|candidate|submission))
        \s(?:\w+\s){0,2}credit\b
    |\b(?:score|rate|grade|mark|give)\s(?:this|my)\s(?:answer|submission|response|essay)\b
    |^\W*(?:system|developer|grader|examiner|evaluator)\s(?:message|note|prompt|override)\b
    |^\W{0,9}[\[<(]\W{0,9}(?:system|assistant|grader|inst|instructions?)\b
    |<\|\w+\|>
    |"(?:levels?|met|verdict|points|grade|not_judged)"\s?:|"score"\s?:\s?\d{1,3}(?![\d.])
    |\byou\sare\s(?:now\s)?(?:a|an|the)\s(?:\w+\s)?(?:grader|judge|examiner|evaluator)\b
    |\b(?:dear|note\sto(?:\sthe)?|attention)\s(?:grader|judge|examiner|evaluator|reviewer)\b
    |^\W*(?:final\s|overall\s)?(?:score|grade|verdict)\s?[:=]\s?
        (?:\d+(?:\s?(?:/|of|out\sof)\s?\d+)?\W*$|full\b|perfect\b|strong\b|level\s\d)
    |^\W*[\w .-]{2,80}[:=|]\s*(?:is\s)?(?:fully\s)?(?:met|satisfied|fulfilled|justified|specified
        |level\s?[1-4]|[1-4]\s?(?:/|of|out\sof)\s?4|full\s(?:marks|points))\b
    |\bfull\s(?:marks|points)\b|\bfully\s(?:justified|specified|met)\b
    |\{%|\b(?:score\s?[:=]{1,2}\s?100|level\s?[:=]{1,2}\s?[1-4])\b(?!\.\d)
    |\b(?:met|satisfied),?\s(?:and\s)?(?:justified|specified)\b
    |\bthis\s(?:answer|response|submission)\s(?:deserves|earns|merits|meets\sall|satisfies\s(?:all|every))\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


# A phrase as rubrics write them: "(daily|monthly|weekly) users", "split .. by time".
_PHRASE = re.compile(
    r"(?<!\w)\((?:[\w @%/'-]*\|){2,}[\w @%/'-]*\)|\w\)? \.\. \(?\w|^\([^()|]+\|[^()|]+\)"
)
# Without one of these words a unit does not speak to the grader.
_GRADING_WORDS = """
    ignore disregard forget override award give assign grant score scores rate grade mark marks
    credit points level levels system developer grader examiner evaluator assistant inst
    instruction instructions judge reviewer verdict met satisfied fulfilled justified specified
    of full answer submission response rubric rubrics fully set
"""
_GRADING = frozenset(_GRADING_WORDS.split())
_LEVELS = frozenset("1234")
LEAST_VERDICTS = 3


def _fills_in_levels(text: str, verdicts: re.Pattern[str] | None) -> bool:
    """Whether a text gives levels to several criteria, or says of one that it is a level."""
    if verdicts is None:
        return False
    found = [match for line in text.split("\n") for match in verdicts.finditer(line[:1_000])]
    return len(found) >= LEAST_VERDICTS or any(
        "level" in match.group().lower() or "/" in match.group() for match in found
    )


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
        # One such line may be a design's figure ("serving: 3"); several are a scorecard.
        verdicts = given.verdicts if _fills_in_levels(normal.text, given.verdicts) else None
        for unit in split(stage, normal):
            unit_words = words(unit.text)
            copied, is_copied = given.copied(unit_words.stems)
            why = _why_aside(unit, unit_words, verdicts, is_copied, seen)
            if why:
                aside.append(SetAside(unit, why))
            else:
                counted.append(Line(unit, unit_words, copied))
        lines += _with_surroundings(counted)
    doubts = tuple(_doubts(lines, aside, given))
    return Reading(stages, tuple(lines), tuple(aside), tuple(hidden), doubts, frozenset(prompted))


def _doubts(lines: list[Line], aside: list[SetAside], given: Given) -> Iterator[Doubt]:
    copies = sum(each.why in (Why.COPIED, Why.GRADER) for each in aside)
    if copies >= LEAST_COPIES and copies >= HANDED_BACK * (len(lines) + len(aside)):
        yield Doubt.COPIED
    written = [line for line in lines if line.unit.kind is not Kind.HEADING]
    # Questions before the first statement are good manners and not a way of saying nothing.
    said = list(dropwhile(_is_asked, written))
    differ = {
        line.words.stems: line.is_held_back for line in said
    }  # what is said twice counts once
    held = sum(differ.values())
    if held >= LEAST_HELD and held >= HELD_BACK * len(differ):
        yield Doubt.HELD_BACK
    count = sum(len(line.words) for line in written)
    if given.subject and count >= LEAST_WORDS:
        used = sum(len(given.subject.hits(line.words.stems)) for line in written)
        if used < ON_SUBJECT * count:
            yield Doubt.OFF_SUBJECT


def _is_asked(line: Line) -> bool:
    return line.unit.text.endswith("?")


def _with_surroundings(lines: list[Line]) -> list[Line]:
    """Hand on what a line says of others: ``Out of scope:`` before a list, ``We won't do that.``"""
    lead: Stance | None = None
    for at, line in enumerate(lines):
        listed = line.unit.kind in (Kind.BULLET, Kind.ROW)
        if lead and line.unit.kind is not Kind.HEADING:
            lines[at] = replace(line, given=lead)
        if not listed:
            lead = _lead(line) if line.unit.text.endswith(":") else None
        back = speaks_back(line.words) if at else None
        if back:
            lines[at - 1] = replace(lines[at - 1], given=back)
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
            return scope.stance
    return None


def _why_aside(
    unit: Unit,
    unit_words: Words,
    verdicts: re.Pattern[str] | None,
    is_copied: bool,
    seen: set[Part],
) -> Why | None:
    suspect = not _GRADING.isdisjoint(unit_words.forms) or "<|" in unit.text or "{" in unit.text
    if suspect and _TO_GRADER.search(unit.text):
        return Why.GRADER
    if verdicts and not _LEVELS.isdisjoint(unit_words.forms) and verdicts.search(unit.text):
        return Why.GRADER
    if unit.text.endswith(":"):  # it speaks of what follows, however often it is said
        return None
    is_phrase = ("|" in unit.text or ".." in unit.text) and _PHRASE.search(unit.text)
    if is_copied or is_phrase:
        return Why.COPIED
    if len(unit_words) >= SHINGLE and unit.kind is not Kind.HEADING:
        if unit_words.stems in seen:
            return Why.REPEATED
        seen.add(unit_words.stems)
    return None


def _runs(stems: Part, size: int) -> Iterator[Part]:
    return zip(*(stems[at:] for at in range(size)), strict=False)
