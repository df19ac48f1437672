"""Runs all tests: first those of one process, then those that start programs; both on two cores.

What is given to it goes to both halves; one of them may have nothing to run. Both run even if the
first fails.
"""

import subprocess
import sys

NOTHING_TO_RUN = 5
HALVES = (
    ("-m", "not machine and not journey", "-n", "logical", "--maxprocesses=4", "--dist=loadgroup"),
    # A file of journeys shares one running MLSD; most of the time it waits for a browser. The file
    # that takes longest comes first, so that none is left alone in the end.
    (
        *("-m", "machine or journey", "-n", "2", "--dist=loadfile"),
        *("-o", "testpaths=tests/mlsd_app tests/journeys tests"),
    ),
)


def main(given: list[str]) -> int:
    """Give 0 when all that ran passed, and something ran."""
    ends = [
        subprocess.run([sys.executable, "-m", "pytest", *half, *given], check=False).returncode
        for half in HALVES
    ]
    return max(end for end in ends if end != NOTHING_TO_RUN or set(ends) == {NOTHING_TO_RUN})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
