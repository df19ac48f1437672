"""What the API takes and gives: the parameters of its calls and the shape of its answers."""

import re
import uuid
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from interviews import exports, flow, ratings, resolution
from interviews.access import reading
from rubrics import Evidence, Target

MOST = 100
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_WHOLE = re.compile(r"\d{1,3}", re.ASCII)
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


# A parameter comes as text, and pydantic is generous: "1e1" is a number to it, "0" a date.
def _as_moment(value: object) -> object:
    if isinstance(value, str) and not _MOMENT.fullmatch(value):
        raise ValueError("Say it as 2026-03-02T12:00:00Z; a plus is written %2B in an address.")
    return value


def _in_utc(moment: datetime) -> datetime:
    """Give a moment as the database can read it: it knows fewer offsets than there can be."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # so near to the first or the last year that it is beyond
        return _EARLIEST if moment.year == _EARLIEST.year else _LATEST


def _as_whole(value: object) -> object:
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError(f"Give a whole number from 1 to {MOST}.")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_as_moment), AfterValidator(_in_utc)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=60)]
# Where a page goes on: microseconds since 1970, and the row's key. All of this shape are places.
InterviewCursor = Annotated[str, Field(pattern=r"^[0-9]{1,16}-[0-9a-f]{32}$")]
CardCursor = Annotated[str, Field(pattern=r"^[0-9]{1,16}-[0-9]{1,18}$")]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Asked(BaseModel):
    question: Slug | SkipJsonSchema[None] = Field(
        default=None, description="a question's id, as in its address"
    )
    invitation: uuid.UUID | SkipJsonSchema[None] = Field(
        default=None, description="what came of this invitation"
    )
    submitted_after: Moment | SkipJsonSchema[None] = Field(
        default=None, description="handed in at this moment or later"
    )
    submitted_before: Moment | SkipJsonSchema[None] = Field(
        default=None, description="handed in before this moment"
    )


class InterviewsAsked(_Asked):
    """Which interviews, and how many at a time."""

    state: flow.State | SkipJsonSchema[None] = Field(
        default=None, description="where they stand: running, submitted, scored"
    )
    limit: Annotated[int, BeforeValidator(_as_whole)] = Field(
        default=25, ge=1, le=MOST, description="interviews a page"
    )
    cursor: InterviewCursor | SkipJsonSchema[None] = Field(
        default=None, description="next of the page before; keep the other parameters as they were"
    )

    @property
    def wanted(self) -> reading.Wanted:
        """The filters."""
        return reading.Wanted(
            question=self.question,
            invitation=self.invitation,
            state=self.state,
            submitted_after=self.submitted_after,
            submitted_before=self.submitted_before,
        )

    @property
    def after(self) -> reading.Place | None:
        """Where to go on."""
        if self.cursor is None:
            return None
        at, _, pk = self.cursor.partition("-")
        return reading.Place(_moment(at), uuid.UUID(pk))


class ScorecardsAsked(_Asked):
    """Which scorecards, and how many at a time."""

    interview: uuid.UUID | SkipJsonSchema[None] = Field(default=None, description="of this one")
    rater: Annotated[str, Field(pattern=r"^[^\x00]+$", max_length=254)] | SkipJsonSchema[None] = (
        Field(
            default=None,
            description="a person's e-mail address, or a judge's name: rules, llm:model",
        )
    )
    criterion: Slug | SkipJsonSchema[None] = Field(
        default=None, description="a criterion's id: its rows alone, and pages may be empty"
    )
    limit: Annotated[int, BeforeValidator(_as_whole)] = Field(
        default=25, ge=1, le=MOST, description="scorecards a page; each has a row for a criterion"
    )
    cursor: CardCursor | SkipJsonSchema[None] = Field(
        default=None, description="next of the page before; keep the other parameters as they were"
    )

    @property
    def wanted(self) -> reading.Wanted:
        """The filters."""
        return reading.Wanted(
            question=self.question,
            invitation=self.invitation,
            interview=self.interview,
            submitted_after=self.submitted_after,
            submitted_before=self.submitted_before,
        )

    @property
    def after(self) -> reading.Place | None:
        """Where to go on."""
        if self.cursor is None:
            return None
        at, _, pk = self.cursor.partition("-")
        return reading.Place(_moment(at), int(pk))


def _moment(microseconds: str) -> datetime:
    return _EPOCH + int(microseconds) * _MICROSECOND


_MICROSECOND = datetime.resolution


def cursor_of(place: reading.Place | None) -> str | None:
    """Write a place down for the next call."""
    if place is None:
        return None
    key = place.pk.hex if isinstance(place.pk, uuid.UUID) else str(place.pk)
    return f"{(place.at - _EPOCH) // _MICROSECOND}-{key}"


class _Given(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class InterviewGiven(_Given):
    """One interview. Whose it is is not said."""

    id: uuid.UUID
    question: str = Field(description="the question's id")
    version: int = Field(description="of the question, counted from 1")
    framework: str
    target: Target = Field(description="the level that it aimed at")
    minutes: int
    pacing: flow.Pacing
    state: flow.State
    invitation: uuid.UUID | None = Field(description="null: practice")
    is_own: bool = Field(description="whether the token's owner is the candidate")
    started_at: datetime
    submitted_at: datetime | None = Field(description="null while it is running")

    @classmethod
    def of(cls, row: reading.Read, reader: int) -> "InterviewGiven":
        """Lay out an interview for a person (primary key)."""
        return cls.model_validate(_columns(row, reader))


def _columns(row: reading.Read, reader: int) -> dict[str, object]:
    return {
        "id": row.pk,
        "question": row.version.question.slug,
        "version": row.version.number,
        "framework": row.framework.slug,
        "target": row.target,
        "minutes": row.minutes,
        "pacing": row.pacing,
        "state": row.state,
        "invitation": row.invitation_id,
        "is_own": row.candidate_id == reader,
        "started_at": row.started_at,
        "submitted_at": row.submitted_at,
    }


class ResultGiven(_Given):
    """What an interview came to, of all scorecards that it got."""

    way: resolution.Way = Field(description="how it came about")
    is_final: bool = Field(description="whether nobody is awaited who could change it")
    score: float | None = Field(description="0 to 100; null: nothing was judged")
    levels: dict[str, float | None] = Field(
        description="by criterion 1 to 4, between two for a median; null: not judged"
    )


class InterviewInFull(InterviewGiven):
    """One interview, and what it came to."""

    result: ResultGiven | None = Field(
        description="null before it is scored, and of one's own interview: its report says that"
    )

    @classmethod
    def whole(cls, row: reading.Read, reader: int, cards: list[reading.Card]) -> "InterviewInFull":
        """Lay out an interview for a person (primary key), with its scorecards' result."""
        found = ratings.result_of(row, cards) if row.candidate_id != reader else None
        result = found and {
            "way": found.way,
            "is_final": found.is_final,
            "score": found.total.score,
            "levels": found.levels,
        }
        return cls.model_validate({**_columns(row, reader), "result": result})


