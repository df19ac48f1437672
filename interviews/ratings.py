"""What raters see: the page to score an answer on; afterwards all scorecards side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

import rubrics
from interviews import gold, interviewer, resolution, transcripts
from interviews.models import (
    Exchange,
    GoldAnswer,
    Interview,
    Kind,
    Part,
    Review,
    ReviewDraft,
    Scorecard,
)
from interviews.opinions import Comment, Stages


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the answer that can be quoted: a stage's, or its whiteboard's in words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage as it was written, with its time (seconds), whiteboard and follow-up questions."""

    id: str
    title: str
    planned: int
    spent: int
    written: Text
    outline: Text | None
    is_drawn: bool
    follow_ups: tuple[interviewer.FollowUp, ...]


@dataclass(frozen=True, slots=True)
class Scoring:
    """The scoring page: the answer, the rubric, and what its rater wrote so far.

    ``candidate`` is empty where the invitation hides it; ``between`` are the scorecards that an
    adjudicator decides between.
    """

    review: Review
    question: rubrics.Question
    stages: tuple[Stage, ...]
    talk: interviewer.Talk | None
    draft: ReviewDraft
    candidate: str
    between: "Comparison | None"

    @property
    def interview(self) -> Interview:
        """The interview that is scored."""
        return self.review.interview

    @property
    def criteria(self) -> tuple[rubrics.Criterion, ...]:
        """What is scored."""
        return self.question.rubric.criteria


def texts_of(interview: Interview) -> Stages:
    """Give all of an answer that can be quoted: stage id → text, outlines as ``boards`` names."""
    return transcripts.texts_of(interview.sheets.all())


def scoring(
    review: Review, draft: ReviewDraft, between: Sequence[Review], *, now: datetime
) -> Scoring:
    """Lay out the scoring page. It says nothing of what anybody found, but for ``between``."""
    interview = review.interview
    exchanges = interviewer.exchanges_of(interview)
    return Scoring(
        review=review,
        question=interview.version.value,
        stages=tuple(_stages(interview, exchanges, now)),
        talk=interviewer.talk(interview, exchanges),
        draft=draft,
        candidate=_name(interview),
        between=_compare(interview, [], between, None) if between else None,  # no machine's
    )


def _name(interview: Interview) -> str:
    invitation = interview.invitation
    if invitation is None or not invitation.shows_name:
        return ""
    return invitation.name or interview.candidate.email


def _stages(interview: Interview, exchanges: Sequence[Exchange], now: datetime) -> Iterator[Stage]:
    sheets = list(interview.sheets.all())
    texts, times = transcripts.texts_of(sheets), interview.times(now)
    drawn = {sheet.stage for sheet in sheets if sheet.part == Part.DRAWING and sheet.text}
    for stage, title in interview.stage_titles.items():
        outline = rubrics.outline_stage(stage)
        yield Stage(
            id=stage,
            title=title,
            planned=times.planned[stage],
            spent=times.spent[stage],
            written=Text(stage, texts.get(stage, "")),
            outline=Text(outline, texts[outline]) if outline in texts else None,
            is_drawn=stage in drawn,
            follow_ups=interviewer.follow_ups(exchanges, stage),
        )


