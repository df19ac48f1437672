"""Fences what a person wrote, so that a model takes it for data and never for an instruction."""

import re
import secrets
from collections.abc import Sequence

# What a fence, a chat's markers or a template is made of; and addresses of people.
_MARKS = re.compile(r"<(?=[<|/!])|>(?=>)|(?<=[>|])>|\|(?=>)|\[(?=/?INST\])")
_SHOWN = {"<": "‹", ">": "›", "|": "¦", "[": "("}
_MAIL = re.compile(r"[^\s@<>()]{1,64}@[^\s@<>()]{1,255}\.[^\s@<>()]{2,24}")


def on_one_line(text: str) -> str:
    """A text on one line, without what looks like the end of the fence, or like a mail."""
    flat = " ".join(text.split())
    flat = _MARKS.sub(lambda mark: _SHOWN[mark.group()], flat)
    return _MAIL.sub("(e-mail)", flat) if "@" in flat else flat


def code_for(lines: Sequence[str]) -> str:
    """A code that nobody knew when the lines were written, and that is in none of them."""
    while True:
        code = secrets.token_hex(8)
        if not any(code in line for line in lines):
            return code


def fenced(name: str, lines: Sequence[str], code: str) -> str:
    """Lines between two that hold the code."""
    return "\n".join([f"<<<{name} {code}>>>", *lines, f"<<<END OF {name} {code}>>>"])
