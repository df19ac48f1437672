"""The API for programs: whom it answers, what each person reads by it, and how it refuses."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from interviews import grading
from interviews.models import Interview, Results, Token
from rubrics import clock
from tests import factories
from tests.interviews.test_exports import rate, sent
from tests.interviews.test_review_model import LEASE

MINUTE = timedelta(minutes=1)
SAID = "Splendid, a level four throughout."


class Program:
    """Reads in somebody's name."""

    def __init__(self, owner: User) -> None:
        self.client = Client(headers=factories.bearer(owner, now=clock.now()))

    def get(self, path: str, status: int = 200, /, **asked: Any) -> Any:
        response = self.client.get(f"/api/v1/{path}", asked)
        assert response.status_code == status, response.content
        return response.json()

    def items(self, path: str, /, **asked: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path, **asked)["items"]
        return found

    def pages(self, path: str, /, **asked: Any) -> Iterator[list[dict[str, Any]]]:
        """Every page, one after the other."""
        page = self.get(path, **asked)
        yield page["items"]
        while page["next"]:
            page = self.get(path, **asked, cursor=page["next"])
            yield page["items"]


def graded(interview: Interview) -> Interview:
    assert grading.grade(interview.pk, clock=clock.now, lease=LEASE)
    return interview


@pytest.fixture
def interview(ines: User, alice: User) -> Interview:
    """Alice's answer to an invitation by Ines, that two people should score."""
    return graded(
        factories.handed_in_by_invitation(candidate=alice, by=ines, raters=2, now=clock.now())
    )


def cards(person: User, interview: Interview) -> set[str]:
    """Whose scorecards of an interview a person reads, by either call."""
    program = Program(person)
    rows = program.items("scorecards", interview=interview.pk)
    address = f"interviews/{interview.pk}"
    if program.client.get(f"/api/v1/{address}").status_code == 404:
        program.get(f"{address}/scorecards", 404)
        assert not rows
        return set()
    whole = {card["rater"] for card in program.items(f"{address}/scorecards")}
    assert {row["rater"] for row in rows} == whole
    return whole


# --- who asks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown", [None, "Bearer ", "Bearer mlsd_x", "Basic eA==", "\x00", "Bearer é"]
)
def test_who_shows_no_token_that_works_is_refused(db: None, shown: str | None) -> None:
    headers = {} if shown is None else {"Authorization": shown}
    response = Client(headers=headers).get("/api/v1/interviews")
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "no-token"
    expected = "Bearer" if shown is None else 'Bearer error="invalid_token"'
    assert response.headers["WWW-Authenticate"] == expected


def test_an_ended_token_is_refused(alice: User) -> None:
    program = Program(alice)
    program.get("me")
    Token.objects.update(expires_at=clock.now())
    program.get("me", 401)
    Token.objects.update(expires_at=None, revoked_at=clock.now())
    program.get("me", 401)
    Token.objects.update(revoked_at=None)
    User.objects.update(is_active=False)
    program.get("me", 401)


def test_a_sign_in_counts_for_nothing(browser_of_alice: Client) -> None:
    assert browser_of_alice.get("/api/v1/me").status_code == 401


def test_me_says_whose_token_it_is(lea: User, alice: User) -> None:
    told = Program(lea).get("me")
    assert (told["email"], told["is_interviewer"], told["is_lead"]) == (lea.email, True, True)
    assert told["token"]["name"] == "Weekly report"
    assert not Program(alice).get("me")["is_interviewer"]


def test_what_is_read_is_kept_by_nobody(alice: User) -> None:
    response = Program(alice).client.get("/api/v1/me")
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies


# --- what each reads ------------------------------------------------------------------------