class QuoteGiven(_Given):
    """A place of the answer: the text of a stage from start to before end, in characters."""

    stage: str
    start: int
    end: int
    quote: str


class CommentGiven(QuoteGiven):
    """A remark on a place of the answer."""

    text: str


class LevelGiven(_Given):
    """What one scorecard says of one criterion."""

    criterion: str
    competency: str
    level: Literal[1, 2, 3, 4] | None = Field(description="null: not judged, which is not zero")
    not_judged: str = Field(description="why there is no level")
    evidence: list[QuoteGiven]


class ScorecardGiven(_Given):
    """One scorecard: a person's, or a judge's."""

    id: int
    rater: str = Field(description="a person's e-mail address, or the judge's name")
    role: resolution.Role = Field(description="what it is to the result")
    rubric_hash: str
    score: float | None = Field(description="0 to 100; null: nothing was judged")
    recommendation: str = Field(description="strong-no to strong-yes; empty for a judge")
    summary: str
    reason: str = Field(description="of an adjudication; the answer to a candidate who asked")
    scored_at: datetime
    levels: list[LevelGiven]
    comments: list[CommentGiven]

    @classmethod
    def of(cls, card: reading.Card) -> "ScorecardGiven":
        """Lay out a scorecard."""
        review = card.review
        return cls(
            id=card.pk,
            rater=exports.rater_of(card),
            role=resolution.Role(exports.role_of(card)),
            rubric_hash=card.rubric_hash,
            score=card.score,
            recommendation=review.recommendation if review else "",
            summary=review.summary if review else "",
            reason=review.reason if review else "",
            scored_at=card.created_at,
            levels=_levels(card),
            comments=[CommentGiven.model_validate(each) for each in review.comments]
            if review
            else [],
        )


def _levels(card: reading.Card) -> list[LevelGiven]:
    rubric = card.interview.version.value.rubric
    competencies = {criterion.id: criterion.competency for criterion in rubric.criteria}
    return [
        LevelGiven(
            criterion=judgement.criterion,
            competency=competencies.get(judgement.criterion, ""),
            level=judgement.level,
            not_judged=judgement.not_judged or "",
            evidence=[_quote(each) for each in judgement.evidence],
        )
        for judgement in card.value.judgements
    ]


def _quote(place: Evidence) -> QuoteGiven:
    return QuoteGiven.model_validate(place)


class RowGiven(_Given):
    """One level of one scorecard: a row of the exported table."""

    interview: uuid.UUID
    question: str
    version: int
    rubric_hash: str
    framework: str
    target: Target
    handed_in: datetime
    rater: str = Field(description="a person's e-mail address, or the judge's name")
    role: resolution.Role = Field(description="what the scorecard is to the result")
    criterion: str
    competency: str
    level: Literal[1, 2, 3, 4] | None = Field(description="null: not judged, which is not zero")
    not_judged: str = Field(description="why there is no level")
    score: float | None = Field(description="of the whole scorecard, 0 to 100")
    recommendation: str
    scored_at: datetime


class Interviews(_Given):
    """A page of interviews, the latest begun first."""

    items: list[InterviewGiven]
    next: str | None = Field(description="the cursor of the next page; null: this is the last")


class Rows(_Given):
    """A page of levels, those of the latest scorecard first."""

    items: list[RowGiven]
    next: str | None = Field(description="the cursor of the next page; null: this is the last")


class Scorecards(_Given):
    """All scorecards of one interview that may be read, the earliest first."""

    items: list[ScorecardGiven]


class TokenGiven(_Given):
    """The token that was sent."""

    name: str
    created_at: datetime
    expires_at: datetime | None = Field(description="null: it works until it is revoked")


class Me(_Given):
    """Who reads, and by which token."""

    email: str
    is_interviewer: bool = Field(description="whether they may invite and score")
    is_lead: bool
    token: TokenGiven
