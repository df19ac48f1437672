"""How an answer came about: rows to a frozen Replay, for the page that plays it.

Every save is an edit on one line of time, in seconds from the start. What an hour of typing leaves
is small; a history that is out of all proportion is thinned, so that no replay is large.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, pairwise
from math import ceil, inf
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from interviews import flow
from interviews.edits import Edit
from interviews.models import Interview, Part, Revision, StageRevision

STILL = 30  # seconds without a change that are worth a mention
PASTED = 200  # characters in one save that nobody types in a second
# So many characters of edits are given save by save; after that one a minute, and at last only how
# each stage ended.
FULL, COARSE = 600_000, 1_200_000
COARSE_STEP = 60.0
MOST_MOMENTS = 300
BARS = 160  # columns of the strip that shows when something was written
QUOTED = 60  # characters of a paste that its link quotes

MomentKind = Literal["stage", "still", "paste", "paused", "extended", "credited", "end"]
_KINDS: Mapping[str, MomentKind] = {
    flow.Kind.STARTED: "stage",
    flow.Kind.ENTERED: "stage",
    flow.Kind.PAUSED: "paused",
    flow.Kind.EXTENDED: "extended",
    flow.Kind.CREDITED: "credited",
    flow.Kind.SUBMITTED: "end",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One text of the interview: a stage's, or the outline of its drawing."""

    id: int
    title: str


class Change(NamedTuple):
    """An edit of a sheet (its place in the list), ``at`` seconds after the start."""

    at: float
    sheet: int
    edit: Edit


@dataclass(frozen=True, slots=True)
class Moment:
    """Something to jump to, ``at`` seconds after the start; ``seconds`` is how long it lasted."""

    at: int
    kind: MomentKind
    sheet: str = ""
    seconds: int = 0
    characters: int = 0
    quote: str = ""


class Tick(NamedTuple):
    """The clock from a moment on: what is left (seconds), whether it runs, and the stage."""

    at: float
    left: float
    runs: bool
    stage: str


class Bar(NamedTuple):
    """A column of the strip, in a space of 100 from the top down."""

    left: int
    top: int
    height: int


