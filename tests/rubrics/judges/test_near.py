"""Near misses show what was nearly said: few, quoted exactly, and worth nothing."""

import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from rubrics import RulesJudge, Scorecard, score
from rubrics.judges import near
from rubrics.reading.answer import read
from rubrics.reading.given import Given
from rubrics.schema import Question
from rubrics.scoring import Evidence, Judgement, NearMiss
from tests.rubrics.documents import criterion, indicator, question


def _indicator(name: str, title: str, *wordings: str, **fields: Any) -> Any:
    about: dict[str, Any] = {"plain": [], "details": [], "reasons": []}
    return indicator(name=name, title=title, wordings=wordings, **{**about, **fields})


SHOP = question(
    criterion(
        _indicator(
            "experiment",
            "Plans an experiment on live traffic",
            "a/b test",
            "randomised (controlled|) trial",
            "split .. visitors .. (two|equal) groups",
            details=["guardrail", "two weeks"],
        ),
        _indicator(
            "retraining", "Trains the model again", "(daily|weekly|nightly) retraining",
            "retrain .. every (day|night|week)",
        ),
        name="evaluates",
    ),
    criterion(
        _indicator("caching", "Keeps answers for a while", "cache (popular|frequent) results"),
        _indicator("fallback", "Answers when the ranker fails", "fallback (list|ranking)"),
        _indicator(
            "calibration", "Makes probabilities honest", "(platt|isotonic) calibration",
            "calibration (curve|plot)",
        ),
        name="serves",
    ),
)  # fmt: skip


def judged(text: str, asked: Question = SHOP, *, near_misses: bool = True) -> Scorecard:
    return score(asked, None, {"scope": text}, judge=RulesJudge(), near_misses=near_misses)


def found(text: str, asked: Question = SHOP) -> dict[str, NearMiss]:
    return {miss.indicator: miss for j in judged(text, asked).judgements for miss in j.near}


SPLIT = "For a month we put the visitors into groups of equal size, split by a hash."


def test_words_in_another_order_are_a_near_miss_with_an_exact_quote() -> None:
    text = f"# Testing\n\nThe shop is small.  {SPLIT} Then we look."
    miss = found(text)["experiment"]
    assert miss.evidence.quote == SPLIT
    assert text[miss.evidence.start : miss.evidence.end] == SPLIT
    assert miss.wording == "split … visitors … equal groups"


def test_a_wording_is_written_out_with_its_first_alternatives_where_none_was_used() -> None:
    text = "We hold out a trial of randomised sessions."
    assert found(text)["experiment"].wording == "randomised controlled trial"


def test_a_near_miss_changes_no_level_no_points_and_no_finding() -> None:
    text = f"{SPLIT} We use weekly retraining because tastes change."
    bare, shown = judged(text, near_misses=False), judged(text)
    assert any(j.near for j in shown.judgements)
    assert bare.score == shown.score
    assert bare.judgements == tuple(j.model_copy(update={"near": ()}) for j in shown.judgements)


def test_what_was_met_is_no_near_miss() -> None:
    assert "retraining" not in found("We rely on weekly retraining, retraining it every week.")


def test_a_sentence_without_any_of_the_words_is_no_near_miss() -> None:
    assert found("Customers from every town buy bread and cheese on Saturdays.") == {}


@pytest.mark.parametrize(
    "text",
    [
        "We do not put the visitors into groups of equal size, split by a hash.",
        "Putting the visitors into groups of equal size, split by a hash, is out of scope.",
        "Should we put the visitors into groups of equal size, split by a hash?",
        "# Visitors split into groups of equal size by hash",
        "```\nvisitors split into groups of equal size by hash\n```",
        "Groups, visitors.",
    ],
)
def test_what_is_denied_put_off_asked_a_heading_code_or_no_statement_is_left_out(text: str) -> None:
    assert found(text) == {}


def test_a_long_list_of_terms_is_left_out() -> None:
    terms = "groups, visitors, split, equal, guardrail, trial, randomised, cache, results"
    assert found(f"Calibration, {terms}, isotonic, platt, fallback, ranking.") == {}


def test_what_repeats_the_question_is_left_out() -> None:
    asked = SHOP.model_copy(update={"prompt": f"Design a shop. {SPLIT}"})
    assert found(SPLIT, asked) == {}


def test_what_the_judge_set_aside_is_left_out() -> None:
    reading = read({"scope": SPLIT}, Given.of([]))
    missing = [Judgement(criterion="evaluates", level=1, missing=("experiment",))]
    aside = [Evidence(stage="scope", start=0, end=len(SPLIT), quote=SPLIT)]
    assert near.with_near_misses(SHOP, reading, missing)[0].near
    assert not near.with_near_misses(SHOP, reading, missing, aside)[0].near


def test_a_criterion_that_was_not_judged_has_no_near_misses() -> None:
    reading = read({"scope": SPLIT}, Given.of([]))
    unjudged = [Judgement(criterion="evaluates", level=None, missing=("experiment",))]
    assert near.with_near_misses(SHOP, reading, unjudged) == tuple(unjudged)


