"""Numbers in a text with what they measure: unit, counted noun, "per ...".

Offsets count characters of the text as given here. The work on a text is bounded: it is linear in
its length, and after ``_MOST`` numbers the rest is left out. Nothing raises: a number that no
float can hold is no quantity.
"""

import math
import re
import string
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


def listed(words: str) -> frozenset[str]:
    """The words of a text, once each."""
    return frozenset(words.split())


class Dimension(StrEnum):
    """What a quantity measures, and with it the unit of its value."""

    COUNT = "count"
    RATE = "rate"
    """per second"""
    TIME = "time"
    """seconds"""
    BYTES = "bytes"
    BYTE_RATE = "byte_rate"
    """bytes per second"""
    SHARE = "share"
    """0-1"""
    MONEY = "money"
    FACTOR = "factor"
    PLAIN = "plain"


# An enum's member is slow to look up, and this is done for every number.
_PLAIN, _SHARE, _MONEY = Dimension.PLAIN, Dimension.SHARE, Dimension.MONEY


class Figure(NamedTuple):
    """A number of something: ``text[start:end]`` with its unit, noun and "per ...".

    ``value`` is in the unit of the dimension: ``2 TB a day`` is 2e12 / 86,400. People are not
    events, so ``300M users a day`` stays a count of 300 million, per day. ``noun`` is lower-case
    and singular; ``per`` names in order what it is per, such as ``"day"`` or ``"user day"``;
    ``"each"`` for an item not named.

    ``raw`` is the number alone, ``amount`` the number in base units without "per day", ``other``
    the amount in another reading (``4B``: four bytes, ``60 m``: metres), ``unit`` the unit as we
    write it. A range has the geometric mean of its ends as value and lies within a factor
    ``spread`` of it; a single number has spread 1. ``tight`` ends the number with its unit, and
    ``shows`` says whether it can be a parameter of a design.
    """

    value: float
    dimension: Dimension
    noun: str
    per: str
    start: int
    end: int
    raw: float
    amount: float
    other: float
    unit: str
    spread: float
    tight: int
    shows: bool


# More numbers than that in one text are a table.
_MOST = 60

SECONDS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3_600.0,
    "day": 86_400.0,
    "week": 604_800.0,
    "month": 2_629_800.0,
    "year": 31_557_600.0,
}
_TIME_WORDS = {
    word: name
    for name, words in {
        "second": "s sec secs second seconds",
        "minute": "min mins minute minutes",
        "hour": "h hr hrs hour hours hourly",
        "day": "d day days daily night nightly",
        "week": "wk week weeks weekly",
        "month": "mo month months monthly",
        "year": "yr yrs year years yearly annually",
    }.items()
    for word in words.split()
}
PER_SECOND = (Dimension.RATE, Dimension.BYTE_RATE)

# Written unit (lower-case): dimension, factor to its base unit, how we write it.
_Units = dict[str, tuple[Dimension, float, str]]


def _units() -> _Units:
    table: _Units = {
        word: (Dimension.TIME, SECONDS[name], name)
        for word, name in _TIME_WORDS.items()
        if not word.endswith("ly") and word != "night"
    }
    for words, dimension, factor, unit in (
        # Both letters mu: the sign, and the Greek letter that NFKC makes of it.
        ("ms msec millis millisecond milliseconds", Dimension.TIME, 1e-3, "ms"),
        ("us µs μs usec microsecond microseconds", Dimension.TIME, 1e-6, "µs"),
        ("ns nanosecond nanoseconds", Dimension.TIME, 1e-9, "ns"),
        ("byte bytes", Dimension.BYTES, 1.0, "bytes"),
        ("bit bits", Dimension.BYTES, 1 / 8, "bits"),
        ("qps rps tps req/s", Dimension.RATE, 1.0, "per second"),
        ("% percent pct", Dimension.SHARE, 0.01, "%"),
        ("x × fold", Dimension.FACTOR, 1.0, "x"),
        ("usd dollar dollars eur euro euros", Dimension.MONEY, 1.0, "$"),
        ("cent cents", Dimension.MONEY, 0.01, "cents"),
    ):
        table.update(dict.fromkeys(words.split(), (dimension, factor, unit)))
    table["per cent"] = table["%"]
    for power, long in enumerate(("kilo", "mega", "giga", "tera", "peta", "exa"), 1):
        letter, size = long[0], 1e3**power
        for word in (f"{letter}b", f"{letter}ib", f"{long}byte", f"{long}bytes"):
            table[word] = Dimension.BYTES, size, f"{letter.upper()}B"
        table[f"{letter}bps"] = Dimension.BYTE_RATE, size / 8, f"{letter}bps"
        for word in (f"{letter}flop", f"{letter}flops"):
            table[word] = Dimension.COUNT, size, f"{letter.upper()}FLOP"
    return table