# --- after one's own scorecard --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One scorecard of the comparison: whose it is, and its score (0-100)."""

    who: str
    score: float | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A level, or why there is none, and the places that it rests on."""

    level: int | None
    not_judged: str
    quotes: tuple[rubrics.Evidence, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion over all scorecards; ``result`` is the level that counts."""

    title: str
    cells: tuple[Cell, ...]
    result: float | None
    is_far: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What a rater wrote beside the levels."""

    who: str
    recommendation: str
    summary: str
    reason: str
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All scorecards of an interview side by side, and what they come to."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    said: tuple[Said, ...]
    result: resolution.Result | None
    gap: resolution.Gap | None
    awaited: str
    waived: tuple[Review, ...]


_AWAITED: Mapping[str, str] = {
    Kind.RATING: "Another rater has not scored it yet.",
    Kind.ADJUDICATION: "The raters are far apart: somebody else decides.",
    Kind.APPEAL: "The candidate asked for a review.",
}


def compare(interview: Interview, reviews: Sequence[Review], *, reader: int | None) -> Comparison:
    """Lay all scorecards side by side; ``reviews`` are those submitted, in order.

    The one of the person ``reader`` is marked as their own. Of the machine's the latest by the
    interview's own rubric counts.
    """
    return _compare(interview, interview.judged, reviews, reader)


def _compare(
    interview: Interview,
    machine: Sequence[Scorecard],
    reviews: Sequence[Review],
    reader: int | None,
) -> Comparison:
    rubric = interview.version.value.rubric
    judged = _latest(interview, machine)
    cards = [card.value for card in judged] + [each.scorecard.value for each in reviews]
    given = [*_judges(machine, judged), *map(_card, reviews)]
    ratings = [r.scorecard.value for r in reviews if r.kind == Kind.RATING]
    open_ = list(interview.reviews.filter(submitted_at=None).select_related("waived_by"))
    awaited = next((review for review in open_ if review.is_awaited), None)
    result = resolution.resolve(rubric, given, **_wanted(interview, open_))
    gap = resolution.gap(rubric, ratings)
    return Comparison(
        columns=(*map(_machine, judged), *(_person(r, reader) for r in reviews)),
        rows=tuple(_rows(rubric, cards, result, gap)),
        said=tuple(_said(r, _who(r, reader)) for r in reviews),
        result=result,
        gap=gap,
        awaited=_AWAITED[awaited.kind] if awaited else "",
        waived=tuple(review for review in open_ if review.waived_at),
    )


def result_of(interview: Interview, cards: Sequence[Scorecard]) -> resolution.Result | None:
    """Say what all scorecards of an interview come to, the earliest first.

    Of the machine's the latest by the interview's own rubric counts, as in ``compare``.
    """
    machine = [card for card in cards if card.review is None]
    given = [
        *_judges(machine, _latest(interview, machine)),
        *(
            resolution.Card(resolution.Role(card.review.kind), card.value)
            for card in cards
            if card.review
        ),
    ]
    rubric = interview.version.value.rubric
    open_ = list(interview.reviews.filter(submitted_at=None))
    result = resolution.resolve(rubric, given, **_wanted(interview, open_))
    is_awaited = any(review.is_awaited for review in open_)
    return replace(result, is_final=False) if result and is_awaited else result


def _latest(interview: Interview, machine: Sequence[Scorecard]) -> list[Scorecard]:
    """Each judge's latest by the interview's own rubric."""
    own = [card for card in machine if card.rubric_hash == interview.version.rubric_hash]
    judged = {card.judge: card for card in own}
    return sorted(judged.values(), key=lambda card: card.created_at)


def _judges(machine: Sequence[Scorecard], judged: Sequence[Scorecard]) -> Iterator[resolution.Card]:
    """What counts of the machine's: no model's any more once the rules scored by another rubric."""
    _, model = resolution.counted(machine)
    for card in judged:
        if card == model or not card.is_model:
            yield resolution.Card(resolution.Role.JUDGE, card.value)


def beside(
    rubric: rubrics.Rubric, named: Sequence[tuple[str, Review]], *, own: Review | None = None
) -> Comparison:
    """Lay scorecards of one gold answer side by side; they come to no result."""
    cards = [review.scorecard.value for _, review in named]
    gap = resolution.gap(rubric, cards)
    return Comparison(
        columns=tuple(Column(who, review.scorecard.score, review == own) for who, review in named),
        rows=tuple(_rows(rubric, cards, None, gap)),
        said=tuple(_said(review, who) for who, review in named),
        result=None,
        gap=gap,
        awaited="",
        waived=(),
    )


@dataclass(frozen=True, slots=True)
class References:
    """A gold answer as it reads, and its references side by side, the one that counts last."""

    stages: tuple[tuple[str, str], ...]
    comparison: Comparison | None


def references(answer: GoldAnswer) -> References:
    """Lay a gold answer out with its references."""
    given = list(answer.references())
    named = [(each.rater.email if each.rater else "Somebody", each) for each in given]
    stages = answer.framework.value.stages
    return References(
        stages=tuple((stage.title, answer.texts.get(stage.id, "")) for stage in stages),
        comparison=beside(answer.version.value.rubric, named) if named else None,
    )


@dataclass(frozen=True, slots=True)
class Check:
    """A rater's scorecard of a gold answer beside the reference, and how near it comes."""

    comparison: Comparison
    nearness: gold.Nearness | None
    is_calibration: bool


def check(review: Review, reference: Review) -> Check:
    """Compare a rater's submitted review of a gold answer with the reference."""
    own, given = (resolution.levels_of(each.scorecard.value) for each in (review, reference))
    return Check(
        comparison=beside(
            review.interview.version.value.rubric,
            [("You", review), ("Reference", reference)],
            own=review,
        ),
        nearness=gold.nearness(gold.pairs(own, given)),
        is_calibration=review.is_calibration,
    )


