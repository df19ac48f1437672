"""A file is split at the headings of its stages, and loses nothing but those."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.reading.sections import by_stage, spans_by_stage
from tests.rubrics.documents import library

FRAMEWORKS = library().frameworks
FRAMEWORK = FRAMEWORKS["four-stage"]


def test_stages_are_told_by_the_first_words_of_their_titles() -> None:
    text = "## clarification\na\n## Deep dive\nb\n### Data\nc\n## EVALUATION & MONITORING ##\nd\n"
    assert by_stage(text, FRAMEWORK) == {
        "scope": "a\n",
        "deep-dive": "b\n### Data\nc\n",
        "evaluation": "d\n",
    }


@pytest.mark.parametrize(
    "heading",
    [
        "## Deep dive",
        "##Deep dive",
        "   ## Deep Dive Component Design: ranking and serving",
        "## 3. Deep dive",
        "## 3) Deep-Dive ###",
        "## 3.1 - Deep dive",
        "## III. Deep dive",
        "## Stage 3: Deep dive",
        "## Part 3 – Deep dive (ranking)",
        "## **Deep dive**",
        "## deep-dive",
        "## Deep dive: candidate generation",
        "## Deep dive - candidate generation",
        "##\tDeep dive\t",
        "## X. Deep dive",
        "Deep dive\n-----",
        "3. Deep dive\n---   ",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_heading_may_be_written_in_many_ways(heading: str, end: str) -> None:
    lines = ["## Clarification and scope", "", "first", "", *heading.split("\n"), "", "second", ""]
    assert by_stage(end.join(lines), FRAMEWORK) == {
        "scope": f"{end}first{end}{end}",
        "deep-dive": f"{end}second{end}",
    }


@pytest.mark.parametrize(
    "text",
    [
        "## Scope of work\nx\n",
        "# Deep dive\nx\n",
        "### Deep dive\nx\n",
        "## 3.\nx\n",
        "##\nx\n",
        "    ## Deep dive\nx\n",
        "> ## Deep dive\nx\n",
        "We go on to the\nDeep dive\n---\nx\n",
        "- Deep dive\n---\nx\n",
        "```\n## Deep dive\n```\nx\n",
        "~~~ md\n## Deep dive\n```\n## Evaluation\n~~~~\nx\n",
        "````\n```\n## Deep dive\n````\n",
        "---\n",
        "\n---\n",
        "just text",
        "",
    ],
)
def test_what_is_no_heading_of_a_stage_stays_in_its_text(text: str) -> None:
    assert by_stage(text, FRAMEWORK) == {"answer": text}


def test_a_fence_that_is_never_closed_hides_no_heading() -> None:
    text = "## Deep dive\n```python\nx = 1\n## Evaluation\ny\n"
    assert by_stage(text, FRAMEWORK) == {
        "deep-dive": "```python\nx = 1\n",
        "evaluation": "y\n",
    }


def test_code_within_a_line_is_no_fence() -> None:
    text = "## Deep dive\n```a``` and ```b```\n## Evaluation\n```\nc\n```\n"
    assert by_stage(text, FRAMEWORK) == {
        "deep-dive": "```a``` and ```b```\n",
        "evaluation": "```\nc\n```\n",
    }


def test_a_heading_after_a_fence_counts() -> None:
    text = "## Deep dive\n```\n## Evaluation\n```\n## Evaluation\ny"
    assert by_stage(text, FRAMEWORK)["evaluation"] == "y"


def test_text_above_the_first_heading_goes_to_the_first_stage() -> None:
    assert by_stage("Hello\n## Deep dive\nb", FRAMEWORK) == {"scope": "Hello\n", "deep-dive": "b"}


def test_a_stage_that_comes_twice_is_joined() -> None:
    text = "## Deep dive\na\n## Evaluation\nb\n## Other\nc\n## Deep dive\nd"
    assert by_stage(text, FRAMEWORK) == {"deep-dive": "a\nd", "evaluation": "b\n## Other\nc\n"}
    assert spans_by_stage(text, FRAMEWORK)["deep-dive"] == [(13, 15), (55, 56)]


def test_every_stage_of_every_framework_is_told_by_its_title() -> None:
    for framework in FRAMEWORKS.values():
        text = "".join(f"## {n}. {s.title}\n{s.id}\n" for n, s in enumerate(framework.stages, 1))
        assert by_stage(text, framework) == {s.id: f"{s.id}\n" for s in framework.stages}


PIECES = ["## Deep dive", "## Evaluation", "Deep dive", "---", "```", "~~~", "x", "", " ", "\r"]


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_spans_lose_nothing_but_headings(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    spans = sorted(span for parts in spans_by_stage(text, FRAMEWORK).values() for span in parts)
    at = 0
    for start, end in [*spans, (len(text), len(text))]:
        assert start >= at
        lost = [line for line in text[at:start].split("\n") if line.strip()]
        assert set(lost) <= {"## Deep dive", "## Evaluation", "Deep dive", "---"}
        at = end


def test_a_title_of_signs_only_takes_no_heading() -> None:
    stage = FRAMEWORK.stages[0].model_copy(update={"id": "odd", "title": "???"})
    odd = FRAMEWORK.model_copy(update={"stages": (stage, *FRAMEWORK.stages[1:])})
    assert by_stage("## Deep dive\nx", odd) == {"deep-dive": "x"}
