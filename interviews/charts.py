"""Figures as places in a drawing: dots with their intervals, and lines over months. Pure.

Every number of a drawing is a text with one decimal, so that no language writes it with a comma.
A drawing is ``WIDTH`` wide and says nothing that the table beside it does not.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

WIDTH = 360
_SIDE = 18  # left and right of what is drawn
_ROW = 40  # a name, and under it a dot on its whisker
_TOP, _FOOT = 6, 24
_PLOT = 170  # the height of lines
_LEFT, _RIGHT = 34, 26  # for the figures beside lines, and half the name of the last month

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the drawing, and its figure."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Whisker:
    """A dot at ``at`` on a line from ``low`` to ``high`` (none without an interval), and a name."""

    name: str
    name_y: str
    y: str
    at: str
    low: str | None
    high: str | None


@dataclass(frozen=True, slots=True)
class Whiskers:
    """Dots with their intervals, one under the other, about ``zero``."""

    label: str
    height: str
    foot: str
    zero: str
    ticks: tuple[Tick, ...]
    rows: tuple[Whisker, ...]
    width: int = WIDTH


def whiskers(
    label: str, rows: Sequence[tuple[str, float | None, Interval | None]]
) -> Whiskers | None:
    """Draw levels above or below zero: name, figure and interval. None where no figure is known."""
    known = [(name, value, interval) for name, value, interval in rows if value is not None]
    if not known:
        return None
    ends = [abs(end) for _, value, interval in known for end in (value, *(interval or ()))]
    reach = min(3.0, max(0.5, math.ceil(max(ends) * 2) / 2))

    def across(value: float) -> str:
        share = (max(-reach, min(reach, value)) + reach) / (2 * reach)
        return _text(_SIDE + share * (WIDTH - 2 * _SIDE))

    bottom = _TOP + len(known) * _ROW
    return Whiskers(
        label=label,
        height=_text(bottom + _FOOT),
        foot=_text(bottom),
        zero=across(0),
        ticks=tuple(Tick(across(x), f"{x:+.1f}" if x else "0") for x in (-reach, 0, reach)),
        rows=tuple(
            Whisker(
                name=name,
                name_y=_text(_TOP + number * _ROW + 12),
                y=_text(_TOP + number * _ROW + 26),
                at=across(value),
                low=across(interval[0]) if interval else None,
                high=across(interval[1]) if interval else None,
            )
            for number, (name, value, interval) in enumerate(known)
        ),
    )


@dataclass(frozen=True, slots=True)
class Dot:
    """A place in the drawing."""

    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Line:
    """One figure over months, as stretches without a hole; ``kind`` is how it is drawn."""

    name: str
    kind: str
    stretches: tuple[str, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Figures over months; ``ticks`` are heights, ``months`` are places on the foot."""

    label: str
    height: str
    foot: str
    left: str
    ticks: tuple[Tick, ...]
    months: tuple[Tick, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH


def lines(
    label: str, months: Sequence[str], series: Mapping[str, Sequence[float | None]]
) -> Lines | None:
    """Draw shares or kappas (at most 1) over months. None under two months that have a figure."""
    every = [x for values in series.values() for x in values if x is not None]
    if max((sum(x is not None for x in values) for values in series.values()), default=0) < 2:
        return None
    low = min(0.0, math.floor(min(every) * 2) / 2)
    step = (WIDTH - _LEFT - _RIGHT) / (len(months) - 1)

    def down(value: float) -> str:
        return _text(_TOP + (1 - value) / (1 - low) * _PLOT)

    def dots(values: Sequence[float | None]) -> list[Dot | None]:
        return [
            None if x is None else Dot(_text(_LEFT + number * step), down(x))
            for number, x in enumerate(values)
        ]

    every_nth = math.ceil(len(months) / 4)
    return Lines(
        label=label,
        height=_text(_TOP + _PLOT + _FOOT),
        foot=_text(_TOP + _PLOT),
        left=_text(_LEFT),
        ticks=tuple(Tick(down(x), f"{x:.1f}") for x in _steps(low)),
        months=tuple(
            Tick(_text(_LEFT + number * step), month)
            for number, month in enumerate(months)
            # counted from the end: the latest month has its name
            if (len(months) - 1 - number) % every_nth == 0
        ),
        lines=tuple(
            Line(
                name,
                f"line-{number}",
                tuple(_stretches(dots(values))),
                tuple(dot for dot in dots(values) if dot),
            )
            for number, (name, values) in enumerate(series.items())
        ),
    )


def _steps(low: float) -> Iterator[float]:
    height = low
    while height <= 1:
        yield height
        height += 0.5


def _stretches(dots: Sequence[Dot | None]) -> Iterator[str]:
    """Runs of two dots or more, as the points of a line."""
    run: list[str] = []
    for dot in [*dots, None]:
        if dot:
            run.append(f"{dot.x},{dot.y}")
            continue
        if len(run) > 1:
            yield " ".join(run)
        run = []


def _text(value: float) -> str:
    return f"{value:.1f}"
