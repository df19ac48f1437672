"""How an answer came about: rows to a frozen Replay, for the page that plays it.

Every save is an edit on one line of time, in seconds from the start. What an hour of typing leaves
is small; a history that is out of all proportion is thinned, so that no replay is large. Of a
whiteboard it holds what was said in words at each moment, and which drawing was on it then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import groupby, pairwise
from math import ceil, inf
from operator import attrgetter, itemgetter
from typing import Any, Literal, NamedTuple

from interviews import boards, flow, transcripts
from interviews.edits import Edit
from interviews.models import (
    PROBES,
    Exchange,
    ExchangeKind,
    Interview,
    Part,
    StageAnswer,
    StageRevision,
)

STILL = 30  # seconds without a change that are worth a mention
PASTED = 200  # characters in one save that nobody types in a second
# So many characters of edits are given save by save; after that one a minute, and at last only how
# each stage ended.
FULL, COARSE = 600_000, 1_200_000
COARSE_STEP = 60.0
# So many characters of drawings are put into words, spread over all their saves.
MOST_DRAWN = 8_000_000
MOST_MOMENTS = 300
BARS = 160  # columns of the strip that shows when something was written
QUOTED = 60  # characters of a paste that its link quotes

MomentKind = Literal[
    "stage",
    "still",
    "paste",
    "paused",
    "extended",
    "credited",
    "question",
    "probe",
    "hint",
    "change",
    "end",
]
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
    """One text of the interview: a stage's, or what its whiteboard says in words.

    ``drawing`` is the row of the drawing beside it, if there is one; ``drawn`` its last revision.
    """

    id: int
    stage: str
    title: str
    drawing: int | None = None
    drawn: int = 0


class Change(NamedTuple):
    """An edit of a sheet (its place in the list), ``at`` seconds after the start.

    ``drawing`` is the revision of the drawing beside it from then on; 0 while there is none.
    """

    at: float
    sheet: int
    edit: Edit
    drawing: int = 0


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
        """Give it as plain data for the page's script; offsets in UTF-16 code units.

        An edit beside a drawing ends with the number of that drawing.
        """
        texts = [""] * len(self.sheets)
        edits = []
        for at, sheet, edit, drawing in self.changes:
            beside = [drawing] if drawing else []
            edits.append([round(at, 1), sheet, *edit.in_units(texts[sheet]), *beside])
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
    """Build the replay of an interview that is handed in. Five queries at most."""
    assert interview.submitted_at
    sheets = tuple(_sheets(interview))
    reading = _Reading(interview.started_at)
    drawn = _drawn(sheets)
    for place, saves in _saves(sheets, drawn.saves):
        reading.read(place, sheets[place].title, saves)
    reading.changes.sort(key=lambda change: change.at)
    length = ceil(max(_since(interview, interview.submitted_at), *reading.saved, 0.0))
    ledger = interview.lines()
    ticks = tuple(_ticks(interview, ledger))
    pauses = tuple(_pauses(interview, ledger, length))
    moments = sorted(
        [
            *_of_ledger(interview, ledger, pauses),
            *_of_talk(interview),
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
        is_thinned=reading.gap > 0 or drawn.is_thinned,
    )


def _sheets(interview: Interview) -> Iterator[Sheet]:
    stages: defaultdict[str, dict[str, StageAnswer]] = defaultdict(dict)
    for answer in interview.sheets.defer("text"):
        stages[answer.stage][answer.part] = answer
    titles = transcripts.titles_of(interview)
    for stage, title in interview.stage_titles.items():
        text, drawing, outline = (
            stages[stage][part] for part in (Part.TEXT, Part.DRAWING, Part.OUTLINE)
        )
        yield Sheet(text.pk, stage, title)
        if drawing.revision:
            yield Sheet(outline.pk, stage, f"{title}: whiteboard", drawing.pk, drawing.revision)
        elif outline.revision:
            yield Sheet(outline.pk, stage, f"{title}: outline")
        for part in PROBES:
            if part in stages[stage]:
                name = titles[transcripts.probe_text(stage, part)]
                yield Sheet(stages[stage][part].pk, stage, name)


# --- the saves ---


class _Save(NamedTuple):
    """What a sheet said from a moment on, and the number of the drawing beside it."""

    saved_at: datetime
    text: str
    drawing: int = 0


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

    def read(self, place: int, title: str, saves: Iterable[_Save]) -> None:
        """Read all saves of a sheet, the first one first."""
        at, given_at = 0.0, -inf
        given = last = _Save(self.started_at, "")
        for save in saves:
            # Two web servers may disagree by a blink; the order of the saves is what counts.
            at = max(at, (save.saved_at - self.started_at).total_seconds())
            self.saved.append(at)
            edit = Edit.between(last.text, save.text)
            # A name that is changed on a drawing changes many lines, and nothing is pasted.
            put_in = len(save.text) - len(last.text) if save.drawing else len(edit.text)
            if put_in >= PASTED:
                self.pastes.append(_paste(at, title, edit))
            if at - given_at >= self.gap:
                whole = edit if given is last else Edit.between(given.text, save.text)
                self._give(Change(at, place, whole, save.drawing))
                given_at, given = at, save
            last = save
        if given[1:] != last[1:]:
            self._give(Change(at, place, Edit.between(given.text, last.text), last.drawing))

    def _give(self, change: Change) -> None:
        self.size += len(change.edit.text)
        self.changes.append(change)


def _saves(
    sheets: Sequence[Sheet], drawn: Mapping[int, list[_Save]]
) -> Iterator[tuple[int, Iterable[_Save]]]:
    """The place of every sheet that was written or drawn, with its saves."""
    places = {sheet.id: place for place, sheet in enumerate(sheets)}
    revisions = StageRevision.objects.filter(answer_id__in=places).whole()
    left = dict(drawn)
    for sheet, own in groupby(revisions, key=itemgetter(0)):
        place = places[sheet]
        written = (_Save(revision.saved_at, revision.text) for _, revision in own)
        yield place, _counting(left.pop(place, []), written)
    yield from left.items()


def _counting(drawn: Iterable[_Save], by_hand: Iterable[_Save]) -> Iterator[_Save]:
    """What counts at every save of either: the words by hand, else those of the drawing."""
    said, number, written = "", 0, ""
    for save in merge(drawn, by_hand, key=attrgetter("saved_at")):
        if save.drawing:
            said, number = save.text, save.drawing
        else:
            written = save.text
        yield _Save(save.saved_at, written if written.strip() else said, number)


class _Drawn(NamedTuple):
    """What drawings said: the place of a sheet → its saves."""

    saves: Mapping[int, list[_Save]]
    is_thinned: bool


def _drawn(sheets: Sequence[Sheet]) -> _Drawn:
    """Put drawings into words, save by save; of very large ones only some. One query.

    A save that is left out says what the one before it said. The last one never is.
    """
    places = {sheet.drawing: place for place, sheet in enumerate(sheets) if sheet.drawing}
    allowed = MOST_DRAWN / max(1, sum(sheet.drawn for sheet in sheets))
    saves: defaultdict[int, list[_Save]] = defaultdict(list)
    read, words, is_thinned = 0, "", False
    revisions = StageRevision.objects.filter(answer_id__in=places).whole()
    for seen, (drawing, save) in enumerate(revisions, 1):
        place = places[drawing]
        own = saves[place]
        is_end = not own or save.number == sheets[place].drawn
        if is_end or read + len(save.text) <= allowed * seen:
            words = boards.made_of(save.text).text
            read += len(save.text)
        else:
            is_thinned = True
        own.append(_Save(save.saved_at, words, save.number))
    return _Drawn(saves, is_thinned)


def _paste(at: float, title: str, edit: Edit) -> Moment:
    return Moment(
        at=ceil(at),
        kind="paste",
        sheet=title,
        characters=len(edit.text),
        quote=_short(edit.text),
    )


def _short(text: str) -> str:
    quote = " ".join(text[: 4 * QUOTED].split())
    return quote if len(quote) <= QUOTED else f"{quote[:QUOTED].rstrip()} …"


# --- the ledger ---


def _ticks(interview: Interview, ledger: Sequence[flow.Line]) -> Iterator[Tick]:
    """The clock after each line of the ledger."""
    titles = interview.stage_titles
    clock = flow.after_each(ledger, minutes=interview.minutes)
    for line, (left, runs) in zip(ledger, clock, strict=True):
        at = _since(interview, line.at)
        yield Tick(at=at, left=left, runs=runs, stage=titles[line.stage])


def _pauses(
    interview: Interview, ledger: Sequence[flow.Line], length: int
) -> Iterator[tuple[float, float]]:
    """Where the clock stood still: from and to."""
    for pause in flow.pauses(ledger):
        yield _since(interview, pause.since), _since(interview, pause.until)
    if still := flow.paused_since(ledger):
        yield _since(interview, still), length


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


_SAID: Mapping[str, MomentKind] = {
    ExchangeKind.QUESTION: "question",
    ExchangeKind.PROBE: "probe",
    ExchangeKind.HINT: "hint",
    ExchangeKind.CURVEBALL: "change",
}


def _of_talk(interview: Interview) -> Iterator[Moment]:
    exchanges: Iterable[Exchange] = interview.exchanges.all() if interview.has_interviewer else ()
    for each in exchanges:
        at = int(_since(interview, each.at))
        yield Moment(at=at, kind=_SAID[each.kind], quote=_short(each.said))


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
        # What is drawn counts, also where it says nothing in words.
        sums[column] += len(change.edit.text) + change.edit.cut + bool(change.drawing)
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
