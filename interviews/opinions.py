"""What a rater says of an answer, as their page sends it, and the scorecard that it makes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pydantic

import rubrics
from interviews.models import HUMAN, Kind, Recommendation

Stages = Mapping[str, str]  # stage id → text, outlines of whiteboards too
# Places in an answer that one criterion may rest on.
MOST_PLACES = 20
MOST_COMMENTS = 200
# Characters, as the page's fields have them.
MOST_WORDS, MOST_COMMENT, MOST_WHY = 10_000, 5_000, 500
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
            return cls.model_validate(_without_nul(json.loads(text))) if text else cls()
        except (pydantic.ValidationError, ValueError, RecursionError):
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


def _without_nul(value: Any) -> Any:
    """Leave out the one character that no database holds, wherever it stands."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(each) for each in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(each) for key, each in value.items()}
    return value


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
    for text in _missing_of_comments(opinion.comments, texts):
        yield Missing("comments", text)
    if opinion.recommendation not in Recommendation.values:
        yield Missing("recommendation", "Say what you recommend.")
    if not 0 < len(opinion.summary.strip()) <= MOST_WORDS:
        yield Missing("summary", f"Sum up, in at most {MOST_WORDS:,} characters.")
    if kind in _REASON and not 0 < len(opinion.reason.strip()) <= MOST_WORDS:
        yield Missing("reason", _REASON[kind])


def _missing_of(criterion: rubrics.Criterion, opinion: Opinion, texts: Stages) -> Iterator[str]:
    if criterion.id not in opinion.levels and not opinion.why_not(criterion.id):
        yield "choose a level, or say why it is not judged."
    places = opinion.evidence.get(criterion.id, ())
    if len(places) > MOST_PLACES:
        yield f"{MOST_PLACES} places at most."
    if not all(place.stands_in(texts) for place in places):
        yield "a quote is not in the answer."
    if len(opinion.why_not(criterion.id)) > MOST_WHY:
        yield f"say why in at most {MOST_WHY} characters."


def _missing_of_comments(comments: Sequence[Comment], texts: Stages) -> Iterator[str]:
    if len(comments) > MOST_COMMENTS:
        yield f"{MOST_COMMENTS} comments at most."
    if not all(comment.stands_in(texts) for comment in comments):
        yield "A comment is on words that are not in the answer."
    if not all(0 < len(comment.text.strip()) <= MOST_COMMENT for comment in comments):
        yield f"A comment has 1 to {MOST_COMMENT:,} characters; remove those that are empty."


_REASON: Mapping[str, str] = {
    Kind.ADJUDICATION: "Say why you decide as you do.",
    Kind.APPEAL: "Answer the candidate.",
}
