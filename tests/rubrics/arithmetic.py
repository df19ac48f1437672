"""Reads the arithmetic that a text states, "500M × 40 / 86,400 = 231k", and works it out again.

Written apart from ``rubrics.reading.sums``, which forgives an answer whatever is within ten times:
here a stated figure must be right to the digits that it shows, or to a tenth behind "about". What
is written with operators, "% of", "N of B each" or as one amount in two units is read; what takes
its numbers from another sentence is let be.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

ABOUT = 0.1
# Behind round figures (2,000) the digits shown say little; no more than this is forgiven.
ROUND = 0.05
# A number may be meant in a few units; no more readings of one expression are tried.
MOST_READINGS = 2_048
# An operand that shows three digits or more is taken for rounded itself.
FINE = 0.005
# Words between a number and what joins it to the next, and between a relation and its result.
MOST_WORDS, MOST_FILL = 7, 5


class Statement(NamedTuple):
    """A sum as it is written, the result it states, and what its numbers give."""

    text: str
    stated: str
    values: tuple[float, ...]
    is_right: bool


class Token(NamedTuple):
    """A piece of a line."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Part:
    """A number or expression: what it may be worth, its rounding, its tokens, its operators.

    ``slack`` is the relative rounding of what is shown; ``unit`` the kind of unit, if there is one;
    ``plain`` the value without units, of a number or of what is only added.
    """

    values: tuple[float, ...]
    slack: float
    start: int
    end: int
    operators: int = 0
    unit: str = ""
    plain: float | None = None

    @property
    def factor(self) -> float:
        """What its unit counts in seconds, or in times a second."""
        return self.values[-1] / self.plain if self.plain else 1.0


_TOKEN = re.compile(
    r"(?P<number>(?<![\w.,-])[$€]?\d+(?:,\d{3})*(?:\.\d+)?(?:·10[⁰¹²³⁴-⁹]+)?(?!\d))"
    r"|(?P<power>[⁰¹²³⁴-⁹]+|\^\(?-?[\d./]+\)?)"
    r"|(?P<operator>[×÷*+−]|(?<=\s)[-x](?=\s)|/(?=\s?(?:[\d(√]|ln )))"
    r"|(?P<equals>[=≈→])"
    r"|(?P<word>%|[^\W\d_](?:[^\W⁰¹²³⁴-⁹]|['’-](?=\w))*)"
    r"|(?P<mark>[^\s\w])"
    r"|(?P<other>\w+)"
)
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9, "G": 1e9, "T": 1e12} | {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
}  # fmt: skip
_PREFIX = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15}
_SIZED = re.compile(r"(|k|m|g|t|p)(bytes?|b|bits?|flops?|ops)$", re.IGNORECASE)
_TINY = {"ms": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3, "µs": 1e-6, "us": 1e-6}
_TIMES = {
    "s": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0,
    "day": 86_400.0, "night": 86_400.0, "week": 604_800.0, "month": 2_592_000.0,
    "year": 31_536_000.0,
}  # fmt: skip
_LOOSE = {"point": 0.01, "points": 0.01, "cents": 0.01}
_NAMED = {
    "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0,
    "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "twenty": 20.0,
    "thirty": 30.0, "forty": 40.0,
}  # fmt: skip
_SHARES = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_FUNCTIONS = {"√": math.sqrt, "ln": math.log, "exp": math.exp}
_OPERATORS = {"÷": "/", "x": "×", "*": "×", "−": "-", "times": "×", "plus": "+", "minus": "-"}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_VERBS = _set(
    "is are was were makes make making gives give giving yields means needs need costs cost takes"
    " take leaves leave comes come saves loses"
)
_LEADS = _set("so hence thus or that which makes gives i.e")
_HEDGES = _set("about some roughly nearly almost around perhaps ≈ ~")
_UNDER, _OVER = _set("under below most"), _set("over above more least")
_FILL = _HEDGES | _UNDER | _OVER | _set(
    "a an the we i get have there it this that would be will is are then in all on to average only"
    " just well of than costs makes and for me already so"
)  # fmt: skip
_STOPS = _set("and but because since if with while then so or who as plus minus times")
_LINKS = _set("of at with à for ,")


def read(text: str) -> list[Statement]:
    """Find every statement of arithmetic in a text."""
    return [found for line in _lines(text) for found in _Line(line).statements()]


