"""People to invite, read from rows as spreadsheets write them."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

MOST_NAME, MOST_ADDRESS = 100, 254


class Invited(NamedTuple):
    """One person: how the inviter calls them, and their e-mail address."""

    name: str
    email: str


class BadRows(ValueError):
    """Rows that cannot be used; ``problems`` says of each which and why."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep what is wrong."""
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def read(text: str, *, most: int) -> list[Invited]:
    """Read ``name, address`` a row, in either order, split by comma, semicolon or tab.

    A first row without an address is a heading. Raises BadRows when any row cannot be used, when
    an address comes twice, when there is none or more than ``most``.
    """
    rows = [(number, cells) for number, cells in _rows(text) if any(cells)]
    if rows and not any("@" in cell for cell in rows[0][1]):
        rows = rows[1:]
    if not rows:
        raise BadRows(["There is no row with an address."])
    if len(rows) > most:
        raise BadRows([f"These are {len(rows)} people; at most {most} go at once."])
    found, problems = [], []
    first: dict[str, int] = {}
    for number, cells in rows:
        person, problem = _person(cells)
        address = person.email.casefold()
        if not problem and address in first:
            problem = f"{person.email} is in row {first[address]} already"
        if problem:
            problems.append(f"Row {number}: {problem}.")
        first.setdefault(address, number)
        found.append(person)
    if problems:
        raise BadRows(problems)
    return found


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    split = max("\t;,", key=text.count)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=split), 1):
            yield number, [" ".join(cell.split()) for cell in cells]
    except csv.Error as error:
        raise BadRows([f"The rows cannot be read: {error}."]) from error


def _person(cells: Sequence[str]) -> tuple[Invited, str]:
    """The person of a row, and what is wrong with it."""
    filled = [cell for cell in cells if cell]
    addresses = [cell for cell in filled if "@" in cell]
    names = [cell for cell in filled if "@" not in cell]
    name, address = " ".join(names), addresses[0] if addresses else ""
    if len(addresses) > 1:
        return Invited(name, address), "there are two addresses"
    if not address:
        return Invited(name, ""), f"“{name}” has no address"
    if len(address) > MOST_ADDRESS or not _is_address(address):
        return Invited(name, address), f"“{address}” is no e-mail address"
    if len(name) > MOST_NAME:
        return Invited(name, address), f"the name has more than {MOST_NAME} characters"
    return Invited(name, address), ""


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
