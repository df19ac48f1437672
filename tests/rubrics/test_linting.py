"""Each lint rule fires on its example, at its line, and on nothing good; none ever raises."""

import re
import shutil
from collections.abc import Mapping
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.linting import FIRST, MOST_KEPT, RULES, SCORING, checked, lint, lint_library
from rubrics.linting.case import Case
from rubrics.loading import LIBRARY, Problem, Source, load_library, parse, question_of
from rubrics.schema import Concept, Question
from tests.rubrics.documents import (
    WHOLE,
    answered,
    criterion,
    indicator,
    library,
    question,
    whole,
)

LIBRARY_NOW = library()
NOWHERE = Source("q.yaml", None, {(): 1})


def problems(checked: Question) -> list[Problem]:
    return lint(NOWHERE, checked, LIBRARY_NOW.frameworks)


def rules_broken(checked: Question) -> set[str]:
    return {problem.rule for problem in problems(checked)}


C = "rubric.criteria.0"
I = f"{C}.indicators.0"  # noqa: E741
ONE_MORE = f"{I}.wordings.3"
FIRST_CRITERION = WHOLE["rubric"]["criteria"][0]
MODEL = WHOLE["model_answer"]["stages"]
LOYALTY = {
    "id": "loyalty",
    "title": "Hands out loyalty cards",
    "wordings": ["loyalty card", "stamp book", "bonus scheme"],
    "plain": ["the tenth one is free"],
    "details": ["ten stamps"],
    "reasons": ["gifts bind"],
}

# Rule → changes of the whole question that break this rule and no other.
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "phrase": {ONE_MORE: "(loyalty|bonus card"},
    "phrase-marks": {ONE_MORE: "loyalty | bonus"},
    "unmatchable": {ONE_MORE: "household’s loyalty"},
    "few-wordings": {f"{I}.wordings": ["weekly returns", "habit rate"]},
    "no-plain": {f"{I}.plain": [], ONE_MORE: "loyalty figure"},
    "no-detail": {f"{I}.details": []},
    "common-word": {ONE_MORE: "metric"},
    "hidden-word": {ONE_MORE: "(the|) loyalty"},
    "empty-wording": {ONE_MORE: "what (if|then)"},
    "own-negation": {ONE_MORE: "no weekly returns"},
    "in-prompt": {ONE_MORE: "nine million cooks"},
    "wording-twice": {f"{C}.indicators.1.wordings.3": "habit rate"},
    "same-wordings": {
        f"rubric.criteria.1.indicators.0.wordings.{number}": wording
        for number, wording in enumerate(["weekly returns", "habit rate", "retention target"], 3)
    },
    "flag-wording": {f"{C}.red_flags.0.wordings.1": "habit rate"},
    "detail-in-name": {f"{I}.details.2": "habit rates"},
    "pattern": {f"{I}.patterns": [r"\d+ (ms"]},
    "pattern-slow": {f"{I}.patterns": [r"(?:\d+,?)+ visits"]},
    "pattern-empty": {f"{I}.patterns": [r"\d?\$?"]},
    "pattern-capitals": {f"{I}.patterns": [r"\d KPI"]},
    "pattern-as-words": {f"{I}.patterns": [r"\bloyal(ty)? cards?\b"]},
    "competency": {"rubric.criteria.9.competency": "monitoring"},
    "targets": {"rubric.targets.staff.data": 1},
    "weights": {f"{C}.weight": 2},
    "indicators": {f"{C}.indicators": FIRST_CRITERION["indicators"][:3]},
    "gate": {
        f"{C}.gates": {
            2: {"points": 1, "specified": 1},
            3: {"points": 2, "specified": 2},
            4: {"points": 9, "specified": 2},
        }
    },
    "gate-order": {
        f"{C}.gates": {
            2: {"points": 1, "specified": 1},
            3: {"points": 2, "specified": 2},
            4: {"points": 2.7, "specified": 1},
        }
    },
    "gate-naming": {
        f"{C}.gates": {
            2: {"points": 0.5},
            3: {"points": 2, "specified": 2},
            4: {"points": 2.7, "specified": 2},
        }
    },
    "anchors": {f"{C}.levels.4": f"Very clearly {FIRST_CRITERION['levels']['3'].lower()}"},
    "anchor-thin": {f"{C}.levels.3": "Explains it fairly well."},
    "accepts": {"rubric.criteria.1.indicators.0.accepts": ["asked"]},
    "text-twice": {"rubric.criteria.1.title": FIRST_CRITERION["title"]},
    "title-length": {f"{C}.title": "Goals"},
    "id-repeats": {f"{C}.indicators.1.id": "on-requirements-load"},
    "complete": {"summary": None},
    "subject": {"subject": [f"({'|'.join(WHOLE['subject'])})"]},
    "subject-unused": {"subject": ["kitchen", "ingredient", "cook"]},
    "fact-asks": {"facts.0.asks": ["How many rivers?"]},
    "probe-cover": {
        f"probes.{number}.indicators": ["on-requirements.goal"] for number in range(6)
    },
    "probe-prompt": {
        "probes.0.ask": "What proposes a dinner from the ingredients of somebody's kitchen?"
    },
    "probe-tells": {"probes.0.ask": "What is the habit rate?"},
    "concepts": {f"{I}.concepts": ["canary-release"]},
    "reading": {"reading.1.title": "Cooking by numbers"},
    "example": {"facts.0.asks.0": "Do we know when parcels really arrived?"},
    "staged": {"model_answer.stages.nowhere": "Nothing is here."},
    "model-length": {"model_answer": answered((2, 2, 2, 2))},
    "sample-length": {"samples.0.stages": {"scope": "We would try hard."}},
    "answer-copies": {
        "model_answer.stages.scope": f"{MODEL['scope']}\n\n{FIRST_CRITERION['levels']['4']}"
    },
    "flag-raised": {
        "model_answer.stages.scope": f"{MODEL['scope']}\n\nBut who needs weekly returns anyway."
    },
    "never-met": {f"{C}.indicators.4": LOYALTY},
    "model-score": {"model_answer": answered((2, 2, 1, 0), remarks=True)},
    "sample-levels": {"samples.0.levels": {"on-requirements": 1}},
    "sample-order": {"samples.2.stages": WHOLE["samples"][1]["stages"]},
    "sample-level-far": {"samples.0.levels.on-data": 3},
}  # fmt: skip


