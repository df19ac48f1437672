"""The rules of time and of moving on, without a database."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews import flow
from interviews.flow import Kind, Line, Pacing, State
from tests.factories import NOON, STAGES

SHARES = {"scope": 8, "design": 10, "evaluation": 12}
shares = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(1, 600), min_size=1)


def line(kind: Kind, stage: str, minute: float) -> Line:
    return Line(kind, stage, NOON + timedelta(minutes=minute))


def times(*lines: Line, at: float, minutes: int = 30) -> flow.Times:
    return flow.times(lines, shares=SHARES, minutes=minutes, now=NOON + timedelta(minutes=at))


@given(shares, st.integers(1, 240))
def test_the_plan_adds_up_to_the_second(shares: dict[str, int], minutes: int) -> None:
    assert sum(flow.plan(shares, minutes).values()) == minutes * 60


@given(shares, st.integers(1, 240))
def test_no_stage_is_a_whole_second_off_its_share(shares: dict[str, int], minutes: int) -> None:
    total = sum(shares.values())
    for stage, seconds in flow.plan(shares, minutes).items():
        assert abs(seconds - minutes * 60 * shares[stage] / total) < 1


def test_shares_that_divide_evenly_are_given_exactly() -> None:
    assert flow.plan(SHARES, 30) == {"scope": 480, "design": 600, "evaluation": 720}


def test_seconds_that_are_left_over_go_to_the_largest_remainders() -> None:
    # 60 s in shares of 3, 3 and 1: 25.71, 25.71 and 8.57.
    assert flow.plan({"a": 3, "b": 3, "c": 1}, 1) == {"a": 26, "b": 26, "c": 8}


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
        left=1800, planned=flow.plan(SHARES, 30), spent=dict.fromkeys(SHARES, 0)
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
