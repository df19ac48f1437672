"""Scorecards as files: who may have which, and what stands in them."""

import csv
import io
import json
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from interviews import exports, grading
from interviews.models import Interview, Review
from rubrics import clock
from tests import factories
from tests.interviews.test_review_model import LEASE

Row = dict[str, str]


@pytest.fixture
def interview(ines: User, alice: User) -> Interview:
    handed_in = factories.handed_in_by_invitation(
        candidate=alice, by=ines, raters=2, now=clock.now()
    )
    assert grading.grade(handed_in.pk, clock=clock.now, lease=LEASE)
    return handed_in


def rate(interview: Interview, rater: User, *levels: int | None) -> None:
    review = Review.objects.filter(interview=interview).open_to(rater).filter(rater=None).first()
    assert review
    assert review.claim(rater, now=clock.now(), lease=LEASE)
    assert factories.submit_review(review, by=rater, levels=levels, now=clock.now())


def sent(person: User, kind: str = "csv") -> str:
    client = Client()
    client.force_login(person)
    response = client.get(f"/reviews/scorecards.{kind}")
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def table(person: User) -> list[Row]:
    return list(csv.DictReader(io.StringIO(sent(person))))


def test_a_row_is_a_level(interview: Interview, ines: User, omar: User) -> None:
    rate(interview, ines, 3, None, 4)
    rows = [row for row in table(ines) if row["role"] == "rating"]
    assert [(row["criterion"], row["level"], row["not_judged"]) for row in rows] == [
        ("goal", "3", ""),
        ("retrieval", "", "Nothing was asked of it."),
        ("experiment", "4", ""),
    ]
    first = rows[0]
    assert (first["rater"], first["question"], first["score"]) == (
        "ines@example.org",
        "video-feed",
        "83.3",
    )
    assert "alice" not in sent(ines)


def test_nobody_gets_what_would_bias_them(interview: Interview, ines: User, omar: User) -> None:
    lea = factories.a_user(name="lea", group="lead")
    assert (table(ines), table(omar), table(lea)) == ([], [], [])
    rate(interview, omar, 3, 3, 3)
    # Whoever scored it may read it; who invited, or leads, only once nobody is awaited.
    assert {row["rater"] for row in table(omar)} == {"rules", "omar@example.org"}
    assert (table(ines), table(lea)) == ([], [])
    rate(interview, lea, 3, 3, 3)
    everybody = {"rules", "omar@example.org", "lea@example.org"}
    assert [{row["rater"] for row in table(each)} for each in (ines, omar, lea)] == [everybody] * 3


def test_practice_is_nobodys_business(ines: User, alice: User) -> None:
    lea = factories.a_user(name="lea", group="lead")
    practice = factories.submitted(candidate=alice, now=clock.now())
    assert grading.grade(practice.pk, clock=clock.now, lease=LEASE)
    assert (table(ines), table(lea)) == ([], [])


def test_json_has_the_same(interview: Interview, ines: User) -> None:
    assert json.loads(sent(ines, "json")) == []
    rate(interview, ines, 3, None, 4)
    rows = json.loads(sent(ines, "json"))
    assert [row["level"] for row in rows if row["role"] == "rating"] == [3, None, 4]
    assert len(rows) == len(table(ines))


def a_row(**changes: object) -> exports.Row:
    return exports.Row(*[None] * len(exports.Row._fields))._replace(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(typed: str) -> None:
    _, line = exports.as_csv([a_row(not_judged=typed)])
    cell = next(csv.reader(io.StringIO(line, newline="")))[12]
    assert cell == f"'{typed}"


def test_rows_are_written_one_by_one() -> None:
    asked = []

    def many() -> Iterator[exports.Row]:
        for number in range(3):
            asked.append(number)
            yield a_row(interview=str(number))

    lines: Callable[[], str] = exports.as_csv(many()).__next__
    assert lines().startswith("interview,question,")
    assert asked == []
    lines()
    assert asked == [0]
