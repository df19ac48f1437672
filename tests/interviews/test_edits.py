"""One edit between two texts: the shortest one, whatever the characters are."""

from hypothesis import given
from hypothesis import strategies as st

from interviews.edits import Edit

# A small alphabet makes repetitions; one letter is two code units in JavaScript.
TEXTS = st.text(alphabet="ab\n é😀", max_size=40)


@given(TEXTS, TEXTS)
def test_an_edit_over_the_one_text_gives_the_other(before: str, after: str) -> None:
    assert Edit.between(before, after).over(before) == after


@given(TEXTS, TEXTS)
def test_an_edit_has_nothing_at_its_ends_that_stays(before: str, after: str) -> None:
    edit = Edit.between(before, after)
    out = before[edit.start : edit.start + edit.cut]
    assert not (out and edit.text and out[0] == edit.text[0])
    assert not (out and edit.text and out[-1] == edit.text[-1])


@given(TEXTS, TEXTS)
def test_counted_in_code_units_it_does_the_same(before: str, after: str) -> None:
    start, cut, text = Edit.between(before, after).in_units(before)
    units = before.encode("utf-16-le")
    there = units[: 2 * start] + text.encode("utf-16-le") + units[2 * (start + cut) :]
    assert there.decode("utf-16-le") == after


def test_typing_at_the_end_puts_in_what_was_typed() -> None:
    assert Edit.between("We use", "We use two") == (6, 0, " two")


def test_a_word_that_is_taken_out_is_all_that_is_cut() -> None:
    assert Edit.between("one two four", "one four") == (4, 4, "")
