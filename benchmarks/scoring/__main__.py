"""The command line: ``python -m benchmarks.scoring [--only bag,...] [--json FILE]``.

Exit codes: 0 no measured bar is short; 1 at least one is; 2 the call or a sample cannot be read.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.interviewing.bars import clarifying
from benchmarks.scoring import bars, people, speed, table, written
from benchmarks.scoring.bench import Bench, Result
from rubrics.loading import load_library

Measure = Callable[[Bench], Iterable[Result]]
MEASURES: Mapping[str, Measure] = {
    "bag": bars.bag,
    "appended": bars.appended,
    "negation": bars.negation,
    "questions": bars.questions,
    "deferral": bars.deferral,
    "paste": bars.paste,
    "injection": bars.injection,
    "confident": bars.confident,
    "empty": written.emptiness,
    "terse": written.terse,
    "plain": written.plain,
    "cut": bars.cut,
    "wrong-question": bars.wrong_question,
    "edits": bars.edits,
    "graded": written.graded,
    "length": written.length,
    "quotes": bars.quotes,
    "asks": clarifying,
    "speed": speed.speed,
}
NAMES = ("asap", *MEASURES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and the worst cases, write the JSON lines; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring", description=__doc__)
    parser.add_argument("--only", metavar="NAMES", default="", help=f"some of {','.join(NAMES)}")
    parser.add_argument("--question", metavar="ID", action="append", default=[])
    parser.add_argument("--data", metavar="FOLDER", type=Path, default=people.DATA)
    parser.add_argument("--json", metavar="FILE", type=Path)
    parser.add_argument("--worst", metavar="N", type=int, default=3, help="worst cases a bar")
    parser.add_argument("--full", action="store_true", help="every voice on every question")
    options = parser.parse_args(arguments)
    names = [name for name in options.only.split(",") if name] or list(NAMES)
    if unknown := [name for name in names if name not in NAMES]:
        parser.error(f"no bar is called {unknown[0]!r}; there are: {', '.join(NAMES)}")
    bench = Bench.of(load_library(), options.question)
    if options.full:
        bench.budget = sys.maxsize
    results = list(_measure(bench, names, options.data))
    print("\n".join((*table.rows(results), "", *table.worst(results, options.worst))))
    if options.json:
        options.json.write_text(table.json_lines(results), encoding="utf-8")
    for problem in bench.bad:
        print(f"left out: {problem}", file=sys.stderr)
    return 2 if bench.bad else int(any(result.ok is False for result in results))


def _measure(bench: Bench, names: Iterable[str], data: Path) -> Iterable[Result]:
    for name in names:
        begin = time.process_time()
        yield from people.real_scores(data) if name == "asap" else MEASURES[name](bench)
        print(f"{name}: {time.process_time() - begin:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
