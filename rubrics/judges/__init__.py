"""Those who read an answer and say levels, and the one way from an answer to a scorecard."""

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from types import MappingProxyType
from typing import Literal

from rubrics.calibration import Calibration, apply
from rubrics.judges.near import with_near_misses
from rubrics.reading.answer import Doubt, Reading, Why, read
from rubrics.reading.given import Given, given_by
from rubrics.reading.whiteboard import outline
from rubrics.schema import Framework, Question
from rubrics.scoring import Evidence, Flag, Judge, Scorecard, add_up


def score(
    question: Question,
    framework: Framework | None,
    stages: Mapping[str, str],
    *,
    judge: Judge,
    drawings: Mapping[str, object] = MappingProxyType({}),
    prompted: Collection[str] = frozenset(),
    calibration: Calibration | None = None,
    near_misses: bool = False,
) -> Scorecard:
    """Score an answer: stage id → Markdown as typed. Any text at all gives a scorecard.

    ``drawings``: stage id → parsed Excalidraw JSON; its outline is judged, and quoted, as a text
    of its own (``with_outlines``). ``prompted``: the ids of texts that answer the interviewer.
    Raises ValueError when the calibration is of another rubric.
    """
    texts = with_outlines(stages, drawings)
    reading = read(texts, _given(_Pair(question, framework)), prompted)
    judged = question
    if calibration:
        judged = question.model_copy(update={"rubric": apply(calibration, question.rubric)})
    verdict = judge.judge(judged, reading)
    judgements = verdict.judgements
    if near_misses and not any(flag.kind in _STRANGE for flag in verdict.flags):
        aside = [quote for flag in verdict.flags for quote in flag.evidence]
        judgements = with_near_misses(question, reading, judgements, aside)
    flags = (*_shown(reading, verdict.flags), *_notes(reading))
    used = calibration.hash if calibration else None
    return add_up(question.rubric, judgements, judge.name, flags, used)


# Objects made between two looks of the garbage collector: a scorecard takes tens of thousands, and
# has no cycles. Measured: 6 % of the time of a score with Python's 700.
COLLECT_AFTER = 50_000


def settle() -> None:
    """Make a process that scores many answers ready: for its life, or until ``gc.unfreeze``.

    What is loaded now stays to the end, and the collector would walk all of it, every time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


# Where an answer speaks of something else, nothing in it is nearly what is wanted.
_STRANGE = frozenset({"off-subject", "filled"})


def with_outlines(stages: Mapping[str, str], drawings: Mapping[str, object]) -> dict[str, str]:
    """Add to the stages' texts the outline of each drawing, under ``outline_stage``."""
    outlines = {outline_stage(stage): outline(drawing) for stage, drawing in drawings.items()}
    return {**stages, **{stage: text for stage, text in outlines.items() if text}}


def outline_stage(stage: str) -> str:
    """Name the stage under which the outline of a stage's drawing is judged and quoted."""
    return f"{stage}{_DRAWN}"


_DRAWN = "-drawing"


class _Pair:
    """A question and a framework as a cache key: the same content is the same key."""

    def __init__(self, question: Question, framework: Framework | None) -> None:
        self.question, self.framework = question, framework
        self.key = (question.hash, framework.hash if framework else "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pair) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=256)
def _given(pair: _Pair) -> Given:
    return given_by(pair.question, pair.framework)


_KINDS: Mapping[Doubt, Literal["denied", "copied", "filled"]] = {
    Doubt.HELD_BACK: "denied",
    Doubt.COPIED: "copied",
    Doubt.MOULDS: "filled",
}
# A page of the same line a thousand times needs no thousand flags.
_SHOWN = 40


def _asides(reading: Reading) -> Iterator[Flag]:
    for aside in reading.set_aside:
        unit = aside.unit
        if aside.why is Why.REPEATED and unit.stage.endswith(_DRAWN):
            continue  # who goes on with a drawing repeats it; that is no fault to be told of
        text = reading.stages[unit.stage][unit.start : unit.end]
        quote = Evidence(stage=unit.stage, start=unit.start, end=unit.end, quote=text)
        yield Flag.aside(aside.why, quote)


def _shown(reading: Reading, flags: Sequence[Flag]) -> Iterator[Flag]:
    """What was set aside, the first of it, and then all else that was flagged."""
    strung = [flag for flag in flags if flag.kind == "set-aside"]
    yield from islice(chain(_asides(reading), strung), _SHOWN)
    more = len(reading.set_aside) + len(strung) - _SHOWN
    if more > 0:
        yield Flag(kind="set-aside", title=f"{more} more sentences were set aside.")
    yield from (flag for flag in flags if flag.kind != "set-aside")


def _notes(reading: Reading) -> Iterator[Flag]:
    for doubt in reading.doubts:
        yield Flag(kind=_KINDS[doubt], title=str(doubt))
    if reading.hidden:
        yield Flag(
            kind="hidden", title="Text that is hidden on a page, or struck out, was left out."
        )
