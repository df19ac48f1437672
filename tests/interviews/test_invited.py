"""Rows of people to invite, as they are pasted from anywhere."""

import pytest

from interviews.invited import BadRows, Invited, read

ADA, BOB = Invited("Ada Lovelace", "ada@example.org"), Invited("Bob", "bob@example.org")


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lovelace,ada@example.org\nBob,bob@example.org",
        "ada@example.org;Ada Lovelace\r\nbob@example.org;Bob\r\n",
        "Name\tE-mail\nAda  Lovelace\tada@example.org\n\nBob\tbob@example.org\n",
        '"Ada Lovelace", ada@example.org\n"Bob", bob@example.org\n',
    ],
)
def test_rows_are_read_however_they_are_split(text: str) -> None:
    assert read(text, most=9) == [ADA, BOB]


def test_a_name_is_not_needed() -> None:
    assert read("ada@example.org", most=9) == [Invited("", "ada@example.org")]


def test_every_bad_row_is_named() -> None:
    text = (
        "Ada,ada@example.org\nBob\nCy,cy@nowhere\nDi,di@example.org,di@example.com\n"
        "Ada again,ADA@example.org\n" + "x" * 101 + ",x@example.org"
    )
    with pytest.raises(BadRows) as raised:
        read(text, most=9)
    assert raised.value.problems == (
        "Row 2: “Bob” has no address.",
        "Row 3: “cy@nowhere” is no e-mail address.",
        "Row 4: there are two addresses.",
        "Row 5: ADA@example.org is in row 1 already.",
        "Row 6: the name has more than 100 characters.",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "There is no row with an address."),
        ("name,address\n", "There is no row with an address."),
        ("a@x.org\nb@x.org\nc@x.org", "These are 3 people; at most 2 go at once."),
    ],
)
def test_none_and_too_many_are_told(text: str, problem: str) -> None:
    with pytest.raises(BadRows) as raised:
        read(text, most=2)
    assert raised.value.problems == (problem,)
