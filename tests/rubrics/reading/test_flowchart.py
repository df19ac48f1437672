"""The outline as the source of a picture: what is drawn, and that no label is syntax."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.reading.flowchart import MOST_DRAWN, picture

STATEMENT = re.compile(
    r'flowchart LR|  n\d+\["[\w .,\-/()+%\'#;]*"\]|  n\d+ <?-->(?:\|"[\w .,\-/()+%\'#;]*"\|)? n\d+'
)


def test_components_and_connections_are_drawn_with_their_labels() -> None:
    drawn = picture("Events -> Feature store: hourly\n- [Cache]")
    assert (drawn.components, drawn.connections) == (3, 1)
    assert drawn.source.splitlines() == [
        "flowchart LR",
        '  n0["Events"]',
        '  n1["Feature store"]',
        '  n2["Cache"]',
        '  n0 -->|"hourly"| n1',
    ]


def test_an_arrow_with_two_heads_is_drawn_once() -> None:
    assert picture("Ranker <-> Cache: 5 ms").source.splitlines()[3:] == ['  n0 <-->|"5 ms"| n1']


def test_a_label_is_never_syntax() -> None:
    source = picture('[a "quoted" <b>] -> [`x` | y]: say "end" | now').source
    assert '["a #34;quoted#34; #60;b#62;"]' in source
    assert source.endswith('-->|"say #34;end#34; #124; now"| n1')
    assert "`" not in source


def test_a_line_with_an_arrow_that_is_no_connection_is_named() -> None:
    drawn = picture("Events -> Ranker\n\nWe think that this -> is because of that one")
    assert [(each.number, each.line) for each in drawn.unread] == [
        (3, "We think that this -> is because of that one")
    ]


def test_headings_and_notes_are_no_mistakes() -> None:
    assert picture("## Offline\n- drawn in a hurry").unread == ()


def test_nothing_gives_no_picture_and_is_not_too_large() -> None:
    drawn = picture("")
    assert (drawn.source, drawn.is_too_large) == ("", False)


def test_what_is_too_large_for_a_picture_says_so() -> None:
    drawn = picture("\n".join(f"a{n} -> b{n}" for n in range(MOST_DRAWN)))
    assert (drawn.source, drawn.is_too_large) == ("", True)
    assert drawn.connections == MOST_DRAWN


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_text_gives_source_of_known_statements_only(left: str, right: str, label: str) -> None:
    for text in (f"{left} -> {right}: {label}", f"[{left}] -> [{right}]", left):
        for line in picture(text).source.split("\n"):
            assert not line or STATEMENT.fullmatch(line), line


@pytest.mark.parametrize("text", ["->", "a ->", "-> b", "\x00 -> \ud800"])
def test_half_an_arrow_is_no_connection(text: str) -> None:
    assert picture(text).connections == 0
