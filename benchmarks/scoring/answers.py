"""An answer as the bench holds it, and how its text is taken apart and put together again."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Stages = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer under a framework: stage id → Markdown. ``name`` says where it comes from."""

    name: str
    framework: str
    stages: Stages

    @property
    def words(self) -> int:
        """The length in words, as blanks divide them."""
        return sum(len(text.split()) for text in self.stages.values())

    def text(self) -> str:
        """The whole answer as one text, without the names of its stages."""
        return "\n\n".join(text.strip() for text in self.stages.values())


@dataclass(frozen=True, slots=True)
class Attack:
    """A text that should not earn what it seems to earn. ``name`` is unique for a question."""

    name: str
    stages: Stages


_FENCE = re.compile(r"^\s*(?:```|~~~)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s|^\s*(?:\*\*|__)[^*_]+(?:\*\*|__):?\s*$")
_MARK = re.compile(r"\s*(?:[-*+•]\s+|\d{1,3}[.)]\s+|\|\s*|>\s*)")
_RULE = re.compile(r"[-=*_|: ]{3,}")
# A line that is shorter was ended by its writer and not by a margin.
_MARGIN = 55


def logical_lines(text: str) -> Iterator[tuple[str, str]]:
    """Each bullet, row, paragraph and heading as (mark, body), wrapped lines joined.

    A heading and an empty line have no body. Fenced code is left out: a drawing claims nothing
    that could be turned round.
    """
    fenced = False
    mark, body, width = "", "", 0
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            continue
        if body and _goes_on(line, width):
            body, width = f"{body} {line.strip()}", len(line)
            continue
        if body:
            yield mark, body
        mark, body = _parts(line)
        width = len(line)
        if not body:
            yield mark, ""
    if body:
        yield mark, body


def _goes_on(line: str, width: int) -> bool:
    bare = line.strip()
    if not bare or _HEADING.match(line) or _MARK.match(line):
        return False
    return width >= _MARGIN or bare[0].islower()


def _parts(line: str) -> tuple[str, str]:
    if not line.strip() or _HEADING.match(line) or _RULE.fullmatch(line.strip()):
        return line, ""
    found = _MARK.match(line)
    end = found.end() if found else 0
    return line[:end], line[end:].strip()


_STOP = re.compile(r"(?<=[.!?])\s+|(?<=[.!?][*)\"'])\s+|(?<=[.!?]\*\*)\s+")
_LABEL = re.compile(r"\*\*[^*]+\*\*[.:]?")
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|vs|approx|incl|cf)|\b[a-zA-Z])\.$")


def sentences(body: str) -> list[str]:
    """The sentences of a line, with their stops."""
    found: list[str] = []
    for piece in _STOP.split(body):
        if found and _SHORT.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        elif piece:
            found.append(piece)
    return found


_COMMA = re.compile(
    r"([,;:]\s+|\s[-–—]\s|\s(?:because|since|so that|but|and then|which|while|whereas)\s)"
)


def clauses(sentence: str) -> list[str]:
    """A sentence cut at its commas and joining words: clause, joint, clause, ..., clause."""
    return _COMMA.split(sentence)


Rewrite = Callable[[str], str]


def by_line(text: str, rewrite: Rewrite) -> str:
    """Rewrite each paragraph, bullet and row as a whole."""
    return "\n".join(mark + (rewrite(body) if body else "") for mark, body in logical_lines(text))


def by_joined_line(text: str, rewrite: Rewrite) -> str:
    """Rewrite each line as one sentence, its stops made semicolons: what it says is one thing."""

    def whole(body: str) -> str:
        said = [each for each in sentences(body) if not _LABEL.fullmatch(each)]
        label = "".join(f"{each} " for each in sentences(body) if _LABEL.fullmatch(each))
        if not said:
            return body
        joined = [said[0], *(without_mark(each) for each in said[1:])]
        return label + rewrite("; ".join(each.rstrip(".!? ") for each in joined) + ".")

    return by_line(text, whole)


def by_sentence(text: str, rewrite: Rewrite) -> str:
    """Rewrite each sentence; a bold label before one (``**Goal.**``) stays."""

    def whole(body: str) -> str:
        return " ".join(
            each if _LABEL.fullmatch(each) else rewrite(each) for each in sentences(body)
        )

    return by_line(text, whole)


def by_clause(text: str, rewrite: Rewrite) -> str:
    """Rewrite each clause; the joints between them and the stop stay."""

    def whole(sentence: str) -> str:
        stop = sentence[-1:] if sentence[-1:] in ".!?" else ""
        return stop.join((_each_clause(sentence.removesuffix(stop), rewrite), ""))

    return by_sentence(text, whole)


_OPENS = re.compile(r"((?:and|but|so|then|since|because|which|that|or) )?(.*)", re.DOTALL)


def _each_clause(sentence: str, rewrite: Rewrite) -> str:
    written = []
    for at, piece in enumerate(clauses(sentence)):
        opening = _OPENS.fullmatch(piece)
        if at % 2 or not piece.strip(" *") or opening is None:
            written.append(piece)
        else:
            written.append((opening[1] or "") + rewrite(opening[2]))
    return "".join(written)


def without_mark(sentence: str) -> str:
    """A sentence ready to stand inside another: no bold, no stop, its first letter small."""
    bare = sentence.replace("**", "").strip().rstrip(".!?:;, ")
    first = bare.split(" ", 1)[0]
    keep = first == "I" or first.startswith("I'") or not first[1:].islower()
    return bare if keep else bare[:1].lower() + bare[1:]


def blocks(text: str) -> list[str]:
    """The paragraphs and lists of a text.

    What belongs together stays so: a heading, or a line that ends in a colon, with what follows
    it, and a fence with all that is in it.
    """
    found: list[str] = []
    waiting: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")):
        waiting.append(block)
        whole = "\n\n".join(waiting)
        if whole.strip() and not _leads_on(block) and whole.count("```") % 2 == 0:
            found.append(whole)
            waiting = []
    return [*found, "\n\n".join(waiting)] if waiting else found


def _leads_on(block: str) -> bool:
    lines = block.rstrip().split("\n")
    return lines[-1].rstrip("*_ ").endswith(":") or (
        len(lines) == 1 and bool(_HEADING.match(lines[0]))
    )


def each_stage(stages: Stages, change: Rewrite) -> dict[str, str]:
    """The same stages with each text changed."""
    return {stage: change(text) for stage, text in stages.items()}


def shuffled(items: list[str], seed: int) -> list[str]:
    """The same items in another order; the same one for the same seed."""
    copy = list(items)
    random.Random(seed).shuffle(copy)  # noqa: S311 (an order, not a secret)
    return copy
