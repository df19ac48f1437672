"""A quote is found where it stands, sign by sign or nearly so, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.judges.llm.quotes import Folded, nearest, place

UNIT = "We retrain **every night**, since last week's labels (2.5 million) are worth 3% of clicks."


def found(quote: str, unit: str = UNIT) -> str | None:
    span = place(quote, Folded(unit))
    return unit[slice(*span)] if span else None


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("We retrain **every night**", "We retrain **every night"),
        ("we retrain every night", "We retrain **every night"),
        ("  since   last week’s labels ", "since last week's labels"),
        ("“are worth 3% of clicks.”", "are worth 3% of clicks"),
        ("are worth 3 % of clicks", "are worth 3% of clicks"),
        ("retrain every", None),
        ("we retrain every week", None),
        ("train every night sinc", "retrain **every night**, since"),
        ("worth 4% of clicks", None),
        ("", None),
        ("...", None),
        (UNIT + UNIT, None),
    ],
)
def test_where_a_quote_stands(quote: str, stands: str | None) -> None:
    assert found(quote) == stands


def test_less_than_three_words_are_a_quote_only_if_they_are_the_whole_unit() -> None:
    assert found("Log loss", "Log loss.") == "Log loss"
    assert found("Log loss", "We watch log loss daily.") is None


def test_one_sign_in_twenty_may_differ_but_no_figure_and_no_denial() -> None:
    unit = "We do not retrain the ranking model every night in 12 regions of the world."
    assert found(unit.replace("ranking", "rankng"), unit) == unit[:-1]
    assert found(unit.replace("12", "13"), unit) is None
    assert found(unit.replace("not ", ""), unit) is None


TEXT = st.text(alphabet="ab c", max_size=24)


@given(wanted=st.text(alphabet="ab c", min_size=1, max_size=8), text=TEXT)
def test_the_nearest_stretch_is_as_near_as_trying_all_of_them_says(wanted: str, text: str) -> None:
    stretches = {(i, j) for i in range(len(text) + 1) for j in range(i, len(text) + 1)}
    least, end = nearest(wanted, text)
    assert least == min(_edits(wanted, text[i:j]) for i, j in stretches)
    assert least == min(_edits(wanted, text[i:end]) for i in range(end + 1))
    anchored, end = nearest(wanted, text, from_start=True)
    assert anchored == min(_edits(wanted, text[:j]) for j in range(len(text) + 1))
    assert anchored == _edits(wanted, text[:end])


@given(unit=st.text(max_size=60), quote=st.text(max_size=40))
def test_any_signs_at_all_can_be_looked_for(unit: str, quote: str) -> None:
    span = place(quote, Folded(unit))
    assert span is None or 0 <= span[0] < span[1] <= len(unit)


@given(text=st.text(alphabet="abc ﬁßİ…“*\u200b\n", min_size=1, max_size=30))
def test_all_of_a_unit_is_found_in_it(text: str) -> None:
    if Folded(text).text.strip(" ."):
        assert place(text, Folded(text))


def _edits(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for number, sign in enumerate(one, start=1):
        before, row[0] = row[0], number
        for at, each in enumerate(other, start=1):
            before, row[at] = row[at], min(before + (sign != each), row[at] + 1, row[at - 1] + 1)
    return row[-1]
