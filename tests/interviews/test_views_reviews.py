"""The queue, the scoring page and what comes after it, as raters meet them."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from interviews import grading
from interviews.models import Interview, Review, Scorecard
from rubrics import clock
from tests import factories

CRITERIA = ("goal", "retrieval", "experiment")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def browser_of(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return browser_of


@pytest.fixture
def interview(ines: User, alice: User) -> Interview:
    """Alice's invited interview for two raters, handed in and judged by the machine."""
    handed_in = factories.handed_in_by_invitation(
        candidate=alice, by=ines, raters=2, now=clock.now()
    )
    assert grading.grade(handed_in.pk, clock=clock.now, lease=MINUTE)
    return handed_in


SignedIn = Callable[[User], Client]


def said(interview: Interview, *levels: int | None, **changes: object) -> str:
    """A whole review as the page writes it, with one quote."""
    stage, text = next((s.stage, s.text) for s in interview.sheets.texts() if s.text)
    quote = {"stage": stage, "start": 3, "end": 9, "quote": text[3:9]}
    return json.dumps(
        {
            "levels": {c: n for c, n in zip(CRITERIA, levels, strict=True) if n},
            "not_judged": {c: "Not asked." for c, n in zip(CRITERIA, levels, strict=True) if not n},
            "evidence": {"goal": [quote]},
            "comments": [{**quote, "text": "Well put."}],
            "recommendation": "yes",
            "summary": "Knows what to measure.",
            **changes,
        }
    )


def take(client: Client) -> str:
    """Claim what waits longest; gives the address of its page."""
    return client.post("/reviews/next/").headers["Location"]


def post(client: Client, address: str, text: str, *, base: int = 0) -> int:
    form = {"text": text, "base": base, "key": uuid.uuid4()}
    return client.post(address, form).status_code


# --- the queue ------------------------------------------------------------------------------


def counts(client: Client) -> dict[str, int]:
    page = client.get("/reviews/").content.decode()
    found = re.findall(r"tab=(\w+)[^>]*>[^<(]+\((\d+)\)", page)
    return {name: int(count) for name, count in found}


