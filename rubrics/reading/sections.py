"""A Markdown file split into the stages of a framework, at its H2 headings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rubrics.schema import Framework

Span = tuple[int, int]  # start and end, in characters

_MARK = re.compile(
    r"""^[ ]{0,3}(?:
      (?P<fence>`{3,}(?=[^`\r\n]*\r?$)|~{3,})(?P<info>[^\r\n]*)
    | \#\#(?!\#)(?P<title>[^\r\n]*)
    | (?P<underline>--+)[ \t]*(?=\r?$)
    )""",
    re.MULTILINE | re.VERBOSE,
)
# Where the words that name a stage may end: "Deep dive: ranking", "Deep dive (ranking)".
_REMARK = re.compile(r"[:(–—|]| - ")
_NUMBERED = frozenset({"stage", "step", "part", "section", "phase"})
_NUMBER = re.compile(r"\d+|[ivx]{1,5}", re.IGNORECASE)


class _Heading(NamedTuple):
    start: int
    end: int
    title: str


def by_stage(text: str, framework: Framework) -> dict[str, str]:
    """Split a file at its H2 headings into stage id → text (``spans_by_stage``, joined)."""
    return cut(text, spans_by_stage(text, framework))


def spans_by_stage(text: str, framework: Framework) -> dict[str, list[Span]]:
    """Split a file at its H2 headings: stage id → spans of the file, in characters.

    A stage's text is its spans joined. A heading belongs to the stage whose title begins with its
    words (``## Deep dive`` is Deep Dive Component Design), or whose id it is; a number in front
    and a remark after a colon do not matter. Other headings are text of their stage, as is
    everything in a code fence. Text above the first such heading goes to the first stage. Without
    any such heading the whole text is one stage called ``answer``.
    """
    titles = tuple((s.id, _words(s.id), _words(s.title)) for s in framework.stages)
    marks = [
        (heading, stage)
        for heading in _headings(text)
        if (stage := _stage_called(heading.title, titles))
    ]
    if not marks:
        return {"answer": [(0, len(text))]}
    spans: dict[str, list[Span]] = {}
    above = marks[0][0].start
    if text[:above].strip():
        spans[framework.stages[0].id] = [(0, above)]
    ends = [heading.start for heading, _ in marks[1:]] + [len(text)]
    for (heading, stage), end in zip(marks, ends, strict=True):
        begin = heading.end
        begin += 2 if text.startswith("\r\n", begin) else text.startswith("\n", begin)
        spans.setdefault(stage, []).append((begin, end))
    return spans


def cut(text: str, spans: Mapping[str, Sequence[Span]]) -> dict[str, str]:
    """Give each stage its text: its spans, joined."""
    return {
        stage: "".join([text[start:end] for start, end in parts]) for stage, parts in spans.items()
    }


def _headings(text: str) -> Iterator[_Heading]:
    """The H2 headings of Markdown, underlined ones too, outside of code fences."""
    marks = list(_MARK.finditer(text))
    unclosed: dict[str, int] = {}
    at = 0
    while at < len(marks):
        mark = marks[at]
        if mark["fence"]:
            at = _after_fence(marks, at, unclosed)
            continue
        at += 1
        if mark["title"]:
            yield _Heading(mark.start(), mark.end(), mark["title"])
        elif mark["underline"]:
            yield from _underlined(text, mark)


def _after_fence(marks: Sequence[re.Match[str]], at: int, unclosed: dict[str, int]) -> int:
    """The place after the fence that closes this one; a fence that is never closed is text.

    ``unclosed``: kind of fence → the shortest that is known to have no end from here on.
    """
    fence = marks[at]["fence"]
    if len(fence) < unclosed.get(fence[0], len(fence) + 1):
        for later in range(at + 1, len(marks)):
            closing = marks[later]["fence"]
            if closing and closing.startswith(fence) and not marks[later]["info"].strip():
                return later + 1
        unclosed[fence[0]] = len(fence)
    return at + 1


def _underlined(text: str, mark: re.Match[str]) -> Iterator[_Heading]:
    """The one line above an underline, if it stands alone and is neither list nor quote."""
    end = mark.start() - 1
    start = text.rfind("\n", 0, max(end, 0)) + 1
    title = text[start : max(end, 0)].strip()
    before = text[text.rfind("\n", 0, max(start - 1, 0)) + 1 : max(start - 1, 0)]
    if title and not before.strip() and not re.match(r"[-+>#|]|\*\s", title):
        yield _Heading(start, mark.end(), title)


# Per stage: its id, the words of its id, and those of its title.
Titles = tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]


@lru_cache(maxsize=1024)
def _stage_called(heading: str, titles: Titles) -> str | None:
    bare = _without_number(heading)
    for told in (heading, bare, *(_REMARK.split(text, maxsplit=1)[0] for text in (heading, bare))):
        wanted = _words(told)
        for stage, name, title in titles:
            # One begins with the other; whatever one has more does not matter.
            begins = all(one == other for one, other in zip(title, wanted, strict=False))
            if wanted and title and (begins or wanted == name):
                return stage
    return None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.findall(r"[^\W_]+", text.lower()) if word != "and")


def _without_number(heading: str) -> str:
    """``Stage 3: Deep dive``, ``3.1 Deep dive`` and ``III) Deep dive`` as ``Deep dive``."""
    rest = [*re.finditer(r"[^\W_]+", heading)]
    numbered = len(rest) > 1 and rest[0][0].lower() in _NUMBERED and _NUMBER.fullmatch(rest[1][0])
    for word in rest[1:] if numbered else rest:
        if not _NUMBER.fullmatch(word[0]):
            return heading[word.start() :]
    return ""
