"""The sums that a writer makes of the numbers in a text, and which of them are far off.

Whatever is unclear is taken for right. Offsets count characters of the text as given here; the
work is linear in its length. Nothing raises.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from rubrics.reading.quantities import (
    PEOPLE,
    PER_SECOND,
    SECONDS,
    Dimension,
    Figure,
    listed,
    lower_case,
)


@dataclass(frozen=True, slots=True)
class WrongSum:
    """A stated result far from what its own numbers give: ``texts[at][start:end] == stated``.

    ``right`` is the result rounded to two figures, ``sum`` how it comes about.
    """

    at: int
    start: int
    end: int
    stated: str
    right: str
    sum: str


# A result further off than this, either way, is wrong. Estimates in an interview round
# 86,400 to 100,000 and double for safety; a slip of thousand for million is never below it.
WRONG_BEYOND = 10.0
# Load at its peak over the average: 2-3 for most sites, 10 at the most.
PEAK_AT_MOST = 10.0

Text = tuple[str, Sequence[Figure]]
"""A text with the figures read from it."""


# How a number is joined to the one before it; a link is words that may lead to a result, such as
# "so we get about".
_Join = Literal["", "operator", "equals", "arrow", "verb", "link"]
_Token = Figure | str


@dataclass(slots=True)
class _Side:
    """One side of an equation: numbers, operators and brackets in order.

    ``begin`` and ``end`` are where it stands in the text, ``join`` is how it is joined to the side
    before it; if it is not, ``ahead`` is what stands between it and the number before it, if there
    is one. ``is_written`` says that it has an operator; without one it may still be "12B events a
    day of 1 KB each".
    """

    join: _Join
    tokens: list[_Token]
    terms: list[Figure]
    begin: int
    end: int
    ahead: str
    is_first: bool
    is_written: bool = False
    is_long: bool = False

    @classmethod
    def of(
        cls, figure: Figure, join: _Join, opens: int, ahead: str = "", behind: int = 0
    ) -> "_Side":
        tokens: list[_Token] = [*"(" * opens, figure]
        return cls(join, tokens, [figure], figure.start, figure.end, ahead, not behind)

    @property
    def is_sum(self) -> bool:
        return len(self.terms) > 1

    @property
    def is_bad(self) -> bool:
        """Whether its numbers seem to belong to something else."""
        is_loose = bool(self.ahead) and not self.is_first and not _PAUSE.search(self.ahead)
        return is_loose or self.is_long or bool(_FUNCTION.search(self.ahead[-16:]))


# A gap, a tail or a side of a sum that is longer is none.
_LONGEST_GAP = 90
_TAIL = 40
_MOST_TERMS = 24

_APPROX = (
    r"(?:[\s~≈≃(*_]|(?:about|around|roughly|approximately|approx\.?|nearly|almost|only|just|maybe"
    r"|perhaps|some|circa|ca\.?|say|call|it|already|still|on|average|an?|the|total|of)\b)*+"
)
_NO_NOISE = (
    r"(?:or|and|than|vs|versus|not|no|to|but|then|from|until|log|sqrt|ln|exp|max|min|top|x|if"
    r"|is|are|was|more|less|fewer|times|plus|minus|divided|multiplied|instead|between|under|over"
    r"|above|below|which|that|this|so|makes|gives|equals|i|ie|e|eg)\b"
)
_NOISE = rf"(?P<noise>(?:\s?\b(?!{_NO_NOISE})[a-z][a-z'-]*+){{0,5}})"
# A plus before a number may be its sign: ", +1M a day".
_OPERATOR = re.compile(
    rf"{_NOISE}(?P<close>[\s)*_]*?)[,;]?\s*"
    r"(?P<op>[×*·⋅/÷]|(?<![\s,;(])\+|\+(?=\s)|(?<=\s)[-–−](?=\s)"
    r"|x|times|multiplied\sby|divided\sby|plus|minus|of)\s*"
    r"(?:(?:a|the)\s)?(?:(?:peak|safety)\s)?(?:factor\s(?:of\s)?)?(?P<open>[\s(]*)[~≈*_]*"
    r"(?:(?:about|roughly|the|another|some)\s)?"
)
_EQUALS = re.compile(
    rf"{_NOISE}(?P<close>[\s)*_]*)[,;:]?[\s(]*"
    r"(?P<eq>=+>?|[≈~≃≅]|→|⇒|-+>"
    r"|(?:(?:and|so)\s)?(?:that|this|which|it)(?:'s|\s(?:is|makes|gives|means|equals|yields"
    r"|would\sbe|comes\s(?:out\s)?(?:to|at)|works\sout\s(?:to|at)))"
    r"|is|are|makes?|gives?|equals?|yields?|comes\s(?:out\s)?(?:to|at)|works\sout\s(?:to|at)"
    rf"|i\.?e\.?,?|thats)(?![a-z]){_APPROX}"
)
_FILLERS = (
    "that that's thats this it it's so thus hence therefore i.e ie is are means meaning makes"
    " making gives giving equals comes works out about around roughly approximately approx ca"
    " circa some nearly almost only just maybe perhaps say call a an the average averaging"
    " averaged mean load rate traffic of qps rps which we need have get expect must handle serve"
    " sustain see face peak in at on to should plan for our with"
)
_FILLER = "|".join(sorted(map(re.escape, _FILLERS.split()), key=len, reverse=True))
_LINK = re.compile(rf"[\s,;:.()=→~≈*_–-]*+(?:(?:{_FILLER})(?!\w)[\s,;:.()=→~≈*_–-]*+)*+")
_LINKED = re.compile(
    r"[≈~=→]|\b(?:so|that|this|which|thus|hence|therefore|ie|means|meaning|is|are|it|about|makes"
    r"|gives|roughly|average|get|(?:qps|rps|load|traffic|rate):)|\bi\.e"
)
_EACH = re.compile(
    r"[\s,;.:()~≈x×*·]*+(?:(?:and|with|at|of|each|every|user|person|record|row|event|making|makes"
    r"?|sending|sends|doing|does|is|takes|about|around|roughly|an?|the|times|by)\b[\s,;:()~≈x×*·]*+)*+"
)
# Of these every join has one: a cheap look before the real ones.
_OPERATES = frozenset("×*·⋅/÷+"), listed("x times multiplied divided plus minus of - – −")
_EQUATES = (
    frozenset("=≈~≃≅→⇒>:("),
    listed(
        """that that's thats this which it it's is are make makes give gives giving making equal
        equals yield yields comes works i.e i.e. i.e., ie so thus hence means meaning therefore
        about roughly average get"""
    ),
)
# How a text may go on with the sum of the one before it.
_BEGINS = re.compile(
    r"[\s(]*(?:[×*/÷=≈~→]|->|x\s|times\b|(?:multiplied|divided)\sby\b|that|this|which|it|so|gives"
    r"|makes|equals|i\.?e|at\b|with\b|each\b)"
)
_FUNCTION = re.compile(
    r"(?:(?<!\*)\*|[×÷+^√/@]|\w\(|[)\]]|\b(?:x|per|every|top|than|from|log|sqrt|ln|exp|times"
    r"|minus|by|over|in))[\s(~≈]*$"
)
_PAUSE = re.compile(r"[.,;:!?()=→–]|\s-\s|\band\b")
_GOES_ON = re.compile(
    r"[\s)]*(?:[×÷^/+]|\*(?!\*)|x\s|(?:times|more|less|fewer|faster|slower|higher|lower|larger"
    r"|smaller|bigger|cheaper|of|than|or)\b)"
)
# Something else than the numbers takes part in what is said.
_DOUBT = re.compile(
    r"compress|sampl|dedup|parallel|concurren|cach|\be?cpm\b|\brpm\b|\bper\s(?:mille|thousand|1,?000)"
    r"|\blog|sqrt|utili[sz]|amorti|unique|distinct|overlap|hit\srate|quanti[sz]"
)
_PEAK = re.compile(r"peak|busiest|busy|evening|rush|spike|burst|worst|headroom|max")
_SINGLE = re.compile(
    r"\b(?:each|per|apiece|machines?|servers?|nodes?|box(?:es)?|replicas?|shards?|instances?|cores?"
    r"|gpus?|workers?|limit|cap|quota|of\s(?:them|which|these|those)|miss(?:es)?|writes?|reads?"
    r"|updates?|every|single|partitions?|threads?|clients?|tenants?|hosts?|pods?)\b"
)
_CLAUSE = re.compile(r"[^;.!?,)]*+")
_OPS = {"times": "x", "multiplied by": "x", "divided by": "/", "plus": "+", "minus": "-", "of": "x"}
_OPS |= dict.fromkeys("x×*·⋅", "x") | dict.fromkeys("/÷", "/") | dict.fromkeys("-–−", "-")
_OPS["+"] = "+"


def wrong_sums(texts: Sequence[Text]) -> list[WrongSum]:
    """Results that are off by more than ``WRONG_BEYOND`` in the units of one block, in order.

    Looked at are sums as people write them (``300M x 20 / 86,400 = 70k``), a rate in one period
    beside the same in another, and users times requests of each, or events times bytes of each,
    beside a rate; all of them also over the end of a sentence. A range widens the bar, a rate may
    be a peak.
    """
    wrong: list[WrongSum] = []
    before: list[_Side] = []
    for at, (text, figures) in enumerate(texts):
        if not figures:
            before = []
            continue
        lower = lower_case(text)
        goes_on = at > 0 and bool(texts[at - 1][1] and _BEGINS.match(lower))
        if goes_on and not before:
            before = _sides(lower_case(texts[at - 1][0]), texts[at - 1][1], [])
        if len(figures) + goes_on < 2 or not (goes_on or _may_tell(lower, figures)):
            before = []
            continue
        before = _sides(lower, figures, before[-1:] if goes_on else [])
        for index, (left, right) in enumerate(pairwise(before), 2):
            if right.join:
                last = index == len(before) or not before[index].join
                wrong += _checked(left, right, at, text, lower, is_last=last)
    return wrong


def _may_tell(text: str, figures: Sequence[Figure]) -> bool:
    """Whether a text has a rate, or an operator: a cheap look before the real one."""
    rated = any(figure.dimension in PER_SECOND for figure in figures)
    return rated or _has(_OPERATES, text, text.split())


def _sides(text: str, figures: Sequence[Figure], carried: list[_Side]) -> list[_Side]:
    """The sides of the equations of a text; the first may go on with the side carried over."""
    sides = carried
    for side in sides:
        side.join, side.begin, side.end = "", 0, 0
        side.tokens = ["(", *side.tokens, ")"] if side.is_sum else side.tokens
    behind = 0
    for figure in figures:
        gap = _gap(text[behind : figure.start], sides[-1], figure) if sides else _NO_GAP
        if gap.join == "operator":
            _extend(sides[-1], figure, gap)
        elif gap.join == "":
            opens = text.count("(", max(behind, figure.start - 3), figure.start)
            sides.append(_Side.of(figure, gap.join, opens, text[behind : figure.start], behind))
        else:
            sides[-1].tokens += ")" * gap.closes
            sides.append(_Side.of(figure, gap.join, gap.opens))
        behind = figure.end
    return sides


def _extend(side: _Side, figure: Figure, gap: "_Gap") -> None:
    if len(side.terms) >= _MOST_TERMS:
        side.is_long = True
        return
    side.tokens += [*")" * gap.closes, gap.op, *"(" * gap.opens, figure]
    side.terms.append(figure)
    side.is_written |= gap.is_written
    side.end = figure.end


class _Gap(NamedTuple):
    """How two figures that follow each other are joined, and the brackets between them."""

    join: _Join
    op: str = ""
    closes: int = 0
    opens: int = 0
    is_written: bool = True


_NO_GAP = _Gap("")


def _gap(between: str, side: _Side, figure: Figure) -> _Gap:
    if len(between) > _LONGEST_GAP:
        return _NO_GAP
    if _is_of_each(side.terms[-1], figure, between):
        return _Gap("operator", "x", is_written=False)
    words = between.split()
    if _has(_OPERATES, between, words):
        found = _operator(between, side.terms[-1])
        if found:
            return found
    if not _has(_EQUATES, between, words):
        return _NO_GAP
    between = between.replace("**", " ").replace("__", " ")
    found = _equality(between)
    if not found and _LINK.fullmatch(between) and _LINKED.search(between):
        return _Gap("link")
    return found or _NO_GAP


def _has(signs: tuple[frozenset[str], frozenset[str]], between: str, words: list[str]) -> bool:
    return not (signs[0].isdisjoint(between) and signs[1].isdisjoint(words))


def _operator(between: str, before: Figure) -> _Gap | None:
    match = _OPERATOR.fullmatch(between)
    if not match:
        return None
    # Only a share is taken of something.
    if match["op"] == "of" and (before.dimension is not Dimension.SHARE or match["noise"].strip()):
        return None
    op = _OPS[" ".join(match["op"].split())]
    return _Gap("operator", op, match["close"].count(")"), match["open"].count("("))


def _equality(between: str) -> _Gap | None:
    match = _EQUALS.fullmatch(between)
    if not match:
        return None
    sign = match["eq"]
    is_arrow = sign in "→⇒" or sign.endswith(">")
    join: _Join = "arrow" if is_arrow else "verb" if sign[0].isalpha() else "equals"
    opens = int(between.rstrip().endswith("("))
    return _Gap(join, closes=match["close"].count(")"), opens=opens)


_RECORDS = listed("each record row event message")
_PER_USER = PEOPLE | listed("each day")
# Nobody does more than that in a day.
_MOST_EACH = 1_000.0


def _is_of_each(many: Figure, each: Figure, between: str) -> bool:
    """Whether a figure is the bytes of each event, or what each user does in a day."""
    if not many.noun:
        return False
    names = each.per.split()
    said = "each" in between or "every" in between
    if many.dimension is Dimension.RATE and each.dimension is Dimension.BYTES:
        said = said or between.lstrip(" ,").startswith(("at ", "of "))
        fits = _RECORDS.union([many.noun]).issuperset(names) and (said or bool(names))
    elif many.noun in PEOPLE and each.dimension in (Dimension.COUNT, Dimension.RATE):
        fits = many.per in ("", "day") and each.noun not in PEOPLE and each.amount <= _MOST_EACH
        fits = fits and _PER_USER.issuperset(names) and (said or len(names) > (each.per == "day"))
    else:
        return False
    return fits and bool(_EACH.fullmatch(between))


def _checked(
    left: _Side, right: _Side, at: int, text: str, lower: str, *, is_last: bool
) -> Iterator[WrongSum]:
    """The wrong result of one equation, if it has one."""
    expression, other = left, right
    if not left.is_sum and right.is_sum and right.join == "equals" and is_last:
        expression, other = right, left
    result = other.terms[0]
    if any(name not in SECONDS for name in result.per.split()):
        return  # per machine, for each upload: divided by what the sum does not name
    if not (expression.is_written or _is_same_rate(expression, result)):
        return
    said = lower[left.begin : right.end + _TAIL]
    if left.is_bad or right.is_bad or _DOUBT.search(said):
        return
    if expression.is_written:
        if not _is_plain_talk(expression, result, right, lower):
            near = _nearness(expression, result, may_peak=bool(_PEAK.search(said)))
            yield from _wrong(expression, result, _pairs(expression, result, other), near, at, text)
    elif not _is_partial(result, expression.end if expression is left else 0, lower):
        pairs = [(_product(expression), result.value)]
        near = _nearness(expression, result, may_peak=True)
        yield from _wrong(expression, result, pairs, near, at, text)


def _wrong(
    expression: _Side,
    result: Figure,
    pairs: Iterable[tuple[float, float]],
    near: tuple[float, float],
    at: int,
    text: str,
) -> Iterator[WrongSum]:
    """The result, if it is near what is computed in none of the readings."""
    ratios = []
    for made, said in pairs:
        if 0 < made < math.inf and 0 < said < math.inf:
            ratios.append(made / said)
            if near[0] <= ratios[-1] <= near[1]:
                return
    if ratios:
        amount = result.amount * ratios[0]
        yield WrongSum(
            at=at,
            start=result.start,
            end=result.end,
            stated=text[result.start : result.end],
            right=f"about {_measured(amount, result, digits=2)}",
            sum=f"{_shown(expression, result)} = {_measured(amount, result, digits=15)}",
        )


def _nearness(expression: _Side, result: Figure, *, may_peak: bool) -> tuple[float, float]:
    """The least and the most that computed / stated may be; what is per second may be the peak."""
    spread = math.prod(term.spread for term in (*expression.terms, result))
    low = high = WRONG_BEYOND * spread * (1 + 1e-9)
    if may_peak and result.dimension in PER_SECOND and result.per == "second":
        low *= PEAK_AT_MOST
    elif may_peak and result.per and expression.terms[0].per == "second":
        high *= PEAK_AT_MOST
    return 1 / low, high


# "3 / (3 + 1) = 75th percentile".
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")


def _is_plain_talk(expression: _Side, result: Figure, right: _Side, text: str) -> bool:
    """Whether something that looks like a sum may well be none, or rests on more than is said."""
    join, dimension = right.join, result.dimension
    if _ORDINAL.match(text, result.tight) or (join == "link" and dimension not in PER_SECOND):
        return True
    if join == "arrow" and dimension in _COUNTED and "/" not in expression.tokens:
        return True
    if result is right.terms[-1] and _GOES_ON.match(text, result.end, result.end + _TAIL):
        return True
    return not _fits(expression, dimension)


_COUNTED = (Dimension.COUNT, Dimension.PLAIN, Dimension.SHARE, Dimension.FACTOR)
_SIZES = (Dimension.BYTES, Dimension.BYTE_RATE)
_CLOCKS = (Dimension.TIME, Dimension.RATE, Dimension.BYTE_RATE)


def _fits(expression: _Side, result: Dimension) -> bool:
    """Whether such a result can come of such numbers at all."""
    kinds = [term.dimension for term in expression.terms]
    if sum(kind in _SIZES for kind in kinds) == 1 and result not in (*_SIZES, Dimension.PLAIN):
        return False
    if result is Dimension.TIME:
        return any(kind in _CLOCKS for kind in kinds)
    if result is Dimension.SHARE:
        return "/" in expression.tokens or Dimension.SHARE in kinds
    if kinds.count(Dimension.MONEY) == 1 and result not in (Dimension.MONEY, Dimension.PLAIN):
        return False
    adds = "+" in expression.tokens or "-" in expression.tokens
    return (
        not adds
        or len({_clock(t) for t in expression.terms if t.dimension is not Dimension.PLAIN}) < 2
    )


_Value = Callable[[Figure], float]
_raw: _Value = operator.attrgetter("raw")
_amount: _Value = operator.attrgetter("amount")
_base: _Value = operator.attrgetter("value")
_other: _Value = operator.attrgetter("other")
# Numbers that turn one period into another when they stand in a sum.
_TURNS = frozenset({86_400.0, 1e5, 3_600.0, 1_440.0, 24.0, 365.0})


def _pairs(expression: _Side, result: Figure, other: _Side) -> Iterator[tuple[float, float]]:
    """Computed and stated value in each reading of the units, the likeliest first."""
    turned = any(term.amount in _TURNS for term in expression.terms)
    exponent = None if turned else _exponent(expression)
    made = _value(expression, _amount)
    rated = result.dimension in PER_SECOND and "/" not in expression.tokens
    per_day = (made / SECONDS["day"], result.value) if rated and exponent == 0 else (0.0, 0.0)
    if result.dimension in _SIZES and any(map(_may_be_bytes, expression.terms)):
        yield _value(expression, _byte_or_amount), result.amount
        yield _value(expression, _other), result.amount
    if any(term.noun in PEOPLE for term in expression.terms):
        yield per_day
    if exponent == _clock(result):
        yield _value(expression, _base), result.value
    yield made, result.amount
    yield per_day
    for layer in (_raw, _other):
        yield _value(expression, layer), layer(result)
    yield _value(expression, _other), result.amount
    if result.dimension in _SIZES:  # "50M x 168 hours x 2 bytes": hours are counted here
        yield _value(expression, _raw), result.amount
    if other.is_sum:
        for layer in (_raw, _amount):
            yield _value(expression, layer), _value(other, layer)


def _may_be_bytes(figure: Figure) -> bool:
    """``4B`` in a sum of bytes: no number is wider than that."""
    return figure.other == figure.raw / 1e9 and figure.other <= 64


def _byte_or_amount(figure: Figure) -> float:
    return figure.other if _may_be_bytes(figure) else figure.amount


def _clock(figure: Figure) -> int:
    """The exponent of time in a figure's base unit."""
    return -1 if figure.dimension in PER_SECOND else int(figure.dimension is Dimension.TIME)


