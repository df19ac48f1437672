"""What model answers, facts, probes and cards state as a sum comes out as they say."""

import re
from collections.abc import Iterator

import pytest

from rubrics import Question
from tests.rubrics.arithmetic import Statement, numbers, read
from tests.rubrics.documents import library

LIBRARY = library()
QUESTIONS = [pytest.param(each, id=name) for name, each in LIBRARY.questions.items()]

# So that nobody passes by stating nothing, or the reader by reading nothing.
LEAST_IN_AN_ANSWER, LEAST_IN_ANSWERS, LEAST_IN_CARDS = 5, 220, 40

# What the prompt and the facts of a question say about one another, with their own numbers.
TOGETHER = {
    "ad-click-prediction": ["300 million × 20 = 6 billion", "6 billion × 2 = 12 billion"],
    "credit-risk": ["2M / 365 = 5,500", "30 × 22 = 12% of 5,500"],
    "event-recommendation": [
        "250,000 / 3 / 7 = about 12,000",
        "4M × 5 × 8 / 1,000 × 365 / 20M = about 3",
    ],
    "fraud-detection": ["2,000 / 2 × 86,400 = 86M"],
    "harmful-content-detection": ["(300M − 300M × 6 / 10) × 1.5 = 180M"],
    "medical-image-triage": ["40 × 500 = 20,000"],
    "model-registry-rollout": ["180 + 20 = 200", "220 + 80 = 300"],
    "notification-ranking": ["1.2 billion / 250M = about 5", "250M + 150M = 400M"],
    "search-ranking": ["150M / 86,400 = 1,700"],
    "semantic-dedup": ["10M / 86,400 = 116", "40% + 35% + 20% + 5% = 100%"],
    "similar-listings": ["20M × 3 = 60M"],
    "street-view-blurring": ["14,000 × 7,000 / 1,000,000 = 98", "6,000 / 40 = 150"],
    "support-rag-assistant": ["30,000 + 20,000 + 30,000 = 80,000"],
}
OF_TIME = {2.0, 7.0, 60.0, 100.0, 365.0, 86_400.0, 1e6}


def stated(*texts: str | None) -> list[Statement]:
    return [statement for text in texts for statement in read(text or "")]


def wrong(statements: list[Statement]) -> list[str]:
    return [
        f"{one.text}: not {one.stated} but {one.values}" for one in statements if not one.is_right
    ]


def answers() -> Iterator[tuple[str, list[Statement]]]:
    for name, question in LIBRARY.questions.items():
        assert question.model_answer
        yield name, stated(*question.model_answer.stages.values())


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_sums_of_a_model_answer_are_right(question: Question) -> None:
    assert question.model_answer
    found = stated(*question.model_answer.stages.values())
    assert wrong(found) == []
    assert len(found) >= LEAST_IN_AN_ANSWER


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_sums_of_facts_probes_and_curveball_are_right(question: Question) -> None:
    asked = [fact.fact for fact in question.facts] + [probe.ask for probe in question.probes]
    asked += [question.curveball.change] if question.curveball else []
    assert wrong(stated(question.prompt, *asked)) == []


@pytest.mark.parametrize("name", TOGETHER)
def test_what_prompt_and_facts_say_fits_together(name: str) -> None:
    question = LIBRARY.questions[name]
    given = numbers("\n\n".join([question.prompt, *(fact.fact for fact in question.facts)]))
    for total in TOGETHER[name]:
        assert numbers(total) <= given | OF_TIME, total
        assert [one.is_right for one in read(total)] == [True], total


def test_the_sums_of_the_cards_are_right() -> None:
    found = stated(*(concept.card for concept in LIBRARY.concepts.values()))
    assert wrong(found) == []
    assert len(found) >= LEAST_IN_CARDS


def test_most_of_what_is_written_with_an_operator_and_a_result_is_read() -> None:
    found = dict(answers())
    assert sum(map(len, found.values())) >= LEAST_IN_ANSWERS
    for name, statements in found.items():
        question = LIBRARY.questions[name]
        assert question.model_answer
        text = "\n".join(question.model_answer.stages.values())
        written = re.findall(r"[×÷/] ?[\d,.]+[^.;:=≈]{0,30} [=≈] [\d,.]+", text)
        assert len(statements) >= 0.8 * len(written), name


