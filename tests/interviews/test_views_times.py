"""The clock as its candidate meets it: pause, extra time, outages, and the ledger line by line."""

import json
import uuid
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from interviews import grading
from interviews.flow import Extra, Kind, Submitter
from interviews.models import Interview
from rubrics import clock
from tests import factories
from tests.pages import Page, page

HTMX = {"HX-Request": "true"}
MINUTE = timedelta(minutes=1)


def clock_of(interview: Interview, action: str = "") -> str:
    return f"/interviews/{interview.pk}/clock/{action}"


def stage_of(interview: Interview, action: str = "", *, stage: str = "scope") -> str:
    return f"/interviews/{interview.pk}/stages/{stage}/{action}"


def typed(text: str, *, base: int = 0, **more: str) -> dict[str, str]:
    """What the page's form sends along."""
    return {"text": text, "base": str(base), "key": str(uuid.uuid4()), "from": "scope", **more}


def kinds(interview: Interview) -> list[str]:
    return [line.kind for line in interview.ledger.all()]


def lines(shown: Page) -> list[str]:
    """The rows of the ledger, each as the words in it."""
    (body,) = shown.all("tbody")
    return [" ".join(row.text.split()) for row in body.inside if row.tag == "tr"]


@pytest.fixture
def old(bank: None, alice: User, now: datetime) -> Interview:
    """Alice's interview, begun ten minutes ago and not touched since."""
    return factories.an_interview(candidate=alice, now=now - 10 * MINUTE)


# --- pause and go on ------------------------------------------------------------------------


def test_pause_keeps_the_text_and_shows_it_to_read(
    browser_of_alice: Client, interview: Interview
) -> None:
    answer = browser_of_alice.post(
        clock_of(interview, "pause/"), typed("kept before the pause"), follow=True
    )
    assert answer.redirect_chain[-1][0] == stage_of(interview)
    shown = page(answer)
    box = shown.one("textarea", id="answer")
    assert "readonly" in box.attributes
    assert box.text.strip() == "kept before the pause"
    assert "The clock stands still" in shown.one("div", id="paused").text
    assert shown.one("div", id="clocks").attributes["data-state"] == "paused"
    assert factories.fresh(interview).is_paused


def test_a_text_that_cannot_be_kept_is_handed_back_and_the_clock_runs_on(
    browser_of_alice: Client, interview: Interview
) -> None:
    answer = browser_of_alice.post(clock_of(interview, "pause/"), typed("mine", base=7))
    assert answer.status_code == 409
    assert page(answer).typed() == "mine"
    assert not factories.fresh(interview).is_paused


def test_going_on_opens_the_box_again(browser_of_alice: Client, interview: Interview) -> None:
    browser_of_alice.post(clock_of(interview, "pause/"))
    answer = browser_of_alice.post(clock_of(interview, "resumption/"), follow=True)
    assert "readonly" not in page(answer).one("textarea", id="answer").attributes
    assert kinds(interview) == ["started", "paused", "resumed"]


def test_other_stages_can_be_read_during_a_pause_and_not_entered(
    browser_of_alice: Client, interview: Interview
) -> None:
    browser_of_alice.post(clock_of(interview, "pause/"))
    answer = browser_of_alice.post(
        stage_of(interview, "entry/", stage="design"), {"from": "scope"}, follow=True
    )
    assert page(answer).has("div", id="paused")
    assert factories.fresh(interview).current_stage == "scope"


def test_home_and_history_say_that_it_is_paused(
    browser_of_alice: Client, interview: Interview, now: datetime
) -> None:
    interview.pause(now=now + 10 * MINUTE)
    assert "Paused with 20 min left" in page(browser_of_alice.get("/")).one("main").text
    history = page(browser_of_alice.get("/interviews/")).one("main")
    assert [each.text for each in history.inside if each.attributes.get("class") == "state"] == [
        "Paused"
    ]


@pytest.mark.parametrize("action", ["pause/", "resumption/", "extension/"])
def test_the_clock_moves_only_when_it_is_asked_to(
    browser_of_alice: Client, interview: Interview, action: str
) -> None:
    assert browser_of_alice.get(clock_of(interview, action)).status_code == 405
    assert kinds(interview) == ["started"]


@pytest.mark.parametrize("action", ["pause/", "resumption/", "extension/"])
def test_after_handing_in_nothing_moves_the_clock(
    browser_of_alice: Client, interview: Interview, now: datetime, action: str
) -> None:
    interview.submit(Submitter.CANDIDATE, now=now)
    answer = browser_of_alice.post(clock_of(interview, action), {"extra": "five"})
    assert answer["Location"] == f"/interviews/{interview.pk}/"
    assert kinds(interview) == ["started", "submitted"]


