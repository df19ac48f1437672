"""A candidate's message cut into pieces, each asking at most one thing, and what each one is."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from rubrics.interviewing.matching import says_nothing
from rubrics.reading.units import normalise

# A piece of so few words may ask without a sign of it: "peak load", "labels available".
SHORT = 6


class Manner(StrEnum):
    """How a piece is meant, before anybody looks at the facts."""

    ASKS = "asks"
    WANTS_THE_ANSWER = "wants the answer"
    CHATS = "chats"
    STATES = "states"


class Piece(NamedTuple):
    """A piece of a message, how it is meant, and the number of the sentence that it stands in."""

    text: str
    manner: Manner
    sentence: int = 0

    @property
    def leans(self) -> bool:
        """Whether it points to something outside itself: "how reliable is it?"."""
        return bool(_LEANS.search(self.text))


_ENDS = re.compile(r"(?<=[?!;\n])|(?<=\.)(?=\s|$)")
_OPENS = (
    r"(?:what|what's|whats|which|who|whom|whose|who's|when|where|why|how|is|isn't|are|aren't|do|does|did|can"
    r"|could|may|should|would|will|has|have|had|was|were|any|must|am|waht|wich|hwo|hows)"
)
# "... and how many are new", ", any duplicates": a second question in one sentence, unless it
# speaks of what the first one named ("do ads stay, or do they come and go").
_AND = re.compile(
    rf"(?:,?\s+(?:and|plus)(?:\s+also)?|\s[-–]+|/)\s+(?={_OPENS}\b)"
    rf"|,(?:\s+also)?\s+"
    rf"(?={_OPENS}\b(?!(?:\s+\w+)?\s+(?:it|its|they|them|their|that|this|those|these)\b))",
    re.IGNORECASE,
)
# What comes before a question and asks nothing: "after the upload, how soon ...".
_LEADS = re.compile(
    r"^\W*(?:after|before|once|if|since|as|given|for|in|on|at|with|when|while|because|regarding"
    r"|about|so|ok|okay|well|just|say)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    rf"^\W*(?:(?:so|and|but|ok|okay|also|hi|hello|hey|well|then|now|quick\s+one|got\s+it|just|sorry"
    rf"|one\s+more(?:\s+thing)?|first|next)\W+){{0,3}}{_OPENS}\b"
    r"|\b(?:tell\s+me|like\s+to\s+(?:know|understand|ask|hear|learn)|know\s+(?:if|how|what|whether|who|which)|wonder(?:ing)?|curious|question"
    r"|clarify|explain|walk\s+me|ask(?:ing)?\s+about|how\s+(?:many|much|often|long|fast|big))\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"^\W*(?:so\W+|then\W+|ok(?:ay)?\W+)?(?:i|i'm|i'd|i'll|we|we'd|we'll|we're|let's|let\s+me|my"
    r"|this|that|it|there)\b",
    re.IGNORECASE,
)
# Whoever says one of these wants the interviewer's design. What a design may use ("can we use
# ...?") is a question for the sheet.
_WANTS_THE_ANSWER = re.compile(
    r"""\b(?:
    how\s(?:would|do|did|will|should)\syou\b
    | how\s(?:should|would|shall)\s(?:i|we|one)\s(?:do|solve|design|build|model|approach|start)
    | what\s(?:would|do|should|will)\syou\s(?:do|use|choose|pick|prefer|recommend|suggest|want
        |expect|think)
    | (?:(?:would|do)\syou\s(?:use|go|choose|pick|take|prefer|recommend|suggest|think|agree)
        |would\syou\slike)
    | (?:which|what)\s(?:[\w-]+\s){1,3}(?:would|do|should)\s(?:you|i|we)\s(?:use|choose|pick|prefer
        |take|recommend)
    | (?:should|shall)\s(?:i|we)\s(?:use|choose|pick|take|build|train|start|go|apply|design|model
        |try)
    | (?:the|your|a|an)\s(?:right|correct|best|perfect|ideal|expected|sample|model)\s(?:answer
        |solution|approach|design|way|choice|model|architecture|loss|metric)
    | (?:the|your)\s(?:answer|solution)(?:\sto\b|\splease|\syou\b|$|\W*$)
    | (?:give|need|have|get)\s(?:me\s)?(?:a|any|some)\s(?:hint|clue|tip)s?
    | obvious\schoice | want\sto\shear | good\s(?:idea|choice) | (?<!not\s)good\senough
    | do\sthe\sjob | am\si\sright
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CHAT_WORDS = r"""(?:hi|hello|hey|there|good|morning|afternoon|evening|thanks?|thank|you|thx|a|lot
    |so|much|very|that's|that|is|was|helpful|helps|great|ok|okay|cool|nice|perfect|alright|all|right|fine
    |got|it|understood|i|see|makes|sense|sounds|super|awesome|sure|to|meet|too|how|are|doing|today|can
    |hear|me|welcome|bye|goodbye|sorry|yes|yeah|no|problem|clear|for|the|info|information|interesting)"""
_CHATS = re.compile(
    rf"^\W*(?:{_CHAT_WORDS}\W+){{0,12}}{_CHAT_WORDS}\W*$", re.IGNORECASE | re.VERBOSE
)


_LEANS = re.compile(r"\b(?:it|its|they|them|their|those|these|that)\b", re.IGNORECASE)
# "..., how soon, ...": asks for more of what was just named, and names nothing itself.
_BARE = re.compile(r"^\W*(?:how|when|why|where)(?:\s+\w+)?\W*$", re.IGNORECASE)


def pieces(said: str) -> list[Piece]:
    """Cut a message; what has no words of its own is read with what stands before it."""
    found: list[Piece] = []
    for sentence, text in _cut(normalise(said).text):
        piece = Piece(text, _manner(text), sentence)
        if found and found[-1].sentence == sentence and _BARE.match(text):
            continue
        if found and piece.manner is Manner.ASKS and _belongs(found[-1], piece):
            piece = Piece(f"{found.pop().text} {text}", Manner.ASKS, sentence)
        found.append(piece)
    return found


def _belongs(before: Piece, piece: Piece) -> bool:
    """Whether one of two pieces is nothing alone: "I'm wondering, ...", "... is that so?"."""
    is_one = before.manner is Manner.ASKS or (
        before.manner is Manner.STATES and says_nothing(piece.text)
    )
    return is_one and (says_nothing(piece.text) or says_nothing(before.text))


def _cut(said: str) -> Iterator[tuple[int, str]]:
    for number, sentence in enumerate(_ENDS.split(said)):
        is_asked = sentence.rstrip().endswith("?")
        for part in _AND.split(sentence) if not _LEADS.match(sentence) else [sentence]:
            if re.search(r"\w", part):
                text = part.strip()
                yield number, f"{text}?" if is_asked and not text.endswith("?") else text


def _manner(text: str) -> Manner:
    if _CHATS.match(text):
        return Manner.CHATS
    if _WANTS_THE_ANSWER.search(text):
        return Manner.WANTS_THE_ANSWER
    if text.endswith("?") or _ASKS.search(text):
        return Manner.ASKS
    if _STATES.match(text) or len(text.split()) > SHORT:
        return Manner.STATES
    return Manner.ASKS
