"""The rules of time and of moving on, without a database."""

import json
import random
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from interviews import flow
from interviews.flow import Extra, Kind, Line, Pacing, Span, State
from tests.factories import NOON, STAGES

SHARES = {"scope": 8, "design": 10, "evaluation": 12}
shares = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(1, 600), min_size=1)


def line(kind: Kind, stage: str, minute: float) -> Line:
    return Line(kind, stage, NOON + timedelta(minutes=minute))


def times(*lines: Line, at: float, minutes: int = 30) -> flow.Times:
    return flow.times(lines, shares=SHARES, minutes=minutes, now=NOON + timedelta(minutes=at))


@given(shares, st.integers(1, 240))
def test_the_plan_adds_up_to_the_second(shares: dict[str, int], minutes: int) -> None:
    assert sum(flow.plan(shares, minutes * 60).values()) == minutes * 60


@given(shares, st.integers(1, 240))
def test_no_stage_is_a_whole_second_off_its_share(shares: dict[str, int], minutes: int) -> None:
    total = sum(shares.values())
    for stage, seconds in flow.plan(shares, minutes * 60).items():
        assert abs(seconds - minutes * 60 * shares[stage] / total) < 1


def test_shares_that_divide_evenly_are_given_exactly() -> None:
    assert flow.plan(SHARES, 30 * 60) == {"scope": 480, "design": 600, "evaluation": 720}


def test_seconds_that_are_left_over_go_to_the_largest_remainders() -> None:
    # 60 s in shares of 3, 3 and 1: 25.71, 25.71 and 8.57.
    assert flow.plan({"a": 3, "b": 3, "c": 1}, 60) == {"a": 26, "b": 26, "c": 8}


def test_time_runs_in_the_stage_that_one_is_in() -> None:
    read = times(
        line(Kind.STARTED, "scope", 0),
        line(Kind.ENTERED, "design", 9),
        line(Kind.ENTERED, "scope", 12),
        at=14,
    )
    assert read.left == 16 * 60
    assert read.spent == {"scope": 11 * 60, "design": 3 * 60, "evaluation": 0}
    assert read.stage_left("scope") == -3 * 60


def test_the_clocks_stop_when_the_answer_is_handed_in() -> None:
    read = times(line(Kind.STARTED, "scope", 0), line(Kind.SUBMITTED, "scope", 5), at=500)
    assert (read.left, read.spent["scope"]) == (25 * 60, 5 * 60)


def test_the_clocks_stop_at_the_deadline_however_late_it_is_handed_in() -> None:
    read = times(line(Kind.STARTED, "scope", 0), line(Kind.SUBMITTED, "scope", 45), at=50)
    assert (read.left, read.spent["scope"]) == (0, 30 * 60)


def test_before_the_start_all_of_the_time_is_left() -> None:
    assert times(at=0) == flow.Times(
        left=1800, planned=flow.plan(SHARES, 30 * 60), spent=dict.fromkeys(SHARES, 0)
    )


@given(
    st.lists(st.tuples(st.sampled_from(STAGES), st.integers(0, 3000)), max_size=12),
    st.integers(0, 4000),
)
def test_what_was_spent_and_what_is_left_is_the_whole(
    moves: list[tuple[str, int]], at: int
) -> None:
    entered = [
        Line(Kind.ENTERED, stage, NOON + timedelta(seconds=second)) for stage, second in moves
    ]
    later = max([at, *(second for _, second in moves)])
    started = line(Kind.STARTED, "scope", 0)
    read = times(started, *entered, at=later / 60)
    assert sum(read.spent.values()) + read.left == 30 * 60


# --- pauses, extra time, time given back ---------------------------------------------------


def test_a_pause_is_spent_in_no_stage_and_moves_the_end() -> None:
    lines = (
        line(Kind.STARTED, "scope", 0),
        line(Kind.PAUSED, "scope", 4),
        line(Kind.RESUMED, "scope", 64),
        line(Kind.ENTERED, "design", 66),
    )
    read = times(*lines, at=70)
    assert read.spent == {"scope": 6 * 60, "design": 4 * 60, "evaluation": 0}
    assert read.left == 20 * 60
    assert flow.deadline(lines, minutes=30) == NOON + timedelta(minutes=90)


def test_while_it_is_paused_the_clock_stands_still_for_days() -> None:
    lines = (line(Kind.STARTED, "scope", 0), line(Kind.PAUSED, "scope", 4))
    assert times(*lines, at=4) == times(*lines, at=9999)
    assert times(*lines, at=9999).left == 26 * 60
    assert flow.paused_since(lines) == NOON + timedelta(minutes=4)


def test_what_is_handed_in_during_a_pause_keeps_what_was_left() -> None:
    read = times(
        line(Kind.STARTED, "scope", 0),
        line(Kind.PAUSED, "scope", 4),
        line(Kind.SUBMITTED, "scope", 50),
        at=90,
    )
    assert (read.left, read.spent["scope"]) == (26 * 60, 4 * 60)


