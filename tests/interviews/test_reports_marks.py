"""Marks in an answer: nothing is lost of the text or of a mark, however they overlap."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from interviews.reports.marks import Kind, Marks, Piece, anchor
from interviews.templatetags.mlsd import marked
from rubrics.scoring import Depth, Evidence, Finding, Flag, Judgement, NearMiss, Scorecard
from tests.pages import HOSTILE, Page

TEXTS = st.text(alphabet="ab <>&\"'\n🎬é.", min_size=1, max_size=40)
SPANS = st.lists(
    st.tuples(st.integers(0, 39), st.integers(1, 40), st.sampled_from(list(Kind))), max_size=8
)


def a_card(text: str, spans: Iterable[tuple[int, int, Kind]]) -> Scorecard:
    """A scorecard that quotes a text at these places, each for its reason."""
    quotes: dict[Kind, list[Evidence]] = {kind: [] for kind in Kind}
    for start, end, kind in spans:
        quotes[kind].append(Evidence(stage="scope", start=start, end=end, quote=text[start:end]))
    judgement = Judgement(
        criterion="goal",
        level=1,
        met=(
            Finding(
                indicator="metric", depth=Depth.MENTIONED, evidence=tuple(quotes[Kind.EVIDENCE])
            ),
        ),
        near=tuple(
            NearMiss(indicator="load", wording="peak", evidence=each) for each in quotes[Kind.NEAR]
        ),
        flags=(Flag(kind="red-flag", title="A flag", evidence=tuple(quotes[Kind.FLAG])),),
    )
    aside = Flag(kind="set-aside", title="This <b>repeats</b>.", evidence=tuple(quotes[Kind.ASIDE]))
    return Scorecard(
        judge="rules",
        rubric_hash="0" * 64,
        score=0,
        bands={},
        competencies={},
        judgements=(judgement,),
        flags=(aside,),
    )


def pieces_of(text: str, *spans: tuple[int, int, Kind]) -> tuple[Piece, ...]:
    return Marks.of(a_card(text, spans), {"scope": text}).pieces("scope")


def leaves(pieces: Iterable[Piece], over: tuple[Kind, ...] = ()) -> Iterator[tuple[str, set[Kind]]]:
    """Every run of text with all the kinds that it is marked with."""
    for piece in pieces:
        kinds = (*over, *piece.kinds)
        if piece.inside:
            yield from leaves(piece.inside, kinds)
        else:
            yield piece.text, set(kinds)


@given(TEXTS, SPANS)
def test_every_letter_keeps_its_place_and_all_of_its_marks(
    text: str, spans: list[tuple[int, int, Kind]]
) -> None:
    wanted = [set[Kind]() for _ in text]
    for start, end, kind in spans:
        if start < end <= len(text):
            for at in range(start, end):
                wanted[at].add(kind)
    found = [(letter, kinds) for run, kinds in leaves(pieces_of(text, *spans)) for letter in run]
    assert found == list(zip(text, wanted, strict=True))


@given(TEXTS, SPANS)
def test_in_the_page_the_text_is_the_same_and_each_place_is_named_once(
    text: str, spans: list[tuple[int, int, Kind]]
) -> None:
    html = marked(pieces_of(text, *spans))
    assert unescape(re.sub(r"<[^>]*>", "", html)) == text
    names = [element.attributes.get("id") for element in Page(html).elements]
    named = [name for name in names if name]
    there = {f"quote-scope-{start}-{end}" for start, end, _ in spans if start < end <= len(text)}
    assert sorted(named) == sorted(there)


def test_a_place_inside_another_is_an_element_inside_its_element() -> None:
    html = marked(pieces_of("abcdef", (0, 6, Kind.EVIDENCE), (2, 4, Kind.NEAR)))
    outer = Page(html).one("mark")
    (inner,) = outer.inside
    assert (outer.text, outer.attributes["data-kind"]) == ("abcdef", "evidence")
    assert (inner.tag, inner.text, inner.attributes["data-kind"]) == ("u", "cd", "near")


def test_one_place_for_two_reasons_is_one_element_that_says_both() -> None:
    html = marked(pieces_of("abcdef", (1, 4, Kind.NEAR), (1, 4, Kind.FLAG)))
    assert Page(html).one("mark").attributes["data-kind"] == "flag near"


def test_what_was_set_aside_is_struck_out_with_its_reason() -> None:
    struck = Page(marked(pieces_of("abcdef", (0, 3, Kind.ASIDE)))).one("s")
    assert struck.text == "abc"
    assert struck.attributes["data-why"] == "<b>repeats</b>"
    assert struck.attributes["aria-describedby"] == "why-scope-brepeatsb"


def test_neighbours_say_their_reason_once_and_others_again() -> None:
    spans = [(0, 2, Kind.ASIDE), (4, 6, Kind.ASIDE), (8, 10, Kind.ASIDE)]
    page = Page(marked(pieces_of("ab. cd. x. ef", *spans[:2], (11, 13, Kind.ASIDE))))
    assert ["data-why" in each.attributes for each in page.all("s")] == [False, True, True]


def test_hostile_text_becomes_no_elements() -> None:
    for text in HOSTILE:
        page = Page(marked(pieces_of(text, (0, len(text), Kind.EVIDENCE))))
        assert [element.tag for element in page.elements] == ["mark"], text


def test_a_quote_that_stands_elsewhere_has_no_place() -> None:
    texts = {"scope": "abc"}
    assert anchor(Evidence(stage="scope", start=0, end=2, quote="ab"), texts)
    for stage, start, end, quote in (
        ("scope", 0, 2, "bc"), ("scope", -3, -1, "ab"), ("scope", 1, 1, ""), ("other", 0, 2, "ab"),
    ):  # fmt: skip
        assert not anchor(Evidence(stage=stage, start=start, end=end, quote=quote), texts)