def test_what_is_handed_in_waits_for_raters(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    assert counts(signed_in(ines)) == {"claim": 1, "second": 0, "decide": 0, "mine": 0, "done": 0}
    take(signed_in(ines))
    assert counts(signed_in(ines)) == {"claim": 0, "second": 0, "decide": 0, "mine": 1, "done": 0}


def test_a_second_rater_is_wanted_once_the_first_is_done(
    interview: Interview, ines: User, omar: User, signed_in: SignedIn
) -> None:
    post(signed_in(ines), take(signed_in(ines)), said(interview, 3, 3, 3))
    assert counts(signed_in(omar)) == {"claim": 0, "second": 1, "decide": 0, "mine": 0, "done": 0}
    assert counts(signed_in(ines))["done"] == 1


def test_the_queue_asks_the_database_no_more_for_more_rows(
    interview: Interview,
    ines: User,
    alice: User,
    signed_in: SignedIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(30):
        factories.handed_in_by_invitation(candidate=alice, by=ines, now=clock.now())
    client = signed_in(ines)
    with django_assert_max_num_queries(12):
        page = client.get("/reviews/").content.decode()
    assert page.count('class="item"') == 20
    further = re.search(r'rel="next" href="([^"]+)"', page)
    assert further
    rest = client.get(f"/reviews/{further[1].replace('&amp;', '&')}").content.decode()
    assert rest.count('class="item"') == 11


def test_who_is_no_interviewer_finds_nothing(
    interview: Interview, alice: User, signed_in: SignedIn
) -> None:
    assert signed_in(alice).get("/reviews/").status_code == 404
    assert signed_in(alice).post("/reviews/next/").status_code == 404


def test_the_slower_of_two_is_told_so(
    interview: Interview, ines: User, omar: User, signed_in: SignedIn
) -> None:
    review = interview.reviews.first()
    assert review
    signed_in(ines).post(f"/reviews/{review.pk}/claim/")
    slower = signed_in(omar).post(f"/reviews/{review.pk}/claim/", follow=True)
    assert "Somebody was quicker" in slower.content.decode()


def test_a_lead_takes_over_and_the_first_one_is_told(
    interview: Interview, ines: User, omar: User, lea: User, signed_in: SignedIn
) -> None:
    address = take(signed_in(ines))
    assert signed_in(omar).post(f"{address}takeover/").status_code == 404
    assert signed_in(lea).post(f"{address}takeover/").headers["Location"] == address
    assert post(signed_in(ines), f"{address}draft/", said(interview, 1, 1, 1)) == 423
    page = signed_in(ines).get(address).content.decode()
    assert "Somebody else has this review now" in page
    assert "Knows what to measure." in page


# --- the scoring page -----------------------------------------------------------------------


def test_the_page_has_the_answer_and_the_rubric_but_no_name(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    page = signed_in(ines).get(take(signed_in(ines))).content.decode()
    assert "We raise watch time per session" in page
    assert "goal as of level 4" in page
    assert "the name is hidden" in page
    assert "alice" not in page


def test_somebody_elses_review_is_not_there(
    interview: Interview, ines: User, omar: User, signed_in: SignedIn
) -> None:
    address = take(signed_in(ines))
    for method in ("get", "post"):
        assert getattr(signed_in(omar), method)(address).status_code == 404
    assert signed_in(omar).post(f"{address}draft/").status_code == 404


def test_a_draft_is_kept_and_comes_back(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    client, text = signed_in(ines), said(interview, 2, None, None)
    address = take(client)
    assert post(client, f"{address}draft/", text) == 200
    assert post(client, f"{address}draft/", "{}", base=0) == 409
    page = client.get(address).content.decode()
    assert "Knows what to measure." in page
    assert 'name="base" value="1"' in page


def test_who_reads_on_keeps_what_they_hold(
    interview: Interview, ines: User, omar: User, signed_in: SignedIn
) -> None:
    address = take(signed_in(ines))
    Review.objects.filter(rater=ines).update(leased_until=clock.now() - MINUTE)
    assert signed_in(omar).post(f"{address}presence/").status_code == 404
    assert signed_in(ines).post(f"{address}presence/").status_code == 204
    assert not Review.objects.get(rater=ines).is_free(clock.now())


def test_what_is_missing_keeps_it_from_being_submitted_and_nothing_is_lost(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    client = signed_in(ines)
    address = take(client)
    text = said(interview, 2, 3, 3, not_judged={}, levels={"goal": 2}, summary=" ")
    response = client.post(address, {"text": text, "base": 0, "key": uuid.uuid4()})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Retrieval: choose a level, or say why it is not judged." in page
    assert "Sum up, in at most 10,000 characters." in page
    assert Review.objects.get(rater=ines).draft_of(ines).text == text
    assert not Scorecard.objects.filter(judge="human").exists()


@pytest.mark.parametrize(
    "quote",
    [
        {"stage": "scope", "start": 0, "end": 4, "quote": "Made up"},
        {"stage": "nowhere", "start": 0, "end": 2, "quote": "We"},
        {"stage": "scope", "start": -4, "end": 2, "quote": "We"},
    ],
)
def test_a_quote_that_is_not_in_the_answer_is_refused(
    interview: Interview, ines: User, signed_in: SignedIn, quote: dict[str, object]
) -> None:
    client = signed_in(ines)
    address = take(client)
    assert post(client, address, said(interview, 2, 3, 3, evidence={"goal": [quote]})) == 422
    assert post(client, address, said(interview, 2, 3, 3, comments=[{**quote, "text": "!"}])) == 422
    assert not Scorecard.objects.filter(judge="human").exists()


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", '{"levels": {"goal": 9}}', "\x00"])
def test_nonsense_is_kept_out_without_a_fault(
    interview: Interview, ines: User, signed_in: SignedIn, text: str
) -> None:
    client = signed_in(ines)
    assert post(client, take(client), text) == 422


def test_a_scorecard_has_the_levels_the_quote_and_the_words(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    client = signed_in(ines)
    address = take(client)
    assert post(client, address, said(interview, 3, None, 4)) == 302
    card = Scorecard.objects.get(judge="human").value
    assert [(j.level, j.not_judged) for j in card.judgements] == [
        (3, None),
        (None, "Not asked."),
        (4, None),
    ]
    (quote,) = card.judgements[0].evidence
    assert quote.quote == interview.sheets.texts().get(stage=quote.stage).text[3:9]
    page = client.get(address).content.decode()
    for words in ("Side by side", "Rules", "You", "Knows what to measure.", "Well put."):
        assert words in page
    assert "Another rater has not scored it yet." in page


# --- blind ----------------------------------------------------------------------------------


def test_before_ones_own_scorecard_nothing_tells_anybody_elses(
    interview: Interview, ines: User, omar: User, signed_in: SignedIn
) -> None:
    post(
        signed_in(ines), take(signed_in(ines)), said(interview, 4, 4, 4, summary="Splendid indeed.")
    )
    client = signed_in(omar)
    address = take(client)
    machine = Scorecard.objects.get(judge="rules")
    pages = [
        client.get(each).content.decode()
        for each in (
            "/",
            "/reviews/",
            "/reviews/?tab=mine",
            "/reviews/?tab=second",
            "/reviews/?tab=done",
            address,
            "/invitations/",
            f"/interviews/{interview.pk}/replay/",
            f"/interviews/{interview.pk}/clock/",
        )
    ]
    for page in pages:
        assert "Splendid indeed." not in page
        assert "ines@" not in page
        assert f"{machine.score:.0f} of 100" not in page
    assert client.get(f"/interviews/{interview.pk}/report/").status_code == 404


def test_who_decides_sees_both_raters_and_not_the_machine(
    interview: Interview, ines: User, omar: User, lea: User, signed_in: SignedIn
) -> None:
    post(signed_in(ines), take(signed_in(ines)), said(interview, 1, 1, 1))
    post(signed_in(omar), take(signed_in(omar)), said(interview, 4, 4, 4))
    decides = interview.reviews.get(kind="adjudication")
    client = signed_in(lea)
    address = client.post(f"/reviews/{decides.pk}/claim/").headers["Location"]
    page = client.get(address).content.decode()
    assert "What the raters found" in page
    assert "ines@example.org" in page
    assert "Rules" not in page
    assert post(client, address, said(interview, 2, 2, 2)) == 422  # without a reason
    assert post(client, address, said(interview, 2, 2, 2, reason="Between them."), base=1) == 302
    done = client.get(address).content.decode()
    assert "human adjudicated" in done
    assert "Between them." in done


def test_two_who_agree_come_to_their_median(
    interview: Interview, ines: User, omar: User, signed_in: SignedIn
) -> None:
    post(signed_in(ines), take(signed_in(ines)), said(interview, 3, 3, 3))
    address = take(signed_in(omar))
    post(signed_in(omar), address, said(interview, 3, 3, 4))
    page = signed_in(omar).get(address).content.decode()
    assert "human median" in page
    assert "3.5" in page


def test_one_given_back_is_free_again_and_its_draft_stays(
    interview: Interview, ines: User, omar: User, signed_in: SignedIn
) -> None:
    client = signed_in(ines)
    address = take(client)
    post(client, f"{address}draft/", said(interview, 2, 2, 2))
    client.post(f"{address}return/")
    assert counts(signed_in(omar))["claim"] == 1
    client.post(f"{address}claim/")
    assert "Knows what to measure." in client.get(address).content.decode()


# --- what is written is not lost ------------------------------------------------------------


def test_who_lost_a_review_reads_what_they_wrote_also_after_it_was_submitted(
    interview: Interview, ines: User, lea: User, signed_in: SignedIn
) -> None:
    client = signed_in(ines)
    address = take(client)
    post(client, f"{address}draft/", said(interview, 1, 1, 1, summary="Mine, half done."))
    signed_in(lea).post(f"{address}takeover/")
    assert post(signed_in(lea), address, said(interview, 3, 3, 3, summary="Lea's own.")) == 302
    late = said(interview, 1, 1, 1, summary="Mine, all done.")
    response = client.post(address, {"text": late, "base": 1, "key": uuid.uuid4()})
    page = response.content.decode()
    assert response.status_code == 422
    assert "It is not yours to submit any more." in page
    for each in (page, client.get(address).content.decode()):
        assert "Mine, all done." in each
        assert "Lea" not in each
    assert address in client.get("/reviews/?tab=mine").content.decode()
    assert Scorecard.objects.filter(judge="human").count() == 1


def test_a_second_submission_is_told_and_kept(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    client = signed_in(ines)
    address = take(client)
    post(client, address, said(interview, 3, 3, 3))
    later = said(interview, 4, 4, 4, summary="A later thought.")
    base = Review.objects.get(rater=ines).draft_of(ines).revision
    response = client.post(address, {"text": later, "base": base, "key": uuid.uuid4()})
    assert response.status_code == 422
    assert "A later thought." in response.content.decode()
    assert Review.objects.get(rater=ines).draft_of(ines).text == later
    assert Scorecard.objects.get(judge="human").score == pytest.approx(66.7)


def test_a_page_that_is_behind_another_one_submits_nothing(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    client = signed_in(ines)
    address = take(client)
    post(client, f"{address}draft/", said(interview, 4, 4, 4, summary="From the other device."))
    stale = said(interview, 1, 1, 1, summary="From this one.")
    response = client.post(address, {"text": stale, "base": 0, "key": uuid.uuid4()})
    page = response.content.decode()
    assert response.status_code == 422
    assert "From this one." in page
    assert 'name="base" value="0"' in page  # so the page meets the conflict, too
    assert not Scorecard.objects.filter(judge="human").exists()
    assert "From the other device." in Review.objects.get(rater=ines).draft_of(ines).text


def test_a_lead_sees_who_holds_what(
    interview: Interview, ines: User, lea: User, signed_in: SignedIn
) -> None:
    address = take(signed_in(ines))
    page = signed_in(lea).get("/reviews/?tab=held").content.decode()
    assert "ines@example.org has it until" in page
    assert f"{address}takeover/" in page
    assert "Held by others" not in signed_in(ines).get("/reviews/").content.decode()


def test_what_was_given_back_can_be_claimed_on_its_page(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    client = signed_in(ines)
    address = take(client)
    client.post(f"{address}return/")
    page = client.get(address).content.decode()
    assert "Claim it again" in page
    assert "Somebody else has this review" not in page
    assert "/replay/" not in page


def test_who_could_have_decided_does_not_look_again_as_if_blind(
    interview: Interview, ines: User, omar: User, lea: User, signed_in: SignedIn
) -> None:
    post(signed_in(ines), take(signed_in(ines)), said(interview, 1, 1, 1))
    post(signed_in(omar), take(signed_in(omar)), said(interview, 4, 4, 4))
    decides = interview.reviews.get(kind="adjudication")
    signed_in(lea).post(f"/reviews/{decides.pk}/claim/")
    signed_in(lea).post(f"/reviews/{decides.pk}/return/")
    Review.objects.appeal(interview, asked="Why?", now=clock.now())
    asked = interview.reviews.get(kind="appeal")
    assert signed_in(lea).post(f"/reviews/{asked.pk}/claim/").status_code == 404
    assert signed_in(lea).post(f"/reviews/{decides.pk}/claim/").status_code == 302


def test_staff_and_curators_see_no_score_of_what_is_still_scored(
    interview: Interview, signed_in: SignedIn
) -> None:
    boss = factories.a_user(name="boss", is_staff=True)
    client = signed_in(boss)
    for address in ("/admin/interviews/scorecard/", "/admin/interviews/interview/"):
        assert str(interview.pk) not in client.get(address).content.decode()
    assert list(Interview.objects.settled()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": "x" * 10_001},
        {"comments": [{"stage": "scope", "start": 0, "end": 2, "quote": "We", "text": " "}]},
        {"comments": [{"stage": "scope", "start": 0, "end": 2, "quote": "We", "text": "x" * 5001}]},
    ],
)
def test_what_is_too_long_or_empty_is_not_submitted(
    interview: Interview, ines: User, signed_in: SignedIn, changes: dict[str, object]
) -> None:
    client = signed_in(ines)
    assert post(client, take(client), said(interview, 3, 3, 3, **changes)) == 422


def test_a_nul_in_the_words_is_left_out(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    client = signed_in(ines)
    assert post(client, take(client), said(interview, 3, 3, 3, summary="Go\0od.")) == 302
    assert Review.objects.get(rater=ines).summary == "Good."


@pytest.mark.parametrize(
    "after", ["0001-01-01T00:00:00+23:59_", "9999-12-31T23:59:59-23:59_", "2026-01-01_", "_", "x"]
)
def test_a_place_in_the_queue_that_is_none_is_the_beginning(
    interview: Interview, ines: User, signed_in: SignedIn, after: str
) -> None:
    page = signed_in(ines).get("/reviews/", {"after": f"{after}{uuid.uuid4()}"})
    assert page.status_code == 200


def test_who_is_no_interviewer_any_more_reads_nothing(
    interview: Interview, ines: User, signed_in: SignedIn
) -> None:
    take(signed_in(ines))
    assert signed_in(ines).get(f"/interviews/{interview.pk}/replay/").status_code == 200
    ines.groups.clear()
    assert signed_in(ines).get(f"/interviews/{interview.pk}/replay/").status_code == 404
