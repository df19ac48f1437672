"""What a question, a rubric, a concept and a framework are: frozen values, nothing else.

A document that does not fit raises ``pydantic.ValidationError``; ``loading`` turns that into
problems at file:line. What makes a *good* document is not decided here but in ``linting``.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError


class Competency(StrEnum):
    """The ten things an interviewer listens for; every criterion belongs to one."""

    REQUIREMENTS = "requirements"
    FRAMING = "framing"
    ARCHITECTURE = "architecture"
    DATA = "data"
    MODELING = "modeling"
    EVALUATION = "evaluation"
    SERVING = "serving"
    MONITORING = "monitoring"
    RESPONSIBILITY = "responsibility"
    COMMUNICATION = "communication"


class Target(StrEnum):
    """The level of seniority that a candidate prepares for."""

    MID = "mid"
    SENIOR = "senior"
    STAFF = "staff"


class Difficulty(StrEnum):
    """How hard a question is, before anybody has tried it."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Stance(StrEnum):
    """How a writer stands to something that they name."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    DEFERRED = "deferred"
    ASKED = "asked"


Level = Literal[1, 2, 3, 4]


def _number(key: object) -> object:
    """JSON has only text as keys; levels are numbers."""
    return int(key) if isinstance(key, str) and key.isdecimal() else key


LevelKey = Annotated[Level, BeforeValidator(_number)]
GateKey = Annotated[Literal[2, 3, 4], BeforeValidator(_number)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40_000)]


class Document(BaseModel):
    """Base of every value here: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy, without the hash: what is changed has another."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("hash", None)
        return copy

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of the canonical JSON: sorted keys, no blanks, defaults left out."""
        canonical = json.dumps(
            self.model_dump(mode="json", exclude_defaults=True),
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        return hashlib.sha256(canonical.encode()).hexdigest()


class Stage(Document):
    """One part of a framework: what it is called, its share of the time, how to fill it."""

    id: Slug
    title: Line
    share: int = Field(gt=0, le=600, description="minutes of the framework's default minutes")
    guide: Prose
    competencies: tuple[Competency, ...] = Field(
        default=(),
        description="what it is about: at its end the interviewer asks about these",
    )
    asks: tuple[Line, ...] = Field(min_length=1, description="questions that are worth asking")
    mistakes: tuple[Line, ...] = Field(min_length=1)


class Framework(Document):
    """An ordered set of stages that an answer follows."""

    id: Slug
    title: Line
    summary: Line
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=12)

    @property
    def minutes(self) -> int:
        """The default length of an interview, in minutes: the sum of the shares."""
        return sum(stage.share for stage in self.stages)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        _unique("stage", [stage.id for stage in self.stages])
        return self


# The fields of an indicator and of a concept that hold phrases.
PHRASES = ("wordings", "plain", "details", "reasons")


class Concept(Document):
    """A thing of the field that many questions use: how people call it, in jargon and plainly."""

    id: Slug
    title: Line
    wordings: tuple[Line, ...] = Field(min_length=1)
    plain: tuple[Line, ...] = ()
    details: tuple[Line, ...] = ()
    reasons: tuple[Line, ...] = ()
    card: Prose | None = None
    source: Line | None = None


class Drawn(Document):
    """What a drawing has to show: one component, a path along arrows, or a loop back to its start.

    Each entry is a phrase, as in wordings, that names a component; on a path other components may
    lie between.
    """

    component: Line | None = None
    path: tuple[Line, ...] = Field(default=(), max_length=8)
    loop: tuple[Line, ...] = Field(default=(), max_length=8)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum(map(bool, (self.component, self.path, self.loop))) != 1:
            raise ValueError("write exactly one of component, path and loop")
        if len(self.path) == 1:
            raise ValueError("path: name at least two components")
        return self


class Indicator(Document):
    """One observable thing in an answer.

    ``wordings`` and ``plain`` name it (jargon, and the same without jargon); ``patterns`` do too,
    as regular expressions over a lower-case sentence, for what words cannot say; ``drawn`` is what
    a drawing shows of it. ``details`` are the mechanisms, parameters and places that make a mention
    *specified*; ``reasons`` are the motives and trade-offs that make it *justified*.
    """

    id: Slug
    title: Line
    concepts: tuple[Slug, ...] = ()
    wordings: tuple[Line, ...] = ()
    plain: tuple[Line, ...] = ()
    patterns: tuple[Line, ...] = Field(default=(), max_length=12)
    drawn: tuple[Drawn, ...] = Field(default=(), max_length=6)
    details: tuple[Line, ...] = ()
    reasons: tuple[Line, ...] = ()
    quantity: bool = Field(
        default=False,
        description="it is about a figure: a sum far off, where it is met, caps its criterion",
    )
    accepts: tuple[Literal[Stance.ASKED, Stance.DEFERRED], ...] = ()
    points: float = Field(default=1.0, gt=0, le=5)

    @property
    def names(self) -> tuple[str, ...]:
        """The phrases that name it, in jargon and plainly."""
        return (*self.wordings, *self.plain)

    @property
    def phrases(self) -> tuple[str, ...]:
        """All its phrases, field after field of ``PHRASES``."""
        return tuple(phrase for field in PHRASES for phrase in getattr(self, field))


class RedFlag(Document):
    """Something that should not be said; it caps the level of its criterion."""

    id: Slug
    title: Line
    wordings: tuple[Line, ...] = Field(min_length=1)
    cap: Literal[1, 2, 3] = 2


class Gate(Document):
    """What a level asks for: points, how many indicators at what depth, and which ones."""

    points: float = Field(ge=0)
    specified: int = Field(default=0, ge=0)
    justified: int = Field(default=0, ge=0)
    must: tuple[Slug, ...] = ()


class Criterion(Document):
    """One line of a rubric: four anchored levels and the indicators that tell them apart."""

    id: Slug
    competency: Competency
    title: Line
    weight: float = Field(default=1.0, gt=0, le=10)
    levels: dict[LevelKey, Line]
    indicators: tuple[Indicator, ...] = Field(min_length=1, max_length=12)
    gates: dict[GateKey, Gate] = Field(default_factory=dict)
    red_flags: tuple[RedFlag, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if set(self.levels) != {1, 2, 3, 4}:
            raise ValueError("levels: write an anchor for each of 1, 2, 3 and 4")
        if self.gates and set(self.gates) != {2, 3, 4}:
            raise ValueError("gates: write all of 2, 3 and 4, or none")
        known = [indicator.id for indicator in self.indicators]
        _unique("indicator", known)
        _unique("red flag", [flag.id for flag in self.red_flags])
        for level, gate in self.gates.items():
            for at, name in enumerate(gate.must):
                if name not in known:
                    raise unknown("indicator", name, known, ("gates", str(level), "must", at))
        return self


class Rubric(Document):
    """The criteria of a question and what each target level expects per competency."""

    targets: dict[Target, dict[Competency, Annotated[float, Field(ge=1, le=4)]]] = Field(
        default_factory=dict
    )
    weights_reason: Line | None = None
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        _unique("criterion", [criterion.id for criterion in self.criteria])
        return self


class Fact(Document):
    """Something that the interviewer knows and tells when asked."""

    id: Slug
    fact: Line
    asks: tuple[Line, ...] = Field(min_length=1)


class Probe(Document):
    """A follow-up question, asked when the answer left these indicators open."""

    id: Slug
    ask: Line
    indicators: tuple[str, ...] = Field(min_length=1, description="criterion.indicator")


class Curveball(Document):
    """A requirement that changes late in the interview."""

    change: Prose
    indicators: tuple[str, ...] = Field(min_length=1, description="criterion.indicator")


class Staged(Document):
    """An answer written under one framework: stage id to Markdown."""

    framework: Slug
    stages: dict[Slug, Prose] = Field(min_length=1)


class Sample(Staged):
    """An answer with the levels that a fair rater would give: criterion id to level."""

    grade: Literal["weak", "mid", "strong"]
    levels: dict[Slug, Level] = Field(min_length=1)
    note: Line | None = None


class Reading(Document):
    """Something to read further."""

    title: Line
    authors: Line
    year: int | None = Field(default=None, ge=1900, le=2100)
    where: Line | None = None


class Question(Document):
    """A whole question. Only id, title, prompt and rubric are needed to score an answer."""

    id: Slug
    title: Line
    summary: Line | None = None
    topic: Slug | None = None
    difficulty: Difficulty | None = None
    targets: tuple[Target, ...] = ()
    companies: tuple[Line, ...] = ()
    minutes: int = Field(default=45, ge=5, le=240)
    standalone: bool = Field(
        default=False,
        description="exports only: its concepts' wordings are written in, none is added on reading",
    )
    prompt: Prose
    subject: tuple[Line, ...] = Field(
        default=(),
        description="phrases for what it is about: answers to it keep saying them, others do not",
    )
    facts: tuple[Fact, ...] = ()
    probes: tuple[Probe, ...] = ()
    curveball: Curveball | None = None
    rubric: Rubric
    model_answer: Staged | None = None
    samples: tuple[Sample, ...] = ()
    concepts: tuple[Slug, ...] = ()
    reading: tuple[Reading, ...] = ()

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> Self:
        _unique("fact", [fact.id for fact in self.facts])
        _unique("probe", [probe.id for probe in self.probes])
        known = {
            f"{criterion.id}.{indicator.id}"
            for criterion in self.rubric.criteria
            for indicator in criterion.indicators
        }
        bound: list[tuple[tuple[int | str, ...], tuple[str, ...]]] = [
            (("probes", at, "indicators"), probe.indicators) for at, probe in enumerate(self.probes)
        ]
        if self.curveball:
            bound.append((("curveball", "indicators"), self.curveball.indicators))
        for path, names in bound:
            for at, name in enumerate(names):
                if name not in known:
                    raise unknown("indicator", name, known, (*path, at))
        criteria = {criterion.id for criterion in self.rubric.criteria}
        for at, sample in enumerate(self.samples):
            for name in sorted(set(sample.levels) - criteria):
                raise unknown("criterion", name, criteria, ("samples", at, "levels", name))
        return self


def unknown(
    kind: str, name: str, known: Iterable[str], path: tuple[int | str, ...] = ()
) -> PydanticCustomError:
    """Say that a name stands for nothing, and which one it may have meant.

    ``path`` leads from the document that raises this to the name.
    """
    near = get_close_matches(name, list(known), 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    message = "no {kind} is called '{name}'{hint}"
    context = {"kind": kind, "name": name, "hint": hint, "path": path}
    return PydanticCustomError("unknown_name", message, context)


def _unique(kind: str, ids: list[str]) -> None:
    for name, count in Counter(ids).items():
        if count > 1:
            raise ValueError(f"two {kind}s are called {name!r}")