def test_the_whole_question_breaks_no_rule() -> None:
    assert problems(whole()) == []


def test_there_is_an_example_for_every_rule() -> None:
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize("name", list(RULES))
def test_the_example_of_a_rule_breaks_it_and_no_other(name: str) -> None:
    assert rules_broken(whole(EXAMPLES[name])) == {name}


def test_no_rule_looks_at_answers_but_those_that_are_said_to_score_them() -> None:
    def looks_at_answers(name: str) -> bool:
        case = Case(whole(), LIBRARY_NOW.frameworks)
        list(RULES[name](case))
        return "answers" in vars(case)

    assert set(RULES) >= SCORING
    assert {name for name in RULES if looks_at_answers(name)} <= SCORING


def test_of_very_many_problems_the_first_are_kept_with_their_number() -> None:
    facts = [{"id": f"f-{n}", "fact": f"It is {n}.", "asks": [f"Is it {n}?"]} for n in range(400)]
    many = question(facts=facts)
    found = problems(many)
    verdict = checked(NOWHERE, many, LIBRARY_NOW.frameworks)
    assert verdict.count == len(found) > 400
    assert verdict.problems == tuple(found[:MOST_KEPT])


def test_the_guide_says_what_to_do_about_every_rule() -> None:
    guide = LIBRARY.parent.parent / "docs" / "writing-rubrics.md"
    _, table = guide.read_text().split("## What lint says")
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == list(RULES)


