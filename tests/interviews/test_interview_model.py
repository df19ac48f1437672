"""An interview from its start to its last scorecard: each move once, whoever else tries."""

import uuid
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError, IntegrityError, transaction

from interviews import flow
from interviews.flow import By, Extra, Kind, Pacing, State, Submitter
from interviews.models import Interview, LedgerLine, StageAnswer
from tests import factories
from tests.factories import GRACE, NOON, STAGES
from tests.races import at_once

LEASE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def running(bank: None, alice: User) -> Interview:
    return factories.an_interview(candidate=alice)


@pytest.fixture
def handed_in(running: Interview) -> Interview:
    running.submit(Submitter.CANDIDATE, now=NOON)
    return factories.fresh(running)


def lock(interview: Interview) -> list[Interview]:
    return list(Interview.objects.select_for_update().filter(pk=interview.pk))


def lines(interview: Interview) -> list[tuple[str, str]]:
    return [(line.kind, line.stage) for line in interview.ledger.all()]


# --- the start ----------------------------------------------------------------------------


def test_an_interview_begins_in_its_first_stage_with_all_stages_empty(running: Interview) -> None:
    sheets = [(sheet.stage, sheet.part, sheet.text) for sheet in running.sheets.all()]
    parts = ("drawing", "outline", "text")
    assert sheets == [(stage, part, "") for stage in STAGES for part in parts]
    assert [sheet.stage for sheet in running.sheets.texts()] == list(STAGES)
    assert (running.current_stage, running.deadline_at) == ("scope", NOON + 30 * MINUTE)
    assert lines(running) == [("started", "scope")]


def test_the_same_key_again_gives_the_interview_that_it_began(bank: None, alice: User) -> None:
    key = uuid.uuid4()
    first = factories.an_interview(candidate=alice, key=key)
    again = factories.an_interview(candidate=alice, key=key, minutes=90, now=NOON + MINUTE)
    assert (again.pk, again.minutes, again.started_at) == (first.pk, 30, NOON)
    assert again.sheets.texts().count() == len(STAGES)
    assert lines(again) == [("started", "scope")]


@pytest.mark.django_db(transaction=True)
def test_three_clicks_at_once_begin_one_interview(bank: None, alice: User) -> None:
    key = uuid.uuid4()
    click = partial(factories.an_interview, candidate=alice, key=key)
    began = at_once(click, click, click)
    assert {interview.pk for interview in began} == {key}
    assert StageAnswer.objects.texts().count() == len(STAGES)
    assert LedgerLine.objects.count() == 1


def test_an_interview_keeps_the_question_and_framework_that_it_began_with(
    running: Interview,
) -> None:
    factories.fill_bank(
        questions=(factories.question_document(prompt="Something else entirely."),),
        frameworks=({**factories.framework_document(), "title": "Renamed"},),
        now=NOON + MINUTE,
    )
    kept = factories.fresh(running)
    assert kept.version.value.prompt.startswith("Design the home feed")
    assert kept.framework.value.title == "Three stage"


def test_only_the_candidate_sees_it(running: Interview, alice: User, mallory: User) -> None:
    assert list(Interview.objects.visible_to(alice)) == [running]
    assert not Interview.objects.visible_to(mallory)
    assert not Interview.objects.visible_to(AnonymousUser())


# --- between stages -----------------------------------------------------------------------


def test_soft_pacing_leads_back_and_forth_and_locks_nothing(running: Interview) -> None:
    assert running.enter("evaluation", now=NOON + MINUTE)
    assert running.enter("scope", now=NOON + 2 * MINUTE)
    assert lines(running) == [
        ("started", "scope"),
        ("entered", "evaluation"),
        ("entered", "scope"),
    ]
    assert not running.sheets.filter(locked_at__isnull=False)
    assert running.times(NOON + 4 * MINUTE).spent == {"scope": 180, "design": 0, "evaluation": 60}