def test_what_stands_there_in_so_many_words_is_not_called_near() -> None:
    text = "We run an a/b test for two weeks."
    reading = read({"scope": text}, Given.of([]))
    missing = [Judgement(criterion="evaluates", level=1, missing=("experiment",))]
    assert not near.with_near_misses(SHOP, reading, missing)[0].near


def test_a_wording_with_a_denial_in_it_is_not_brought_near_by_its_opposite() -> None:
    asked = question(criterion(_indicator("split", "Splits by time", "never .. random split")))
    assert found("We make a random split of the rows.", asked) == {}


@pytest.mark.parametrize("word", ["calibrtaoin", "callibrasion", "calibation"])
def test_two_letters_wrong_still_anchor(word: str) -> None:
    assert "calibration" in found(f"Then isotonic regression for {word} of scores.")


def test_a_word_of_the_dictionary_is_no_misspelling_of_another() -> None:
    asked = question(criterion(_indicator("said", "Predicts", "prediction service")))
    assert "said" not in found("We speak of the production of cheese there.", asked)


def _many(criteria: int, each: int) -> Question:
    """Criteria that all ask for words of one sentence each."""
    return question(
        *(
            criterion(
                *(
                    _indicator(f"i{n}", f"Names {c}x{n}", f"gadget{c}x{n} widget{c}x{n} sprocket")
                    for n in range(each)
                ),
                name=f"c{c}",
            )
            for c in range(criteria)
        )
    )  # fmt: skip


def test_there_are_three_a_criterion_and_twelve_an_answer_at_most() -> None:
    said = [f"First widget{c}x{n} before gadget{c}x{n} there." for c in range(6) for n in range(5)]
    judgements = judged("\n\n".join(said), _many(6, 5)).judgements
    counts = [len(j.near) for j in judgements]
    assert max(counts) == near.PER_CRITERION
    assert sum(counts) == near.PER_ANSWER


def test_a_sentence_is_used_for_two_indicators_at_most() -> None:
    said = " ".join(f"widget{c}x0 gadget{c}x0" for c in range(4))
    judgements = judged(f"Sprocket {said}.", _many(4, 1)).judgements
    assert sum(len(j.near) for j in judgements) == near.PER_UNIT


def test_an_answer_of_a_megabyte_is_compared_in_its_first_units_only() -> None:
    line = "We put {n} visitors into groups of equal size, split by a hash number {n}.\n\n"
    long = "".join(line.format(n=n) for n in range(14_000))
    reading = read({"scope": long}, Given.of([]))
    known = near._known(SHOP.rubric)
    assert len(long) > 1_000_000
    assert len(near._units(reading, known, set())) == near.MOST_UNITS


def test_a_unit_of_a_megabyte_is_compared_by_its_first_words_only() -> None:
    reading = read({"scope": "we split visitors into groups " * 35_000}, Given.of([]))
    said = near._units(reading, near._known(SHOP.rubric), set())
    assert max(len(each.forms) for each in said) == near.MOST_WORDS
    assert max(len(each.line.words) for each in said) > near.MOST_WORDS


def test_threads_find_the_same() -> None:
    results: list[dict[str, NearMiss]] = []
    threads = [threading.Thread(target=lambda: results.append(found(SPLIT))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [found(SPLIT)] * 8


def test_without_the_vectors_words_decide_and_it_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="rubrics.judges.near"):
        vectors = near.vectors_in(tmp_path)
    assert vectors is None
    assert len(caplog.records) == 1
    reading = read({"scope": SPLIT}, Given.of([]))
    missing = [Judgement(criterion="evaluates", level=1, missing=("experiment",))]
    misses = near.near_misses(SHOP.rubric, reading, missing, (), None)
    assert [miss.evidence.quote for miss in misses["evaluates"]] == [SPLIT]


def test_vectors_know_words_that_are_alike() -> None:
    vectors = near.shared_vectors()
    assert vectors
    dog, hound, tax = (vectors.of([word]) for word in ("dog", "hound", "tax"))
    assert dog @ hound > 2 * (dog @ tax)
    assert not vectors.of([]).any()


_OFFLINE = """
import logging, sys

def refuse(event, arguments):
    if event.startswith(("socket.", "urllib.")):
        raise SystemExit(f"the network was asked: {event} {arguments}")

sys.addaudithook(refuse)
from rubrics.judges import near
assert near.shared_vectors() is not None
assert not {"requests", "huggingface_hub"} & set(sys.modules), "a downloader was loaded"
assert not logging.getLogger().handlers, "the logging of the process was changed"
"""


def test_the_vectors_come_from_the_wheel_and_never_over_the_network(tmp_path: Path) -> None:
    root = Path(near.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _OFFLINE], cwd=root, env={"HOME": str(tmp_path)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_loaded_before_a_near_miss_is_asked_for() -> None:
    code = "import rubrics.judges, sys; print({'numpy', 'tokenizers'} & set(sys.modules))"
    root = Path(near.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