def test_a_problem_carries_its_line() -> None:
    path = ("rubric", "criteria", 0, "indicators", 0, "plain")
    source = Source("q.yaml", None, {(): 1, path: 17})
    found = lint(source, whole({f"{I}.plain": []}), LIBRARY_NOW.frameworks)
    assert 17 in [p.line for p in found if p.rule == "no-plain"]


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (f"{I}.wordings.0", "(a|b"),
        (f"{I}.details.0", "the"),
        (f"{C}.red_flags.0.wordings.0", "b) c"),
        (f"{I}.drawn", [{"component": "(store"}]),
        (f"{I}.drawn", [{"path": ["events", "(the|a)"]}]),
        (f"{I}.drawn", [{"loop": ["events", "..."]}]),
        ("subject.0", "(meal"),
        (f"{I}.wordings.0", "(x .. y|z) card " * 20),
        (f"{I}.patterns", ["[a"]),
        (f"{I}.patterns", ["a{9999999999}"]),
        (f"{I}.patterns", ["[[a]"]),
        (f"{I}.patterns", [r"\d+(?= ms)"]),
    ],
)
def test_what_cannot_be_read_is_told_wherever_it_stands(where: str, value: object) -> None:
    assert rules_broken(whole({where: value})) <= set(FIRST)
    assert rules_broken(whole({where: value}))


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(?:zz|z)*c",
        r"(?:z|zyz|y){1,30}c",
        r"(?:\w+ ){2,}x",
        r".*a.*b",
        r"\s+\s+x",
        r"\d+,\d+,\d+",
        r"(?:a{1,30}){1,30}b",
        r"a?a?a?a?a?a?a?a?a?a?a?a?a?ab",
        r".{0,90}.{0,90}x",
        r"(?:a*?b?)+c",
        r"a.{2,500}b.{2,500}c",
    ],
)
def test_a_pattern_that_may_take_long_is_told(pattern: str) -> None:
    assert rules_broken(whole({f"{I}.patterns": [pattern]})) == {"pattern-slow"}


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d{1,9}(?:\.\d{1,3})? ?(?:ms|milliseconds?)\b",
        r"p ?/ ?\(p ?\+ ?\(1 ?- ?p\) ?/ ?w\)",
        r"\b\d{1,3}(?:,\d{3}){1,3} (?:requests|queries)",
        r"(?:recall|hits?) ?@ ?\d{1,3}",
        r"^\s?=.{0,40}=",
        r"x{2}\d+",
        r"(?:\w{1,20} ){0,6}= ?\d",
    ],
)
def test_a_pattern_that_is_needed_and_quick_is_let_be(pattern: str) -> None:
    assert rules_broken(whole({f"{I}.patterns": [pattern]})) == set()


@pytest.mark.parametrize(
    "phrase",
    [
        "(loyalty|bonus) card .. (stamps|points)",
        "loyalty (card|)",
        "not only loyalty",
        "(no|without) churn",
        "(just|recently) skipped",
        "card(s|) with stamps",
        "p99",
    ],
)
def test_a_wording_with_nothing_wrong_is_let_be(phrase: str) -> None:
    expected = {"hidden-word"} if phrase.endswith("|)") else set()
    assert rules_broken(whole({ONE_MORE: phrase})) == expected


def test_a_level_that_nobody_can_reach_by_naming_components_is_told() -> None:
    nothing: Mapping[str, Any] = {"wordings": [], "plain": [], "details": [], "reasons": []}
    drawn = [{"component": "tester"}]
    bare = [indicator(name=name, drawn=drawn, **nothing) for name in ("one", "two")]
    checked = question(criterion(*bare))
    messages = [p.message for p in problems(checked) if p.rule == "gate"]
    assert "asks for 1 specified indicators; only 0 can be" in messages


def test_a_figure_can_be_given_for_whatever_has_a_name() -> None:
    named = [indicator(name=name, details=[], reasons=[]) for name in ("one", "two")]
    checked = question(criterion(*named))
    assert {"no-detail"} <= rules_broken(checked)
    assert "gate" not in rules_broken(checked)


def test_an_answer_that_hardly_says_the_subject_is_told_the_weak_one_too() -> None:
    found = problems(whole({"subject": ["kitchen", "ingredient", "cook"]}))
    assert [p.message for p in found] == [
        "the model answer says the subject 1.8 times in 100 words; 2.0 are wanted",
        "the weak sample says the subject 0.6 times in 100 words; 2.0 are wanted",
        "the mid sample says the subject 1.6 times in 100 words; 2.0 are wanted",
    ]


def test_a_stretch_of_strung_terms_is_told_once_for_each_stage() -> None:
    terms = [phrase for row in FIRST_CRITERION["indicators"] for phrase in row["wordings"]]
    bag = "\n\n".join(f"We use {one} and {other}." for one, other in permutations(terms[:6], 2))
    found = problems(whole({"samples.0.stages": {"scope": bag}}))
    assert [p.message for p in found if p.rule == "answer-copies"] == [
        "a part of the weak sample is set aside (This only strings terms together):"
        " 'We use weekly returns and habit rate.' and 29 more"
    ]


def silent_about(subject: str, changes: Mapping[str, Any]) -> list[str]:
    """The answers that are told to say the subject more often."""
    found = problems(whole({"subject": [subject], **changes}))
    return [p.message.split(" says")[0] for p in found if p.rule == "subject-unused"]


def test_an_answer_too_short_to_be_doubted_may_be_silent_about_the_subject() -> None:
    short = {"scope": WHOLE["samples"][0]["stages"]["scope"]}
    assert "the weak sample" in silent_about("saucepan", {})
    assert "the weak sample" not in silent_about("saucepan", {"samples.0.stages": short})


