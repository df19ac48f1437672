"""What the answering page shows for one stage, decided here; the template only prints it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

import rubrics
from interviews import flow
from interviews.models import PROBES, DraftOutcome, Interview, Part, StageAnswer

# Seconds left at which the clock changes its look.
SOON, LAST = 5 * 60, 60

TabState = Literal["done", "current", "open", "locked"]


@dataclass(frozen=True, slots=True)
class Tab:
    """One stage in the row of stages. ``planned`` is in seconds."""

    id: str
    title: str
    planned: int
    state: TabState
    words: int
    is_shown: bool
    may_enter: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """Extra time that can be asked for. ``seconds`` is what it adds."""

    value: str
    words: str
    seconds: int
    is_share: bool


# The extra time that is offered while somebody writes; shares of the whole say what they come to.
SHARES = (flow.Extra.QUARTER, flow.Extra.HALF)
OFFERS = (flow.Extra.FIVE, flow.Extra.TEN, *SHARES)


@dataclass(frozen=True, slots=True)
class Tool:
    """One button of the toolbar. ``keys`` press it, together with Ctrl."""

    mark: str
    name: str
    keys: str = ""

    @property
    def title(self) -> str:
        """What shows over the button."""
        return f"{self.name} (Ctrl+{self.keys})" if self.keys else self.name


# What each mark does to the text, static/js/writing/marks.js knows.
TOOLS = (
    Tool("heading", "Heading", "Shift+2"),
    Tool("bold", "Bold", "B"),
    Tool("italic", "Italic", "I"),
    Tool("code", "Code", "E"),
    Tool("link", "Link", "K"),
    Tool("quote", "Quote", "Shift+9"),
    Tool("bulleted", "Bulleted list", "Shift+8"),
    Tool("numbered", "Numbered list", "Shift+7"),
    Tool("tasks", "Task list", "Shift+L"),
    Tool("table", "Table"),
    Tool("diagram", "Diagram line, A -> B: label"),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The page of one stage. Seconds throughout."""

    tools: ClassVar[tuple[Tool, ...]] = TOOLS

    interview: Interview
    question: rubrics.Question
    stage: rubrics.Stage
    answer: StageAnswer
    tabs: tuple[Tab, ...]
    following: Tab | None
    current: Tab
    is_writable: bool
    is_locked: bool
    left: int
    stage_left: int

    @property
    def is_strict(self) -> bool:
        """Whether leaving a stage locks it."""
        return self.interview.pacing == flow.Pacing.STRICT

    @property
    def may_enter(self) -> bool:
        """Whether one may write in the stage that is shown, after going there."""
        return next(tab.may_enter for tab in self.tabs if tab.is_shown)

    @property
    def locks(self) -> bool:
        """Whether going on to the next stage locks what was written."""
        return self.following is not None and self.interview.locks_before(self.following.id)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The extra time that there is room for."""
        if not self.interview.owns_clock:
            return ()
        minutes = self.interview.minutes
        room = flow.LONGEST * minutes * 60 - sum(tab.planned for tab in self.tabs)
        found = ((extra, extra.seconds(minutes)) for extra in OFFERS)
        return tuple(
            Offer(extra.value, extra.words.capitalize(), seconds, extra in SHARES)
            for extra, seconds in found
            if seconds <= room
        )

    @property
    def is_paused(self) -> bool:
        """Whether the clocks stand still."""
        return self.interview.is_paused

    @property
    def clock_state(self) -> str:
        """Whether time runs: ``running``, ``paused`` or ``over``."""
        if self.interview.is_paused:
            return "paused"
        return "running" if self.interview.is_running else "over"

    @property
    def stage_over(self) -> int:
        """Seconds that the stage has run over its share."""
        return max(0, -self.stage_left)

    @property
    def level(self) -> str:
        """The look of the whole clock."""
        return clock_level(self.left)

    @property
    def stage_level(self) -> str:
        """The look of the stage's clock."""
        return "over" if self.stage_left < 0 else "ok"


def clock_level(left: int) -> str:
    """``ok``, ``soon`` (five minutes), ``last`` (one minute) or ``over``."""
    if left <= 0:
        return "over"
    return "last" if left <= LAST else "soon" if left <= SOON else "ok"


def is_writable(answer: StageAnswer) -> bool:
    """Whether a sheet can be written on now."""
    interview = answer.interview
    return (
        interview.is_running
        and not interview.is_paused
        and interview.current_stage == answer.stage
        and answer.locked_at is None
    )


