"""What the interviewers' pages cost with few interviews and with many.

`python -m benchmarks.reviews [--small 50] [--large 50000] [--json FILE]`: two databases are filled
as `manage.py seed` does; a lead and a rater ask for every page, of both by turns, in one process.
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
    from django.test import Client

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
TURNS, ROUNDS = 15, 4


class Cost(NamedTuple):
    """What a page took: queries, and milliseconds (the median)."""

    queries: int
    time: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill two databases, ask each in turn for every page; gives the exit code."""
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
            call_command("collectstatic", interactive=False, verbosity=0)
            few, many = (_filled(count) for count in (options.small, options.large))
            results = list(_compared(_costs(few, many), options.small, options.large))
            _switch_to("postgres")
    print("\n".join(table.rows(results)))
    if options.json:
        options.json.write_text(table.json_lines(results), encoding="utf-8")
    return int(any(result.ok is False for result in results))


class Filled(NamedTuple):
    """A database that was filled, and a browser of each kind of person there."""

    name: str
    browsers: Mapping[str, "Client"]


def _switch_to(name: str) -> None:
    """Talk to another database of the same server from now on."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


def _filled(count: int) -> Filled:
    """Make a database with so many interviews, measured and vacuumed."""
    from django.contrib.auth.models import Group, User
    from django.db import connection
    from django.test import Client

    from interviews import agreements, seeding
    from rubrics import clock
    from tests import factories

    name = f"reviews_{count}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    _switch_to(name)
    call_command("migrate", verbosity=0)
    call_command("bank", "import", verbosity=0)
    inviter = factories.a_user(name="ines", group="interviewer")
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
    browsers = {}
    for kind, person in (("rater", rater), ("lead", lead)):
        browsers[kind] = Client(SERVER_NAME="127.0.0.1")
        browsers[kind].force_login(person)
    return Filled(name, browsers)


def _costs(few: Filled, many: Filled) -> Mapping[str, tuple[Cost, Cost]]:
    """Say what each page costs in both, by turns, so that a busy machine slows both alike."""
    taken: dict[str, tuple[list[float], list[float]]] = {}
    queries: dict[str, list[int]] = {}
    for turn in range(TURNS):
        for place, filled in enumerate((few, many)):
            _switch_to(filled.name)
            for kind, browser in filled.browsers.items():
                for page in PAGES:
                    name = f"{kind}, {page}"
                    if turn == 0:
                        queries.setdefault(name, []).append(_queries(browser, page))
                    taken.setdefault(name, ([], []))[place].extend(_times(browser, page))
    return {
        name: (Cost(counts[0], median(taken[name][0])), Cost(counts[1], median(taken[name][1])))
        for name, counts in queries.items()
    }


def _queries(browser: "Client", page: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    assert browser.get(page).status_code == 200, page
    with CaptureQueriesContext(connection) as asked:
        browser.get(page)
    return len(asked)


def _times(browser: "Client", page: str) -> Iterator[float]:
    browser.get(page)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        browser.get(page)
        yield 1_000 * (time.perf_counter() - began)


def _compared(costs: Mapping[str, tuple[Cost, Cost]], small: int, large: int) -> Iterator[Result]:
    for page, (cost, other) in costs.items():
        note = f"{cost.queries} with {small}, {other.queries} with {large}"
        most = max(cost.queries, other.queries)
        yield Result(f"{page}: queries", most, f"<= {MOST_QUERIES}", most <= MOST_QUERIES, (), note)
        ratio = round(other.time / cost.time, 2)
        note = f"{cost.time:.1f} ms with {small}, {other.time:.1f} with {large}"
        yield Result(f"{page}: time", ratio, f"<= {MOST_RATIO}", ratio <= MOST_RATIO, (), note)


if __name__ == "__main__":
    sys.exit(main())