def test_gates_that_drop_what_a_lower_one_needs_are_told() -> None:
    gates = {
        2: {"points": 1, "specified": 1, "must": ["goal"]},
        3: {"points": 2, "specified": 2},
        4: {"points": 2.7, "specified": 2},
    }
    messages = [p.message for p in problems(whole({f"{C}.gates": gates}))]
    assert messages == ["drops goal, which level 2 needs"]


def test_a_phrase_that_a_card_brings_along_is_told_at_the_card() -> None:
    text = (LIBRARY / "questions" / "churn-prediction.yaml").read_text()
    denying = Concept(
        id="drift", title="Drift", wordings=("lost habits", "no lost habits"), card="-"
    )
    concepts = {**LIBRARY_NOW.concepts, "drift": denying}
    source = parse(text, "q.yaml")
    told = [p for p in lint(source, question_of(source, concepts), {}) if "the card" in p.message]
    assert told
    for each in told:
        assert each.path.endswith(".concepts")
        assert "'no lost habits', which the card drift brings along: " in each.message
        assert "drift" in text.splitlines()[each.line - 1]


def test_a_short_document_is_told_what_it_lacks() -> None:
    checked = Question.model_validate(
        {"id": "tiny", "title": "Tiny", "prompt": "Design it.", "rubric": question().rubric}
    )
    assert {"complete", "competency", "targets", "subject"} <= rules_broken(checked)


PHRASE = st.text(alphabet="ab c(|).’-?9%\u00bd", min_size=1, max_size=24)
PATTERN = st.text(alphabet="ab A1\\ds[]()|?*+{},^$.-", min_size=1, max_size=16)
DRAWN = st.fixed_dictionaries({"component": PHRASE}) | st.fixed_dictionaries(
    {"path": st.lists(PHRASE, min_size=2, max_size=3)}
)


@given(
    fields=st.fixed_dictionaries(
        {part: st.lists(PHRASE, max_size=3) for part in ("wordings", "plain", "details", "reasons")}
        | {"patterns": st.lists(PATTERN, max_size=2), "drawn": st.lists(DRAWN, max_size=2)}
    ),
    subject=st.lists(PHRASE, max_size=3),
    text=PHRASE,
)
@settings(max_examples=150, deadline=None)
def test_no_document_makes_lint_raise(
    fields: dict[str, Any], subject: list[str], text: str
) -> None:
    try:
        checked = question(
            criterion(
                indicator(**fields),
                gates={level: {"points": 9, "must": ["ab-test"]} for level in (2, 3, 4)},
                red_flags=[{"id": "f", "title": text, "wordings": [text]}],
            ),
            subject=subject,
            facts=[{"id": "f", "fact": text, "asks": [text, text]}],
            probes=[{"id": "p", "ask": text, "indicators": ["evaluates.ab-test"]}],
            model_answer={"framework": "none", "stages": {"x": text}},
            samples=[
                {
                    "framework": "none",
                    "grade": "weak",
                    "stages": {"x": text},
                    "levels": {"evaluates": 1},
                }
            ],
            reading=[{"title": text, "authors": text}] * 2,
        )
    except ValueError:  # not valid by the schema: blank, say
        return
    assert all(problem.message for problem in problems(checked))


def test_an_unreadable_phrase_of_the_library_is_told_at_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    shutil.copytree(LIBRARY, folder)
    file = folder / "questions" / "video-recommendation.yaml"
    for other in {*file.parent.glob("*.yaml")} - {file}:
        other.unlink()
    lines = file.read_text().split("\n")
    at = next(n for n, line in enumerate(lines) if line.strip() == "wordings:") + 1
    lines[at] = lines[at].split("- ")[0] + "- (never closed"
    file.write_text("\n".join(lines))
    found = [p for p in lint_library(load_library(folder)) if p.file == str(file)]
    assert [(p.rule, p.line) for p in found] == [("phrase", at + 1)]


def test_a_judge_far_from_the_rater_is_told_with_what_it_missed() -> None:
    found = problems(whole({"samples.0.levels.on-data": 3}))
    assert [p.message.split(" (")[0] for p in found] == ["a rater gives 3, the judge 1"]
    assert "not found: " in found[0].message


def test_a_count_that_is_off_says_what_there_is() -> None:
    found = problems(whole({"reading": WHOLE["reading"][:1], f"{I}.details": []}))
    assert "2 to 20 entries of reading are wanted; here is one" in [p.message for p in found]


def test_words_of_the_prompt_are_quoted_where_a_phrase_with_a_gap_met_them() -> None:
    found = problems(whole({ONE_MORE: "nine .. cooks"}))
    assert [p.message.rpartition(": ")[2] for p in found] == ["'nine million cooks'"]
