"""The results as people read them and as programs do: a table, the worst cases, JSON lines."""

import json
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.scoring.bench import Result

_HEAD = ("bar", "result", "target", "")


def verdict(result: Result) -> str:
    """``ok``, ``short``, ``tuning`` (shown, decides nothing) or ``not measured``."""
    if result.value is None:
        return "not measured"
    if result.ok is None:
        return "tuning"
    return "ok" if result.ok else "short"


def rows(results: Iterable[Result]) -> Iterator[str]:
    """The table's lines."""
    listed = [_HEAD, *((r.bar, _figure(r), r.target, verdict(r)) for r in results)]
    widths = [max(len(row[at]) for row in listed) for at in range(4)]
    notes = ["", *(r.note for r in results)]
    for row, note in zip(listed, notes, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"{cells}  {note}".rstrip()


def _figure(result: Result) -> str:
    if result.value is None:
        return "-"
    if result.target.startswith(">=") and result.target.endswith("%"):
        return f"{result.value:.1%}"
    return f"{result.value:g}"


def worst(results: Iterable[Result], shown: int) -> Iterator[str]:
    """The worst cases of every bar, those that are short first."""
    measured = [r for r in results if r.worst]
    for result in sorted(measured, key=lambda r: r.ok is not False):
        yield f"{result.bar} [{verdict(result)}]"
        for case in result.worst[:shown]:
            said = f"  ({case.detail})" if case.detail else ""
            yield f"    {case.value:8.2f}  {case.question}: {case.attack}{said}"


def json_lines(results: Sequence[Result]) -> str:
    """One object a line: bar, value, target, ok; ok is null for what decides nothing."""
    return "".join(
        json.dumps({"bar": r.bar, "value": r.value, "target": r.target, "ok": r.ok}) + "\n"
        for r in results
    )
