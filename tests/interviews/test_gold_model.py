"""Gold answers as rows: who gets one, what a copy is like, and where none counts."""

import random
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from pytest_django import Settings

from interviews import agreements, exports, flow, gold, items
from interviews.access import comparing
from interviews.access import gold as access
from interviews.models import (
    Agreement,
    GoldAnswer,
    GoldCopy,
    GoldPlan,
    Interview,
    Kind,
    Review,
    StageAnswer,
    Use,
)
from interviews.models.rescore import not_scored_by
from rubrics.models import Question
from tests import factories
from tests.factories import NOON
from tests.races import at_once

LEASE = timedelta(minutes=30)


@pytest.fixture
def answer(bank: None) -> GoldAnswer:
    """A gold answer with its reference."""
    return factories.a_gold_answer(levels=(3, 2, 4))


def copy_for(answer: GoldAnswer, person: User, use: Use = Use.HIDDEN) -> Review:
    return answer.copy_for(person, use, handed_in=NOON, chances=random.Random(1))


def scored(answer: GoldAnswer, rater: User, *levels: int) -> Review:
    review = copy_for(answer, rater)
    assert review.claim(rater, now=NOON, lease=LEASE)
    assert factories.submit_review(review, by=rater, levels=levels)
    return review


# --- a copy ---------------------------------------------------------------------------------


def test_a_copy_is_an_interview_that_was_written_and_handed_in(
    answer: GoldAnswer, ines: User
) -> None:
    review = copy_for(answer, ines)
    interview = factories.fresh(review.interview)
    assert interview.submitted_at == review.wanted_at == NOON
    assert interview.started_at < NOON < interview.deadline_at
    assert {sheet.stage: sheet.text for sheet in interview.sheets.texts()} == answer.texts
    for sheet in interview.sheets.texts():
        texts = factories.texts_of(sheet)
        assert (texts[-1], len(texts)) == (sheet.text, sheet.revision)
    kinds = [line.kind for line in interview.ledger.all()]
    assert kinds == [flow.Kind.STARTED, *[flow.Kind.ENTERED] * 2, flow.Kind.SUBMITTED]
    times = interview.times(NOON)
    assert all(0 < times.spent[stage] <= times.planned[stage] for stage in times.planned)


def test_a_long_text_comes_out_of_its_revisions_whole(bank: None, ines: User) -> None:
    long = factories.a_gold_answer(texts={"scope": "one two\n\nthree " * 300})
    sheet = StageAnswer.objects.texts().get(interview=copy_for(long, ines).interview, stage="scope")
    assert sheet.revision > 100
    assert factories.texts_of(sheet)[-1] == sheet.text == long.texts["scope"]
    assert sheet.text_at(60) == factories.texts_of(sheet)[59]


def test_a_copy_can_be_claimed_by_its_rater_alone(
    answer: GoldAnswer, ines: User, omar: User, lea: User
) -> None:
    review = copy_for(answer, ines)
    assert not review.claim(omar, now=NOON, lease=LEASE)
    assert not review.take_over(lea, now=NOON, lease=LEASE)
    assert Review.objects.claim_next(omar, now=NOON, lease=LEASE) is None
    assert review.claim(ines, now=NOON, lease=LEASE)


def test_a_rater_gets_a_gold_answer_once(answer: GoldAnswer, ines: User, omar: User) -> None:
    copy_for(answer, ines)
    copy_for(answer, omar)
    with pytest.raises(IntegrityError, match="gold_once_a_rater"), transaction.atomic():
        copy_for(answer, ines, Use.CALIBRATION)
    assert not GoldAnswer.objects.ready().new_to(ines).exists()


def test_whose_copy_it_is_never_changes(answer: GoldAnswer, ines: User, omar: User) -> None:
    copy_for(answer, ines)
    with pytest.raises(DatabaseError), transaction.atomic():
        GoldCopy.objects.filter(person=ines).update(person=omar)


def test_nobody_can_sign_in_as_who_answered(answer: GoldAnswer, ines: User) -> None:
    nobody = copy_for(answer, ines).interview.candidate
    assert not nobody.is_active
    assert not nobody.has_usable_password()


# --- which ones are ready -------------------------------------------------------------------


