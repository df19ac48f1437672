"""An interview as a judge reads it: what was volunteered, what came of a question, what of a hint.

What is written to a curveball is judged by a criterion of its own, beside the score: an interview
without an interviewer has none, and both are to be compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rubrics.judges import score
from rubrics.judges.rules import PROMPTED_CAP
from rubrics.reading.answer import Reading
from rubrics.schema import Criterion, Framework, Level, Question
from rubrics.scoring import Finding, Flag, Judge, Judgement, Scorecard, Verdict, level_of

CURVEBALL = "curveball"
_LEVELS: Mapping[Level, str] = {
    1: "Says nothing about what the change does to the design.",
    2: "Names what the change touches, without how.",
    3: "Says what changes, what stays, and why, for this problem.",
    4: "Says so with figures and reasons, and what the change costs.",
}
_MOST = 12  # indicators of a criterion
HINTED = "You asked for a hint here."


@dataclass(frozen=True, slots=True)
class Transcript:
    """All that a candidate said, in an interview with or without an interviewer.

    ``texts``: the id of a text → the text; ``prompted`` the ids of those that answer a question of
    the interviewer; ``asked`` the indicators (``criterion.indicator``) that were open when it asked
    about them, so wherever they are said they were not volunteered. ``hinted``: criteria (ids) for
    which a hint was given. ``changed``: the texts that were written after the curveball; empty when
    there was none.
    """

    texts: Mapping[str, str]
    prompted: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    hinted: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()


def judge_transcript(
    question: Question,
    framework: Framework | None,
    transcript: Transcript,
    *,
    judge: Judge,
    near_misses: bool = False,
) -> Scorecard:
    """Score an interview. Any text at all gives a scorecard."""
    card = score(
        question,
        framework,
        transcript.texts,
        judge=_Held(judge, transcript) if transcript.hinted or transcript.asked else judge,
        prompted=transcript.prompted,
        near_misses=near_misses,
    )
    adapting = adapting_to_change(question)
    if adapting is None or not transcript.changed:
        return card
    after = {name: text for name, text in transcript.texts.items() if name in transcript.changed}
    beside = score(adapting, framework, after, judge=judge, prompted=transcript.prompted)
    return card.model_copy(update={"curveball": beside.judgements[0]})


def adapting_to_change(question: Question) -> Question | None:
    """The question with one criterion: what its curveball asks for. None when it has no curveball.

    Its indicators are called ``criterion-indicator``, for two criteria may use the same name.
    """
    if question.curveball is None:
        return None
    of = {criterion.id: criterion for criterion in question.rubric.criteria}
    named = [name.split(".") for name in question.curveball.indicators[:_MOST]]
    indicators = tuple(
        indicator.model_copy(update={"id": f"{criterion}-{indicator.id}"})
        for criterion, name in named
        for indicator in of[criterion].indicators
        if indicator.id == name
    )
    criterion = Criterion(
        id=CURVEBALL,
        competency=of[named[0][0]].competency,
        title="Answering the change",
        levels=dict(_LEVELS),
        indicators=indicators,
    )
    rubric = question.rubric.model_copy(update={"criteria": (criterion,)})
    return question.model_copy(update={"rubric": rubric})


class _Held:
    """A judge whose levels are held down by hints, and by what was asked before it was said."""

    def __init__(self, judge: Judge, transcript: Transcript) -> None:
        self.name = judge.name
        self._judge, self._transcript = judge, transcript

    def judge(self, question: Question, reading: Reading) -> Verdict:
        verdict = self._judge.judge(question, reading)
        criteria = {criterion.id: criterion for criterion in question.rubric.criteria}
        held = tuple(self._held(criteria[each.criterion], each) for each in verdict.judgements)
        return verdict.model_copy(update={"judgements": held})

    def _held(self, criterion: Criterion, judgement: Judgement) -> Judgement:
        if judgement.level is None:
            return judgement
        level, flags = judgement.level, judgement.flags
        met = tuple(self._asked(criterion.id, each) for each in judgement.met)
        if met != judgement.met:
            unasked = [each for each in met if not each.prompted]
            volunteered = min(level, level_of(criterion, unasked))
            level = max(volunteered, min(level, PROMPTED_CAP))
        if criterion.id in self._transcript.hinted:
            level = min(level, PROMPTED_CAP)
            flags = (*flags, Flag(kind="hint", title=HINTED))
        return judgement.model_copy(update={"level": level, "met": met, "flags": flags})

    def _asked(self, criterion: str, finding: Finding) -> Finding:
        if f"{criterion}.{finding.indicator}" not in self._transcript.asked:
            return finding
        return finding.model_copy(update={"prompted": True})
