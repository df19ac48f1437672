"""The command line: ``python -m benchmarks.scoring.asap``; exit code 2 when there is no data."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scoring.asap import FIRST_DRAFT, TUNED, confusion, document, judged, measure, pupils
from benchmarks.scoring.people import DATA


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures, and on request how the scores of judge and rater fall together."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring.asap", description=__doc__)
    parser.add_argument("--data", metavar="FOLDER", type=Path, default=DATA)
    parser.add_argument("--confusion", action="store_true", help="scores of rater and judge")
    options = parser.parse_args(arguments)
    figures = measure(options.data)
    if figures is None:
        print(f"no data at {options.data}", file=sys.stderr)
        return 2
    for name, value in figures.items():
        print(f"{name:20}{value:9.3f}" if value < 10 else f"{name:20}{value:9.0f}")
    for file in (FIRST_DRAFT, TUNED) if options.confusion else ():
        scored = judged(document(file), pupils(options.data)).half("report")
        print(f"\n{file.stem}, report half: rows are the rater's scores, columns the judge's (0-3)")
        for human, row in confusion(scored).items():
            print(f"{human}  " + "".join(f"{count:6}" for count in row))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