class Band(NamedTuple):
    """A pause on the strip, in columns."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Shown:
    """The replay standing still: the sheet that is looked at, and every sheet's words."""

    at: int
    left: int
    stage: str
    sheet: int
    text: str
    tabs: tuple[tuple[Sheet, int], ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """Everything that the page of a replay shows or plays. Seconds throughout.

    ``bars`` show how much was written when, ``bands`` the pauses, both in ``columns``.
    """

    length: int
    sheets: tuple[Sheet, ...]
    changes: tuple[Change, ...]
    ticks: tuple[Tick, ...]
    moments: tuple[Moment, ...]
    has_more_moments: bool
    bars: tuple[Bar, ...]
    bands: tuple[Band, ...]
    is_thinned: bool

    @property
    def columns(self) -> int:
        """How wide the strip is."""
        return BARS

    def at(self, *, at: int | None, sheet: int | None) -> Shown:
        """Stand still at a moment, or at the end; look at a sheet, or at the one last written."""
        moment = self.length if at is None else min(at, self.length)
        texts = [""] * len(self.sheets)
        written = 0
        for change in self.changes:
            if change.at > moment:
                break
            texts[change.sheet] = change.edit.over(texts[change.sheet])
            written = change.sheet
        tick = next((tick for tick in reversed(self.ticks) if tick.at <= moment), self.ticks[0])
        looked_at = sheet if sheet is not None and sheet < len(texts) else written
        return Shown(
            at=moment,
            left=_left(tick, moment),
            stage=tick.stage,
            sheet=looked_at,
            text=texts[looked_at],
            tabs=tuple(
                (sheet, len(text.split())) for sheet, text in zip(self.sheets, texts, strict=True)
            ),
        )

    def document(self) -> dict[str, Any]:
        """Give it as plain data for the page's script; offsets in UTF-16 code units."""
        texts = [""] * len(self.sheets)
        edits = []
        for at, sheet, edit in self.changes:
            edits.append([round(at, 1), sheet, *edit.in_units(texts[sheet])])
            texts[sheet] = edit.over(texts[sheet])
        return {
            "length": self.length,
            "sheets": [sheet.title for sheet in self.sheets],
            "edits": edits,
            "ticks": [
                [round(at, 1), round(left, 1), runs, stage] for at, left, runs, stage in self.ticks
            ],
        }


def build(interview: Interview) -> Replay:
    """Build the replay of an interview that is handed in. Three queries."""
    assert interview.submitted_at
    sheets = tuple(_sheets(interview))
    reading = _Reading(interview.started_at)
    for place, revisions in _saves(sheets):
        reading.read(place, sheets[place].title, revisions)
    reading.changes.sort(key=lambda change: change.at)
    length = ceil(max(_since(interview, interview.submitted_at), *reading.saved, 0.0))
    ledger = interview.lines()
    ticks = tuple(_ticks(interview, ledger))
    pauses = tuple(_pauses(ticks, length))
    moments = sorted(
        [
            *_of_ledger(interview, ledger, pauses),
            *reading.pastes,
            *_stills(reading.saved, pauses, length),
        ],
        key=lambda moment: moment.at,
    )
    return Replay(
        length=length,
        sheets=sheets,
        changes=tuple(reading.changes),
        ticks=ticks,
        moments=tuple(moments[:MOST_MOMENTS]),
        has_more_moments=len(moments) > MOST_MOMENTS,
        bars=_bars(reading.changes, length),
        bands=tuple(_bands(pauses, length)),
        is_thinned=reading.gap > 0,
    )


def _sheets(interview: Interview) -> Iterator[Sheet]:
    titles = interview.stage_titles
    answers = interview.sheets.exclude(part=Part.DRAWING).defer("text")
    for answer in sorted(answers, key=lambda answer: (answer.position, answer.part != Part.TEXT)):
        title = titles[answer.stage]
        if answer.part == Part.TEXT:
            yield Sheet(answer.pk, title)
        elif answer.revision:
            yield Sheet(answer.pk, f"{title}: outline")


# --- the saves ---


@dataclass
class _Reading:
    """What is gathered while the saves of one sheet after another are read."""

    started_at: datetime
    changes: list[Change] = field(default_factory=list)
    saved: list[float] = field(default_factory=list)
    pastes: list[Moment] = field(default_factory=list)
    size: int = 0

    @property
    def gap(self) -> float:
        """How many seconds must be between two changes of a sheet that are both given."""
        return 0 if self.size < FULL else COARSE_STEP if self.size < COARSE else inf

    def read(self, place: int, title: str, revisions: Iterable[Revision]) -> None:
        """Read all saves of a sheet, the first one first."""
        at, given_at, text, given = 0.0, -inf, "", ""
        for revision in revisions:
            after = revision.text
            # Two web servers may disagree by a blink; the order of the saves is what counts.
            at = max(at, (revision.saved_at - self.started_at).total_seconds())
            self.saved.append(at)
            edit = Edit.between(text, after)
            if len(edit.text) >= PASTED:
                self.pastes.append(_paste(at, title, edit))
            if at - given_at >= self.gap:
                self._give(at, place, edit if given is text else Edit.between(given, after))
                given_at, given = at, after
            text = after
        if given != text:
            self._give(at, place, Edit.between(given, text))

    def _give(self, at: float, place: int, edit: Edit) -> None:
        self.size += len(edit.text)
        self.changes.append(Change(at, place, edit))


def _saves(sheets: Sequence[Sheet]) -> Iterator[tuple[int, Iterator[Revision]]]:
    """The place of every sheet that was written, with its revisions."""
    places = {sheet.id: place for place, sheet in enumerate(sheets)}
    revisions = StageRevision.objects.filter(answer_id__in=places).whole()
    for sheet, own in groupby(revisions, key=itemgetter(0)):
        yield places[sheet], (revision for _, revision in own)


def _paste(at: float, title: str, edit: Edit) -> Moment:
    quote = " ".join(edit.text[: 4 * QUOTED].split())
    return Moment(
        at=ceil(at),
        kind="paste",
        sheet=title,
        characters=len(edit.text),
        quote=quote if len(quote) <= QUOTED else f"{quote[:QUOTED].rstrip()} …",
    )


# --- the ledger ---


def _ticks(interview: Interview, ledger: Sequence[flow.Line]) -> Iterator[Tick]:
    """The clock after each line of the ledger."""
    titles = interview.stage_titles
    clock = flow.after_each(ledger, minutes=interview.minutes)
    for line, (left, runs) in zip(ledger, clock, strict=True):
        at = _since(interview, line.at)
        yield Tick(at=at, left=left, runs=runs, stage=titles[line.stage])


def _pauses(ticks: Sequence[Tick], length: int) -> Iterator[tuple[float, float]]:
    """Where the clock stood still: from and to."""
    for runs, own in groupby(ticks, key=lambda tick: tick.runs):
        first = next(own)
        if not runs:
            ends = (tick.at for tick in ticks if tick.runs and tick.at > first.at)
            end = next(ends, length)
            if end > first.at:
                yield first.at, end


def _of_ledger(
    interview: Interview, ledger: Iterable[flow.Line], pauses: Iterable[tuple[float, float]]
) -> Iterator[Moment]:
    lengths = {round(begin, 3): round(end - begin) for begin, end in pauses}
    for line in ledger:
        kind = _KINDS.get(line.kind)
        if kind:
            at = _since(interview, line.at)
            yield Moment(
                at=int(at),
                kind=kind,
                sheet=interview.stage_titles[line.stage],
                seconds=line.seconds or lengths.get(round(at, 3), 0),
            )


def _stills(
    saved: Iterable[float], pauses: Sequence[tuple[float, float]], length: int
) -> Iterator[Moment]:
    """Stretches in which nothing was written though the clock ran."""
    for last, following in pairwise([0.0, *sorted(saved), float(length)]):
        if following - last < STILL:
            continue
        stood = sum(max(0.0, min(following, end) - max(last, begin)) for begin, end in pauses)
        still = following - last - stood
        if still >= STILL:
            yield Moment(at=ceil(last), kind="still", seconds=round(still))


def _bands(pauses: Iterable[tuple[float, float]], length: int) -> Iterator[Band]:
    column = max(1, length) / BARS
    for begin, end in pauses:
        yield Band(round(begin / column, 2), round((end - begin) / column, 2))


def _bars(changes: Iterable[Change], length: int) -> tuple[Bar, ...]:
    sums = [0] * BARS
    for change in changes:
        column = min(BARS - 1, int(change.at * BARS / max(1, length)))
        sums[column] += len(change.edit.text) + change.edit.cut
    # A paste must not make everything else look like nothing.
    tall = max(1, sorted(sums)[-max(1, BARS // 20)])
    heights = [min(100, max(4, round(100 * each / tall))) for each in sums]
    return tuple(
        Bar(left, 100 - height, height) for left, height in enumerate(heights) if sums[left]
    )


def _since(interview: Interview, moment: datetime) -> float:
    return (moment - interview.started_at).total_seconds()


def _left(tick: Tick, at: float) -> int:
    return max(0, round(tick.left - (at - tick.at if tick.runs else 0)))
