"""A review from the wish for it to its scorecard: who takes it on, and what is kept of it."""

import random
import threading
import uuid
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction

from interviews.models import DraftKept, DraftState, Interview, Release, Review, Scorecard
from tests import factories
from tests.factories import NOON
from tests.races import at_once, together

LEASE = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def interview(bank: None, alice: User, ines: User) -> Interview:
    """Alice's invited interview, handed in, for two raters."""
    return factories.handed_in_by_invitation(candidate=alice, by=ines, raters=2)


def reviews(interview: Interview) -> list[Review]:
    return list(interview.reviews.all())


def claim(review: Review, rater: User, *, after: timedelta = timedelta()) -> bool:
    return Review.objects.get(pk=review.pk).claim(rater, now=NOON + after, lease=LEASE)


def keep(
    review: Review,
    rater: User,
    text: str,
    *,
    base: int,
    key: uuid.UUID | None = None,
    now: datetime = NOON,
) -> DraftKept:
    return review.keep(rater, text, base=base, key=key or uuid.uuid4(), now=now, lease=LEASE)


def submit(review: Review, rater: User, *levels: int | None) -> bool:
    return factories.submit_review(review, by=rater, levels=levels, now=NOON)


# --- wanted ---------------------------------------------------------------------------------


def test_handing_in_asks_for_as_many_ratings_as_the_invitation_says(interview: Interview) -> None:
    assert [(r.kind, r.wanted_at, r.rater) for r in reviews(interview)] == [
        ("rating", NOON, None)
    ] * 2


def test_practice_asks_for_none(bank: None, alice: User) -> None:
    assert not factories.submitted(candidate=alice).reviews.exists()


# --- claimed --------------------------------------------------------------------------------


def test_a_claim_is_one_persons_until_it_expires(
    interview: Interview, ines: User, omar: User
) -> None:
    first, _ = reviews(interview)
    assert claim(first, ines)
    assert not claim(first, omar, after=LEASE)
    assert claim(first, omar, after=LEASE + MINUTE)
    assert Review.objects.get(pk=first.pk).rater == omar


def test_one_person_has_one_review_of_an_interview(
    interview: Interview, ines: User, omar: User
) -> None:
    first, second = reviews(interview)
    assert claim(first, ines)
    assert not claim(second, ines)
    assert claim(second, omar)
    with pytest.raises(IntegrityError, match="review_once_a_person"), transaction.atomic():
        Review.objects.filter(pk=second.pk).update(rater=ines)


def test_nobody_rates_themselves(bank: None, ines: User, omar: User) -> None:
    own = factories.handed_in_by_invitation(candidate=ines, by=omar)
    (review,) = reviews(own)
    assert not claim(review, ines)
    assert Review.objects.claim_next(ines, now=NOON, lease=LEASE) is None
    assert not review.take_over(ines, now=NOON, lease=LEASE)


def test_the_one_that_waits_longest_comes_next(
    interview: Interview, alice: User, ines: User, omar: User
) -> None:
    earlier = factories.handed_in_by_invitation(candidate=alice, by=ines, now=NOON - MINUTE)
    took = [Review.objects.claim_next(omar, now=NOON, lease=LEASE) for _ in range(3)]
    assert [review and review.interview_id for review in took] == [earlier.pk, interview.pk, None]


def test_a_claim_is_given_back(interview: Interview, ines: User, omar: User) -> None:
    first, _ = reviews(interview)
    claim(first, ines)
    assert not first.release(omar)
    assert first.release(ines)
    assert claim(first, omar)


