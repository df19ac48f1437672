"""What a candidate's Markdown shows beyond Markdown: values of sums, ticks of task lists.

Rules for markdown-it; the text stays as it was typed.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from interviews import arithmetic

MAX_SUMS = 300
"""Sums worked out in one text; what comes after them stays as it is."""

_COUNT = "sums"
_TICK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


def extend(markdown: MarkdownIt) -> MarkdownIt:
    """Let it show values behind sums, in lines of their own and in code, and boxes for tasks."""
    markdown.inline.ruler.before("text", "sum", _sum)
    markdown.core.ruler.before("inline", "ticks", _ticks)
    markdown.add_render_rule("code_inline", _code)
    return markdown


def _sum(state: StateInline, silent: bool) -> bool:
    """A line that is a sum: as typed, its value behind it, and a line of its own."""
    start = state.pos
    if silent or state.src[start] != "=" or not _begins_line(state.src, start):
        return False
    end = state.src.find("\n", start, state.posMax)
    end = state.posMax if end < 0 else end
    line = state.src[start:end].rstrip()
    value = _value(line, state.env)
    if not value:
        return False
    if state.tokens and state.tokens[-1].type == "softbreak" and not state.pending.strip():
        state.tokens[-1].type = "hardbreak"
    state.pending = ""
    state.push("text", "", 0).content = line
    state.push("html_inline", "", 0).content = value
    if end < state.posMax:
        state.push("hardbreak", "br", 0)
    state.pos = min(end + 1, state.posMax)
    return True


def _begins_line(source: str, at: int) -> bool:
    while at and source[at - 1] == " ":
        at -= 1
    return not at or source[at - 1] == "\n"


def _value(line: str, env: EnvType) -> str:
    """The value of a sum as HTML, or why there is none; empty if it is no sum."""
    if not arithmetic.is_sum(line) or env.get(_COUNT, 0) >= MAX_SUMS:
        return ""
    env[_COUNT] = env.get(_COUNT, 0) + 1
    try:
        value = arithmetic.work_out(line)
    except arithmetic.Unreadable as problem:
        return f" <small>({escapeHtml(str(problem))})</small>"
    return f" <samp>{escapeHtml(value)}</samp>" if value else ""


def _code(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    content = tokens[idx].content
    return f"<code>{escapeHtml(content)}</code>{_value(content, env)}"


def _ticks(state: StateCore) -> None:
    """``- [x] done``: a ticked box in front of the words."""
    for at in range(2, len(state.tokens)):
        token = state.tokens[at]
        if token.type != "inline" or state.tokens[at - 2].type != "list_item_open":
            continue
        box = _TICK.match(token.content)
        if box:
            sign = "☐" if box[1] == " " else "☑"
            token.content = f"{sign} {token.content[box.end() :]}"