def test_extra_time_is_shared_out_over_the_stages() -> None:
    more = Line(Kind.EXTENDED, "scope", NOON, seconds=15 * 60)
    read = times(line(Kind.STARTED, "scope", 0), more, at=5)
    assert read.planned == {"scope": 720, "design": 900, "evaluation": 1080}
    assert read.left == 40 * 60


def test_time_given_back_moves_the_end_and_was_not_spent() -> None:
    lines = (
        line(Kind.STARTED, "scope", 0),
        line(Kind.ENTERED, "design", 5),
        Line(Kind.CREDITED, "design", NOON + timedelta(minutes=9), seconds=120),
    )
    read = times(*lines, at=9)
    assert read.spent == {"scope": 5 * 60, "design": 2 * 60, "evaluation": 0}
    assert (read.left, read.planned) == (23 * 60, flow.plan(SHARES, 30 * 60))


@pytest.mark.parametrize(
    ("extra", "seconds"),
    [
        (Extra.NONE, 0),
        (Extra.FIVE, 300),
        (Extra.TEN, 600),
        (Extra.QUARTER, 675),
        (Extra.HALF, 1350),
        (Extra.DOUBLE, 2700),
    ],
)
def test_extra_time_is_minutes_or_a_share_of_the_whole(extra: Extra, seconds: int) -> None:
    assert extra.seconds(45) == seconds
    assert extra.words


def test_extra_time_ends_at_four_times_the_minutes() -> None:
    lines = [line(Kind.STARTED, "scope", 0)]
    assert flow.room(lines, minutes=20) == 60 * 60
    lines.append(Line(Kind.EXTENDED, "scope", NOON, seconds=55 * 60))
    lines.append(Line(Kind.CREDITED, "scope", NOON, seconds=4 * 60))
    assert flow.room(lines, minutes=20) == 5 * 60


@st.composite
def ledgers(draw: st.DrawFn) -> list[Line]:
    """A ledger as it can come about: a move at a time, each while there is time left."""
    lines, second, stage = [line(Kind.STARTED, "scope", 0)], 0, "scope"
    kinds = st.sampled_from([kind for kind in Kind if kind not in (Kind.STARTED, Kind.SUBMITTED)])
    moves = st.tuples(kinds, st.integers(1, 600), st.sampled_from(STAGES), st.integers(0, 600))
    for kind, gap, aim, seconds in draw(st.lists(moves, max_size=12)):
        second += gap
        is_paused = flow.paused_since(lines) is not None
        if not times(*lines, at=second / 60).left:
            break
        if is_paused == (kind in (Kind.PAUSED, Kind.ENTERED, Kind.CREDITED)):
            continue
        if kind is Kind.RESUMED and not is_paused:
            continue
        stage = aim if kind is Kind.ENTERED else stage
        since = NOON + timedelta(seconds=second)
        most = (since - lines[-1].at).total_seconds()
        adds = {Kind.EXTENDED: seconds, Kind.CREDITED: min(seconds, int(most))}.get(kind, 0)
        lines.append(Line(kind, stage, since, seconds=adds))
    return lines


def after(lines: list[Line], seconds: int) -> float:
    """So many seconds after the last line, in minutes after noon."""
    return ((lines[-1].at - NOON).total_seconds() + seconds) / 60


def whole(lines: list[Line]) -> int:
    return 30 * 60 + sum(each.seconds for each in lines if each.kind is Kind.EXTENDED)


@given(ledgers(), st.integers(0, 5000))
def test_whatever_happened_spent_and_left_are_the_whole(lines: list[Line], later: int) -> None:
    read = times(*lines, at=after(lines, later))
    assert sum(read.spent.values()) + read.left == whole(lines) == sum(read.planned.values())
    assert read.left >= 0
    assert min(read.spent.values()) >= 0


@given(ledgers())
def test_the_clock_after_each_line_is_what_was_read_then(lines: list[Line]) -> None:
    clock = flow.after_each(lines, minutes=30)
    for number, (left, runs) in enumerate(clock, start=1):
        known = lines[:number]
        read = times(*known, at=after(known, 0))
        assert abs(max(0, left) - read.left) <= 0.5
        assert runs == (flow.paused_since(known) is None)


@given(ledgers(), st.integers(0, 5000))
def test_no_more_is_spent_than_passed_outside_of_pauses(lines: list[Line], later: int) -> None:
    at = after(lines, later)
    paused = sum((pause.until - pause.since).total_seconds() for pause in flow.pauses(lines))
    open_since = flow.paused_since(lines)
    if open_since:
        paused += at * 60 - (open_since - NOON).total_seconds()
    assert sum(times(*lines, at=at).spent.values()) <= at * 60 - paused + 0.001


