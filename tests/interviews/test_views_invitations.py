"""Inviting somebody, and taking an invitation up, as both see it."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from interviews import grading, letters
from interviews.flow import Submitter
from interviews.models import Interview, Invitation, Issued, Results
from rubrics import clock
from tests import factories

CHOSEN = {
    "name": "Ada",
    "email": "",
    "questions": ["video-feed"],
    "framework": "three-stage",
    "minutes": "30",
    "extra": "none",
    "target": "mid",
    "pacing": "strict",
    "raters": "2",
    "results": "released",
    "days": "7",
    "note": "Good luck!",
}


@pytest.fixture
def browser_of_ines(ines: User) -> Client:
    browser = Client()
    browser.force_login(ines)
    return browser


@pytest.fixture
def issued(ines: User) -> Issued:
    return factories.an_invitation(by=ines, now=clock.now())


def invite(browser: Client, **changes: object) -> str:
    response = browser.post("/invitations/new/", {"key": uuid.uuid4(), **CHOSEN, **changes})
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def link_in(page: str) -> str:
    found = re.search(r'value="(http://testserver/invited/[^"]+)"', page)
    assert found, page
    return found[1]


def accept(browser: Client, link: str, **changes: object) -> str:
    form = {"question": "video-feed", "agreed": "on", **changes}
    return browser.post(link, form).headers.get("Location", "")


# --- to invite ------------------------------------------------------------------------------


def test_an_interviewer_gets_a_link_that_is_shown_once(browser_of_ines: Client) -> None:
    page = invite(browser_of_ines)
    link = link_in(page)
    invitation = Invitation.objects.get()
    assert (str(invitation), invitation.raters, invitation.pacing) == ("Ada", 2, "strict")
    assert Invitation.objects.by_token(link.split("/")[-2]).get() == invitation
    again = browser_of_ines.get(f"/invitations/{invitation.pk}/").content.decode()
    assert link not in again
    assert "Good luck!" in again


def test_the_same_form_sent_twice_invites_once(browser_of_ines: Client) -> None:
    key = uuid.uuid4()
    invite(browser_of_ines, key=key)
    response = browser_of_ines.post("/invitations/new/", {**CHOSEN, "key": key})
    assert response.headers["Location"] == f"/invitations/{key}/"
    assert Invitation.objects.count() == 1


def test_what_is_missing_is_said_and_what_was_typed_stays(browser_of_ines: Client) -> None:
    form = {"key": uuid.uuid4(), **CHOSEN, "questions": [], "email": "no address"}
    response = browser_of_ines.post("/invitations/new/", form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Choose one question" in page
    assert "valid e-mail" in page.lower() or "valid email" in page.lower()
    assert 'value="Ada"' in page
    assert not Invitation.objects.exists()


def test_only_interviewers_and_leads_invite(browser_of_alice: Client, ines: User) -> None:
    for address in ("/invitations/", "/invitations/new/"):
        assert browser_of_alice.get(address).status_code == 404
    assert "Invitations" not in browser_of_alice.get("/").content.decode()


def test_another_interviewers_invitation_is_not_there_but_for_a_lead(issued: Issued) -> None:
    address = f"/invitations/{issued.invitation.pk}/"
    for group, status in (("interviewer", 404), ("lead", 200)):
        browser = Client()
        browser.force_login(factories.a_user(name=f"a-{group}", group=group))
        assert browser.get(address).status_code == status
        listed = browser.get("/invitations/").content.decode()
        assert (address in listed) == (status == 200)


def test_a_new_link_ends_the_old_one(issued: Issued, browser_of_ines: Client) -> None:
    response = browser_of_ines.post(f"/invitations/{issued.invitation.pk}/link/")
    link = link_in(response.content.decode())
    assert Client().get(f"/invited/{issued.token}/").status_code == 404
    assert Client().get(link).status_code == 200


def test_a_revoked_link_says_so(
    issued: Issued, browser_of_ines: Client, browser_of_alice: Client
) -> None:
    address = f"/invitations/{issued.invitation.pk}/"
    response = browser_of_ines.post(f"{address}revocation/", follow=True)
    assert "no longer works" in response.content.decode()
    ended = browser_of_alice.get(f"/invited/{issued.token}/")
    assert ended.status_code == 410
    assert "withdrawn" in ended.content.decode()
    again = browser_of_ines.post(f"{address}revocation/", follow=True)
    assert "Too late" in again.content.decode()


def test_nobody_is_invited_yet(browser_of_ines: Client) -> None:
    assert "Nobody is invited yet" in browser_of_ines.get("/invitations/").content.decode()
    assert "1 person here can score." in browser_of_ines.get("/invitations/new/").content.decode()


def test_many_are_invited_at_once_each_by_a_link_of_their_own(browser_of_ines: Client) -> None:
    form = {**CHOSEN, "key": uuid.uuid4(), "people_rows": "Ada,ada@x.org\nBob,bob@x.org"}
    page = browser_of_ines.post("/invitations/many/", form).content.decode()
    links = re.findall(r"(\w+), (\w+@x.org), (http://testserver/invited/\S+)", page)
    assert [link[:2] for link in links] == [("Ada", "ada@x.org"), ("Bob", "bob@x.org")]
    assert [Client().get(link[2]).status_code for link in links] == [200, 200]
    again = browser_of_ines.post("/invitations/many/", form)
    assert again.headers["Location"] == "/invitations/"
    assert Invitation.objects.count() == 2


def test_one_bad_row_invites_nobody(browser_of_ines: Client) -> None:
    form = {**CHOSEN, "key": uuid.uuid4(), "people_rows": "Ada,ada@x.org\nBob"}
    response = browser_of_ines.post("/invitations/many/", form)
    assert response.status_code == 422
    assert "Row 2: “Bob” has no address." in response.content.decode()
    assert not Invitation.objects.exists()


# --- the letter -----------------------------------------------------------------------------


def test_the_letter_has_the_link_and_the_note(issued: Issued) -> None:
    Invitation.objects.update(email="ada@example.org", name="Ada")
    address = f"https://mlsd.test/invited/{issued.token}/"
    letters.invite(address, now=clock.now())
    (letter,) = mail.outbox
    assert (letter.to, letter.reply_to) == (["ada@example.org"], ["ines@example.org"])
    for words in ("Hello Ada,", "30 minutes", "Good luck!", address):
        assert words in letter.body


def test_no_letter_goes_out_once_the_link_is_dead(issued: Issued) -> None:
    Invitation.objects.update(email="ada@example.org")
    issued.invitation.renew(now=clock.now())
    letters.invite(f"https://mlsd.test/invited/{issued.token}/", now=clock.now())
    assert not mail.outbox


# --- to be invited --------------------------------------------------------------------------


def test_a_stranger_reads_the_terms_and_is_led_to_an_account(issued: Issued) -> None:
    link = f"/invited/{issued.token}/"
    response = Client().get(link)
    page = response.content.decode()
    assert response.status_code == 200
    assert f"/accounts/signup/?next={link}" in page
    for words in ("30 minutes", "one person", "the name is hidden", "who sees it", "Good luck!"):
        assert words in page
    assert "Start now" not in page


def test_who_accepts_is_in_the_interview_and_the_link_leads_back_there(
    issued: Issued, browser_of_alice: Client
) -> None:
    link = f"/invited/{issued.token}/"
    interview_address = accept(browser_of_alice, link)
    interview = Interview.objects.get()
    assert interview_address == f"/interviews/{interview.pk}/"
    assert browser_of_alice.get(link).headers["Location"] == interview_address
    # ... and nobody else.
    other = Client()
    other.force_login(factories.a_user(name="bob"))
    assert other.get(link).status_code == 410
    assert other.get(interview_address).status_code == 404


def test_who_does_not_agree_does_not_start(issued: Issued, browser_of_alice: Client) -> None:
    form = {"question": "video-feed"}
    response = browser_of_alice.post(f"/invited/{issued.token}/", form)
    assert response.status_code == 422
    assert "Please say that you agree" in response.content.decode()
    assert not Interview.objects.exists()


def test_a_stranger_cannot_start(issued: Issued) -> None:
    assert accept(Client(), f"/invited/{issued.token}/") == ""
    assert not Interview.objects.exists()


def test_a_link_that_nobody_made_is_not_there(bank: None) -> None:
    assert Client().get("/invited/aaaa/").status_code == 404


def test_an_expired_link_says_so(ines: User) -> None:
    issued = factories.an_invitation(by=ines, now=clock.now() - timedelta(days=8))
    ended = Client().get(f"/invited/{issued.token}/")
    assert (ended.status_code, "Its time is over" in ended.content.decode()) == (410, True)


def test_while_it_is_answered_the_same_question_is_not_practised(
    issued: Issued, browser_of_alice: Client
) -> None:
    accept(browser_of_alice, f"/invited/{issued.token}/")
    form = {
        "framework": "three-stage", "minutes": "30", "target": "mid", "pacing": "soft",
        "key": uuid.uuid4(),
    }  # fmt: skip
    page = browser_of_alice.post("/questions/video-feed/interviews/", form, follow=True)
    assert "You are answering this question by invitation" in page.content.decode()
    assert Interview.objects.count() == 1


def test_who_deleted_their_account_leaves_a_page_that_says_so(
    issued: Issued, alice: User, browser_of_alice: Client, browser_of_ines: Client
) -> None:
    link = f"/invited/{issued.token}/"
    accept(browser_of_alice, link)
    alice.delete()
    page = browser_of_ines.get(f"/invitations/{issued.invitation.pk}/").content.decode()
    assert "Deleted by the candidate" in page
    assert Client().get(link).status_code == 410


def test_an_invited_interview_offers_no_pause(issued: Issued, browser_of_alice: Client) -> None:
    accept(browser_of_alice, f"/invited/{issued.token}/")
    interview = Interview.objects.get()
    page = browser_of_alice.get(f"/interviews/{interview.pk}/stages/scope/").content.decode()
    assert "clock/pause/" not in page
    browser_of_alice.post(f"/interviews/{interview.pk}/clock/pause/")
    assert not Interview.objects.get().is_paused


def test_who_invited_gives_more_time_while_it_is_answered(
    issued: Issued, browser_of_alice: Client, browser_of_ines: Client
) -> None:
    accept(browser_of_alice, f"/invited/{issued.token}/")
    before = Interview.objects.get()
    address = f"/invitations/{issued.invitation.pk}/"
    assert "More time" in browser_of_ines.get(address).content.decode()
    page = browser_of_ines.post(f"{address}extension/", {"extra": "ten"}, follow=True)
    assert "Given." in page.content.decode()
    after = Interview.objects.get()
    assert after.deadline_at - before.deadline_at == timedelta(minutes=10)
    assert after.ledger.get(kind="extended").by == "interviewer"
    after.submit(Submitter.CANDIDATE, now=clock.now())
    page = browser_of_ines.post(f"{address}extension/", {"extra": "ten"}, follow=True)
    assert "Nothing was added" in page.content.decode()


@pytest.mark.parametrize(
    ("results", "shown"),
    [(Results.NEVER, False), (Results.RELEASED, False), (Results.AT_ONCE, True)],
)
def test_the_candidate_sees_the_result_as_the_invitation_says(
    ines: User, browser_of_alice: Client, results: Results, shown: bool
) -> None:
    issued = factories.an_invitation(by=ines, results=results, now=clock.now())
    accept(browser_of_alice, f"/invited/{issued.token}/")
    interview = Interview.objects.get()
    interview.submit(Submitter.CANDIDATE, now=clock.now())
    assert grading.grade(interview.pk, clock=clock.now, lease=timedelta(minutes=1))
    page = browser_of_alice.get(f"/interviews/{interview.pk}/report/").content.decode()
    listed = browser_of_alice.get("/interviews/").content.decode()
    assert ("of 100" in listed, "Levels follow the rubric" in page) == (shown, shown)
    assert ("is handed in and safe" in page) != shown
