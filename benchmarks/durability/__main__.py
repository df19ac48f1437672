"""The command line: ``python -m benchmarks.durability [--only typing,saves] [--json FILE]``.

Exit codes: 0 nothing was lost; 1 something was; 2 the call cannot be read.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.durability import savers
from benchmarks.durability.plan import Plan
from benchmarks.durability.proxy import Proxy
from benchmarks.durability.typist import WORDS_A_MINUTE, Outcome, Typist
from benchmarks.scoring import table
from benchmarks.scoring.bench import Result
from tests.stack import Stack

NAMES = ("typing", "saves")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print what each seed came to and the table; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.durability", description=__doc__)
    parser.add_argument("--only", metavar="NAMES", default=",".join(NAMES))
    parser.add_argument("--seeds", type=int, default=20, help="scripts to type, each its own way")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--words", type=int, default=600, help="words of a script")
    parser.add_argument("--speed", type=float, default=10.0, help="1 is 60 words a minute")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--saves", type=int, default=500, help="saves of each client")
    parser.add_argument("--kills", type=int, default=12, help="of web server and database in turn")
    parser.add_argument("--json", metavar="FILE", type=Path)
    options = parser.parse_args(arguments)
    names = [name for name in options.only.split(",") if name]
    if unknown := [name for name in names if name not in NAMES]:
        parser.error(f"nothing is called {unknown[0]!r}; there are: {', '.join(NAMES)}")
    folder = Path(tempfile.mkdtemp(prefix="mlsd-durability-"))
    folder.chmod(0o711)  # run as root, Postgres passes through here as another user
    stack = Stack(folder, durable=True)
    try:
        stack.start_for_writing()
        results = [
            *(_typing(stack, options) if "typing" in names else ()),
            *(_saves(stack, options) if "saves" in names else ()),
        ]
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(table.rows(results)))
    if options.json:
        options.json.write_text(table.json_lines(results), encoding="utf-8")
    return int(any(result.ok is False for result in results))


def _typing(stack: Stack, options: argparse.Namespace) -> Iterator[Result]:
    outcomes = list(_outcomes(stack, options))
    lost = sum(each.lost for each in outcomes)
    strange = sum(each.strange for each in outcomes)
    bad = ", ".join(str(each.seed) for each in outcomes if not each.is_whole)
    rate = f"{options.speed:g} times {WORDS_A_MINUTE} words a minute"
    note = f"{len(outcomes)} scripts of {options.words} words, {rate}"
    yield _figure("typing: characters", sum(each.typed for each in outcomes), note)
    yield _figure("typing: acknowledged", sum(each.acknowledged for each in outcomes))
    yield _figure("typing: kept", sum(each.kept for each in outcomes), "by the device alone")
    yield _none("typing: lost", lost, f"seeds {bad}" if bad else "")
    yield _none("typing: strange revisions", strange)
    for each in outcomes:
        yield _none(f"typing, seed {each.seed}: lost", each.lost, f"{each.kept} kept")


def _outcomes(stack: Stack, options: argparse.Namespace) -> Iterator[Outcome]:
    with sync_playwright() as playwright:
        for seed in range(options.first, options.first + options.seeds):
            began = time.monotonic()
            profile = stack.var / f"profile-{seed}"
            with Proxy(stack.port, seed=seed) as proxy:
                typist = Typist(
                    stack, proxy, playwright.chromium, profile=profile, speed=options.speed
                )
                outcome = typist.run(Plan.of(seed, words=options.words))
            shutil.rmtree(profile, ignore_errors=True)
            _tell(outcome if not outcome.is_whole else outcome.figures, began)
            yield outcome


def _saves(stack: Stack, options: argparse.Namespace) -> Iterator[Result]:
    began = time.monotonic()
    kept = savers.run(
        stack,
        seed=options.first,
        clients=options.clients,
        saves=options.saves,
        kills=options.kills,
        seconds=600,
    )
    _tell(kept, began)
    note = f"{options.clients} clients, {options.kills} kills, {kept.tries} tries"
    yield _figure("saves: acknowledged", kept.acknowledged, note)
    yield _none("saves: lost", kept.lost)
    yield _none("saves: more than once", kept.twice)
    yield _none("saves: other text or number", kept.other)
    yield _none("saves: problems", len(kept.problems), "; ".join(kept.problems))


def _tell(what: object, began: float) -> None:
    print(f"{what} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)


def _figure(bar: str, value: int, note: str = "") -> Result:
    """A figure to look at."""
    return Result(bar, value, "", None, note=note)


def _none(bar: str, value: int, note: str = "") -> Result:
    """A figure that must be nought."""
    return Result(bar, value, "0", value == 0, note=note)


if __name__ == "__main__":
    raise SystemExit(main())
