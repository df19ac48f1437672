"""Which of an interview's scorecards is its result, and when raters are too far apart."""

from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rubrics
from interviews.resolution import Card, Role, Way, counted, gap, machine_name, resolve, standing
from rubrics.schema import Question
from tests import factories

RUBRIC = Question.model_validate(factories.question_document()).rubric
CRITERIA = tuple(criterion.id for criterion in RUBRIC.criteria)
Levels = Sequence[int | None]


def a_card(*levels: int | None, judge: str = "human") -> rubrics.Scorecard:
    """The scorecard of somebody who gives the criteria these levels, None for not judged."""
    judgements = [
        rubrics.Judgement.model_validate({"criterion": criterion, "level": level})
        for criterion, level in zip(CRITERIA, levels, strict=True)
    ]
    return rubrics.add_up(RUBRIC, judgements, judge)


def cards(
    *,
    judge: Levels = (),
    ratings: Sequence[Levels] = (),
    adjudication: Levels = (),
    appeal: Levels = (),
) -> list[Card]:
    given_ = [
        (Role.JUDGE, judge),
        *((Role.RATING, levels) for levels in ratings),
        (Role.ADJUDICATION, adjudication),
        (Role.APPEAL, appeal),
    ]
    return [Card(role, a_card(*levels)) for role, levels in given_ if levels]


def test_without_people_the_machine_decides() -> None:
    result = resolve(RUBRIC, cards(judge=(1, 2, 4)), raters=0)
    assert result
    assert (result.way, result.is_final) == (Way.JUDGE, True)
    assert dict(result.levels) == dict(zip(CRITERIA, (1, 2, 4), strict=True))
    assert result.total.score == a_card(1, 2, 4).score


def test_nothing_comes_of_nothing() -> None:
    assert resolve(RUBRIC, [], raters=2) is None
    assert resolve(RUBRIC, cards(ratings=[(3, 3, 3)]), raters=2) is None


def test_while_a_rater_is_awaited_the_machine_stands_and_is_not_final() -> None:
    result = resolve(RUBRIC, cards(judge=(1, 1, 1), ratings=[(3, 3, 3)]), raters=2)
    assert result
    assert (result.way, result.is_final) == (Way.JUDGE, False)


def test_two_raters_who_agree_meet_in_the_middle() -> None:
    given_ = cards(judge=(1, 1, 1), ratings=[(3, 3, 2), (4, 3, 2)])
    result = resolve(RUBRIC, given_, raters=2)
    assert result
    assert (result.way, result.is_final) == (Way.MEDIAN, True)
    assert list(result.levels.values()) == [3.5, 3, 2]
    assert result.total.score == pytest.approx((2.5 + 2 + 1) / 9 * 100, abs=0.05)


def test_what_one_of_two_raters_did_not_judge_is_as_the_other_found_it() -> None:
    result = resolve(RUBRIC, cards(ratings=[(3, 3, None), (3, 3, 2)]), raters=2)
    assert result
    assert list(result.levels.values()) == [3, 3, 2]


def test_one_rater_is_enough_where_one_is_wanted() -> None:
    result = resolve(RUBRIC, cards(judge=(1, 1, 1), ratings=[(4, 4, 4)]), raters=1)
    assert result
    assert (result.way, result.total.score) == (Way.RATER, 100)


def test_who_decides_between_raters_decides() -> None:
    far = partial(cards, judge=(1, 1, 1), ratings=[(1, 1, 1), (4, 4, 4)])
    undecided = resolve(RUBRIC, far(), raters=2)
    decided = resolve(RUBRIC, far(adjudication=(2, 2, 2)), raters=2)
    assert undecided
    assert decided
    assert (undecided.way, undecided.is_final) == (Way.JUDGE, False)
    assert (decided.way, decided.is_final) == (Way.ADJUDICATED, True)
    assert set(decided.levels.values()) == {2}


def test_a_review_that_the_candidate_asked_for_stands_above_all() -> None:
    given_ = cards(
        judge=(1, 1, 1), ratings=[(1, 1, 1), (4, 4, 4)], adjudication=(2, 2, 2), appeal=(3, 3, 3)
    )
    result = resolve(RUBRIC, given_, raters=2)
    assert result
    assert (result.way, set(result.levels.values())) == (Way.REVIEWED, {3})


@pytest.mark.parametrize(
    ("one", "other", "criteria", "points"),
    [
        ((1, 2, 3), (1, 2, 3), None, 0.0),
        ((2, 2, 3), (2, 2, 4), None, 0.0),
        ((1, 2, 3), (3, 2, 3), {CRITERIA[0]: 2}, 22.3),
        ((2, 2, 3), (3, 3, 3), {}, 22.3),  # a little everywhere is far in all
        ((1, None, 3), (None, 4, 3), None, 0.0),  # what one did not judge is no gap
        ((None, None, None), (4, 4, 4), None, 0.0),
    ],
)
def test_raters_are_apart_by_two_levels_or_by_fifteen_points(
    one: Levels, other: Levels, criteria: dict[str, int] | None, points: float
) -> None:
    found = gap(RUBRIC, [a_card(*one), a_card(*other)])
    if criteria is None:
        assert found is None
    else:
        assert found
        assert (dict(found.criteria), found.points) == (criteria, points)


