"""What becomes of a result: released to its candidate, read by them, and looked at again."""

import json
import uuid
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from interviews import grading, letters
from interviews.models import Interview, Release, Results, Review
from rubrics import clock
from tests import factories

CRITERIA = ("goal", "retrieval", "experiment")
MINUTE = timedelta(minutes=1)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def answered(
    candidate: User,
    by: User,
    *,
    results: Results = Results.RELEASED,
    now: datetime | None = None,
) -> Interview:
    """An invited interview for one rater that the machine has scored."""
    now = now or clock.now()
    interview = factories.handed_in_by_invitation(
        candidate=candidate, by=by, results=results, now=now
    )
    assert grading.grade(interview.pk, clock=lambda: now, lease=MINUTE)
    return interview


def score(interview: Interview, rater: User, level: int, **said: str) -> None:
    """Claim and submit whatever is wanted of an interview."""
    client = signed_in(rater)
    review = interview.reviews.get(submitted_at=None)
    client.post(f"/reviews/{review.pk}/claim/")
    text = json.dumps(
        {
            "levels": dict.fromkeys(CRITERIA, level),
            "comments": [
                {"stage": "scope", "start": 0, "end": 2, "quote": "We", "text": "Who is we?"}
            ],
            "recommendation": "strong-yes",
            "summary": f"Level {level}, I think.",
            **said,
        }
    )
    response = client.post(f"/reviews/{review.pk}/", {"text": text, "base": 0, "key": uuid.uuid4()})
    assert response.status_code == 302


def report(interview: Interview) -> str:
    return (
        signed_in(interview.candidate).get(f"/interviews/{interview.pk}/report/").content.decode()
    )


def release(interview: Interview, by: User) -> str:
    address = f"/invitations/{interview.invitation_id}/release/"
    return signed_in(by).post(address, follow=True).content.decode()


# --- released -------------------------------------------------------------------------------


def test_a_result_is_released_by_whoever_invited_once_it_is_scored(
    alice: User, ines: User, omar: User
) -> None:
    interview = answered(alice, ines)
    assert "Nothing was released" in release(interview, ines)
    score(interview, omar, 3)
    assert "is handed in and safe" in report(interview)
    assert "can see the result now" in release(interview, ines)
    given = Release.objects.get()
    assert (given.interview, given.by) == (interview, ines)
    page = report(interview)
    for words in (
        "What people found",
        "67 of 100",
        "one person",
        "Level 3, I think.",
        "Who is we?",
    ):
        assert words in page
    for secret in ("omar", "Strong yes"):
        assert secret not in page
    assert "Nothing was released" in release(interview, ines)


def test_nobody_else_releases_but_a_lead(alice: User, ines: User, omar: User) -> None:
    interview = answered(alice, ines)
    score(interview, omar, 3)
    address = f"/invitations/{interview.invitation_id}/release/"
    assert signed_in(omar).post(address).status_code == 404
    assert signed_in(alice).post(address).status_code == 404
    assert "can see the result now" in release(
        interview, factories.a_user(name="lea", group="lead")
    )


@pytest.mark.parametrize("results", [Results.NEVER, Results.AT_ONCE])
def test_what_was_not_to_be_released_is_not(
    alice: User, ines: User, omar: User, results: Results
) -> None:
    interview = answered(alice, ines, results=results)
    score(interview, omar, 3)
    assert "Nothing was released" in release(interview, ines)
    assert not Release.objects.exists()


def test_the_candidate_is_told_by_letter(alice: User, ines: User, omar: User) -> None:
    interview = answered(alice, ines)
    letters.tell_result(interview.pk, "https://mlsd.test/r/")
    assert not mail.outbox
    score(interview, omar, 3)
    release(interview, ines)
    letters.tell_result(interview.pk, "https://mlsd.test/r/")
    (letter,) = mail.outbox
    assert letter.to == [alice.email]
    assert "https://mlsd.test/r/" in letter.body


def test_the_invitation_says_how_far_it_is(alice: User, ines: User, omar: User) -> None:
    interview = answered(alice, ines)
    client = signed_in(ines)
    address = f"/invitations/{interview.invitation_id}/"
    assert "once everybody has scored it" in client.get(address).content.decode()
    score(interview, omar, 3)
    assert "Release the result" in client.get(address).content.decode()
    release(interview, ines)
    assert "Released to the candidate on" in client.get(address).content.decode()


