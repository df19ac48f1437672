"""From a submitted answer to its scorecard, by the real judge and the real queue."""

import logging
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from celery.app.base import Celery
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from interviews import flow, grading, tasks
from interviews.flow import State, Submitter
from interviews.models import Interview, Scorecard, Sweep
from mlsd_app.celery import app
from rubrics.models import QuestionVersion
from tests import factories
from tests.factories import GRACE, NOON

LEASE = timedelta(seconds=60)


def noon() -> datetime:
    return NOON


def grade(interview: Interview) -> bool:
    return grading.grade(interview.pk, clock=noon, lease=LEASE)


def rung(celery: Celery = app, *, queue: str = "rules") -> list[str]:
    """Take every message out of a queue; gives the arguments of each."""
    arguments = []
    with celery.connection_for_read() as connection:
        waiting = connection.SimpleQueue(queue)
        while waiting.qsize():
            message = waiting.get_nowait()
            arguments.extend(message.payload[0])
            message.ack()
        waiting.close()
    return arguments


@pytest.fixture
def empty_queue() -> None:
    rung()


@pytest.fixture
def handed_in(bank: None, alice: User) -> Interview:
    return factories.submitted(candidate=alice)


@pytest.fixture
def unreadable(handed_in: Interview) -> Interview:
    """An interview whose question has become unreadable, so that grading it fails."""
    broken = QuestionVersion.objects.create(
        question=handed_in.version.question,
        number=2,
        document="{",
        content_hash="broken",
        rubric_hash="broken",
        created_at=NOON,
    )
    Interview.objects.filter(pk=handed_in.pk).update(version=broken)
    return handed_in


def test_a_good_answer_is_scored_by_the_rules_judge(handed_in: Interview) -> None:
    assert grade(handed_in)
    kept = factories.fresh(handed_in)
    assert (kept.state, kept.attempts, kept.graded_by) == (State.SCORED, 1, None)
    card = kept.scorecards.get()
    assert (card.judge, card.rubric_hash) == ("rules", handed_in.version.rubric_hash)
    assert card.score is not None
    assert card.score > 50
    assert [each.criterion for each in card.value.judgements] == ["goal", "retrieval", "experiment"]


@pytest.mark.parametrize(
    "texts", [{}, {"scope": "  \n"}, {"scope": "Design the home feed of a site for short films."}]
)
def test_nothing_and_the_question_pasted_back_are_worth_nothing(
    bank: None, alice: User, texts: dict[str, str]
) -> None:
    interview = factories.submitted(candidate=alice, texts=texts)
    assert grade(interview)
    assert interview.scorecards.get().score == 0


def test_a_second_bell_finds_nothing_to_do(handed_in: Interview) -> None:
    assert grade(handed_in)
    assert not grade(handed_in)
    assert handed_in.scorecards.count() == 1


def test_what_is_still_being_written_is_not_graded(bank: None, alice: User) -> None:
    interview = factories.an_interview(candidate=alice)
    assert not grade(interview)
    assert not interview.scorecards.exists()


@pytest.mark.django_db
def test_an_interview_that_is_gone_is_no_error() -> None:
    assert not grading.grade(uuid.UUID(int=5), clock=noon, lease=LEASE)


def test_what_another_worker_grades_is_left_alone(handed_in: Interview) -> None:
    assert handed_in.claim(now=NOON, lease=LEASE)
    assert not grade(handed_in)
    assert not handed_in.scorecards.exists()


def test_a_scorecard_is_kept_once_per_judge_and_rubric(handed_in: Interview) -> None:
    grade(handed_in)
    kept = handed_in.scorecards.get()
    Scorecard.objects.record(handed_in, kept.value, now=NOON + LEASE)
    other = kept.value.model_copy(update={"judge": "somebody"})
    Scorecard.objects.record(handed_in, other, now=NOON + LEASE)
    assert Scorecard.objects.filter(judge="rules").get() == kept
    assert Scorecard.objects.filter(judge="somebody").count() == 1


