"""The handbook: what it lists, what its search finds, its cards, and what leads to them."""

import importlib
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from interviews import grading
from interviews.flow import Submitter
from rubrics import bank, clock, handbook, schema
from rubrics.loading import Library
from rubrics.models import Concept, FrameworkVersion, Question
from tests import factories
from tests.factories import NOON
from tests.pages import HOSTILE, Page, is_harmless, page

HANDBOOK = "/handbook/"
ADDRESSES = (
    HANDBOOK,
    "/handbook/cards/",
    "/handbook/concepts/recall/",
    "/handbook/frameworks/three-stage/",
)


def concept(slug: str, **fields: Any) -> schema.Concept:
    about = {
        "title": slug.replace("-", " ").capitalize(),
        "wordings": [slug],
        "card": f"On {slug}.",
    }
    return schema.Concept.model_validate({"id": slug, **about, **fields})


def bring(*concepts: schema.Concept, questions: tuple[dict[str, Any], ...] = ()) -> None:
    """Bring in concepts, a framework of three stages, and questions (documents)."""
    framework = schema.Framework.model_validate(factories.framework_document())
    known = {each.id: each for each in concepts}
    bank.bring(Library({framework.id: framework}, known, {}, {}), now=NOON)
    for document in questions:
        bank.publish(schema.Question.model_validate(document), now=NOON)


def question(slug: str, *concepts: str, **changes: Any) -> dict[str, Any]:
    return factories.question_document(slug=slug, concepts=concepts, **changes)


@pytest.fixture
def reader(db: None, client: Client) -> Client:
    client.force_login(factories.a_user(name="alice"))
    return client


@pytest.fixture
def cards(db: None) -> None:
    """Four cards; two questions on recommendation draw on three of them, one on ads on one."""
    bring(
        concept("recall", wordings=["(hit|true positive) rate", "found .. of all"]),
        concept("two-tower", title="Two-tower model", card="Two towers give **embeddings**."),
        concept("drift", card="**What it is.** The world *moves*.\n\nMore of it.", source="Gama"),
        concept("zero-shot", card=None),
        questions=(
            question("feed", "recall", "drift"),
            question("shop", "drift", "two-tower"),
            question("ads", "drift", topic="ads"),
        ),
    )


def links(found: Page, beginning: str) -> list[str]:
    """Where the links of the main part lead that begin like this, without it."""
    main = found.one("main").inside
    paths = [each.attributes["href"] for each in main if each.tag == "a"]
    return [path.removeprefix(beginning) for path in paths if path.startswith(beginning)]


# --- what there is ------------------------------------------------------------------------


def test_the_first_page_lists_frameworks_topics_and_cards(reader: Client, cards: None) -> None:
    got = page(reader.get(HANDBOOK))
    assert links(got, "/handbook/frameworks/") == ["three-stage/"]
    often = ["drift/", "recall/", "two-tower/"]
    ads = ["drift/?topic=ads"]
    recommendation = [f"{slug}/?topic=recommendation" for slug in ("drift", "recall", "two-tower")]
    by_letter = ["drift/", "recall/", "two-tower/", "zero-shot/"]
    assert links(got, "/handbook/concepts/") == [*often, *ads, *recommendation, *by_letter]
    assert "3 questions" in got.one("main").text


def test_topics_are_those_of_published_questions(reader: Client, cards: None) -> None:
    Question.objects.filter(slug="ads").update(state=Question.State.RETIRED)
    text = page(reader.get(HANDBOOK)).one("section", aria_labelledby="topics").text
    assert "Recommendation" in text
    assert "Ads" not in text


def test_an_empty_handbook_says_so(reader: Client) -> None:
    assert "There are no cards yet" in page(reader.get(HANDBOOK)).one("main").text
    assert "No cards here" in page(reader.get("/handbook/cards/")).one("main").text


def test_publishing_notes_the_concepts_of_question_and_indicators(db: None) -> None:
    document = question("feed", "drift", "recall")
    indicator = document["rubric"]["criteria"][0]["indicators"][0]
    indicator["concepts"] = ["recall", "two-tower"]
    bring(questions=(document,))
    noted = ["drift", "recall", "two-tower"]
    assert Question.objects.get().concepts == noted

    Question.objects.update(concepts=[])
    migration = importlib.import_module("rubrics.migrations.0004_question_concepts")
    migration.fill(apps, None)
    assert Question.objects.get().concepts == noted


# --- search -------------------------------------------------------------------------------

SEARCHES: list[tuple[str, list[str]]] = [
    ("drift", ["drift"]),
    ("DRIFT world", ["drift"]),
    ("embedding tower", ["two-tower"]),
    ("towers", ["two-tower"]),
    ("two-towers", ["two-tower"]),
    ("true positive", ["recall"]),
    ("on", ["recall"]),
    ("drift recall", []),
    ("100%", []),
    ("_", []),
    ("'; DROP TABLE", []),
]


