"""A page as a person's browser takes it apart: its elements, their attributes, their text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.http import HttpResponseBase

# What people write who want more than to practise.
HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></ScRiPt>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
    "</textarea><script>alert(1)</script>",
    "</template></form><form action=//evil.example><input name=text>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    "![x](https://evil.example/pixel.png)",
    "<javascript:alert(1)>",
    '[x](https://ok.example "onmouseover=alert(1)")',
    '[x](https://ok.example"onmouseover="alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    "`</code><script>alert(1)</script>`",
    "```\n</pre><script>alert(1)</script>\n```",
    "```<img/src=x/onerror=alert(1)>\nx\n```",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> [x](javascript:alert(1)) |",
    "> > - **[*<b onmouseover=alert(1)>x</b>*](javascript:alert(1))**",
    "<style>@import '//evil.example'</style><link rel=stylesheet href=//evil.example>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=1'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{ request.user }} {% debug %} <b hx-get='/'>x</b>",
]

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect"}


@dataclass
class Element:
    """One element: its tag, its attributes, and the text inside it and its children."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list["Element"] = field(default_factory=list)


class Page(HTMLParser):
    """The elements of some HTML, in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        for outer in self._open:
            outer.inside.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str = "", **attributes: str) -> Iterator[Element]:
        """Those of a tag with these attributes (``data_state`` is written ``data-state``)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for element in self.elements:
            if tag in ("", element.tag) and wanted.items() <= element.attributes.items():
                yield element

    def one(self, tag: str = "", **attributes: str) -> Element:
        """The only one of its kind."""
        (found,) = self.all(tag, **attributes)
        return found

    def has(self, tag: str = "", **attributes: str) -> bool:
        return any(self.all(tag, **attributes))

    def field(self, name: str) -> str:
        """What a hidden field holds."""
        values = {each.attributes["value"] for each in self.all("input", name=name)}
        (value,) = values
        return value

    def typed(self, name: str = "text") -> str:
        """What a box for text holds; browsers drop its first line break."""
        return self.one("textarea", name=name).text.removeprefix("\n")


def page(response: HttpResponseBase) -> Page:
    """Take an answer apart."""
    return Page(response.content.decode())  # type: ignore[attr-defined]  # none of ours streams


def is_harmless(element: Element) -> bool:
    """Whether an element that came from a person's Markdown can do nothing."""
    if element.tag in (
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "img",
        "svg",
        "form",
        "base",
    ):
        return False
    ours = {"tabindex"} if element.tag == "pre" and element.attributes["tabindex"] == "0" else set()
    if element.attributes.keys() - {"href", "title", "rel", "start"} - ours:
        return False
    return urlsplit(element.attributes.get("href", "").strip()).scheme in (
        *("", "http", "https", "mailto"),
    )
