"""The test bench: an answer scored by two versions of a question, side by side. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rubrics.judges import score
from rubrics.judges.rules import RulesJudge
from rubrics.reading.sections import by_stage
from rubrics.schema import Criterion, Framework, Question
from rubrics.scoring import Judgement, Scorecard


@dataclass(frozen=True, slots=True)
class Found:
    """An indicator that was met: its title, how deeply, and the words that this rests on."""

    title: str
    depth: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion: the level that a fair rater gives, and each version's judgement.

    ``met``, ``missing`` and ``flags`` (titles) are of the newer version that has it; ``withheld``
    says which words name something that is missing, and how they are read.
    ``is_beside``: both versions judged the answer.
    """

    title: str
    expected: int | None
    old: Judgement | None
    new: Judgement | None
    met: tuple[Found, ...] = ()
    missing: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    is_beside: bool = False

    @property
    def last(self) -> Judgement | None:
        """The newer version's judgement, if it has one."""
        return self.new or self.old

    @property
    def levels(self) -> tuple[int | None, int | None]:
        """The level by what is published, and by the draft; None where it was not judged."""
        return self.old.level if self.old else None, self.new.level if self.new else None

    @property
    def differs(self) -> bool:
        """Whether the two versions give different levels, or only one has this criterion."""
        if self.old and self.new:
            return self.old.level != self.new.level
        return self.is_beside

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
    is_pasted: bool = False

    @property
    def is_rated(self) -> bool:
        """Whether it says what a fair rater gives."""
        return any(row.expected is not None for row in self.rows)

    @property
    def open_rows(self) -> tuple[Row, ...]:
        """What needs to be looked at; of an answer that one version judged, all of it."""
        if self.is_pasted and not (self.old and self.new):
            return self.rows
        return tuple(row for row in self.rows if row.differs or row.is_far)

    @property
    def folded_rows(self) -> tuple[Row, ...]:
        """The other ones."""
        shown = self.open_rows
        return tuple(row for row in self.rows if row not in shown)


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
    trial = _tried("pasted answer", framework, stages, {}, old, new, frameworks)
    return replace(trial, is_pasted=True)


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
        one, other = old_ones.get(name), new_ones.get(name)
        last = other or one
        titles = {indicator.id: indicator.title for indicator in criterion.indicators}
        yield Row(
            title=criterion.title,
            expected=expected.get(name),
            old=one,
            new=other,
            met=tuple(_found(last, titles)),
            missing=tuple(titles.get(each, each) for each in last.missing) if last else (),
            withheld=tuple(_withheld(last, titles)),
            flags=tuple(flag.title for flag in last.flags) if last else (),
            is_beside=bool(by_old and by_new),
        )


def _found(judgement: Judgement | None, titles: Mapping[str, str]) -> Iterator[Found]:
    for finding in judgement.met if judgement else ():
        quotes = tuple(evidence.quote for evidence in finding.evidence)
        yield Found(titles.get(finding.indicator, finding.indicator), finding.depth, quotes)


def _withheld(judgement: Judgement | None, titles: Mapping[str, str]) -> Iterator[str]:
    for each in judgement.withheld if judgement else ():
        title = titles.get(each.indicator, each.indicator)
        yield f"{title} is named, but read as {each.read_as}: “{each.evidence.quote}”"


def _by_criterion(card: Scorecard | None) -> Mapping[str, Judgement]:
    return {judgement.criterion: judgement for judgement in card.judgements} if card else {}
