"""What a sieve lets through."""

import re
import string

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rubrics.reading import cues, others
from rubrics.reading.sieve import Sieve

SIEVE = Sieve(cues.EVERY, others.EVERY)
SIGNS = string.ascii_lowercase + string.digits + "' -"
KINDS = (cues.EVERY, others.EVERY)


@pytest.mark.parametrize("number", range(len(KINDS)))
@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_a_cue_matches_passes(number: int, data: st.DataObject) -> None:
    cue = data.draw(st.sampled_from(KINDS[number]))
    said = data.draw(st.from_regex(cue, fullmatch=True, alphabet=SIGNS))
    before, after = (data.draw(st.sampled_from(("", "we build"))) for _ in range(2))
    text = f"{before} {said} {after}"
    assume(re.compile(rf"(?:{cue})(?![\w'])").match(text, len(before) + 1))
    assert number in SIEVE.held(text)


@pytest.mark.parametrize(
    "said",
    [
        "we score ads with one model",
        "nothing but notes",  # "not" and "no" only begin these words
        "cannotate knot",
    ],
)
def test_a_text_without_cues_does_not_pass(said: str) -> None:
    assert not SIEVE.held(said)


def test_what_a_cue_looks_ahead_at_is_left_to_the_cue() -> None:
    sieve = Sieve([r"eventually(?! consisten)"])
    assert list(sieve.held("eventually consistent")) == [0]
    assert not sieve.held("consistent")


def test_a_sieve_tells_its_groups_apart() -> None:
    sieve = Sieve([r"no \w+"], [r"later$", "put off"])
    assert sorted(sieve.held("no cache and later")) == [0, 1]
    assert list(sieve.held("put off the cache")) == [1]
    assert not sieve.held("later we cache")