def test_one_without_a_reference_is_not_ready(bank: None) -> None:
    factories.a_gold_answer()
    assert not GoldAnswer.objects.ready().exists()


def test_a_retired_one_is_not_ready_and_cannot_be_retired_twice(answer: GoldAnswer) -> None:
    assert GoldAnswer.objects.ready().get() == answer
    assert answer.retire(now=NOON)
    assert not answer.retire(now=NOON)
    assert not GoldAnswer.objects.ready().exists()


def test_with_another_rubric_it_is_ready_no_more_but_with_other_words_it_is(
    answer: GoldAnswer,
) -> None:
    document = factories.question_document(prompt="Design the feed of a site for short films.")
    factories.fill_bank(questions=(document,))
    assert GoldAnswer.objects.ready().get() == answer
    document["rubric"]["criteria"][0]["title"] = "Another goal"
    factories.fill_bank(questions=(document,))
    assert not GoldAnswer.objects.ready().exists()
    assert not GoldAnswer.objects.with_question().get().is_up_to_date


def test_of_a_retired_question_none_is_ready(answer: GoldAnswer) -> None:
    Question.objects.update(state=Question.State.RETIRED)
    assert not GoldAnswer.objects.ready().exists()


def test_curators_and_who_added_one_get_none(answer: GoldAnswer, ines: User) -> None:
    cora = User.objects.get(email__startswith="cora")
    assert not access.new_to(cora).exists()
    assert access.new_to(ines).exists()
    GoldAnswer.objects.update(by=ines)
    assert not access.new_to(ines).exists()


def test_the_latest_reference_counts_and_the_earlier_one_stays(
    answer: GoldAnswer, lea: User
) -> None:
    factories.refer(answer, by=lea, levels=(1, 1, 1), now=NOON + LEASE)
    latest = answer.reference()
    assert latest
    assert latest.rater == lea
    assert len(answer.references()) == 2


# --- how often ------------------------------------------------------------------------------


def lucky(rater: User, *, turn: int, every: int) -> str:
    """A secret with which a rater's turn brings a gold answer."""
    secrets = (f"secret {number}" for number in range(1000))
    return next(s for s in secrets if gold.is_turn(gold.chance(s, rater.pk, turn), every=every))


def plan(by: User, *, every: int = 0, calibration: int = 0) -> None:
    GoldPlan.objects.change(every=every, calibration=calibration, by=by, now=NOON)


def waiting(alice: User, ines: User, rater: User) -> Review:
    """An answer of Alice's that a rater has claimed."""
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines, now=NOON - LEASE)
    review = interview.reviews.get()
    assert review.claim(rater, now=NOON - LEASE, lease=LEASE)
    return review


def hand_in(review: Review, rater: User) -> bool:
    review = Review.objects.with_interview().get(pk=review.pk)
    if not factories.submit_review(review, by=rater, levels=(3, 3, 3), now=NOON):
        return False
    with transaction.atomic():
        access.slip_in(rater, review, now=NOON)
    return True


def test_a_gold_answer_comes_while_its_rater_scores_another(
    answer: GoldAnswer, alice: User, ines: User, omar: User, lea: User, settings: Settings
) -> None:
    settings.SECRET_KEY = lucky(omar, turn=1, every=2)
    plan(lea, every=2)
    hand_in(waiting(alice, ines, omar), omar)
    copy = GoldCopy.objects.of_raters().get()
    assert (copy.person, copy.use, copy.gold) == (omar, Use.HIDDEN, answer)
    review = copy.interview.reviews.get()
    assert NOON - LEASE <= review.wanted_at <= NOON
    assert copy.interview.submitted_at == review.wanted_at
    assert review.rater is None
    assert copy.seems_by == ines  # whoever filters by those who invited finds it as any other


def test_none_comes_where_there_are_to_be_none(
    answer: GoldAnswer, alice: User, ines: User, omar: User
) -> None:
    hand_in(waiting(alice, ines, omar), omar)
    assert not GoldCopy.objects.of_raters().exists()