# --- extra time ------------------------------------------------------------------------------


def test_extra_time_is_chosen_at_the_start_and_again_when_one_tries_again(
    browser_of_alice: Client, interview: Interview
) -> None:
    chosen = {"framework": "three-stage", "minutes": "20", "target": "mid", "pacing": "soft"}
    key = uuid.uuid4()
    browser_of_alice.post(
        "/questions/video-feed/interviews/", {**chosen, "key": str(key), "extra": "half"}
    )
    began = Interview.objects.get(pk=key)
    assert began.deadline_at - began.started_at == 30 * MINUTE
    assert began.extra_at_start == Extra.HALF
    again = page(browser_of_alice.get("/questions/video-feed/?extra=half"))
    wished = [
        option
        for option in again.one("select", name="extra").inside
        if "selected" in option.attributes
    ]
    assert [option.attributes["value"] for option in wished] == ["half"]


def test_extra_time_while_writing_answers_with_the_clocks_and_what_more_there_is(
    browser_of_alice: Client, interview: Interview
) -> None:
    answer = browser_of_alice.post(
        clock_of(interview, "extension/"), {"extra": "ten", "from": "scope"}, headers=HTMX
    )
    shown = page(answer)
    left = int(shown.one("div", id="clocks").attributes["data-left"])
    assert 39 * 60 < left <= 40 * 60
    assert shown.one("details", id="clock-menu").attributes["hx-swap-oob"] == "true"
    assert shown.one("span", id="planned-scope").text.strip() == "11 min"
    assert factories.fresh(interview).times(interview.started_at).planned["scope"] == 640


def test_without_a_script_the_text_is_kept_along_with_extra_time(
    browser_of_alice: Client, interview: Interview
) -> None:
    browser_of_alice.post(clock_of(interview, "extension/"), typed("kept too", extra="five"))
    assert interview.sheets.texts().get(stage="scope").text == "kept too"
    assert kinds(interview) == ["started", "extended"]


def test_no_more_is_offered_than_there_is_room_for(
    browser_of_alice: Client, interview: Interview, now: datetime
) -> None:
    def offered() -> list[str]:
        shown = page(browser_of_alice.get(stage_of(interview)))
        return [each.attributes["value"] for each in shown.all("button", name="extra")]

    assert offered() == ["five", "ten", "quarter", "half"]
    for extra in (Extra.DOUBLE, Extra.DOUBLE, Extra.HALF, Extra.FIVE):
        browser_of_alice.post(clock_of(interview, "extension/"), {"extra": extra.value})
    assert offered() == ["five", "ten", "quarter"]
    for extra in (Extra.FIVE, Extra.FIVE):
        browser_of_alice.post(clock_of(interview, "extension/"), {"extra": extra.value})
    assert offered() == []


@pytest.mark.parametrize("extra", ["", "none", "a lot", "9999", "five\x00"])
def test_extra_time_that_does_not_exist_is_not_given(
    browser_of_alice: Client, interview: Interview, extra: str
) -> None:
    browser_of_alice.post(clock_of(interview, "extension/"), {"extra": extra})
    assert kinds(interview) == ["started"]


# --- time given back -----------------------------------------------------------------------------


def test_a_draft_brings_the_claim_for_an_outage_along(
    browser_of_alice: Client, old: Interview
) -> None:
    sent = typed("typed meanwhile", away=json.dumps([[120.5, 0.2]]))
    answer = browser_of_alice.post(stage_of(old, "draft/"), sent, headers=HTMX)
    assert answer.status_code == 200
    line = old.ledger.get(kind=Kind.CREDITED)
    assert line.seconds == 120
    left = int(page(answer).one("p", id="save-state").attributes["data-left"])
    assert 21 * 60 < left <= 22 * 60


def test_a_deadline_that_passed_meanwhile_moves_before_the_text_is_saved(
    browser_of_alice: Client, bank: None, alice: User, now: datetime
) -> None:
    late = factories.an_interview(candidate=alice, now=now - 31 * MINUTE)
    refused = browser_of_alice.post(stage_of(late, "draft/"), typed("too late"), headers=HTMX)
    assert refused.status_code == 410
    sent = typed("typed in time", away="[[150, 0]]")
    assert browser_of_alice.post(stage_of(late, "draft/"), sent, headers=HTMX).status_code == 200
    assert factories.fresh(late).deadline_at > now


def test_the_setting_says_how_much_is_given_back_at_most(
    browser_of_alice: Client, old: Interview, settings: Settings
) -> None:
    settings.OUTAGE_CREDIT_SECONDS = 45
    sent = typed("words", away="[[500, 0]]")
    browser_of_alice.post(stage_of(old, "draft/"), sent, headers=HTMX)
    assert old.ledger.get(kind=Kind.CREDITED).seconds == 45


