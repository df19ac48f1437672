"""How an interview moves: its states, its legal moves, its plan of time and its ledger. Pure.

Everything is a function of the ledger and of the ``now`` that is passed in; seconds throughout.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# With extra time an interview is at most so many times as long as it was planned.
LONGEST = 4
# Seconds; the server or the way to it was away for less: that is no outage.
SHORT = 10
# A claim that names more outages, or reaches back further (seconds), is not one.
MOST_OUTAGES, FURTHEST = 100, 24 * 3600


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
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    CREDITED = "credited"
    SUBMITTED = "submitted"


class By(StrEnum):
    """Who brought a line of the ledger about."""

    CANDIDATE = "candidate"
    INTERVIEWER = "interviewer"
    PAGE = "page"
    SWEEP = "sweep"
    SERVER = "server"


class Extra(StrEnum):
    """Extra time that can be asked for."""

    NONE = "none"
    FIVE = "five"
    TEN = "ten"
    QUARTER = "quarter"
    HALF = "half"
    DOUBLE = "double"

    @property
    def words(self) -> str:
        """How the ledger calls it."""
        return {
            Extra.NONE: "none",
            Extra.FIVE: "5 minutes more",
            Extra.TEN: "10 minutes more",
            Extra.QUARTER: "a quarter more",
            Extra.HALF: "half as much again",
            Extra.DOUBLE: "double the time",
        }[self]

    def seconds(self, minutes: int) -> int:
        """How much it adds to an interview of so many minutes."""
        return {
            Extra.NONE: 0,
            Extra.FIVE: 5 * 60,
            Extra.TEN: 10 * 60,
            Extra.QUARTER: minutes * 15,
            Extra.HALF: minutes * 30,
            Extra.DOUBLE: minutes * 60,
        }[self]


# What can be chosen before it begins.
AT_START = (Extra.NONE, Extra.QUARTER, Extra.HALF, Extra.DOUBLE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the time ledger; ``seconds`` is the time that it adds."""

    kind: Kind
    stage: str
    at: datetime
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """What the clocks show: seconds left in all, and per stage what was planned and spent."""

    left: int
    planned: Mapping[str, int]
    spent: Mapping[str, int]

    def stage_left(self, stage: str) -> int:
        """Seconds left of a stage's share; below zero when it has run over."""
        return self.planned[stage] - self.spent[stage]


def deadline(ledger: Iterable[Line], *, minutes: int) -> datetime:
    """When the time of an interview is up: pauses that are over and added time move it.

    Time that is given back for an outage is a pause in hindsight, so it counts like one. A pause
    that still lasts moves nothing yet.
    """
    lines = _in_order(ledger)
    added = sum(line.seconds for line in lines)
    paused = sum((span.until - span.since for span in pauses(lines)), timedelta())
    return lines[0].at + timedelta(minutes=minutes, seconds=added) + paused


def pauses(ledger: Iterable[Line]) -> Iterator[Span]:
    """Give the pauses that are over."""
    since = None
    for line in _in_order(ledger):
        if line.kind is Kind.PAUSED:
            since = since or line.at
        elif line.kind is Kind.RESUMED and since:
            yield Span(since, line.at)
            since = None


def paused_since(ledger: Iterable[Line]) -> datetime | None:
    """When the pause began that still lasts."""
    since = None
    for line in _in_order(ledger):
        if line.kind is Kind.PAUSED:
            since = since or line.at
        elif line.kind is Kind.RESUMED:
            since = None
    return since


def extended(ledger: Iterable[Line]) -> int:
    """Seconds of extra time; what was given back for outages is none."""
    return sum(line.seconds for line in ledger if line.kind is Kind.EXTENDED)


def room(ledger: Iterable[Line], *, minutes: int) -> int:
    """Seconds of extra time that there may still be."""
    return max(0, (LONGEST - 1) * minutes * 60 - extended(ledger))


