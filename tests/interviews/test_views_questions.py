"""Choosing what to practise: search, filters, pages, one question."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from interviews.flow import Submitter
from rubrics.models import Question
from tests import factories
from tests.pages import is_harmless, page

LIST = "/questions/"
BAD_PAGES = ["0", "-1", "999", "9" * 40, "x", "", "1.5", "１"]


@pytest.fixture
def three(db: None) -> None:
    """Three questions that differ in every way that one can filter by."""
    document = factories.question_document
    factories.fill_bank(
        questions=(
            document(slug="video-feed", difficulty="easy", targets=["mid"]),
            document(slug="ad-clicks", topic="ads", difficulty="hard", targets=["senior", "staff"]),
            document(slug="video-search", topic="search", summary="Find 100% of it, under_score."),
        )
    )


def shown(client: Client, **chosen: str) -> list[str]:
    """The slugs that the list shows, in its order."""
    links = page(client.get(LIST, chosen)).one("main").inside
    paths = [each.attributes["href"] for each in links if each.tag == "a"]
    return [path.split("/")[2] for path in paths if path.count("/") == 3]


CHOICES: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["ad-clicks", "video-feed", "video-search"]),
    ({"q": "VIDEO"}, ["video-feed", "video-search"]),
    ({"q": "  search   video "}, ["video-search"]),
    ({"q": "video clicks"}, []),
    ({"topic": "ads"}, ["ad-clicks"]),
    ({"difficulty": "easy"}, ["video-feed"]),
    ({"level": "senior"}, ["ad-clicks", "video-search"]),
    ({"level": "staff", "difficulty": "hard", "topic": "ads", "q": "ad"}, ["ad-clicks"]),
    ({"level": "staff", "difficulty": "easy"}, []),
    # The signs that a database search would take for wildcards are letters like others.
    ({"q": "100%"}, ["video-search"]),
    ({"q": "under_score"}, ["video-search"]),
    ({"q": "%"}, ["video-search"]),
    ({"q": "'; DROP TABLE"}, []),
]


def test_what_is_chosen_narrows_the_list(browser_of_alice: Client, three: None) -> None:
    for chosen, slugs in CHOICES:
        assert shown(browser_of_alice, **chosen) == slugs, chosen


def test_what_is_unknown_is_the_same_as_any(browser_of_alice: Client, three: None) -> None:
    for unknown in (
        {"topic": "astrology"},
        {"difficulty": "impossible"},
        {"level": "intern"},
        {"q": "x" * 101},
        {"q": "\x00"},
        {"topic": "\x00", "difficulty": "\x00", "level": "\x00"},
        {"colour": "blue"},
    ):
        assert len(shown(browser_of_alice, **unknown)) == 3, unknown


def test_a_list_that_is_empty_leads_back_to_all(browser_of_alice: Client, three: None) -> None:
    main = page(browser_of_alice.get(LIST, {"q": "nothing has this"})).one("main")
    assert "No question matches" in main.text
    assert any(each.attributes.get("href") == LIST for each in main.inside)


def test_what_was_searched_stays_in_the_box_and_does_no_harm(
    browser_of_alice: Client, three: None
) -> None:
    hostile = '"><script>alert(1)</script>'
    got = page(browser_of_alice.get(LIST, {"q": hostile}))
    assert got.one("input", name="q").attributes["value"] == hostile
    assert not any("alert(1)" in script.text for script in got.all("script"))


def test_htmx_gets_the_results_alone(browser_of_alice: Client, three: None) -> None:
    got = page(browser_of_alice.get(LIST, {"q": "ad"}, headers={"HX-Request": "true"}))
    assert got.elements[0].attributes["id"] == "results"
    assert not got.has("html")


def test_a_page_from_the_history_is_whole(browser_of_alice: Client, three: None) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert page(browser_of_alice.get(LIST, headers=headers)).has("html")


def test_no_cache_confuses_the_results_with_the_page(browser_of_alice: Client, three: None) -> None:
    assert "HX-Request" in browser_of_alice.get(LIST)["Vary"]


@pytest.fixture
def many(db: None) -> None:
    factories.fill_bank(
        questions=tuple(
            factories.question_document(slug=f"question-{number:02}") for number in range(45)
        )
    )


def test_long_lists_have_pages_that_keep_the_filters(browser_of_alice: Client, many: None) -> None:
    assert len(shown(browser_of_alice)) == 20
    assert shown(browser_of_alice, page="3") == [f"question-{n}" for n in range(40, 45)]
    last = page(browser_of_alice.get(LIST, {"page": "2", "q": "question"}))
    assert last.one("a", rel="next").attributes["href"] in (
        "?page=3&q=question",
        "?q=question&page=3",
    )
    assert "Page 2 of 3" in last.one("main").text
    assert "45 questions" in last.one("main").text


def test_a_page_that_is_not_there_is_the_nearest_one(browser_of_alice: Client, many: None) -> None:
    for number in BAD_PAGES:
        assert len(shown(browser_of_alice, page=number)) in (20, 5), number


def test_a_page_of_questions_costs_a_fixed_number_of_queries(
    browser_of_alice: Client, many: None
) -> None:
    counts = []
    for number in ("1", "3"):
        with CaptureQueriesContext(connection) as captured:
            browser_of_alice.get(LIST, {"page": number})
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_it_says_how_often_one_has_done_a_question(
    browser_of_alice: Client, three: None, alice: User, mallory: User, now: datetime
) -> None:
    for _ in range(2):
        factories.submitted(candidate=alice, texts={})
    factories.submitted(candidate=mallory, texts={})
    running = factories.an_interview(candidate=alice, question="ad-clicks", now=now)
    text = page(browser_of_alice.get(LIST)).one("main").text
    assert (text.count("Done 2 times"), text.count("Not done")) == (1, 2)
    running.submit(Submitter.CANDIDATE, now=now)
    text = page(browser_of_alice.get(LIST)).one("main").text
    assert (text.count("Done"), text.count("Not done")) == (2, 1)


@pytest.mark.parametrize("state", [Question.State.DRAFT, Question.State.RETIRED])
def test_what_is_not_published_is_not_there(
    browser_of_alice: Client, three: None, state: Question.State
) -> None:
    Question.objects.filter(slug="ad-clicks").update(state=state)
    assert "ad-clicks" not in shown(browser_of_alice)
    assert browser_of_alice.get("/questions/ad-clicks/").status_code == 404


def test_a_question_shows_its_prompt_and_how_to_start(
    browser_of_alice: Client, three: None
) -> None:
    got = page(browser_of_alice.get("/questions/video-feed/"))
    assert "short films" in got.one("section", class_="prose").text
    assert got.one("section", class_="prose").inside[-1].tag == "em"
    start = reverse("interview_start", args=["video-feed"])
    assert got.has("form", action=start, method="post")
    assert got.field("key")


def test_each_visit_brings_a_key_of_its_own(browser_of_alice: Client, three: None) -> None:
    keys = {page(browser_of_alice.get("/questions/video-feed/")).field("key") for _ in range(2)}
    assert len(keys) == 2


def test_a_question_that_does_not_exist_is_not_there(browser_of_alice: Client, bank: None) -> None:
    assert browser_of_alice.get("/questions/no-such-question/").status_code == 404


def test_a_hostile_prompt_does_no_harm(browser_of_alice: Client, db: None) -> None:
    prompt = "<script>alert(1)</script>\n\n[x](javascript:alert(2)) <img src=x onerror=alert(3)>"
    factories.fill_bank(questions=(factories.question_document(prompt=prompt),))
    got = page(browser_of_alice.get("/questions/video-feed/"))
    prose = got.one("section", class_="prose")
    assert "alert(3)" in prose.text
    assert all(is_harmless(each) for each in prose.inside if each.tag != "h2")


@pytest.mark.parametrize("path", [LIST, "/questions/video-feed/"])
def test_they_take_no_other_method(browser_of_alice: Client, three: None, path: str) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(browser_of_alice, method)(path).status_code == 405, method


@pytest.mark.parametrize("path", [LIST, "/questions/video-feed/"])
def test_strangers_sign_in_first(client: Client, three: None, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")
