"""The whiteboard of a stage in words: the outline by hand, or else the one that its drawing makes.

The outline's sheet holds only what was written by hand. While it is empty the outline follows the
drawing, and is made of it wherever it is asked for; so it can never be older than the drawing.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import rubrics
from interviews.models import Part, StageAnswer, StageRevision

_NOTHING = rubrics.Outline("")


class Shape(NamedTuple):
    """What can be put on a board by a button; the colour is one of the board's own."""

    kind: str
    colour: str
    label: str


PALETTE = (
    Shape("rectangle", "blue", "Source"),
    Shape("rectangle", "teal", "Stream"),
    Shape("rectangle", "orange", "Feature store"),
    Shape("rectangle", "violet", "Training"),
    Shape("rectangle", "grey", "Registry"),
    Shape("rectangle", "green", "Online service"),
    Shape("ellipse", "yellow", "Cache"),
    Shape("ellipse", "red", "Monitor"),
)


def made_of(drawing: str) -> rubrics.Outline:
    """Say in words what a drawing shows, as it was saved; nothing for what is no drawing."""
    try:
        return rubrics.outline_of(json.loads(drawing)) if drawing else _NOTHING
    except (ValueError, RecursionError):
        return _NOTHING


class Earlier(NamedTuple):
    """A sheet of an earlier stage that one may go on from."""

    stage: str
    title: str
    part: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the drawing makes, and how the outline that counts is read.

    Where it follows the drawing, ``missing`` says how much of the drawing is not in it.
    """

    made: str
    picture: rubrics.Picture
    missing: rubrics.Outline


@dataclass(frozen=True, slots=True)
class Board:
    """The two sheets of a stage's whiteboard, and what the drawing says in words."""

    drawing: StageAnswer
    outline: StageAnswer
    drawn: rubrics.Outline

    @property
    def made(self) -> str:
        """What the drawing says in words."""
        return self.drawn.text

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody wrote the outline."""
        return bool(self.outline.text.strip())

    @property
    def words(self) -> str:
        """The outline that counts."""
        return self.outline.text if self.is_by_hand else self.made

    def reading(self, by_hand: str) -> Reading:
        """Read an outline; without one, what the drawing makes."""
        follows = not by_hand.strip()
        return Reading(
            made=self.made,
            picture=rubrics.picture(self.made if follows else by_hand),
            missing=self.drawn if follows else _NOTHING,
        )


def of_stage(answer: StageAnswer) -> Board:
    """Give the whiteboard beside a stage's text. One query."""
    sheets = {
        sheet.part: sheet
        for sheet in answer.interview.sheets.filter(stage=answer.stage).exclude(part=Part.TEXT)
    }
    drawing, outline = sheets[Part.DRAWING], sheets[Part.OUTLINE]
    return Board(drawing, outline, made_of(drawing.text))


def drawing_at(answer: StageAnswer, number: int) -> str | None:
    """Give a drawing as it was saved; None when there is none of that number. One query."""
    try:
        return answer.text_at(number)
    except StageRevision.DoesNotExist:
        return None


def earlier(answer: StageAnswer) -> list[Earlier]:
    """Say what was drawn in the stages before, latest first. One query."""
    titles = answer.interview.stage_titles
    before = answer.interview.sheets.filter(position__lt=answer.position).exclude(text="")
    drawn = before.exclude(part=Part.TEXT).order_by("-position", "part")
    return [
        Earlier(stage, titles[stage], part) for stage, part in drawn.values_list("stage", "part")
    ]


@dataclass(frozen=True, slots=True)
class Outlined:
    """A stage's outline as it is judged, and whether there is a drawing beside it."""

    words: str
    is_drawn: bool


def outlined(sheets: Iterable[StageAnswer]) -> dict[str, Outlined]:
    """Give the outline of every stage that has one; stage id → outline."""
    texts = {(sheet.stage, sheet.part): sheet.text for sheet in sheets}
    found = {}
    for stage in dict.fromkeys(stage for stage, _ in texts):
        drawing, by_hand = (texts.get((stage, part), "") for part in (Part.DRAWING, Part.OUTLINE))
        words = by_hand if by_hand.strip() else made_of(drawing).text
        if words or drawing:
            found[stage] = Outlined(words, bool(drawing))
    return found


def judged(sheets: Iterable[StageAnswer]) -> dict[str, str]:
    """Give all that is judged: stage id → text, then each outline as a stage of its own.

    An outline that an earlier stage has word for word says nothing new, and is left out.
    """
    sheets = list(sheets)
    texts = {sheet.stage: sheet.text for sheet in sheets if sheet.part == Part.TEXT}
    first = {each.words: stage for stage, each in reversed(outlined(sheets).items())}
    outlines = {stage: words for words, stage in first.items() if words}
    return texts | {rubrics.outline_stage(s): outlines[s] for s in texts if s in outlines}