def plan(shares: Mapping[str, int], seconds: int) -> dict[str, int]:
    """Share the seconds out in proportion, in whole ones that add up exactly."""
    total = sum(shares.values())
    planned = {stage: seconds * share // total for stage, share in shares.items()}
    by_remainder = sorted(shares, key=lambda stage: -(seconds * shares[stage] % total))
    for stage in by_remainder[: seconds - sum(planned.values())]:
        planned[stage] += 1
    return planned


def times(
    ledger: Iterable[Line], *, shares: Mapping[str, int], minutes: int, now: datetime
) -> Times:
    """Read the clocks off the ledger at a moment.

    A pause is spent in no stage, and neither is an outage that was given back.
    """
    lines = _in_order(ledger)
    spent = dict.fromkeys(shares, 0.0)
    planned = plan(shares, minutes * 60 + extended(lines))
    if not lines:
        return Times(left=minutes * 60, planned=planned, spent=dict.fromkeys(shares, 0))
    over = deadline(lines, minutes=minutes)
    handed_in = next((line.at for line in lines if line.kind is Kind.SUBMITTED), now)
    end = min(handed_in, over, paused_since(lines) or over)
    for stage, span in _stays(lines, end):
        spent[stage] += max(0.0, (min(span.until, end) - span.since).total_seconds())
    for line in lines:
        if line.kind is Kind.CREDITED:
            spent[line.stage] = max(0.0, spent[line.stage] - line.seconds)
    return Times(
        left=max(0, round((over - end).total_seconds())),
        planned=planned,
        spent={stage: round(seconds) for stage, seconds in spent.items()},
    )


# What a line does to the clock; after the others it goes on as before.
_RUNS: Mapping[Kind, bool] = {
    Kind.STARTED: True,
    Kind.PAUSED: False,
    Kind.RESUMED: True,
    Kind.SUBMITTED: False,
}


def after_each(ledger: Sequence[Line], *, minutes: int) -> Iterator[tuple[float, bool]]:
    """Give what is left after each line of a ledger in order, and whether the clock runs then.

    The same as ``times`` at these moments, in one go; below zero when the time is up.
    """
    left, runs = minutes * 60.0, False
    for line, before in zip(ledger, [*ledger[:1], *ledger], strict=False):
        left += line.seconds - ((line.at - before.at).total_seconds() if runs else 0)
        runs = _RUNS.get(line.kind, runs)
        yield left, runs


def _in_order(ledger: Iterable[Line]) -> list[Line]:
    return sorted(ledger, key=lambda line: line.at)


def _stays(lines: Sequence[Line], end: datetime) -> Iterator[tuple[str, Span]]:
    """In which stage time ran from when until when, between the pauses; of lines in order."""
    stage = ""
    since: datetime | None = None
    for line in lines:
        if since and line.kind in (Kind.ENTERED, Kind.PAUSED):
            yield stage, Span(since, line.at)
            since = line.at if line.kind is Kind.ENTERED else None
        elif line.kind in (Kind.STARTED, Kind.RESUMED):
            since = since or line.at
        if line.kind in (Kind.STARTED, Kind.ENTERED):
            stage = line.stage
    if since:
        yield stage, Span(since, end)


def outages(claim: str, *, now: datetime) -> tuple[Span, ...]:
    """Read a page's claim: JSON, a list of [seconds ago it began, seconds ago it ended].

    It comes from a device, so anything may stand there; what is not such a list is no claim.
    """
    try:
        claimed = json.loads(claim) if len(claim) < 10_000 else None
    except (ValueError, RecursionError):
        return ()
    if not isinstance(claimed, list) or len(claimed) > MOST_OUTAGES:
        return ()
    if not all(_is_outage(item) for item in claimed):
        return ()
    return tuple(
        Span(now - timedelta(seconds=began), now - timedelta(seconds=ended))
        for began, ended in claimed
    )


def _is_outage(item: object) -> bool:
    if not isinstance(item, list) or len(item) != 2:
        return False
    if any(type(seconds) not in (int, float) for seconds in item):
        return False
    began, ended = item
    return bool(0 <= ended <= began <= FURTHEST)


def lost(spans: Iterable[Span], *, since: datetime, until: datetime) -> int:
    """Whole seconds between two moments that lie in any of the spans; each counts once."""
    seconds, counted = timedelta(), since
    for span in sorted(spans, key=lambda span: span.since):
        ends = min(span.until, until)
        seconds += max(timedelta(), ends - max(span.since, counted))
        counted = max(counted, ends)
    return int(seconds.total_seconds())


def may_enter(stage: str, *, current: str, stages: Sequence[str], pacing: Pacing) -> bool:
    """Whether a candidate may go from the current stage to another one now.

    Soft pacing: to any other. Strict: only to the next, for what was left is locked.
    """
    if stage not in stages or stage == current:
        return False
    if pacing is Pacing.SOFT:
        return True
    return stages.index(stage) == stages.index(current) + 1