@pytest.mark.parametrize(("words", "slugs"), SEARCHES)
def test_every_word_must_occur(reader: Client, cards: None, words: str, slugs: list[str]) -> None:
    got = page(reader.get(HANDBOOK, {"q": words}))
    assert [link.rstrip("/") for link in links(got, "/handbook/concepts/")] == slugs


def test_what_is_called_so_comes_first(db: None) -> None:
    bring(
        concept("a", title="All about it", card="It is about drift."),
        concept("b", title="Bad drift"),
        concept("c", title="Drift"),
    )
    assert [hit.slug for hit in handbook.found("drift").concepts] == ["c", "b", "a"]


def test_a_hit_shows_how_its_card_begins(db: None, cards: None) -> None:
    (hit,) = handbook.found("drift").concepts
    assert hit.begins == "The world moves."


def test_stages_are_found_by_all_that_they_say(reader: Client, cards: None) -> None:
    for words in ("design cover", "three beginning with evaluation", "who served scope"):
        got = page(reader.get(HANDBOOK, {"q": words}))
        (stage,) = links(got, "/handbook/frameworks/three-stage/")
        assert stage.removeprefix("#stage-") in words


def test_a_search_in_vain_says_what_to_do(reader: Client, cards: None) -> None:
    main = page(reader.get(HANDBOOK, {"q": "nothing says this"})).one("main")
    assert "Use fewer words" in main.text
    assert any(each.attributes.get("href") == HANDBOOK for each in main.inside)


def test_whatever_was_typed_stays_in_the_box_and_does_no_harm(reader: Client, cards: None) -> None:
    for hostile in (*HOSTILE, "\x00drift", "x" * 500):
        got = page(reader.get(HANDBOOK, {"q": hostile}))
        kept = hostile.replace("\x00", "").strip()[:100].strip()
        assert got.one("input", name="q").attributes["value"].strip() == kept
        assert not any("alert(1)" in script.text for script in got.all("script"))


def test_htmx_gets_the_results_alone_but_not_for_its_history(reader: Client, cards: None) -> None:
    headers = {"HX-Request": "true"}
    answer = reader.get(HANDBOOK, {"q": "drift"}, headers=headers)
    assert "HX-Request" in answer["Vary"]
    assert page(answer).elements[0].attributes["id"] == "results"
    restored = {**headers, "HX-History-Restore-Request": "true"}
    assert page(reader.get(HANDBOOK, headers=restored)).has("html")


# --- cards --------------------------------------------------------------------------------


def test_a_card_shows_its_text_its_source_other_names_and_questions(
    reader: Client, cards: None
) -> None:
    got = page(reader.get("/handbook/concepts/drift/"))
    assert got.one("div", class_="prose").inside[1].tag == "strong"
    assert "Source: Gama" in got.one("article").text
    assert links(got, "/questions/") == ["ads/", "feed/", "shop/"]


def test_other_names_are_written_without_signs() -> None:
    wordings = ["drift", "(data|concept|label) drift", "moves .. away", "(a|b .. c) d", " e  (|f)"]
    said = handbook.card(concept("drift", wordings=wordings)).said
    assert said == ("data drift", "e", "concept drift", "e f")


def test_every_card_of_the_library_is_readable(db: None) -> None:
    bank.import_library(now=NOON)
    for card in handbook.cards(handbook.deck()):
        assert card.value.card
        assert card.said
        assert not any(sign in way for way in card.said for sign in "()|")
        assert not any(".." in way for way in card.said)


def test_one_goes_through_the_cards_of_a_topic(reader: Client, cards: None) -> None:
    first = page(reader.get("/handbook/concepts/drift/", {"topic": "recommendation"}))
    assert "1 of 3" in first.one("nav", class_="turn").text
    assert not first.has("a", rel="prev")
    second = page(reader.get(first.one("a", rel="next").attributes["href"]))
    assert "Recall" in second.one("h1").text
    third = page(reader.get(second.one("a", rel="next").attributes["href"]))
    assert "3 of 3" in third.one("nav", class_="turn").text
    assert not third.has("a", rel="next")


def test_a_card_that_is_not_in_the_deck_is_shown_among_all(reader: Client, cards: None) -> None:
    for chosen in ({}, {"topic": "ads"}, {"topic": "no"}, {"question": "no"}, {"topic": "\x00"}):
        got = page(reader.get("/handbook/concepts/recall/", chosen))
        assert "2 of 4" in got.one("nav", class_="turn").text, chosen
        assert "?" not in got.one("a", rel="next").attributes["href"]


def test_a_card_that_nobody_wrote_says_so(reader: Client, cards: None) -> None:
    got = page(reader.get("/handbook/concepts/zero-shot/"))
    assert "Nobody has written this card yet" in got.one("main").text


def test_a_hostile_card_does_no_harm(reader: Client) -> None:
    bring(concept("recall", card="\n\n".join(HOSTILE), source=HOSTILE[0]))
    article = page(reader.get("/handbook/concepts/recall/")).one("article")
    (prose,) = [each for each in article.inside if each.attributes.get("class") == "prose"]
    assert all(is_harmless(each) for each in prose.inside)
    assert not any(each.tag == "script" for each in article.inside)


