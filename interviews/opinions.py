"""What a rater says of an answer, as their page sends it, and the scorecard that it makes."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import pydantic

import rubrics
from interviews.models import HUMAN, Kind, Recommendation

Stages = Mapping[str, str]  # stage id → text, outlines of whiteboards too
# Places in an answer that one criterion may rest on.
MOST_PLACES = 20
MOST_COMMENTS = 200
RECOMMENDATIONS = tuple(Recommendation.choices)


class _Said(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")


class Place(_Said):
    """A quote: ``texts[stage][start:end] == quote``, in characters."""

    stage: str
    start: int
    end: int
    quote: str

    def stands_in(self, texts: Stages) -> bool:
        """Whether the quote is there, letter by letter."""
        text = texts.get(self.stage, "")
        return 0 <= self.start < self.end and text[self.start : self.end] == self.quote


class Comment(Place):
    """A remark on a place of the answer."""

    text: str


class Opinion(_Said):
    """A rater's draft: by criterion a level, or why there is none, and the places it rests on."""

    levels: dict[str, Literal[1, 2, 3, 4]] = {}
    not_judged: dict[str, str] = {}
    evidence: dict[str, tuple[Place, ...]] = {}
    comments: tuple[Comment, ...] = ()
    recommendation: str = ""
    summary: str = ""
    reason: str = ""

    @classmethod
    def read(cls, text: str) -> "Opinion":
        """Read a draft; of one that cannot be read, as of an empty one, nothing."""
        try:
            return cls.model_validate_json(text) if text else cls()
        except pydantic.ValidationError:
            return cls()

    @property
    def said(self) -> Mapping[str, Any]:
        """What goes with the scorecard."""
        return {
            "recommendation": self.recommendation,
            "summary": self.summary.strip(),
            "reason": self.reason.strip(),
            "comments": [comment.model_dump() for comment in self.comments],
        }

    def why_not(self, criterion: str) -> str:
        """Why a criterion is not judged; empty when nothing is said."""
        return self.not_judged.get(criterion, "").strip()

    def card(self, rubric: rubrics.Rubric) -> rubrics.Scorecard:
        """Make the scorecard."""
        return rubrics.add_up(rubric, [self._judgement(c.id) for c in rubric.criteria], HUMAN)

    def _judgement(self, criterion: str) -> rubrics.Judgement:
        level = self.levels.get(criterion)
        quotes = tuple(
            rubrics.Evidence(stage=p.stage, start=p.start, end=p.end, quote=p.quote)
            for p in self.evidence.get(criterion, ())
        )
        return rubrics.Judgement(
            criterion=criterion,
            level=level,
            not_judged=None if level else self.why_not(criterion),
            quotes=quotes,
        )


class Missing(NamedTuple):
    """What a review lacks before it can be submitted, and the place on the page to give it."""

    anchor: str
    text: str


def missing(
    opinion: Opinion, rubric: rubrics.Rubric, texts: Stages, kind: str
) -> tuple[Missing, ...]:
    """Say what keeps a review from being submitted; nothing when it is whole."""
    return tuple(_missing(opinion, rubric, texts, kind))


def _missing(
    opinion: Opinion, rubric: rubrics.Rubric, texts: Stages, kind: str
) -> Iterator[Missing]:
    for criterion in rubric.criteria:
        for text in _missing_of(criterion, opinion, texts):
            yield Missing(f"criterion-{criterion.id}", f"{criterion.title}: {text}")
    if len(opinion.comments) > MOST_COMMENTS:
        yield Missing("comments", f"{MOST_COMMENTS} comments at most.")
    if not all(comment.stands_in(texts) for comment in opinion.comments):
        yield Missing("comments", "A comment is on words that are not in the answer.")
    if opinion.recommendation not in Recommendation.values:
        yield Missing("recommendation", "Say what you recommend.")
    if not opinion.summary.strip():
        yield Missing("summary", "Sum up in a sentence or two.")
    if kind in _REASON and not opinion.reason.strip():
        yield Missing("reason", _REASON[kind])


def _missing_of(criterion: rubrics.Criterion, opinion: Opinion, texts: Stages) -> Iterator[str]:
    if criterion.id not in opinion.levels and not opinion.why_not(criterion.id):
        yield "choose a level, or say why it is not judged."
    places = opinion.evidence.get(criterion.id, ())
    if len(places) > MOST_PLACES:
        yield f"{MOST_PLACES} places at most."
    if not all(place.stands_in(texts) for place in places):
        yield "a quote is not in the answer."


_REASON: Mapping[str, str] = {
    Kind.ADJUDICATION: "Say why you decide as you do.",
    Kind.APPEAL: "Answer the candidate.",
}