def test_a_lead_takes_over_what_somebody_holds_and_both_keep_their_drafts(
    interview: Interview, ines: User, lea: User
) -> None:
    first, _ = reviews(interview)
    claim(first, ines)
    keep(first, ines, "Mine.", base=0)
    assert first.take_over(lea, now=NOON, lease=LEASE)
    assert first.draft_of(ines).text == "Mine."
    assert first.draft_of(lea).text == ""


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_has_it(interview: Interview, ines: User, omar: User) -> None:
    first, _ = reviews(interview)
    took = at_once(
        lambda: list(Review.objects.select_for_update()),
        partial(claim, first, ines),
        partial(claim, first, omar),
    )
    assert sorted(took) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_of_two_of_one_interview_that_a_person_claims_at_once_they_have_one(
    interview: Interview, ines: User
) -> None:
    first, second = reviews(interview)
    took = at_once(
        lambda: list(Review.objects.select_for_update()),
        partial(claim, first, ines),
        partial(claim, second, ines),
    )
    assert sorted(took) == [False, True]


RATERS, WAITING, ROUNDS = 40, 10, 100


@pytest.mark.django_db(transaction=True)
def test_forty_raters_at_a_queue_of_ten_take_each_once(bank: None, alice: User, ines: User) -> None:
    people = [factories.a_user(name=f"rater-{n}", group="interviewer") for n in range(RATERS)]
    for _ in range(WAITING):
        factories.handed_in_by_invitation(candidate=alice, by=ines)
    begin = threading.Barrier(RATERS)
    took: list[list[Review | None]] = [[] for _ in range(ROUNDS)]

    def rate(rater: User) -> None:
        """Claim in every round; between rounds the first one to come frees all."""
        for number in range(ROUNDS):
            if begin.wait(120) == 0:
                Review.objects.update(rater=None, claimed_at=None, leased_until=None)
                connection.close()
            begin.wait(120)
            took[number].append(Review.objects.claim_next(rater, now=NOON, lease=LEASE))
            connection.close()  # as at the end of a request

    together(*(partial(rate, rater) for rater in people), seconds=300)
    for each in took:
        claimed = [review.pk for review in each if review]
        assert len(each) == RATERS
        assert len(claimed) == len(set(claimed)) == WAITING


# --- the draft ------------------------------------------------------------------------------


def test_a_draft_is_kept_and_renews_the_lease(interview: Interview, ines: User) -> None:
    first, _ = reviews(interview)
    claim(first, ines)
    later = NOON + 20 * MINUTE
    kept = keep(first, ines, "Three.", base=0, now=later)
    assert (kept.state, kept.revision) == (DraftState.KEPT, 1)
    assert first.draft_of(ines).text == "Three."
    assert Review.objects.get(pk=first.pk).leased_until == later + LEASE


def test_another_page_of_the_same_rater_does_not_go_over_a_draft(
    interview: Interview, ines: User
) -> None:
    first, _ = reviews(interview)
    claim(first, ines)
    keep(first, ines, "One.", base=0)
    kept = keep(first, ines, "Two.", base=0)
    assert (kept.state, kept.revision) == (DraftState.CONFLICT, 1)
    assert first.draft_of(ines).text == "One."


def test_the_same_draft_that_comes_twice_is_kept_once(interview: Interview, ines: User) -> None:
    first, _ = reviews(interview)
    claim(first, ines)
    key = uuid.uuid4()
    kept = [keep(first, ines, "One.", base=0, key=key) for _ in range(2)]
    assert [(k.state, k.revision) for k in kept] == [(DraftState.KEPT, 1)] * 2


def test_a_draft_of_a_lost_review_is_kept_too_and_told_so(
    interview: Interview, ines: User, omar: User
) -> None:
    first, _ = reviews(interview)
    claim(first, ines)
    claim(first, omar, after=LEASE + MINUTE)
    kept = keep(first, ines, "Late.", base=0)
    assert (kept.state, kept.revision) == (DraftState.LOST, 1)
    assert first.draft_of(ines).text == "Late."
    assert Review.objects.get(pk=first.pk).rater == omar


