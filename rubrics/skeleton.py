"""A question to type over: every field that a whole one has, with a note and an example of each."""

from pathlib import Path

import yaml

_PATTERN = Path(__file__).with_name("skeleton.yaml")


def skeleton(id: str, title: str) -> str:  # noqa: A002
    """Give the YAML of a question of that name, which can be read as it stands.

    ``id`` is a slug, ``title`` a line; what makes neither is found by reading it, as always.
    """
    pattern = _PATTERN.read_text(encoding="utf-8")
    return pattern.replace("ID-GOES-HERE", _quoted(id)).replace("TITLE-GOES-HERE", _quoted(title))


def _quoted(text: str) -> str:
    """Text as YAML on one row, whatever it holds."""
    whole = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return str(whole).removesuffix("\n")
