"""Handing in: once, with the last words, whoever presses and however often."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from interviews.flow import State, Submitter
from interviews.models import Interview
from rubrics import clock
from tests import factories
from tests.pages import page


@pytest.fixture
def path(interview: Interview) -> str:
    return f"/interviews/{interview.pk}/submission/"


def test_a_last_look_says_how_much_is_written_where(
    browser_of_alice: Client, interview: Interview, path: str
) -> None:
    factories.write(interview, {"scope": "two words"}, now=interview.started_at)
    interview.sheets.filter(stage="design", part="outline").update(text="Events -> Store")
    answer = browser_of_alice.get(path)
    cells = [cell.text.strip() for cell in page(answer).all("td")]
    assert cells == ["Scope", "2", "Design", "whiteboard", "Evaluation", "empty"]
    assert "no-store" in answer["Cache-Control"]
    assert factories.fresh(interview).is_running


def test_handing_in_leads_to_the_report_and_rings_a_worker(
    browser_of_alice: Client,
    interview: Interview,
    path: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as bells:
        answer = browser_of_alice.post(path)
    assert answer["Location"] == f"/interviews/{interview.pk}/report/"
    kept = factories.fresh(interview)
    assert (kept.state, kept.submitted_by) == (State.SUBMITTED, Submitter.CANDIDATE)
    assert len(bells) == 1


def test_handing_in_twice_is_no_error_and_happens_once(
    browser_of_alice: Client,
    interview: Interview,
    path: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as bells:
        answers = [browser_of_alice.post(path) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert len(bells) == 1
    assert interview.ledger.filter(kind="submitted").count() == 1


def test_the_back_button_after_handing_in_leads_to_the_report(
    browser_of_alice: Client, interview: Interview, path: str
) -> None:
    browser_of_alice.post(path)
    assert browser_of_alice.get(path)["Location"] == f"/interviews/{interview.pk}/report/"


def test_a_clock_that_ran_out_is_told_from_a_button(
    browser_of_alice: Client, interview: Interview, path: str
) -> None:
    Interview.objects.update(deadline_at=clock.now() + timedelta(seconds=1))
    browser_of_alice.post(path, {"clock": "1"})
    kept = factories.fresh(interview)
    assert (kept.submitted_by, kept.was_cut_off) == (Submitter.PAGE, True)


def test_a_page_whose_clock_ran_out_too_early_hands_nothing_in(
    browser_of_alice: Client, interview: Interview, path: str
) -> None:
    Interview.objects.update(deadline_at=clock.now() + timedelta(minutes=20))
    answer = browser_of_alice.post(path, {"clock": "1"}, follow=True)
    assert factories.fresh(interview).is_running
    assert answer.redirect_chain[-1][0] == f"/interviews/{interview.pk}/stages/scope/"


def test_after_the_sweep_was_there_first_nothing_breaks(
    browser_of_alice: Client, interview: Interview, path: str
) -> None:
    interview.submit(Submitter.SWEEP, now=interview.deadline_at + timedelta(minutes=1))
    assert browser_of_alice.post(path, {"clock": "1"}).status_code == 302
    assert factories.fresh(interview).submitted_by == Submitter.SWEEP


def test_another_persons_interview_is_not_there(
    browser_of_mallory: Client, interview: Interview, path: str
) -> None:
    assert browser_of_mallory.get(path).status_code == 404
    assert browser_of_mallory.post(path).status_code == 404
    assert factories.fresh(interview).is_running


def test_strangers_sign_in_first(client: Client, interview: Interview, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client.post(path).status_code == 302
    assert factories.fresh(interview).is_running


def test_a_form_of_another_site_hands_nothing_in(interview: Interview, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(interview.candidate)
    assert strict.post(path).status_code == 403
    assert factories.fresh(interview).is_running


def test_it_takes_no_other_method(browser_of_alice: Client, path: str) -> None:
    for method in ("put", "patch", "delete"):
        assert getattr(browser_of_alice, method)(path).status_code == 405, method
