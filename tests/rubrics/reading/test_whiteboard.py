"""A drawing on the whiteboard becomes lines that read as the graph that was drawn."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.reading import units
from rubrics.reading.diagram import Asked, Graph, find, graph_of
from rubrics.reading.lexicon import words
from rubrics.reading.whiteboard import MOST_ELEMENTS, outline, outline_of
from rubrics.schema import Drawn


def pairs(graph: Graph) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in graph.edges}


# --- A whole export, as the whiteboard saves it ---


def saved(kind: str, key: str, x: float, y: float, w: float, h: float, **own: Any) -> Any:
    """An element with every field that the whiteboard writes."""
    return {
        "id": key,
        "type": kind,
        "x": x,
        "y": y,
        "width": w,
        "height": h,
        "angle": 0,
        "strokeColor": "#1e1e1e",
        "backgroundColor": "transparent",
        "fillStyle": "solid",
        "strokeWidth": 2,
        "strokeStyle": "solid",
        "roughness": 1,
        "opacity": 100,
        "groupIds": [],
        "frameId": None,
        "index": "a0",
        "roundness": {"type": 3},
        "seed": 1968410350,
        "version": 141,
        "versionNonce": 1150084233,
        "isDeleted": False,
        "boundElements": [],
        "updated": 1732200000000,
        "link": None,
        "locked": False,
    } | own


def box(key: str, x: float, y: float, *, kind: str = "rectangle", **own: Any) -> Any:
    return saved(kind, key, x, y, 160, 70, **own)


def text(
    key: str, content: str, x: float, y: float, *, within: str | None = None, **own: Any
) -> Any:
    lines = content.split("\n")
    size = (9 * max(map(len, lines)), 25 * len(lines))
    fields: dict[str, Any] = {
        "text": content,
        "originalText": content,
        "fontSize": 20,
        "fontFamily": 5,
        "textAlign": "center",
        "verticalAlign": "middle",
        "containerId": within,
        "autoResize": True,
        "lineHeight": 1.25,
    }
    return saved("text", key, x, y, *size, **(fields | own))


def arrow(
    key: str,
    start: tuple[str | None, float, float],
    end: tuple[str | None, float, float],
    **own: Any,
) -> Any:
    """An arrow from (bound id or None, x, y) to the same."""
    (source, x, y), (target, to_x, to_y) = start, end

    def bound(one: str | None) -> object:
        return {"elementId": one, "focus": 0.02, "gap": 4.5, "fixedPoint": None} if one else None

    fields: dict[str, Any] = {
        "points": [[0, 0], [(to_x - x) / 2, 3.5], [to_x - x, to_y - y]],
        "lastCommittedPoint": None,
        "startBinding": bound(source),
        "endBinding": bound(target),
        "startArrowhead": None,
        "endArrowhead": "arrow",
        "elbowed": False,
    }
    return saved("arrow", key, x, y, abs(to_x - x), abs(to_y - y), **(fields | own))


AD_RANKING: dict[str, Any] = {
    "type": "excalidraw",
    "version": 2,
    "source": "https://excalidraw.com",
    "appState": {"gridSize": 20, "viewBackgroundColor": "#ffffff"},
    "files": {},
    "elements": [
        saved("frame", "f-on", -20, -40, 1100, 300, name="Online"),
        saved("frame", "f-off", -20, 380, 1100, 320, name="Offline"),
        box("feed", 0, 0, kind="ellipse", frameId="f-on"),
        text("feed-t", "Feed", 50, 20, within="feed", frameId="f-on"),
        box("server", 260, 0, frameId="f-on"),
        text(
            "server-t", "Ad\nserver", 290, 10, within="server", frameId="f-on",
            originalText="Ad server",
        ),
        # Its text was never bound, it only lies in the box.
        box("pre", 520, 0, frameId="f-on"),
        text("pre-t", "Pre-ranker (two towers)", 525, 20, frameId="f-on"),
        box("rank", 780, 0, frameId="f-on"),
        text(
            "rank-t", "Heavy ranker\nDCN, calibrated\np99 30 ms, 500 ads a request", 785, 5,
            within="rank", frameId="f-on",
        ),
        box("fresh", 780, 160, kind="diamond", frameId="f-on"),
        text("fresh-t", "Budget left?", 800, 180, within="fresh", frameId="f-on"),
        # The feature store is an icon of the library: an ellipse, lines and a caption, one group.
        saved("ellipse", "fs", 520, 170, 90, 40, groupIds=["icon", "all"]),
        saved(
            "line", "fs-l", 520, 190, 0, 40, points=[[0, 0], [0, 40]], groupIds=["icon", "all"],
            startBinding=None, endBinding=None, startArrowhead=None, endArrowhead=None,
        ),
        text("fs-t", "Feature store", 510, 215, groupIds=["icon", "all"]),
        box("log", 0, 420, frameId="f-off"),
        text("log-t", "Event log", 40, 440, within="log", frameId="f-off"),
        box("join", 260, 420, frameId="f-off"),
        text("join-t", "Label join: 24 h window", 265, 440, within="join", frameId="f-off"),
        box("train", 520, 420, frameId="f-off"),
        text("train-t", "Trainer", 560, 440, within="train", frameId="f-off"),
        box("reg", 780, 420, frameId="f-off"),
        text("reg-t", "Model registry", 790, 440, within="reg", frameId="f-off"),
        box("shadow", 260, 560, frameId="f-off"),
        text("shadow-t", "Shadow eval", 280, 580, within="shadow", frameId="f-off"),
        box("gone", 520, 560, frameId="f-off", isDeleted=True),
        text("gone-t", "Old thing", 530, 580, within="gone", isDeleted=True),
        text("note", "- 50k QPS at peak\n- p99 100 ms end to end", 1120, 20),
        arrow("a1", ("feed", 162, 35), ("server", 257, 35)),
        text("a1-t", "request", 180, 20, within="a1"),
        arrow("a2", ("server", 422, 35), ("pre", 517, 35)),
        text("a2-t", "10k\nads", 440, 10, within="a2", originalText="10k ads"),
        # Drawn by hand: neither end is bound, both stop short of their boxes.
        arrow("a3", (None, 690, 30), (None, 768, 40)),
        arrow("a4", ("rank", 860, 72), ("fresh", 860, 158)),
        arrow("a5", ("rank", 778, 60), ("fs", 612, 185), startArrowhead="arrow"),
        arrow("a6", ("feed", 80, 72), ("log", 80, 418)),
        text("a6-t", "impressions; clicks -> Kafka", 90, 240, within="a6"),
        arrow(
            "a7", ("join", 258, 455), ("log", 162, 455), startArrowhead="arrow", endArrowhead=None
        ),
        arrow("a8", ("join", 422, 455), ("train", 518, 455)),
        arrow("a9", ("train", 682, 455), ("reg", 778, 455)),
        text("a9-t", "daily", 700, 440, within="a9"),
        arrow("a10", ("reg", 860, 418), ("rank", 860, 72)),
        arrow("a11", ("train", 600, 492), (None, 600, 900)),
        text("a11-t", "to where?", 610, 700, within="a11"),
    ],
}  # fmt: skip

AD_RANKING_IN_WORDS = """\
- Feed -> Event log: impressions, clicks -> Kafka
- Heavy ranker <-> Feature store
- Model registry -> Heavy ranker
- 50k QPS at peak
- p99 100 ms end to end
- to where?
## Online
- Feed -> Ad server: request
- Ad server -> Pre-ranker (two towers): 10k ads
- Pre-ranker (two towers) -> Heavy ranker
- Heavy ranker -> Budget left
- [Online]
- Heavy ranker: DCN, calibrated; p99 30 ms, 500 ads a request
## Offline
- Event log -> Label join 24 h window
- Label join 24 h window -> Trainer
- Trainer -> Model registry: daily
- [Offline]
- [Shadow eval]"""


def test_an_export_becomes_text_that_says_all_that_it_shows() -> None:
    assert outline(AD_RANKING) == AD_RANKING_IN_WORDS


def test_an_export_becomes_the_graph_that_was_drawn() -> None:
    graph = graph_of(outline(AD_RANKING).splitlines())
    assert set(graph.components) == {
        "Feed",
        "Ad server",
        "Pre-ranker (two towers)",
        "Heavy ranker",
        "Budget left",
        "Feature store",
        "Event log",
        "Label join 24 h window",
        "Trainer",
        "Model registry",
        "Shadow eval",
        "Online",
        "Offline",
    }
    assert pairs(graph) == {
        ("Feed", "Ad server"),
        ("Ad server", "Pre-ranker (two towers)"),
        ("Pre-ranker (two towers)", "Heavy ranker"),
        ("Heavy ranker", "Budget left"),
        ("Heavy ranker", "Feature store"),
        ("Feature store", "Heavy ranker"),
        ("Feed", "Event log"),
        ("Event log", "Label join 24 h window"),
        ("Label join 24 h window", "Trainer"),
        ("Trainer", "Model registry"),
        ("Model registry", "Heavy ranker"),
    }
    labels = {(edge.source, edge.target): edge.label for edge in graph.edges}
    assert labels["Ad server", "Pre-ranker (two towers)"] == "10k ads"
    assert labels["Feed", "Event log"] == "impressions, clicks -> Kafka"


def test_the_outline_keeps_its_lines_when_an_answer_is_split_into_units() -> None:
    text = outline(AD_RANKING)
    split = units.split("design", units.normalise(text))
    assert [unit.text for unit in split] == [
        line.removeprefix("- ").removeprefix("## ") for line in text.splitlines()
    ]
    assert pairs(graph_of([unit.text for unit in split])) == pairs(graph_of(text.splitlines()))


def test_the_order_of_elements_in_the_file_does_not_matter() -> None:
    assert outline(AD_RANKING["elements"][::-1]) == AD_RANKING_IN_WORDS


@pytest.mark.parametrize(
    ("drawn", "lines"),
    [
        ({"component": "(feature|feature store)"}, (1,)),
        ({"component": "shadow (evaluation|eval)"}, (18,)),
        ({"path": ["event", "trainer", "registry", "ranker"]}, (14, 15, 16, 2)),
        ({"path": ["feed", "two tower", "heavy"]}, (7, 8, 9)),
    ],
)
def test_what_an_export_shows_is_found_at_its_lines(
    drawn: dict[str, object], lines: tuple[int, ...]
) -> None:
    graph = graph_of(AD_RANKING_IN_WORDS.splitlines())
    assert find(graph, Asked.of(Drawn.model_validate(drawn))) == lines


@pytest.mark.parametrize(
    "drawn",
    [
        Drawn(path=("ranker", "event log")),
        Drawn(loop=("ranker", "event log", "trainer")),
    ],
)
def test_a_path_that_an_export_does_not_show_is_not_found(drawn: Drawn) -> None:
    assert find(graph_of(AD_RANKING_IN_WORDS.splitlines()), Asked.of(drawn)) is None


# --- The whiteboard, piece by piece ---


def drawing(*elements: Any) -> list[str]:
    return [line.removeprefix("- ") for line in outline(list(elements)).splitlines()]


def labelled(element: Any, said: str) -> list[Any]:
    """An element and the text that is bound to it."""
    key = element["id"]
    return [element, text(f"{key}-t", said, element["x"], element["y"], within=key)]


def named(key: str, name: str, x: float, y: float = 0) -> list[Any]:
    return labelled(box(key, x, y), name)


WRITER = named("b", "Writer", 400)
TWO = [*named("a", "Reader", 0), *WRITER]


@pytest.mark.parametrize(
    ("heads", "line"),
    [
        ({}, "Reader -> Writer"),
        ({"startArrowhead": "dot", "endArrowhead": "triangle"}, "Reader <-> Writer"),
        ({"startArrowhead": "arrow", "endArrowhead": None}, "Writer -> Reader"),
        ({"endArrowhead": None}, "Reader -> Writer"),
        ({"type": "line", "endArrowhead": None}, "Reader -> Writer"),
    ],
)
def test_heads_say_the_direction(heads: dict[str, object], line: str) -> None:
    assert drawing(*TWO, arrow("x", ("a", 165, 35), ("b", 395, 35), **heads)) == [line]


@pytest.mark.parametrize(("stops_at", "joined"), [(375, True), (369, False)])
def test_a_loose_end_belongs_to_what_is_near(stops_at: float, joined: bool) -> None:
    lines = drawing(*TWO, arrow("x", ("a", 165, 35), (None, stops_at, 35)))
    assert lines == (["Reader -> Writer"] if joined else ["[Reader]", "[Writer]"])


def test_a_loose_end_means_the_box_within_an_area_not_the_area() -> None:
    area = saved("rectangle", "area", -50, -50, 900, 300)
    title = text("title", "Serving", -40, -45)
    lines = drawing(area, title, *TWO, arrow("x", (None, 170, 35), (None, 390, 35)))
    assert lines == ["Reader -> Writer", "[Serving]"]


def test_a_stroke_within_one_shape_is_no_arrow_but_a_bound_one_to_itself_is() -> None:
    loose = arrow("x", (None, 10, 10), (None, 120, 60))
    assert drawing(*named("a", "Reader", 0), loose) == ["[Reader]"]
    bound = arrow("x", ("a", 10, 10), ("a", 120, 60))
    assert drawing(*named("a", "Reader", 0), bound) == ["Reader -> Reader"]


@pytest.mark.parametrize(
    ("ends", "own", "loose"),
    [
        ([("a", 165, 35), (None, 800, 600)], {}, 1),
        ([(None, 800, 600), (None, 900, 700)], {}, 1),
        ([(None, 800, 600), (None, 900, 700)], {"type": "line", "endArrowhead": "arrow"}, 1),
        ([(None, 10, 10), (None, 120, 60)], {}, 1),  # within one box
        ([("a", 165, 35), ("b", 395, 35)], {}, 0),
        ([("a", 165, 35), (None, 375, 35)], {}, 0),  # near the other
        ([(None, 800, 600), (None, 900, 700)], {"type": "line", "endArrowhead": None}, 0),
        ([(None, 800, 600), (None, 900, 700)], {"endArrowhead": None}, 0),
        ([(None, 800, 600), (None, 900, 700)], {"isDeleted": True}, 0),
    ],
)
def test_an_arrow_that_joins_nothing_is_counted_and_a_plain_line_is_not(
    ends: list[Any], own: dict[str, Any], loose: int
) -> None:
    assert outline_of([*TWO, arrow("x", *ends, **own)]).loose == loose


def test_an_arrow_bound_to_what_is_gone_ends_at_what_is_there() -> None:
    assert drawing(*TWO, arrow("x", ("deleted", 165, 35), ("b", 395, 35))) == ["Reader -> Writer"]


def test_texts_with_arrows_are_components() -> None:
    texts = (text("t", "clicks", 0, 0), text("u", "views", 400, 0))
    assert drawing(*texts, arrow("x", ("t", 60, 10), (None, 390, 10))) == ["clicks -> views"]


def test_a_text_in_the_smallest_of_nested_boxes_names_that_one() -> None:
    outer, inner = saved("rectangle", "o", 0, 0, 600, 400), box("i", 200, 150)
    lines = drawing(outer, inner, text("t", "Cache", 220, 170), text("u", "Edge", 10, 10))
    assert lines == ["[Edge]", "[Cache]"]


def test_texts_with_arrows_of_their_own_do_not_name_the_area_around_them() -> None:
    area = saved("rectangle", "area", -50, -50, 900, 300)
    texts = (text("t", "clicks", 0, 0), text("u", "views", 400, 0))
    assert drawing(area, *texts, arrow("x", ("t", 60, 10), ("u", 390, 10))) == ["clicks -> views"]


def test_a_text_stays_free_in_a_box_that_has_a_bound_one() -> None:
    assert drawing(*named("a", "Cache", 0), text("t", "90% hits", 20, 20)) == [
        "[Cache]",
        "90% hits",
    ]


def test_a_long_text_in_a_box_is_named_by_its_first_line_and_said_in_full() -> None:
    written = "Feature store\n- user: counts of 7 days\n- ad: age, CTR so far\n- Redis"
    full = "Feature store: user: counts of 7 days; ad: age, CTR so far; Redis"
    lines = drawing(*named("a", written, 0), *WRITER, arrow("x", ("a", 160, 0), ("b", 400, 0)))
    assert lines == ["Feature store -> Writer", full]
    sentence = "we keep everything that any of the models could ever ask for"
    assert drawing(*named("a", sentence, 0)) == [
        "[we keep everything that any of the models]",
        sentence,
    ]


def test_frames_without_id_or_name_lose_nothing() -> None:
    frame = {"type": "frame", "x": 0, "y": 0, "width": 900, "height": 300}
    frames = ({**frame, "name": "Now"}, {**frame, "name": "Later", "x": 5}, {**frame, "id": "f"})
    assert drawing(*frames, *TWO) == ["[Reader]", "[Writer]", "[Now]", "[Later]"]


def test_boxes_without_name_are_numbered_if_arrows_pass_and_else_left_out() -> None:
    boxes = (box("m", 200, 0), box("n", 200, 500), *TWO)
    arrows = (arrow("x", ("a", 0, 0), ("m", 0, 0)), arrow("y", ("m", 0, 0), ("b", 0, 0)))
    assert drawing(*boxes, *arrows) == ["Reader -> unnamed 1", "unnamed 1 -> Writer"]


def test_the_same_name_twice_is_one_component() -> None:
    boxes = (*TWO, *named("c", "writers", 0, 300), *named("d", "Disk", 400, 300))
    arrows = (arrow("x", ("a", 0, 0), ("b", 0, 0)), arrow("y", ("c", 0, 0), ("d", 0, 0)))
    graph = graph_of(drawing(*boxes, *arrows))
    assert pairs(graph) == {("Reader", "Writer"), ("Writer", "Disk")}
    assert graph.components["Writer"] == (0, 1)


def test_texts_that_contain_each_other_are_free_texts() -> None:
    ring = (text("t", "one", 0, 0, within="u"), text("u", "two", 0, 90, within="t"))
    assert drawing(*ring, text("v", "three", 0, 180, within="v")) == ["one", "two", "three"]


def test_a_name_written_from_right_to_left_is_a_component() -> None:
    graph = graph_of(
        drawing(*named("a", "مخزن الميزات", 0), *WRITER, arrow("x", ("a", 0, 0), ("b", 0, 0)))
    )
    assert pairs(graph) == {("مخزن الميزات", "Writer")}


@pytest.mark.parametrize(
    "name",
    ["a -> b", "store: redis", "x, y", "we are it", "top 3", "[k=v]", "(hot", 'the "one', "a | b",
     "if cached", "5%", "what?", "one. Two", "done.Next", "a; b", "%% x", "graph TD", "- [ ] x"],
)  # fmt: skip
def test_signs_in_a_name_do_not_break_its_line(name: str) -> None:
    lines = drawing(
        *named("a", name, 0),
        *named("b", "5 writers", 400),
        arrow("x", ("a", 0, 0), ("b", 0, 0)),
        *labelled(arrow("y", ("b", 0, 0), ("a", 0, 0)), "is it; a -> b: so?"),
    )
    (unit, back) = (unit.text for unit in units.split("s", units.normalise("\n".join(lines))))
    one, other = graph_of([unit, back]).edges
    assert words(one.source).stems == words(name).stems == words(other.target).stems
    assert (one.target, other.label) == ("5 writers", "is it, a -> b: so?")


# --- Any drawing, any text ---

_NAME = st.text(st.sampled_from("abcdxyz  0-><:[](){}|,;.?!&=\"'`*_#/%\n"), min_size=1, max_size=40)


def _stems(name: str) -> tuple[str, ...]:
    return words(name).stems


_NAMES = st.lists(
    _NAME.filter(
        lambda name: any(map(str.isalnum, name)) and _stems(name) and len(name.split()) <= 8
    ),
    min_size=2,
    max_size=6,
    unique_by=_stems,
)


@given(
    names=_NAMES,
    joined=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans(), _NAME)),
)
def test_the_outline_of_a_drawing_reads_as_what_was_drawn(
    names: list[str], joined: list[tuple[int, int, bool, str]]
) -> None:
    boxes = [one for at, name in enumerate(names) for one in named(str(at), name, 200 * at)]
    ends = [(a % len(names), b % len(names), both, label) for a, b, both, label in joined]
    arrows = [
        one
        for at, (a, b, both, label) in enumerate(ends)
        for one in labelled(
            arrow(f"x{at}", (str(a), 0, 0), (str(b), 0, 0))
            | ({"startArrowhead": "arrow"} if both else {}),
            label,
        )
    ]
    graph = graph_of(outline([*boxes, *arrows]).splitlines())
    assert {_stems(label) for label in graph.components} == set(map(_stems, names))
    drawn = {(a, b) for a, b, _, _ in ends} | {(b, a) for a, b, both, _ in ends if both}
    assert {(_stems(a), _stems(b)) for a, b in pairs(graph)} == {
        (_stems(names[a]), _stems(names[b])) for a, b in drawn
    }


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=20,
)
_KEYS = ("id", "x", "y", "width", "height", "points", "text", "originalText", "containerId", "name",
         "startBinding", "endBinding", "startArrowhead", "endArrowhead", "groupIds", "frameId",
         "isDeleted")  # fmt: skip
_KINDS = ("rectangle", "text", "arrow", "line", "frame", "image", "freedraw", "ellipse")
_ODD: st.SearchStrategy[object] = st.sampled_from(
    ["a", "b", "", 0, 40, 1e308, math.nan, -math.inf, 10**400, True, None, [], ["a"], {}]
)
_BINDING = st.fixed_dictionaries({"elementId": _ODD, "id": _ODD, "type": st.just("text")})
_VALUE = _ODD | _BINDING | st.lists(_BINDING | st.lists(_ODD, max_size=2), max_size=3) | _JSON
_ELEMENT = st.builds(
    lambda kind, own: {"type": kind, **own},
    st.sampled_from(_KINDS) | _ODD,
    st.dictionaries(st.sampled_from(_KEYS), _VALUE),
)


@given(st.lists(_ELEMENT | _JSON, max_size=8))
def test_any_elements_give_lines_that_can_be_stored_and_read(elements: list[object]) -> None:
    text = outline({"type": "excalidraw", "elements": elements})
    assert "\x00" not in text.encode().decode()
    graph_of(text.splitlines())


@given(_JSON)
def test_any_json_gives_text(value: object) -> None:
    assert isinstance(outline(value), str)


@pytest.mark.parametrize("value", [None, 7, "rectangle", {}, {"elements": {}}, [], [[]], [None, 1]])
def test_garbage_gives_nothing(value: object) -> None:
    assert outline(value) == ""


def test_a_lone_half_of_a_character_is_dropped() -> None:
    parsed = json.loads('[{"type": "text", "text": "a\\ud800\\u0000b"}]')
    assert outline(parsed) == "- ab"


def test_elements_beyond_the_bound_are_left_out() -> None:
    texts = [text(str(at), f"n{at}", 0, 30 * at) for at in range(MOST_ELEMENTS + 5)]
    assert len(outline(texts).splitlines()) == MOST_ELEMENTS
    assert outline_of(texts).left_out == 5


def test_strokes_by_hand_take_no_place_from_what_says_something() -> None:
    strokes = [saved("freedraw", f"s{at}", 0, 0, 9, 9) for at in range(MOST_ELEMENTS)]
    made = outline_of([*strokes, *TWO])
    assert (made.text, made.left_out) == ("- [Reader]\n- [Writer]", 0)


def test_many_loose_arrows_among_boxes_in_one_place_end() -> None:
    count = MOST_ELEMENTS // 3
    boxes = [one for at in range(count) for one in named(f"b{at}", f"n{at}", 0)]
    arrows = [arrow(f"a{at}", (None, 1, 1), (None, 2, 2)) for at in range(count)]
    assert len(outline([*boxes, *arrows]).splitlines()) == count