def test_nobody_reads_what_would_bias_them(
    interview: Interview, ines: User, omar: User, lea: User
) -> None:
    assert [cards(each, interview) for each in (ines, omar, lea)] == [set()] * 3
    rate(interview, omar, 3, 3, 3)
    # Whoever scored it may read it; who invited, or leads, only once nobody is awaited.
    assert cards(omar, interview) == {"rules", omar.email}
    assert [cards(each, interview) for each in (ines, lea)] == [set()] * 2
    rate(interview, lea, 3, 3, 3)
    everybody = {"rules", omar.email, lea.email}
    assert [cards(each, interview) for each in (ines, omar, lea)] == [everybody] * 3


def test_before_ones_own_scorecard_no_call_and_no_filter_tells_of_it(
    interview: Interview, ines: User, omar: User
) -> None:
    rate(interview, omar, 4, 4, 4)
    waiting = interview.reviews.get(submitted_at=None)
    assert waiting.claim(ines, now=clock.now(), lease=LEASE)
    program = Program(ines)
    filters: list[dict[str, Any]] = [
        {},
        {"rater": omar.email},
        {"rater": "rules"},
        {"interview": interview.pk},
    ]
    for asked in filters:
        assert program.items("scorecards", **asked) == []
    filters = [{}, {"state": "scored"}, {"invitation": interview.invitation_id}]
    for asked in filters:
        assert program.items("interviews", **asked) == []
    program.get(f"interviews/{interview.pk}", 404)


def test_practice_is_nobody_elses_business(
    alice: User, mallory: User, ines: User, lea: User
) -> None:
    practice = graded(factories.submitted(candidate=alice, now=clock.now()))
    assert cards(alice, practice) == {"rules"}
    assert [cards(each, practice) for each in (mallory, ines, lea)] == [set()] * 3


@pytest.mark.parametrize("results", list(Results))
def test_a_candidate_reads_what_the_machine_found_once_they_may_see_it(
    ines: User, omar: User, alice: User, results: Results
) -> None:
    interview = graded(
        factories.handed_in_by_invitation(
            candidate=alice, by=ines, results=results, now=clock.now()
        )
    )
    rate(interview, omar, 3, 3, 3)
    assert cards(alice, interview) == ({"rules"} if results == Results.AT_ONCE else set())
    told = Program(alice).get(f"interviews/{interview.pk}")
    assert (told["is_own"], told["result"]) == (True, None)


def test_a_released_result_can_be_read_by_its_candidate(
    interview: Interview, ines: User, omar: User, lea: User, alice: User, client: Client
) -> None:
    rate(interview, omar, 3, 3, 3)
    rate(interview, lea, 3, 3, 3)
    assert cards(alice, interview) == set()
    client.force_login(ines)
    client.post(f"/invitations/{interview.invitation_id}/release/")
    assert cards(alice, interview) == {"rules"}


def test_who_interviews_no_more_reads_no_more(interview: Interview, omar: User) -> None:
    rate(interview, omar, 3, 3, 3)
    program = Program(omar)
    assert program.items("scorecards")
    omar.groups.clear()
    assert program.items("scorecards") == []


# --- what an answer has ---------------------------------------------------------------------


def test_the_table_is_the_exported_one(interview: Interview, ines: User, omar: User) -> None:
    rate(interview, omar, 3, None, 4)
    exported = json.loads(sent(omar, "json"))
    rows = Program(omar).items("scorecards")
    moments = ("handed_in", "scored_at")
    plain = [{k: v for k, v in row.items() if k not in moments} for row in rows]
    wanted = [{k: v for k, v in row.items() if k not in moments} for row in exported]
    assert sorted(plain, key=str) == sorted(wanted, key=str)
    assert [row["level"] for row in rows if row["rater"] == omar.email] == [3, None, 4]


