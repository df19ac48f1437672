"""An Excalidraw drawing in words: the lines from which ``diagram`` reads what was drawn."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from rubrics.reading.diagram import MARKER, MOST_CHARACTERS, MOST_WORDS, Node, fits, links_of

# Elements after these many are left out; a whiteboard of an interview has some hundreds.
MOST_ELEMENTS = 2_000
# How far (px) the end of an arrow that is not bound may lie from what it means.
NEAR = 30.0
# Centres within such a band (px) count as one row when lines are put in order.
_ROW = 60.0
# Coordinates beyond are mistakes, as are NaN and infinity.
_FAR = 1e7

_BOXES = frozenset({"rectangle", "ellipse", "diamond", "image", "embeddable", "iframe"})
_FRAMES = frozenset({"frame", "magicframe"})
_LINES = frozenset({"arrow", "line"})
_SAYING = _BOXES | _FRAMES | _LINES | {"text"}
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# What would end a sentence, a statement or a name; also where a blank was forgotten.
_STOPS = re.compile(r"[.!?;:,]+(?=[\"')\]*_]*(?:\s|$))")
_FORGOTTEN = re.compile(r"(?<=[a-z]{3})[.!?](?=[A-Z])")
_INNER = str.maketrans("[]", "()")

Element = Mapping[str, object]
Point = tuple[float, float]


class Outline(NamedTuple):
    """A drawing in words, and what of it these do not say.

    ``loose`` arrows have a head and do not join two shapes; ``left_out`` elements come after
    ``MOST_ELEMENTS``.
    """

    text: str
    loose: int = 0
    left_out: int = 0


def outline(drawing: object) -> str:
    """Write a drawing in words; see ``outline_of``."""
    return outline_of(drawing).text


def outline_of(drawing: object) -> Outline:
    """Write an Excalidraw drawing in words: one line per arrow, component and line of free text.

    ``drawing`` is parsed JSON: the file or its list of elements; anything else gives "". Lines run
    from top to bottom and from left to right: arrows by their source, then components without
    arrow (``[name]``), then what was written beside; each after ``- ``, so that none is taken for
    the end of another. A frame's name is a heading and a component; an arrow stands under it if
    both its ends lie in the frame.

    A shape is named by its bound text; without any, by the text inside of it (the smallest shape
    around a text counts) or by the only text of its group. A name that is too long is cut to its
    first line, and all of it is written out once more. A shape without name that has arrows is
    ``unnamed 1`` and so on; without arrows it is left out. Names are folded (NFKC) and lose the
    punctuation that would end a sentence; a name that would not be read as one is put in brackets.

    Ends of arrows that are not bound belong to the nearest box or text within ``NEAR``; rotation is
    ignored. An arrow with heads on both ends goes both ways. One without any head, and a line
    between two shapes, goes the way in which it was drawn: taken both ways it would make a loop of
    every connection. What an arrow without two ends says stays as free text.
    """
    elements = _elements(drawing)
    board = _Board(elements[:MOST_ELEMENTS])
    left_out = max(0, len(elements) - MOST_ELEMENTS)
    return Outline("\n".join(board.lines()), board.pointless, left_out)


def _elements(drawing: object) -> list[Element]:
    listed = drawing.get("elements") if isinstance(drawing, Mapping) else drawing
    if not isinstance(listed, list):
        return []
    live = (one for one in listed if isinstance(one, Mapping) and not one.get("isDeleted"))
    # A stroke by hand says nothing, so that it takes no place from what does.
    return [one for one in live if _text(one.get("type")) in _SAYING]


# --- One element ---


@dataclass(slots=True, eq=False)
class _Mark:
    """A box, a frame, a text or an arrow, with what is written on it."""

    order: int
    element: Element
    written: list[str]

    def said(self, key: str) -> str:
        """A field that holds text, or ""."""
        return _text(self.element.get(key))


@dataclass(slots=True, eq=False)
class _Shape(_Mark):
    """What an arrow may join: a box, a frame or a text, and where it is."""

    left: float
    top: float
    right: float
    bottom: float
    frame: str
    group: str
    is_text: bool
    used: bool = False
    name: str = ""

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)

    @property
    def centre(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def position(self) -> tuple[int, float, int]:
        return int(self.centre[1] // _ROW), self.left, self.order

    def gap(self, x: float, y: float) -> float:
        """How far outside of the box a point lies, along the worse axis; 0 within."""
        return max(self.left - x, x - self.right, self.top - y, y - self.bottom, 0.0)

    def reach(self, other: "_Shape") -> None:
        """Grow until the other is within."""
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.top, self.bottom = min(self.top, other.top), max(self.bottom, other.bottom)

    def lies_in(self, other: "_Shape") -> bool:
        return other.gap(self.left, self.top) == 0 == other.gap(self.right, self.bottom)


def _shape(order: int, element: Element, kind: str) -> _Shape:
    left, top = _number(element.get("x")), _number(element.get("y"))
    right, bottom = left + _number(element.get("width")), top + _number(element.get("height"))
    # What is said of a frame stands under its own heading.
    frame = "id" if kind in _FRAMES else "frameId"
    return _Shape(
        order,
        element,
        _written(element, kind),
        min(left, right),
        min(top, bottom),
        max(left, right),
        max(top, bottom),
        _text(element.get(frame)),
        _group(element),
        kind == "text",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and -_FAR < value < _FAR:
        return float(value)
    return 0.0


def _written(element: Element, kind: str) -> list[str]:
    """What a text says, as typed before it was wrapped to fit; the name of a frame."""
    for key in {"text": ("originalText", "text")}.get(kind, ("name",) if kind in _FRAMES else ()):
        text = unicodedata.normalize("NFKC", _UNSTORABLE.sub("", _text(element.get(key))))
        if text.strip():
            return [text]
    return []


def _group(element: Element) -> str:
    """The innermost group; Excalidraw lists it first."""
    groups = element.get("groupIds")
    return _text(groups[0]) if isinstance(groups, list) and groups else ""


def _bound(arrow: _Mark) -> list[str]:
    """The ids that an arrow's start and end are bound to, or ""."""
    ends = (arrow.element.get("startBinding"), arrow.element.get("endBinding"))
    return [_text(end.get("elementId")) if isinstance(end, Mapping) else "" for end in ends]


