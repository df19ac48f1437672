"""Numbers with units in a text: ``500M users``, ``30 ms``, ``10^8``, ``0.1%``."""

import re

_QUANTITY = re.compile(
    r"""(?<![\w.,])
    (?:
        \d[\d,]*(?:\.\d+)?(?:e\d+)?\s?
        (?:k|m|mm|mn|b|bn|t|million|billion|trillion|thousand|hundred
          |ms|millis(?:econds?)?|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?
          |d|days?|weeks?|months?|years?|%|percent|pct|bps
          |qps|rps|tps|requests?|queries|users?|items?|videos?|ads?|impressions?|clicks?|events?
          |kb|mb|gb|tb|pb|kib|mib|gib|tib|bytes?|bits?
          |d|dims?|dimensions?|dimensional|layers?|trees?|heads?|features?|buckets?|shards?
          |candidates?|negatives?|epochs?|nodes?|machines?|cores?|gpus?|x|fold)\b
      | \d+(?:\.\d+)?\s?[x×*]\s?10\s?\^\s?\d+ | 10\s?\^\s?\d+ | \d+e\d+ | \d+(?:\.\d+)?\s?%
      | \d{1,3}(?:,\d{3})+ | \d+/\d+ | 0\.\d+ | \d{4,}
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def spans(text: str) -> list[tuple[int, int]]:
    """Character offsets (start, end) of every quantity in a normalised text."""
    return [match.span() for match in _QUANTITY.finditer(text)]
