"""What an interview comes to: asked or unasked, with a hint or without one, after a change."""

import pytest

from rubrics import (
    CURVEBALL,
    PROMPTED_CAP,
    Framework,
    Question,
    RulesJudge,
    Transcript,
    adapting_to_change,
    hint,
    judge_transcript,
    score,
)
from tests import factories

QUESTION = Question.model_validate(factories.talking_question())
FRAMEWORK = Framework.model_validate(factories.talking_framework())
JUDGE = RulesJudge()
GOAL = (
    "We raise watch time per session, because clicks mislead.\n\n"
    "The peak is 3,000 queries per second, because everybody watches in the evening."
)
GOOD = {**factories.GOOD, "scope": GOAL}


def level(transcript: Transcript, criterion: str = "goal") -> int | None:
    card = judge_transcript(QUESTION, FRAMEWORK, transcript, judge=JUDGE)
    return next(each.level for each in card.judgements if each.criterion == criterion)


def test_without_an_interviewer_it_is_the_plain_score() -> None:
    plain = score(QUESTION, FRAMEWORK, GOOD, judge=JUDGE)
    assert judge_transcript(QUESTION, FRAMEWORK, Transcript(GOOD), judge=JUDGE) == plain


def test_what_comes_after_a_question_counts_up_to_a_level() -> None:
    unasked = Transcript({"scope": GOAL})
    asked = Transcript({"scope": "", "scope-probe-1": GOAL}, prompted=frozenset({"scope-probe-1"}))
    assert level(unasked) == 4
    assert level(asked) == PROMPTED_CAP == 3


def test_a_hint_holds_its_criterion_and_no_other() -> None:
    card = judge_transcript(
        QUESTION, FRAMEWORK, Transcript(GOOD, hinted=frozenset({"goal"})), judge=JUDGE
    )
    plain = score(QUESTION, FRAMEWORK, GOOD, judge=JUDGE)
    goal, *others = card.judgements
    assert (goal.level, plain.judgements[0].level) == (3, 4)
    assert [flag.kind for flag in goal.flags] == ["hint"]
    assert others == list(plain.judgements[1:])
    assert card.score is not None
    assert plain.score is not None
    assert card.score < plain.score


def test_a_hint_raises_nothing() -> None:
    weak = Transcript({"scope": "We look at watch time."}, hinted=frozenset({"goal"}))
    assert level(weak) == level(Transcript(weak.texts))


def test_the_curveball_has_a_criterion_beside_the_score() -> None:
    before = {**GOOD, "evaluation": "Nothing new."}
    after = {"evaluation": factories.GOOD["design"], "design": "Later.", "scope": "Later."}
    for texts, wanted in ((before, 1), (after, 3)):
        transcript = Transcript(texts, changed=frozenset({"evaluation"}))
        card = judge_transcript(QUESTION, FRAMEWORK, transcript, judge=JUDGE)
        plain = score(QUESTION, FRAMEWORK, texts, judge=JUDGE)
        assert card.curveball
        assert (card.curveball.criterion, card.curveball.level) == (CURVEBALL, wanted)
        assert card.model_copy(update={"curveball": None}) == plain
        for evidence in card.curveball.evidence:
            quoted = texts[evidence.stage][evidence.start : evidence.end]
            assert (evidence.stage, quoted) == ("evaluation", evidence.quote)


def test_the_criterion_of_a_curveball_holds_what_it_names() -> None:
    adapting = adapting_to_change(QUESTION)
    assert adapting
    (criterion,) = adapting.rubric.criteria
    assert [each.id for each in criterion.indicators] == ["retrieval-candidates", "goal-load"]
    assert adapting_to_change(Question.model_validate(factories.question_document())) is None


def test_every_question_of_the_library_can_be_changed(questions: list[Question]) -> None:
    assert all(adapting_to_change(question) for question in questions)


@pytest.fixture
def questions() -> list[Question]:
    from tests.rubrics.documents import library

    return list(library().questions.values())


def test_a_hint_names_what_is_open_and_weighs_most() -> None:
    card = score(
        QUESTION, FRAMEWORK, {"scope": "The peak is 3,000 queries per second."}, judge=JUDGE
    )
    first = hint(QUESTION, FRAMEWORK, "scope", card)
    assert first
    assert (first.criterion, first.indicator) == ("goal", "metric")
    assert hint(QUESTION, FRAMEWORK, "scope", card, hinted={"goal"}) is None
    full = score(QUESTION, FRAMEWORK, GOOD, judge=JUDGE)
    assert hint(QUESTION, FRAMEWORK, "scope", full) is None
    with pytest.raises(ValueError, match="nowhere"):
        hint(QUESTION, FRAMEWORK, "nowhere", full)
