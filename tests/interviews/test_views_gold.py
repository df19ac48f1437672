"""Gold answers as people meet them: curators, raters who do not know, and leads."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from interviews import gold
from interviews.models import GoldAnswer, GoldCopy, GoldPlan, Interview, Review
from rubrics import clock
from tests import factories
from tests.interviews.test_blindness import addresses, told

MINUTE = timedelta(minutes=1)
CRITERIA = ("goal", "retrieval", "experiment")
TEXT = "## Scope\nWho is it for?\n\n## Design\nTwo stages, a ranker last.\n"
SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in() -> SignedIn:
    def browser_of(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return browser_of


@pytest.fixture
def cora(bank: None) -> User:
    """A curator who is no interviewer."""
    return factories.a_user(name="cora", group="curator")


@pytest.fixture
def answer(cora: User) -> GoldAnswer:
    """A gold answer with Cora's reference."""
    return factories.a_gold_answer(by=cora, levels=(3, 2, 4), now=clock.now())


def form(**changes: str) -> dict[str, str]:
    return {
        "key": str(uuid.uuid4()),
        "question": "video-feed",
        "framework": "three-stage",
        "minutes": "30",
        "target": "mid",
        "text": TEXT,
        **changes,
    }


def opinion(*levels: int, summary: str = "Knows it.") -> dict[str, object]:
    text = {
        "levels": dict(zip(CRITERIA, levels, strict=True)),
        "recommendation": "yes",
        "summary": summary,
    }
    return {"text": json.dumps(text), "base": 0, "key": uuid.uuid4()}


def plan(by: User, *, every: int = 0, calibration: int = 0) -> None:
    GoldPlan.objects.change(every=every, calibration=calibration, by=by, now=clock.now())


# --- curators -------------------------------------------------------------------------------


def test_a_curator_adds_one_and_scores_it_and_then_raters_get_it(
    cora: User, signed_in: SignedIn
) -> None:
    client = signed_in(cora)
    assert "No gold answers yet" in client.get("/gold/").content.decode()
    address = client.post("/gold/new/", form()).headers["Location"]
    page = client.get(address).content.decode()
    assert "Raters get it once it is scored" in page
    assert "Two stages, a ranker last." in page
    scoring = client.post(f"{address}reference/").headers["Location"]
    assert client.post(f"{address}reference/").headers["Location"] == scoring
    page = client.get(scoring).content.decode()
    assert "You score a gold answer for reference" in page
    assert "Two stages, a ranker last." in page
    assert client.post(f"{scoring}draft/", opinion(2, 2, 2)).status_code == 200
    assert client.post(scoring, {**opinion(3, 2, 1), "base": 1}).status_code == 302
    assert client.get(scoring).headers["Location"] == address
    page = client.get(address).content.decode()
    assert "Knows it." in page
    assert "Offered" in page
    assert GoldAnswer.objects.ready().count() == 1
    client.post(f"{address}retirement/")
    assert "Retired" in client.get("/gold/").content.decode()


def test_what_was_given_back_is_gone_on_with(cora: User, signed_in: SignedIn) -> None:
    client = signed_in(cora)
    address = client.post("/gold/new/", form()).headers["Location"]
    scoring = client.post(f"{address}reference/").headers["Location"]
    client.post(f"{scoring}draft/", opinion(2, 2, 2))
    client.post(f"{scoring}return/")
    assert client.post(f"{address}reference/").headers["Location"] == scoring
    assert "Knows it." in client.get(scoring).content.decode()


