"""Rows to a frozen Report: everything that the report page prints, decided here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import rubrics
from interviews.models import Interview, StageAnswer

LEVELS = (1, 2, 3, 4)
BANDS: Mapping[str | None, str] = {
    None: "No bar is set",
    "below": "Below the bar",
    "meets": "Meets the bar",
    "above": "Above the bar",
}
DEEPEN: Mapping[rubrics.Depth, str] = {
    rubrics.Depth.MENTIONED: "Named only. Say how, where or how much.",
    rubrics.Depth.SPECIFIED: "Add why, or what it costs.",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the answer's text; ``anchor`` names it where a quote points to it."""

    text: str
    anchor: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage as it was written, with its time (seconds)."""

    id: str
    title: str
    planned: int
    spent: int
    words: int
    pieces: tuple[Piece, ...]

    @property
    def over(self) -> bool:
        """Whether it took more than its share."""
        return self.spent > self.planned


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote from the answer and the anchor of its place there."""

    anchor: str
    stage: str
    text: str


@dataclass(frozen=True, slots=True)
class Met:
    """An indicator that was met: how deeply, and what would be deeper."""

    title: str
    depth: str
    deeper: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class CriterionReport:
    """One criterion: its level with the reasons, and what the next level needs."""

    id: str
    title: str
    competency: str
    level: int | None
    not_judged: str
    anchor_text: str
    next_level: int | None
    next_text: str
    met: tuple[Met, ...]
    missing: tuple[str, ...]
    flags: tuple[tuple[str, tuple[Quote, ...]], ...]
    expected: float | None

    @property
    def below(self) -> bool:
        """Whether the level is under what the target expects."""
        return self.level is not None and self.expected is not None and self.level < self.expected


@dataclass(frozen=True, slots=True)
class CompetencyReport:
    """The mean level of a competency (1-4, or None) and what the target expects."""

    name: str
    level: float | None
    expected: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report."""

    judge: str
    score: float
    is_scored: bool
    band: str
    band_text: str
    bar: int | None
    target: str
    competencies: tuple[CompetencyReport, ...]
    criteria: tuple[CriterionReport, ...]
    stages: tuple[StageReport, ...]
    aside: tuple[tuple[str, Quote], ...]
    notes: tuple[str, ...]
    model_answer: tuple[tuple[str, str], ...]
    words: int


def build(interview: Interview, *, now: datetime) -> Report | None:
    """Build the report of an interview from its latest scorecard; None while there is none."""
    row = interview.scorecards.first()
    if row is None:
        return None
    card, question = row.value, interview.version.value
    target = rubrics.Target(interview.target)
    titles = interview.stage_titles
    expected = question.rubric.targets.get(target, {})
    asides = [flag for flag in card.flags if flag.kind == "set-aside"]
    return Report(
        judge=card.judge,
        score=card.score or 0.0,
        is_scored=card.score is not None,
        band=card.bands.get(target, "none"),
        band_text=f"{BANDS[card.bands.get(target)]} for {target}",
        bar=round(rubrics.expected_score(question.rubric, target)) if expected else None,
        target=str(target),
        competencies=tuple(
            CompetencyReport(str(name), card.competencies.get(name), expected.get(name))
            for name in rubrics.Competency
        ),
        criteria=tuple(_criteria(question, card, expected, titles)),
        stages=tuple(_stages(interview, card, asides, titles, now)),
        aside=tuple((flag.title, _quote(e, titles)) for flag in asides for e in flag.evidence),
        notes=tuple(flag.title for flag in card.flags if not flag.evidence),
        model_answer=tuple(_model_answer(question)),
        words=sum(answer.words for answer in interview.stages.all()),
    )


def _criteria(
    question: rubrics.Question,
    card: rubrics.Scorecard,
    expected: Mapping[rubrics.Competency, float],
    titles: Mapping[str, str],
) -> Iterator[CriterionReport]:
    judgements = {judgement.criterion: judgement for judgement in card.judgements}
    for criterion in question.rubric.criteria:
        judgement = judgements[criterion.id]
        level = judgement.level
        following = level + 1 if level is not None and level < LEVELS[-1] else None
        names = {indicator.id: indicator.title for indicator in criterion.indicators}
        yield CriterionReport(
            id=criterion.id,
            title=criterion.title,
            competency=str(criterion.competency),
            level=level,
            not_judged=judgement.not_judged or "",
            anchor_text=criterion.levels[level] if level else "",
            next_level=following,
            next_text=_anchor_text(criterion, following),
            met=tuple(_met(finding, names, titles) for finding in judgement.met),
            missing=tuple(names[name] for name in judgement.missing),
            flags=tuple(
                (flag.title, tuple(_quote(e, titles) for e in flag.evidence))
                for flag in judgement.flags
            ),
            expected=expected.get(criterion.competency),
        )


def _anchor_text(criterion: rubrics.Criterion, level: int | None) -> str:
    return next((text for number, text in criterion.levels.items() if number == level), "")


def _met(finding: rubrics.Finding, names: Mapping[str, str], titles: Mapping[str, str]) -> Met:
    return Met(
        title=names[finding.indicator],
        depth=str(finding.depth),
        deeper=DEEPEN.get(finding.depth, ""),
        quotes=tuple(_quote(evidence, titles) for evidence in finding.evidence),
    )


def _quote(evidence: rubrics.Evidence, titles: Mapping[str, str]) -> Quote:
    title = titles.get(evidence.stage, evidence.stage)
    return Quote(_anchor(evidence), title, evidence.quote)


def _anchor(evidence: rubrics.Evidence) -> str:
    return f"quote-{evidence.stage}-{evidence.start}"


def _stages(
    interview: Interview,
    card: rubrics.Scorecard,
    asides: Iterable[rubrics.Flag],
    titles: Mapping[str, str],
    now: datetime,
) -> Iterator[StageReport]:
    times = interview.times(now)
    quoted = {e: "" for j in card.judgements for e in j.evidence}
    quoted |= {e: "" for j in card.judgements for flag in j.flags for e in flag.evidence}
    quoted |= {e: flag.title for flag in asides for e in flag.evidence}
    for answer in interview.stages.all():
        mine = sorted((e for e in quoted if e.stage == answer.stage), key=lambda e: e.start)
        yield StageReport(
            id=answer.stage,
            title=titles[answer.stage],
            planned=times.planned[answer.stage],
            spent=times.spent[answer.stage],
            words=answer.words,
            pieces=tuple(_pieces(answer, mine, quoted)),
        )


def _pieces(
    answer: StageAnswer,
    evidence: Iterable[rubrics.Evidence],
    quoted: Mapping[rubrics.Evidence, str],
) -> Iterator[Piece]:
    """Cut a text at its quotes. A quote that does not stand there exactly is not marked."""
    done = 0
    for each in evidence:
        if each.start < done or answer.text[each.start : each.end] != each.quote:
            continue
        if each.start > done:
            yield Piece(answer.text[done : each.start])
        yield Piece(each.quote, _anchor(each), quoted[each])
        done = each.end
    if done < len(answer.text):
        yield Piece(answer.text[done:])


def _model_answer(question: rubrics.Question) -> Iterator[tuple[str, str]]:
    """Give the model answer's stages: title-like id and Markdown."""
    for stage, text in question.model_answer.stages.items() if question.model_answer else ():
        yield stage.replace("-", " ").capitalize(), text
