"""The measured bars of clarifying questions hold on both files."""

import pytest

from benchmarks.interviewing.asked import Part, messages, outcomes
from benchmarks.interviewing.bars import RIGHT, WRONG
from tests.rubrics.documents import library

PARTS: tuple[Part, ...] = ("tune", "report")


@pytest.mark.parametrize("part", PARTS)
def test_the_right_fact_is_told_and_hardly_ever_a_wrong_one(part: Part) -> None:
    found = list(outcomes(library(), part))
    answerable = [one for one in found if one.message.facts]
    assert sum(one.is_right for one in answerable) >= RIGHT * len(answerable)
    assert 100 * sum(one.is_wrong for one in found) <= WRONG * len(found)


@pytest.mark.parametrize("part", PARTS)
def test_the_messages_are_many_of_ten_questions_and_a_third_asks_for_no_fact(part: Part) -> None:
    said = messages(part)
    every = [message for own in said.values() for message in own]
    assert len(said) >= 10
    assert len(every) >= 160
    assert sum(not message.facts for message in every) >= 0.3 * len(every)


@pytest.mark.parametrize("part", PARTS)
def test_the_messages_name_facts_that_there_are(part: Part) -> None:
    for question_id, own in messages(part).items():
        known = {fact.id for fact in library().questions[question_id].facts}
        for message in own:
            assert known.issuperset(message.facts), message


def test_no_message_stands_in_both_files() -> None:
    tuned, reported = (
        {message.says.casefold() for own in messages(part).values() for message in own}
        for part in PARTS
    )
    assert not tuned & reported