def numbers(text: str) -> set[float]:
    """Every number of a text, without its unit."""
    lines = [_Line(line) for line in _lines(text)]
    found = (line.number_at(at) for line in lines for at in range(len(line.tokens)))
    return {part.plain for part in found if part and part.plain is not None}


def _lines(text: str) -> Iterator[str]:
    """Paragraphs and bullets, each as one line and rid of Markdown."""
    bare = re.sub(r"\*\*|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)|`|(?<=\.)\"", "", text)
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.) )", bare):
        yield " ".join(block.split())


class _Line:
    """One line with its tokens."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [
            Token(str(m.lastgroup), m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)
        ]

    def statements(self) -> Iterator[Statement]:
        at, last = 0, None
        while at < len(self.tokens):
            part = self.sum_at(at, last)
            if part is None:
                at += 1
                continue
            last = self.number_at(at) or last
            at = max(self.number_end(at), at + 1) if not part.operators else part.end
            while (told := self.told(part)) is not None:
                statement, result, at = told
                yield statement
                last = result
                part = self.sum_at(result.start, None) or result

    def number_end(self, at: int) -> int:
        number = self.number_at(at)
        return number.end if number else at

    # Reading numbers and expressions

    def word(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def touches(self, at: int) -> bool:
        """Whether a token stands right behind the one before it."""
        return 0 < at < len(self.tokens) and self.tokens[at].start == self.tokens[at - 1].end

    def number_at(self, at: int) -> Part | None:
        """A number with its scale and unit; none for a range or what is part of a name."""
        shown, end = self.word(at), at + 1
        if share := _SHARES.get(shown.lower()):
            return Part((share,), 0.0, at, end)
        if named := _NAMED.get(shown.lower()):
            value, slack = named, 0.0
        elif self.kind(at) == "number" and not self.is_range(at):
            value, slack = _value(shown)
        else:
            return None
        if self.word(end) in _SCALES and (self.touches(end) or self.word(end) != "B"):
            value, end = value * _SCALES[self.word(end)], end + 1
        if self.kind(end) == "power":
            value, end = value ** _exponent(self.word(end)), end + 1
        if self.word(end) in ("%", "percent"):
            return Part((value / 100,), slack, at, end + 1, unit="%", plain=value)
        factors, unit = self.unit_at(end)
        values = tuple(value * factor for factor in factors)
        return Part(values, slack, at, end, unit=unit, plain=value)

    def is_range(self, at: int) -> bool:
        dash = self.word(at + 1) in ("-", "–") and self.touches(at + 1)
        before = self.word(at - 1) in ("-", "–", ":") and self.touches(at)
        return (dash and self.kind(at + 2) in ("number", "other")) or before

    def unit_at(self, at: int) -> tuple[tuple[float, ...], str]:
        """The factors that the words behind a number may stand for."""
        for place in range(at, at + 4):
            if self.kind(place) not in ("word", "mark") or self.word(place) in "(),;:.":
                break
            if self.word(place).lower() in _STOPS | _VERBS:
                break
            if found := self.unit_of(place):
                return found
        return (1.0,), ""

    def unit_of(self, at: int) -> tuple[tuple[float, ...], str] | None:
        word = self.word(at)
        if word == "km" and self.word(at + 1) == "/":
            return (1 / 3.6,), "rate"
        if word in ("a", "an", "per", "each", "every", "/"):
            time = _TIMES.get(self.word(at + 1).removesuffix("s") or "s")
            return ((1.0, 1 / time), "rate") if time else None
        if word in _TINY:
            return (_TINY[word],), "time"
        if sized := _SIZED.match(word):
            return (_PREFIX[sized[1].lower()],), sized[2][0].lower()
        if word in _LOOSE:
            return (1.0, _LOOSE[word]), ""
        time = _TIMES.get(word) or _TIMES.get(re.sub(r"^.*-", "", word).removesuffix("s"))
        return ((1.0, time), "time") if time else None

    def term_at(self, at: int) -> Part | None:
        """A number, a bracket or a function of one, raised to a power where one is written."""
        if self.word(at) in _FUNCTIONS:
            inner = self.term_at(at + 1)
            return inner and _applied(_FUNCTIONS[self.word(at)], inner, at)
        if self.word(at) != "(":
            return self.number_at(at)
        inner = self.sum_at(at + 1, None)
        end = self.behind(inner.end) if inner else 0
        if inner is None or not inner.operators or self.word(end) != ")":
            return None
        raised = self.kind(end + 1) == "power"
        power = _exponent(self.word(end + 1)) if raised else 1.0
        values = tuple(v**power for v in inner.values)
        return Part(values, inner.slack, at, end + 1 + raised, inner.operators)

    def behind(self, at: int) -> int:
        """Where the words of a unit that stand here end."""
        for place in range(at, at + MOST_WORDS + 1):
            is_rate = self.word(place) == "/" and self.kind(place) == "mark"
            if self.kind(place) != "word" and not is_rate:
                return place
            if self.word(place).lower() in _STOPS | _VERBS | _LEADS:
                return place
        return at

    def operator_at(self, part: Part) -> tuple[str, int] | None:
        """The operator behind a term and where the next term begins."""
        if self.word(part.end) == "of" and (
            part.unit == "%" or self.word(part.start).lower() in _SHARES
        ):
            place = part.end + 1
            while self.word(place) in ("the", "its", "all", "our", "these", "a"):
                place += 1
            return "×", place
        place = self.behind(part.end)
        if self.word(place) == "(" and place > part.end:  # "128 bytes (int8) × 3"
            close = next((n for n in range(place, place + 4) if self.word(n) == ")"), place)
            place = close + 1 if self.is_wordy(place, close) else place
        sign = _OPERATORS.get(self.word(place), self.word(place))
        return (sign, place + 1) if sign in ("×", "/", "+", "-") else None

    def named_at(self, sign: str, at: int) -> int:
        """Where the next number stands: "network 2 + model 5" names what is added before it."""
        for place in range(at, at + MOST_WORDS if sign == "+" else at):
            if self.kind(place) != "word" or self.word(place) in _FUNCTIONS:
                return place
        return at

    def is_wordy(self, start: int, end: int) -> bool:
        return all(self.kind(n) == "word" for n in range(start + 1, end))

    def sum_at(self, at: int, last: Part | None) -> Part | None:
        """An expression; one that begins with × or ÷ goes on from the number before it."""
        first = self.term_at(at)
        if self.word(at - 1) in ("by", "against"):
            return None
        if first is None and last and self.kind(at - 1) == "mark" and self.word(at) in "×÷/":
            first = Part(last.values, last.slack, last.start, at)
        if first is None:
            return None
        terms, signs, part = [first], [], first
        while (sign := self.operator_at(part)) and (term := self.term_at(self.named_at(*sign))):
            signs.append(sign[0])
            terms.append(term)
            part = term
        if not signs:
            return self.each_at(first)
        count = len(signs) + sum(term.operators for term in terms)
        slack = 0.002 + sum(term.slack for term in terms if term.slack <= FINE)
        values = _worked_out(terms, signs)
        plain = _added_plainly(terms, signs)
        return Part(values, slack, first.start, part.end, count, part.unit, plain)

    def each_at(self, first: Part) -> Part:
        """ "20 machines of 16 GB each": a product without an operator."""
        place = self.link_behind(first)
        other = self.number_at(place + 1)
        if self.word(place) not in _LINKS or other is None or first.operators:
            return first
        for at in range(other.end, other.end + 4):
            if self.word(at) == "each" and self.word(at + 1) not in _TIMES:
                values = _worked_out([first, other], ["×"])
                return Part(values, FINE, first.start, at + 1, 1, other.unit)
        return first

    def link_behind(self, part: Part) -> int:
        """Where "of" or a comma stands behind a number and what it counts."""
        place = part.end
        while self.kind(place) == "word" and self.word(place) not in _LINKS:
            place += 1
        return place if place - part.end <= MOST_WORDS else part.end

    # Reading what is stated

    def told(self, part: Part) -> tuple[Statement, Part, int] | None:
        """A statement whose left side is this part; its result, and where that ends."""
        lead = self.relation_behind(part)
        if lead is None:
            return None
        sign, place = lead
        fill: list[str] = []
        while self.word(place).lower() in _FILL and len(fill) < MOST_FILL:
            fill.append(self.word(place).lower())
            place += 1
        result = self.result_at(place, part, {*fill, sign})
        if result is None or not self.is_stated(part, sign, result):
            return None
        right = _is_right(part, result, {*fill, sign})
        end = self.tokens[result.end - 1].end
        behind = self.tokens[self.behind(result.end) - 1].end
        text = self.text[self.tokens[part.start].start : behind]
        stated = self.text[self.tokens[result.start].start : end]
        return Statement(text, stated, part.values, right), result, result.end

    def result_at(self, at: int, part: Part, words: set[str]) -> Part | None:
        """What is stated: the number here, or the expression, if that is what agrees."""
        first, whole = self.term_at(at), self.sum_at(at, None)
        if first is None or whole is None:
            return None
        return whole if not _is_right(part, first, words) and whole.operators else first

    def is_stated(self, part: Part, sign: str, result: Part) -> bool:
        """Whether it is a sum: with operators, or one amount in two units."""
        if part.operators:
            return True
        is_converted = part.unit == result.unit in ("time", "rate")
        return is_converted and sign in (*"=≈", "are", "is") and part.factor != result.factor

    def relation_behind(self, part: Part) -> tuple[str, int] | None:
        place = self.behind(part.end)
        if self.word(place) == "(":
            close = next((n for n in range(place, place + 5) if self.word(n) == ")"), place)
            place = close + 1 if self.is_wordy(place, close) else place
        word = self.word(place).lower()
        if word in ("=", "≈"):
            return word, place + 1
        if word in _VERBS | _LEADS or word == ":":
            return word, place + 1
        if word in (",", ";") and self.word(place + 1).lower() in _LEADS | _HEDGES:
            return word, place + 1
        return None


def _value(shown: str) -> tuple[float, float]:
    """The value of a number as it is written and the share by which it may be rounded."""
    digits, _, power = shown.lstrip("$€").replace(",", "").partition("·10")
    value = float(digits) * (10 ** _exponent(power) if power else 1)
    whole, _, fraction = digits.partition(".")
    if fraction:
        return value, 0.5 * 10 ** -len(fraction) / float(digits) if float(digits) else 0.0
    zeros = len(whole) - len(whole.rstrip("0"))
    slack = 0.5 * 10**zeros / float(digits) if float(digits) else 0.0
    return value, min(slack, ROUND) if zeros else slack


def _exponent(shown: str) -> float:
    text = shown.translate(_SUPER).strip("^()")
    above, _, below = text.partition("/")
    return float(above) / float(below) if below else float(above)


def _applied(function: Callable[[float], float], inner: Part, at: int) -> Part:
    values = tuple(function(v) for v in inner.values if v > 0)
    return Part(values, inner.slack, at, inner.end, inner.operators + 1)


def _worked_out(terms: Iterable[Part], signs: Iterable[str]) -> tuple[float, ...]:
    """Every value of a chain of terms: products first, then sums."""
    terms = list(terms)
    sums: set[tuple[float, float]] = {(0.0, v) for v in terms[0].values}
    for sign, term in zip(signs, terms[1:], strict=True):
        sums = set(
            islice(
                (
                    _step(done, running, sign, value)
                    for done, running in sums
                    for value in term.values
                    if sign != "/" or value
                ),
                MOST_READINGS,
            )
        )
    return tuple(sorted({done + running for done, running in sums}))


def _added_plainly(terms: list[Part], signs: list[str]) -> float | None:
    """The sum of "20 ms + 10 + 40": the unit of one number is that of all."""
    numbers = [term.plain for term in terms if term.plain is not None]
    if len(numbers) < len(terms) or not {"+", "-"}.issuperset(signs):
        return None
    return numbers[0] + sum(
        n if sign == "+" else -n for sign, n in zip(signs, numbers[1:], strict=True)
    )


def _step(done: float, running: float, sign: str, value: float) -> tuple[float, float]:
    if sign == "×":
        return done, running * value
    if sign == "/":
        return done, running / value
    return done + running, value if sign == "+" else -value


def _is_right(part: Part, result: Part, words: set[str]) -> bool:
    slack = result.slack + min(part.slack, ROUND)
    pairs = [(value, stated) for value in part.values for stated in result.values]
    if part.plain is not None and result.plain is not None and part.operators:
        pairs.append((part.plain, result.plain))
    return any(_agree(value, stated, slack, words) for value, stated in pairs)


def _agree(value: float, stated: float, slack: float, words: set[str]) -> bool:
    if words & _UNDER and "at" not in words:
        return 0.5 * stated <= value <= stated * (1 + 1e-9)
    if words & _OVER:
        return stated * (1 - 1e-9) <= value <= 2 * stated
    allowed = max(slack, ABOUT) if words & _HEDGES else slack
    return abs(value - stated) <= allowed * abs(stated) * (1 + 1e-9)
