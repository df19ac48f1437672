"""An answer whose sentences are filled into the same few moulds is told, whatever is in them."""

from rubrics.reading.lexicon import words
from rubrics.reading.moulds import LEAST, from_moulds

THINGS = [a + b for a in "bcdfg" for b in "aeiouylmnrst"]
MOULDS = ("Hospitals in Norway run {}.", "The ads people have {}.", "It took us years to drop {}.")


def is_cast(sentences: list[str]) -> bool:
    return from_moulds(words(sentence).stems for sentence in sentences)


def test_three_moulds_in_turn_are_told() -> None:
    assert is_cast([MOULDS[at % 3].format(thing) for at, thing in enumerate(THINGS)])


def test_sentences_of_their_own_are_not() -> None:
    assert not is_cast(
        [f"{thing} {at} is {at + 1} for {thing}." for at, thing in enumerate(THINGS)]
    )


def test_i_would_use_is_no_mould() -> None:
    assert not is_cast([f"I would use {thing}." for thing in THINGS])


def test_less_than_half_is_not_enough() -> None:
    cast = [MOULDS[0].format(thing) for thing in THINGS[:20]]
    assert not is_cast([*cast, *THINGS[20:45]])
    assert is_cast([*cast, *THINGS[20:35]])


def test_the_same_sentence_again_and_again_counts_once() -> None:
    assert not is_cast([MOULDS[0].format("a store")] * 50 + THINGS[:30])


def test_a_short_text_is_too_short_to_tell() -> None:
    cast = [MOULDS[0].format(thing) for thing in THINGS]
    assert not is_cast(cast[: LEAST - 1])
    assert is_cast(cast[:LEAST])
