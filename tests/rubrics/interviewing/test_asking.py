"""The interviewer tells what its sheet holds, once, and nothing else."""

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics import Question
from rubrics.interviewing.asking import LONGEST, MOST_ASKED, SAYS, Kind, reply_to
from rubrics.judges.near import vectors_in
from tests.rubrics.documents import library, question
from tests.rubrics.interviewing.documents import FACTS

SHOP = question(facts=FACTS)
TEXTS = {str(fact["id"]): str(fact["fact"]) for fact in FACTS}
BARE = question()
QUESTIONS = list(library().questions.values())


def kinds(said: str, asked: Question = SHOP) -> list[Kind]:
    return [part.kind for part in reply_to(asked, said).parts]


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ("What is the peak load?", "load"),
        ("qps?", "load"),
        ("latency budget", "time"),
        ("Okay, and how fast does the list have to be there?", "time"),
        ("Do I have to think of kids?", "minors"),
        ("what latncy is aceptable", "time"),
    ],
)
def test_a_question_is_answered_with_the_fact_word_for_word(said: str, fact: str) -> None:
    reply = reply_to(SHOP, said)
    assert reply.told == (fact,)
    assert reply.text == TEXTS[fact]


def test_several_questions_in_one_message_are_all_answered() -> None:
    reply = reply_to(SHOP, "What's the peak load, and how fast must it be? Any kids?")
    assert reply.told == ("load", "time", "minors")
    assert reply.text == "\n\n".join(TEXTS.values())


def test_a_fact_is_told_once_and_then_repeated_as_said_before() -> None:
    again = reply_to(SHOP, "Peak load?", told=["load"])
    assert again.told == ()
    assert again.text == f"As I said: {TEXTS['load']}"
    assert again.parts[0].fact == "load"
    twice = reply_to(SHOP, "Peak load? And what is the peak load?")
    assert [part.kind for part in twice.parts] == [Kind.TOLD]
    before = reply_to(SHOP, "Peak load? And what is the peak load?", told=["load"])
    assert [part.kind for part in before.parts] == [Kind.AGAIN]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Which database holds the labels?", Kind.LEFT),
        ("What is the answer?", Kind.DECLINED),
        ("How would you do it?", Kind.DECLINED),
        ("Should I use a transformer?", Kind.DECLINED),
        ("Can you give me a hint?", Kind.DECLINED),
        ("Thanks, that's very helpful!", Kind.CHAT),
        ("Hello, how are you?", Kind.CHAT),
        ("We will rank the list with a boosted tree and see.", Kind.NOTED),
        ("", Kind.NOTED),
        (" \n\t…!?", Kind.NOTED),
    ],
)
def test_what_asks_for_no_fact_has_its_own_answer(said: str, kind: Kind) -> None:
    reply = reply_to(SHOP, said)
    assert [part.kind for part in reply.parts] == [kind]
    assert reply.text == SAYS[kind]
    assert reply.told == ()


@pytest.mark.parametrize(
    "said",
    [
        "what's 2+2",
        "what's the weather",
        "asdf qwer",
        "you are stupid",
        "a" * 3_000,
        "Wie viele Nutzer gibt es?",
        "¿Cuántos usuarios hay?",
        "какая задержка?",
        "do you like pizza",
    ],
)
def test_what_names_nothing_of_the_task_is_asked_back(said: str) -> None:
    assert kinds(said) == [Kind.UNCLEAR]
    assert reply_to(SHOP, said).text == SAYS[Kind.UNCLEAR]


@pytest.mark.parametrize(
    "said", ["What's the peak load, and is it sure?", "What's the peak load, how soon, and when?"]
)
def test_half_a_sentence_that_points_to_an_answered_one_gets_no_reply_of_its_own(said: str) -> None:
    assert kinds(said) == [Kind.TOLD]


def test_a_question_of_its_own_is_never_passed_over() -> None:
    said = "What's the peak load, and which database holds the labels?"
    reply = reply_to(SHOP, said)
    assert [part.kind for part in reply.parts] == [Kind.TOLD, Kind.LEFT]
    assert [part.to for part in reply.parts] == [
        "What's the peak load?",
        "which database holds the labels?",
    ]


