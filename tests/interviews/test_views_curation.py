"""The curators' pages about interviews: item analysis and rescore."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from interviews import rescoring
from interviews.items import LEAST
from interviews.models import Interview, Rescore
from rubrics.models import Question
from tests import factories
from tests.factories import NOON
from tests.interviews.test_grading import rung
from tests.interviews.test_rescoring import LATER, graded, publish, worked_off
from tests.pages import page

ITEMS = "/bank/video-feed/items/"
RESCORE = "/bank/video-feed/rescore/"
SCORECARDS = "/bank/video-feed/rescore/scorecards/"
HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.usefixtures("bank")


@pytest.fixture
def curator(db: None) -> User:
    return factories.a_user(name="carol", group="curator")


@pytest.fixture
def browser_of_carol(curator: User) -> Client:
    client = Client()
    client.force_login(curator)
    return client


@pytest.fixture
def old(alice: User) -> Interview:
    interview = graded(alice)
    publish()
    return interview


def ready(curator: User) -> Rescore:
    question = Question.objects.select_related("published").get(slug="video-feed")
    rescore = rescoring.begin(question, by=curator, now=LATER)
    assert rescore
    return worked_off(rescore)


@pytest.mark.parametrize("path", [ITEMS, RESCORE])
def test_who_is_no_curator_finds_nothing(browser_of_mallory: Client, path: str) -> None:
    assert browser_of_mallory.get(path).status_code == 404


@pytest.mark.parametrize("path", [RESCORE, SCORECARDS])
def test_who_is_no_curator_starts_nothing(
    browser_of_mallory: Client, old: Interview, curator: User, path: str
) -> None:
    rescore = ready(curator)
    answer = browser_of_mallory.post(path, {"rescore": rescore.pk})
    assert answer.status_code == 404
    assert Rescore.objects.get().state == Rescore.State.READY


@pytest.mark.parametrize("path", ["/bank/none/items/", "/bank/none/rescore/"])
def test_a_question_that_is_not_there_is_not_found(browser_of_carol: Client, path: str) -> None:
    assert browser_of_carol.get(path).status_code == 404


def test_the_wrong_method_is_refused(browser_of_carol: Client) -> None:
    assert browser_of_carol.post(ITEMS).status_code == 405
    assert browser_of_carol.put(RESCORE).status_code == 405
    assert browser_of_carol.get(SCORECARDS).status_code == 405


@pytest.mark.parametrize("path", [ITEMS, RESCORE])
def test_a_question_that_was_never_published_says_so(browser_of_carol: Client, path: str) -> None:
    Question.objects.create(slug="new", title="New", updated_at=NOON)
    told = page(browser_of_carol.get(path.replace("video-feed", "new"))).one("main").text
    assert "Nothing is published yet" in told


class TestItems:
    def test_nobody_yet_says_so(self, browser_of_carol: Client) -> None:
        assert "No interview yet" in page(browser_of_carol.get(ITEMS)).one("main").text

    def test_interviews_by_another_rubric_lead_to_the_rescore(
        self, browser_of_carol: Client, old: Interview
    ) -> None:
        shown = page(browser_of_carol.get(ITEMS))
        assert "1 interview was scored by another rubric" in " ".join(
            shown.one("main").text.split()
        )
        assert shown.has("a", href=RESCORE)

    def test_few_interviews_show_their_number_and_that_it_is_too_few(
        self, browser_of_carol: Client, alice: User
    ) -> None:
        graded(alice)
        told = " ".join(page(browser_of_carol.get(ITEMS)).one("main").text.split())
        assert "1, by 1 person" in told
        assert f"Too few to say: from {LEAST} interviews on" in told
        assert "Nothing can be said yet." in told
        assert "No person has scored any of these" in told

    def test_enough_of_them_show_what_to_mend(self, browser_of_carol: Client, alice: User) -> None:
        for _ in range(LEAST):
            graded(
                alice, texts={"scope": "We raise watch time per session, because clicks mislead."}
            )
        shown = page(browser_of_carol.get(ITEMS))
        mend = shown.one("ul", class_="items")
        assert "Nobody meets this: is it named as people say it?" in mend.text
        assert "Everybody has level 1" in mend.text
        assert [each.text for each in shown.all("h2")] == [
            "What to mend",
            "Criteria",
            "Time per stage",
            "The judge beside people",
            "Indicators",
        ]
        assert shown.html.count('scope="rowgroup"') == 3 + 3 + 4

    def test_nobody_is_named(self, browser_of_carol: Client, alice: User) -> None:
        graded(alice)
        assert "alice" not in page(browser_of_carol.get(ITEMS)).html

    def test_more_interviews_need_no_more_queries(
        self,
        browser_of_carol: Client,
        alice: User,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        graded(alice)
        with CaptureQueriesContext(connection) as few:
            browser_of_carol.get(ITEMS)
        for _ in range(3):
            graded(alice)
        with django_assert_num_queries(len(few)):
            browser_of_carol.get(ITEMS)


class TestRescore:
    def test_nothing_to_rescore_says_so(self, browser_of_carol: Client, alice: User) -> None:
        graded(alice)
        shown = page(browser_of_carol.get(RESCORE))
        assert "Nothing to rescore" in shown.one("main").text
        assert "Every scored interview on this question" in shown.one("main").text
        assert not shown.has("form", action=RESCORE)

    def test_no_interview_at_all_says_so(self, browser_of_carol: Client) -> None:
        told = page(browser_of_carol.get(RESCORE)).one("main").text
        assert "No interview on this question has been scored yet." in told

    def test_nothing_to_rescore_begins_nothing(self, browser_of_carol: Client) -> None:
        assert browser_of_carol.post(RESCORE).headers["Location"] == RESCORE
        assert not Rescore.objects.exists()

    def test_it_says_how_many_wait_and_offers_to_look(
        self, browser_of_carol: Client, old: Interview
    ) -> None:
        shown = page(browser_of_carol.get(RESCORE))
        assert "1 interview was never scored by the rubric of version 2" in " ".join(
            shown.one("main").text.split()
        )
        assert shown.has("form", action=RESCORE)
        assert not shown.has("form", action=SCORECARDS)

    def test_looking_rings_a_worker_and_shows_its_progress(
        self,
        browser_of_carol: Client,
        old: Interview,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        rung()
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser_of_carol.post(RESCORE, follow=True)
        rescore = Rescore.objects.get()
        assert rung() == [str(rescore.pk)]
        shown = page(answer)
        progress = shown.one("progress")
        assert (progress.attributes["value"], progress.attributes["max"]) == ("0", "1")
        assert shown.one("div", id="progress").attributes["hx-get"] == RESCORE
        assert not shown.has("form", action=RESCORE)
        assert "no-store" in answer["Cache-Control"]
        part = page(browser_of_carol.get(RESCORE, headers=HTMX))
        assert part.elements[0].attributes["id"] == "progress"
        worked_off(rescore)
        assert browser_of_carol.get(RESCORE, headers=HTMX)["HX-Refresh"] == "true"

    def test_the_list_shows_what_would_change_and_no_name(
        self, browser_of_carol: Client, old: Interview, curator: User
    ) -> None:
        line = ready(curator).lines.get()
        shown = page(browser_of_carol.get(RESCORE))
        row = " ".join(shown.one("tbody").text.split())
        assert row.startswith("2 Mar 2026 version 1")
        assert f"{line.before:.1f} {line.after:.1f} {line.difference:.1f}" in row
        assert "Band for mid: above → meets; Goal: 3 → 2; Price: not asked → 1;" in row
        assert "Retrieval: 4 → not asked" in row
        told = " ".join(shown.one("main").text.split())
        assert "1: 0 higher, 1 lower" in told
        assert "Nobody's score has changed so far" in told
        assert "alice" not in shown.html

    def test_the_button_adds_scorecards_and_the_page_says_it_is_done(
        self,
        browser_of_carol: Client,
        old: Interview,
        curator: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        rescore = ready(curator)
        number = page(browser_of_carol.get(RESCORE)).field("rescore")
        rung()
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser_of_carol.post(SCORECARDS, {"rescore": number}, follow=True)
        assert rung() == [str(rescore.pk)]
        assert "Adding scorecards: 0 of 1." in page(answer).one("div", id="progress").text
        worked_off(rescore)
        shown = page(browser_of_carol.get(RESCORE))
        told = " ".join(shown.one("main").text.split())
        assert "1 interview got another scorecard. The old ones are kept." in told
        assert "carol@example.org" in told
        assert not shown.has("form", action=SCORECARDS)
        assert not shown.has("form", action=RESCORE)
        assert old.scorecards.count() == 2

    @pytest.mark.parametrize("number", ["", "x", "7777777", None])
    def test_a_list_that_is_out_of_date_is_refused_with_a_word(
        self, browser_of_carol: Client, old: Interview, number: str | None
    ) -> None:
        sent = {} if number is None else {"rescore": number}
        answer = browser_of_carol.post(SCORECARDS, sent, follow=True)
        assert "this list is out of date" in page(answer).one("div", id="messages").text
        assert old.scorecards.count() == 1

    def test_an_answer_that_could_not_be_judged_is_shown_with_why(
        self, browser_of_carol: Client, old: Interview, curator: User
    ) -> None:
        rescore = ready(curator)
        rescore.lines.update(problem="<b>boom</b>", after=None)
        shown = page(browser_of_carol.get(RESCORE))
        assert "It could not be judged: <b>boom</b>" in shown.one("tbody").text
        assert "1; they stay as they are" in shown.one("main").text

    def test_a_long_list_has_pages_and_needs_no_more_queries(
        self,
        browser_of_carol: Client,
        alice: User,
        curator: User,
        monkeypatch: pytest.MonkeyPatch,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for _ in range(3):
            graded(alice)
        publish()
        ready(curator)
        monkeypatch.setattr(rescoring, "PER_PAGE", 1)
        with CaptureQueriesContext(connection) as few:
            browser_of_carol.get(RESCORE)
        monkeypatch.setattr(rescoring, "PER_PAGE", 2)
        with django_assert_num_queries(len(few)):
            first = page(browser_of_carol.get(RESCORE))
        assert first.has("nav", class_="pages")
        assert first.html.count('scope="rowgroup"') == 2
        second = page(browser_of_carol.get(f"{RESCORE}?page=2"))
        assert second.html.count('scope="rowgroup"') == 1

    def test_a_report_shows_the_new_score_only_after_the_rescore(
        self, browser_of_alice: Client, old: Interview, curator: User
    ) -> None:
        path = f"/interviews/{old.pk}/report/"
        before = page(browser_of_alice.get(path)).one("main").text
        assert "Scored by version 1 of this question." in before
        rescore = ready(curator)
        assert page(browser_of_alice.get(path)).one("main").text == before
        assert rescore.write()
        worked_off(rescore)
        after = page(browser_of_alice.get(path)).one("main").text
        assert "Scored again by version 2 of this question" in after
