"""A drawing as a graph of labelled components and directed edges, and what may be asked of it.

A drawing comes in two forms. In words, one line holds one or more arrows: ``A -> B: label``; that
is also how people type it, so a graph is read from any lines of an answer. On the whiteboard it is
Excalidraw's JSON, of which ``whiteboard`` makes such lines: then there is one text to quote from.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from rubrics.reading.lexicon import Lexicon, words
from rubrics.schema import Drawn

# What a component's name may be: longer is prose.
MOST_WORDS = 8
MOST_CHARACTERS = 80
# ``a, b, c -> d`` names at most this many on one side of an arrow.
MOST_BESIDE = 8
# Whatever comes after these many is not in the graph; nobody draws as much in an interview.
MOST_COMPONENTS = 5_000
MOST_EDGES = 10_000


class Edge(NamedTuple):
    """An arrow between two components (labels as in ``Graph.components``); index of its line."""

    source: str
    target: str
    label: str
    line: int


@dataclass(frozen=True, slots=True)
class Graph:
    """Components (label → indices of the lines it stands in) and edges, both as first written.

    Labels that differ only in case or word endings are one component, called as first written.
    ``stems`` are the words that phrases are looked up in; a label that says that something is
    absent (``no cache``) has none. ``mutual`` are pairs joined by an arrow with two heads.
    """

    components: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    stems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outgoing: Mapping[str, tuple[Edge, ...]] = field(default_factory=dict)
    mutual: frozenset[tuple[str, str]] = frozenset()


# --- Lines of text to a graph ---

MARKER = re.compile(r"\s*(?:(?:[-*+•‣–]|\d{1,3}[.)]|#{1,6})\s+)?")
_SIGN = re.compile(r"[→⟶➔➜➡⇒⟹⟼↦←⟵⇐↔⟷⇔]")
_ARROW = re.compile(
    r"""(?: (?P<both> <[-–—]{1,6}> | <={1,6}> | <-\.{1,4}-> | [↔⟷⇔] )
      | (?P<left> <[-–—]{1,6} | [←⟵⇐] )
      | --\ ?(?P<dashed>[^\s<>|-](?:[^<>|-]|-(?!-)){0,79}?)\ ?-{1,6}>
      | -\.\ ?(?P<dotted>[^\s<>|.-](?:[^<>|.]){0,79}?)\ ?\.{1,4}->
      | ==\ ?(?P<thick>[^\s<>|=](?:[^<>|=]){0,79}?)\ ?={1,6}>
      | (?: -\.{1,4}- | [-–—]{1,6} | ={1,6} )>{1,2}
      | [→⟶➔➜➡⇒⟹⟼↦]\ufe0f? )
    (?:\s{0,3}\|(?P<piped>[^|]*)\|)?""",
    re.VERBOSE,
)
# Signs inside of these do not count: [a -> b], (x, y), "c: d", |yes -> no|.
_ENCLOSED = re.compile(r'\[[^\[\]]*\]|\([^()]*\)|\{[^{}]*\}|"[^"]*"|\|[^|]*\|')
_SHAPED = re.compile(
    r'([^\s\[\](){}"]*)'
    r"(?:\(?\[{1,2}(?P<square>[^\[\]]*)\]{1,2}\)?|\({1,3}(?P<round>[^()]*)\){1,3}"
    r"|\{{1,2}(?P<curly>[^{}]*)\}{1,2})"
)
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_COLON = re.compile(r":(?=\s|$)")
_COMMA = re.compile(r",\s+(?:and\s)?")
_AND = re.compile(r"\s&\s")
_SENTENCE = re.compile(r"[.!?;]\s|[?!]$")
_TAIL = re.compile(r",\s|\s[-–—]{1,3}\s|\s(?:so|because|which|where|while)\s")
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_NUMBER_LAST = re.compile(r"(?:^|\s)[~≈]?\d[\d.,]*\s?[%a-z]{0,3}$", re.IGNORECASE)
_NUMBER_FIRST = re.compile(r"\s*[~≈]?\d")

# Components are named by nouns; who writes one of these is telling something.
_PRONOUNS = frozenset({"i", "we", "you"})
_PROSE = _PRONOUNS.union(
    ("he", "she", "they", "us", "is", "are", "was", "were", "am", "be", "been", "has", "had"),
    ("will", "would", "should", "could", "might", "must", "let's", "def", "lambda", "return"),
    ("because", "since", "although", "though", "that", "which", "who", "whose", "if", "when"),
    ("whether", "thus", "therefore", "but"),
)
# A label that says that the thing is not there, and a lead-in that says so of what follows.
_ABSENT = re.compile(
    r"\b(?:no|not|never|without|none|nor|cannot|skip(?:ped|s)?|todo|tbd|out of scope)\b|n['’]t\b"
    r"|\((?:later|future|optional|v2|phase 2)\)",
    re.IGNORECASE,
)
_WITHHELD = re.compile(
    _ABSENT.pattern + r"|\b(?:later|future|avoid|instead|rather|eventually|maybe|if time|should|"
    r"could|would|scope|nice to have)\b|\?",
    re.IGNORECASE,
)


class Node(NamedTuple):
    label: str
    alias: str = ""
    enclosed: bool = False


class Link(NamedTuple):
    """``sources → targets``; a component that stands alone has no targets."""

    sources: tuple[Node, ...]
    targets: tuple[Node, ...] = ()
    label: str = ""
    mutual: bool = False


def is_outline(line: str) -> bool:
    """Whether a line is part of a drawing in words. Costs next to nothing without an arrow.

    It is when arrows (``->``, ``-->``, ``=>``, ``→``, ``<-``, ``<->``, ``--label-->``, mermaid's
    and graphviz's) stand between components and nothing else does. A component has at most
    ``MOST_WORDS`` words and ``MOST_CHARACTERS`` characters, at least two of a line have letters,
    none holds a sentence's end or a word such as *is*, *that* or *because*. A lead-in (``Online:
    ``) may stand before and a label (``: daily``) behind. A chain of two arrows or more may begin
    with *we* (``we log clicks -> join -> train``) and may end in an aside (``, so that ...``). A
    change of numbers (``1% -> 5%``) is none, and a line that asks, denies or defers in its lead-in
    is none. What stands in square brackets alone on a line (``[feature store]``) is one component.
    """
    return _may_be(line) and any(links_of(one) for one in line.splitlines())


def graph_of(lines: Sequence[str]) -> Graph:
    """Read the graph of an answer from its lines (its units, in order). Any text is readable.

    A line may hold line breaks; it is told apart from others by its index. A mermaid id (``A`` in
    ``A[Ranker]``) stands for its label, the last one given above or else the first below.
    """
    read = [
        (number, link)
        for number, line in enumerate(lines)
        if _may_be(line)
        for one in line.splitlines()
        for link in links_of(one)
    ]
    return _built(read) if read else _EMPTY


_EMPTY = Graph()


def _may_be(line: str) -> bool:
    if ">" in line or "<" in line or "]" in line:
        return True
    return not line.isascii() and _SIGN.search(line) is not None


def links_of(line: str) -> tuple[Link, ...]:
    """The links of one line without line breaks; none when it is not an outline."""
    marker = MARKER.match(line)
    text = line[marker.end() if marker else 0 :].strip(" \t`*_").rstrip(" \t;.,!")
    mask = _ENCLOSED.sub(_filled, text)
    links: list[Link] = []
    start = 0
    for stop in [*(m.start() for m in re.finditer(";", mask)), len(mask)]:
        statement = _statement(text[start:stop], mask[start:stop])
        if not statement:
            return ()
        links += statement
        start = stop + 1
    return tuple(links)


def _filled(enclosed: re.Match[str]) -> str:
    found = enclosed.group()
    return f"{found[0]}{chr(1) * (len(found) - 2)}{found[-1]}"


def _statement(text: str, mask: str) -> list[Link]:
    arrows = list(_ARROW.finditer(mask))
    if not arrows:
        return _alone(text)
    start = mask.rfind(": ", 0, arrows[0].start()) + 1
    if start and _WITHHELD.search(text, 0, start):
        return []
    colon = _COLON.search(mask, arrows[0].end())
    end = colon.start() if colon else len(mask)
    arrows = [arrow for arrow in arrows if arrow.end() <= end]
    ends = [start, *(at for arrow in arrows for at in arrow.span()), end]
    spans = list(zip(ends[::2], ends[1::2], strict=True))
    label = text[end + 1 :].strip()
    if text[:end].rstrip().endswith("?"):
        return []
    sides = [_side(text[begin:stop], mask[begin:stop]) for begin, stop in spans]
    if len(arrows) > 1 and (not sides[-1] or _is_prose(sides[-1])):
        begin, stop = spans[-1]
        tail = _TAIL.search(mask, begin, stop)
        if tail and not _ABSENT.search(text, tail.end(), stop):
            sides[-1] = _side(text[begin : tail.start()], mask[begin : tail.start()])
            label = label or text[tail.end() : stop].strip()
    if not _is_drawn(sides) or any(_counts(text, arrow) for arrow in arrows):
        return []
    return _linked(sides, arrows, text, label)


def _alone(text: str) -> list[Link]:
    shaped = _SHAPED.fullmatch(text)
    if not shaped or shaped["square"] is None:
        return []
    node = _node(text)
    return [Link((node,))] if node else []


def _counts(text: str, arrow: re.Match[str]) -> bool:
    """Whether an arrow says how a number changed."""
    before = text[max(0, arrow.start() - 20) : arrow.start()].rstrip()
    return bool(_NUMBER_LAST.search(before) and _NUMBER_FIRST.match(text, arrow.end()))


def _is_drawn(sides: list[tuple[Node, ...]]) -> bool:
    if not all(sides):
        return False
    nodes = [node for side in sides for node in side]
    named = sum(node.enclosed or any(map(str.isalpha, node.label)) for node in nodes)
    if named < 2 or any(map(_is_prose, sides[1:])):
        return False
    spoken = _prose(sides[0])
    if not spoken:
        return True
    told = len(sides) > 2 and spoken <= _PRONOUNS
    return told and not any(_ABSENT.search(node.label) for node in nodes)


def _is_prose(side: tuple[Node, ...]) -> bool:
    return bool(_prose(side))


def _prose(side: tuple[Node, ...]) -> set[str]:
    found: set[str] = set()
    for node in side:
        tokens = [] if node.enclosed else _TOKEN.findall(node.label.lower())
        if len(tokens) > 1:  # a single letter, ``i`` too, is a name
            found.update(_PROSE.intersection(tokens))
    return found


def _linked(
    sides: list[tuple[Node, ...]], arrows: list[re.Match[str]], text: str, label: str
) -> list[Link]:
    links = []
    for number, ((left, right), arrow) in enumerate(zip(pairwise(sides), arrows, strict=True), 1):
        own = next((text[slice(*arrow.span(k))] for k in _LABELS if arrow[k] is not None), "")
        said = own.strip(" \t\"'`") or (label if number == len(arrows) else "")
        if arrow["left"]:
            left, right = right, left
        links.append(Link(left, right, said, arrow["both"] is not None))
    return links


_LABELS = ("dashed", "dotted", "thick", "piped")


def _side(text: str, mask: str) -> tuple[Node, ...]:
    """The components on one side of an arrow; none when one of them cannot be a component."""
    pieces = list(_pieces(text, mask, _COMMA.finditer(mask)))
    joined = [piece.strip() for piece in _pieces(text, mask, _AND.finditer(mask))]
    if len(pieces) == 1 and all(map(_is_single, joined)):
        pieces = joined
    nodes = [_node(piece) for piece in pieces if piece.strip()]
    if not nodes or len(nodes) > MOST_BESIDE:
        return ()
    found = tuple(node for node in nodes if node)
    return found if len(found) == len(nodes) else ()


def _is_single(piece: str) -> bool:
    return bool(piece) and (" " not in piece or _SHAPED.fullmatch(piece) is not None)


def _pieces(text: str, mask: str, stops: Iterable[re.Match[str]]) -> Iterator[str]:
    start = 0
    for stop in stops:
        yield text[start : stop.start()]
        start = stop.end()
    yield text[start:]


def _node(piece: str) -> Node | None:
    piece = piece.strip(" \t`*_")
    shaped = _SHAPED.fullmatch(piece) if piece[-1:] in _CLOSES else None
    alias = shaped[1] if shaped else ""
    if shaped:
        body = next(shaped[k] for k in ("square", "round", "curly") if shaped[k] is not None)
        # ``ranker(GBDT)`` is a name with an aside as often as an id with its label.
        kept = f"{alias} " if len(alias) > 2 and shaped["round"] is not None else ""
        piece = f"{kept}{_bare(body)}"
    if "<" in piece:
        piece = _BREAK.sub(" ", piece)
    label = " ".join(piece.strip(" \t\"'`").split())
    if not label or not fits(label):
        return None
    if not shaped and _SENTENCE.search(label):
        return None
    return Node(label, alias, shaped is not None)


# What a component in a shape ends with.
_CLOSES = frozenset("])}")


def _bare(body: str) -> str:
    body = body.strip(" \t/\\")
    if body.startswith("(") and body.endswith(")") and "(" not in body[1:]:
        return body[1:-1]
    return body


def fits(label: str) -> bool:
    """Whether a text is short enough for the name of a component."""
    return len(label) <= MOST_CHARACTERS and len(label.split()) <= MOST_WORDS


class _Builder:
    """Gathers components and edges, the same label always as one component."""

    def __init__(self) -> None:
        self.called: dict[tuple[str, ...], str] = {}
        self.standing: dict[str, dict[int, None]] = {}
        self.stems: dict[str, tuple[str, ...]] = {}
        self.edges: dict[Edge, None] = {}
        self.mutual: set[tuple[str, str]] = set()

    def component(self, label: str, line: int) -> str | None:
        stems = words(label).stems
        key = stems or (label.casefold(),)
        name = self.called.get(key)
        if name is None:
            if len(self.called) >= MOST_COMPONENTS:
                return None
            name = self.called[key] = label
            self.stems[name] = () if _ABSENT.search(name) else stems
        self.standing.setdefault(name, {})[line] = None
        return name

    def link(self, line: int, sources: list[str], targets: list[str], link: Link) -> None:
        left = [self.component(label, line) for label in sources]
        right = [self.component(label, line) for label in targets]
        for source, target in ((a, b) for a in left if a for b in right if b):
            if len(self.edges) + 2 > MOST_EDGES:
                return
            self.edges[Edge(source, target, link.label, line)] = None
            if link.mutual:
                self.edges[Edge(target, source, link.label, line)] = None
                self.mutual |= {(source, target), (target, source)}


def _built(read: list[tuple[int, Link]]) -> Graph:
    first: dict[str, str] = {}
    for _, link in read:
        for node in (*link.sources, *link.targets):
            if node.alias:
                first.setdefault(node.alias, node.label)
    current: dict[str, str] = {}
    builder = _Builder()
    for line, link in read:
        for node in (*link.sources, *link.targets):
            if node.alias:
                current[node.alias] = node.label
        left, right = (
            [node.label if node.enclosed else _meant(node.label, current, first) for node in side]
            for side in (link.sources, link.targets)
        )
        builder.link(line, left, right, link)
    outgoing: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in builder.edges:
        outgoing[edge.source].append(edge)
    return Graph(
        {label: tuple(standing) for label, standing in builder.standing.items()},
        tuple(builder.edges),
        builder.stems,
        {source: tuple(edges) for source, edges in outgoing.items()},
        frozenset(builder.mutual),
    )


def _meant(label: str, current: Mapping[str, str], first: Mapping[str, str]) -> str:
    return current.get(label) or first.get(label, label)


# --- What may be asked of a graph ---

# Between two components that are asked for, at most this many others.
BETWEEN = 6
# Bounds of one search: edges looked at, and how many of a phrase's components to try from one.
MOST_STEPS = 20_000
MOST_TRIES = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A ``Drawn`` with its phrases read. Built once, shared by threads."""

    kind: Literal["component", "path", "loop"]
    places: int
    lexicon: Lexicon[int]

    @classmethod
    def of(cls, drawn: Drawn) -> "Asked":
        """Read the phrases. Raises ``lexicon.BadPhrase``."""
        if drawn.component:
            return cls("component", 1, Lexicon({0: [drawn.component]}))
        phrases = drawn.path or drawn.loop
        lexicon = Lexicon({place: [phrase] for place, phrase in enumerate(phrases)})
        return cls("path" if drawn.path else "loop", len(phrases), lexicon)

    def matching(self, graph: Graph) -> list[dict[str, None]]:
        """For each phrase the components whose label holds it, in the graph's order."""
        found: list[dict[str, None]] = [{} for _ in range(self.places)]
        for label, stems in graph.stems.items():
            for match in self.lexicon.find(stems) if stems else ():
                found[match.key][label] = None
        return found


