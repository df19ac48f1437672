"""The template filters: Markdown to safe HTML, and seconds to words."""

import json

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(
    ["table", "strikethrough"]
)
_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


@register.filter
def markdown(text: str) -> SafeString:
    """Render Markdown. The one way from a person's text to HTML: no raw HTML, no images."""
    html = nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it


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