def _heads(arrow: _Mark) -> list[bool]:
    """Whether a line has a head where it starts and where it ends."""
    return [arrow.element.get(key) is not None for key in ("startArrowhead", "endArrowhead")]


def _ends(arrow: _Mark) -> list[Point | None]:
    """Where a line starts and ends on the board."""
    x, y = _number(arrow.element.get("x")), _number(arrow.element.get("y"))
    points = arrow.element.get("points")
    ends = (points[0], points[-1]) if isinstance(points, list) and points else (None, None)
    return [
        (x + _number(end[0]), y + _number(end[1])) if isinstance(end, list) and end[1:] else None
        for end in ends
    ]


# --- All of them ---


class _Joined(NamedTuple):
    """An arrow between two shapes, in the direction of its head."""

    source: _Shape
    target: _Shape
    label: str
    mutual: bool
    order: int


class _Board:
    """What is on the whiteboard, put together step by step."""

    def __init__(self, elements: list[Element]) -> None:
        self.boxes: list[_Shape] = []
        self.frames: list[_Shape] = []
        self.texts: list[_Shape] = []
        self.arrows: list[_Mark] = []
        self.by_id: dict[str, _Mark] = {}
        self.loose: list[str] = []
        self.pointless = 0  # arrows that join nothing
        for order, element in enumerate(elements):
            self._place(order, element)
        self._bind()
        self._take_in()
        self._name_by_group()
        self.joined = list(self._join())

    def _place(self, order: int, element: Element) -> None:
        kind = _text(element.get("type"))
        if kind in _LINES:
            mark = _Mark(order, element, [])
            self.arrows.append(mark)
        elif kind in _BOXES or kind in _FRAMES or kind == "text":
            mark = shape = _shape(order, element, kind)
            listed = self.texts if kind == "text" else self.boxes
            (self.frames if kind in _FRAMES else listed).append(shape)
        else:
            return
        self.by_id.setdefault(mark.said("id"), mark)

    def _called(self, key: str) -> _Shape | None:
        found = self.by_id.get(key) if key else None
        return found if isinstance(found, _Shape) else None

    def _give(self, text: _Shape, holder: _Mark) -> None:
        """Let a text be a part of what it is written on."""
        self.texts = [other for other in self.texts if other is not text]
        self.by_id[text.said("id")] = holder

    def _bind(self) -> None:
        """Give bound texts to their shapes and arrows."""
        for text in self.texts:
            key = text.said("containerId")
            holder = self.by_id.get(key) if key else None
            if holder and holder not in self.texts:
                holder.written += text.written
                self._give(text, holder)

    def _take_in(self) -> None:
        """Let boxes without name have the texts that lie in them.

        Of several texts with arrows of their own in one box none is its name: the box is an area.
        Nor are those that together would be too long, apart from the uppermost.
        """
        aimed = {self._called(key) for arrow in self.arrows for key in _bound(arrow)}
        held: defaultdict[_Shape, list[_Shape]] = defaultdict(list)
        for text in _ordered(self.texts):
            around = [box for box in self.boxes if box.gap(*text.centre) == 0]
            box = min(around, key=lambda box: (box.area, box.order), default=None)
            if box and not box.written:
                held[box].append(text)
        for box, texts in held.items():
            if len(aimed.intersection(texts)) > 1:
                texts = [text for text in texts if text not in aimed]
            if not fits(" ".join(_spaced(line) for text in texts for line in text.written)):
                texts = texts[:1]
            box.written = [line for text in texts for line in text.written]
            for text in texts:
                self._give(text, box)

    def _name_by_group(self) -> None:
        """An icon and its caption are often one group: its only text names its shapes.

        A group with an arrow in it is a part of the drawing, not an icon.
        """
        wide = {_group(arrow.element) for arrow in self.arrows if arrow.said("type") == "arrow"}
        captions: defaultdict[str, list[_Shape]] = defaultdict(list)
        for text in self.texts:
            captions[text.group].append(text)
        for box in self.boxes:
            own = captions.get(box.group, [])
            if box.group and box.group not in wide and len(own) == 1 and not box.written:
                box.written = own[0].written
                box.reach(own[0])
                self._give(own[0], box)

    def _join(self) -> Iterator[_Joined]:
        ends = [*self.boxes, *self.texts]
        for arrow in self.arrows:
            one = self._joined(arrow, ends)
            if one:
                one.source.used = one.target.used = True
                yield one
            else:
                self.loose += arrow.written
                self.pointless += any(_heads(arrow))

    def _joined(self, arrow: _Mark, ends: list[_Shape]) -> _Joined | None:
        bound = [self._called(key) for key in _bound(arrow)]
        start, end = (
            shape or (_nearest(point, ends) if point else None)
            for shape, point in zip(bound, _ends(arrow), strict=True)
        )
        if not start or not end or (start is end and not all(bound)):
            return None
        from_start, to_end = _heads(arrow)
        if from_start and not to_end:
            start, end = end, start
        label = _spaced(" ".join(arrow.written))
        return _Joined(start, end, label, from_start and to_end, arrow.order)

    def lines(self) -> Iterator[str]:
        """The lines of the outline: those under no frame, then frame by frame."""
        notes = self._name()
        frames = [frame for frame in _ordered(self.frames) if frame.name]
        sections: dict[str, list[str]] = {"": [], **{frame.frame: [] for frame in frames}}
        for frame, line in (*self._components(), *notes):
            sections.get(frame, sections[""]).append(line)
        sections[""] += [_unmarked(line) for text in self.loose for line in text.splitlines()]
        headings = {frame.frame: _heading(frame.name) for frame in frames}
        for key, lines in sections.items():
            yield from (headings[key],) if key else ()
            yield from (f"- {line}" for line in lines if line)

    def _components(self) -> Iterator[tuple[str, str]]:
        """Arrows and components without arrow, each as the id of its frame and a line."""
        for one in sorted(
            self.joined, key=lambda one: (one.source.position, one.target.position, one.order)
        ):
            frame = one.source.frame if one.source.frame == one.target.frame else ""
            yield frame, _arrow(one)
        for shape in _ordered([*self.boxes, *self.frames]):
            if shape.name and not shape.used:
                yield shape.frame, _bracketed(shape.name)

    def _name(self) -> list[tuple[str, str]]:
        """Name every shape; gives what names do not say, by the id of its frame."""
        notes: list[tuple[str, str]] = []
        unnamed = 0
        for shape in _ordered([*self.boxes, *self.texts, *self.frames]):
            lines = [_unmarked(one) for text in shape.written for one in text.splitlines()]
            lines = [line for line in lines if line]
            if shape.is_text and not shape.used:
                notes += [(shape.frame, line) for line in lines]
                continue
            shape.name, rest = _name_of(lines)
            if not shape.name and shape.used:
                unnamed += 1
                shape.name = f"unnamed {unnamed}"
            if rest:
                notes.append((shape.frame, rest))
        return notes


