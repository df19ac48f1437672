"""Numbers with units are told from other numbers."""

import pytest

from rubrics.reading.quantities import spans


@pytest.mark.parametrize(
    "text",
    ["500M users", "30 ms", "10^8", "0.1%", "1.2k QPS", "2 TB", "1,200", "5 %", "3 x 10^9", "1/10"],
)
def test_a_quantity_is_found(text: str) -> None:
    assert spans(f"about {text} or so")


@pytest.mark.parametrize("text", ["stage 2", "option 3 is best", "word2vec", "no figure", "GPT4"])
def test_other_numbers_are_not(text: str) -> None:
    assert not spans(text)
