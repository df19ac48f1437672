"""Tricks on every published question earn nothing, and edits that say nothing change nothing.

Each question meets some voices of each family, others than the next question does; the whole set
runs in `make bench-scoring`.
"""

from collections.abc import Iterable
from functools import cache
from zlib import crc32

import pytest

from benchmarks.scoring import attacks
from benchmarks.scoring.answers import Answer, Attack, Stages
from benchmarks.scoring.attacks.elsewhere import lines, said
from benchmarks.scoring.bench import Bench, gained, levels
from rubrics import Question, Scorecard
from rubrics.reading.lexicon import words
from rubrics.reading.moulds import from_moulds
from rubrics.reading.units import normalise, split
from tests.rubrics.documents import library
from tests.rubrics.reading.heldout import THIRD

BENCH = Bench.of(library())
QUESTIONS = [pytest.param(each, id=name) for name, each in BENCH.library.questions.items()]
each_question = pytest.mark.parametrize("question", QUESTIONS)


def some(question: Question, made: Iterable[Attack], count: int) -> list[Attack]:
    """About ``count`` of the attacks, spread over the family; which ones, the question decides."""
    listed = list(made)
    step = max(1, len(listed) // count)
    return listed[crc32(question.id.encode()) % step :: step]


def strong(question: Question) -> Answer:
    """The answer that is turned round, hidden and cut."""
    return BENCH.strong(question)[0]


def weak(question: Question) -> Answer:
    return BENCH.weak(question)[0]


@cache
def own(name: str, which: str) -> Scorecard:
    question = BENCH.library.questions[name]
    answer = {"strong": strong, "weak": weak}[which](question)
    return BENCH.card_of(question, answer)


def points(question: Question, stages: Stages) -> float:
    return BENCH.points(question, stages)


def rise(question: Question, attack: Attack, base: Scorecard) -> int:
    """Levels gained over a base; over nothing where the attack stands alone."""
    under = BENCH.card_of(question, Answer("nothing", "four-stage", {}))
    alone = len(attack.stages) == 1
    return gained(BENCH.card(question, attack.stages), under if alone else base)


@each_question
def test_a_bag_of_the_rubrics_terms_stays_at_level_1_everywhere(question: Question) -> None:
    cards = {
        attack.name: BENCH.card(question, attack.stages)
        for attack in some(question, attacks.bags(question), 9)
    }
    raised = {name: levels(card) for name, card in cards.items() if card.score}
    assert raised == {}


@each_question
def test_terms_in_a_template_sentence_per_indicator_stay_at_15_or_below(
    question: Question,
) -> None:
    made = some(question, attacks.template_sentences(question), 3)
    found = {attack.name: points(question, attack.stages) for attack in made}
    assert {name: score for name, score in found.items() if score > 15} == {}


@each_question
def test_what_others_have_say_or_once_had_stays_at_15_or_below(question: Question) -> None:
    made = some(question, attacks.elsewhere(question), 4)
    found = {attack.name: points(question, attack.stages) for attack in made}
    assert {name: score for name, score in found.items() if score > 15} == {}


@each_question
def test_sentences_filled_into_few_moulds_are_told(question: Question) -> None:
    third = (said(lines(makes), question) for makes in THIRD.values())
    tailed = (attack.stages["scope"].split("\n\n") for attack in attacks.tailed(question))
    for sentences in (*third, *tailed):
        assert from_moulds(words(sentence).stems for sentence in sentences)


@each_question
@pytest.mark.parametrize("which", ["strong", "weak"])
def test_answers_of_people_are_not_from_moulds(question: Question, which: str) -> None:
    for answer in BENCH.strong(question) if which == "strong" else BENCH.weak(question):
        text = normalise(answer.text())
        assert not from_moulds(words(unit.text).stems for unit in split("", text))


@each_question
def test_the_bag_put_to_a_weak_answer_adds_at_most_5(question: Question) -> None:
    before = own(question.id, "weak").score or 0
    made = some(question, attacks.appended(question, weak(question).stages), 5)
    found = {attack.name: points(question, attack.stages) - before for attack in made}
    assert {name: more for name, more in found.items() if more > 5} == {}


@each_question
@pytest.mark.parametrize("turn", [attacks.negated, attacks.asked, attacks.deferred])
def test_a_strong_answer_turned_round_keeps_at_most_a_tenth(
    question: Question, turn: attacks.Turn
) -> None:
    most = (own(question.id, "strong").score or 0) / 10
    made = some(question, turn(strong(question).stages), 7)
    found = {attack.name: points(question, attack.stages) for attack in made}
    assert {name: score for name, score in found.items() if score > most} == {}


@each_question
def test_the_question_and_the_rubric_pasted_back_gain_no_level(question: Question) -> None:
    framework = BENCH.library.frameworks["four-stage"]
    made = [
        *some(question, attacks.pasted_question(question, framework), 8),
        *some(question, attacks.pasted_rubric(question), 6),
    ]
    found = {attack.name: points(question, attack.stages) for attack in made}
    assert {name: score for name, score in found.items() if score} == {}


@each_question
@pytest.mark.parametrize("family", [attacks.instructions, attacks.fake_verdicts])
def test_words_to_the_grader_gain_no_level(question: Question, family: attacks.ToTheGrader) -> None:
    base = own(question.id, "weak")
    made = some(question, family(question, weak(question).stages), 10)
    found = {attack.name: rise(question, attack, base) for attack in made}
    assert {name: more for name, more in found.items() if more} == {}


@each_question
@pytest.mark.parametrize("family", [attacks.hidden, attacks.invisible])
def test_an_answer_that_nobody_sees_gains_no_level(
    question: Question, family: attacks.Unseen
) -> None:
    base = own(question.id, "weak")
    made = some(question, family(strong(question).stages, weak(question).stages), 4)
    found = {attack.name: rise(question, attack, base) for attack in made}
    assert {name: more for name, more in found.items() if more} == {}


@each_question
def test_confident_prose_without_decisions_stays_at_35_or_below(question: Question) -> None:
    found = {a.name: points(question, a.stages) for a in attacks.confident(question)}
    assert {name: score for name, score in found.items() if score > 35} == {}


@each_question
@pytest.mark.parametrize(
    "family", [attacks.inserted, attacks.repeated, attacks.shuffles, attacks.same_looks]
)
def test_edits_that_say_nothing_move_the_score_by_at_most_3(
    question: Question, family: attacks.Edit
) -> None:
    before = own(question.id, "strong").score or 0
    made = some(question, family(strong(question)), 3)
    found = {attack.name: points(question, attack.stages) - before for attack in made}
    assert {name: moved for name, moved in found.items() if abs(moved) > 3} == {}


def test_a_section_cut_lowers_its_own_competency_in_four_of_five_cases() -> None:
    step = 1 + len(QUESTIONS) // 8
    fell = {}
    for question in BENCH.questions:
        for answer in BENCH.strong(question)[:3]:
            card = BENCH.card_of(question, answer)
            for cut in list(attacks.cuts(question, answer, card))[::step]:
                after = BENCH.card(question, cut.stages).competencies[cut.competency]
                before = card.competencies[cut.competency]
                name = f"{question.id}, {answer.name}: {cut.competency} {cut.name}"
                fell[name] = (after or 1) < (before or 1)
    stayed = [name for name, lower in fell.items() if not lower]
    assert fell
    assert len(stayed) <= len(fell) / 5, stayed


@each_question
def test_an_answer_to_another_question_earns_at_most_half(question: Question) -> None:
    others = [q.id for q in BENCH.library.questions.values() if q.id != question.id]
    at = crc32(question.id.encode())
    kept = {}
    for other in {others[(at + n) % len(others)] for n in range(2)}:
        answer = strong(BENCH.library.questions[other])
        kept[other] = points(question, answer.stages) / (own(other, "strong").score or 1)
    assert {other: share for other, share in kept.items() if share > 0.5} == {}


@each_question
def test_every_attack_of_a_question_has_a_name_of_its_own(question: Question) -> None:
    answer = strong(question)
    for family in (
        attacks.bags(question),
        attacks.appended(question, weak(question).stages),
        attacks.negated(answer.stages),
        attacks.asked(answer.stages),
        attacks.deferred(answer.stages),
    ):
        names = [attack.name for attack in family]
        assert len(names) == len(set(names))


def test_every_quote_under_attack_is_exact() -> None:
    """The last one: everything above was scored by the bench, which looks at each quote."""
    assert BENCH.quotes[True]
    assert BENCH.inexact == []


def test_every_sample_file_can_be_read() -> None:
    assert [str(problem) for problem in BENCH.bad] == []
