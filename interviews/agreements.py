"""How far people, and the machine beside them, agree: measured in the background, shown at once.

Only what was scored blind counts: an adjudicator has seen the others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection

from interviews.models import Agreement
from rubrics import agreement
from rubrics.models import Question

# The latest interviews that people scored, at most; more would take the worker too long.
MOST = 2_000
PAUSE = timedelta(minutes=10)
# Of fewer items (one criterion of one answer, judged by two or more) no figure is shown.
LEAST = 10
_MACHINE = "judge:"

_LEVELS = """
    WITH latest AS (
        SELECT review.interview_id AS id, max(review.submitted_at) AS at
        FROM interviews_review review
        WHERE review.submitted_at IS NOT NULL AND review.kind <> 'adjudication'
          AND NOT EXISTS (
              SELECT FROM interviews_goldcopy gold WHERE gold.interview_id = review.interview_id)
        GROUP BY 1 ORDER BY 2 DESC LIMIT %(most)s
    )
    SELECT card.interview_id::text, coalesce('rater:' || review.rater_id, 'judge:' || card.judge),
           question.slug, to_char(latest.at AT TIME ZONE 'UTC', 'YYYY-MM'),
           judgement ->> 'criterion', (judgement ->> 'level')::int
    FROM latest
    JOIN interviews_interview interview ON interview.id = latest.id
    JOIN rubrics_questionversion version ON version.id = interview.version_id
    JOIN rubrics_question question ON question.id = version.question_id
    JOIN interviews_scorecard card ON card.interview_id = latest.id
         AND card.rubric_hash = version.rubric_hash
    LEFT JOIN interviews_review review ON review.id = card.review_id
    CROSS JOIN jsonb_array_elements(card.document -> 'judgements') judgement
    WHERE coalesce(review.kind, '') <> 'adjudication' AND judgement ->> 'level' IS NOT NULL
    ORDER BY card.id