def test_the_same_form_again_adds_no_second_one(cora: User, signed_in: SignedIn) -> None:
    sent = form()
    for _ in range(2):
        assert signed_in(cora).post("/gold/new/", sent).status_code == 302
    assert GoldAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": "No heading at all."}, "No stage was found in it."),
        ({"text": "## Scope\n \n"}, "No stage was found in it."),
        ({"text": "## Scope\n" + "x" * 65_537}, "Too long for one stage: Scope."),
        ({"text": ""}, "This field is required."),
        ({"question": "none"}, "Select a valid choice."),
        ({"framework": "none"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(
    cora: User, signed_in: SignedIn, changes: dict[str, str], words: str
) -> None:
    response = signed_in(cora).post("/gold/new/", form(**changes))
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert changes.get("text", TEXT).strip()[-20:] in page
    assert not GoldAnswer.objects.exists()


def test_a_curator_reads_no_review_but_their_own_references(
    answer: GoldAnswer, cora: User, omar: User, signed_in: SignedIn
) -> None:
    omar.groups.set([Group.objects.get(name="curator")])
    own = Review.objects.get(rater=cora)
    assert signed_in(omar).get(f"/reviews/{own.pk}/").status_code == 404
    assert signed_in(cora).get("/reviews/").status_code == 404


def test_with_another_rubric_it_is_said_that_it_is_offered_no_more(
    answer: GoldAnswer, cora: User, signed_in: SignedIn
) -> None:
    document = factories.question_document()
    document["rubric"]["criteria"][0]["title"] = "Another goal"
    factories.fill_bank(questions=(document,))
    page = signed_in(cora).get(f"/gold/{answer.pk}/").content.decode()
    assert "published with another rubric since" in page
    assert "Score it anew" not in page


# --- a gold answer in the queue -------------------------------------------------------------


@pytest.fixture
def live(alice: User, ines: User, answer: GoldAnswer) -> Interview:
    """Alice's answer, which says the same as the gold answer."""
    return factories.handed_in_by_invitation(candidate=alice, by=ines, now=clock.now())


@pytest.fixture
def slipped_in(
    live: Interview, alice: User, omar: User, lea: User, settings: Settings, signed_in: SignedIn
) -> Review:
    """Omar has scored a live answer, and got a gold answer beside Alice's."""
    secrets = (f"secret {number}" for number in range(1000))
    settings.SECRET_KEY = next(
        each for each in secrets if gold.is_turn(gold.chance(each, omar.pk, 1), every=2)
    )
    plan(lea, every=2)
    client = signed_in(omar)
    client.post(client.post("/reviews/next/").headers["Location"], opinion(2, 2, 2))
    factories.handed_in_by_invitation(candidate=alice, by=lea, now=clock.now())
    return Review.objects.get(interview__gold_copy__person=omar)


def plain(html: str) -> str:
    """A page without what is another one in every interview: ids, numbers, months, tokens."""
    html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken": "\w+"', "", html)
    html = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", html)
    html = re.sub(r"datetime=\"[^\"]+\"|nonce=\"[^\"]+\"", "", html)
    return re.sub(r"\d+", "0", html)


def test_in_the_queue_it_is_a_row_like_any_other(
    slipped_in: Review, omar: User, signed_in: SignedIn
) -> None:
    page = signed_in(omar).get("/reviews/").content.decode()
    rows = re.findall(r'<li class="item">.*?</li>', page, re.DOTALL)
    assert len(rows) == 2
    assert f"/reviews/{slipped_in.pk}/claim/" in page
    assert plain(rows[0]) == plain(rows[1])
    assert "gold" not in page.lower()


def test_whoever_filters_by_inviters_finds_it_under_one_of_them(
    slipped_in: Review, omar: User, ines: User, lea: User, signed_in: SignedIn
) -> None:
    omar.groups.add(Group.objects.get(name="lead"))
    pages = [signed_in(omar).get(f"/reviews/?by={each.pk}") for each in (ines, omar, lea)]
    listed = [f"/reviews/{slipped_in.pk}/claim/" in each.content.decode() for each in pages]
    assert listed.count(True) == 1


def test_its_pages_are_those_of_any_other(
    slipped_in: Review, omar: User, signed_in: SignedIn
) -> None:
    client = signed_in(omar)
    waiting = Review.objects.filter(submitted_at=None)
    pages = []
    for review in (slipped_in, waiting.exclude(pk=slipped_in.pk).get()):
        assert client.post(f"/reviews/{review.pk}/claim/").status_code == 302
        pages.append(
            [
                plain(client.get(address).content.decode())
                for address in (
                    f"/reviews/{review.pk}/",
                    f"/interviews/{review.interview_id}/clock/",
                )
            ]
        )
        replay = client.get(f"/interviews/{review.interview_id}/replay/")
        assert replay.status_code == 200
        assert "gold" not in replay.content.decode().lower()
    assert pages[0] == pages[1]
    assert not any("gold" in page.lower() for page in pages[0])
    mine = client.get("/reviews/?tab=mine").content.decode()
    rows = re.findall(r'<li class="item">.*?</li>', mine, re.DOTALL)
    assert plain(rows[0]) == plain(rows[1])


@pytest.mark.parametrize("also", ["", "curator", "lead"])
def test_before_ones_own_scorecard_no_address_tells_the_reference(
    slipped_in: Review, omar: User, signed_in: SignedIn, also: str
) -> None:
    if also:
        omar.groups.add(Group.objects.get(name=also))
    client = signed_in(omar)
    client.post(f"/reviews/{slipped_in.pk}/claim/")
    assert slipped_in.interview.reviews.get().rater == omar
    walked = {each: told(client, each) for each in addresses(slipped_in.interview)}
    assert len(walked) > 60
    assert [each for each, said in walked.items() if factories.REFERENCE in said] == []
    assert client.get(f"/gold/{GoldAnswer.objects.get().pk}/").status_code == 404


def test_the_walk_would_find_it(slipped_in: Review, cora: User, signed_in: SignedIn) -> None:
    address = f"/gold/{GoldAnswer.objects.get().pk}/"
    assert factories.REFERENCE in told(signed_in(cora), address)


def test_after_ones_own_scorecard_both_stand_side_by_side(
    slipped_in: Review, omar: User, signed_in: SignedIn
) -> None:
    client = signed_in(omar)
    client.post(f"/reviews/{slipped_in.pk}/claim/")
    client.post(f"/reviews/{slipped_in.pk}/", opinion(4, 2, 2))
    page = client.get(f"/reviews/{slipped_in.pk}/").content.decode()
    for words in ("This was a gold answer", "It stood in your queue", factories.REFERENCE):
        assert words in page
    assert re.search(r"1 of 3\s+criteria", page)
    assert re.search(r"-0.3\s+against the reference", page)
    assert "cora" not in page
    assert "gold answer" in client.get("/reviews/?tab=done").content.decode()
    assert str(slipped_in.interview_id) not in told(client, "/reviews/scorecards.json")


def test_nobody_else_finds_it(
    slipped_in: Review, ines: User, lea: User, signed_in: SignedIn
) -> None:
    signed_in(User.objects.get(email__startswith="omar")).post(f"/reviews/{slipped_in.pk}/claim/")
    for person in (ines, lea):
        client = signed_in(person)
        for each in ("claim", "takeover"):
            assert client.post(f"/reviews/{slipped_in.pk}/{each}/").status_code == 404
        assert str(slipped_in.pk) not in told(client, "/reviews/?tab=held")


# --- calibration ----------------------------------------------------------------------------


def test_until_calibration_is_done_no_live_answer_can_be_claimed(
    live: Interview, omar: User, lea: User, signed_in: SignedIn
) -> None:
    plan(lea, calibration=1)
    client, review = signed_in(omar), live.reviews.get()
    page = client.get("/reviews/").content.decode()
    assert "you score 1 gold answer." in " ".join(page.split())
    assert str(review.pk) not in page
    refused = client.post(f"/reviews/{review.pk}/claim/", follow=True).content.decode()
    assert "first score the answers for calibration" in refused
    address = client.post("/reviews/next/").headers["Location"]
    assert client.post("/reviews/next/").headers["Location"] == address
    assert "This is for calibration" in client.get(address).content.decode()
    assert client.post(address, opinion(3, 2, 4)).status_code == 302
    assert "It was for calibration." in client.get(address).content.decode()
    assert "Calibration comes first" not in client.get("/reviews/").content.decode()
    taken = client.post(f"/reviews/{review.pk}/claim/")
    assert taken.headers["Location"] == f"/reviews/{review.pk}/"


def test_a_lead_is_asked_for_calibration_too_and_takes_nothing_over_before(
    live: Interview, ines: User, lea: User, signed_in: SignedIn
) -> None:
    review = live.reviews.get()
    signed_in(ines).post(f"/reviews/{review.pk}/claim/")
    plan(lea, calibration=1)
    refused = signed_in(lea).post(f"/reviews/{review.pk}/takeover/", follow=True).content.decode()
    assert "first score the answers for calibration" in refused


def test_a_lead_lets_a_rater_off(
    live: Interview, omar: User, lea: User, signed_in: SignedIn
) -> None:
    plan(lea, calibration=2)
    assert f"/reviews/gold/raters/{omar.pk}/waiver/" in told(signed_in(lea), "/reviews/gold/")
    for _ in range(2):
        assert signed_in(lea).post(f"/reviews/gold/raters/{omar.pk}/waiver/").status_code == 302
    assert "Calibration comes first" not in told(signed_in(omar), "/reviews/")
    stranger = live.candidate_id
    assert signed_in(lea).post(f"/reviews/gold/raters/{stranger}/waiver/").status_code == 404


def test_calibration_adds_few_questions_to_the_database(
    live: Interview,
    omar: User,
    lea: User,
    signed_in: SignedIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    plan(lea, calibration=2)
    for person in (omar, lea):
        client = signed_in(person)
        with django_assert_max_num_queries(12):
            client.get("/reviews/")


# --- leads ----------------------------------------------------------------------------------


def test_a_lead_says_how_often_and_sees_who_comes_how_near(
    slipped_in: Review, omar: User, lea: User, signed_in: SignedIn
) -> None:
    lead, rater = signed_in(lea), signed_in(omar)
    page = told(lead, "/reviews/gold/")
    assert "No rater has scored a gold answer yet." in page
    assert "1 gold answer is ready" in " ".join(page.split())
    lead.post("/reviews/gold/", {"every": "10", "calibration": "3"})
    kept = GoldPlan.objects.current()
    assert (kept.every, kept.calibration, kept.changed_by) == (10, 3, lea)
    rater.post(f"/reviews/{slipped_in.pk}/claim/")
    rater.post(f"/reviews/{slipped_in.pk}/", opinion(4, 2, 4))
    page = " ".join(told(lead, "/reviews/gold/").split())
    assert f"{omar.email}</th> <td>1</td> <td>2 of 3</td> <td>+0.3</td>" in page
    assert "Unmarked" in page


@pytest.mark.parametrize("sent", [{"every": "1"}, {"calibration": "6"}, {"every": "x"}])
def test_a_plan_out_of_bounds_is_refused(
    answer: GoldAnswer, lea: User, signed_in: SignedIn, sent: dict[str, str]
) -> None:
    response = signed_in(lea).post("/reviews/gold/", {"every": "0", "calibration": "0", **sent})
    assert response.status_code == 422
    assert not GoldPlan.objects.exists()


def test_more_results_ask_the_database_no_more(
    answer: GoldAnswer,
    ines: User,
    omar: User,
    lea: User,
    signed_in: SignedIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    plan(lea, calibration=1)
    for rater in (ines, omar):
        address = signed_in(rater).post("/reviews/next/").headers["Location"]
        signed_in(rater).post(address, opinion(1, 2, 3))
    assert GoldCopy.objects.of_raters().count() == 2
    lead = signed_in(lea)
    with django_assert_max_num_queries(12):
        lead.get("/reviews/gold/")