def test_a_worker_that_comes_back_after_its_lease_writes_no_second_scorecard(
    handed_in: Interview,
) -> None:
    slow = handed_in.claim(now=NOON, lease=LEASE)
    assert slow
    later = NOON + 2 * LEASE
    assert grading.grade(handed_in.pk, clock=lambda: later, lease=LEASE)
    card = handed_in.scorecards.get()
    Scorecard.objects.record(handed_in, card.value, now=later)
    assert not handed_in.finish(slow)
    assert handed_in.scorecards.get() == card


def test_the_database_refuses_to_edit_a_scorecard(handed_in: Interview) -> None:
    grade(handed_in)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        handed_in.scorecards.update(score=100.0)


def test_a_failure_puts_the_interview_back_with_its_reason(
    unreadable: Interview, caplog: pytest.LogCaptureFixture
) -> None:
    assert not grade(unreadable)
    kept = factories.fresh(unreadable)
    assert (kept.state, kept.graded_by, kept.graded_until) == (State.SUBMITTED, None, None)
    assert kept.attempts == 1
    assert kept.last_error.startswith("ValidationError: ")
    assert kept.next_attempt_at == NOON + timedelta(seconds=5)
    assert not kept.scorecards.exists()
    assert str(unreadable.pk) in caplog.text


def test_after_a_failure_it_is_tried_again_when_it_is_time(
    handed_in: Interview, unreadable: Interview
) -> None:
    grade(unreadable)
    Interview.objects.filter(pk=unreadable.pk).update(version=handed_in.version)
    assert not grade(unreadable)
    assert grading.sweep(now=NOON, grace=GRACE) == []
    later = NOON + timedelta(seconds=5)
    assert grading.sweep(now=later, grace=GRACE) == [unreadable.pk]
    assert grading.grade(unreadable.pk, clock=lambda: later, lease=LEASE)
    assert factories.fresh(unreadable).last_error == ""


def test_the_sweep_hands_in_what_is_past_its_time_only_after_the_grace(
    bank: None, alice: User
) -> None:
    interview = factories.an_interview(candidate=alice)
    factories.write(interview, {"scope": "written and left"}, now=NOON)
    end = interview.deadline_at + GRACE
    assert grading.sweep(now=end, grace=GRACE) == []
    assert factories.fresh(interview).is_running
    after = end + timedelta(seconds=1)
    assert grading.sweep(now=after, grace=GRACE) == [interview.pk]
    kept = factories.fresh(interview)
    assert (kept.state, kept.submitted_by) == (State.SUBMITTED, Submitter.SWEEP)
    assert kept.times(after).left == 0
    assert kept.sheets.texts().get(stage="scope").text == "written and left"


def test_what_is_given_time_while_the_sweep_is_under_way_is_not_handed_in(
    bank: None, alice: User
) -> None:
    interview = factories.an_interview(candidate=alice)
    now = interview.deadline_at + GRACE + SECOND
    (seen,) = Interview.objects.overdue(now, GRACE)
    away = flow.Span(interview.deadline_at - timedelta(minutes=2), now)
    assert interview.credit([away], now=now, most=300) > 0
    assert not seen.submit(Submitter.SWEEP, now=now)
    assert factories.fresh(interview).is_running
    (seen,) = Interview.objects.overdue(now + timedelta(hours=1), GRACE)
    assert seen.submit(Submitter.SWEEP, now=now + timedelta(hours=1))


def test_a_paused_interview_is_never_handed_in_by_the_sweep(bank: None, alice: User) -> None:
    interview = factories.an_interview(candidate=alice)
    interview.pause(now=NOON + timedelta(minutes=5))
    assert grading.sweep(now=NOON + timedelta(days=30), grace=GRACE) == []
    assert factories.fresh(interview).is_paused


# --- the server was away itself --------------------------------------------------------------

GAP = timedelta(seconds=70)
SECOND = timedelta(seconds=1)


def swept(now: datetime) -> list[uuid.UUID]:
    return grading.sweep(now=now, grace=GRACE, gap=GAP)


def test_after_an_outage_the_sweep_waits_for_pages_that_come_back(bank: None, alice: User) -> None:
    interview = factories.an_interview(candidate=alice)
    end = interview.deadline_at
    swept(end - 20 * SECOND)
    back = end + timedelta(minutes=10)
    wait = GRACE + grading.LONGEST_RETRY
    for moment in (back, back + 60 * SECOND, back + wait - SECOND):
        assert swept(moment) == []
    assert swept(back + wait) == [interview.pk]