def lay(answer: StageAnswer, *, now: datetime) -> Desk:
    """Lay out the page of a stage at a moment."""
    interview = answer.interview
    framework = interview.framework.value
    times = interview.times(now)
    tabs = tuple(_tabs(interview, framework, times, answer.stage))
    at = next(i for i, tab in enumerate(tabs) if tab.id == answer.stage)
    return Desk(
        interview=interview,
        question=interview.version.value,
        stage=framework.stages[at],
        answer=answer,
        tabs=tabs,
        following=tabs[at + 1] if at + 1 < len(tabs) else None,
        current=next(tab for tab in tabs if tab.state == "current"),
        is_writable=is_writable(answer),
        is_locked=answer.locked_at is not None,
        left=times.left,
        stage_left=times.stage_left(answer.stage),
    )


def drawn(interview: Interview) -> frozenset[str]:
    """Give the stages that have something on their whiteboard."""
    return frozenset(interview.sheets.drawn().values_list("stage", flat=True))


def _tabs(
    interview: Interview, framework: rubrics.Framework, times: flow.Times, shown: str
) -> Iterator[Tab]:
    answers = {answer.stage: answer for answer in interview.sheets.texts()}
    for stage in framework.stages:
        state: TabState = "open"
        if stage.id == interview.current_stage:
            state = "current"
        elif answers[stage.id].locked_at:
            state = "locked"
        elif times.spent[stage.id]:
            state = "done"
        yield Tab(
            id=stage.id,
            title=stage.title,
            planned=times.planned[stage.id],
            state=state,
            words=answers[stage.id].words,
            is_shown=stage.id == shown,
            may_enter=interview.may_enter(stage.id),
        )


@dataclass(frozen=True, slots=True)
class SaveState:
    """What the status line says after an attempt to save, and the HTTP status that fits.

    ``left`` are the seconds of the interview's clock.
    """

    state: str
    text: str
    status: int
    revision: int
    left: int
    theirs: str | None = None

    @property
    def headline(self) -> str:
        """What became of the text, above the reason."""
        return "Your text came too late" if self.state == "late" else "Your text was not saved"

    @property
    def may_resend(self) -> bool:
        """Whether sending again can help: over a conflict, or after shortening."""
        return self.status in (409, 413)


_SAID: dict[str, tuple[str, int, str]] = {
    "conflict": (
        "conflict",
        409,
        "Not saved: this text was changed somewhere else. Both versions are kept.",
    ),
    "late": ("late", 410, "This interview is over. Too late to count, but kept beside the report."),
    "closed": (
        "locked",
        410,
        "Not saved: this interview is over. Your words stay in this box.",
    ),
    "paused": (
        "paused",
        423,
        "Not saved: this interview is paused. Your words stay in this box until you go on.",
    ),
    "locked": ("locked", 423, "Not saved: this stage is locked. Your words stay in this box."),
    "elsewhere": (
        "locked",
        423,
        "Not saved: you moved on to another stage. Your words stay in this box.",
    ),
    "too-long": ("too-long", 413, "Not saved: a stage holds 64 KiB of text. Please shorten it."),
}
_LATE_FOLLOW_UP = (
    "The time for this question is over. Too late to count, but kept beside the report."
)
_FULL: dict[Part, str] = {
    **dict.fromkeys(PROBES, "Not saved: an answer here holds 8 KiB of text. Please shorten it."),
    Part.DRAWING: "Not saved: a drawing holds 1 MiB. Please take something out.",
    Part.OUTLINE: "Not saved: an outline holds 64 KiB of text. Please shorten it.",
}


def opening_of(sheet: StageAnswer, *, left: int) -> SaveState:
    """What the status line of a sheet that can be written on says when its page opens."""
    if sheet.saved_at is None:
        return SaveState("empty", "Nothing written yet", 200, 0, left)
    return SaveState("saved", "Saved", 200, sheet.revision, left)


def opening(desk: Desk) -> SaveState:
    """What the status line says when the page opens."""
    if desk.is_paused:
        return SaveState("paused", "Paused: read only", 200, desk.answer.revision, desk.left)
    if not desk.is_writable:
        return SaveState("locked", "Read only", 200, desk.answer.revision, desk.left)
    return opening_of(desk.answer, left=desk.left)


def saved_as(outcome: DraftOutcome, part: Part, theirs: StageAnswer | None) -> SaveState:
    """Put the outcome of a draft into words. ``theirs`` is the sheet as it is, after a conflict."""
    if outcome.refused is None:
        return SaveState("saved", "Saved", 200, outcome.revision, outcome.left)
    state, status, text = _SAID[outcome.refused]
    if outcome.refused == "late" and part in PROBES and outcome.left > 0:
        text = _LATE_FOLLOW_UP
    if outcome.refused == "too-long":
        text = _FULL.get(part, text)
    if theirs is None:
        return SaveState(state, text, status, outcome.revision, outcome.left)
    return SaveState(state, text, status, theirs.revision, outcome.left, theirs.text)
