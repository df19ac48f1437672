"""Phrases are found by their stems, with alternatives and gaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.reading.lexicon import GAP, BadPhrase, Lexicon, readings, stem, words


def found(phrase: str, text: str) -> list[str]:
    unit = words(text)
    return [
        " ".join(unit.forms[match.first : match.last + 1])
        for match in Lexicon({"key": [phrase]}).find(unit.stems)
    ]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("a/b test", "We run A/B tests."),
        ("two-tower", "a two tower model"),
        ("negative sampling", "We sampled negatives; negative sampling helps"),
        ("(daily|monthly) active users", "Monthly active user counts"),
        ("recall@", "recall@10 is the metric"),
        ("personalization", "personalisation matters"),
        ("behavior log", "behaviour logs"),
        ("the feature store", "a feature store"),
        ("user's device", "users' devices"),
        ("split .. by time", "we split the data strictly by time"),
        ("w/o", "w/o labels"),
    ],
)
def test_a_phrase_is_found(phrase: str, text: str) -> None:
    assert found(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("a/b test", "a test of b"),
        ("rank", "frank talk"),
        ("feature store", "store the feature"),
        ("split .. by time", "by time we split"),
        ("split .. by time", "split " + "x " * (GAP + 1) + "by time"),
    ],
)
def test_another_text_is_not(phrase: str, text: str) -> None:
    assert not found(phrase, text)


def test_a_gap_holds_six_words_at_most() -> None:
    assert found("split .. by time", "split " + "x " * GAP + "by time")


def test_overlapping_phrases_are_all_found() -> None:
    unit = words("offline ranking metric")
    lexicon = Lexicon({1: ["ranking metric"], 2: ["offline ranking"], 3: ["ranking"]})
    assert {match.key for match in lexicon.find(unit.stems)} == {1, 2, 3}


@pytest.mark.parametrize("phrase", ["", "...", "(a|b", "a) b", "x .. ..", "((a|b)|c)"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(BadPhrase):
        readings(phrase)


def test_too_many_alternatives_are_refused() -> None:
    with pytest.raises(BadPhrase, match="variants"):
        readings("(a|b|c|d) " * 6)


def test_an_empty_lexicon_finds_nothing() -> None:
    empty: dict[str, list[str]] = {}
    assert Lexicon(empty).find(("a",)) == []


@given(st.text(max_size=200))
def test_words_keep_their_offsets(text: str) -> None:
    unit = words(text)
    for form, (start, end) in zip(unit.forms, unit.places, strict=True):
        assert len(form) == end - start


@given(st.from_regex(r"[a-z]{1,12}( [a-z]{1,12}){0,3}", fullmatch=True))
def test_a_phrase_is_found_in_itself(phrase: str) -> None:
    if words(phrase).stems:
        assert found(phrase, phrase)


def test_a_stem_is_stable() -> None:
    assert stem("monitoring") == stem("monitors") == stem("monitored")
