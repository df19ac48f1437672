"""The front page: a welcome to strangers, the way on for everyone else."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from interviews import grading
from interviews.models import Interview
from tests import factories
from tests.factories import NOON
from tests.pages import page


def test_a_stranger_is_welcomed_and_shown_the_way_in(client: Client, db: None) -> None:
    shown = page(client.get("/"))
    assert shown.has("a", href="/accounts/signup/")
    assert shown.has("a", href="/accounts/login/")
    assert "Practise machine-learning system design" in shown.one("h1").text


def test_an_empty_bank_says_what_to_do(browser_of_alice: Client) -> None:
    assert "No questions yet" in page(browser_of_alice.get("/")).one("main").text


def test_a_new_person_is_shown_a_question(browser_of_alice: Client, bank: None) -> None:
    shown = page(browser_of_alice.get("/"))
    assert shown.has("a", href="/questions/video-feed/")
    assert "Unfinished" not in shown.one("main").text


def test_what_is_still_running_comes_first(browser_of_alice: Client, interview: Interview) -> None:
    main = page(browser_of_alice.get("/")).one("main").text
    assert main.index("Unfinished") < main.index("Next question")
    assert page(browser_of_alice.get("/")).has("a", href=f"/interviews/{interview.pk}/")


def test_the_next_question_is_one_that_was_not_tried(
    browser_of_alice: Client, alice: User, db: None
) -> None:
    factories.fill_bank(
        questions=(
            factories.question_document(slug="a-first"),
            factories.question_document(slug="b-second"),
        )
    )
    factories.an_interview(candidate=alice, question="a-first")
    shown = page(browser_of_alice.get("/"))
    assert shown.has("a", href="/questions/b-second/", class_="button")


def test_the_latest_results_are_shown(browser_of_alice: Client, bank: None, alice: User) -> None:
    interview = factories.submitted(candidate=alice, texts={})
    grading.grade(interview.pk, clock=lambda: NOON, lease=timedelta(minutes=1))
    assert "0 of 100" in page(browser_of_alice.get("/")).one("main").text


def test_other_peoples_interviews_are_not_shown(
    browser_of_mallory: Client, interview: Interview
) -> None:
    assert str(interview.pk) not in browser_of_mallory.get("/").content.decode()


def test_it_costs_as_many_queries_with_many_interviews_as_with_two(
    browser_of_alice: Client, bank: None, alice: User, now: datetime
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            browser_of_alice.get("/")
        return len(captured)

    def practise() -> None:
        factories.an_interview(candidate=alice, now=now)
        done = factories.submitted(candidate=alice, texts={}, now=now)
        grading.grade(done.pk, clock=lambda: now, lease=timedelta(minutes=1))

    practise()
    few = queries()
    for _ in range(4):
        practise()
    assert queries() == few


def test_it_takes_no_other_method(browser_of_alice: Client) -> None:
    for method in ("post", "put", "delete"):
        assert getattr(browser_of_alice, method)("/").status_code == 405, method
