"""Words pass for a fact only where they say that fact, as far as code can see."""

import pytest

from rubrics.interviewing.llm.checking import fault, is_plain
from rubrics.interviewing.synonyms import FRAME
from rubrics.reading.lexicon import words
from rubrics.schema import Question
from tests.rubrics.documents import library

LOAD = "300 orders a second come in at noon."
VOLUME = (
    "The 300 million people a day make 6 billion ad requests and see 12 billion ads; "
    "the busiest hour has twice the average load."
)
CARDS = "Clicks are not logged; views are not logged, and from 5 they rise to 30% by Friday."
DISCOUNT = "The fee is below $5; <120 ms is met by one server in 200."
QUESTIONS = list(library().questions.values())


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("At noon 300 orders come in a second.", LOAD),
        ("There are 300 orders per second at noon.", LOAD),
        ("It’s 300 orders a second that come in at noon", LOAD),
        (
            "The busiest hour has twice the average load. The 300 million people a day make "
            "6 billion ad requests and they see 12 billion ads.",
            VOLUME,
        ),
        ("Nobody under 18 may order", "Nobody under 18 may order."),
    ],
)
def test_another_order_and_small_words_between_are_free(said: str, text: str) -> None:
    assert fault(said, text) == ""


@pytest.mark.parametrize(
    ("said", "text"),
    [
        # Figures that change places, what they count, their unit, or their sign.
        (VOLUME.replace("6 b", "x").replace("12 b", "6 b").replace("x", "12 b"), VOLUME),
        (
            "The 300 million people a day see 6 billion ads and make 12 billion ad requests; "
            "the busiest hour has twice the average load.",
            VOLUME,
        ),
        (VOLUME.replace("300 million", "300 billion"), VOLUME),
        (VOLUME.replace("twice the average", "the average twice"), VOLUME),
        (
            VOLUME.replace(
                "busiest hour has twice the average", "average hour has twice the busiest"
            ),
            VOLUME,
        ),
        (DISCOUNT.replace("$5", "5"), DISCOUNT),
        (DISCOUNT.replace("$5", "5").replace("200", "$200"), DISCOUNT),
        (DISCOUNT.replace("<120", "120"), DISCOUNT),
        (DISCOUNT.replace("in 200", "of 200"), DISCOUNT),
        (CARDS.replace("30%", "30"), CARDS),
        # Denials and limits that are dropped, added, or move.
        (CARDS.replace("Clicks are not", "Clicks are"), CARDS),
        (CARDS.replace("from 5 they rise to 30%", "to 5 they rise from 30%"), CARDS),
        ("Nobody under 18 may not order.", "Nobody under 18 may order."),
        ("Under 18 may order.", "Nobody under 18 may order."),
        ("Under 18 nobody may order.", "Nobody under 18 may order."),
        ("Ads follow from clicks to pages.", "Ads follow from pages to clicks."),
        # Who does what to whom.
        ("People pay advertisers.", "Advertisers pay people."),
        ("People pay. Advertisers.", "Advertisers pay people."),
        # One clause's words in another, and half of a text.
        (
            "Clicks of the busiest hour are slow, views fast.",
            "Clicks are slow, views of the busiest hour fast.",
        ),
        ("The busiest hour has twice the average load.", VOLUME),
        ("", LOAD),
        ("It is there.", LOAD),
        ("300 orders a second come in.", LOAD),
        ("300 orders, 300 orders a second come in at noon.", LOAD),
    ],
)
def test_what_says_another_thing_does_not_pass(said: str, text: str) -> None:
    assert fault(said, text)


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda q: q.id)
def test_every_shipped_text_passes_for_itself_and_for_no_other(asked: Question) -> None:
    texts = [*(fact.fact for fact in asked.facts), *(probe.ask for probe in asked.probes)]
    assert [text for text in texts if fault(text, text)] == []
    assert [(a, b) for a in texts for b in texts if a != b and not fault(a, b)] == []


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda q: q.id)
def test_a_probe_takes_in_no_word_that_it_wants_to_hear(asked: Question) -> None:
    indicators = {f"{c.id}.{i.id}": i for c in asked.rubric.criteria for i in c.indicators}
    for probe in asked.probes:
        own = FRAME.union(words(probe.ask).stems)
        for name in probe.indicators:
            for phrase in indicators[name].phrases:
                if not own.issuperset(words(phrase).stems):
                    assert fault(f"{probe.ask[:-1]} {phrase}{probe.ask[-1]}", probe.ask)


@pytest.mark.parametrize(
    ("text", "is_fine"),
    [
        ("we take 30% of the clicks, at least", True),
        ("see evil.example", False),
        ("[here](x)", False),
        ("**all**", False),
        ("<b>", False),
        ("a\u202eb", False),
        ("ann@example.org", False),
    ],
)
def test_what_may_be_quoted(text: str, is_fine: bool) -> None:
    assert is_plain(text) is is_fine