def test_a_figure_that_is_moved_by_a_third_is_told() -> None:
    """The reader is not so lenient that slips pass, whichever units it may choose from."""
    for _, statements in answers():
        for one in statements:
            first = re.match(r"[\d,.]+", one.stated)
            if not first or one.text.count(one.stated) > 1:
                continue
            at = one.text.rindex(one.stated)
            moved = f"{float(first[0].replace(',', '')) * 4 / 3:,.4f}"
            told = read(one.text[:at] + moved + one.text[at + first.end() :])
            assert not all(each.is_right for each in told), (one.text, moved)


@pytest.mark.parametrize(
    "text",
    [
        "500M × 40 / 86,400 = 231k a second",
        "We store 300M × 40 bytes, so about 12 GB.",
        "1 - 0.97 = 0.03",
        "10% of 3M is 300k",
        "a fifth of 200 is 40",
        "20 machines of 16 GB each make 320 GB",
        "20M users × 3% a month = 600,000 leavers",
        "6 billion requests a day; / 86,400 = 69,400 per second",
        "3B a day ÷ 86,400 = 34,700 per second, × 2.5 = **87,000 at peak**",
        "20M × 50 µs = 1,000 core-seconds",
        "network 2 + lookup 3 + transforms and decoding 2 = 7 ms p99",
        "10 ms features + 30 retrieval + 20 overhead = 60 ms",
        "n = 16 × 0.01 × 0.99 / 0.00005² = 63M per arm",
        "√(0.99 × 0.01 ÷ 1,000) = 0.3 points",
        "(1/16)^(1/8) = 0.71",
        "1 / ln 10 = 0.43",
        "512 bytes × 2B = 1 TB",
        "2·10⁹ ÷ 1,000 pictures a second = 2M seconds = 23 GPU days",
        "1.6 billion minutes = 27M hours",
        "16.7² / (2 × 4) = 35 m",
        "2 × 3.4 is under 7",
        "2B² ÷ 2 = 2 × 10¹⁸ pairs",
    ],
)
def test_a_sum_that_is_right_is_read_as_right(text: str) -> None:
    assert {one.is_right for one in read(text)} == {True}


@pytest.mark.parametrize(
    "text",
    [
        "500M × 40 / 86,400 = 23k a second",
        "We store 300M × 40 bytes, so about 120 GB.",
        "1 - 0.97 = 0.3",
        "10% of 3M is 30k",
        "a fifth of 200 is 50",
        "20 machines of 16 GB each make 360 GB",
        "20M users × 3% a month = 60,000 leavers",
        "6 billion requests a day; / 86,400 = 96,400 per second",
        "300M ÷ 86,400 ≈ 3,500 per second, × 2.5 ≈ 12,000 at peak",
        "20M × 50 µs = 100 core-seconds",
        "network 2 + lookup 3 + transforms and decoding 2 = 8 ms p99",
        "10 ms features + 30 retrieval + 20 overhead = 70 ms",
        "n = 16 × 0.01 × 0.99 / 0.0005² = 63M per arm",
        "√(0.99 × 0.01 ÷ 1,000) = 3 points",
        "200M × 4 × 256 bytes = 205 MB",
        "40,000 × 2 ms = 800 busy cores",
        "1.6 billion minutes = 270M hours",
        "2 × 3.6 is under 7",
        "69,000 × 3 = 220,000",
    ],
)
def test_a_sum_that_is_wrong_is_told(text: str) -> None:
    assert False in {one.is_right for one in read(text)}


@pytest.mark.parametrize(
    "text",
    [
        "1% → 5% → 20%",
        "between 1.0 and 1.5, 2-3 times",
        "an MLP of 512-256-128 units",
        "It is eCPM = bid × pCTR × 1,000.",
        "four of ten are at home",
        "224 × 224 pixels; 16 machines are enough",
    ],
)
def test_what_states_no_sum_is_let_be(text: str) -> None:
    assert read(text) == []
