"""The pure part of gold answers: whose turn it is, how one was typed, how near a rater comes."""

import random

import pytest

from interviews import gold

SHARES = {"scope": 8, "design": 10, "evaluation": 12}
TEXTS = {"scope": "Who is served?\n\n- people\n", "evaluation": "word " * 900}


@pytest.mark.parametrize("every", [2, 5, 20])
def test_of_many_turns_about_one_in_so_many_brings_a_gold_answer(every: int) -> None:
    turns = [
        gold.is_turn(gold.chance("secret", rater, turn), every=every)
        for rater in range(40)
        for turn in range(200)
    ]
    assert sum(turns) / len(turns) == pytest.approx(1 / every, rel=0.1)


def test_over_two_hundred_turns_of_one_rater_the_share_is_near_the_rate() -> None:
    turns = [gold.is_turn(gold.chance("secret", 7, turn), every=5) for turn in range(200)]
    assert 25 <= sum(turns) <= 55


def test_turns_are_the_same_each_time_and_other_ones_for_others() -> None:
    def turns(secret: str, rater: int) -> list[bool]:
        return [gold.is_turn(gold.chance(secret, rater, n), every=4) for n in range(100)]

    assert turns("secret", 1) == turns("secret", 1)
    assert turns("secret", 1) != turns("secret", 2)
    assert turns("secret", 1) != turns("another", 1)


def test_no_turn_brings_one_where_there_are_to_be_none() -> None:
    assert not any(gold.is_turn(gold.chance("s", 1, turn), every=0) for turn in range(100))


@pytest.mark.parametrize("seed", range(20))
def test_what_was_typed_is_the_text_in_order_and_in_time(seed: int) -> None:
    found = gold.typed(TEXTS, shares=SHARES, minutes=30, chances=random.Random(seed))
    assert [stretch.stage for stretch in found] == list(SHARES)
    for stretch in found:
        assert "".join(piece for _, piece in stretch.pieces) == TEXTS.get(stretch.stage, "")
        moments = [stretch.since, *(at for at, _ in stretch.pieces), stretch.until]
        assert moments == sorted(moments)
    assert found[-1].until < 30 * 60
    assert max(len(piece) for stretch in found for _, piece in stretch.pieces) < 200


def test_two_answers_are_not_typed_at_the_same_pace() -> None:
    paces = [
        gold.typed(TEXTS, shares=SHARES, minutes=30, chances=gold.chance("s", 1, turn))[0].until
        for turn in range(5)
    ]
    assert len(set(paces)) == 5


def test_the_same_levels_throughout_are_all_the_agreement_there_is() -> None:
    near = gold.nearness([(1, 1), (4, 4)])
    assert near
    assert (near.n, near.same, near.difference, near.weighted) == (2, 2, 0.0, 1.0)


def test_two_levels_apart_cost_four_times_as_much_as_one() -> None:
    one, two = gold.nearness([(3, 2), (2, 2)]), gold.nearness([(2, 4), (2, 2)])
    assert one
    assert two
    assert (one.signed, two.signed) == ("+0.5", "-1.0")
    assert 1 - two.weighted == pytest.approx(4 * (1 - one.weighted))


def test_no_difference_has_no_sign() -> None:
    levels = [(1, 1)] * 30
    for one in ([(3, 4)], [(4, 3)], []):
        near = gold.nearness([*levels, *one])
        assert near
        assert near.signed == "0.0"


def test_kappa_needs_ten_levels() -> None:
    few = gold.nearness([(1, 1), (4, 4)] * 4)
    many = gold.nearness([(1, 1), (4, 4)] * 5)
    assert few
    assert many
    assert (few.kappa, few.kappa_or_dash, many.kappa) == (None, "–", 1.0)


def test_of_nothing_that_both_judged_there_is_no_figure() -> None:
    assert gold.nearness(gold.pairs({"goal": 3}, {"retrieval": 2})) is None