_UNITS = _units()
_RATES = frozenset(word for word, unit in _UNITS.items() if unit[0] in PER_SECOND)
_RATE_NOUNS = {"qps": "query", "rps": "request", "tps": "transaction", "req/s": "request"}
# Widths of vectors, which are written like days: 128d.
_WIDTHS = frozenset({16, 32, 50, 64, 96, 100, 128, 192, 200, 256, 300, 384, 512, 768, 1024, 1536})

_ONES = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: float(value) for value, word in enumerate(_ONES, 1)} | {
    word: 10.0 * value for value, word in enumerate(_TENS, 2)
}
_SCALES = {
    "dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9,
    "trillion": 1e12, "milliard": 1e9, "lakh": 1e5, "crore": 1e7,
    "k": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9,
    "t": 1e12, "tn": 1e12,
}  # fmt: skip
_SCALE = "|".join(word for word in _SCALES if len(word) > 3)

# Every repetition is possessive, and a number starts only where no number runs: linear.
_NUMBER = re.compile(
    rf"""
    (?:
        # Times, dates and versions.
        (?P<odd>24/7|[0-9]{{1,4}}+(?:/[0-9]{{1,4}}+){{2}}|[0-9]++(?:\.[0-9]++){{2,}}+|[0-9]++:[0-9]++)
      | (?<![\w^])(?<![0-9][.,:-])(?P<money>[$€£])?
        (?P<digits>
            [0-9]{{1,3}}(?:,[0-9]{{3}})++(?![0-9])(?:\.[0-9]++)? | 86[ ]400(?![0-9])
          | [0-9]{{1,3}}(?:[ ]000)++(?![0-9]) | [0-9]++(?:\.[0-9]++)? | \.[0-9]++
        )
        (?:e(?P<exponent>[+-]?[0-9]{{1,3}}+)(?!\w)
          |(?P<ten>\s?[x×*·]\s?10)?\s?\^\s?[(]?(?P<power>-?[0-9]{{1,3}}+)[)]?)?
      | (?<![\w-])(?:
            (?P<half>half)\s(?:an?|the)(?=\s) | (?P<part>half)(?=\sof\b)
          | (?P<few>few|several)(?=\s(?:{_SCALE})\b) | (?:(?:an?|one)\s)?(?=(?:{_SCALE})\b)
          | (?P<word>(?:{"|".join(_TENS)})(?:[-\s](?:{"|".join(_ONES[:9])}))?
                   |{"|".join(_ONES)})(?!\w)
          | (?P<day>seconds\s(?:in|per|of)\s(?:a\s|one\s|the\s)?day)\b
        )
    )
    (?:\s?(?P<letter>mio|mm|mn|bn|tn|[kmbt])(?=[^\w^]|$|x[0-9])
      |[\s-]?(?P<scale>{_SCALE})s?\b(?:\s(?P<more>{_SCALE})s?\b)?)?
    """,
    re.VERBOSE,
)
# Where a number may begin: a cheap look before the real one.
_DIGIT = re.compile(r"[0-9]")
_SPELLED = frozenset(
    {*_WORDS, *_SCALES, *(f"{word}s" for word in _SCALES), "half", "seconds"} - {"k", "m", "b", "t"}
)
_DIGIT_OR_WORD = re.compile(
    rf"[0-9]|(?<![a-z])(?:(?:an?|few|several)\s(?={_SCALE})|{'|'.join((*_WORDS, _SCALE))}|half"
    r"|seconds\s)"
)
# Million is written close to its number more often than metres are.
_IN_METRES = re.compile(r"[0-9.]++ m")
# The unit may stand in the next row, indented.
_UNIT = re.compile(r"([\s-]?|\n\s{1,8})(per\scent|req/s|[a-zµμ]{1,12}+|[%×])(?!\w)")
_FRACTION = re.compile(r"/([0-9]{1,10}+)(?![\w/^]|[.,][0-9])")
_OUT_OF = re.compile(
    r"\s(?:in|of|out\sof)\s(?:an?\s)?(10{1,6}+|20|50|ten|twenty|hundred|thousand)\b"
)
# "5-10", "5 to 10", "5ms-10ms".
_TO = re.compile(r"[a-z%]{0,2}(?:\s?[-–]\s?|\sto\s)[$€£]?(?=[0-9])")
_IS_TO = re.compile(r"[a-z%]{0,2}\s?(?:[-–]|to\s)")
_RUNS_ON = re.compile(r"-[0-9]")
_TIMES_NUMBER = re.compile(r"\s*[0-9(~≈]")
_NEXT_WORD = re.compile(r"\s\*{0,2}([a-z][a-z'-]*+)")
_AFTER_HYPHEN = re.compile(r"-([a-z]+)")
_PEOPLE_WORDS = (
    "user person visitor viewer member customer reader rider driver shopper player subscriber"
    " listener account buyer guest student"
)
_PER = re.compile(
    rf"""(?: \s?/\s?(?!seconds\s) | \s(?:per|an?|and|for\s(?:an?|each|every|one))\s
          | \s(?:each|every|one)\s(?={"|".join((*SECONDS, "night", "machine", "server"))}
                                    |{"|".join(_PEOPLE_WORDS.split())})
          | \s(?=(?:daily|nightly|hourly|weekly|monthly|yearly|annually|each|apiece)\b)
        )([a-z][a-z-]*+)""",
    re.VERBOSE,
)
_LABEL = re.compile(
    r"(?:\b(?:step|stage|option|phase|version|part|section|figure|fig|table|chapter|question|case"
    r"|point|number|no|level|tier|page|slot|type|appendix|requirement|goal|week|day)\.?\s|#)$"
)