"""


class Given(NamedTuple):
    """One level that somebody gave: a rater (``rater:<id>``) or a machine (``judge:<name>``)."""

    interview: str
    rater: str
    question: str
    month: str
    criterion: str
    level: int

    @property
    def is_machine(self) -> bool:
        """Whether no person gave it."""
        return self.rater.startswith(_MACHINE)


def is_due(*, now: datetime) -> bool:
    """Whether there is something new to measure, and the last time is a while ago."""
    return Agreement.objects.is_due(now=now, gap=PAUSE)


def measure(*, now: datetime) -> bool:
    """Measure anew, if it is due; False when it is not."""
    if not is_due(now=now):
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM interviews_scorecard WHERE review_id IS NOT NULL")
        upto = cursor.fetchone()[0]
        cursor.execute(_LEVELS, {"most": MOST})
        given = [Given(*row) for row in cursor.fetchall()]
    Agreement.objects.keep(figures(given), upto=upto, now=now)
    return True


def figures(given: Iterable[Given]) -> dict[str, Any]:
    """Compute every figure of the page, as plain values."""
    every = list(given)
    people = [each for each in every if not each.is_machine]
    machines = sorted({each.rater for each in every if each.is_machine})
    return {
        "interviews": len({each.interview for each in every}),
        "overall": _measured(people),
        "questions": _by(people, lambda each: (each.question,)),
        "criteria": _by(people, lambda each: (each.question, each.criterion)),
        "months": _by(people, lambda each: (each.month,)),
        "raters": _raters(people),
        "judges": [
            {"judge": name.removeprefix(_MACHINE), **_against_people(every, name)}
            for name in machines
        ],
    }


def _measured(given: Iterable[Given]) -> dict[str, Any]:
    ratings: dict[tuple[str, str], dict[str, float | None]] = defaultdict(dict)
    for each in given:
        ratings[each.interview, each.criterion][each.rater] = each.level
    found = agreement.agreement(ratings, group=lambda item: item[0])
    if found.items < LEAST:
        return {"n": found.items}
    return {
        "n": found.items,
        "exact": found.exact,
        "within_one": found.within_one,
        "kappa": found.kappa,
        "alpha": found.alpha,
        "interval": found.interval,
    }


def _by(given: Iterable[Given], key: Callable[[Given], tuple[str, ...]]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, ...], list[Given]] = defaultdict(list)
    for each in given:
        groups[key(each)].append(each)
    return [{"of": list(of), **_measured(some)} for of, some in sorted(groups.items())]


def _raters(people: Sequence[Given]) -> list[dict[str, Any]]:
    """Each rater against all others who scored the same, the most severe first."""
    ratings: dict[tuple[str, str], dict[str, float | None]] = defaultdict(dict)
    for each in people:
        ratings[each.interview, each.criterion][each.rater] = each.level
    rows = []
    for rater, severity in agreement.severity(ratings).items():
        both = {item: levels for item, levels in ratings.items() if rater in levels}
        pairs = [
            (levels[rater], other)
            for levels in both.values()
            for name, other in levels.items()
            if name != rater
        ]
        row: dict[str, Any] = {"rater": int(rater.removeprefix("rater:")), "n": len(pairs)}
        if len(pairs) >= LEAST:
            row |= {**_pairwise(pairs), "severity": severity.difference}
            row |= {"severity_interval": severity.interval}
        rows.append(row)
    return sorted(rows, key=lambda row: (row.get("severity") is None, row.get("severity") or 0.0))


def _against_people(every: Iterable[Given], machine: str) -> dict[str, Any]:
    """A machine's levels against each person's on the same criterion of the same answer."""
    ratings: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for each in every:
        if each.rater == machine or not each.is_machine:
            ratings[each.interview, each.criterion][each.rater] = each.level
    pairs = [
        (levels[machine], level)
        for levels in ratings.values()
        if machine in levels
        for name, level in levels.items()
        if name != machine
    ]
    if len(pairs) < LEAST:
        return {"n": len(pairs)}
    gap = sum(own - other for own, other in pairs) / len(pairs)
    return {"n": len(pairs), **_pairwise(pairs), "severity": gap}


def _pairwise(pairs: Sequence[tuple[float | None, float | None]]) -> dict[str, Any]:
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return {
        "exact": sum(a == b for a, b in known) / len(known),
        "within_one": sum(abs(a - b) <= 1 for a, b in known) / len(known),
        "kappa": agreement.weighted_kappa(known),
    }


# --- for the page ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, in words; ``last`` is alpha with its interval, or severity."""

    name: str
    n: int
    is_enough: bool
    exact: str
    within_one: str
    kappa: str
    meter: str | None
    last: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows of what was measured."""

    made_at: datetime
    interviews: int
    overall: tuple[Row, ...]
    raters: tuple[Row, ...]
    judges: tuple[Row, ...]
    months: tuple[Row, ...]
    questions: tuple[Row, ...]
    criteria: tuple[Row, ...]
    least: int = LEAST


def page(found: Agreement, reader: User, *, sees_all: bool) -> Page:
    """Lay out what was measured. Who is no lead sees their own row of the raters alone."""
    said = found.document
    raters = [row for row in said["raters"] if sees_all or row["rater"] == reader.pk]
    people = User.objects.filter(pk__in=[row["rater"] for row in raters])
    names = dict(people.values_list("pk", "email"))
    titles = dict(Question.objects.values_list("slug", "title"))
    return Page(
        made_at=found.made_at,
        interviews=said["interviews"],
        overall=(_row("All", said["overall"]),),
        raters=tuple(_row(names.get(r["rater"], "Somebody who left"), r) for r in raters),
        judges=tuple(_row(row["judge"].capitalize(), row) for row in said["judges"]),
        months=tuple(_row(row["of"][0], row) for row in said["months"]),
        questions=tuple(
            _row(titles.get(row["of"][0], row["of"][0]), row) for row in said["questions"]
        ),
        criteria=tuple(
            _row(f"{titles.get(row['of'][0], row['of'][0])}: {row['of'][1]}", row)
            for row in said["criteria"]
        ),
    )


def _row(name: str, row: Mapping[str, Any]) -> Row:
    if "exact" not in row:
        return Row(name, row["n"], False, "", "", "", None, "")
    kappa = row["kappa"]
    return Row(
        name=name,
        n=row["n"],
        is_enough=True,
        exact=f"{row['exact']:.0%}",
        within_one=f"{row['within_one']:.0%}",
        kappa=_figure(kappa),
        meter=None if kappa is None else f"{max(0.0, kappa):.2f}",
        last=_last(row),
    )


def _last(row: Mapping[str, Any]) -> str:
    sign = "+" if "severity" in row else ""
    value = row.get("severity") if "severity" in row else row.get("alpha")
    interval = row.get("severity_interval") or row.get("interval")
    within = f" ({interval[0]:{sign}.2f} to {interval[1]:{sign}.2f})" if interval else ""
    return f"{_figure(value, sign)}{within}"


def _figure(value: float | None, sign: str = "") -> str:
    return "–" if value is None else f"{value:{sign}.2f}"
