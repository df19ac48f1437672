"""The time ledger for people: every line with what it did to the clock, decided here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from interviews import flow
from interviews.flow import By, Kind
from interviews.models import Interview, LedgerLine


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, what, why; the seconds that it added, and those left after it."""

    at: datetime
    what: str
    why: str
    added: int
    left: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """All lines, and the sum of them. Seconds throughout."""

    entries: tuple[Entry, ...]
    left: int
    planned: int
    extra: int
    given_back: int
    paused: int

    @property
    def whole(self) -> int:
        """The time that there was to write in all."""
        return self.planned + self.extra


_GIVEN_BY: Mapping[str, str] = {By.INTERVIEWER: ", by an interviewer"}
_HANDED_IN: Mapping[str, str] = {
    By.PAGE: "Handed in by the page: time was up",
    By.SWEEP: "Handed in by the server: time was up",
}
_SAID: Mapping[Kind, Callable[[LedgerLine, str], tuple[str, str]]] = {
    Kind.STARTED: lambda _, stage: (f"Started with {stage}", ""),
    Kind.ENTERED: lambda _, stage: (f"Went to {stage}", ""),
    Kind.PAUSED: lambda _, stage: ("Paused", f"in {stage}"),
    Kind.RESUMED: lambda _, stage: ("Went on", f"in {stage}"),
    Kind.EXTENDED: lambda line, _: ("Extra time", line.reason + _GIVEN_BY.get(line.by, "")),
    Kind.CREDITED: lambda line, _: ("Time given back", line.reason),
    Kind.SUBMITTED: lambda line, _: (_HANDED_IN.get(line.by, "Handed in"), ""),
}


def read(interview: Interview, *, now: datetime) -> Ledger:
    """Read an interview's ledger at a moment."""
    rows, titles, minutes = list(interview.ledger.all()), interview.stage_titles, interview.minutes
    lines = [line.value for line in rows]
    paused = sum((pause.until - pause.since).total_seconds() for pause in flow.pauses(lines))
    entries = []
    for row, (left, _) in zip(rows, flow.after_each(lines, minutes=minutes), strict=True):
        kind = Kind(row.kind)
        what, why = _SAID[kind](row, titles[row.stage])
        added = minutes * 60 if kind is Kind.STARTED else row.seconds
        entries.append(Entry(at=row.at, what=what, why=why, added=added, left=max(0, round(left))))
    return Ledger(
        entries=tuple(entries),
        left=flow.times(lines, shares=interview.shares, minutes=minutes, now=now).left,
        planned=minutes * 60,
        extra=flow.extended(lines),
        given_back=sum(line.seconds for line in lines if line.kind is Kind.CREDITED),
        paused=round(paused),
    )
