"""A drawing in words is a graph that can be asked and quoted."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.reading.diagram import (
    BETWEEN,
    MOST_COMPONENTS,
    MOST_EDGES,
    Asked,
    Graph,
    find,
    graph_of,
    is_outline,
)
from rubrics.reading.lexicon import BadPhrase
from rubrics.schema import Drawn

Pairs = set[tuple[str, str]]


def pairs(graph: Graph) -> Pairs:
    return {(edge.source, edge.target) for edge in graph.edges}


def read(*lines: str) -> Pairs:
    return pairs(graph_of(lines))


def shown(drawn: Mapping[str, object], *lines: str) -> tuple[int, ...] | None:
    return find(graph_of(lines), Asked.of(Drawn.model_validate(drawn)))


# --- Drawings in words ---


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("A -> B", {("A", "B")}),
        ("- A -> B", {("A", "B")}),
        ("A -> B -> C", {("A", "B"), ("B", "C")}),
        ("A => B", {("A", "B")}),
        ("A → B : label", {("A", "B")}),
        ("a–>b", {("a", "b")}),
        ("A <- B", {("B", "A")}),
        ("A ← B → C", {("B", "A"), ("B", "C")}),
        ("A <-> B", {("A", "B"), ("B", "A")}),
        ("users, ads -> ranker", {("users", "ranker"), ("ads", "ranker")}),
        ("A & B --> C & D", {("A", "C"), ("A", "D"), ("B", "C"), ("B", "D")}),
        ("search & browse logs -> join", {("search & browse logs", "join")}),
        ("A --> B; B --> C;", {("A", "B"), ("B", "C")}),
        ('"Feature store" -> "Ranker";', {("Feature store", "Ranker")}),
        ("User->>Server: request", {("User", "Server")}),
        ("Online: feed → server.", {("feed", "server")}),
        ("`feed -> server`", {("feed", "server")}),
        (
            "feed → eligibility (targeting, caps) → ~1,000 ads → ranker",
            {
                ("feed", "eligibility (targeting, caps)"),
                ("eligibility (targeting, caps)", "~1,000 ads"),
                ("~1,000 ads", "ranker"),
            },
        ),
        (
            "We log clicks -> join -> trainer, so that we can retrain daily",
            {("We log clicks", "join"), ("join", "trainer")},
        ),
        ("[feature store] -> [ranker]", {("feature store", "ranker")}),
        ("feed -> server\nserver -> ranker", {("feed", "server"), ("server", "ranker")}),
    ],
)
def test_a_line_of_arrows_is_an_outline(line: str, expected: Pairs) -> None:
    assert is_outline(line)
    assert read(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "->",
        "-> B",
        "A ->",
        "we see 3 -> 4 improvements because users click more",
        "A/B test by user, two whole weeks, after a ramp of 1% → 5%.",
        "latency went from 100 ms -> 30 ms",
        "The ranker is better -> we ship it",
        "feed -> server -> ranker?",
        "Should we draw feed -> server -> ranker?",
        "Out of scope: feed -> server",
        "Not needed: feed -> server -> ranker",
        "We do not build feed -> server -> ranker",
        "if cached -> return",
        "def predict(x) -> float:",
        "x >= 3 and y <= 4",
        "<!-- feed -->",
        "| feed -> server | 3 |",
        "The ad server asks the ranker. Then -> it answers",
        "a component with more than eight words in its name -> ranker",
        "x" * 81 + " -> ranker",
        "see [1] and [2]",
        "[a very long list of words in brackets is no component]",
    ],
)
def test_other_lines_are_not(line: str) -> None:
    assert not is_outline(line)
    assert graph_of([line]) == Graph()


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("A -> B: daily, at night", "daily, at night"),
        ("A --daily--> B", "daily"),
        ("A -- near-real-time --> B", "near-real-time"),
        ("A -. daily .-> B", "daily"),
        ("A == daily ==> B", "daily"),
        ("A -->|daily| B", "daily"),
        ('A -->|"daily: yes -> no"| B', "daily: yes -> no"),
        ("A -> B", ""),
    ],
)
def test_a_label_of_an_arrow_is_kept(line: str, label: str) -> None:
    assert [edge.label for edge in graph_of([line]).edges] == [label]


def test_an_id_stands_for_its_label() -> None:
    lines = [
        "A --> B[Ad server]",
        "A([Feed]) --> B",
        "B --> C[(Feature<br/>store)]",
        "D{Cached?}-->C",
    ]
    assert read(*lines) == {
        ("Feed", "Ad server"),
        ("Ad server", "Feature store"),
        ("Cached?", "Feature store"),
    }


def test_an_id_given_anew_means_the_newer_from_there_on() -> None:
    assert read("A[Feed] --> B[Server]", "A --> C", "A[Log] --> C", "A --> B") == {
        ("Feed", "Server"),
        ("Feed", "C"),
        ("Log", "C"),
        ("Log", "Server"),
    }


def test_a_component_knows_its_lines_whatever_its_case_and_endings() -> None:
    graph = graph_of(["prose", "Event logs -> join", "more prose", "join -> the event log"])
    assert graph.components == {"Event logs": (1, 3), "join": (1, 3)}


# --- Questions ---

LOOP = (
    "Serving -> impression log",
    "impression log -> join",
    "join -> trainer",
    "trainer -> serving",
)


@pytest.mark.parametrize(
    ("drawn", "lines"),
    [
        ({"component": "join"}, (1,)),
        ({"component": "log .. click"}, None),
        ({"component": "(exposure|impression) .. log"}, (0,)),
        ({"path": ["serving", "trainer"]}, (0, 1, 2)),
        ({"path": ["trainer", "log"]}, (3, 0)),
        ({"path": ["join", "impression log", "trainer"]}, None),
        ({"loop": ["serving", "log", "trainer"]}, (0, 1, 2, 3)),
        ({"loop": ["trainer"]}, (3, 0, 1, 2)),
        ({"loop": ["serving", "trainer", "log"]}, None),
    ],
)
def test_a_question_is_answered_by_lines(
    drawn: dict[str, object], lines: tuple[int, ...] | None
) -> None:
    assert shown(drawn, *LOOP) == lines


def test_a_missing_arrow_is_a_missing_loop() -> None:
    assert shown({"loop": ["serving", "trainer"]}, *LOOP[:3]) is None


def test_the_shortest_way_is_shown() -> None:
    lines = ("a1 -> long way", "long way -> c", "a1 -> b", "b -> c", "a1 -> x -> y -> c", "a2 -> c")
    assert shown({"path": ["(a1|a2)", "c"]}, *lines) == (5,)
    assert shown({"path": ["a1", "b", "c"]}, *lines) == (2, 3)


def test_a_nearer_component_does_not_hide_a_shorter_way() -> None:
    lines = ("s -> log one", "log one -> p", "p -> q", "q -> r", "r -> e", "s -> t", "t -> log two",
             "log two -> e")  # fmt: skip
    assert shown({"path": ["s", "log", "e"]}, *lines) == (5, 6, 7)


def test_only_so_many_components_lie_between_two_that_are_asked_for() -> None:
    def chain(between: int) -> str:
        return " -> ".join(["start", *(f"n{at}" for at in range(between)), "stop"])

    assert shown({"path": ["start", "stop"]}, chain(BETWEEN)) == (0,)
    assert shown({"path": ["start", "stop"]}, chain(BETWEEN + 1)) is None


def test_one_component_does_not_stand_for_two() -> None:
    assert shown({"path": ["log", "trainer"]}, "log and trainer -> log and trainer") is None
    both = "log, trainer -> registry, serving"
    assert shown({"path": ["log", "trainer"]}, both) is None
    bag = ("log trainer <-> registry serving",)
    assert shown({"path": ["log", "registry", "trainer", "serving"]}, *bag) is None


def test_one_arrow_with_two_heads_is_no_loop() -> None:
    assert shown({"loop": ["serving", "log"]}, "serving <-> log") is None
    assert shown({"loop": ["serving"]}, "serving <-> log") is None
    assert shown({"loop": ["serving"]}, "serving -> serving") is None
    assert shown({"loop": ["serving", "log"]}, "serving -> log", "log -> serving") == (0, 1)
    three = ("serving <-> log", "log -> trainer", "trainer -> serving")
    assert shown({"loop": ["serving"]}, *three) == (0, 1, 2)


def test_what_is_said_to_be_absent_is_not_found_but_may_lie_between() -> None:
    line = "feed -> no feature store -> ranker"
    assert shown({"component": "feature store"}, line) is None
    assert shown({"path": ["feed", "ranker"]}, line) == (0,)


def test_nothing_is_found_in_prose() -> None:
    assert shown({"component": "ranker"}, "The ranker reads the log.") is None


def test_a_phrase_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(BadPhrase):
        Asked.of(Drawn(component="(a|b"))


# --- More than anybody draws ---


def test_a_chain_of_ten_thousand_arrows_is_read_up_to_its_bound() -> None:
    chain = " -> ".join(f"n{at} x" for at in range(10_000))
    graph = graph_of([chain])
    assert (len(graph.components), len(graph.edges)) == (MOST_COMPONENTS, MOST_COMPONENTS - 1)
    assert find(graph, Asked.of(Drawn(path=("n0", "n3", "n4999")))) is None
    assert find(graph, Asked.of(Drawn(path=("n0", "n3")))) == (0,)


def test_everything_joined_to_everything_ends() -> None:
    lines = [f"x{a} -> x{b}" for a in range(110) for b in range(110)]
    graph = graph_of(lines)
    assert MOST_EDGES - 2 <= len(graph.edges) <= MOST_EDGES
    asked = Asked.of(Drawn(path=(f"({'|'.join(f'x{at}' for at in range(60))})",) * 7 + ("y",)))
    assert find(graph, asked) is None


_LINE = st.text(st.sampled_from('ab c-=<>→←:|[](){}"&,;.?\n'), max_size=60) | st.text(max_size=40)


@given(st.lists(_LINE, max_size=8))
def test_any_lines_give_a_graph_whose_parts_fit(lines: list[str]) -> None:
    graph = graph_of(lines)
    for edge in graph.edges:
        assert {edge.source, edge.target} <= graph.components.keys()
        assert edge.line in graph.components[edge.source]
        assert edge.line in graph.components[edge.target]
    stand = {line for lines_of in graph.components.values() for line in lines_of}
    assert stand == {number for number, line in enumerate(lines) if is_outline(line)}