def test_a_draft_that_comes_after_the_scorecard_is_kept_and_no_part_of_it(
    interview: Interview, ines: User
) -> None:
    first, _ = reviews(interview)
    claim(first, ines)
    submit(first, ines, 3, 3, 3)
    kept = keep(first, ines, "After.", base=0)
    assert kept.state is DraftState.SUBMITTED
    assert first.draft_of(ines).text == "After."
    assert Review.objects.get(pk=first.pk).summary == "Fine."


# --- the scorecard --------------------------------------------------------------------------


def test_a_scorecard_is_written_down_once(interview: Interview, ines: User, omar: User) -> None:
    first, _ = reviews(interview)
    assert not submit(first, ines, 3, 3, 3)  # not claimed
    claim(first, ines)
    assert not submit(first, omar, 3, 3, 3)
    assert submit(first, ines, 3, None, 4)
    assert not submit(first, ines, 1, 1, 1)
    card = Scorecard.objects.get(review=first)
    assert [j.level for j in card.value.judgements] == [3, None, 4]
    assert (card.judge, card.score) == ("human", 83.3)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Scorecard.objects.filter(pk=card.pk).update(score=0)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Review.objects.filter(pk=first.pk).update(summary="Better.")


def test_who_submits_after_the_lease_ran_out_still_may_if_nobody_took_it(
    interview: Interview, ines: User
) -> None:
    first, _ = reviews(interview)
    claim(first, ines, after=-2 * LEASE)
    assert submit(first, ines, 3, 3, 3)


def test_raters_far_apart_ask_for_one_who_decides(
    interview: Interview, ines: User, omar: User, lea: User
) -> None:
    first, second = reviews(interview)
    claim(first, ines)
    submit(first, ines, 1, 1, 1)
    assert interview.reviews.count() == 2
    claim(second, omar)
    submit(second, omar, 4, 4, 4)
    decides = interview.reviews.get(kind="adjudication")
    assert not claim(decides, ines)
    assert claim(decides, lea)
    assert submit(decides, lea, 2, 2, 2)
    assert interview.reviews.count() == 3


def test_raters_who_agree_ask_for_nobody(interview: Interview, ines: User, omar: User) -> None:
    for review, rater in zip(reviews(interview), (ines, omar), strict=True):
        claim(review, rater)
        submit(review, rater, 3, 3, 2)
    assert interview.reviews.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_submit_at_once_ask_for_one_who_decides(
    interview: Interview, ines: User, omar: User
) -> None:
    first, second = reviews(interview)
    claim(first, ines)
    claim(second, omar)
    done = at_once(
        lambda: list(Interview.objects.select_for_update()),
        partial(submit, first, ines, 1, 1, 1),
        partial(submit, second, omar, 4, 4, 4),
    )
    assert done == [True, True]
    assert interview.reviews.filter(kind="adjudication").count() == 1


def test_random_claims_and_returns_never_give_one_review_to_two(
    bank: None, alice: User, ines: User, omar: User, lea: User
) -> None:
    for _ in range(3):
        factories.handed_in_by_invitation(candidate=alice, by=ines, raters=2)
    chance = random.Random(7)
    held: dict[uuid.UUID, User] = {}
    for _ in range(200):
        rater = chance.choice([ines, omar, lea])
        mine = [pk for pk, holder in held.items() if holder == rater]
        if mine and chance.random() < 0.4:
            review = Review.objects.get(pk=chance.choice(mine))
            assert review.release(rater)
            del held[review.pk]
        elif taken := Review.objects.claim_next(rater, now=NOON, lease=LEASE):
            assert taken.pk not in held
            held[taken.pk] = rater
        of_interviews = [(Review.objects.get(pk=pk).interview_id, r) for pk, r in held.items()]
        assert len(of_interviews) == len(set(of_interviews))


def test_a_release_is_an_act_that_stays(interview: Interview, lea: User, ines: User) -> None:
    Release.objects.create(interview=interview, by=lea, at=NOON)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Release.objects.update(by=ines)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.create(interview=interview, by=ines, at=NOON)
