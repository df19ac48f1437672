"""Sums in a draft: what they are worth, what cannot be read, and how they are shown."""

import math
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews import arithmetic
from interviews.arithmetic import Unreadable, is_sum, work_out
from interviews.templatetags.mlsd import draft, markdown
from interviews.writing import MAX_SUMS


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("=500M*10/86400", "= 57,870 ≈ 57.9 k"),
        ("=1,000*(2+3)^2", "= 25,000 = 25 k"),
        ("= 2 + 3 * 4", "= 14"),
        ("=(2+3)*4", "= 20"),
        ("=10-2-3", "= 5"),
        ("=2^3^2", "= 512"),
        ("=2**10", "= 1,024"),
        ("=-2^2", "= −4"),
        ("=2--3", "= 5"),
        ("=3×4÷2−1", "= 5"),
        ("=2 x 3", "= 6"),
        ("=5%*200", "= 10"),
        ("=1/3", "= 0.3333"),
        ("=.5*3", "= 1.5"),
        ("=1e9/1000", "= 1,000,000 = 1 M"),
        ("=12_000*2", "= 24,000 = 24 k"),
        ("=1.5k+2 K", "= 3,500"),
        ("=1B/1G", "= 1"),
        ("=3T/3", "= 1,000,000,000,000 = 1 T"),
        ("=999,999*1", "= 999,999 ≈ 1 M"),
        ("=2^64", "= 1.845e+19"),
        ("=3/1M/1000", "= 3e-09"),
        ("=1-1", "= 0"),
        ("=0*-1", "= 0"),
    ],
)
def test_a_sum_shows_its_value(line: str, value: str) -> None:
    assert work_out(line) == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("=10 KB * 500M", "= 5,000,000,000,000 bytes = 5 TB"),
        ("=10 KB * 500M / day", "= 57,870,370 bytes per second ≈ 57.9 MB per second"),
        ("=500M/day", "= 5,787 per second"),
        ("=500M*10/1 d", "= 57,870 per second ≈ 57.9 k per second"),
        ("=90 min + 30 min", "= 7,200 s = 2 h"),
        ("=20 ms * 3", "= 0.06 s"),
        ("=1 week / 7", "= 86,400 s = 1 d"),
        ("=1 GB / 1 MB", "= 1,000"),
        ("=4 KiB", "= 4,096 bytes ≈ 4.1 KB"),
        ("=(1+1) KB", "= 2,000 bytes = 2 KB"),
        ("=100 GB / (10 GB / s)", "= 10 s"),
        ("=512 bytes", "= 512 bytes"),
    ],
)
def test_units_of_time_and_bytes_are_carried_along(line: str, value: str) -> None:
    assert work_out(line) == value


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("=500M users * 3", "cannot read `users`"),
        ("=1,5 * 3", "cannot read `1,5`"),
        ("=1.2.3", "cannot read `1.2.3`"),
        ("=1000 m", "cannot read `m`"),
        ("=3 $", "cannot read `$`"),
        ("=2(3)", "cannot read `(`"),
        ("=1)", "cannot read `)`"),
        ("=(1+2", "a bracket is not closed"),
        ("=(1+2 5)", "cannot read `5`"),
        ("=1+", "the end is missing"),
        ("=1*/2", "cannot read `/`"),
        ("=1/0", "division by zero"),
        ("=1/(2-2)", "division by zero"),
        ("=0^-1", "this power has no value"),
        ("=(-8)^.5", "this power has no value"),
        ("=2^9999", "the number is too large"),
        ("=9^9^9^9", "the number is too large"),
        ("=1e300*1e300", "the number is too large"),
        ("=1e999", "the number is too large"),
        ("=1 s + 1 KB", "these units do not add up"),
        ("=1 s + 1", "these units do not add up"),
        ("=1 s * 1 KB", "the result has no unit that makes sense"),
        ("=2^(1 s)", "a power with units"),
        ("=" + "(" * 40 + "1", "too many brackets"),
        ("=1*" + "-" * 40 + "1", "too many brackets"),
        ("=1" + "+1" * arithmetic.MAX_LENGTH, "this sum is too long"),
        ("=1*__import__('os')", "cannot read `__import__('os')`"),
    ],
)
def test_what_cannot_be_read_is_said_and_never_guessed(line: str, problem: str) -> None:
    with pytest.raises(Unreadable) as told:
        work_out(line)
    assert str(told.value) == problem


def test_the_result_that_the_writer_gives_is_theirs() -> None:
    assert work_out("=500M*10/86400 = 58k a second") == "= 57,870 ≈ 57.9 k"
    assert work_out("=2*3 ≈ six") == "= 6"