def find(graph: Graph, asked: Asked) -> tuple[int, ...] | None:
    """Give the indices of the lines that show what is asked, in its order, or None.

    component: the first line that has one. path: the lines of the shortest way along edges through
    components for the phrases, one each and all different, with at most ``BETWEEN`` others between
    two; no component is passed twice. loop: the same and back to the first; one arrow with two
    heads is no loop, nor is an arrow from a component to itself.
    """
    if not graph.components or (asked.kind != "component" and not graph.edges):
        return None
    matching = asked.matching(graph)
    if not all(matching):
        return None
    if asked.kind == "component":
        return (min(graph.components[label][0] for label in matching[0]),)
    way = _Search(graph, matching, asked.kind == "loop").shortest()
    return tuple(dict.fromkeys(edge.line for edge in way)) if way else None


Way = tuple[Edge, ...]


class _Search:
    """One search for a path or loop; gives the best it has when its steps are used up."""

    def __init__(self, graph: Graph, matching: list[dict[str, None]], is_loop: bool) -> None:
        self.graph = graph
        self.matching = matching
        self.is_loop = is_loop
        self.steps = MOST_STEPS

    def shortest(self) -> Way | None:
        ways = (self._on(start, start, 1, {start}) for start in self.matching[0])
        return min((way for way in ways if way), key=len, default=None)

    def _on(self, start: str, at: str, place: int, used: set[str]) -> Way | None:
        """The way from ``at`` through the phrases from ``place`` on (and back to the start)."""
        if place == len(self.matching):
            return self._back(start, at, used) if self.is_loop else ()
        goals = self.matching[place].keys() - used
        best: Way | None = None
        for leg in self._legs(at, goals, used) if goals else ():
            passed = used | {edge.target for edge in leg}
            rest = self._on(start, leg[-1].target, place + 1, passed)
            if rest is not None and (best is None or len(leg) + len(rest) < len(best)):
                best = leg + rest
        return best

    def _back(self, start: str, at: str, used: set[str]) -> Way | None:
        return next(iter(self._legs(at, {start}, used, start)), None)

    def _legs(self, at: str, goals: set[str], used: set[str], back: str | None = None) -> list[Way]:
        """The shortest ways to goals, nearest first, not through what was used.

        ``back`` is the start of a loop, when that is the goal.
        """
        came: dict[str, Edge] = {}
        level, legs = [at], list[Way]()
        for _ in range(BETWEEN + 1):
            if self.steps < 0 or len(legs) >= MOST_TRIES:
                break
            edges = [edge for node in level for edge in self.graph.outgoing.get(node, ())]
            self.steps -= len(edges)
            level = []
            for edge in edges:
                target = edge.target
                is_goal = target in goals
                if target in came or target == edge.source or (target in used and not is_goal):
                    continue
                if target == back and self._turns(edge, came, used):
                    continue
                came[target] = edge
                level.append(target)
                if is_goal:
                    legs.append(_traced(came, at, target))
        return legs[:MOST_TRIES]

    def _turns(self, edge: Edge, came: Mapping[str, Edge], used: set[str]) -> bool:
        """Whether an edge to a loop's start goes back on the arrow by which it was left."""
        if (edge.source, edge.target) not in self.graph.mutual:
            return False
        before = came.get(edge.source)
        return before.source == edge.target if before else len(used) == 2


def _traced(came: Mapping[str, Edge], at: str, target: str) -> Way:
    way = [came[target]]
    while way[-1].source != at:
        way.append(came[way[-1].source])
    return tuple(reversed(way))