def _exponent(side: _Side) -> float | None:
    """The exponent of time in a side, or None where unlike things are added."""
    if "+" in side.tokens or "-" in side.tokens:
        exponents = {_clock(term) for term in side.terms}
        return exponents.pop() if len(exponents) == 1 else None
    product = _value(side, lambda figure: 2.0 ** _clock(figure))
    return math.log2(product) if product > 0 else None


_REQUESTS = listed("request query call load page visit open refresh search pageview hit lookup")


def _is_same_rate(expression: _Side, result: Figure) -> bool:
    """Whether a rate is stated again in another period, or follows from so many of each."""
    last = expression.terms[-1]
    if result.dimension not in PER_SECOND:
        return False
    if expression.is_sum and last.dimension is Dimension.BYTES:
        return result.dimension is Dimension.BYTE_RATE
    nouns = {last.noun, result.noun}
    if "" not in nouns and len(nouns) == 2 and not nouns <= _REQUESTS:
        return False
    if expression.is_sum:
        return result.dimension is Dimension.RATE
    is_rate = last.dimension is result.dimension and last.per in SECONDS
    return is_rate and last.per != result.per


def _is_partial(result: Figure, behind: int, text: str) -> bool:
    """Whether a rate is said of one machine, one user, one part of the whole."""
    start, end = result.start, result.end
    begin = max(behind, start - _TAIL)
    begin = max(begin, *(text.rfind(stop, begin, start) + 1 for stop in ",;.:("))
    clause = _CLAUSE.match(text, end, end + _TAIL)
    return bool(
        (clause and _SINGLE.search(clause.group()))
        or _SINGLE.search(text, begin, start)
        or _GOES_ON.match(text, end, end + _TAIL)
    )


