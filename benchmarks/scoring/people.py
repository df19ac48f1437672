"""The bars that rest on scores which people gave to real answers, outside of this project.

The data may not be copied into the project; where it is missing, the bars are not measured.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.scoring.asap import measure
from benchmarks.scoring.bench import Result

# Beside the project, where it stays.
DATA = Path(__file__).parents[3] / "shared" / "data" / "asap_sas_set5"

_SET = "ASAP-SAS set 5"


def real_scores(data: Path) -> Iterator[Result]:
    """Agreement with the raters of ASAP-SAS set 5, and how far length alone explains the rest."""
    found = measure(data)
    if found is None:
        yield from _without(data)
        return
    tuned = f"wordings and gates by hand {found['tuned']:.3f}, refitted {found['refitted']:.3f}"
    for bar, value, wanted, note in (
        ("first draft: QWK", found["first_draft"], 0.68, f"{found['n']:g} answers"),
        ("gates fitted on the other half: QWK", found["gates_only"], 0.72, tuned),
    ):
        yield Result(f"{_SET}, {bar}", round(value, 3), f">= {wanted}", value >= wanted, note=note)
    yield _UNSEEN
    value = round(found["first_length"], 3)
    note = f"with wordings by hand {found['length']:.3f}"
    yield Result(_LENGTH, value, "within 0.15", abs(value) <= 0.15, note=note)


_LENGTH = f"length, given human score: partial r ({_SET})"
_UNSEEN = Result(
    "other sets, not looked at: mean QWK", None, ">= 0.7", None, note="no such data here"
)


def _without(data: Path) -> Iterator[Result]:
    missing = f"no data at {data}"
    yield Result(f"{_SET}, first draft: QWK", None, ">= 0.68", None, note=missing)
    yield Result(
        f"{_SET}, gates fitted on the other half: QWK", None, ">= 0.72", None, note=missing
    )
    yield _UNSEEN
    yield Result(_LENGTH, None, "within 0.15", None, note=missing)