def _nearest(point: Point, ends: Iterable[_Shape]) -> _Shape | None:
    """The shape around a point, unless another within it is near; else the nearest."""
    gaps = [(shape.gap(*point), shape) for shape in ends]
    around = min(
        (shape for gap, shape in gaps if gap == 0), key=lambda shape: shape.area, default=None
    )
    _, near = min(
        ((gap, shape) for gap, shape in gaps if 0 < gap <= NEAR),
        key=lambda found: (found[0], found[1].order),
        default=(0.0, None),
    )
    return near if near and (around is None or near.lies_in(around)) else around


def _ordered(shapes: Iterable[_Shape]) -> list[_Shape]:
    return sorted(shapes, key=lambda shape: shape.position)


# --- Names and lines ---


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _unmarked(line: str) -> str:
    return MARKER.sub("", _spaced(line), count=1)


def _name_of(lines: list[str]) -> tuple[str, str]:
    """A component's name, and all that is written on it if the name does not say all."""
    whole, said = _quiet(" ".join(lines)), " ".join(lines)
    if not whole or fits(whole):
        return whole, "" if whole else said
    first = _quiet(lines[0])
    if first and fits(first):
        return first, f"{first}: {'; '.join(lines[1:])}"
    return " ".join((first or whole).split()[:MOST_WORDS])[:MOST_CHARACTERS].strip(), said


def _quiet(text: str) -> str:
    """A name without stops; "" if it is nothing but signs."""
    named = any(sign.isalnum() or not sign.isascii() for sign in text)
    return _spaced(_STOPS.sub("", _FORGOTTEN.sub(" ", text))) if named else ""


def _bracketed(name: str) -> str:
    return f"[{name.translate(_INNER)}]"


def _arrow(joined: _Joined) -> str:
    """One line; its names stand in brackets unless they are read as they are meant without."""
    source, target = joined.source.name, joined.target.name
    sign = "<->" if joined.mutual else "->"
    # A semicolon would begin another statement.
    label = f": {joined.label.replace(';', ',')}" if joined.label else ""
    line = f"{source} {sign} {target}{label}"
    if [link[:2] for link in links_of(line)] == [((Node(source),), (Node(target),))]:
        return line
    return f"{_bracketed(source)} {sign} {_bracketed(target)}{label}"


def _heading(name: str) -> str:
    return f"## {_bracketed(name) if links_of(name) else name}"
