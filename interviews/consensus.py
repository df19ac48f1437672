"""What the pages on agreement show of what was measured: tables, their drawings, disagreements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User

from interviews import charts, resolution
from interviews.agreements import LEAST, MOST, MOST_APART
from interviews.models import Agreement, Disagreement

# So many months are shown, the latest.
MONTHS = 12
# Of all criteria those with the least agreement; of one question all.
WORST = 10
_RATER, _JUDGE = "rater:", "judge:"
_Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, in words. ``query`` is what finds its disagreements, blank for none."""

    name: str
    query: str
    n: int
    is_enough: bool
    exact: str = ""
    within_one: str = ""
    kappa: str = ""
    meter: str | None = None
    alpha: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows of what was measured.

    ``question`` is the one whose criteria are shown, blank for the ``worst`` of all.
    """

    made_at: datetime
    interviews: int
    overall: tuple[Row, ...]
    raters: tuple[Row, ...]
    judges: tuple[Row, ...]
    severity: charts.Whiskers | None
    months: tuple[Row, ...]
    drift: charts.Lines | None
    questions: tuple[Row, ...]
    question: str
    choices: "Choices"
    criteria: tuple[Row, ...]
    least: int = LEAST
    most: int = MOST
    worst: int = WORST


def page(found: Agreement, reader: User, *, sees_all: bool, question: str) -> Page:
    """Lay out what was measured. Who is no lead sees their own row of the raters alone."""
    said = _Said(found, reader, sees_all)
    parties = [*said.raters, *said.judges]
    months = _over_months(said.figures["months"])
    chosen = question if question in said.titles else ""
    return Page(
        made_at=found.made_at,
        interviews=said.figures["interviews"],
        overall=(_row("All", "", said.figures["overall"]),),
        raters=tuple(map(said.party, said.raters)),
        judges=tuple(map(said.party, said.judges)),
        severity=charts.whiskers(
            "Severity with its 95% interval, in levels. The tables of raters and of judges hold "
            "the figures.",
            [(said.name(row["of"][0]), *_severity(row)) for row in parties],
        ),
        months=tuple(_row(row["of"][0], "", row) for row in months),
        drift=_drift(months),
        questions=tuple(map(said.question, said.figures["questions"])),
        question=said.title(chosen) if chosen else "",
        choices=said.questions,
        criteria=tuple(map(said.criterion, _criteria(said.figures["criteria"], chosen))),
    )


class _Said:
    """What was measured, as far as a reader may see it, with names for what it is of."""

    def __init__(self, found: Agreement, reader: User, sees_all: bool) -> None:
        self.figures: _Figures = found.document
        self.titles: Mapping[str, Any] = found.document["titles"]
        own = f"{_RATER}{reader.pk}"
        self.raters = [r for r in self.figures["raters"] if sees_all or r["of"] == [own]]
        self.judges = self.figures["judges"]
        self.names = names_of(row["of"][0] for row in self.raters)

    def name(self, who: str) -> str:
        return name_of(who, self.names)

    def title(self, question: str) -> str:
        return str(self.titles.get(question, {}).get("title", question))

    def criterion_title(self, question: str, criterion: str) -> str:
        return str(self.titles.get(question, {}).get("criteria", {}).get(criterion, criterion))

    @property
    def questions(self) -> "Choices":
        """Slugs and titles, by title."""
        found = [(slug, str(each["title"])) for slug, each in self.titles.items()]
        return sorted(found, key=lambda each: each[1])

    def party(self, row: _Figures) -> Row:
        return _row(self.name(row["of"][0]), urlencode({"who": row["of"][0]}), row)

    def question(self, row: _Figures) -> Row:
        return _row(self.title(row["of"][0]), urlencode({"question": row["of"][0]}), row)

    def criterion(self, row: _Figures) -> Row:
        question, criterion = row["of"]
        name = f"{self.title(question)}: {self.criterion_title(question, criterion)}"
        return _row(name, urlencode({"question": question, "criterion": criterion}), row)


def names_of(parties: Iterable[str]) -> dict[str, str]:
    """``rater:<id>`` → address, of those that are people."""
    keys = [int(who.removeprefix(_RATER)) for who in parties if who.startswith(_RATER)]
    people = User.objects.filter(pk__in=keys).values_list("pk", "email")
    return {f"{_RATER}{pk}": email for pk, email in people}


def name_of(who: str, names: Mapping[str, str]) -> str:
    """Name a person by address and a machine by what it is called."""
    if who.startswith(_JUDGE):
        return resolution.machine_name(who.removeprefix(_JUDGE))
    return names.get(who, "Somebody who left")


def _criteria(rows: Sequence[_Figures], question: str) -> Sequence[_Figures]:
    """Those of a question in its order; without one the least agreed upon first."""
    if question:
        return [row for row in rows if row["of"][0] == question]
    known = [row for row in rows if row.get("alpha") is not None]
    return sorted(known, key=lambda row: (row["alpha"], row["of"]))[:WORST]


def _over_months(rows: Sequence[_Figures]) -> list[_Figures]:
    """The latest months up to the last one that has any, those between without any too."""
    known = {row["of"][0]: row for row in rows}
    if not known:
        return []
    first, last = min(known), max(known)
    found = [known.get(month, {"of": [month], "n": 0}) for month in _back_from(last, first)]
    return list(reversed(found))


def _back_from(last: str, first: str) -> Iterator[str]:
    """Months as in ``2026-03``, the latest first, ``MONTHS`` at most."""
    year, month = map(int, last.split("-"))
    for back in range(MONTHS):
        years, rest = divmod(year * 12 + month - 1 - back, 12)
        found = f"{years:04}-{rest + 1:02}"
        if found < first:
            return
        yield found


def _drift(months: Sequence[_Figures]) -> charts.Lines | None:
    return charts.lines(
        "Exact agreement and kappa, month by month. The table holds the figures.",
        [row["of"][0] for row in months],
        {
            "Exact": [row.get("exact") for row in months],
            "Kappa": [row.get("kappa") for row in months],
        },
    )


def _row(name: str, query: str, row: _Figures) -> Row:
    if "exact" not in row:
        return Row(name, query, row["n"], False)
    kappa = row["kappa"]
    return Row(
        name=name,
        query=query,
        n=row["n"],
        is_enough=True,
        exact=f"{row['exact']:.0%}",
        within_one=f"{row['within_one']:.0%}",
        kappa=_figure(kappa),
        meter=None if kappa is None else f"{max(0.0, kappa):.2f}",
        alpha=_with_interval(row.get("alpha"), row.get("interval")),
        severity=_with_interval(*_severity(row), sign="+"),
    )


def _severity(row: _Figures) -> tuple[float | None, charts.Interval | None]:
    low_and_high = row.get("severity_interval")
    return row.get("severity"), tuple(low_and_high) if low_and_high else None


def _with_interval(value: float | None, interval: Sequence[float] | None, sign: str = "") -> str:
    within = f" ({interval[0]:{sign}.2f} to {interval[1]:{sign}.2f})" if interval else ""
    return f"{_figure(value, sign)}{within}"


def _figure(value: float | None, sign: str = "") -> str:
    return "–" if value is None else f"{value:{sign}.2f}"


# --- where they did not agree ---------------------------------------------------------------


Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Options:
    """What the disagreements can be narrowed by; ``criteria`` are by question."""

    questions: Choices
    criteria: Mapping[str, Choices]
    parties: Choices


def options(found: Agreement | None, reader: User, *, sees_all: bool) -> Options:
    """Give what there is to choose from. Who is no lead chooses themselves or a machine."""
    if found is None:
        return Options([], {}, [])
    said = _Said(found, reader, sees_all)
    return Options(
        questions=said.questions,
        criteria={slug: list(each["criteria"].items()) for slug, each in said.titles.items()},
        parties=[(row["of"][0], said.name(row["of"][0])) for row in (*said.raters, *said.judges)],
    )


@dataclass(frozen=True, slots=True)
class Side:
    """Who gave which level."""

    who: str
    level: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One criterion of one answer that two judged differently."""

    interview_id: str
    question: str
    criterion: str
    sides: tuple[Side, ...]
    gap: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of what the list is: its figures, and of a person or judge how they went over months."""

    of: tuple[Row, ...]
    party: tuple[Row, ...]
    months: tuple[Row, ...]
    drift: charts.Lines | None
    severity: charts.Whiskers | None
    least: int = LEAST
    most: int = MOST
    most_apart: int = MOST_APART


def chosen(
    found: Agreement, reader: User, *, sees_all: bool, question: str, criterion: str, who: str
) -> Chosen:
    """Give the figures of what the list was narrowed to."""
    said = _Said(found, reader, sees_all)
    parties = [row for row in (*said.raters, *said.judges) if row["of"] == [who]]
    months = _over_months([month for row in parties for month in row["months"]])
    if criterion:
        rows, put = said.figures["criteria"], said.criterion
    else:
        rows, put = said.figures["questions"], said.question
    of = [question, criterion] if criterion else [question]
    return Chosen(
        of=tuple(put(row) for row in rows if row["of"] == of),
        party=tuple(map(said.party, parties)),
        months=tuple(_row(row["of"][0], "", row) for row in months),
        drift=_drift(months),
        severity=charts.whiskers(
            "Severity with its 95% interval, month by month. The table holds the figures.",
            [(row["of"][0], *_severity(row)) for row in months],
        ),
    )


def differences(rows: Sequence[Disagreement], found: Agreement | None) -> tuple[Difference, ...]:
    """Lay out disagreements, with names for everybody and everything in them."""
    titles = found.document["titles"] if found else {}
    names = names_of({who for row in rows for who in (row.one, row.other)})
    return tuple(
        Difference(
            interview_id=str(row.interview_id),
            question=row.question.title,
            criterion=titles.get(row.question.slug, {})
            .get("criteria", {})
            .get(row.criterion, row.criterion),
            sides=(
                Side(name_of(row.one, names), row.one_level),
                Side(name_of(row.other, names), row.other_level),
            ),
            gap=row.gap,
            at=row.at,
        )
        for row in rows
    )
