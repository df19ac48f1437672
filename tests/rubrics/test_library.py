"""The questions that ship: their own answers score as they should, and tricks earn nothing."""

import random
import re

import pytest

from rubrics import Question, RulesJudge, Scorecard, score
from tests.rubrics.documents import library

LIBRARY = library()
QUESTIONS = [pytest.param(each, id=name) for name, each in LIBRARY.questions.items()]
each_question = pytest.mark.parametrize("question", QUESTIONS)


def scored(question: Question, stages: dict[str, str]) -> Scorecard:
    return score(question, LIBRARY.frameworks["four-stage"], stages, judge=RulesJudge())


def points(question: Question, text: str) -> float:
    found = scored(question, {"scope": text}).score
    assert found is not None
    return found


def terms(question: Question) -> list[str]:
    """Every phrase of a rubric, spelled with the first of its alternatives."""
    return [
        re.sub(r"\(([^()|]*)[^()]*\)", r"\1", phrase).replace(" .. ", " ")
        for criterion in question.rubric.criteria
        for indicator in criterion.indicators
        for phrase in (
            *indicator.wordings, *indicator.plain, *indicator.details, *indicator.reasons
        )
    ]  # fmt: skip


@each_question
def test_the_model_answer_scores_at_least_85(question: Question) -> None:
    assert question.model_answer
    card = scored(question, dict(question.model_answer.stages))
    assert card.score is not None
    assert card.score >= 85


@each_question
def test_weak_is_at_most_40_and_below_mid_and_mid_below_strong(question: Question) -> None:
    by_grade = {
        sample.grade: scored(question, dict(sample.stages)).score or 0
        for sample in question.samples
    }
    assert by_grade["weak"] <= 40
    assert by_grade["weak"] < by_grade["mid"] < by_grade["strong"]


@each_question
def test_samples_are_within_one_level_of_a_fair_rater(question: Question) -> None:
    for sample in question.samples:
        card = scored(question, dict(sample.stages))
        far = [
            (sample.grade, judgement.criterion, judgement.level, sample.levels[judgement.criterion])
            for judgement in card.judgements
            if abs((judgement.level or 1) - sample.levels[judgement.criterion]) > 1
        ]
        assert not far


@each_question
@pytest.mark.parametrize("text", ["", "   \n\n", "<!-- nothing -->", "\u200b"])
def test_nothing_earns_nothing(question: Question, text: str) -> None:
    assert points(question, text) == 0


@each_question
def test_the_prompt_and_the_facts_pasted_back_earn_nothing(question: Question) -> None:
    assert points(question, question.prompt) == 0
    assert points(question, "\n".join(f"- {fact.fact}" for fact in question.facts)) == 0


@each_question
def test_the_rubric_pasted_back_earns_nothing(question: Question) -> None:
    lines = [
        line
        for criterion in question.rubric.criteria
        for line in (
            criterion.title,
            *criterion.levels.values(),
            *(indicator.title for indicator in criterion.indicators),
        )
    ]
    assert points(question, "\n".join(f"- {line}" for line in lines)) == 0


@each_question
@pytest.mark.parametrize("joint", [", ", "\n- ", "\n", ". ", " "])
def test_a_bag_of_terms_stays_at_15_or_below(question: Question, joint: str) -> None:
    assert points(question, joint.join(terms(question))) <= 15


@each_question
@pytest.mark.parametrize("shuffled", [False, True])
def test_bullets_of_five_terms_stay_at_15_or_below(question: Question, shuffled: bool) -> None:
    bag = terms(question)
    if shuffled:
        random.Random(7).shuffle(bag)
    bullets = ["- " + ", ".join(bag[at : at + 5]) for at in range(0, len(bag), 5)]
    assert points(question, "\n".join(bullets)) <= 15


@each_question
def test_every_quote_of_the_samples_is_exact(question: Question) -> None:
    for sample in question.samples:
        for judgement in scored(question, dict(sample.stages)).judgements:
            for quote in judgement.evidence:
                assert sample.stages[quote.stage][quote.start : quote.end] == quote.quote


@each_question
def test_terms_behind_a_few_words_stay_at_15_or_below(question: Question) -> None:
    bag = terms(question)
    listed = ["We use " + ", ".join(bag[at : at + 8]) + "." for at in range(0, len(bag), 8)]
    assert points(question, "\n".join(listed)) <= 15
