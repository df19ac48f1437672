"""Two judges far apart ask for a person; until then the lower score is shown."""

from rubrics import Flag, Judgement, Scorecard, add_up, compare, lower_of
from rubrics.schema import Level
from tests.rubrics.documents import criterion, question

RUBRIC = question(criterion(name="a"), criterion(name="b", title="Second", weight=3)).rubric


def card(judge: str, a: Level | None, b: Level | None, *flags: Flag) -> Scorecard:
    given = {"a": a, "b": b}
    made = [
        Judgement(criterion=name, level=level, not_judged=None if level else "No answer came.")
        for name, level in given.items()
    ]
    return add_up(RUBRIC, made, judge, flags)


def test_two_levels_on_one_criterion_ask_for_a_person() -> None:
    found = compare(card("rules", 3, 1), card("llm:m", 2, 3))
    assert found.needs_person
    assert list(found.reasons(RUBRIC)) == ["Second: level 1 by the rules, level 3 by the model."]
    assert not compare(card("rules", 3, 1), card("llm:m", 4, 2)).needs_person


def test_words_to_whoever_judges_ask_for_a_person() -> None:
    flag = Flag(kind="injection", title="Look at this.")
    found = compare(card("rules", 3, 3), card("llm:m", 3, 3, flag))
    assert found.needs_person
    assert list(found.reasons(RUBRIC)) == ["Parts of the answer speak to whoever judges."]


def test_what_was_not_judged_is_no_difference_and_lowers_no_score() -> None:
    rules, llm = card("rules", 4, 4), card("llm:m", None, None)
    assert not compare(rules, llm).needs_person
    assert lower_of(RUBRIC, rules, llm).judge == "rules"
    assert lower_of(RUBRIC, rules, llm).total.score == 100


def test_the_lower_score_is_shown() -> None:
    assert lower_of(RUBRIC, card("rules", 2, 2), card("llm:m", 4, 4)).judge == "rules"
    shown = lower_of(RUBRIC, card("rules", 4, 4), card("llm:m", 2, 3))
    assert (shown.judge, shown.total.score) == ("llm:m", card("llm:m", 2, 3).score)


def test_of_an_outage_in_part_only_what_was_judged_counts() -> None:
    shown = lower_of(RUBRIC, card("rules", 4, 4), card("llm:m", 1, None))
    assert shown.total.score == card("llm:m", 1, 4).score
