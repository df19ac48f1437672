"""The queue narrowed, sorted and saved; reviews given out and waived by those who lead."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from interviews import grading, letters
from interviews.access import queue
from interviews.models import MOST_SAVED, Interview, Review, SavedFilter
from rubrics import clock
from rubrics.models import Question
from tests import factories

SignedIn = Callable[[User], Client]
DAY = timedelta(days=1)


@pytest.fixture
def signed_in() -> SignedIn:
    def browser_of(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return browser_of


@pytest.fixture
def waiting(ines: User, alice: User) -> list[Review]:
    """Four answers that wait since one to four days, the longest first."""
    return [
        factories.handed_in_by_invitation(
            candidate=alice, by=ines, now=clock.now() - days * DAY
        ).reviews.get()
        for days in (4, 3, 2, 1)
    ]


def page(client: Client, query: str = "") -> str:
    return client.get(f"/reviews/?{query}").content.decode()


def listed(client: Client, query: str = "") -> list[str]:
    """The reviews that a page lists, in its order."""
    return re.findall(r"/reviews/([0-9a-f-]{36})/(?:claim/)?\"[^>]*>", page(client, query))


def ids(reviews: list[Review]) -> list[str]:
    return [str(review.pk) for review in reviews]


def scored(review: Review, rater: User, level: int) -> Review:
    assert review.claim(rater, now=clock.now(), lease=DAY)
    assert factories.submit_review(review, by=rater, levels=[level] * 3, now=clock.now())
    review.refresh_from_db()
    return review


def unique(found: list[str]) -> list[str]:
    return list(dict.fromkeys(found))


# --- narrowed and sorted --------------------------------------------------------------------


def test_it_is_narrowed_by_age_kind_question_and_inviter(
    waiting: list[Review], omar: User, lea: User, signed_in: SignedIn
) -> None:
    client = signed_in(lea)
    ines = waiting[0].interview.invitation
    assert ines
    assert listed(client, "days=3") == ids(waiting[:2])
    assert listed(client, f"by={ines.by_id}") == ids(waiting)
    assert listed(client, f"by={omar.pk}") == []
    assert listed(client, "question=video-feed&kind=rating") == ids(waiting)
    assert listed(client, "kind=appeal") == []
    assert listed(client, "question=nothing") == []
    assert "Nothing in this list fits the filter." in page(client, "question=nothing")


def test_a_list_is_sorted_and_each_of_its_pages_goes_on_where_the_one_before_ended(
    waiting: list[Review], omar: User, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(omar)
    monkeypatch.setattr(queue, "PER_PAGE", 1)
    for sort, expected in (
        ("oldest", waiting),
        ("newest", waiting[::-1]),
        ("question", sorted(waiting, key=lambda review: review.pk)),
        ("made-up", waiting),
    ):
        seen: list[str] = []
        query = f"sort={sort}"
        while query:
            shown = page(client, query)
            seen += re.findall(r"/reviews/([0-9a-f-]{36})/claim/", shown)
            further = re.search(r'rel="next" href="\?([^"]+)"', shown)
            query = further[1].replace("&amp;", "&") if further else ""
        assert seen == ids(expected)


def test_what_one_has_scored_is_found_by_ones_own_score(
    waiting: list[Review], omar: User, signed_in: SignedIn
) -> None:
    client = signed_in(omar)
    low, high = scored(waiting[0], omar, 1), scored(waiting[1], omar, 4)
    assert unique(listed(client, "tab=done&sort=highest")) == ids([high, low])
    assert unique(listed(client, "tab=done&sort=lowest")) == ids([low, high])
    assert unique(listed(client, "tab=done&lowest=50")) == ids([high])
    assert unique(listed(client, "tab=done&highest=50")) == ids([low])
    assert "your score 100" in page(client, "tab=done&lowest=50")


def test_what_one_has_scored_is_found_by_what_became_of_it(
    alice: User, ines: User, omar: User, lea: User, signed_in: SignedIn
) -> None:
    apart = factories.handed_in_by_invitation(candidate=alice, by=lea, raters=2, now=clock.now())
    first, second = apart.reviews.all()
    scored(first, ines, 1)
    scored(second, omar, 4)
    alone = factories.handed_in_by_invitation(candidate=alice, by=lea, now=clock.now())
    scored(alone.reviews.get(), omar, 3)
    assert unique(listed(signed_in(omar), "tab=done&flag=apart")) == ids([second])
    assert unique(listed(signed_in(omar), "tab=done&flag=appealed")) == []
    Review.objects.appeal(alone, asked="Why?", now=clock.now())
    found = unique(listed(signed_in(omar), "tab=done&flag=appealed"))
    assert found == ids([alone.reviews.get(kind="rating")])


def test_what_waits_is_neither_narrowed_nor_sorted_by_what_anybody_found(
    waiting: list[Review], omar: User, signed_in: SignedIn
) -> None:
    client = signed_in(omar)
    for query in ("lowest=99", "highest=1", "flag=flagged", "flag=apart", "sort=highest"):
        assert listed(client, query) == ids(waiting)
    assert 'name="lowest"' not in page(client)
    assert 'name="lowest"' in page(client, "tab=done")


@pytest.mark.parametrize(
    "query",
    [
        "days=soon",
        "by=me",
        "kind=%00",
        "lowest=nan&tab=done",
        "sort=%27",
        "after=1_2&sort=question",
    ],
)
def test_a_filter_that_makes_no_sense_is_none(
    waiting: list[Review], omar: User, signed_in: SignedIn, query: str
) -> None:
    assert signed_in(omar).get(f"/reviews/?{query}").status_code == 200


def test_a_part_of_the_page_is_fetched_when_a_filter_changes(
    waiting: list[Review], omar: User, signed_in: SignedIn
) -> None:
    part = signed_in(omar).get("/reviews/?days=3", headers={"HX-Request": "true"})
    text = part.content.decode().strip()
    assert text.startswith('<div id="results">')
    assert "<h1" not in text


def test_long_lists_are_counted_up_to_a_bound(
    waiting: list[Review], omar: User, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "To claim (4)" in page(signed_in(omar))
    monkeypatch.setattr(queue, "MOST_COUNTED", 3)
    assert "To claim (3+)" in page(signed_in(omar))


# --- saved ----------------------------------------------------------------------------------


def test_a_filter_is_saved_under_its_name_found_again_and_deleted(
    waiting: list[Review], omar: User, ines: User, signed_in: SignedIn
) -> None:
    client = signed_in(omar)
    offered = re.search(r'name="query" value="([^"]+)"', page(client, "days=3&tab=claim&after=x"))
    assert offered
    assert offered[1] == "days=3"
    answer = client.post("/reviews/filters/", {"name": "Old ones", "query": "days=3"})
    assert answer.headers["Location"] == "/reviews/?days=3"
    again = page(client)
    assert "Old ones" in again
    assert "Old ones" not in page(signed_in(ines))
    saved = SavedFilter.objects.get()
    client.post("/reviews/filters/", {"name": "Old ones", "query": "days=7"})
    saved.refresh_from_db()
    assert saved.query == "days=7"
    assert signed_in(ines).post(f"/reviews/filters/{saved.pk}/deletion/").status_code == 404
    client.post(f"/reviews/filters/{saved.pk}/deletion/")
    assert not SavedFilter.objects.exists()


def test_there_is_a_most_of_saved_filters_and_each_has_a_name(
    omar: User, signed_in: SignedIn
) -> None:
    client = signed_in(omar)
    for number in range(MOST_SAVED):
        client.post("/reviews/filters/", {"name": f"Filter {number}", "query": ""})
    full = client.post("/reviews/filters/", {"name": "One more", "query": ""}, follow=True)
    assert "delete another one first" in full.content.decode()
    nameless = client.post("/reviews/filters/", {"name": " ", "query": ""}, follow=True)
    assert "give it a name" in nameless.content.decode()
    assert SavedFilter.objects.count() == MOST_SAVED


def test_a_saved_filter_leads_nowhere_else(omar: User, signed_in: SignedIn) -> None:
    client = signed_in(omar)
    answer = client.post(
        "/reviews/filters/", {"name": "Trick", "query": "days=3\r\nLocation: //evil"}
    )
    assert urlsplit(answer.headers["Location"]).netloc == ""
    assert "evil" not in parse_qs(urlsplit(answer.headers["Location"]).query)


# --- given out ------------------------------------------------------------------------------


def assign(client: Client, rater: User, *reviews: object) -> str:
    sent = {"rater": rater.pk, "reviews": [str(review) for review in reviews]}
    return client.post("/reviews/assignment/", sent, follow=True).content.decode()


def test_a_lead_gives_several_to_a_rater_who_keeps_them_for_days(
    waiting: list[Review],
    omar: User,
    lea: User,
    signed_in: SignedIn,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    assert 'name="reviews"' in page(signed_in(lea))
    assert 'name="reviews"' not in page(signed_in(omar))
    told = assign(signed_in(lea), omar, waiting[0].pk, waiting[1].pk)
    assert "Assigned to omar@example.org: 2." in told
    assert unique(listed(signed_in(omar), "tab=mine")) == ids(waiting[:2])
    review = Review.objects.get(pk=waiting[0].pk)
    assert review.leased_until
    assert review.leased_until > clock.now() + 2 * DAY
    signed_in(omar).get(f"/reviews/{review.pk}/")
    review.refresh_from_db()
    assert review.leased_until > clock.now() + 2 * DAY  # a look does not cut it short
    letters.tell_assigned(omar.pk, 2, "https://mlsd.example/reviews/?tab=mine")
    (letter,) = mail.outbox
    assert letter.to == ["omar@example.org"]
    assert "2 answers in machine-learning system design wait for you" in letter.body


def test_what_a_rater_cannot_have_is_named_and_the_rest_assigned(
    waiting: list[Review], alice: User, omar: User, lea: User, signed_in: SignedIn
) -> None:
    client = signed_in(lea)
    assert waiting[0].claim(lea, now=clock.now(), lease=DAY)
    told = assign(client, omar, waiting[0].pk, waiting[1].pk, uuid.uuid4())
    assert "Assigned to omar@example.org: 1." in told
    assert "Not assigned: 1 (Video feed)" in told
    assert "Nothing was assigned" in assign(client, alice, waiting[2].pk)
    assert "Nothing was assigned" in assign(client, omar, "no-id")
    assert "Nothing was assigned" in assign(client, omar)
    assert signed_in(omar).post("/reviews/assignment/").status_code == 404


# --- waived ---------------------------------------------------------------------------------


@pytest.fixture
def half_done(alice: User, ines: User, omar: User) -> Interview:
    """An answer for two raters, of whom one has scored it."""
    interview = factories.handed_in_by_invitation(
        candidate=alice, by=ines, raters=2, now=clock.now()
    )
    review = interview.reviews.first()
    assert review
    scored(review, omar, 3)
    return interview


def waive(client: Client, review: Review, because: str = "She left.") -> str:
    sent = {"because": because}
    return client.post(f"/reviews/{review.pk}/waiver/", sent, follow=True).content.decode()


def test_who_invited_waits_for_no_second_rater_any_more_and_says_why(
    half_done: Interview, ines: User, omar: User, signed_in: SignedIn
) -> None:
    client = signed_in(ines)
    second = half_done.reviews.get(submitted_at=None)
    address = f"/reviews/{second.pk}/waiver/"
    assert address in client.get(f"/invitations/{half_done.invitation_id}/").content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"because": " "}).status_code == 422
    assert "Nobody waits for it any more." in waive(client, second)
    done = half_done.reviews.get(rater=omar)
    beside = signed_in(omar).get(f"/reviews/{done.pk}/").content.decode()
    assert "by one rater." in beside
    assert "She left." in beside
    assert listed(signed_in(ines)) == []
    assert Interview.objects.settled().filter(pk=half_done.pk).exists()
    assert "it was scored or waived meanwhile" in waive(client, second)


def test_two_who_are_apart_come_to_their_middle_when_nobody_is_to_decide(
    half_done: Interview, ines: User, omar: User, lea: User, signed_in: SignedIn
) -> None:
    scored(half_done.reviews.get(submitted_at=None), lea, 1)
    decides = half_done.reviews.get(kind="adjudication")
    waive(signed_in(ines), decides)
    done = half_done.reviews.get(rater=omar)
    assert "by human median." in signed_in(omar).get(f"/reviews/{done.pk}/").content.decode()


def test_waiving_the_last_rating_keeps_a_draft_and_takes_it_from_the_queue(
    half_done: Interview, ines: User, lea: User, signed_in: SignedIn
) -> None:
    second = half_done.reviews.get(submitted_at=None)
    assert second.claim(lea, now=clock.now(), lease=DAY)
    lease = {"now": clock.now(), "lease": DAY}
    second.keep(lea, '{"summary": "Half done."}', base=0, key=uuid.uuid4(), **lease)  # type: ignore[arg-type]
    waive(signed_in(ines), second, "We decided.")
    client = signed_in(lea)
    kept = client.get(f"/reviews/{second.pk}/").content.decode()
    assert "Nobody waits for this scorecard any more: We decided." in kept
    assert "Half done." in kept
    assert str(second.pk) in listed(client, "tab=mine")


def test_who_scored_it_decides_not_that_others_need_not(
    half_done: Interview, ines: User, omar: User, lea: User, signed_in: SignedIn
) -> None:
    scored(half_done.reviews.get(submitted_at=None), ines, 1)
    decides = half_done.reviews.get(kind="adjudication")
    assert signed_in(ines).get(f"/reviews/{decides.pk}/waiver/").status_code == 404
    assert signed_in(lea).get(f"/reviews/{decides.pk}/waiver/").status_code == 200


def test_the_page_of_the_invitation_leads_to_the_scorecards_and_says_what_was_waived(
    half_done: Interview, ines: User, signed_in: SignedIn
) -> None:
    assert grading.grade(half_done.pk, clock=clock.now, lease=DAY)
    address = f"/invitations/{half_done.invitation_id}/"
    beside = f"/reviews/interviews/{half_done.pk}/"
    client = signed_in(ines)
    assert beside not in client.get(address).content.decode()
    waive(client, half_done.reviews.get(submitted_at=None))
    shown = client.get(address).content.decode()
    assert beside in shown
    assert "She left." in shown
    assert client.get(beside).status_code == 200


def test_an_answer_to_a_candidate_cannot_be_waived_nor_others_invitations(
    half_done: Interview, ines: User, omar: User, alice: User, signed_in: SignedIn
) -> None:
    second = half_done.reviews.get(submitted_at=None)
    assert signed_in(omar).get(f"/reviews/{second.pk}/waiver/").status_code == 404
    assert signed_in(alice).get(f"/reviews/{second.pk}/waiver/").status_code == 404
    waive(signed_in(ines), second)
    Review.objects.appeal(half_done, asked="Why?", now=clock.now())
    appeal = half_done.reviews.get(kind="appeal")
    assert signed_in(ines).get(f"/reviews/{appeal.pk}/waiver/").status_code == 404
    assert not appeal.waive(ines, because="No time.", now=clock.now())


def test_questions_to_choose_from_are_those_that_somebody_was_invited_to(
    waiting: list[Review], db: None
) -> None:
    assert list(queue.questions()) == list(Question.objects.filter(slug="video-feed"))


def test_scores_choose_among_the_latest_and_the_page_says_so(
    waiting: list[Review], omar: User, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(omar)
    first, second = scored(waiting[0], omar, 4), scored(waiting[1], omar, 1)
    assert unique(listed(client, "tab=done&sort=highest")) == ids([first, second])
    monkeypatch.setattr(queue, "LATEST", 1)
    assert unique(listed(client, "tab=done&sort=highest")) == ids([second])
    assert "Among the latest 1 that you scored." in page(client, "tab=done&sort=highest")
    assert unique(listed(client, "tab=done")) == ids([second, first])


def test_what_somebody_else_scored_meanwhile_shows_no_score(
    half_done: Interview, ines: User, lea: User, signed_in: SignedIn
) -> None:
    begun = half_done.reviews.get(submitted_at=None)
    assert begun.claim(lea, now=clock.now(), lease=DAY)
    begun.keep(lea, '{"summary": "Mine."}', base=0, key=uuid.uuid4(), now=clock.now(), lease=DAY)
    begun.release(lea)
    scored(begun, ines, 4)
    mine = page(signed_in(lea), "tab=mine")
    assert "somebody else scored it" in mine
    assert "your score" not in mine


def test_only_leads_tell_other_peoples_invitations_apart(
    waiting: list[Review], omar: User, ines: User, signed_in: SignedIn
) -> None:
    assert listed(signed_in(omar), f"by={ines.pk}") == ids(waiting)  # as if nobody was chosen
    assert listed(signed_in(omar), f"by={omar.pk}") == []