def test_many_cards_are_on_one_page(reader: Client, cards: None) -> None:
    for chosen, slugs in (
        ({}, ["drift", "recall", "two-tower", "zero-shot"]),
        ({"topic": "recommendation"}, ["drift", "recall", "two-tower"]),
        ({"question": "shop"}, ["drift", "two-tower"]),
    ):
        got = page(reader.get("/handbook/cards/", chosen))
        names = [each.attributes["aria-labelledby"] for each in got.all("article")]
        assert names == [f"card-{slug}" for slug in slugs]


# --- frameworks ---------------------------------------------------------------------------


def test_a_framework_shows_its_stages_with_their_share(reader: Client, cards: None) -> None:
    got = page(reader.get("/handbook/frameworks/three-stage/"))
    shares = [each.text for each in got.all("span", class_="share")]
    assert shares == ["8 min, 27%", "10 min, 33%", "12 min, 40%"]
    assert [each.attributes["id"] for each in got.all("h2")][1:] == [
        "stage-scope",
        "stage-design",
        "stage-evaluation",
    ]
    text = got.one("main").text
    assert text.count("Who is served?") == text.count("Beginning with a model.") == 3


def test_only_the_framework_of_today_is_there(reader: Client, cards: None) -> None:
    FrameworkVersion.objects.update(is_current=False)
    assert reader.get("/handbook/frameworks/three-stage/").status_code == 404


# --- all pages ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_page_costs_a_fixed_number_of_queries(reader: Client, cards: None, path: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert reader.get(path).status_code == 200
        return len(captured)

    before = count()
    more = [f"more-{number}" for number in range(30)]
    bring(*map(concept, more), questions=tuple(question(f"q-{each}", *more) for each in more))
    assert count() == before


@pytest.mark.parametrize("path", ADDRESSES)
def test_pages_are_for_members_and_only_to_read(client: Client, cards: None, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")
    client.force_login(factories.a_user(name="alice"))
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(path).status_code == 405, method


@pytest.mark.parametrize("path", ["concepts/nothing/", "frameworks/nothing/", "nothing/"])
def test_what_is_not_there_is_404(reader: Client, cards: None, path: str) -> None:
    assert reader.get(HANDBOOK + path).status_code == 404


# --- what leads here ----------------------------------------------------------------------


@pytest.fixture
def studied(db: None) -> User:
    """A person, and a question whose indicators have cards: five of the load, one of the metric."""
    document = question("video-feed", "metric", "c-1", "c-2", "c-3", "c-4", "lost")
    metric, load = document["rubric"]["criteria"][0]["indicators"]
    metric["concepts"] = ["metric"]
    load["concepts"] = ["lost", "unwritten", "c-2", "c-1", "c-3", "c-4"]
    written = (concept(each) for each in ("metric", "c-1", "c-2", "c-3", "c-4"))
    bring(*written, concept("unwritten", card=None), questions=(document,))
    return factories.a_user(name="alice")


def study(client: Client, person: User, text: str) -> list[str]:
    """Which cards the report on a text names beside its first criterion."""
    now = clock.now()
    interview = factories.submitted(candidate=person, texts={"scope": text}, now=now)
    assert grading.grade(interview.pk, clock=lambda: now, lease=timedelta(minutes=1))
    client.force_login(person)
    got = page(client.get(f"/interviews/{interview.pk}/report/"))
    criterion = got.one("details", id="criterion-goal")
    paths = [each.attributes["href"] for each in criterion.inside if each.tag == "a"]
    return [path.split("/")[3] for path in paths if path.startswith("/handbook/concepts/")]


def test_a_report_names_three_cards_on_what_was_missed(client: Client, studied: User) -> None:
    assert study(client, studied, factories.GOOD["scope"].split("\n\n")[0]) == ["c-2", "c-1", "c-3"]


def test_a_report_names_cards_on_what_was_only_named(client: Client, studied: User) -> None:
    assert study(client, studied, "The peak is 3,000 queries per second.\n\nWatch time.") == [
        "metric"
    ]


def test_a_report_names_no_card_where_nothing_is_lacking(client: Client, studied: User) -> None:
    assert study(client, studied, factories.GOOD["scope"]) == []


def test_a_question_leads_to_its_cards_for_those_who_handed_in(
    client: Client, studied: User
) -> None:
    link = "/handbook/cards/?question=video-feed"

    def is_there() -> bool:
        return page(client.get("/questions/video-feed/")).has("a", href=link)

    client.force_login(studied)
    assert not is_there()
    running = factories.an_interview(candidate=studied, now=clock.now())
    assert not is_there()
    running.submit(Submitter.CANDIDATE, now=clock.now())
    assert is_there()
    client.force_login(factories.a_user(name="mallory"))
    assert not is_there()


def test_concepts_with_a_card_are_told_by_their_document(cards: None) -> None:
    bring(concept("sly", card=None, wordings=['"card":', "card"]))
    slugs = set(Concept.objects.with_card().values_list("slug", flat=True))
    assert slugs == {"recall", "two-tower", "drift"}