some_levels = st.tuples(*[st.sampled_from([None, 1, 2, 3, 4])] * len(CRITERIA))


@given(st.lists(some_levels, min_size=1, max_size=3), st.lists(some_levels, max_size=1))
def test_a_result_lies_between_those_that_it_is_made_of(
    ratings: list[Levels], judge: list[Levels]
) -> None:
    given_ = [
        *(Card(Role.JUDGE, a_card(*levels)) for levels in judge),
        *(Card(Role.RATING, a_card(*levels)) for levels in ratings),
    ]
    result = resolve(RUBRIC, given_, raters=len(ratings))
    far = gap(RUBRIC, [a_card(*levels) for levels in ratings])
    assert bool(result and result.way in (Way.MEDIAN, Way.RATER)) == (far is None)
    if result and far is None:
        for level, given_levels in zip(
            result.levels.values(), zip(*ratings, strict=True), strict=True
        ):
            known = [each for each in given_levels if each is not None]
            assert level is None if not known else min(known) <= level <= max(known)


# --- the machine's judges: the rules', and a model's beside it ---


def both(rules: Levels, *models: Levels) -> list[rubrics.Scorecard]:
    """The rules' scorecard and models', the oldest first."""
    named = [a_card(*each, judge=f"llm:{n}") for n, each in enumerate(models)]
    return [a_card(*rules, judge="rules"), *named]


@pytest.mark.parametrize(
    ("rules", "model", "shown", "needs_person"),
    [
        ((3, 3, 3), (2, 2, 2), (3, 3, 3), False),  # a level apart: the rules'
        ((3, 3, 3), (4, 4, 4), (3, 3, 3), False),
        ((3, 3, 3), (1, 3, 3), (1, 3, 3), True),  # two apart: the lower one
        ((1, 3, 3), (3, 3, 3), (1, 3, 3), True),
        ((3, 3, 3), (None, None, None), (3, 3, 3), False),  # an outage lowers nothing
        ((4, 3, 3), (None, 1, 3), (4, 1, 3), True),
        ((None, 3, 3), (1, 3, 3), (None, 3, 3), False),
    ],
)
def test_the_rules_stand_and_far_apart_the_lower_one_does(
    rules: Levels, model: Levels, shown: Levels, needs_person: bool
) -> None:
    found = standing(RUBRIC, both(rules, model), is_awaited=True)
    assert found
    assert [found.levels.get(each) for each in CRITERIA] == list(shown)
    assert found.needs_person is needs_person
    assert found.total.score == a_card(*shown).score
    given_ = [Card(Role.JUDGE, card) for card in both(rules, model)]
    result = resolve(RUBRIC, given_, raters=0, is_awaited=True)
    assert result
    assert list(result.levels.values()) == list(shown)
    assert result.is_final is not needs_person
    nobody = resolve(RUBRIC, given_, raters=0)
    assert nobody
    assert (list(nobody.levels.values()), nobody.is_final) == (list(rules), True)


def test_of_several_models_the_latest_counts_and_people_before_all() -> None:
    every = both((3, 3, 3), (1, 1, 1), (3, 3, 3))
    found = standing(RUBRIC, every, is_awaited=True)
    assert found
    assert found.model
    assert (found.model.judge, found.needs_person) == ("llm:1", False)
    people = [*(Card(Role.JUDGE, each) for each in every), *cards(ratings=[(2, 2, 2)])]
    result = resolve(RUBRIC, people, raters=0)
    assert result
    assert result.way is Way.RATER


def test_a_model_counts_beside_the_rules_by_the_same_rubric_alone() -> None:
    rules, model = both((3, 3, 3), (1, 1, 1))
    later = rules.model_copy(update={"rubric_hash": "of another version"})
    assert counted([rules, model]) == (rules, model)
    assert counted([rules, model, later]) == (later, None)
    assert counted([rules, later, model]) == (later, None)
    assert counted([model]) == (None, model)
    found = standing(RUBRIC, [rules, later, model], is_awaited=True)
    assert found
    assert (found.model, found.is_lowered) == (None, False)
    assert standing(RUBRIC, [], is_awaited=True) is None


@given(st.lists(st.tuples(*[st.sampled_from([None, 1, 2, 3, 4])] * 3), min_size=2, max_size=2))
def test_what_is_shown_is_never_above_the_rules(levels: list[Levels]) -> None:
    rules, model = levels
    found = standing(RUBRIC, both(rules, model), is_awaited=True)
    assert found
    assert (found.total.score or 0) <= (a_card(*rules).score or 0)


def test_judges_have_names() -> None:
    names = [machine_name(each) for each in ("rules", "llm:gpt", "somebody")]
    assert names == ["Rules", "Model gpt", "somebody"]
