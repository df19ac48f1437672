"""An invitation from its link to the interview that it starts: once, on its own terms."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from interviews import flow
from interviews.models import Interview, Invitation, Issued
from rubrics.models import Question
from tests import factories
from tests.factories import GRACE, NOON
from tests.races import at_once

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rater(db: None) -> User:
    return factories.a_user(name="ines", group="interviewer")


@pytest.fixture
def issued(bank: None, rater: User) -> Issued:
    return factories.an_invitation(by=rater)


def accept(issued: Issued, candidate: User) -> Interview | None:
    question = Question.objects.get()
    return issued.invitation.accept(candidate=candidate, question=question, now=NOON)


def test_the_link_is_not_kept_anywhere(issued: Issued) -> None:
    kept = Invitation.objects.values().get()
    assert len(issued.token) >= 32
    assert issued.token not in map(str, kept.values())
    assert Invitation.objects.by_token(issued.token).get() == issued.invitation
    assert not Invitation.objects.by_token(issued.token[:-1])


def test_it_starts_an_interview_on_its_terms(bank: None, rater: User, alice: User) -> None:
    issued = factories.an_invitation(
        by=rater, minutes=20, pacing=flow.Pacing.STRICT, extra=flow.Extra.HALF
    )
    interview = accept(issued, alice)
    assert interview
    assert (interview.minutes, interview.pacing, interview.is_invited) == (20, "strict", True)
    assert interview.deadline_at == NOON + 30 * MINUTE
    given = interview.ledger.get(kind="extended")
    assert (given.by, given.reason) == ("interviewer", "half as much again, said in the invitation")
    assert factories.fresh(interview).invitation == issued.invitation
    assert Invitation.objects.get().state(NOON) == "accepted"


def test_an_invited_interview_cannot_be_paused_and_takes_no_time_of_its_own(
    issued: Issued, alice: User
) -> None:
    interview = accept(issued, alice)
    assert interview
    assert not interview.owns_clock
    assert not interview.pause(now=NOON + MINUTE)
    # ... but an interviewer may give it some.
    assert interview.extend(
        flow.Extra.FIVE, by=flow.By.INTERVIEWER, reason="asked for", now=NOON, grace=GRACE
    )
    assert interview.left(NOON) == 35 * 60


def test_it_works_once(issued: Issued, alice: User, mallory: User) -> None:
    assert accept(issued, alice)
    assert accept(issued, mallory) is None
    assert Interview.objects.get().candidate == alice


@pytest.mark.django_db(transaction=True)
def test_of_two_people_with_the_same_link_one_starts(
    issued: Issued, alice: User, mallory: User
) -> None:
    started = at_once(
        lambda: list(Invitation.objects.select_for_update()),
        partial(accept, issued, alice),
        partial(accept, issued, mallory),
    )
    assert sum(interview is not None for interview in started) == 1
    assert Interview.objects.count() == 1


def test_a_revoked_or_expired_one_starts_nothing(issued: Issued, rater: User, alice: User) -> None:
    assert issued.invitation.revoke(now=NOON)
    assert not issued.invitation.revoke(now=NOON)
    assert accept(issued, alice) is None
    late = factories.an_invitation(by=rater, now=NOON - 8 * DAY)
    assert (late.invitation.state(NOON), accept(late, alice)) == ("expired", None)
    assert not Interview.objects.exists()


def test_a_new_link_ends_the_old_one(issued: Issued, alice: User) -> None:
    token = issued.invitation.renew(now=NOON)
    assert token
    assert not Invitation.objects.by_token(issued.token)
    assert Invitation.objects.by_token(token).get() == issued.invitation
    assert accept(issued, alice)
    assert issued.invitation.renew(now=NOON) is None


def test_who_read_the_old_link_cannot_start_by_it_once_there_is_a_new_one(
    issued: Issued, alice: User
) -> None:
    read = Invitation.objects.by_token(issued.token).get()
    issued.invitation.renew(now=NOON)
    assert read.accept(candidate=alice, question=Question.objects.get(), now=NOON) is None


def test_what_is_left_of_it_when_the_candidate_deletes_their_account(
    issued: Issued, alice: User
) -> None:
    accept(issued, alice)
    alice.delete()
    left = Invitation.objects.get()
    assert (left.state(NOON), left.answer) == ("accepted", None)


def test_it_gives_only_the_questions_that_it_names(bank: None, rater: User, alice: User) -> None:
    factories.fill_bank(
        questions=(factories.question_document(), factories.question_document(slug="maps"))
    )
    issued = factories.an_invitation(by=rater, questions=("video-feed",))
    maps = Question.objects.get(slug="maps")
    with pytest.raises(ValueError, match="maps"):
        issued.invitation.accept(candidate=alice, question=maps, now=NOON)
    assert issued.invitation.state(NOON) == "open"


def test_people_see_their_own_and_leads_see_all(issued: Issued, rater: User, mallory: User) -> None:
    assert list(Invitation.objects.visible_to(rater, is_lead=False)) == [issued.invitation]
    assert not Invitation.objects.visible_to(mallory, is_lead=False)
    assert list(Invitation.objects.visible_to(mallory, is_lead=True)) == [issued.invitation]


def test_nobody_invites_for_three_raters(bank: None, rater: User) -> None:
    with pytest.raises(IntegrityError, match="invitation_raters"):
        factories.an_invitation(by=rater, raters=3)
