"""Drawings put each figure where its scale says, and leave out what is not known."""

import pytest

from interviews.charts import WIDTH, Lines, Whiskers, lines, whiskers


def drawn(*rows: tuple[str, float | None, tuple[float, float] | None]) -> Whiskers:
    found = whiskers("Severity", rows)
    assert found
    return found


def lined(months: int, **series: list[float | None]) -> Lines:
    found = lines("Drift", [f"2026-{n:02}" for n in range(1, months + 1)], series)
    assert found
    return found


def test_a_dot_stands_on_its_whisker_about_zero() -> None:
    found = drawn(("mild", 0.25, (0.1, 0.4)), ("strict", -0.25, (-0.4, -0.1)))
    mild, strict = found.rows
    zero = float(found.zero)
    assert zero == WIDTH / 2
    assert mild.low
    assert mild.high
    assert zero < float(mild.low) < float(mild.at) < float(mild.high)
    assert float(strict.at) == pytest.approx(WIDTH - float(mild.at))
    assert float(mild.y) < float(strict.y) < float(found.foot)
    assert [tick.text for tick in found.ticks] == ["-0.5", "0", "+0.5"]


def test_the_scale_holds_the_widest_interval_and_no_more_than_three_levels() -> None:
    assert [tick.text for tick in drawn(("a", 0.2, (-0.9, 1.3))).ticks] == ["-1.5", "0", "+1.5"]
    wide = drawn(("a", 2.0, (-9.0, 9.0)))
    assert [tick.text for tick in wide.ticks] == ["-3.0", "0", "+3.0"]
    assert (wide.rows[0].low, wide.rows[0].high) == (wide.ticks[0].at, wide.ticks[-1].at)


def test_without_an_interval_there_is_a_dot_and_without_a_figure_nothing() -> None:
    (row,) = drawn(("few", 1.0, None), ("none", None, None)).rows
    assert (row.name, row.low, row.high) == ("few", None, None)
    assert whiskers("Severity", [("none", None, None)]) is None


def test_a_line_stops_where_a_month_has_no_figure() -> None:
    (line,) = lined(6, Kappa=[0.5, 0.6, None, 0.4, None, 0.7]).lines
    assert len(line.stretches) == 1  # one month alone is a dot
    assert len(line.dots) == 4
    assert line.stretches[0].split() == [f"{dot.x},{dot.y}" for dot in line.dots[:2]]


def test_higher_is_more_and_the_foot_is_zero_or_the_half_below() -> None:
    found = lined(2, Exact=[0.0, 1.0])
    assert found.lines[0].dots[0].y == found.foot
    assert float(found.lines[0].dots[1].y) < float(found.foot)
    assert [tick.text for tick in found.ticks] == ["0.0", "0.5", "1.0"]
    below = lined(2, Kappa=[-0.2, 0.3])
    assert [tick.text for tick in below.ticks] == ["-0.5", "0.0", "0.5", "1.0"]


def test_of_many_months_a_few_have_their_name_the_latest_among_them() -> None:
    found = lined(12, Exact=[0.5] * 12)
    assert [tick.text for tick in found.months] == ["2026-03", "2026-06", "2026-09", "2026-12"]


def test_of_one_month_nothing_is_drawn() -> None:
    assert lines("Drift", ["2026-01"], {"Exact": [0.5], "Kappa": [None]}) is None
    assert lines("Drift", [], {"Exact": []}) is None