def test_strict_pacing_locks_what_is_left(bank: None, alice: User) -> None:
    strict = factories.an_interview(candidate=alice, pacing=Pacing.STRICT)
    assert not strict.enter("evaluation", now=NOON)
    assert strict.enter("design", now=NOON + MINUTE)
    assert not strict.enter("scope", now=NOON + MINUTE)
    assert list(
        strict.sheets.texts().filter(locked_at=NOON + MINUTE).values_list("stage", flat=True)
    ) == ["scope"]
    assert factories.fresh(strict).current_stage == "design"


@pytest.mark.parametrize("stage", ["scope", "nowhere", ""])
def test_nobody_enters_where_they_are_or_what_is_not_there(running: Interview, stage: str) -> None:
    assert not running.enter(stage, now=NOON)
    assert lines(running) == [("started", "scope")]


def test_nobody_goes_on_after_the_deadline(running: Interview) -> None:
    assert not running.enter("design", now=running.deadline_at)
    assert factories.fresh(running).current_stage == "scope"


def test_nobody_goes_on_after_handing_in(handed_in: Interview) -> None:
    assert not handed_in.enter("design", now=NOON)


def test_a_tab_that_shows_an_old_stage_moves_nothing(running: Interview) -> None:
    old_tab = factories.fresh(running)
    running.enter("design", now=NOON)
    assert not old_tab.enter("evaluation", now=NOON)
    assert factories.fresh(running).current_stage == "design"


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_move_on_at_once_make_one_move(running: Interview) -> None:
    moved = at_once(
        partial(lock, running),
        partial(factories.fresh(running).enter, "design", now=NOON),
        partial(factories.fresh(running).enter, "evaluation", now=NOON),
    )
    assert sorted(moved) == [False, True]
    winner = "design" if moved[0] else "evaluation"
    assert factories.fresh(running).current_stage == winner
    assert lines(running) == [("started", "scope"), ("entered", winner)]


# --- the clock ----------------------------------------------------------------------------


def pause_and_go_on(interview: Interview, *, at: datetime, lasting: timedelta) -> None:
    assert interview.pause(now=at)
    assert interview.resume(now=at + lasting)


def more(interview: Interview, extra: Extra, *, now: datetime) -> bool:
    return interview.extend(extra, by=By.CANDIDATE, reason="while writing", now=now, grace=GRACE)


def agrees(interview: Interview, now: datetime) -> bool:
    """Whether the row says what the ledger says."""
    kept = factories.fresh(interview)
    read = kept.lines()
    assert kept.deadline_at == flow.deadline(read, minutes=kept.minutes)
    assert kept.paused_at == flow.paused_since(read)
    return kept.left(now) == kept.times(now).left


def test_a_pause_stops_the_clock_and_going_on_moves_the_deadline(running: Interview) -> None:
    assert running.pause(now=NOON + 5 * MINUTE)
    kept = factories.fresh(running)
    assert kept.is_paused
    assert (kept.left(NOON + 90 * MINUTE), kept.left_when_paused) == (25 * 60, 25 * 60)
    assert running.resume(now=NOON + 65 * MINUTE)
    kept = factories.fresh(running)
    assert (kept.is_paused, kept.deadline_at) == (False, NOON + 90 * MINUTE)
    assert lines(running)[1:] == [("paused", "scope"), ("resumed", "scope")]
    assert agrees(running, NOON + 70 * MINUTE)