# Words after a number that are no noun: whatever begins the next phrase.
_STOP = listed(
    """a an the and or of in on at to for from by with without per as is are was were be been has
    have had does do did this that these those it its they we i you he she his her us so if then
    than but not no nor each every all both any about around times plus minus divided over under
    below above within versus vs across towards via during until since because while when where
    which who whose what how can could will would should may might must always perhaps besides
    whereas unless less gives makes means comes takes needs gets goes fits costs leaves loses
    yields equals becomes works also only just more fewer most least between into out up down
    cannot otherwise afterwards sometimes etc max min apiece"""
)
_VAGUE = listed(
    """thing reason way option part step stage point question kind type sort case problem issue
    goal aspect concern idea choice side level time class"""
)
_SINGULAR = listed(
    """request query user item video ad impression click event dim dimension dimensional layer tree
    head feature bucket shard candidate negative epoch node machine core gpu people dau mau
    wau person children"""
)
PEOPLE = listed(f"{_PEOPLE_WORDS} people dau mau wau")
_WINDOWS = {"dau": "day", "wau": "week", "mau": "month"}


def spans(figures: Iterable[Figure]) -> list[tuple[int, int]]:
    """Character offsets (start, end) of every figure that can be a parameter.

    A number with a unit, a magnitude or a counted noun, or one written as only quantities are
    (``86,400``, ``0.05``, ``1/10``); not a bare small number, a year or a label such as "step 2".
    """
    return [(figure.start, figure.tight) for figure in figures if figure.shows]


def lower_case(text: str) -> str:
    """A text of the same length without capitals."""
    lower = text.lower()
    # A few capitals become two characters.
    return lower if len(lower) == len(text) else text.translate(_LOWER)


_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def read(text: str, forms: Iterable[str] | None = None) -> tuple[Figure, ...]:
    """Every figure of a normalised text, in order; of a very long one the first ``_MOST``.

    ``forms`` are its words in lower case, where they are known.
    """
    lower = lower_case(text)
    if forms is None:
        forms = lower.replace("-", " ").replace(",", " ").replace(".", " ").split()
    begins = _DIGIT if _SPELLED.isdisjoint(forms) else _DIGIT_OR_WORD
    found: list[Figure] = []
    begin = begins.search(lower)
    while begin and len(found) < _MOST:
        start, end = begin.span()
        if lower[start - 1 : start] in _BEFORE:
            start -= 1
        match = _NUMBER.match(lower, start)
        figure = _figure(lower, match) if match and match.lastgroup != "odd" else None
        if figure:
            found.append(figure)
            end = figure.end
        elif match:
            end = max(end, match.end())
        begin = begins.search(lower, end)
    return tuple(found)


# What may stand right before the digits of a number and belongs to it.
_BEFORE = frozenset(".$€£")


class _Number(NamedTuple):
    """A number with its magnitude, before its unit; ``letter`` is the magnitude as one letter."""

    value: float
    start: int
    end: int
    shows: bool
    spelled: bool
    letter: str
    kind: str = ""
    spread: float = 1.0