def test_when_a_rater_had_them_all_no_more_come(
    answer: GoldAnswer, alice: User, ines: User, omar: User, lea: User
) -> None:
    plan(lea, every=2)
    for _ in range(12):
        hand_in(waiting(alice, ines, omar), omar)
    assert GoldCopy.objects.of_raters().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_submissions_at_once_the_second_counts_the_first(
    answer: GoldAnswer, alice: User, ines: User, omar: User, lea: User, settings: Settings
) -> None:
    factories.a_gold_answer(levels=(1, 1, 1))
    settings.SECRET_KEY = lucky(omar, turn=2, every=2)
    plan(lea, every=2)
    one, two = waiting(alice, ines, omar), waiting(alice, ines, omar)
    expected = sum(
        gold.is_turn(gold.chance(settings.SECRET_KEY, omar.pk, turn), every=2) for turn in (1, 2)
    )

    def submit(review: Review) -> bool:
        with transaction.atomic():
            return hand_in(review, omar)

    done = at_once(
        lambda: User.objects.select_for_update(no_key=True).get(pk=omar.pk),
        lambda: submit(one),
        lambda: submit(two),
    )
    assert done == [True, True]
    copies = GoldCopy.objects.of_raters()
    assert copies.count() == expected
    assert copies.values("gold").distinct().count() == expected


@pytest.mark.parametrize(("every", "calibration"), [(1, 0), (51, 0), (0, 6)])
def test_a_plan_keeps_within_bounds(lea: User, every: int, calibration: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        plan(lea, every=every, calibration=calibration)


# --- calibration ----------------------------------------------------------------------------


def test_calibration_asks_for_no_more_than_there_is(
    answer: GoldAnswer, ines: User, lea: User
) -> None:
    plan(lea, calibration=3)
    assert access.calibration_left(ines) == 1
    scored(answer, ines, 3, 3, 3)
    assert access.calibration_left(ines) == 0


def test_who_has_scored_a_live_answer_needs_no_calibration(
    answer: GoldAnswer, alice: User, ines: User, omar: User, lea: User
) -> None:
    hand_in(waiting(alice, ines, omar), omar)
    plan(lea, calibration=1)
    assert access.calibration_left(omar) == 0
    assert access.calibration_left(ines) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_copy_for_calibration_is_made(
    answer: GoldAnswer, ines: User, lea: User
) -> None:
    factories.a_gold_answer(levels=(1, 1, 1))
    plan(lea, calibration=2)
    found = at_once(
        lambda: User.objects.select_for_update(no_key=True).get(pk=ines.pk),
        lambda: access.calibrate(ines, lease=LEASE, now=NOON),
        lambda: access.calibrate(ines, lease=LEASE, now=NOON),
    )
    assert found[0] == found[1]
    assert GoldCopy.objects.of_raters().count() == 1


# --- where they do not count ----------------------------------------------------------------


@pytest.fixture
def rated(answer: GoldAnswer, ines: User, omar: User) -> GoldAnswer:
    """Scored by Ines and by Omar, far apart."""
    scored(answer, ines, 1, 1, 1)
    scored(answer, omar, 4, 4, 4)
    return answer


def test_it_asks_for_no_adjudication(rated: GoldAnswer) -> None:
    assert not Review.objects.filter(kind=Kind.ADJUDICATION).exists()


def test_it_is_no_live_interview(rated: GoldAnswer, alice: User) -> None:
    live = factories.submitted(candidate=alice)
    assert Interview.objects.count() == 4
    assert Interview.objects.live().get() == live


def test_it_is_in_no_export(rated: GoldAnswer, ines: User, lea: User) -> None:
    for person in (ines, lea):
        assert list(exports.rows(comparing.scored(person))) == []


def test_it_does_not_count_in_the_agreement_of_raters(rated: GoldAnswer) -> None:
    assert agreements.measure(now=NOON)
    figures = Agreement.objects.get().document
    assert (figures["interviews"], figures["raters"]) == (0, [])


def test_it_is_no_interview_of_its_question(rated: GoldAnswer) -> None:
    question = Question.objects.for_desk("", "", "", "").get()
    assert question.attempts == 0  # type: ignore[attr-defined]
    assert question.published
    assert not not_scored_by(question.published).exists()
    analysis = items.analyse(question)
    assert analysis
    assert (analysis.n, analysis.elsewhere) == (0, 0)
