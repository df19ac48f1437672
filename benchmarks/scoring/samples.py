"""The answers that people wrote for measuring: files with what they are, split at their stages.

``samples/tune/<question>/<name>.md`` may be looked at while the engine is mended;
``samples/report/...`` may not, and decides the bars.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.scoring.answers import Answer
from rubrics.loading import InvalidDocument, Library, parse
from rubrics.reading.sections import by_stage

SAMPLES = Path(__file__).parent / "samples"
Part = Literal["library", "tune", "report"]
PARTS: tuple[Part, ...] = ("tune", "report")


class BadSample(Exception):
    """A sample that cannot be used, with its file and why."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One written answer: what kind it is, for which question, and a fair rater's levels."""

    part: Part
    question: str
    name: str
    kind: str
    answer: Answer
    levels: Mapping[str, int]
    voice: str = ""


def of_library(library: Library) -> Iterator[Sample]:
    """The samples inside the questions; their grade is their kind."""
    for question in library.questions.values():
        for sample in question.samples:
            answer = Answer(sample.grade, sample.framework, sample.stages)
            yield Sample(
                "library", question.id, sample.grade, sample.grade, answer, dict(sample.levels)
            )


def of_files(library: Library, folder: Path = SAMPLES) -> tuple[list[Sample], list[BadSample]]:
    """Every sample file that can be used, and what is wrong with the others."""
    samples: list[Sample] = []
    bad: list[BadSample] = []
    for part in PARTS:
        for file in sorted((folder / part).glob("*/*.md")):
            try:
                samples.append(sample_of(file, part, library))
            except BadSample as problem:
                bad.append(problem)
    return samples, bad


_FRONT = re.compile(r"\A---\r?\n(?P<front>.*?)^---\r?\n(?P<body>.*)\Z", re.DOTALL | re.MULTILINE)


def sample_of(file: Path, part: Part, library: Library) -> Sample:
    """Read one file. Raises BadSample when it cannot be read or names what is not there."""
    question = library.questions.get(file.parent.name)
    if question is None:
        raise BadSample(f"{file}: no question is called {file.parent.name!r}")
    found = _FRONT.match(file.read_text(encoding="utf-8"))
    if found is None:
        raise BadSample(f"{file}: begin with front matter between two lines of ---")
    front = _front(found["front"], file)
    framework = str(front.get("framework", "four-stage"))
    if framework not in library.frameworks:
        raise BadSample(f"{file}: no framework is called {framework!r}")
    levels = front.get("levels") or {}
    criteria = {criterion.id for criterion in question.rubric.criteria}
    if not isinstance(levels, dict) or set(levels) - criteria:
        raise BadSample(f"{file}: levels name a criterion that the question does not have")
    stages = by_stage(found["body"], library.frameworks[framework])
    return Sample(
        part,
        question.id,
        file.stem,
        str(front.get("kind", file.stem)),
        Answer(f"{part}/{file.stem}", framework, stages),
        {str(name): _level(level, file) for name, level in levels.items()},
        str(front.get("voice") or ""),
    )


def _front(text: str, file: Path) -> dict[str | int, object]:
    try:
        data = parse(text, str(file)).data
    except InvalidDocument as error:
        raise BadSample(str(error)) from error
    if not isinstance(data, dict):
        raise BadSample(f"{file}: the front matter is not a mapping")
    return dict(data)


def _level(level: object, file: Path) -> int:
    if level not in (1, 2, 3, 4) or not isinstance(level, int):
        raise BadSample(f"{file}: a level is 1, 2, 3 or 4, not {level!r}")
    return level