def test_a_scorecard_has_levels_places_and_comments(interview: Interview, omar: User) -> None:
    review = interview.reviews.all()[0]
    assert review.claim(omar, now=clock.now(), lease=LEASE)
    text = interview.sheets.texts().get(stage="scope").text
    place = {"stage": "scope", "start": 0, "end": 2, "quote": text[:2]}
    assert factories.submit_review(
        review,
        by=omar,
        levels=(3, None, 4),
        summary=SAID,
        comments=[{**place, "text": "Well put."}],
        now=clock.now(),
    )
    machine, human = Program(omar).items(f"interviews/{interview.pk}/scorecards")
    assert (machine["rater"], machine["role"], machine["comments"]) == ("rules", "judge", [])
    assert (human["rater"], human["role"], human["recommendation"]) == (omar.email, "rating", "yes")
    assert human["summary"] == SAID
    assert human["comments"] == [{**place, "text": "Well put."}]
    assert [(each["level"], each["not_judged"]) for each in human["levels"]] == [
        (3, ""),
        (None, "Nothing was asked of it."),
        (4, ""),
    ]
    texts = {sheet.stage: sheet.text for sheet in interview.sheets.texts()}
    quotes = [quote for level in machine["levels"] for quote in level["evidence"]]
    assert quotes
    for quote in quotes:
        assert texts[quote["stage"]][quote["start"] : quote["end"]] == quote["quote"]


def test_an_interview_says_what_it_came_to_and_not_whose_it_is(
    interview: Interview, omar: User, lea: User
) -> None:
    rate(interview, omar, 3, 3, 3)
    program = Program(omar)
    result = program.get(f"interviews/{interview.pk}")["result"]
    assert (result["way"], result["is_final"]) == ("judge", False)
    rate(interview, lea, 3, 3, 4)
    told = program.get(f"interviews/{interview.pk}")
    assert told["result"]["way"] == "human median"
    assert told["result"]["is_final"]
    assert told["result"]["levels"] == {"goal": 3, "retrieval": 3, "experiment": 3.5}
    assert (told["question"], told["state"]) == ("video-feed", "scored")
    assert told["invitation"] == str(interview.invitation_id)
    assert "alice" not in json.dumps(told)


# --- filters and pages ----------------------------------------------------------------------


@pytest.fixture
def many(alice: User, bank: None) -> list[Interview]:
    """Seven of Alice's, the latest first; three of them begun at the same moment."""
    now = clock.now()
    begun = [now - n * MINUTE for n in (0, 1, 2, 2, 2, 3, 4)]
    for moment in begun:
        graded(factories.submitted(candidate=alice, now=moment))
    return list(Interview.objects.order_by("-started_at", "-pk"))


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_give_everything_once_and_in_order(
    many: list[Interview], alice: User, limit: int
) -> None:
    program = Program(alice)
    pages = list(program.pages("interviews", limit=limit))
    assert [row["id"] for page in pages for row in page] == [str(each.pk) for each in many]
    assert len(pages) == -(-len(many) // limit)
    rows = [row for page in program.pages("scorecards", limit=limit) for row in page]
    assert len(rows) == len({(row["interview"], row["criterion"]) for row in rows}) == 21


def test_pages_stay_as_they_are_while_interviews_begin(many: list[Interview], alice: User) -> None:
    pages = Program(alice).pages("interviews", limit=3)
    found = [row["id"] for row in next(pages)]
    factories.an_interview(candidate=alice, now=clock.now() + MINUTE)
    found += [row["id"] for page in pages for row in page]
    assert found == [str(each.pk) for each in many]


def test_filters_narrow(many: list[Interview], alice: User) -> None:
    running = factories.an_interview(candidate=alice, now=clock.now())
    program = Program(alice)
    second = many[1].submitted_at
    assert second
    filters: dict[str, dict[str, Any]] = {
        "all": {},
        "running": {"state": "running"},
        "scored": {"state": "scored"},
        "video-feed": {"question": "video-feed"},
        "other": {"question": "other"},
        "since": {"submitted_after": second.isoformat()},
        "before": {"submitted_before": second.isoformat()},
        "invited": {"invitation": running.pk},
    }
    count = {name: len(program.items("interviews", **each)) for name, each in filters.items()}
    assert count == {
        "all": 8,
        "running": 1,
        "scored": 7,
        "video-feed": 8,
        "other": 0,
        "since": 2,
        "before": 5,
        "invited": 0,
    }
    rows = program.items("scorecards", interview=many[0].pk, criterion="goal", rater="rules")
    assert [(row["interview"], row["criterion"]) for row in rows] == [(str(many[0].pk), "goal")]
    assert program.items("scorecards", rater="nobody@example.org") == []
    assert program.items("scorecards", rater="human") == []


# --- refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1e1", "limit"),
        ("limit=5&limit=6", "limit"),
        ("cursor=x", "cursor"),
        ("state=lost", "state"),
        ("submitted_after=0", "submitted_after"),
        ("submitted_after=2026-03-02", "submitted_after"),
        ("submitted_after=2026-03-02T12:00:00", "submitted_after"),
        ("question=%00", "question"),
        ("invitation=x", "invitation"),
        ("questoin=video-feed", "questoin"),
    ],
)
def test_what_is_not_understood_is_refused_and_named(alice: User, asked: str, field: str) -> None:
    response = Program(alice).client.get(f"/api/v1/interviews?{asked}")
    assert response.status_code == 422
    error = response.json()["error"]
    assert (error["code"], list(error["fields"])) == ("invalid", [field])


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-03-02T12:00:00.5-17:20"],
)
def test_any_moment_can_be_asked_for(alice: User, moment: str) -> None:
    assert Program(alice).items("interviews", submitted_after=moment) == []