# --- for the candidate ----------------------------------------------------------------------


_FOUND_BY: Mapping[resolution.Way, str] = {
    resolution.Way.JUDGE: "the machine",
    resolution.Way.RATER: "one person",
    resolution.Way.MEDIAN: "two people, the middle of both",
    resolution.Way.ADJUDICATED: "somebody who decided between two people",
    resolution.Way.REVIEWED: "somebody who looked at it again, as you asked",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What people found, as the candidate reads it: no names, and not what raters recommend.

    ``before`` is the score (0-100) that counted until somebody looked at it again.
    """

    score: float | None
    way: str
    before: float | None
    levels: tuple[tuple[str, float | None], ...]
    summaries: tuple[str, ...]
    comments: tuple[Comment, ...]


def found_by_people(interview: Interview, reviews: Sequence[Review]) -> Found | None:
    """Give what people found, once nobody is awaited but for an appeal; else None.

    ``reviews`` are all of the interview, in the order in which they were submitted.
    """
    awaited = any(r.is_awaited and r.kind != Kind.APPEAL for r in reviews)
    wanted = _wanted(interview, [review for review in reviews if not review.is_submitted])
    reviews = [review for review in reviews if review.is_submitted]
    if awaited or not reviews:
        return None
    rubric = interview.version.value.rubric
    cards = [_card(review) for review in reviews]
    result = resolution.resolve(rubric, cards, **wanted)
    if result is None:
        return None
    earlier = [card for card in cards if card.role is not resolution.Role.APPEAL]
    before = resolution.resolve(rubric, earlier, **wanted)
    return Found(
        score=result.total.score,
        way=_FOUND_BY[result.way],
        before=before.total.score if before and len(earlier) < len(cards) else None,
        levels=tuple((c.title, result.levels[c.id]) for c in rubric.criteria),
        summaries=tuple(review.summary for review in reviews),
        comments=tuple(Comment.model_validate(c) for review in reviews for c in review.comments),
    )


def _card(review: Review) -> resolution.Card:
    return resolution.Card(resolution.Role(review.kind), review.scorecard.value)


class _Wanted(TypedDict):
    raters: int
    is_waived: bool
    is_awaited: bool


def _wanted(interview: Interview, open_: Sequence[Review]) -> _Wanted:
    """Say how many ratings count as enough, and whether nobody is to decide between them.

    And whether somebody is awaited who looks at what the machine found. ``open_`` are the reviews
    that were not submitted.
    """
    raters = interview.invitation.raters if interview.invitation else 0
    kinds = [review.kind for review in open_ if review.waived_at]
    return {
        "raters": max(0, raters - kinds.count(Kind.RATING)),  # of practice a look can be waived
        "is_waived": Kind.ADJUDICATION in kinds,
        "is_awaited": any(review.is_look for review in open_),
    }


def _machine(card: Scorecard) -> Column:
    return Column(resolution.machine_name(card.judge), card.score, False)


def _person(review: Review, reader: int | None) -> Column:
    return Column(_who(review, reader), review.scorecard.score, review.rater_id == reader)


def _who(review: Review, reader: int | None) -> str:
    role = "" if review.kind == Kind.RATING else f", {review.get_kind_display().lower()}"
    name = (
        "You" if review.rater_id == reader else review.rater.email if review.rater else "Somebody"
    )
    return f"{name}{role}"


def _rows(
    rubric: rubrics.Rubric,
    cards: Sequence[rubrics.Scorecard],
    result: resolution.Result | None,
    gap: resolution.Gap | None,
) -> Iterator[Row]:
    given = [{j.criterion: j for j in card.judgements} for card in cards]
    for criterion in rubric.criteria:
        yield Row(
            title=criterion.title,
            cells=tuple(_cell(judgements.get(criterion.id)) for judgements in given),
            result=result.levels[criterion.id] if result else None,
            is_far=gap is not None and criterion.id in gap.criteria,
        )


def _cell(judgement: rubrics.Judgement | None) -> Cell:
    if judgement is None:
        return Cell(None, "", ())
    return Cell(judgement.level, judgement.not_judged or "", judgement.evidence)


def _said(review: Review, who: str) -> Said:
    return Said(
        who=who,
        recommendation=review.get_recommendation_display(),
        summary=review.summary,
        reason=review.reason,
        comments=tuple(Comment.model_validate(comment) for comment in review.comments),
    )
