"""What the interviewers' pages cost with few interviews and with many.

`python -m benchmarks.reviews [--small 50] [--large 50000] [--json FILE]`: a database of its own is
filled by `manage.py seed`; every page is asked for as a lead and as an interviewer, in one process.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import django
from django.core.management import call_command

from benchmarks.scoring import table
from benchmarks.scoring.bench import Result
from mlsd_app import embedded

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PAGES = (
    "/reviews/",
    "/reviews/?tab=second",
    "/reviews/?tab=decide",
    "/reviews/?tab=mine",
    "/reviews/?tab=done",
    "/reviews/?tab=done&sort=highest&flag=apart",
    "/reviews/?question=ad-click-prediction&days=7&sort=newest",
    "/reviews/agreement/",
    "/reviews/agreement/disagreements/",
    "/invitations/",
)
MOST_QUERIES = 12
MOST_RATIO = 1.5
ROUNDS = 25


class Cost(NamedTuple):
    """What a page took: queries, and milliseconds (the median)."""

    queries: int
    time: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill, measure, fill further, measure again; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reviews", description=__doc__)
    parser.add_argument("--small", type=int, default=50, metavar="INTERVIEWS")
    parser.add_argument("--large", type=int, default=50_000, metavar="INTERVIEWS")
    parser.add_argument("--json", metavar="FILE", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mlsd-reviews-") as folder:
        Path(folder).chmod(0o711)  # run as root, Postgres passes through here as another user
        settings = {"MLSD_VAR": folder, "DATABASE_POOL_MAX": "0"}
        settings["DJANGO_SETTINGS_MODULE"] = "mlsd_app.settings"
        os.environ.update(settings)  # noqa: TID251 - before the settings are read
        with embedded.postgres(Path(folder), durable=False):
            django.setup()
            _prepare()
            few = _filled(options.small)
            many = _filled(options.large - options.small)
    results = list(_compared(few, many, options.small, options.large))
    print("\n".join(table.rows(results)))
    if options.json:
        options.json.write_text(table.json_lines(results), encoding="utf-8")
    return int(any(result.ok is False for result in results))


def _prepare() -> None:
    from tests import factories

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("bank", "import", verbosity=0)
    factories.a_user(name="ines", group="interviewer")


def _filled(count: int) -> Mapping[str, Cost]:
    """Add interviews, and say what each page costs now: kind of person and page → cost."""
    from django.contrib.auth.models import Group, User
    from django.db import connection

    from interviews import agreements, seeding
    from rubrics import clock

    inviter = User.objects.get(email__startswith="ines")
    began = time.monotonic()
    for made in seeding.seed(count, by=inviter, now=clock.now()):
        print(f"\r{made} of {count}, {time.monotonic() - began:.0f} s", end="", flush=True)
    print()
    # Made-up raters cannot sign in; here two of them do, with a sixth of all reviews each.
    people = User.objects.filter(email__in=[f"rater-{n}@{seeding.DOMAIN}" for n in (1, 2)])
    people.update(is_active=True)
    rater, lead = people.order_by("email")
    lead.groups.add(Group.objects.get_or_create(name="lead")[0])
    agreements.measure(now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    kinds = {"rater": rater, "lead": lead}
    return {
        f"{name}, {page}": _cost(person, page) for name, person in kinds.items() for page in PAGES
    }


def _cost(person: "User", page: str) -> Cost:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person)
    for _ in range(3):
        assert client.get(page).status_code == 200, page
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    queries = len(asked)
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(page)
        taken.append(1_000 * (time.perf_counter() - began))
    return Cost(queries, median(taken))


def _compared(
    few: Mapping[str, Cost], many: Mapping[str, Cost], small: int, large: int
) -> Iterator[Result]:
    for page, cost in few.items():
        other = many[page]
        note = f"{cost.queries} with {small}, {other.queries} with {large}"
        most = max(cost.queries, other.queries)
        yield Result(f"{page}: queries", most, f"<= {MOST_QUERIES}", most <= MOST_QUERIES, (), note)
        ratio = round(other.time / cost.time, 2)
        note = f"{cost.time:.1f} ms with {small}, {other.time:.1f} with {large}"
        yield Result(f"{page}: time", ratio, f"<= {MOST_RATIO}", ratio <= MOST_RATIO, (), note)


if __name__ == "__main__":
    sys.exit(main())
