"""How an interview moves: its states, its legal moves, its plan of time and its ledger. Pure.

Everything is a function of the ledger and of the ``now`` that is passed in; seconds throughout.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where an interview stands."""

    RUNNING = "running"
    SUBMITTED = "submitted"
    SCORED = "scored"


# The only moves there are. Grading leaves a failed interview where it was: submitted.
MOVES: Mapping[State, frozenset[State]] = {
    State.RUNNING: frozenset({State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.SCORED}),
    State.SCORED: frozenset(),
}


class Pacing(StrEnum):
    """Whether stages advise (soft) or lock when they are left (strict)."""

    SOFT = "soft"
    STRICT = "strict"


class Submitter(StrEnum):
    """Who handed an interview in."""

    CANDIDATE = "candidate"
    PAGE = "page"
    SWEEP = "sweep"


class Kind(StrEnum):
    """What a line of the ledger records."""

    STARTED = "started"
    ENTERED = "entered"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the time ledger."""

    kind: Kind
    stage: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """What the clocks show: seconds left in all, and per stage what was planned and spent."""

    left: int
    planned: Mapping[str, int]
    spent: Mapping[str, int]

    def stage_left(self, stage: str) -> int:
        """Seconds left of a stage's share; below zero when it has run over."""
        return self.planned[stage] - self.spent[stage]


def deadline(started_at: datetime, minutes: int) -> datetime:
    """When the time of an interview is up."""
    return started_at + timedelta(minutes=minutes)


def plan(shares: Mapping[str, int], minutes: int) -> dict[str, int]:
    """Share the minutes out in proportion, in whole seconds that add up exactly."""
    total = sum(shares.values())
    seconds = minutes * 60
    planned = {stage: seconds * share // total for stage, share in shares.items()}
    by_remainder = sorted(shares, key=lambda stage: -(seconds * shares[stage] % total))
    for stage in by_remainder[: seconds - sum(planned.values())]:
        planned[stage] += 1
    return planned


def times(
    ledger: Iterable[Line], *, shares: Mapping[str, int], minutes: int, now: datetime
) -> Times:
    """Read the clocks off the ledger at a moment."""
    lines = sorted(ledger, key=lambda line: line.at)
    spent = dict.fromkeys(shares, 0.0)
    if not lines:
        return Times(
            left=minutes * 60, planned=plan(shares, minutes), spent=dict.fromkeys(shares, 0)
        )
    over = deadline(lines[0].at, minutes)
    handed_in = next((line.at for line in lines if line.kind is Kind.SUBMITTED), now)
    end = min(handed_in, over)
    stays = [line for line in lines if line.kind is not Kind.SUBMITTED]
    for line, until in zip(stays, [*(stay.at for stay in stays[1:]), end], strict=True):
        spent[line.stage] += max(0.0, (min(until, end) - line.at).total_seconds())
    return Times(
        left=max(0, round((over - end).total_seconds())),
        planned=plan(shares, minutes),
        spent={stage: round(seconds) for stage, seconds in spent.items()},
    )


def may_enter(stage: str, *, current: str, stages: Sequence[str], pacing: Pacing) -> bool:
    """Whether a candidate may go from the current stage to another one now.

    Soft pacing: to any other. Strict: only to the next, for what was left is locked.
    """
    if stage not in stages or stage == current:
        return False
    if pacing is Pacing.SOFT:
        return True
    return stages.index(stage) == stages.index(current) + 1
