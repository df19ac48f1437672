"""The rules judge gives credit for what is said, how deeply, and quotes it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics import RulesJudge, Scorecard, score
from rubrics.schema import Question, RedFlag, Stance
from rubrics.scoring import Depth
from tests.rubrics.documents import criterion, indicator, question

TINY = question()


def judged(text: str, asked: Question = TINY) -> Scorecard:
    return score(asked, None, {"scope": text}, judge=RulesJudge())


def depth(text: str, asked: Question = TINY) -> Depth | None:
    met = judged(text, asked).judgements[0].met
    return met[0].depth if met else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Then we run an A/B test on the new ranker.", Depth.MENTIONED),
        ("We compare two groups of users.", Depth.MENTIONED),
        ("We run an A/B test with a guardrail metric.", Depth.SPECIFIED),
        ("We run an A/B test. It runs two weeks on purpose.", Depth.SPECIFIED),
        ("We run an A/B test for two weeks because habits change slowly.", Depth.JUSTIFIED),
        ("We run an A/B test because it is a best practice.", Depth.MENTIONED),
        ("We run an A/B test: offline gains do not carry over.", Depth.SPECIFIED),
        ("We do not run an A/B test for two weeks.", None),
        ("Should we run an A/B test for two weeks?", None),
        ("An A/B test for two weeks is out of scope.", None),
        ("Nothing of that kind is said here.", None),
    ],
)
def test_depth(text: str, expected: Depth | None) -> None:
    assert depth(text) is expected


def test_a_detail_in_another_paragraph_does_not_count() -> None:
    assert depth("We run an A/B test.\n\nThe index is rebuilt every two weeks.") is Depth.MENTIONED


def test_a_heading_is_only_a_mention() -> None:
    assert depth("## A/B test with a guardrail metric per user") is Depth.MENTIONED


def test_a_figure_in_the_sentence_is_a_detail() -> None:
    assert depth("We run an A/B test on 5% of traffic.") is Depth.SPECIFIED
    assert depth("We run an A/B test. It costs 5% of traffic.") is Depth.MENTIONED


def test_a_question_counts_only_where_the_indicator_accepts_it() -> None:
    asking = question(criterion(indicator(accepts=["asked"])))
    assert depth("Should we run an A/B test?", asking) is Depth.MENTIONED


@pytest.mark.parametrize("joint", [", ", "\n- ", " ", ". ", "; "])
def test_a_bag_of_the_rubrics_terms_earns_level_one(joint: str) -> None:
    indicators = [
        indicator(),
        indicator(
            name="drift", wordings=["data drift", "concept drift"], plain=["the world moves"]
        ),
        indicator(name="shadow", wordings=["shadow mode", "dark launch"], plain=["run it unseen"]),
    ]
    bagged = question(criterion(*indicators))
    terms = [
        phrase.replace("(metric|)", "metric")
        for one in indicators
        for phrase in (*one.wordings, *one.plain, *one.details, *one.reasons)
    ]
    assert judged(joint.join(terms), bagged).score == 0


def test_one_unit_carries_three_indicators_at_most() -> None:
    names = ["alpha beam", "gamma ray", "delta wing", "sigma point", "omega loop"]
    many = question(
        criterion(*(indicator(name=f"i{n}", wordings=[w], plain=[]) for n, w in enumerate(names)))
    )
    text = f"Our plan has {', an '.join(names)} and some more things for two weeks of work."
    depths = [finding.depth for finding in judged(text, many).judgements[0].met]
    assert depths.count(Depth.SPECIFIED) == 3


def test_what_a_sentence_says_beyond_three_is_mentioned_or_rests_on_another_that_says_it() -> None:
    names = ["alpha beam", "gamma ray", "delta wing", "sigma point"]
    many = question(
        criterion(*(indicator(name=f"i{n}", wordings=[w], plain=[]) for n, w in enumerate(names)))
    )
    full = f"Our plan has {', an '.join(names)} and some more things for two weeks of work."

    def depths(text: str) -> list[Depth]:
        return [finding.depth for finding in judged(text, many).judgements[0].met]

    assert depths(full).count(Depth.MENTIONED) == 1
    for name in names:  # whichever of them is said once more makes room for all
        once_more = f"We look at the {name} for two weeks before anybody decides."
        assert depths(f"{full}\n\n{once_more}") == [Depth.SPECIFIED] * 4
        assert depths(f"{once_more}\n\n{full}") == [Depth.SPECIFIED] * 4


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("We will not run an A/B test. It costs too much.", Stance.NEGATED),
        ("An A/B test is out of scope.", Stance.DEFERRED),
        ("Should we run an A/B test?", Stance.ASKED),
    ],
)
def test_words_that_name_what_is_missing_are_told_with_how_they_are_read(
    text: str, stance: Stance
) -> None:
    (judgement,) = judged(text).judgements
    (withheld,) = judgement.withheld
    assert (withheld.indicator, withheld.stance) == (judgement.missing[0], stance)
    assert withheld.evidence.quote in text
    assert "A/B test" in withheld.evidence.quote


def test_what_is_claimed_somewhere_is_not_withheld() -> None:
    (judgement,) = judged(
        "We will not run an A/B test now.\n\nWe run an A/B test in June."
    ).judgements
    assert judgement.met
    assert judgement.withheld == ()


def test_a_red_flag_caps_and_is_quoted() -> None:
    flag = RedFlag(id="random", title="Splits at random", wordings=("random split",), cap=1)
    flagged = question(criterion(red_flags=[flag]))
    text = "We run an A/B test for two weeks because habits change. We use a random split."
    judgement = judged(text, flagged).judgements[0]
    assert judgement.level == 1
    assert judgement.flags[0].evidence[0].quote == "We use a random split."
    assert judged(text.replace("We use", "We never use"), flagged).judgements[0].flags == ()


def test_the_prompt_pasted_back_earns_nothing_and_is_shown() -> None:
    card = judged(TINY.prompt)
    assert card.score == 0
    assert [flag.kind for flag in card.flags] == ["set-aside"]


def test_nothing_written_is_zero() -> None:
    assert judged("").score == 0


def test_the_same_text_gives_the_same_scorecard() -> None:
    text = "We run an A/B test for two weeks because habits change slowly."
    assert judged(text) == judged(text)


SENTENCES = [
    "We run an A/B test for two weeks because habits change.",
    "We do not run an online experiment per user.",
    "Guardrail metric: latency.",
    "😀 emoji \U0001f600 and ﬁgatures — randomised trial per user.",
    "Should we compare two groups of users?",
    "\u202eright to left\u202c a\u0301 b",
    "# Heading",
    "- bullet with an A/B test",
]


@given(st.lists(st.sampled_from(SENTENCES) | st.text(max_size=40), max_size=8))
def test_every_quote_stands_at_its_place(parts: list[str]) -> None:
    text = "\n".join(parts)
    card = judged(text)
    assert card.score is not None
    assert 0 <= card.score <= 100
    for judgement in card.judgements:
        for quote in judgement.evidence:
            assert text[quote.start : quote.end] == quote.quote


@given(st.lists(st.sampled_from(SENTENCES), max_size=6), st.integers(0, 6))
@settings(max_examples=60)
def test_one_more_good_paragraph_never_lowers_a_level(parts: list[str], at: int) -> None:
    good = "\n\nAn online experiment per user for two weeks, since habits change slowly.\n\n"
    before = judged("\n\n".join(parts)).judgements[0].level
    after = judged("\n\n".join([*parts[:at], good, *parts[at:]])).judgements[0].level
    assert before is not None
    assert after is not None
    assert after >= before


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01\x02" * 1000,
        "a" * 200_000,
        "🙂" * 50_000,
        "<!--" * 20_000,
        "- \n" * 30_000,
        "((((" * 9999,
        " " * 60_000 + "x",
        "# " + "a " * 15_000 + "\n- b" * 8_000,
        "not " * 16_000,
        "1 ms " * 13_000,
        "." * 65_000 + "x",
        "## " + "#" * 60_000 + "x",
    ],
    ids=[
        "binary", "one word", "emoji", "comments", "bullets", "brackets", "blanks", "long heading",
        "denials", "quantities", "dots", "hashes",
    ],
)  # fmt: skip
def test_any_text_gives_a_scorecard_soon(text: str) -> None:
    assert judged(text).score == 0


def test_a_detail_in_the_gap_of_a_name_counts() -> None:
    gapped = question(criterion(indicator(wordings=["experiment .. traffic"])))
    assert depth("We run an experiment per user on live traffic.", gapped) is Depth.SPECIFIED


@pytest.mark.parametrize(
    "text",
    [
        "Some people would say that we run an A/B test for two weeks.",
        "It is often claimed that an A/B test for two weeks is right.",
        "Here is what I would not do. We run an A/B test for two weeks.",
    ],
)
def test_what_others_say_or_is_announced_as_not_done_earns_nothing(text: str) -> None:
    assert depth(text) is None


def test_what_stands_below_clarifying_questions_and_is_no_question_counts() -> None:
    text = "Clarifying questions:\n- Do we test?\n- We run an A/B test for two weeks."
    assert depth(text) is not None


def test_a_figure_tells_more_only_beside_words_of_ones_own() -> None:
    plain = question(criterion(indicator(wordings=["online experiment"], details=[])))
    assert depth("Online experiment, 42 ms.", plain) is Depth.MENTIONED
    assert depth("We look at an online experiment for 14 days.", plain) is Depth.SPECIFIED


@pytest.mark.parametrize(
    "text",
    [
        "Others might say that accuracy is enough; we run an A/B test for two weeks.",
        "It is often said that data wins: we run an A/B test for two weeks.",
        "The opposite is true for news: we run an A/B test for two weeks.",
        "Things we do not log are lost. We run an A/B test for two weeks.",
        "Here is what we do not know yet. We run an A/B test for two weeks.",
    ],
)
def test_what_one_decides_beside_what_others_say_counts(text: str) -> None:
    assert depth(text) is not None
