"""For every answer: exact offsets, a score in range, no loss by saying more, bounded work."""

import cProfile
import pstats
import random
import sys

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rubrics import Question, RulesJudge, Scorecard, score
from rubrics.scoring import Depth, Judgement
from tests.rubrics.documents import library

LIBRARY = library()
FOUR = LIBRARY.frameworks["four-stage"]
QUESTIONS = list(LIBRARY.questions.values())
FRAGMENTS = [
    paragraph
    for question in QUESTIONS
    for sample in question.samples
    for text in sample.stages.values()
    for paragraph in text.split("\n\n")
]
anything = st.text(st.characters(codec="utf-8"), max_size=300)
slow = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def scored(question: Question, text: str) -> Scorecard:
    return score(question, FOUR, {"scope": text}, judge=RulesJudge())


@given(st.sampled_from(QUESTIONS), st.lists(anything | st.sampled_from(FRAGMENTS), max_size=12))
@slow
def test_every_quote_is_exact_and_every_score_in_range(
    question: Question, parts: list[str]
) -> None:
    text = "\n".join(parts)
    card = scored(question, text)
    assert card.score is not None
    assert 0 <= card.score <= 100
    flags = [*card.flags, *(flag for j in card.judgements for flag in j.flags)]
    quotes = [e for j in card.judgements for e in j.evidence]
    for quote in [*quotes, *(e for flag in flags for e in flag.evidence)]:
        assert text[quote.start : quote.end] == quote.quote
        assert quote.quote


def deep(judgement: Judgement) -> dict[str, str]:
    """Indicator → a sentence of the answer that meets it alone, at more than a mention."""
    return {
        finding.indicator: finding.evidence[0].quote
        for finding in judgement.met
        if finding.depth is not Depth.MENTIONED and len(finding.evidence) == 1
    }


SAID = {
    question.id: [
        (judgement.criterion, indicator, sentence)
        for judgement in score(
            question, FOUR, question.model_answer.stages, judge=RulesJudge()
        ).judgements
        for indicator, sentence in deep(judgement).items()
    ]
    for question in QUESTIONS
    if question.model_answer
}


@given(
    st.sampled_from(QUESTIONS),
    st.lists(st.sampled_from(FRAGMENTS), max_size=12),
    st.integers(0, 10_000),
    st.integers(0, 12),
)
@slow
def test_saying_what_was_missing_never_lowers_its_criterion(
    question: Question, parts: list[str], which: int, where: int
) -> None:
    before = {j.criterion: j for j in scored(question, "\n\n".join(parts)).judgements}
    criterion, indicator, sentence = SAID[question.id][which % len(SAID[question.id])]
    assume(indicator in before[criterion].missing and sentence not in "\n".join(parts))
    parts = [*parts[:where], sentence, *parts[where:]]
    after = {j.criterion: j for j in scored(question, "\n\n".join(parts)).judgements}
    assert (after[criterion].level or 0) >= (before[criterion].level or 0)


def planes() -> str:
    """A character of every hundredth code point, surrogates left out."""
    return "".join(chr(c) for c in range(0, sys.maxunicode, 101) if not 0xD800 <= c < 0xE000)


RUBBISH = {
    "binary": bytes(range(256)).decode("latin-1") * 40,
    "every plane": planes(),
    "right to left": "\u202eنص بالعربية \u202c وكلمات " * 500,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 " * 500,
    "one word": "a" * 20_000,
    "no blanks": "two-tower," * 2_000,
    "dots": ". " * 10_000,
    "questions": "Should we? " * 2_000,
    "denials": "We do not do not do not " * 800,
    "arrows": "a -> b -> " * 2_000,
    "sums": "1 x 2 = 3 / 4 + " * 1_200,
    "numbers": "1,000,000.5e9 " * 1_500,
    "brackets": "([{<" * 5_000,
    "comments": "<!-- " * 4_000,
    "links": "[a](b) [c]: d\n" * 1_500,
    "bullets": "- x\n" * 5_000,
    "headings": "# x\n" * 5_000,
    "combining": "e\u0301\u0302\u0303" * 5_000,
}


@pytest.mark.parametrize("name", RUBBISH)
def test_twice_the_rubbish_is_at_most_twice_the_work(name: str) -> None:
    text = RUBBISH[name]
    once, twice = calls(text), calls(text + "\n" + text)
    assert twice <= 2.3 * once + 20_000


def calls(text: str) -> int:
    """Count the calls of functions that scoring a text takes: work, however busy the machine."""
    profile = cProfile.Profile()
    profile.enable()
    card = scored(QUESTIONS[0], text)
    profile.disable()
    assert card.score is not None
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def test_a_megabyte_gives_a_scorecard() -> None:
    chance = random.Random(3)
    text = "\n\n".join(chance.choice(FRAGMENTS) for _ in range(4_000))[:1_000_000]
    assert scored(QUESTIONS[0], text).score is not None