def _product(expression: _Side) -> float:
    """So many of each, per second; what each does is per day unless it says so."""
    product = math.prod(term.value for term in expression.terms)
    return product if _is_timed(expression) else product / SECONDS["day"]


def _is_timed(expression: _Side) -> bool:
    return any(term.dimension in PER_SECOND for term in expression.terms)


def _value(side: _Side, layer: _Value) -> float:
    """The value of a side by the usual precedence; ``nan`` if it is not whole or too large."""
    values: list[float] = []
    waiting: list[str] = []
    try:
        for piece in side.tokens:
            if not isinstance(piece, str):
                values.append(layer(piece))
            elif piece == "(":
                waiting.append(piece)
            else:
                _settle(values, waiting, _STRENGTH[piece])
                if piece != ")":
                    waiting.append(piece)
                elif waiting:  # a bracket that opens nothing is left out
                    waiting.pop()
        _settle(values, [sign for sign in waiting if sign != "("], 0)
        return values[0] if len(values) == 1 else math.nan
    except (OverflowError, ZeroDivisionError, IndexError):
        return math.nan


def _settle(values: list[float], waiting: list[str], strength: int) -> None:
    """Apply the waiting operators that bind as strongly, back to the last open bracket."""
    while waiting and waiting[-1] != "(" and _STRENGTH[waiting[-1]] >= strength:
        right, left = values.pop(), values.pop()
        values.append(_APPLIED[waiting.pop()](left, right))


