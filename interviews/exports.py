"""Scorecards as rows for spreadsheets and programs: one for each interview, rater and criterion."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from django.db.models import QuerySet

from interviews import resolution
from interviews.models import Interview, Scorecard

# A spreadsheet takes a cell that begins so for a formula, and would compute what somebody typed.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 500


class Row(NamedTuple):
    """One level. ``rater`` is a person's address, or the judge's name; times are ISO 8601."""

    interview: str
    question: str
    version: int
    rubric_hash: str
    framework: str
    target: str
    handed_in: str
    rater: str
    role: str
    criterion: str
    competency: str
    level: int | None
    not_judged: str
    score: float | None
    recommendation: str
    scored_at: str


def rows(interviews: QuerySet[Interview]) -> Iterator[Row]:
    """Give every level of every scorecard of some interviews, the latest interview first."""
    cards = (
        Scorecard.objects.filter(interview__in=interviews)
        .with_interview()
        .order_by("-interview__submitted_at", "interview", "created_at", "pk")
    )
    for card in cards.iterator(chunk_size=_CHUNK):
        yield from rows_of(card)


def rows_of(card: Scorecard) -> Iterator[Row]:
    """Give every level of one scorecard."""
    interview, review = card.interview, card.review
    rubric = interview.version.value.rubric
    competencies = {criterion.id: str(criterion.competency) for criterion in rubric.criteria}
    for judgement in card.value.judgements:
        yield Row(
            interview=str(interview.pk),
            question=interview.version.question.slug,
            version=interview.version.number,
            rubric_hash=card.rubric_hash,
            framework=interview.framework.slug,
            target=interview.target,
            handed_in=interview.submitted_at.isoformat() if interview.submitted_at else "",
            rater=rater_of(card),
            role=role_of(card),
            criterion=judgement.criterion,
            competency=competencies.get(judgement.criterion, ""),
            level=judgement.level,
            not_judged=judgement.not_judged or "",
            score=card.score,
            recommendation=review.recommendation if review else "",
            scored_at=card.created_at.isoformat(),
        )


def rater_of(card: Scorecard) -> str:
    """Say whose scorecard it is: a person's address, or the judge's name."""
    return card.review.rater.email if card.review and card.review.rater else card.judge


def role_of(card: Scorecard) -> str:
    """Say what a scorecard is to the result, as ``resolution.Role``."""
    return card.review.kind if card.review else resolution.Role.JUDGE


def as_csv(found: Iterable[Row]) -> Iterator[str]:
    """Write rows as CSV, line by line, with a heading; no cell is a formula."""
    line = io.StringIO()
    write = csv.writer(line)
    for row in chain([Row._fields], found):
        write.writerow([_plain(cell) for cell in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _plain(cell: object) -> str:
    text = "" if cell is None else str(cell)
    # A number below zero is none of ours, so nothing that begins with a minus is needed as it is.
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_json(found: Iterable[Row]) -> Iterator[str]:
    """Write rows as one JSON list, object by object."""
    begin = "["
    for row in found:
        yield begin + json.dumps(row._asdict())
        begin = ",\n"
    yield "[]" if begin == "[" else "]"
