"""The template filters: Markdown to safe HTML, marks into an answer, and seconds to words."""

import json
from collections.abc import Iterable
from datetime import datetime

import nh3
from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from interviews import writing
from interviews.models import Invitation, Token
from interviews.reports.marks import Kind, Piece

register = template.Library()

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(
    ["table", "strikethrough"]
)
_drafts = writing.extend(
    MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
)
_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "pre", "s", "samp", "small", "strong", "table", "tbody", "td", "th", "thead", "tr",
    "ul",
}  # fmt: skip


@register.filter
def markdown(text: str) -> SafeString:
    """Render Markdown. The one way from a person's text to HTML: no raw HTML, no images."""
    return _cleaned(_markdown.render(text))


@register.filter
def draft(text: str) -> SafeString:
    """Render what somebody is writing: as ``markdown``, and its sums with their values."""
    return _cleaned(_drafts.render(text))


def _cleaned(rendered: str) -> SafeString:
    html = nh3.clean(
        rendered,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    # A long line of code scrolls, so the keyboard must reach it; "<" in a person's text is escaped.
    html = html.replace("<pre>", '<pre tabindex="0">')
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it


@register.filter
def marked(pieces: Iterable[Piece]) -> SafeString:
    """Pieces of an answer as HTML: its text letter by letter, and not a blank more."""
    return format_html_join("", "{}", ((_marked(piece),) for piece in pieces))


def _marked(piece: Piece) -> SafeString:
    if not piece.kinds:
        return escape(piece.text)
    named = format_html(' id="{}" tabindex="-1"', piece.anchor) if piece.anchor else ""
    why = format_html(' data-why="{}"', piece.why) if piece.why else ""
    note = format_html(' aria-describedby="{}"', piece.note) if piece.note else ""
    return format_html(
        '<{tag}{named} data-kind="{kinds}"{why}{note}>{text}</{tag}>',
        tag=_tag(piece.kinds),
        named=named,
        kinds=" ".join(piece.kinds),
        why=why,
        note=note,
        text=marked(piece.inside),
    )


def _tag(kinds: Iterable[Kind]) -> str:
    """Struck out, a mark, or the underline of what was not quite right."""
    if Kind.ASIDE in kinds:
        return "s"
    return "u" if tuple(kinds) == (Kind.NEAR,) else "mark"


@register.filter
def clock(seconds: int) -> str:
    """``754`` as ``12:34``, ``-61`` as ``-1:01``; hours only where there are any."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    minutes, left = divmod(rest, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{sign}{hours}:{minutes:02}:{left:02}"
    return f"{sign}{minutes}:{left:02}"


@register.filter
def level(value: float | None) -> str:
    """``3.0`` as ``3``, ``2.5`` as ``2.5``, None as a dash."""
    return "–" if value is None else f"{value:.2g}"


@register.filter(name="json")
def as_json(value: object) -> str:
    """Anything plain as JSON, for a data attribute that a script reads."""
    return json.dumps(value)


@register.filter
def plain(slug: str) -> str:
    """``ad-ranking`` as ``Ad ranking``."""
    return slug.replace("-", " ").capitalize()


@register.filter
def minutes(seconds: int) -> str:
    """``480`` as ``8 min``; a half minute is rounded up."""
    return f"{(seconds + 30) // 60} min"


@register.filter
def ago(seconds: int) -> str:
    """``75`` as ``1 min ago``; days, hours, minutes or seconds, rounded down."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if seconds >= max(size, 5):
            return f"{seconds // size} {unit} ago"
    return "just now"


@register.filter
def state_at(row: Invitation | Token, now: datetime) -> str:
    """What became of an invitation or a token: for one open or active, revoked or expired."""
    return row.state(now)
