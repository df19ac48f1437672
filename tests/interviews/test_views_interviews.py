"""Starting an interview, one's own history, and the way back to where one stands."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from interviews import grading, reports
from interviews.flow import Pacing, State, Submitter
from interviews.models import Interview, Scorecard
from rubrics import scoring
from rubrics.models import FrameworkVersion, Question
from rubrics.scoring import Judgement
from tests import factories
from tests.factories import NOON
from tests.pages import page

START = "/questions/video-feed/interviews/"
KEY = "00000000-0000-4000-8000-000000000001"


def form(**changes: str) -> dict[str, str]:
    """What a person sends who starts an interview."""
    return {
        "key": KEY,
        "framework": "three-stage",
        "minutes": "30",
        "target": "senior",
        "pacing": "soft",
        **changes,
    }


# --- the start ----------------------------------------------------------------------------


def test_a_start_leads_to_the_first_stage(browser_of_alice: Client, bank: None) -> None:
    answer = browser_of_alice.post(START, form(pacing="strict"), follow=True)
    assert answer.redirect_chain == [
        (f"/interviews/{KEY}/", 302),
        (f"/interviews/{KEY}/stages/scope/", 302),
    ]
    began = Interview.objects.get()
    assert (began.minutes, began.pacing, began.target) == (30, Pacing.STRICT, "senior")
    assert began.deadline_at - began.started_at == timedelta(minutes=30)


BAD = (
    {"framework": "no-such-framework"},
    {"framework": "\x00"},
    {"framework": ""},
    {"minutes": "31"},
    {"minutes": "-30"},
    {"minutes": "0"},
    {"minutes": "thirty"},
    {"minutes": "9" * 30},
    {"target": "intern"},
    {"pacing": "none"},
    {"pacing": ""},
    {"key": "1"},
    {"key": ""},
    {"key": "\x00"},
)


def test_a_value_that_cannot_be_is_told_and_starts_nothing(
    browser_of_alice: Client, bank: None
) -> None:
    for bad in BAD:
        answer = browser_of_alice.post(START, form(**bad))
        assert answer.status_code == 422, bad
        assert "Something does not fit" in page(answer).one("main").text
    assert not Interview.objects.exists()


def test_an_empty_form_starts_nothing(browser_of_alice: Client, bank: None) -> None:
    assert browser_of_alice.post(START).status_code == 422
    assert not Interview.objects.exists()


def test_what_was_chosen_stays_chosen_beside_an_error(browser_of_alice: Client, bank: None) -> None:
    got = page(browser_of_alice.post(START, form(minutes="31", pacing="strict")))
    pacing = got.one("select", name="pacing")
    chosen = [option for option in pacing.inside if "selected" in option.attributes]
    assert [option.attributes["value"] for option in chosen] == ["strict"]
    assert got.has("ul", class_="errorlist")


def test_a_framework_of_yesterday_cannot_be_chosen(browser_of_alice: Client, bank: None) -> None:
    FrameworkVersion.objects.update(is_current=False)
    assert browser_of_alice.post(START, form()).status_code == 422


def test_a_double_click_starts_one_interview(browser_of_alice: Client, bank: None) -> None:
    answers = [browser_of_alice.post(START, form()) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {f"/interviews/{KEY}/"}
    assert Interview.objects.count() == 1


def test_a_key_that_is_used_up_starts_a_new_interview(browser_of_alice: Client, bank: None) -> None:
    browser_of_alice.post(START, form())
    Interview.objects.get().submit(Submitter.CANDIDATE, now=NOON)
    browser_of_alice.post(START, form(minutes="90"))
    assert sorted(each.minutes for each in Interview.objects.all()) == [30, 90]


def test_the_page_with_the_key_is_not_kept_by_the_browser(
    browser_of_alice: Client, bank: None
) -> None:
    answer = browser_of_alice.get(START.removesuffix("interviews/"))
    assert "no-store" in answer["Cache-Control"]


def test_another_persons_key_is_not_there(
    browser_of_alice: Client, browser_of_mallory: Client, bank: None, alice: User
) -> None:
    browser_of_alice.post(START, form())
    assert browser_of_mallory.post(START, form()).status_code == 404
    assert Interview.objects.get().candidate == alice


@pytest.mark.parametrize("state", [Question.State.DRAFT, Question.State.RETIRED])
def test_what_is_not_published_cannot_be_started(
    browser_of_alice: Client, bank: None, state: Question.State
) -> None:
    Question.objects.update(state=state)
    assert browser_of_alice.post(START, form()).status_code == 404
    assert not Interview.objects.exists()


def test_a_question_that_does_not_exist_cannot_be_started(
    browser_of_alice: Client, bank: None
) -> None:
    assert browser_of_alice.post("/questions/none/interviews/", form()).status_code == 404


def test_a_form_of_another_site_starts_nothing(bank: None, alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(START, form()).status_code == 403
    assert not Interview.objects.exists()


# --- the history --------------------------------------------------------------------------


def test_the_history_is_empty_at_first_and_leads_on(browser_of_alice: Client, db: None) -> None:
    got = page(browser_of_alice.get("/interviews/"))
    assert "Nothing here yet" in got.one("main").text


def test_the_history_shows_each_interview_with_its_state(
    browser_of_alice: Client, interview: Interview, alice: User
) -> None:
    factories.submitted(candidate=alice)
    scored = factories.submitted(candidate=alice, texts={})
    grading.grade(scored.pk, clock=lambda: NOON, lease=timedelta(minutes=1))
    got = page(browser_of_alice.get("/interviews/"))
    states = [each.attributes["data-state"] for each in got.all("span", class_="state")]
    assert sorted(states) == ["running", "scored", "scoring"]
    assert "0 of 100" in got.one("main").text


def test_a_score_that_nobody_could_give_is_not_shown_as_a_number(
    browser_of_alice: Client, bank: None, alice: User
) -> None:
    interview = factories.submitted(candidate=alice)
    names = ("goal", "retrieval", "experiment")
    judgements = [Judgement(criterion=name, level=None) for name in names]
    card = scoring.add_up(interview.version.value.rubric, judgements, "rules")
    Scorecard.objects.record(interview, card, now=NOON)
    Interview.objects.update(state=State.SCORED)
    assert reports.build(interview, now=NOON)
    got = page(browser_of_alice.get("/interviews/"))
    assert got.one("span", class_="state").text.strip() == "Not judged"


def test_the_history_is_ones_own(browser_of_mallory: Client, interview: Interview) -> None:
    assert str(interview.pk) not in browser_of_mallory.get("/interviews/").content.decode()


def test_the_history_has_pages(browser_of_alice: Client, bank: None, alice: User) -> None:
    for minute in range(21):
        factories.an_interview(candidate=alice, now=NOON + timedelta(minutes=minute))
    for number, shown in (("1", 20), ("2", 1), ("0", 1), ("-1", 1), ("x", 20), ("9" * 40, 1)):
        got = page(browser_of_alice.get("/interviews/", {"page": number}))
        assert len(list(got.all("li", class_="item"))) == shown, number


def test_the_history_costs_a_fixed_number_of_queries(
    browser_of_alice: Client, bank: None, alice: User
) -> None:
    counts = []
    for more in (2, 10):
        for _ in range(more):
            done = factories.submitted(candidate=alice, texts={})
            grading.grade(done.pk, clock=lambda: NOON, lease=timedelta(minutes=1))
        with CaptureQueriesContext(connection) as captured:
            browser_of_alice.get("/interviews/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- where one stands ---------------------------------------------------------------------


def test_an_interview_leads_to_its_current_stage_and_then_to_its_report(
    browser_of_alice: Client, interview: Interview
) -> None:
    def leads_to() -> str:
        return str(browser_of_alice.get(f"/interviews/{interview.pk}/")["Location"])

    assert leads_to() == f"/interviews/{interview.pk}/stages/scope/"
    interview.enter("design", now=interview.started_at)
    assert leads_to() == f"/interviews/{interview.pk}/stages/design/"
    interview.submit(Submitter.CANDIDATE, now=interview.started_at)
    assert leads_to() == f"/interviews/{interview.pk}/report/"


PATHS = ["/interviews/", "/interviews/{}/"]


@pytest.mark.parametrize("path", PATHS)
def test_they_take_no_other_method(
    browser_of_alice: Client, interview: Interview, path: str
) -> None:
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(browser_of_alice, method)(path.format(interview.pk))
        assert answer.status_code == 405, method


def test_a_start_is_posted(browser_of_alice: Client, bank: None) -> None:
    assert browser_of_alice.get(START).status_code == 405


def test_another_persons_interview_is_not_there(
    browser_of_mallory: Client, interview: Interview
) -> None:
    theirs = browser_of_mallory.get(f"/interviews/{interview.pk}/")
    nobodys = browser_of_mallory.get(f"/interviews/{uuid.uuid4()}/")
    assert theirs.status_code == nobodys.status_code == 404
    assert page(theirs).one("main").text == page(nobodys).one("main").text


@pytest.mark.parametrize("path", PATHS)
def test_strangers_sign_in_first(client: Client, interview: Interview, path: str) -> None:
    address = path.format(interview.pk)
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"