def test_calls_without_parameters_take_none(alice: User) -> None:
    assert list(Program(alice).get("me", 422, limit=1)["error"]["fields"]) == ["limit"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("address", ["me", "scorecards", "nowhere"])
def test_nothing_can_be_changed(alice: User, method: str, address: str) -> None:
    response = getattr(Program(alice).client, method)(f"/api/v1/{address}")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert response.json()["error"]["code"] == "read-only"


def test_the_head_is_that_of_the_answer(alice: User) -> None:
    response = Program(alice).client.head("/api/v1/me")
    assert (response.status_code, response.content) == (200, b"")


def test_what_is_not_there_is_refused_in_the_same_shape(alice: User) -> None:
    program = Program(alice)
    for address in ("nowhere", "interviews/", "me/x"):
        assert program.get(address, 404)["error"]["code"] == "not-found"
    assert program.get("interviews/x", 422)["error"]["fields"].keys() == {"interview_id"}


def test_a_request_that_cannot_be_read_is_refused_in_the_same_shape(alice: User) -> None:
    response = Program(alice).client.get("/api/v1/me?" + "&".join(["x"] * 2000))
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad-request")


# --- cost -----------------------------------------------------------------------------------


def queries(program: Program, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        program.client.get(f"/api/v1/{address}")
    return len(asked)


def test_a_call_asks_the_database_as_often_however_much_there_is(
    ines: User, alice: User, omar: User
) -> None:
    program = Program(omar)
    program.get("me")  # notes the token's use

    def counted() -> list[int]:
        first = Interview.objects.order_by("started_at")[0]
        return [
            queries(program, address)
            for address in (
                "me",
                "interviews?limit=100",
                "scorecards?limit=100",
                f"interviews/{first.pk}",
                f"interviews/{first.pk}/scorecards",
            )
        ]

    def one_more() -> None:
        interview = graded(
            factories.handed_in_by_invitation(candidate=alice, by=ines, now=clock.now())
        )
        rate(interview, omar, 3, 3, 3)

    one_more()
    few = counted()
    for _ in range(4):
        one_more()
    assert len(program.items("scorecards", limit=100)) == 30
    assert counted() == few
    assert max(few) <= 5


def test_a_wrong_token_costs_one_query(db: None) -> None:
    client = Client(headers={"Authorization": "Bearer mlsd_" + "x" * 5000})
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/api/v1/interviews").status_code == 401
    assert len(asked) == 1
