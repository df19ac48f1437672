"""The bars of clarifying questions: the right fact for those that have one, a wrong one for few."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.interviewing.asked import Outcome, Part, outcomes
from benchmarks.scoring.bars import share
from benchmarks.scoring.bench import Bench, Case, Result

# The share of those with an answer, and percent of all.
RIGHT, WRONG = 0.90, 5
_PARTS: tuple[Part, ...] = ("tune", "report")


def clarifying(bench: Bench) -> Iterator[Result]:
    """Both bars for both files; the tuning file's figures are shown and decide nothing."""
    for part in _PARTS:
        found = [
            o for o in outcomes(bench.library, part) if not bench.only or o.question in bench.only
        ]
        for result in (_right(part, found), _wrong(part, found)):
            yield replace(result, ok=None) if part == "tune" else result


def _right(part: Part, found: list[Outcome]) -> Result:
    answerable = (_case(one, one.is_right) for one in found if one.message.facts)
    return share(f"clarifying questions: right fact ({part})", answerable, RIGHT)


def _wrong(part: Part, found: list[Outcome]) -> Result:
    bar, target = f"clarifying questions: wrong fact ({part})", f"<= {WRONG:g}%"
    if not found:
        return Result(bar, None, target, None, note="no text to measure")
    wrong = [_case(one, True) for one in found if one.is_wrong]
    value = round(100 * len(wrong) / len(found), 1)
    note = f"{len(wrong)} of {len(found)}"
    return Result(bar, value, target, value <= WRONG, tuple(wrong), note)


def _case(one: Outcome, value: bool) -> Case:
    told = ", ".join(one.told) or "nothing"
    return Case(one.question, f"{one.message.voice}: {one.message.says}", value, f"told {told}")
