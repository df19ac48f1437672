"""The pages that look at a draft: as candidates see it, what it changes, what it scores."""

import json
from typing import Any

import pytest
from django.test import Client

from rubrics.models import Draft, Question
from tests import factories
from tests.factories import NOON
from tests.pages import Page, page

BANK = "/bank/video-feed"
FEED = "We raise watch time per session, because clicks mislead."

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    """A curator, and a bank with one question."""
    factories.fill_bank()
    client.force_login(factories.a_user(name="carol", group="curator"))
    return client


def drafted(**changes: Any) -> None:
    write(json.dumps(factories.question_document(**changes)))


def write(text: str) -> None:
    question = Question.objects.get()
    Draft.objects.create(question=question, base=question.published, text=text, updated_at=NOON)


def told(shown: Page) -> str:
    return " ".join(shown.one("main").text.split())


PROBE = "Where do the 200 ms go?"
CURVEBALL = "From next week on, *nobody* may be tracked."
READING: dict[str, Any] = {
    "title": "Short films, long days",
    "authors": "A. Viewer",
    "year": 2020,
    "where": "RecSys",
}


def test_the_preview_shows_all_that_is_asked_and_said_and_candidates_see_none_of_it(
    desk: Client,
) -> None:
    known: dict[str, Any] = {
        "facts": [{"id": "users", "fact": "30 million a day.", "asks": ["How many?", "Daily?"]}],
        "probes": [{"id": "budget", "ask": PROBE, "indicators": ["goal.load"]}],
        "curveball": {"change": CURVEBALL, "indicators": ["goal.metric"]},
        "reading": [READING],
    }
    factories.fill_bank(questions=(factories.question_document(**known),))
    shown = page(desk.get(f"{BANK}/preview/"))
    knows = shown.one("section", aria_labelledby="interviewer")
    folds = [" ".join(each.text.split()) for each in knows.inside if each.tag == "details"]
    assert folds == [
        f"Probes (1) {PROBE} Indicators: goal.load",
        "Curveball From next week on, nobody may be tracked. Indicators: goal.metric",
        "Reading (1) Short films, long days A. Viewer, RecSys, 2020",
    ]
    assert not any("open" in each.attributes for each in knows.inside if each.tag == "details")
    fact = "30 million a day. Told when asked, for example: How many? · Daily?"
    assert fact in " ".join(knows.text.split())
    candidates = told(page(desk.get("/questions/video-feed/")))
    assert "How it is scored" in candidates
    assert not [said for said in (PROBE, "tracked", READING["title"]) if said in candidates]


def test_a_question_without_probes_curveball_or_reading_has_no_empty_folds(desk: Client) -> None:
    knows = page(desk.get(f"{BANK}/preview/")).one("section", aria_labelledby="interviewer")
    assert not [each for each in knows.inside if each.tag == "details"]


def ways_to_look(desk: Client) -> list[str]:
    shown = page(desk.get(f"{BANK}/")).one("nav", aria_label="Look at it")
    return [each.text for each in shown.inside if each.tag == "a"]


def test_a_question_offers_only_what_there_is_to_look_at(desk: Client) -> None:
    published = ["How its rubric does", "Rescore", "Export as YAML"]
    assert ways_to_look(desk) == ["As candidates see it", "Test bench", *published]
    drafted(title="Another title")
    assert ways_to_look(desk) == [
        "As candidates see it",
        "What the draft changes",
        "Test bench",
        *published,
    ]
    assert page(desk.get(f"{BANK}/items/")).one("h1").text == "How its rubric does"
    Draft.objects.update(base=None)
    Question.objects.update(published=None, state=Question.State.DRAFT)
    assert ways_to_look(desk) == ["As candidates see it", "Test bench"]


def test_without_a_draft_its_changes_say_so(desk: Client) -> None:
    shown = page(desk.get(f"{BANK}/changes/"))
    assert "There is no draft" in told(shown)
    assert shown.has("a", href=f"{BANK}/")


