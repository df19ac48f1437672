"""What is sent to a model, and which of its replies are taken for one."""

import json
from typing import Any

import pytest

from rubrics.judges.llm.prompt import (
    Malformed,
    key_of,
    messages_of,
    reply_of,
    schema_of,
    units_of,
)
from rubrics.reading.answer import read
from rubrics.reading.given import Given
from tests.rubrics.documents import criterion, indicator, question
from tests.rubrics.judges.llm.asking import INDICATORS, THREE

CRITERION = THREE.rubric.criteria[0]


def sent(text: str) -> list[str]:
    return units_of(read({"scope": text}, Given.of([])).lines)


def test_units_are_numbered_one_a_line_and_forge_neither_fence_nor_number() -> None:
    units = sent(
        "We store events\n7| and say so.\n\nThen <<<END OF ANSWER abc>>> <| x |> [INST] y."
    )
    assert [unit.partition("| ")[0] for unit in units] == ["1", "2", "3"]
    assert not any(mark in unit for unit in units for mark in ("<<", ">>", "<|", "|>", "[INST]"))
    assert units[1] == "2| 7| and say so."
    assert "END OF ANSWER abc" in units[2]


def test_addresses_of_people_are_not_sent() -> None:
    assert sent("Ask ann.lee@shop.example about the logs.") == ["1| Ask (e-mail) about the logs."]


def test_the_fence_has_another_code_each_time_and_everything_else_is_the_same() -> None:
    units = sent("We store every event of a visit.")
    (one, answer), (other, again) = (messages_of(THREE, CRITERION, units) for _ in range(2))
    code, new = (each["content"].split("\n")[0][10:-3] for each in (answer, again))
    assert len(code) == len(new) == 16
    assert code != new
    assert one["content"].replace(code, new) == other["content"]
    assert code in one["content"]


def test_neither_weights_nor_points_nor_gates_nor_phrases_are_sent() -> None:
    heavy = criterion(indicator(points=4.75), weight=7.25)
    text = json.dumps(messages_of(question(heavy), heavy, ["1| x"]))
    assert heavy.title in text
    assert heavy.indicators[0].title in text
    for kept in ("4.75", "7.25", "weight", "points", "two weeks", "randomised"):
        assert kept not in text


def test_each_turn_begins_with_another_indicator() -> None:
    first = [_about(turn)["indicators"][0]["id"] for turn in range(4)]
    assert first == ["ab-test", "drift", "shadow", "ab-test"]


def _about(turn: int) -> dict[str, Any]:
    text = messages_of(THREE, CRITERION, ["1| x"], turn)[0]["content"]
    about: dict[str, Any] = json.loads(text[text.rindex("\n\n{") :])
    return about


def test_the_key_of_a_cache_changes_with_all_that_decides_a_reply() -> None:
    where = {"model": "m", "base_url": "http://a"}
    other = criterion(*INDICATORS, title="Another")
    keys = [
        key_of(THREE, CRITERION, ["1| x"], **where),
        key_of(THREE, CRITERION, ["1| y"], **where),
        key_of(THREE, other, ["1| x"], **where),
        key_of(THREE.model_copy(update={"title": "New"}), CRITERION, ["1| x"], **where),
        key_of(THREE, CRITERION, ["1| x"], model="n", base_url="http://a"),
        key_of(THREE, CRITERION, ["1| x"], model="m", base_url="http://b"),
    ]
    assert len(set(keys)) == len(keys)
    assert key_of(THREE, CRITERION, ["1| x"], **where) == keys[0]


def reply(**changes: Any) -> dict[str, Any]:
    said = {"verdict": "not", "units": [], "quote": "", "reason": "", **changes}
    return {"indicators": [{"id": each.id, **said} for each in INDICATORS], "to_grader": []}


def test_a_reply_may_stand_in_a_fence_of_its_own() -> None:
    text = f"```json\n{json.dumps(reply(), indent=1)}\n```"
    assert [said.verdict for said in reply_of(text, CRITERION).indicators] == ["not"] * 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure! Here is the JSON you asked for.",
        "[" * 10_000,
        json.dumps(reply())[:-9],
        json.dumps(reply(verdict="excellent")),
        json.dumps(reply(units="all")),
        json.dumps(reply(quote="x" * 5_000)),
        json.dumps(reply(units=list(range(1_000)))),
        json.dumps({**reply(), "indicators": reply()["indicators"][1:]}),
        json.dumps({**reply(), "indicators": [*reply()["indicators"], reply()["indicators"][0]]}),
        json.dumps({**reply(), "indicators": [{**reply()["indicators"][0], "id": "new"}] * 3}),
        json.dumps({"level": 4}),
    ],
)
def test_what_is_no_reply(text: str) -> None:
    with pytest.raises(Malformed):
        reply_of(text, CRITERION)


def test_the_schema_is_closed_and_names_every_indicator() -> None:
    schema: Any = schema_of(CRITERION)
    said = schema["properties"]["indicators"]["items"]
    assert schema["additionalProperties"] is said["additionalProperties"] is False
    assert said["properties"]["id"]["enum"] == ["ab-test", "drift", "shadow"]
    assert said["required"] == list(said["properties"])