def _figure(text: str, match: re.Match[str]) -> Figure | None:
    number = _number(text, match)
    if _IS_TO.match(text, number.end):
        number = _range(text, number)
    dimension, factor, unit, word, tight = _unit(text, number, money=match["money"] is not None)
    raw, amount = number.value, number.value * factor
    is_half_of_nothing = match["half"] and not unit and number.end == match.end("half")
    if is_half_of_nothing or not 0 <= amount < math.inf:
        return None
    noun, named, per = _RATE_NOUNS.get(word, ""), tight, ""
    if dimension is _PLAIN or dimension is _SHARE:
        noun, named, per = _noun(text, tight)
    per, end = _per(text, named, per)
    if word in _RATES:
        per = f"second {per}".rstrip()
    dimension = _dimension(dimension, noun, per)
    value = amount / _seconds(per) if per and dimension in PER_SECOND else amount
    shows = _shows(text, number, unit, noun, per)
    if noun and not unit and (number.spelled or not number.shows):
        tight = named
    bare = number.letter if not (noun or unit or per) else ""
    other = (
        raw / _SCALES[bare]
        if bare == "b" or (bare == "m" and _IN_METRES.match(text, number.start))
        else amount
    )
    return Figure(
        value, dimension, noun, per, number.start, end,
        raw, amount, other, unit, number.spread, tight, shows,
    )  # fmt: skip


def _seconds(per: str) -> float:
    """The seconds of the first period in what a figure is per; 1 without any."""
    return next((SECONDS[name] for name in per.split() if name in SECONDS), 1.0)


def _number(text: str, match: re.Match[str]) -> _Number:
    start, end = match.span()
    digits, letter, scale = match.group("digits", "letter", "scale")
    kind = ""
    if digits:
        value, shows = _digits(match, digits)
        if text[end : end + 1] == "/" and end == match.end("digits"):
            part = _fraction(text, digits, end)
            if part:
                return _Number(part[0], start, part[1], True, False, "", "share")
    else:
        value, shows = _spelled(match), False
        kind = "day" if match["day"] else "share" if match["part"] else ""
    if letter:
        value, shows = value * _SCALES[letter], True
    elif scale:
        value, shows = value * _SCALES[scale] * _SCALES.get(match["more"], 1.0), True
    elif text.startswith((" in ", " of ", " out of "), end) and not kind:
        part = _out_of(text, value, end)
        if part:
            return _Number(part[0], start, part[1], True, False, "", "share")
    return _Number(value, start, end, shows, not digits, letter or "", kind)


def _digits(match: re.Match[str], digits: str) -> tuple[float, bool]:
    """The number as written with digits, and whether only a quantity is written so."""
    if digits.isdigit():
        value = float(digits)
        shows = len(digits) >= 4 and not 1949 < value < 2040
    else:
        value = float(digits.replace(",", "").replace(" ", ""))
        shows = "," in digits or " " in digits or digits.startswith(("0.", "."))
    exponent, power = match.group("exponent", "power")
    if exponent:
        return value * _power(10.0, exponent), True
    if power:
        return value * _power(10.0, power) if match["ten"] else _power(value, power), True
    return value, shows


def _power(base: float, exponent: str) -> float:
    try:
        return base ** int(exponent)
    except (OverflowError, ZeroDivisionError):
        return math.inf


def _fraction(text: str, digits: str, end: int) -> tuple[float, int] | None:
    """``1/10`` as a share, ``80/20`` as its larger part; None if it divides something."""
    below = _FRACTION.match(text, end)
    if not below or not digits.isdigit() or len(digits) > 10 or not int(below[1]):
        return None
    if int(digits) + int(below[1]) == 100:
        return int(digits) / 100, below.end()
    return (int(digits) / int(below[1]), below.end()) if int(digits) <= int(below[1]) else None


def _out_of(text: str, value: float, end: int) -> tuple[float, int] | None:
    """``1 in 20``, ``99 of 100``: a share."""
    other = _OUT_OF.match(text, end)
    if not other:
        return None
    total = _SCALES.get(other[1]) or _WORDS.get(other[1]) or float(other[1])
    is_share = value == 1 or total >= max(value, 100)
    return (value / total, other.end()) if is_share else None


def _spelled(match: re.Match[str]) -> float:
    if match["word"]:
        return sum(_WORDS[word] for word in re.split(r"[-\s]", match["word"]))
    if match["day"]:
        return SECONDS["day"]
    return 0.5 if match["half"] or match["part"] else 3.0 if match["few"] else 1.0