def test_who_pauses_twice_pauses_once_and_who_goes_on_twice_goes_on_once(
    running: Interview,
) -> None:
    other_tab = factories.fresh(running)
    assert not running.resume(now=NOON)
    assert running.pause(now=NOON + MINUTE)
    assert not other_tab.pause(now=NOON + 2 * MINUTE)
    assert running.resume(now=NOON + 3 * MINUTE)
    assert not other_tab.resume(now=NOON + 4 * MINUTE)
    assert running.deadline_at == NOON + 32 * MINUTE
    assert [kind for kind, _ in lines(running)] == ["started", "paused", "resumed"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_paused", [False, True])
def test_three_tabs_at_once_pause_or_go_on_once(running: Interview, is_paused: bool) -> None:
    if is_paused:
        running.pause(now=NOON)
    tabs = [factories.fresh(running) for _ in range(3)]
    press = [partial(tab.resume if is_paused else tab.pause, now=NOON + MINUTE) for tab in tabs]
    assert sorted(at_once(partial(lock, running), *press)) == [False, False, True]
    assert factories.fresh(running).is_paused is not is_paused
    assert len(lines(running)) == 2 + is_paused


def test_a_paused_interview_neither_goes_to_a_stage_nor_falls_due(running: Interview) -> None:
    running.pause(now=NOON + MINUTE)
    assert not running.enter("design", now=NOON + MINUTE)
    assert not Interview.objects.overdue(NOON + timedelta(days=400), GRACE)
    assert not running.submit(Submitter.PAGE, now=NOON + timedelta(days=1))


def test_a_paused_interview_can_be_handed_in_by_its_candidate(running: Interview) -> None:
    running.pause(now=NOON + 10 * MINUTE)
    assert running.submit(Submitter.CANDIDATE, now=NOON + 50 * MINUTE)
    kept = factories.fresh(running)
    assert (kept.is_paused, kept.times(NOON + 90 * MINUTE).left) == (False, 20 * 60)
    assert not running.resume(now=NOON + 60 * MINUTE)


def test_nobody_pauses_when_time_is_up_or_after_handing_in(running: Interview, alice: User) -> None:
    assert not running.pause(now=running.deadline_at)
    running.submit(Submitter.CANDIDATE, now=NOON)
    assert not running.pause(now=NOON)
    assert not factories.fresh(running).pause(now=NOON)
    assert [kind for kind, _ in lines(running)] == ["started", "submitted"]


def test_a_pause_is_of_the_stage_that_one_is_in_whatever_the_tab_shows(running: Interview) -> None:
    old_tab = factories.fresh(running)
    running.enter("design", now=NOON + MINUTE)
    pause_and_go_on(old_tab, at=NOON + 2 * MINUTE, lasting=MINUTE)
    assert lines(running)[2:] == [("paused", "design"), ("resumed", "design")]
    assert running.times(NOON + 4 * MINUTE).spent == {"scope": 60, "design": 120, "evaluation": 0}


@pytest.mark.parametrize(
    ("extra", "whole"), [(Extra.NONE, 30), (Extra.QUARTER, 37.5), (Extra.HALF, 45)]
)
def test_extra_time_from_the_start_counts_for_every_stage(
    bank: None, alice: User, extra: Extra, whole: float
) -> None:
    began = factories.an_interview(candidate=alice, extra=extra)
    assert began.deadline_at == NOON + whole * MINUTE
    assert sum(began.times(NOON).planned.values()) == whole * 60
    assert began.extra_at_start == extra
    assert agrees(began, NOON + MINUTE)


def test_extra_time_is_given_while_it_runs_while_it_is_paused_and_in_the_grace(
    running: Interview,
) -> None:
    assert more(running, Extra.FIVE, now=NOON + MINUTE)
    running.pause(now=NOON + 2 * MINUTE)
    assert more(running, Extra.TEN, now=NOON + 50 * MINUTE)
    running.resume(now=NOON + 62 * MINUTE)
    end = NOON + (30 + 15 + 60) * MINUTE
    assert running.deadline_at == end
    assert more(running, Extra.FIVE, now=end + GRACE)
    assert running.deadline_at == end + 5 * MINUTE
    line = running.ledger.filter(kind=Kind.EXTENDED).latest("id")
    assert (line.seconds, line.by, line.reason) == (
        300,
        By.CANDIDATE,
        "5 minutes more, while writing",
    )
    assert agrees(running, end)


def test_extra_time_is_refused_when_it_is_over_or_too_much(running: Interview) -> None:
    assert not more(running, Extra.FIVE, now=running.deadline_at + GRACE + MINUTE)
    for _ in range(3):
        assert more(running, Extra.DOUBLE, now=NOON)
    assert not more(running, Extra.FIVE, now=NOON)
    assert running.deadline_at == NOON + 120 * MINUTE
    running.submit(Submitter.CANDIDATE, now=NOON)
    assert not more(running, Extra.NONE, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_three_tabs_at_once_stay_within_the_limit(running: Interview) -> None:
    more(running, Extra.DOUBLE, now=NOON)
    more(running, Extra.DOUBLE, now=NOON)
    tabs = [factories.fresh(running) for _ in range(3)]
    ask = [partial(more, tab, Extra.DOUBLE, now=NOON) for tab in tabs]
    assert sorted(at_once(partial(lock, running), *ask)) == [False, False, True]
    assert agrees(running, NOON)


# --- time given back --------------------------------------------------------------------------


def away(since: datetime, until: datetime) -> list[flow.Span]:
    return [flow.Span(since, until)]


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_the_time_of_an_outage_is_given_back_with_its_reason(running: Interview) -> None:
    since = NOON + 4 * MINUTE
    assert running.credit(away(since, since + MINUTE), now=since + MINUTE, most=300) == 60
    assert running.deadline_at == NOON + 31 * MINUTE
    line = running.ledger.get(kind=Kind.CREDITED)
    assert (line.seconds, line.by, line.stage) == (60, By.SERVER, "scope")
    assert line.reason == "the server could not be reached"
    assert running.times(since + MINUTE).spent["scope"] == 4 * 60
    assert agrees(running, since + MINUTE)


def test_two_pages_that_missed_the_same_outage_get_it_once(running: Interview) -> None:
    now = NOON + 9 * MINUTE
    lost = away(now - MINUTE, now)
    assert running.credit(lost, now=now, most=300) == 60
    other = factories.fresh(running)
    assert other.credit(away(now - 2 * MINUTE, now), now=now + seconds(1), most=300) == 0
    assert other.credit(away(now - 2 * MINUTE, now + 20 * seconds(1)), now=now + 20 * seconds(1),
                        most=300) == 20  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_three_pages_that_come_back_at_once_get_it_once(running: Interview) -> None:
    now = NOON + 9 * MINUTE
    pages = [factories.fresh(running) for _ in range(3)]
    claim = [partial(page.credit, away(now - MINUTE, now), now=now, most=300) for page in pages]
    assert sorted(at_once(partial(lock, running), *claim)) == [0, 0, 60]
    assert agrees(running, now)


def test_only_what_lies_after_the_last_sign_of_life_is_given_back(running: Interview) -> None:
    factories.draft(running, "scope", "was there", now=NOON + 8 * MINUTE)
    claim = away(NOON, NOON + 9 * MINUTE)
    assert running.credit(claim, now=NOON + 9 * MINUTE, most=300) == 60
    running.enter("design", now=NOON + 11 * MINUTE)
    assert running.credit(claim, now=NOON + 12 * MINUTE, most=300) == 0


def test_nobody_gets_more_than_the_most_in_all(running: Interview) -> None:
    given = []
    for minute in (3, 6, 9):
        now = NOON + minute * MINUTE
        given.append(running.credit(away(NOON, now), now=now, most=300))
    assert given == [180, 120, 0]
    assert running.deadline_at == NOON + 35 * MINUTE


@pytest.mark.parametrize("long", [0, 5, 9.9])
def test_a_moment_is_no_outage(running: Interview, long: float) -> None:
    now = NOON + MINUTE
    assert running.credit(away(now - seconds(long), now), now=now, most=300) == 0
    assert running.credit((), now=now, most=300) == 0
    assert lines(running) == [("started", "scope")]


def test_a_deadline_that_passed_during_an_outage_moves_before_the_text_is_looked_at(
    running: Interview,
) -> None:
    back = running.deadline_at + 2 * MINUTE
    assert running.credit(away(back - 3 * MINUTE, back), now=back, most=300) == 180
    assert running.left(back) == 60
    assert factories.draft(running, "scope", "from the device", now=back).refused is None
    assert agrees(running, back)


def test_nothing_is_given_back_while_it_is_paused_or_after_handing_in(running: Interview) -> None:
    now = NOON + 5 * MINUTE
    running.pause(now=NOON + MINUTE)
    assert running.credit(away(NOON, now), now=now, most=300) == 0
    running.resume(now=now)
    assert running.credit(away(NOON, now), now=now, most=300) == 0
    running.submit(Submitter.CANDIDATE, now=now)
    assert running.credit(away(now, now + MINUTE), now=now + MINUTE, most=300) == 0
    assert not running.ledger.filter(kind=Kind.CREDITED)


# --- handing in ---------------------------------------------------------------------------


def test_it_is_handed_in_once(running: Interview) -> None:
    assert running.submit(Submitter.CANDIDATE, now=NOON + MINUTE)
    assert not running.submit(Submitter.SWEEP, now=NOON + 2 * MINUTE)
    kept = factories.fresh(running)
    assert (kept.state, kept.submitted_at, kept.submitted_by) == (
        State.SUBMITTED,
        NOON + MINUTE,
        Submitter.CANDIDATE,
    )
    assert lines(running)[1:] == [("submitted", "scope")]


@pytest.mark.django_db(transaction=True)
def test_three_who_hand_in_at_once_hand_in_once(running: Interview) -> None:
    done = at_once(
        partial(lock, running),
        *(
            partial(factories.fresh(running).submit, by, now=running.deadline_at)
            for by in Submitter
        ),
    )
    assert sorted(done) == [False, False, True]
    assert factories.fresh(running).submitted_by == list(Submitter)[done.index(True)]
    assert [kind for kind, _ in lines(running)] == [Kind.STARTED, Kind.SUBMITTED]


def test_an_interview_is_overdue_when_deadline_and_grace_have_passed(running: Interview) -> None:
    end = running.deadline_at + GRACE
    assert not Interview.objects.overdue(end, GRACE)
    assert Interview.objects.overdue(end + timedelta(microseconds=1), GRACE).get() == running
    running.submit(Submitter.PAGE, now=end)
    assert not Interview.objects.overdue(end + MINUTE, GRACE)


# --- grading: the submitted row is the queue ------------------------------------------------


def test_what_is_not_handed_in_cannot_be_claimed(running: Interview) -> None:
    assert running.claim(now=NOON, lease=LEASE) is None


def test_a_claim_holds_until_its_lease_runs_out(handed_in: Interview) -> None:
    first = handed_in.claim(now=NOON, lease=LEASE)
    assert first
    for early in (LEASE, LEASE + timedelta(seconds=4.9)):
        assert handed_in.claim(now=NOON + early, lease=LEASE) is None
    second = handed_in.claim(now=NOON + LEASE + timedelta(seconds=5), lease=LEASE)
    assert second not in (None, first)
    assert factories.fresh(handed_in).attempts == 2


@pytest.mark.django_db(transaction=True)
def test_of_three_who_claim_at_once_one_gets_it(handed_in: Interview) -> None:
    tokens = at_once(
        partial(lock, handed_in), *[partial(handed_in.claim, now=NOON, lease=LEASE)] * 3
    )
    (won,) = [token for token in tokens if token]
    kept = factories.fresh(handed_in)
    assert (kept.graded_by, kept.graded_until, kept.attempts) == (won, NOON + LEASE, 1)


def test_a_lost_lease_finishes_nothing_and_gives_nothing_back(handed_in: Interview) -> None:
    lost = handed_in.claim(now=NOON, lease=LEASE)
    later = NOON + 2 * LEASE
    held = handed_in.claim(now=later, lease=LEASE)
    assert lost
    assert held
    assert not handed_in.finish(lost)
    handed_in.give_back(lost, "too late", now=later)
    kept = factories.fresh(handed_in)
    assert (kept.state, kept.graded_by, kept.last_error) == (State.SUBMITTED, held, "")
    assert handed_in.finish(held)
    assert not handed_in.finish(held)
    kept = factories.fresh(handed_in)
    assert (kept.state, kept.graded_by, kept.graded_until) == (State.SCORED, None, None)


def test_after_a_failure_it_waits_longer_each_time_up_to_an_hour(handed_in: Interview) -> None:
    moment, waits = NOON, []
    for number in range(12):
        attempt = factories.fresh(handed_in)
        token = attempt.claim(now=moment, lease=LEASE)
        assert token, f"attempt {number} was not due"
        attempt.give_back(token, "no answer", now=moment)
        kept = factories.fresh(handed_in)
        assert kept.next_attempt_at
        assert attempt.claim(now=kept.next_attempt_at - timedelta(microseconds=1), lease=LEASE) is (
            None
        )
        waits.append((kept.next_attempt_at - moment).total_seconds())
        moment = kept.next_attempt_at
    assert waits == [min(5 * 2**n, 3600) for n in range(12)]
    assert factories.fresh(handed_in).last_error == "no answer"


def test_a_long_error_is_kept_in_part(handed_in: Interview) -> None:
    token = handed_in.claim(now=NOON, lease=LEASE)
    assert token
    handed_in.give_back(token, "x" * 5000, now=NOON)
    assert len(factories.fresh(handed_in).last_error) == 2000


def test_the_page_is_told_how_far_grading_is(handed_in: Interview) -> None:
    told = [handed_in.grading(NOON)]
    moment = NOON
    for _ in range(5):
        token = handed_in.claim(now=moment, lease=LEASE)
        told.append(factories.fresh(handed_in).grading(moment))
        assert token
        handed_in.give_back(token, "no answer", now=moment)
        told.append(factories.fresh(handed_in).grading(moment))
        moment += timedelta(hours=1)
    assert told == ["queued", *["scoring", "retrying"] * 4, "scoring", "late"]
    token = handed_in.claim(now=moment, lease=LEASE)
    assert token
    handed_in.finish(token)
    assert factories.fresh(handed_in).grading(moment) == "scored"


def test_a_worker_that_vanished_is_not_shown_as_scoring_for_ever(handed_in: Interview) -> None:
    handed_in.claim(now=NOON, lease=LEASE)
    assert factories.fresh(handed_in).grading(NOON + 2 * LEASE) == "retrying"


# --- promises of the database -------------------------------------------------------------


@pytest.mark.parametrize("state", State)
def test_the_models_make_the_moves_of_the_plan_and_no_other(
    bank: None, alice: User, state: State
) -> None:
    def submit(interview: Interview) -> None:
        interview.submit(Submitter.SWEEP, now=NOON)

    def finish(interview: Interview) -> None:
        token = interview.claim(now=NOON, lease=LEASE)
        interview.finish(token or uuid.UUID(int=0))

    def fail(interview: Interview) -> None:
        token = interview.claim(now=NOON, lease=LEASE)
        interview.give_back(token or uuid.UUID(int=0), "no answer", now=NOON)

    reached = set()
    for verb in (submit, finish, fail):
        interview = factories.an_interview(candidate=alice)
        submitted_at: datetime | None = None if state is State.RUNNING else NOON
        Interview.objects.filter(pk=interview.pk).update(
            state=state, submitted_at=submitted_at, next_attempt_at=submitted_at
        )
        verb(factories.fresh(interview))
        reached.add(State(factories.fresh(interview).state))
    assert reached - {state} == flow.MOVES[state]


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"state": "submitted"}, "interview_submitted_has_moment"),
        ({"submitted_at": NOON}, "interview_submitted_has_moment"),
        ({"deadline_at": NOON}, "interview_ends_after_start"),
        (
            {"state": "submitted", "submitted_at": NOON, "paused_at": NOON},
            "interview_paused_while_running",
        ),
    ],
)
def test_the_database_refuses_what_makes_no_sense(
    running: Interview, change: dict[str, object], promise: str
) -> None:
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Interview.objects.filter(pk=running.pk).update(**change)


def test_the_database_refuses_to_edit_the_ledger(running: Interview) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        running.ledger.update(at=NOON + MINUTE)