def test_a_draft_of_what_was_never_published_is_all_new(desk: Client) -> None:
    drafted()
    Draft.objects.update(base=None)
    Question.objects.update(published=None, state=Question.State.DRAFT)
    assert "Nothing is published yet, so all of it is new" in told(
        page(desk.get(f"{BANK}/changes/"))
    )
    bench = page(desk.post(f"{BANK}/bench/", {"framework": "three-stage", "text": FEED}))
    assert "Nothing is published yet." in told(bench)
    assert [each.text for each in bench.all("th") if each.attributes.get("scope") == "col"] == [
        "Criterion",
        "Draft",
        "What it rests on",
    ]


def test_a_draft_that_cannot_be_read_has_no_changes_to_show(desk: Client) -> None:
    write("{")
    shown = page(desk.get(f"{BANK}/changes/"))
    assert "The draft cannot be read" in told(shown)
    assert shown.has("a", href=f"{BANK}/draft/")
    assert "There is no draft" not in told(page(desk.get(f"{BANK}/bench/")))


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 10, "0", "-1", "x", "²"])
def test_a_version_that_is_not_there_is_passed_over(desk: Client, number: str) -> None:
    drafted()
    shown = page(desk.get(f"{BANK}/changes/", {"from": number, "to": number}))
    assert "From version 1 to the draft." in told(shown)


def test_changes_mark_words_and_fold_what_stays(desk: Client) -> None:
    prompt = "One stays. Two stays. Three is <b>old</b> today."
    factories.fill_bank(questions=(factories.question_document(prompt=prompt),))
    drafted(prompt=prompt.replace("old", "new"), title="Video feed")
    shown = page(desk.get(f"{BANK}/changes/"))
    assert shown.one("del").text == "removed: <b>old</b> "
    assert shown.one("ins").text == "added: <b>new</b> "
    (folded,) = [each for each in shown.all("summary") if "stay" in each.text]
    assert folded.text.strip() == "2 sentences stay"


def test_what_differs_only_by_blanks_is_told_as_that(desk: Client) -> None:
    factories.fill_bank(questions=(factories.question_document(prompt="One. Two."),))
    drafted(prompt="One.\n\nTwo.")
    assert "Only blanks and line breaks differ." in told(page(desk.get(f"{BANK}/changes/")))


def test_a_draft_that_says_the_same_says_so(desk: Client) -> None:
    drafted()
    assert "They say the same." in told(page(desk.get(f"{BANK}/changes/")))


def test_a_pasted_answer_shows_only_the_criterion_that_changes(desk: Client) -> None:
    document = factories.question_document()
    document["rubric"]["criteria"][0]["indicators"][0]["wordings"] = ["hours of joy"]
    write(json.dumps(document))
    shown = page(desk.post(f"{BANK}/bench/", {"framework": "three-stage", "text": FEED}))
    assert "Goal changes" in told(shown)
    assert "Show the other 2 criteria" in told(shown)
    labels = [each.attributes.get("data-label") for each in shown.all("td")]
    assert labels[:3] == ["Published", "Draft", None]


def test_what_one_version_judged_is_shown_in_one_column(desk: Client) -> None:
    shown = page(desk.post(f"{BANK}/bench/", {"framework": "three-stage", "text": FEED}))
    assert "There is no draft." in told(shown)
    assert {each.attributes.get("data-label") for each in shown.all("td")} == {"Published", None}
    assert "Names the metric" in told(shown)
    assert f"“{FEED}”" in told(shown)


def test_samples_are_folded_below_the_field(desk: Client) -> None:
    drafted(title="Another title")
    shown = page(desk.get(f"{BANK}/bench/"))
    assert [each.text for each in shown.all("h2")] == ["Try an answer", "Model answer"]
    assert "No level changes. Show all 3 criteria" in told(shown)


def test_a_question_without_samples_says_so(desk: Client) -> None:
    factories.fill_bank(questions=(factories.question_document(model_answer=None),))
    assert "No samples to score" in told(page(desk.get(f"{BANK}/bench/")))


def test_an_empty_answer_is_asked_for(desk: Client) -> None:
    answer = desk.post(f"{BANK}/bench/", {"framework": "three-stage", "text": ""})
    assert answer.status_code == 422
    assert "This field is required." in told(page(answer))