# --- looked at again ------------------------------------------------------------------------


def ask(interview: Interview, asked: str = "I did say how often.") -> str:
    client = signed_in(interview.candidate)
    address = f"/interviews/{interview.pk}/appeal/"
    return client.post(address, {"asked": asked}, follow=True).content.decode()


def test_a_candidate_asks_once_and_is_answered_by_somebody_new(
    alice: User, ines: User, omar: User
) -> None:
    interview = answered(alice, ines)
    score(interview, omar, 2)
    release(interview, ines)
    # Omar has scored it, and Ines, who invited, may have read what he found.
    assert "Ask somebody to look at it again" not in report(interview)
    nora = factories.a_user(name="nora", group="interviewer")
    assert "Ask somebody to look at it again" in report(interview)
    assert "Please say what" in ask(interview, " ")
    long = "Too long. " * 501
    assert long in ask(interview, long)
    assert "Asked." in ask(interview)
    assert "That can be asked once" in ask(interview, "Again!")
    review = Review.objects.get(kind="appeal")
    for biased in (omar, ines):
        assert signed_in(biased).post(f"/reviews/{review.pk}/claim/").status_code == 404
    score(interview, nora, 4, reason="You did; I had not seen it.")
    page = report(interview)
    for words in ("You did; I had not seen it.", "100 of 100", "Before, it was 33."):
        assert words in page
    assert "Ask somebody to look at it again" not in page
    assert interview.scorecards.filter(judge="human").count() == 2


def test_practice_can_be_looked_at_too_where_there_is_somebody(alice: User, ines: User) -> None:
    interview = factories.submitted(candidate=alice, now=clock.now())
    assert grading.grade(interview.pk, clock=clock.now, lease=MINUTE)
    assert "Asked." in ask(interview)
    assert "You asked for another look" in report(interview)
    page = signed_in(ines).get("/reviews/?tab=decide").content.decode()
    assert "Review for the candidate" in page


def test_where_nobody_could_answer_nothing_is_offered(bank: None, alice: User) -> None:
    interview = factories.submitted(candidate=alice, now=clock.now())
    assert grading.grade(interview.pk, clock=clock.now, lease=MINUTE)
    assert "Ask somebody" not in report(interview)
    assert "That can be asked once" in ask(interview)


def test_it_can_be_asked_for_a_fortnight(alice: User, ines: User) -> None:
    then = clock.now() - timedelta(days=15)
    interview = factories.submitted(candidate=alice, now=then)
    assert grading.grade(interview.pk, clock=clock.now, lease=MINUTE)
    assert "Ask somebody" not in report(interview)
    assert "within 14 days" in ask(interview)


def test_nobody_asks_for_what_they_may_not_see(alice: User, ines: User, omar: User) -> None:
    interview = answered(alice, ines)
    ask(interview)
    assert not Review.objects.filter(kind="appeal").exists()


def test_as_many_characters_as_the_field_takes_may_be_asked(alice: User, ines: User) -> None:
    interview = factories.submitted(candidate=alice, now=clock.now())
    assert grading.grade(interview.pk, clock=clock.now, lease=MINUTE)
    assert "Asked." in ask(interview, "line\r\n" * 1_000)


def test_nothing_is_asked_again_while_people_still_score(
    alice: User, ines: User, omar: User, lea: User
) -> None:
    interview = answered(alice, ines, results=Results.AT_ONCE)
    assert "Ask somebody" not in report(interview)
    score(interview, omar, 3)
    assert "Ask somebody" in report(interview)


def test_the_list_does_not_say_otherwise_than_the_report(
    alice: User, ines: User, omar: User
) -> None:
    interview = answered(alice, ines, results=Results.AT_ONCE)
    client = signed_in(alice)
    assert "of 100" in client.get("/interviews/").content.decode()
    score(interview, omar, 1)
    page = client.get("/interviews/").content.decode()
    assert ("of 100" in page, "Scored by people" in page) == (False, True)


def test_a_result_waits_for_the_machine_too(alice: User, ines: User, omar: User) -> None:
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines, now=clock.now())
    score(interview, omar, 3)
    assert "Nothing was released" in release(interview, ines)
    assert grading.grade(interview.pk, clock=clock.now, lease=MINUTE)
    assert "can see the result now" in release(interview, ines)