_STRENGTH = {")": 0, "+": 1, "-": 1, "x": 2, "/": 2}
_APPLIED: dict[str, Callable[[float, float], float]] = {
    "x": operator.mul, "/": operator.truediv, "+": operator.add, "-": operator.sub,
}  # fmt: skip


_LADDERS = {
    Dimension.BYTES: (
        (1e18, "EB"), (1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB"),
        (1.0, "bytes"),
    ),
    Dimension.TIME: (
        (86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes"), (1.0, "s"), (1e-3, "ms"),
        (1e-6, "µs"),
    ),
}  # fmt: skip
_LADDERS[Dimension.BYTE_RATE] = _LADDERS[Dimension.BYTES]


def _measured(amount: float, like: Figure, *, digits: int) -> str:
    """An amount of the kind of a figure, in words: ``69,444 per second``, ``2.4 TB per day``."""
    per = f" per {like.per}" if like.per else ""
    ladder = _LADDERS.get(like.dimension)
    if ladder:
        size, unit = next((step for step in ladder if amount >= step[0]), ladder[-1])
        return f"{_spelled(amount / size, digits)} {unit}{per}"
    if like.dimension is Dimension.SHARE:
        return f"{_spelled(amount * 100, digits)}%"
    sign = "$" if like.dimension is Dimension.MONEY else ""
    return f"{sign}{_spelled(amount, digits)}{per}"


def _spelled(value: float, digits: int = 15) -> str:
    value = float(f"{value:.{digits - 1}e}")
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{value / size:,.4g} {word}" if value / size < 1e4 else f"{value:.3g}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.4g}"


def _shown(expression: _Side, result: Figure) -> str:
    """The sum as we write it: ``300,000,000 x 20 / 86,400``."""
    tokens = [t if isinstance(t, str) else _with_unit(t) for t in expression.tokens]
    if tokens.count("(") != tokens.count(")"):
        tokens = [shown for shown in tokens if shown not in ("(", ")")]
    shown = " ".join(tokens).replace("( ", "(").replace(" )", ")")
    if expression.is_written:
        return shown
    period = expression.terms[0].per if _is_timed(expression) else "day"
    if period == result.per or period not in SECONDS:
        return shown
    share = SECONDS[period] / SECONDS[result.per]
    return f"{shown} / {_spelled(share)}" if share >= 1 else f"{shown} x {_spelled(1 / share)}"


def _with_unit(figure: Figure) -> str:
    if _may_be_bytes(figure):
        return f"{figure.other:g}B"
    unit, raw = figure.unit, figure.raw
    digits = f"{raw:,.0f}" if 100 <= raw < 1e15 else f"{raw:.6g}"
    if unit == "$":
        return f"${digits}"
    if figure.dimension is Dimension.BYTE_RATE and not unit.endswith("bps"):
        unit += f" per {figure.per}"
    return f"{digits}{'' if unit in ('%', 'x', '') else ' '}{unit}"
