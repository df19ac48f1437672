"""A whole answer made ready for judging: its units, and those that are set aside with why."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rubrics.reading.lexicon import Words, words
from rubrics.reading.stance import Scope, scopes
from rubrics.reading.units import Kind, Unit, normalise, split
from rubrics.schema import Framework, Question

SHINGLE = 5
COPIED = 0.6


class Why(StrEnum):
    """Why a unit is set aside: it stays visible and earns nothing."""

    COPIED = "repeats the question or its rubric"
    REPEATED = "was said before in the same words"
    GRADER = "speaks to the grader"


@dataclass(frozen=True, slots=True)
class Line:
    """A unit with its words and the scopes of stance in it."""

    unit: Unit
    words: Words
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A unit that earns nothing, and why."""

    unit: Unit
    why: Why


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as judges see it.

    ``stages`` are the texts as given; ``lines`` what counts, in order; ``hidden`` the spans
    (stage, start, end) that do not show on a page and were dropped.
    """

    stages: Mapping[str, str]
    lines: tuple[Line, ...]
    set_aside: tuple[SetAside, ...]
    hidden: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Given:
    """The words that were handed to the candidate, as shingles: saying them again earns nothing."""

    shingles: frozenset[tuple[str, ...]]
    short: str

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Given":
        """Collect the shingles of texts (runs of five stems, sentence by sentence)."""
        shingles: set[tuple[str, ...]] = set()
        sentences = []
        for text in texts:
            for unit in split("", normalise(text)):
                stems = words(unit.text).stems
                shingles |= set(_shingles(stems))
                sentences.append(f" {' '.join(stems)} ")
        return cls(frozenset(shingles), "\n".join(sentences))

    def holds(self, stems: tuple[str, ...]) -> bool:
        """Whether at least ``COPIED`` of a unit's shingles were given.

        A unit shorter than a shingle was given when it stands there word for word; one or two
        words are nobody's property.
        """
        if len(stems) < 3:
            return False
        if len(stems) < SHINGLE:
            return f" {' '.join(stems)} " in self.short
        own = list(_shingles(stems))
        return sum(shingle in self.shingles for shingle in own) >= COPIED * len(own)


def given_by(question: Question, framework: Framework | None) -> Given:
    """Everything of a question and its framework that a candidate may paste back."""
    return Given.of(_handed_out(question, framework))


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
    for stage in framework.stages if framework else ():
        yield from (stage.title, stage.guide, *stage.asks, *stage.mistakes)


# People who interview do not award their own marks; whoever writes this writes to the grader.
_TO_GRADER = re.compile(
    r"""\b(?:ignore|disregard|forget|override)\s(?:all\s|any\s|the\s|of\s|your\s){0,3}
        (?:previous|prior|above|earlier|these|your|those|grading|scoring)\s
        (?:\w+\s){0,2}(?:instructions?|rubrics?|rules|prompts?)\b
    |\b(?:award|give|assign|grant)\s(?:\w+\s){0,5}(?:marks|credit|full\s(?:score|points)|level\s[34])\b
    |\b(?:score|rate|grade|mark|give)\s(?:this|my)\s(?:answer|submission|response|essay)\b
    |^\W*(?:system|developer|grader|examiner|evaluator)\s(?:message|note|prompt|override)\b
    |^\W{0,9}[\[<(]\W{0,9}(?:system|assistant|grader|inst|instructions?)\b
    |<\|\w+\|>
    |"(?:score|levels?|met|verdict|points|grade|not_judged)"\s?:
    |\byou\sare\s(?:now\s)?(?:a|an|the)\s(?:\w+\s)?(?:grader|judge|examiner|evaluator)\b
    |\b(?:dear|note\sto(?:\sthe)?|attention)\s(?:grader|judge|examiner|evaluator|reviewer)\b
    |^\W*(?:final\s|overall\s)?(?:score|grade|verdict)\s?[:=]\s?
        (?:\d+(?:\s?(?:/|of|out\sof)\s?\d+)?\W*$|full\b|perfect\b|strong\b|level\s\d)
    |\bthis\s(?:answer|response|submission)\s(?:deserves|earns|merits|meets\sall|satisfies\s(?:all|every))\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def read(stages: Mapping[str, str], given: Given) -> Reading:
    """Read an answer: stage id → Markdown as typed. Any text is readable; none raises."""
    lines: list[Line] = []
    aside: list[SetAside] = []
    hidden: list[tuple[str, int, int]] = []
    seen: set[tuple[str, ...]] = set()
    for stage, text in stages.items():
        normal = normalise(text)
        hidden += [(stage, start, end) for start, end in normal.hidden]
        for unit in split(stage, normal):
            unit_words = words(unit.text)
            why = _why_aside(unit, unit_words, given, seen)
            if why:
                aside.append(SetAside(unit, why))
            else:
                lines.append(Line(unit, unit_words, tuple(scopes(unit_words, unit.heading))))
    return Reading(stages, tuple(lines), tuple(aside), tuple(hidden))


def _why_aside(
    unit: Unit, unit_words: Words, given: Given, seen: set[tuple[str, ...]]
) -> Why | None:
    if _TO_GRADER.search(unit.text):
        return Why.GRADER
    if given.holds(unit_words.stems):
        return Why.COPIED
    if len(unit_words) >= SHINGLE and unit.kind is not Kind.HEADING:
        if unit_words.stems in seen:
            return Why.REPEATED
        seen.add(unit_words.stems)
    return None


def _shingles(stems: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (stems[i : i + SHINGLE] for i in range(len(stems) - SHINGLE + 1))