@pytest.mark.parametrize("claim", ["", "[]", "[[5, 0]]", "{", "[[1e999, 0]]", "[[0, 600]]", "\x00"])
def test_a_claim_that_is_none_saves_the_text_and_gives_nothing(
    browser_of_alice: Client, old: Interview, claim: str
) -> None:
    answer = browser_of_alice.post(
        stage_of(old, "draft/"), typed("words", away=claim), headers=HTMX
    )
    assert answer.status_code == 200
    assert kinds(old) == ["started"]


def test_a_save_without_a_claim_does_not_look_at_the_ledger(
    browser_of_alice: Client, old: Interview, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3) as asked:
        browser_of_alice.post(stage_of(old, "draft/"), typed("words"), headers=HTMX)
    assert not any("ledgerline" in query["sql"] for query in asked)


def test_nobody_claims_for_another(browser_of_mallory: Client, old: Interview) -> None:
    sent = typed("words", away="[[120, 0]]")
    assert browser_of_mallory.post(stage_of(old, "draft/"), sent, headers=HTMX).status_code == 404
    assert kinds(old) == ["started"]


# --- the ledger ----------------------------------------------------------------------------------


def test_the_ledger_says_line_by_line_why_the_time_is_what_it_is(
    browser_of_alice: Client, bank: None, alice: User, now: datetime
) -> None:
    start = now - 60 * MINUTE
    interview = factories.an_interview(candidate=alice, extra=Extra.QUARTER, now=start)
    interview.pause(now=start + 5 * MINUTE)
    interview.resume(now=start + 50 * MINUTE)
    interview.enter("design", now=start + 52 * MINUTE)
    sent = {**typed("words", away="[[90, 30]]"), "from": "design"}
    browser_of_alice.post(stage_of(interview, "draft/", stage="design"), sent, headers=HTMX)
    interview.submit(Submitter.CANDIDATE, now=now + MINUTE)
    shown = page(browser_of_alice.get(clock_of(interview)))
    said = lines(shown)
    when = [each.attributes["datetime"] for each in shown.all("time", data_local="")]
    assert when[0].startswith(start.strftime("%Y-%m-%dT%H:%M:%S"))
    words = [line.split(" ", 3)[3] for line in said]  # after the day, the month and the time
    assert words[:5] == [
        "Started with Scope +30:00 30:00",
        "Extra time a quarter more, chosen at the start +7:30 37:30",
        "Paused in Scope 32:30",
        "Went on in Scope 32:30",
        "Went to Design 30:30",
    ]
    assert words[5].startswith("Time given back the server could not be reached +1:00 23:")
    assert words[6].startswith("Handed in 22:")
    summary = " ".join(shown.one("main").text.split())
    assert "30 minutes were planned, 7:30 of extra time came to it, 37:30 in all." in summary
    assert "1:00 of an outage were given back." in summary
    assert "The clock stood still for 45:00." in summary


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (Submitter.PAGE, "Handed in by the page: time was up"),
        (Submitter.SWEEP, "Handed in by the server: time was up"),
    ],
)
def test_the_ledger_says_who_handed_in(
    browser_of_alice: Client, old: Interview, by: Submitter, said: str
) -> None:
    old.submit(by, now=old.deadline_at)
    assert said in lines(page(browser_of_alice.get(clock_of(old))))[-1]


def test_the_ledger_costs_few_queries_however_long_it_is(
    browser_of_alice: Client,
    old: Interview,
    now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(10):
        old.pause(now=now + number * MINUTE)
        old.resume(now=now + number * MINUTE)
    with django_assert_num_queries(5):  # session, user, interview, framework, ledger
        browser_of_alice.get(clock_of(old))


def test_the_answering_page_and_the_report_lead_to_the_ledger(
    browser_of_alice: Client, interview: Interview
) -> None:
    shown = page(browser_of_alice.get(stage_of(interview)))
    assert shown.has("a", href=clock_of(interview))
    interview.submit(Submitter.CANDIDATE, now=interview.started_at)
    grading.grade(interview.pk, clock=clock.now, lease=MINUTE)
    report = page(browser_of_alice.get(f"/interviews/{interview.pk}/report/"))
    assert report.has("a", href=clock_of(interview))


# --- the clocks ----------------------------------------------------------------------------------


def test_a_stage_over_its_share_says_so_in_words(browser_of_alice: Client, old: Interview) -> None:
    shown = page(browser_of_alice.get(stage_of(old, "clocks/")))
    stage = shown.one("p", data_clock="stage")
    assert "Stage over by" in stage.text
    assert "2:0" in stage.text
    assert "-" not in stage.text