def test_a_bare_number_says_nothing_twice() -> None:
    assert work_out("= 57,870") == ""
    assert work_out("=500M") == "= 500,000,000 = 500 M"


def test_any_number_of_blanks_is_read_in_one_go() -> None:
    # Tried in every way to share them out, these would take longer than anybody lives.
    blanks = " " * 60_000
    assert not is_sum(f"={blanks}x")
    assert is_sum(f"={blanks}-{blanks}({blanks}1")


@pytest.mark.parametrize("line", ["=> hence", "== x", "=", "= so", "=a*2", "a = 2*3", "=(a+1)", ""])
def test_what_does_not_begin_like_a_number_is_no_sum(line: str) -> None:
    assert not is_sum(line)


class Sum(NamedTuple):
    """A sum as written, and its value."""

    text: str
    value: float


def joined(left: Sum, sign: str, right: Sum) -> Sum:
    value = {
        "+": lambda: left.value + right.value,
        "-": lambda: left.value - right.value,
        "*": lambda: left.value * right.value,
    }[sign]()
    return Sum(f"({left.text}{sign}{right.text})", value)


SUMS = st.recursive(
    st.integers(0, 999_999).map(lambda number: Sum(f"{number:,}", number)),
    lambda inner: st.builds(joined, inner, st.sampled_from("+-*"), inner),
    max_leaves=8,
).filter(lambda made: abs(made.value) < 1e15)


@given(SUMS)
def test_any_sum_of_whole_numbers_is_exact(made: Sum) -> None:
    source = f"=1*{made.text}"
    if len(source) <= arithmetic.MAX_LENGTH:
        shown = work_out(source).removeprefix("= ").split(" ")[0]
        assert float(shown.replace(",", "").replace("−", "-")) == made.value


@given(st.text(alphabet="0123456789.,()+-*/^%kMGBs eEd_", max_size=60))
def test_whatever_is_typed_gets_a_value_or_a_reason(typed: str) -> None:
    try:
        shown = work_out(f"=0{typed}")
    except Unreadable as problem:
        shown = str(problem)
    assert shown or not set(typed) & set("+-*/^%kMGB")
    assert "inf" not in shown
    assert "nan" not in shown


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_what_is_shown_is_the_value_to_a_thousandth(value: float) -> None:
    shown = arithmetic.shown(arithmetic.Amount(value)).removeprefix("= ").split(" ")[0]
    assert math.isclose(float(shown.replace(",", "")), value, rel_tol=1e-3)


# --- in the preview -----------------------------------------------------------------------


def test_a_line_that_is_a_sum_shows_its_value_and_stays_a_line() -> None:
    html = draft("Load:\n=500M*10/86400\n=2*3*4\nso.\n\n- =5*3\n\n| a |\n|---|\n| =6*7 |")
    assert "Load:<br>\n=500M*10/86400 <samp>= 57,870 ≈ 57.9 k</samp><br>" in html
    assert "=2*3*4 <samp>= 24</samp><br>\nso." in html
    assert "<li>=5*3 <samp>= 15</samp></li>" in html
    assert "<td>=6*7 <samp>= 42</samp></td>" in html


def test_code_that_is_a_sum_shows_its_value_within_a_sentence() -> None:
    assert draft("about `=500M*10/86400` a second") == (
        "<p>about <code>=500M*10/86400</code> <samp>= 57,870 ≈ 57.9 k</samp> a second</p>\n"
    )
    assert "samp" not in draft("`500M*10` and\n\n```\n=2*3\n```\n\nand a =2*3")


def test_what_cannot_be_read_is_said_beside_it_and_harmless() -> None:
    html = draft("=3 <img/src=x/onerror=alert(1)>")
    assert "<small>(cannot read `&lt;img/src`)</small>" in html
    assert "<img" not in html


def test_task_lists_show_boxes() -> None:
    html = draft("- [ ] open\n- [x] done\n- [x](https://ok.example)\n\n[ ] no item")
    assert "<li>☐ open</li>\n<li>☑ done</li>" in html
    assert "<p>[ ] no item</p>" in html
    assert html.count("☑") == 1


def test_what_is_no_draft_is_rendered_without_sums() -> None:
    assert markdown("=2*3") == "<p>=2*3</p>\n"


def test_more_sums_than_anybody_writes_are_left_as_they_are() -> None:
    assert draft("=1*1\n" * (MAX_SUMS + 5)).count("<samp>") == MAX_SUMS
