"""Numbers are read with their units, nouns and periods."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.reading.quantities import Dimension, read, spans
from rubrics.reading.units import normalise, split
from tests.rubrics.documents import library

DAY = 86_400.0
COUNT, RATE, TIME, BYTES = Dimension.COUNT, Dimension.RATE, Dimension.TIME, Dimension.BYTES
BYTE_RATE, SHARE, MONEY = Dimension.BYTE_RATE, Dimension.SHARE, Dimension.MONEY
FACTOR, PLAIN = Dimension.FACTOR, Dimension.PLAIN


@pytest.mark.parametrize(
    ("text", "value", "dimension", "noun", "per"),
    [
        ("500M", 5e8, PLAIN, "", ""),
        ("500M users", 5e8, COUNT, "user", ""),
        ("500 M users", 5e8, COUNT, "user", ""),
        ("300 million", 3e8, PLAIN, "", ""),
        ("1.5bn", 1.5e9, PLAIN, "", ""),
        ("2 milliards", 2e9, PLAIN, "", ""),
        ("~70k", 7e4, PLAIN, "", ""),
        ("≈ 70k", 7e4, PLAIN, "", ""),
        ("10^8", 1e8, PLAIN, "", ""),
        ("10⁸", 1e8, PLAIN, "", ""),
        ("3 x 10^9 rows", 3e9, COUNT, "row", ""),
        ("1e8", 1e8, PLAIN, "", ""),
        ("86,400", 86_400, PLAIN, "", ""),
        ("86 400", 86_400, PLAIN, "", ""),
        ("1 000 000 rows", 1e6, COUNT, "row", ""),
        ("0.05", 0.05, PLAIN, "", ""),
        (".5", 0.5, PLAIN, "", ""),
        ("1.2k QPS", 1_200, RATE, "query", "second"),
        ("70k/s", 7e4, RATE, "", "second"),
        ("70 requests per second", 70, RATE, "request", "second"),
        ("6 billion requests a day", 6e9 / DAY, RATE, "request", "day"),
        ("6B requests/day", 6e9 / DAY, RATE, "request", "day"),
        ("2B requests each day", 2e9 / DAY, RATE, "request", "day"),
        ("1M new uploads daily", 1e6 / DAY, RATE, "upload", "day"),
        ("1.6 billion daily watches", 1.6e9 / DAY, RATE, "watch", "day"),
        ("12 queries every hour", 12 / 3600, RATE, "query", "hour"),
        ("1,200 clicks an hour", 1200 / 3600, RATE, "click", "hour"),
        ("20 page loads per user", 20, COUNT, "load", "user"),
        ("20 requests per user per day", 20 / DAY, RATE, "request", "user day"),
        ("20 visits each", 20, COUNT, "visit", "each"),
        ("200M people a day", 2e8, COUNT, "people", "day"),
        ("200M daily active users", 2e8, COUNT, "user", "day"),
        ("150M DAU", 1.5e8, COUNT, "dau", "day"),
        ("500M MAU", 5e8, COUNT, "mau", "month"),
        ("30 ms", 0.03, TIME, "", ""),
        ("30ms", 0.03, TIME, "", ""),
        ("5 µs", 5e-6, TIME, "", ""),
        ("5 \u03bcs", 5e-6, TIME, "", ""),
        ("200 milliseconds", 0.2, TIME, "", ""),
        ("10 minutes", 600, TIME, "", ""),
        ("28-day", 28 * DAY, TIME, "", ""),
        ("two weeks", 14 * DAY, TIME, "", ""),
        ("half an hour", 1_800, TIME, "", ""),
        ("100k seconds", 1e5, TIME, "", ""),
        ("2 TB", 2e12, BYTES, "", ""),
        ("200-byte", 200, BYTES, "", ""),
        ("1 KB each", 1e3, BYTES, "", "each"),
        ("1 KB per event", 1e3, BYTES, "", "event"),
        ("half a GB", 5e8, BYTES, "", ""),
        ("2 TB/day", 2e12 / DAY, BYTE_RATE, "", "day"),
        ("2 TB a day", 2e12 / DAY, BYTE_RATE, "", "day"),
        ("100 Mbps", 1.25e7, BYTE_RATE, "", "second"),
        ("45 GB/s", 4.5e10, BYTE_RATE, "", "second"),
        ("0.1%", 0.001, SHARE, "", ""),
        ("5 per cent", 0.05, SHARE, "", ""),
        ("5 percent", 0.05, SHARE, "", ""),
        ("1/10", 0.1, SHARE, "", ""),
        ("1 in 20", 0.05, SHARE, "", ""),
        ("99 of 100", 0.99, SHARE, "", ""),
        ("$40", 40, MONEY, "", ""),
        ("$1.5M", 1.5e6, MONEY, "", ""),
        ("2x", 2, FACTOR, "", ""),
        ("3-fold", 3, FACTOR, "", ""),
        ("two towers", 2, COUNT, "tower", ""),
        ("ten million users", 1e7, COUNT, "user", ""),
        ("half a billion", 5e8, PLAIN, "", ""),
        ("a dozen", 12, PLAIN, "", ""),
        ("hundred thousand", 1e5, PLAIN, "", ""),
        ("twenty-five nodes", 25, COUNT, "node", ""),
        ("5-10 ms", math.sqrt(50) / 1000, TIME, "", ""),
        ("5 to 10 ms", math.sqrt(50) / 1000, TIME, "", ""),
        ("5ms-10ms", math.sqrt(50) / 1000, TIME, "", ""),
        ("10-20k", math.sqrt(2) * 1e4, PLAIN, "", ""),
        ("290 TFLOP/s", 2.9e14, RATE, "", "second"),
        ("10,000 queries per second a machine", 1e4, RATE, "query", "second machine"),
    ],
)
def test_a_written_form_is_read(
    text: str, value: float, dimension: Dimension, noun: str, per: str
) -> None:
    text = normalise(text).text
    (found,) = read(text)
    assert found.value == pytest.approx(value)
    assert (found.dimension, found.noun, found.per) == (dimension, noun, per)
    within = f"it is {text}, we think"
    (again,) = read(within)
    assert again.value == pytest.approx(value)
    assert within[again.start : again.end] == text.lstrip("~≈ ")


@pytest.mark.parametrize("text", ["24/7", "10:30", "1.2.3", "word2vec", "GPT4", "p99", "a few", ""])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert read(text) == ()


def test_two_quantities_keep_their_own_units() -> None:
    found = read("5% of 300M users within 30 ms")
    assert [q.dimension for q in found] == [SHARE, COUNT, TIME]


@pytest.mark.parametrize(
    "text",
    [
        "500M users", "30 ms", "10^8", "0.1%", "1.2k QPS", "2 TB", "1,200", "5 %", "3 x 10^9",
        "1/10", "80/20", "two weeks", "ten million users", "two towers", "20 a day", "128d", "8192",
        "300 candidates", "half an hour", "a dozen nodes", "2x", "0.05", "$40",
    ],
)  # fmt: skip
def test_a_quantity_is_found(text: str) -> None:
    assert spans(read(f"about {text} or so"))


@pytest.mark.parametrize(
    "text",
    [
        "stage 2", "option 3 is best", "word2vec", "no figure", "GPT4", "24/7", "in 2024",
        "1. The ad server asks", "step 2 reads events", "one or two", "two of them", "one model",
        "three reasons", "since 2019", "one thing", "a user", "both towers", "at 10:30", "someone",
    ],
)  # fmt: skip
def test_other_numbers_are_not(text: str) -> None:
    assert not spans(read(text))


def test_a_span_ends_with_the_unit_not_with_what_it_is_per() -> None:
    text = "That is 6 billion requests a day and 30 ms each."
    assert [text[start:end] for start, end in spans(read(text))] == ["6 billion", "30 ms"]


def test_a_range_has_its_mean_and_says_how_far_its_ends_are() -> None:
    (found,) = read("10-40 ms")
    assert found.value == pytest.approx(0.02)
    assert found.spread == pytest.approx(2)


def test_a_number_may_be_read_in_another_way() -> None:
    (found,) = read("128 x 4B")[1:]
    assert (found.amount, found.other) == (4e9, 4)


def test_the_numbers_of_a_table_are_read_up_to_a_bound() -> None:
    assert 20 < len(read("7 " * 10_000)) < 100


def test_the_model_answers_of_the_library_are_full_of_numbers() -> None:
    answers = filter(None, (q.model_answer for q in library().questions.values()))
    texts = [normalise(text).text for answer in answers for text in answer.stages.values()]
    units = [unit.text for text in texts for unit in split("", normalise(text))]
    assert sum(len(read(text)) for text in units) > 200


WRITTEN = """300M 20 86,400 = × / + - ( ) → ≈ users requests a day per second 2 TB bytes each half
        million two that is about times divided by 5% 1e300 10^99 ^ $ , . ; K ² ٣ 24/7 1/0 0 0% .5
        seconds in x 4B ms is so 1-0 9999999999999999999999 to of 1:2 µs"""
PIECES = st.lists(st.sampled_from(WRITTEN.split()), max_size=40)


@settings(max_examples=300, deadline=None)
@given(PIECES.map(" ".join) | PIECES.map("".join) | st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = read(text)
    assert all(0 <= q.start < q.tight <= q.end <= len(text) for q in found)
    assert all(math.isfinite(q.value) and q.value >= 0 for q in found)
    assert all(math.isfinite(q.amount) and q.spread >= 1 for q in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(st.integers(0, 10**15), st.sampled_from(["", " users", "%", " ms", " GB/s", " a day"]))
def test_a_number_with_thousands_parted_or_not_is_the_same(number: int, unit: str) -> None:
    (plain,), (parted,) = read(f"{number}{unit}"), read(f"{number:,}{unit}")
    assert plain[:4] == parted[:4]


@pytest.mark.parametrize(
    "piece",
    [
        "1", "1,", ",111", "1/", " 000", "^9", "9^", "٣", "two ", "1-", "1.", "(", "1 x ", "1 = ",
        "half of a ", "1 to ", "1e9", "⁹", " each", " per a", "5 users ", "hundred ", "a few ",
    ],
)  # fmt: skip
def test_a_long_text_of_one_kind_is_read_to_its_end(piece: str) -> None:
    text = "10" + piece * (60_000 // len(piece))
    assert all(math.isfinite(q.value) for q in read(text))


@pytest.mark.parametrize(
    "text", ["9" * 5_000, "10^999", "1" + ",000" * 200, "10^" + "9" * 5_000, "9e308 GB"]
)
def test_a_number_too_large_for_a_float_is_no_quantity(text: str) -> None:
    assert read(text) == ()