def test_a_page_that_comes_back_in_time_gets_its_time_and_saves_its_text(
    bank: None, alice: User
) -> None:
    interview = factories.an_interview(candidate=alice)
    end = interview.deadline_at
    swept(end - 20 * SECOND)
    back = end + timedelta(minutes=2)
    swept(back)
    returned = back + 38 * SECOND
    claim = [flow.Span(end - 20 * SECOND, returned)]
    assert interview.credit(claim, now=returned, most=300) == 178
    outcome = factories.draft(interview, "scope", "kept on the device", now=returned)
    assert outcome.refused is None
    assert swept(back + GRACE + grading.LONGEST_RETRY) == []
    assert factories.fresh(interview).is_running


def test_what_was_due_before_the_outage_waits_no_longer(bank: None, alice: User) -> None:
    interview = factories.an_interview(candidate=alice)
    swept(interview.deadline_at + GRACE)
    assert swept(interview.deadline_at + GRACE + GAP + SECOND) == []
    early = factories.an_interview(candidate=alice, minutes=20)
    assert swept(interview.deadline_at + 2 * GAP + GRACE) == [early.pk]


def test_a_sweep_that_is_always_late_still_hands_in(bank: None, alice: User) -> None:
    interview = factories.an_interview(candidate=alice)
    moment = interview.deadline_at - 20 * SECOND
    handed_in = []
    for _ in range(4):
        handed_in.append(bool(swept(moment)))
        moment += GAP + 30 * SECOND
    assert handed_in == [False, False, True, True]


def test_sweeps_in_their_usual_rhythm_notice_no_outage(bank: None, alice: User) -> None:
    interview = factories.an_interview(candidate=alice)
    moment = interview.deadline_at - 20 * SECOND
    while not swept(moment):
        moment += 30 * SECOND
    assert moment - interview.deadline_at <= GRACE + 30 * SECOND
    row = Sweep.objects.get()
    assert (row.ran_at, row.away_since, row.back_at) == (moment, None, None)


def test_the_database_keeps_one_mark_of_the_sweep(db: None) -> None:
    swept(NOON)
    with pytest.raises(IntegrityError, match="sweep_one_row"), transaction.atomic():
        Sweep.objects.create(pk=2, ran_at=NOON)


def test_the_sweep_names_lost_bells_and_stale_claims_and_nothing_else(
    bank: None, alice: User
) -> None:
    lost_bell, stale, held, scored = [factories.submitted(candidate=alice) for _ in range(4)]
    factories.an_interview(candidate=alice, minutes=90)
    stale.claim(now=NOON, lease=timedelta(seconds=1))
    held.claim(now=NOON, lease=timedelta(hours=1))
    grade(scored)
    assert set(grading.sweep(now=NOON + LEASE, grace=GRACE)) == {lost_bell.pk, stale.pk}


def test_handing_in_twice_in_two_sweeps_happens_once(bank: None, alice: User) -> None:
    interview = factories.an_interview(candidate=alice)
    late = interview.deadline_at + timedelta(hours=1)
    for _ in range(2):
        grading.sweep(now=late, grace=GRACE)
    assert interview.ledger.filter(kind="submitted").count() == 1


def test_the_sweep_rings_for_each_interview_through_the_queue(
    bank: None,
    alice: User,
    empty_queue: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    past = [factories.an_interview(candidate=alice, minutes=minutes) for minutes in (5, 6)]
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()
    assert set(rung()) == {str(interview.pk) for interview in past}
    assert not Interview.objects.running().exists()


def test_the_task_grades_the_interview_whose_id_it_carries(handed_in: Interview) -> None:
    tasks.grade(str(handed_in.pk))
    assert factories.fresh(handed_in).state == State.SCORED


def test_a_queue_that_is_away_is_logged_and_the_sweep_rings_again(
    handed_in: Interview,
    empty_queue: None,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    queue = Path(settings.MLSD_VAR) / "queue"
    away = queue.rename(queue.with_name("away"))
    try:
        with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
            tasks.ring(handed_in.pk)
    finally:
        away.rename(queue)
    assert f"no queue to ring for interview {handed_in.pk}" in caplog.text
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()
    assert rung() == [str(handed_in.pk)]
