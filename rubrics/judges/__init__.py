"""Those who read an answer and say levels, and the one way from an answer to a scorecard."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from rubrics.reading.answer import Given, Reading, given_by, read
from rubrics.schema import Framework, Question
from rubrics.scoring import Evidence, Flag, Judge, Scorecard, add_up


def score(
    question: Question, framework: Framework | None, stages: Mapping[str, str], *, judge: Judge
) -> Scorecard:
    """Score an answer: stage id → Markdown as typed. Any text at all gives a scorecard."""
    reading = read(stages, _given(_Pair(question, framework)))
    judgements = judge.judge(question, reading)
    return add_up(question.rubric, judgements, judge.name, _flags(reading))


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


# A page of the same line a thousand times needs no thousand flags.
_SHOWN = 40


def _flags(reading: Reading) -> Iterator[Flag]:
    for aside in reading.set_aside[:_SHOWN]:
        unit = aside.unit
        quoted = Evidence(
            stage=unit.stage,
            start=unit.start,
            end=unit.end,
            quote=reading.stages[unit.stage][unit.start : unit.end],
        )
        yield Flag(kind="set-aside", title=f"This {aside.why}.", evidence=(quoted,))
    more = len(reading.set_aside) - _SHOWN
    if more > 0:
        yield Flag(kind="set-aside", title=f"{more} more sentences were set aside.")
    if reading.hidden:
        yield Flag(kind="hidden", title="Text that does not show on the page was left out.")
