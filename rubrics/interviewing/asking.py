"""What the interviewer says to a candidate's question: facts of the sheet, and nothing of its own.

A reply is put together from the texts of facts and from the sentences below, which hold no figure
and speak of no question.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import islice

from rubrics.interviewing.matching import Near, Sheet, sheet_of
from rubrics.interviewing.pieces import Manner, Piece, pieces
from rubrics.judges.near import Vectors, shared_vectors
from rubrics.schema import Document, Question

# How near a fact must come to be told, and how far ahead of the next (benchmarks/interviewing,
# November 2026). Of the messages for tuning 98.6 % get the right one and 3.6 % a wrong one, at 0.7
# 98.4 and 5.0 %, at 1.2 95.8 and 2.1 %; of the messages for reporting 90.6 and 3.4 %. Without the
# margin 3.8 % are told a wrong fact, with five times as much 0.9 % fewer the right one.
CLOSE = 0.85
AHEAD = 0.06
# The same where word vectors cannot be read: 90.9 and 3.2 %, for reporting 77.5 and 3.4 %.
CLOSE_IN_WORDS = 0.4

# How near for a second fact, to half a sentence that points back to an answered one. Without this
# 4.1 % of the messages for tuning are told a wrong one.
CLOSE_LEANING = 2.0

# What bounds the work (characters), and how much of a sheet one message can ask for.
LONGEST = 5_000
MOST_ASKED = 6


class Kind(StrEnum):
    """What a piece of a message was answered with."""

    TOLD = "told"
    AGAIN = "told before"
    UNCLEAR = "between two facts, or not understood"
    LEFT = "left to the candidate"
    DECLINED = "asks for the answer"
    CHAT = "small talk"
    NOTED = "no question"
    TOO_MUCH = "too much at once"


SAYS: Mapping[Kind, str] = {
    Kind.UNCLEAR: "I am not sure what you ask for. Please ask again in other words.",
    Kind.LEFT: "Beyond what the task says, I leave that to you: state your assumption and go on.",
    Kind.DECLINED: "That is for you to decide. Tell me what you choose, and why.",
    Kind.CHAT: "Thank you. Ask me whatever you need to know.",
    Kind.NOTED: "All right. Ask me whatever you need to know.",
    Kind.TOO_MUCH: "That is a lot at once. Please ask me the rest again.",
}
AGAIN = "As I said: "


class Said(Document):
    """What is said to one piece of a message. ``fact`` is the id of the fact that it tells."""

    kind: Kind
    to: str
    fact: str | None = None
    text: str


class Reply(Document):
    """What the interviewer says to one message."""

    parts: tuple[Said, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """The ids of the facts that it tells for the first time."""
        return tuple(part.fact for part in self.parts if part.kind is Kind.TOLD and part.fact)

    @property
    def text(self) -> str:
        """All of it, for people; what is said to several pieces stands there once."""
        return "\n\n".join(dict.fromkeys(part.text for part in self.parts))


def reply_to(question: Question, said: str, told: Collection[str] = frozenset()) -> Reply:
    """Answer a message from the fact sheet. Any text gives a reply, the same text the same one.

    ``told``: the ids of the facts that were told before.
    """
    found = pieces(said[:LONGEST])
    open_ = [piece for piece in found if piece.manner in _ASKING]
    if not open_:
        return Reply(parts=(_aside(found),))
    sheet, vectors = sheet_of(question), shared_vectors()
    parts = list(_answers(islice(open_, MOST_ASKED), sheet, vectors, told))
    if len(open_) > MOST_ASKED:
        parts.append(_plain(Kind.TOO_MUCH, open_[MOST_ASKED].text))
    return Reply(parts=tuple(parts))


def nearest(question: Question, said: str) -> list[tuple[Piece, Sequence[Near]]]:
    """Show authors each piece of a message and the facts that it comes near, nearest first."""
    sheet, vectors = sheet_of(question), shared_vectors()
    return [
        (piece, sheet.nearest(piece.text, vectors) if piece.manner is Manner.ASKS else ())
        for piece in pieces(said[:LONGEST])
    ]


_ASKING = frozenset({Manner.ASKS, Manner.WANTS_THE_ANSWER})
_FOUND_NOTHING = frozenset({Kind.LEFT, Kind.UNCLEAR})


def _aside(found: Iterable[Piece]) -> Said:
    """What is said to a message that asks for nothing."""
    states = [piece.text for piece in found if piece.manner is Manner.STATES]
    chats = [piece.text for piece in found if piece.manner is Manner.CHATS]
    if chats and not states:
        return _plain(Kind.CHAT, chats[0])
    return _plain(Kind.NOTED, states[0] if states else "")


def _answers(
    asked: Iterable[Piece], sheet: Sheet, vectors: Vectors | None, told: Collection[str]
) -> Iterator[Said]:
    """Say a fact once in a reply, and nothing to what leans on a question that has its answer.

    "What feedback do we get, and how reliable is it?": that the second half finds nothing is no
    reason to send back who was just told. A question that points to nothing is never passed over.
    """
    here: set[str] = set()
    answered = -1
    for piece in asked:
        leans = piece.leans and piece.sentence == answered
        part = _said(piece, sheet, vectors, told, CLOSE_LEANING if leans else 0.0)
        if part.fact in here or (leans and part.kind in _FOUND_NOTHING):
            continue
        if part.fact:
            here.add(part.fact)
            answered = piece.sentence
        yield part


def _said(
    piece: Piece, sheet: Sheet, vectors: Vectors | None, told: Collection[str], least: float
) -> Said:
    if piece.manner is Manner.WANTS_THE_ANSWER:
        return _plain(Kind.DECLINED, piece.text)
    near = sheet.nearest(piece.text, vectors)
    if not near or near[0].closeness < max(least, CLOSE if vectors else CLOSE_IN_WORDS):
        return _plain(Kind.LEFT if sheet.speaks_of(piece.text) else Kind.UNCLEAR, piece.text)
    if len(near) > 1 and near[0].closeness - near[1].closeness < AHEAD:
        return _plain(Kind.UNCLEAR, piece.text)
    fact = near[0].fact
    if fact.id in told:
        return Said(kind=Kind.AGAIN, to=piece.text, fact=fact.id, text=f"{AGAIN}{fact.fact}")
    return Said(kind=Kind.TOLD, to=piece.text, fact=fact.id, text=fact.fact)


def _plain(kind: Kind, to: str) -> Said:
    return Said(kind=kind, to=to, text=SAYS[kind])