def _range(text: str, low: _Number) -> _Number:
    """The geometric mean of a range, and how far its ends are; the number itself if it is none."""
    link = _TO.match(text, low.end)
    match = _NUMBER_HERE.match(text, link.end()) if link else None
    if not match or match["odd"] or low.kind or not low.value:
        return low
    high = _number(text, match)
    scale = _SCALES.get(high.letter, 1.0)
    bottom = low.value
    if not low.letter and bottom <= high.value / scale:
        bottom *= scale  # 10-20k
    if high.kind or _RUNS_ON.match(text, high.end) or not bottom < high.value < math.inf:
        return low
    spread = math.sqrt(high.value / bottom)
    mean, shows = bottom * spread, low.shows or high.shows
    return _Number(mean, low.start, high.end, shows, False, high.letter, spread=spread)


_NUMBER_HERE = re.compile(_NUMBER.pattern.replace(r"(?<![0-9][.,:-])", ""), _NUMBER.flags)


def _unit(text: str, number: _Number, *, money: bool) -> tuple[Dimension, float, str, str, int]:
    """Dimension, factor, unit as we write it, the word as it stands there, and where that ends."""
    end = number.end
    if money:
        return _MONEY, 1.0, "$", "", end
    if number.kind:
        kind = _SHARE if number.kind == "share" else _PLAIN
        return kind, 1.0, "", "", end
    match = _UNIT.match(text, end)
    if match:
        word = match[2]
        unit = _UNITS.get(word)
        if unit and not (len(word) == 1 and _is_no_unit(text, number, match)):
            return *unit, word, match.end()
    return _PLAIN, 1.0, "", "", end


def _is_no_unit(text: str, number: _Number, match: re.Match[str]) -> bool:
    """Whether a unit's letter is a width (``128d``), a name (``3-D``) or a "times"."""
    joint, word = match.groups()
    if word in "x×":
        return bool(joint) or bool(_TIMES_NUMBER.match(text, match.end()))
    return joint == "-" or (word == "d" and number.value in _WIDTHS)


def _noun(text: str, start: int) -> tuple[str, int, str]:
    """The counted noun, where it ends, and the period of an adjective ("daily users")."""
    period, end = "", start
    word = _NEXT_WORD.match(text, end) or _AFTER_HYPHEN.match(text, end)
    for _ in range(4):
        if not word or word[1] in _STOP or "'" in word[1]:
            break
        end = word.end()
        if word[1].endswith("ly"):
            period = _TIME_WORDS.get(word[1], period)
        elif stem := _counted(word[1]):
            return stem, end, _WINDOWS.get(stem, period)
        word = _NEXT_WORD.match(text, end)
    return "", start, ""


def _counted(word: str) -> str:
    """The singular of a plural or of a noun that is counted in the singular; else empty."""
    if word in _SINGULAR:
        return word
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word[:-1] if word in ("gpus", "cpus", "tpus") else ""
    if len(word) < 4:
        return word[:-1] if word in ("ads", "ids") else ""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "ches", "shes", "xes")) else word[:-1]


def _per(text: str, end: int, period: str) -> tuple[str, int]:
    """What a quantity is per, and where that ends: at most three, "20 requests per user a day"."""
    match = _PER.match(text, end)
    if not match:
        return period, end
    names = [period] if period else []
    while match is not None and len(names) < 3:
        name = _per_name(match, is_first=not names)
        if not name:
            break
        names.append(name)
        end = match.end()
        match = _PER.match(text, end)
    return " ".join(names), end


def _per_name(match: re.Match[str], *, is_first: bool) -> str:
    word = match[1]
    if word in ("each", "apiece"):
        return "each"
    link = match.group()[: -len(word)].strip()
    if (link == "and" and is_first) or word in _STOP:
        return ""
    return _TIME_WORDS.get(word) or (_counted(word) or word if link else "")


def _dimension(unit: Dimension, noun: str, per: str) -> Dimension:
    base = Dimension.COUNT if noun and unit is _PLAIN else unit
    if not per or noun in PEOPLE or not any(name in SECONDS for name in per.split()):
        return base
    if base is Dimension.BYTES:
        return Dimension.BYTE_RATE
    return Dimension.RATE if base is _PLAIN or base is Dimension.COUNT else base


def _shows(text: str, number: _Number, unit: str, noun: str, per: str) -> bool:
    if number.kind:
        return not number.spelled
    if unit or number.shows:
        return not (number.spelled and number.value == 1 and unit == "x")
    if number.spelled and number.value <= 1:
        return False
    is_width = number.value in _WIDTHS and text[number.end : number.end + 1] == "d"
    counts = is_width or bool(per) or (bool(noun) and noun not in _VAGUE)
    return counts and not _LABEL.search(text, max(0, number.start - 14), number.start)
