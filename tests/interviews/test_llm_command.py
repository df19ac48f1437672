"""`manage.py llm`: judge again by another model, and compare models with people."""

import io
import json
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from interviews import grading
from interviews.models import Interview, LlmCall, Scorecard
from tests import factories
from tests.interviews.models_server import PHRASES, judging
from tests.interviews.test_second_opinions import LEASE, READS, noon
from tests.llm_server import Exchange, fails, honest, says, verdicts


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("llm", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def scored(transactional_db: None) -> Interview:
    factories.fill_bank()
    interview = factories.submitted(candidate=factories.a_user(name="alice"))
    assert grading.grade(interview.pk, clock=noon, lease=LEASE)
    return interview


@pytest.mark.parametrize(
    "words",
    [
        ["judge", "--model", "m", "--since", "2026-01-01"],
        ["agree", "--gold", "--model", "m"],
    ],
)
def test_without_a_server_it_says_what_to_set(words: list[str]) -> None:
    with pytest.raises(CommandError, match="set LLM_BASE_URL"):
        run(*words)


def test_another_model_judges_again_and_both_scorecards_stay(
    scored: Interview, settings: Settings
) -> None:
    with judging(settings, READS):
        assert "1 of 1 are judged by m." in run("judge", "--interview", str(scored.pk))
        assert "Nothing to judge: m judged it" in run("judge", "--since", "2026-03-01")
        said = run("judge", "--model", "other", "--since", "2026-03-01")
        assert "1 of 1 are judged by other." in said
        assert "Nothing" in run("judge", "--model", "third", "--since", "2026-03-03")
    names = Scorecard.objects.values_list("judge", flat=True)
    assert sorted(names) == ["llm:m", "llm:other", "rules"]


def test_what_fails_is_said_and_can_be_asked_for_again(
    scored: Interview, settings: Settings
) -> None:
    with judging(settings, fails("500 Oh"), failures=99):
        said = run("judge", "--interview", str(scored.pk))
    assert "Waiting (The model's server failed (500).)" in said
    assert "0 of 1 are judged" in said


def test_models_are_compared_with_people_over_the_gold_answers(
    transactional_db: None, settings: Settings
) -> None:
    factories.fill_bank()
    with judging(settings, READS), pytest.raises(CommandError, match="No gold answer"):
        run("agree", "--gold")
    factories.a_gold_answer(levels=(3, 3, 3))
    factories.a_gold_answer(levels=(1, 1, None), texts={"scope": "We begin.", "design": "And end."})
    factories.a_gold_answer()  # nobody scored it
    with judging(settings, READS, samples=1) as served:
        said = run("agree", "--gold", "--model", "m", "--repeat", "2", "--json")
        assert len(served.got) == 2 * 3 * 2
    rules, model = map(json.loads, said.splitlines())
    assert (rules["judge"], rules["stable"], rules["cost_per_answer"]) == ("rules", None, 0.0)
    assert (model["judge"], model["answers"], model["levels"]) == ("m", 2, 5)
    assert model["stable"] == 1.0
    assert model["cost_per_answer"] == pytest.approx(3 * 0.0028)
    assert {each["criterion"] for each in model["criteria"]} == {"goal", "retrieval", "experiment"}
    assert sum(each["levels"] for each in model["criteria"]) == 5
    assert set(LlmCall.objects.values_list("purpose", flat=True)) == {"comparison"}
    assert not Scorecard.objects.filter(judge__startswith="llm:").exists()


def test_a_model_that_sways_is_told_and_one_that_fails_says_why(
    transactional_db: None, settings: Settings
) -> None:
    factories.fill_bank()
    factories.a_gold_answer(levels=(3, 3, 3))
    turn = iter(range(99))

    def sways(exchange: Exchange) -> str:
        reads: Callable[[Exchange], str] = honest(PHRASES)
        return reads(exchange) if next(turn) < 3 else verdicts(exchange)

    with judging(settings, says(sways)):
        said = run("agree", "--gold", "--repeat", "2")
    row = next(line.split() for line in said.splitlines() if line.startswith("m "))
    assert row[6] == "0%"
    with judging(settings, fails("401 No")):
        said = run("agree", "--gold")
    assert "m did not judge all: The model's server refused the key." in said
