"""A drawing in words as the source of a picture: mermaid's flowchart of the graph that is read."""

import re
from dataclasses import dataclass
from itertools import islice

from rubrics.reading.diagram import Graph, graph_of, is_outline

# A picture with more than these is no help to anybody, and takes a browser seconds.
MOST_DRAWN = 120
# Of lines that are not read as they look, so many are named.
MOST_NAMED = 5
# What stands in a label as it is; the rest is written by its number, so that it ends nothing.
_PLAIN = frozenset(" .,-_/()+%'")
_ARROW_LIKE = re.compile(r"->|=>|<-|→")


@dataclass(frozen=True, slots=True)
class Unread:
    """A line (counted from 1) with an arrow in it that is not read as a connection."""

    number: int
    line: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What is read from a drawing in words, and mermaid's source of it ("" when there is none)."""

    components: int
    connections: int
    source: str
    unread: tuple[Unread, ...]

    @property
    def is_too_large(self) -> bool:
        """Whether there is more to draw than a picture can show."""
        return bool(self.components) and not self.source


def picture(text: str) -> Picture:
    """Read a drawing in words, one statement a line. Any text gives a picture, if an empty one."""
    lines = text.split("\n")
    graph = graph_of(lines)
    unread = (
        Unread(number, line.strip())
        for number, line in enumerate(lines, 1)
        if _ARROW_LIKE.search(line) and not is_outline(line)
    )
    drawn = max(len(graph.components), len(graph.edges)) <= MOST_DRAWN
    return Picture(
        len(graph.components),
        len(graph.edges),
        "\n".join(_lines(graph)) if graph.components and drawn else "",
        tuple(islice(unread, MOST_NAMED)),
    )


def _lines(graph: Graph) -> list[str]:
    ids = {label: f"n{number}" for number, label in enumerate(graph.components)}
    lines = ["flowchart LR"]
    lines += [f'  {ids[label]}["{_quoted(label)}"]' for label in graph.components]
    drawn: set[tuple[str, str, str]] = set()
    for edge in graph.edges:
        both = (edge.source, edge.target) in graph.mutual
        if both and (edge.target, edge.source, edge.label) in drawn:
            continue
        drawn.add((edge.source, edge.target, edge.label))
        label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
        arrow = "<-->" if both else "-->"
        lines.append(f"  {ids[edge.source]} {arrow}{label} {ids[edge.target]}")
    return lines


def _quoted(label: str) -> str:
    return "".join(sign if sign.isalnum() or sign in _PLAIN else f"#{ord(sign)};" for sign in label)