def test_objective_is_no_object_and_a_latency_budget_no_money() -> None:
    goal = {"id": "goal", "fact": "Orders count.", "asks": ["What is the objective?"]}
    money = {"id": "money", "fact": "One million.", "asks": ["What is the budget?"]}
    asked = question(facts=[goal, money])
    assert reply_to(asked, "the business objective?").told == ("goal",)
    assert reply_to(asked, "Is money no object?").told == ()
    assert reply_to(asked, "budget?").told == ("money",)
    assert reply_to(asked, "latency budget?").told == ()


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.id)
def test_what_the_page_and_the_frameworks_suggest_is_answered_once(asked: Question) -> None:
    asks = [ask for f in library().frameworks.values() for s in f.stages for ask in s.asks]
    for said in ("How many users are there?", *asks):
        facts = [part.fact for part in reply_to(asked, said).parts if part.fact]
        assert len(set(facts)) == len(facts), said


def test_small_talk_and_statements_beside_a_question_are_passed_over() -> None:
    assert kinds("Thanks! I take the average then. What latency is acceptable?") == [Kind.TOLD]


def test_a_question_that_only_points_back_is_read_with_what_it_points_to() -> None:
    assert reply_to(SHOP, "I think of children as customers. Is that a thing here?").told == (
        "minors",
    )


def test_between_two_facts_it_asks_back() -> None:
    alike = [{"id": name, "fact": f"{name}.", "asks": ["What is the peak load?"]} for name in "ab"]
    assert kinds("What is the peak load?", question(facts=alike)) == [Kind.UNCLEAR]


def test_a_sheet_is_not_read_out_for_one_message() -> None:
    asks = [fact.asks[0] for fact in QUESTIONS[0].facts]
    reply = reply_to(QUESTIONS[0], " ".join(asks))
    assert len(reply.parts) == MOST_ASKED + 1
    assert reply.parts[-1].kind is Kind.TOO_MUCH


def test_a_question_without_facts_leaves_all_to_the_candidate() -> None:
    assert kinds("What is the peak load?", BARE) == [Kind.LEFT]


def test_every_way_to_ask_that_an_author_wrote_finds_its_fact() -> None:
    missed = [
        (q.id, ask)
        for q in QUESTIONS
        for fact in q.facts
        for ask in fact.asks
        if fact.id not in reply_to(q, ask).told
    ]
    asks = sum(len(fact.asks) for q in QUESTIONS for fact in q.facts)
    assert len(missed) <= 0.03 * asks, missed


SAYINGS = [ask for q in QUESTIONS for fact in q.facts for ask in fact.asks]
anything = st.text(st.characters(codec="utf-8"), max_size=200)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@given(
    st.sampled_from(QUESTIONS),
    st.lists(anything | st.sampled_from(SAYINGS), max_size=20),
    st.sets(st.sampled_from(["goal", "law", "volume", "no-such-fact"])),
)
@settings(max_examples=60, deadline=None)
def test_any_text_gets_the_same_reply_twice_with_numbers_of_told_facts_alone(
    asked: Question, parts: list[str], told: set[str]
) -> None:
    said = " ".join(parts)
    reply = reply_to(asked, said, told)
    assert reply == reply_to(asked, said, told)
    assert reply.parts
    facts = {fact.id: fact.fact for fact in asked.facts}
    spoken = {number for part in reply.parts for number in NUMBER.findall(part.text)}
    known = {part.fact for part in reply.parts if part.fact}
    assert spoken <= {number for name in known for number in NUMBER.findall(facts[name])}
    assert not told.intersection(reply.told)
    assert len(set(reply.told)) == len(reply.told)


@pytest.mark.parametrize(
    "said",
    [
        "?" * LONGEST,
        "why? " * 1_000,
        "and is " * 800,
        "a" * LONGEST,
        ", how many " * 450,
        "\u202e\u200b" * 2_500,
        "1,000,000.5 " * 400,
        "({[<!-- " * 600,
        "ok " * 1_600,
    ],
)
def test_garbage_is_told_nothing(said: str) -> None:
    assert reply_to(QUESTIONS[0], said).told == ()


def test_without_word_vectors_words_alone_still_find_facts() -> None:
    code = (
        "from rubrics.judges import near; near._loaded.append(None)\n"
        "from rubrics import reply_to\n"
        "from tests.rubrics.documents import library\n"
        "q = library().questions['ad-click-prediction']\n"
        "print(*reply_to(q, 'What is the peak traffic? Does GDPR apply?').told)"
    )
    assert vectors_in(None) is None
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["volume", "rules"]
