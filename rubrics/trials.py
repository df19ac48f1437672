"""The test bench: an answer scored by two versions of a question, side by side. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rubrics.judges import score
from rubrics.judges.rules import RulesJudge
from rubrics.reading.sections import by_stage
from rubrics.schema import Criterion, Framework, Question
from rubrics.scoring import Judgement, Scorecard


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion: the level that a fair rater gives, and each version's judgement."""

    title: str
    expected: int | None
    old: Judgement | None
    new: Judgement | None

    @property
    def last(self) -> Judgement | None:
        """The newer version's judgement, if it has one."""
        return self.new or self.old

    @property
    def differs(self) -> bool:
        """Whether the two versions give different levels."""
        return bool(self.old and self.new and self.old.level != self.new.level)

    @property
    def is_far(self) -> bool:
        """Whether the newer version is more than a level from the fair rater."""
        if self.expected is None or self.last is None or self.last.level is None:
            return False
        return abs(self.last.level - self.expected) > 1


@dataclass(frozen=True, slots=True)
class Trial:
    """An answer with its two scorecards, ``old`` by what is published, ``new`` by the draft."""

    name: str
    old: Scorecard | None
    new: Scorecard | None
    rows: tuple[Row, ...]


def of_samples(
    old: Question | None, new: Question | None, frameworks: Mapping[str, Framework]
) -> list[Trial]:
    """Try a question's own samples and its model answer, those of the newer version first."""
    source = new or old
    if source is None:
        return []
    trials = [
        _tried(sample.grade, sample.framework, sample.stages, sample.levels, old, new, frameworks)
        for sample in source.samples
    ]
    model = source.model_answer
    if model:
        trials.append(
            _tried("model answer", model.framework, model.stages, {}, old, new, frameworks)
        )
    return trials


def of_text(
    text: str, framework: str, old: Question | None, new: Question | None,
    frameworks: Mapping[str, Framework],
) -> Trial:  # fmt: skip
    """Try a pasted answer, split at its headings as the command line does."""
    stages = by_stage(text, frameworks[framework])
    return _tried("pasted answer", framework, stages, {}, old, new, frameworks)


def _tried(
    name: str, framework: str, stages: Mapping[str, str], expected: Mapping[str, int],
    old: Question | None, new: Question | None, frameworks: Mapping[str, Framework],
) -> Trial:  # fmt: skip
    cards = [
        score(each, frameworks.get(framework), stages, judge=RulesJudge()) if each else None
        for each in (old, new)
    ]
    return Trial(name, cards[0], cards[1], tuple(_rows(old, new, cards[0], cards[1], expected)))


def _rows(
    old: Question | None, new: Question | None, by_old: Scorecard | None, by_new: Scorecard | None,
    expected: Mapping[str, int],
) -> Iterator[Row]:  # fmt: skip
    criteria: dict[str, Criterion] = {}
    for question in (new, old):
        for criterion in question.rubric.criteria if question else ():
            criteria.setdefault(criterion.id, criterion)
    old_ones, new_ones = _by_criterion(by_old), _by_criterion(by_new)
    for name, criterion in criteria.items():
        yield Row(criterion.title, expected.get(name), old_ones.get(name), new_ones.get(name))


def _by_criterion(card: Scorecard | None) -> Mapping[str, Judgement]:
    return {judgement.criterion: judgement for judgement in card.judgements} if card else {}