@given(ledgers(), st.randoms())
def test_the_order_in_which_the_lines_are_read_makes_no_difference(
    lines: list[Line], chance: random.Random
) -> None:
    mixed = lines.copy()
    chance.shuffle(mixed)
    at = after(lines, 7)
    assert times(*mixed, at=at) == times(*lines, at=at)
    assert flow.deadline(mixed, minutes=30) == flow.deadline(lines, minutes=30)
    assert flow.paused_since(mixed) == flow.paused_since(lines)


@given(ledgers(), st.integers(1, 3000), st.integers(1, 10_000))
def test_a_pause_changes_nothing_but_the_hour(lines: list[Line], later: int, long: int) -> None:
    assume(flow.paused_since(lines) is None)
    at = after(lines, later)
    assume(times(*lines, at=at).left)
    began = NOON + timedelta(minutes=at)
    stage = next(each.stage for each in reversed(lines))
    paused = [*lines, Line(Kind.PAUSED, stage, began)]
    resumed = [*paused, Line(Kind.RESUMED, stage, began + timedelta(seconds=long))]
    for more in (0, 60, 5000):
        then = times(*lines, at=at + more / 60)
        assert times(*resumed, at=at + (long + more) / 60) == then
    assert times(*paused, at=at + long / 60) == times(*lines, at=at)


@given(ledgers(), st.integers(0, 3000))
def test_the_deadline_is_now_and_what_is_left(lines: list[Line], later: int) -> None:
    at = after(lines, later)
    read = times(*lines, at=at)
    assume(read.left and flow.paused_since(lines) is None)
    assert flow.deadline(lines, minutes=30) == NOON + timedelta(minutes=at, seconds=read.left)


# --- what a page claims of an outage --------------------------------------------------------


def span(since: float, until: float) -> Span:
    return Span(NOON + timedelta(seconds=since), NOON + timedelta(seconds=until))


def test_a_claim_is_read_as_stretches_of_time() -> None:
    assert flow.outages("[[90.5, 30], [12, 0]]", now=NOON) == (span(-90.5, -30), span(-12, 0))


@pytest.mark.parametrize(
    "claim",
    [
        "",
        "null",
        "{}",
        "[1, 2]",
        "[[1]]",
        "[[1, 2, 3]]",
        "[[10, 20]]",
        "[[10, -5]]",
        '[["10", 5]]',
        "[[true, false]]",
        "[[NaN, 0]]",
        "[[Infinity, 0]]",
        "[[1e999, 0]]",
        "[[86401, 0]]",
        "[[20, 10], null]",
        "[[20, 10]",
        "[[" + "9" * 5000 + ", 0]]",
        "[" * 9000,
        json.dumps([[20, 10]] * 101),
        " " * 10_000 + "[[20, 10]]",
    ],
)
def test_what_is_no_claim_claims_nothing(claim: str) -> None:
    assert flow.outages(claim, now=NOON) == ()


@given(st.text())
def test_no_text_breaks_the_reading_of_a_claim(claim: str) -> None:
    assert isinstance(flow.outages(claim, now=NOON), tuple)


spans = st.tuples(st.integers(-300, 300), st.integers(0, 200)).map(
    lambda pair: span(pair[0], pair[0] + pair[1])
)


@given(st.lists(spans, max_size=6), st.integers(-200, 0), st.integers(0, 200))
def test_every_second_that_was_lost_counts_once(claimed: list[Span], since: int, long: int) -> None:
    seconds = {
        second
        for second in range(since, since + long)
        for each in claimed
        if each.since <= NOON + timedelta(seconds=second) < each.until
    }
    window = span(since, since + long)
    assert flow.lost(claimed, since=window.since, until=window.until) == len(seconds)


# --- moving on ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pacing", "current", "reachable"),
    [
        (Pacing.SOFT, "scope", {"design", "evaluation"}),
        (Pacing.SOFT, "design", {"scope", "evaluation"}),
        (Pacing.SOFT, "evaluation", {"scope", "design"}),
        (Pacing.STRICT, "scope", {"design"}),
        (Pacing.STRICT, "design", {"evaluation"}),
        (Pacing.STRICT, "evaluation", set()),
    ],
)
def test_soft_pacing_leads_anywhere_and_strict_only_on(
    pacing: Pacing, current: str, reachable: set[str]
) -> None:
    asked = (*STAGES, "elsewhere", "")
    assert reachable == {
        stage
        for stage in asked
        if flow.may_enter(stage, current=current, stages=STAGES, pacing=pacing)
    }


def test_every_state_says_where_it_leads_and_nothing_leads_back() -> None:
    assert set(flow.MOVES) == set(State)
    order = list(State)
    for state, following in flow.MOVES.items():
        assert all(order.index(each) > order.index(state) for each in following)
