"""Works out the sums of a draft, ``500M*10/86400``: the only place that does, and it never guesses.

Numbers have thousands separators and scales (k, M, B or G, T, %), sums ``+ - * / ^`` and brackets.
Units are of time and of bytes, seconds and bytes beneath; whatever else is not read, and said. The
work is bounded by the length of what is read, and nothing is evaluated that a parser here has not
taken apart.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

MAX_LENGTH = 200
"""Characters of one sum."""
MAX_DEPTH = 24
"""Brackets, signs and powers within each other."""

# What begins so is meant as a sum: "=> hence" and "== x" are not.
# Nothing is given back (*+): many blanks would be tried in every way to share them out.
_BEGINS = re.compile(r"=[ \t]*+(?=[-−]?[ \t]*+\(*+[ \t]*+[-−]?\.?[0-9])")
# A result that the writer gives, "= 58k", is theirs; the sum is what stands before it.
_RESULT = re.compile(r"[=≈~]")
_TOKEN = re.compile(
    r"[ \t]*(?:"
    r"(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:_[0-9]+)*)(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?:(?<![.,])[eE](?P<exponent>[-+]?[0-9]{1,3})(?![0-9A-Za-z]))?(?![0-9]|[.,][0-9])"
    r"|(?P<word>[A-Za-zµμ]+|%)"
    r"|(?P<operator>\*\*|[-+*/^()×·÷−])"
    r"|(?P<odd>[^\s]{1,20}))"
)
_SAME = {"**": "^", "×": "*", "·": "*", "÷": "/", "−": "-", "x": "*", "X": "*"}
_SCALES = {
    **dict.fromkeys(("k", "K", "thousand"), 1e3),
    **dict.fromkeys(("M", "million"), 1e6),
    **dict.fromkeys(("B", "G", "bn", "billion"), 1e9),
    **dict.fromkeys(("T", "trillion"), 1e12),
    "%": 0.01,
}


class Unreadable(ValueError):
    """Why a sum has no value, in words for its writer."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in bytes to the power ``bytes`` and seconds to the power ``seconds``."""

    value: float
    bytes: int = 0
    seconds: int = 0

    @property
    def unit(self) -> tuple[int, int]:
        """The powers of byte and second: (0, 0) is a plain number."""
        return self.bytes, self.seconds


def _units() -> dict[str, Amount]:
    table = {"byte": Amount(1, bytes=1), "bytes": Amount(1, bytes=1)}
    for power, letter in enumerate("KMGTP", 1):
        table[f"{letter}B"] = Amount(1000.0**power, bytes=1)
        table[f"{letter}iB"] = Amount(1024.0**power, bytes=1)
    table["kB"] = table["KB"]
    for seconds, names in (
        (1e-6, "us µs μs"),
        (1e-3, "ms"),
        (1, "s sec second seconds"),
        (60, "min minute minutes"),
        (3_600, "h hour hours"),
        (86_400, "d day days"),
        (604_800, "week weeks"),
        (31_557_600, "year years"),
    ):
        table.update(dict.fromkeys(names.split(), Amount(seconds, seconds=1)))
    return table


_UNITS = _units()


def is_sum(line: str) -> bool:
    """Whether a line is meant as a sum: an equals sign, then something that begins a number."""
    return bool(_BEGINS.match(line))


def work_out(line: str) -> str:
    """The value of a line that is a sum, as ``= 57,870 ≈ 57.9 k``; empty if it says it itself.

    Raises:
        Unreadable: what cannot be read, or has no value.
    """
    source = _RESULT.split(_BEGINS.sub("", line, count=1), maxsplit=1)[0]
    if len(source) > MAX_LENGTH:
        raise Unreadable("this sum is too long")
    reader = _Reader(source)
    value = shown(reader.read())
    is_number = len(reader.tokens) == 1 and reader.tokens[0]["number"]
    return "" if is_number else value


class _Reader:
    """Takes one sum apart, from left to right, by recursive descent."""

    def __init__(self, source: str) -> None:
        self.tokens = [match for match in _TOKEN.finditer(source) if match.group().strip()]
        self.at = 0
        self.depth = 0

    def read(self) -> Amount:
        value = self.sum()
        if self.at < len(self.tokens):
            raise Unreadable(f"cannot read `{self.tokens[self.at].group().strip()}`")
        return value

    @property
    def operator(self) -> str:
        """The operator that comes next, or nothing."""
        if self.at == len(self.tokens):
            return ""
        sign = self.tokens[self.at]["operator"] or self.word
        return _SAME.get(sign, sign if self.tokens[self.at]["operator"] else "")

    @property
    def word(self) -> str:
        """The word that comes next, or nothing."""
        return (self.tokens[self.at]["word"] or "") if self.at < len(self.tokens) else ""

    def sum(self) -> Amount:
        value = self.product()
        while (sign := self.operator) in ("+", "-"):
            self.at += 1
            value = _add(value, self.product(), -1 if sign == "-" else 1)
        return value

    def product(self) -> Amount:
        value = self.signed()
        while (sign := self.operator) in ("*", "/"):
            self.at += 1
            value = _times(value, self.signed(), -1 if sign == "/" else 1)
        return value

    def signed(self) -> Amount:
        """``-2^2`` is minus four: the sign comes after the power."""
        return self.inside(self.minus if self.operator == "-" else self.power)

    def inside(self, part: Callable[[], Amount]) -> Amount:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too many brackets")
        value = part()
        self.depth -= 1
        return value

    def minus(self) -> Amount:
        self.at += 1
        return _times(Amount(-1), self.signed())

    def power(self) -> Amount:
        base = self.atom()
        if self.operator != "^":
            return base
        self.at += 1
        return _power(base, self.signed())

    def atom(self) -> Amount:
        if self.at == len(self.tokens):
            raise Unreadable("the end is missing")
        token = self.tokens[self.at]
        if self.operator == "(":
            self.at += 1
            value = self.sum()
            if self.operator != ")":
                raise Unreadable(
                    "a bracket is not closed" if self.at == len(self.tokens) else self.odd()
                )
            self.at += 1
            return self.with_unit(value)
        if token["number"]:
            self.at += 1
            digits = token["number"].replace(",", "").replace("_", "")
            return self.with_unit(Amount(_finite(float(f"{digits}e{token['exponent'] or 0}"))))
        if self.at and self.word in _UNITS:  # "/ day"
            return self.with_unit(Amount(1))
        raise Unreadable(self.odd())

    def odd(self) -> str:
        return f"cannot read `{self.tokens[self.at].group().strip()}`"

    def with_unit(self, value: Amount) -> Amount:
        if self.word in _SCALES:
            value = _times(value, Amount(_SCALES[self.word]))
            self.at += 1
        if self.word in _UNITS:
            value = _times(value, _UNITS[self.word])
            self.at += 1
        return value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Unreadable("the number is too large")
    return value


def _add(left: Amount, right: Amount, sign: int) -> Amount:
    if left.unit != right.unit:
        raise Unreadable("these units do not add up")
    return Amount(_finite(left.value + sign * right.value), *left.unit)


def _times(left: Amount, right: Amount, sign: int = 1) -> Amount:
    if sign < 0 and not right.value:
        raise Unreadable("division by zero")
    value = left.value / right.value if sign < 0 else left.value * right.value
    return Amount(
        _finite(value), left.bytes + sign * right.bytes, left.seconds + sign * right.seconds
    )


def _power(base: Amount, exponent: Amount) -> Amount:
    count = exponent.value
    if exponent.unit != (0, 0) or (base.unit != (0, 0) and count not in (-1, 1, 2)):
        raise Unreadable("a power with units")
    try:
        value = math.pow(base.value, count)
    except OverflowError:
        raise Unreadable("the number is too large") from None
    except ValueError:
        raise Unreadable("this power has no value") from None
    return Amount(_finite(value), int(base.bytes * count), int(base.seconds * count))


# --- in words ---------------------------------------------------------------------------

_Steps = tuple[tuple[float, str], ...]
_PLAIN: _Steps = ((1e12, " T"), (1e9, " B"), (1e6, " M"), (1e3, " k"))
_BYTES: _Steps = ((1e15, " PB"), (1e12, " TB"), (1e9, " GB"), (1e6, " MB"), (1e3, " KB"))
_TIMES: _Steps = ((31_557_600, " years"), (86_400, " d"), (3_600, " h"), (60, " min"))
# Powers of byte and second: what follows the number, its shorter names, what follows those,
# and from which number on they are shown.
_SHOWN: dict[tuple[int, int], tuple[str, _Steps, str, float]] = {
    (0, 0): ("", _PLAIN, "", 1e4),
    (0, -1): (" per second", _PLAIN, " per second", 1e4),
    (1, 0): (" bytes", _BYTES, "", 1e3),
    (1, -1): (" bytes per second", _BYTES, " per second", 1e3),
    (0, 1): (" s", _TIMES, "", 60),
}
_LARGE, _SMALL = 1e15, 1e-4


def shown(amount: Amount) -> str:
    """An amount to its last whole number, and shorter to three digits where that is easier read.

    Raises:
        Unreadable: its unit has no name (seconds times bytes).
    """
    if amount.unit not in _SHOWN:
        raise Unreadable("the result has no unit that makes sense")
    unit, steps, per, begins = _SHOWN[amount.unit]
    size = abs(amount.value)
    long = f"= {_number(amount.value)}{unit}"
    if not begins <= size < _LARGE:
        return long
    # What rounds up to the next step is told in that one: 1 M rather than 1,000 k.
    step, name = next((step, name) for step, name in steps if size * 1.0005 >= step)
    digits = amount.value / step
    rounded = float(f"{digits:.3g}")
    sign = "=" if math.isclose(digits, rounded, rel_tol=1e-9) else "≈"
    return f"{long} {sign} {_number(rounded)}{name}{per}"


def _number(value: float) -> str:
    if value and not _SMALL <= abs(value) < _LARGE:
        return f"{value:.4g}"
    if value == round(value) or abs(value) >= 1000:
        return f"{value + 0.0:,.0f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")
