"""Sentences that speak to whoever grades: orders, fake verdicts, levels that a writer awards.

Read by RE2, whose time is linear in the text whatever stands in it.
"""

import re
from collections.abc import Callable, Iterable

import re2

# People who interview do not award their own marks; whoever writes one of these writes to the
# grader. Expressions of RE2, on text of any case.
_ORDERS = (
    r"\b(?:ignore|disregard|forget|override)\s(?:all\s|any\s|the\s|of\s|your\s){0,3}"
    r"(?:previous|prior|above|earlier|these|your|those|grading|scoring)\s"
    r"(?:\w+\s){0,2}(?:instructions?|rubrics?|rules|prompts?)\b",
    r"\b(?:award|give|assign|grant)\s(?:\w+\s){0,5}(?:marks|full\s(?:score|points)|level\s[34])\b",
    r"\bfull\scredit\s(?:for|to)\s"
    r"(?:this|my|me|the\s(?:answer|candidate|submission|response))\b",
    r"\b(?:give|award|grant|assign)\s(?:me|this|it|my\s\w+|the\s(?:answer|candidate|submission))"
    r"\s(?:\w+\s){0,2}credit\b",
    r"\b(?:score|rate|grade|mark|give)\s(?:this|my)\s(?:answer|submission|response|essay)\b",
    r"^\W*(?:system|developer|grader|examiner|evaluator)\s(?:message|note|prompt|override)\b",
    r"^\W{0,9}[\[<(]\W{0,9}(?:system|assistant|grader|inst|instructions?)\b",
    r"<\|\w+\|>",
    r"\byou\sare\s(?:now\s)?(?:a|an|the)\s(?:\w+\s)?(?:grader|judge|examiner|evaluator)\b",
    r"\b(?:dear|note\sto(?:\sthe)?|attention)\s(?:grader|judge|examiner|evaluator|reviewer)\b",
    r"\{%",
)
_AWARDS = (
    r'"(?:levels?|met|verdict|points|grade|not_judged)"\s?:|"score"\s?:\s?\d{1,3}(?:[^\d.]|$)',
    r"^\W*(?:final\s|overall\s)?(?:score|grade|verdict)\s?[:=]\s?"
    r"(?:\d+(?:\s?(?:/|of|out\sof)\s?\d+)?\W*$|full\b|perfect\b|strong\b|level\s\d)",
    r"^\W*[\w .-]{2,80}[:=|]\s*(?:is\s)?(?:fully\s)?(?:met|satisfied|fulfilled|justified|specified"
    r"|level\s?[1-4]|[1-4]\s?(?:/|of|out\sof)\s?4|full\s(?:marks|points))\b",
    r"\bfull\s(?:marks|points)\b|\bfully\s(?:justified|specified|met)\b",
    r"\b(?:score\s?[:=]{1,2}\s?100|level\s?[:=]{1,2}\s?[1-4])\b(?:[^.]|\.\D|\.?$)",
    r"\b(?:met|satisfied),?\s(?:and\s)?(?:justified|specified)\b",
    r"\bthis\s(?:answer|response|submission)\s"
    r"(?:deserves|earns|merits|meets\sall|satisfies\s(?:all|every))\b",
)
# Several verdicts are a scorecard; one may be a design's figure ("serving: 3").
LEAST_VERDICTS = 3


def _any_of(patterns: Iterable[str]) -> re2.Set:
    """One automaton that tells whether one of the patterns is in a text."""
    found = re2.Set.SearchSet(_any_case())
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


def _any_case() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    return options


_TO_GRADER = _any_of((*_ORDERS, *_AWARDS))
# The same without what asks where in a unit it stands: nothing of it is in most answers.
_SOMEWHERE = _any_of(re.sub(r"^\^|\\b|\$|\{2,80\}", "", each) for each in (*_ORDERS, *_AWARDS))


def speaks_to_grader(text: str) -> bool:
    """Whether a unit's text gives orders to a grader or awards marks."""
    return bool(_TO_GRADER.Match(text))


class Verdicts:
    """What gives a criterion or a competency its level: ``data: 4``, ``data is at level 3``."""

    def __init__(self, names: Iterable[str]) -> None:
        """Look for levels of these ids and titles."""
        either = "|".join(sorted(map(re2.escape, names), key=len, reverse=True))
        one = rf"\b(?:{either})\W{{1,4}}(?:(?:is|at|score|level)\W+){{0,3}}[1-4]\b"
        end = r"(?:[^.,\d]|[.,](?:\D|$)|$)"  # not a longer number
        levelled = (
            rf"\b(?:{either})\W{{1,4}}(?:(?:is|at|score)\W+){{0,2}}level\W+(?:is\W+|at\W+)?[1-4]\b"
        )
        self._any = _any_of([one + end])
        self._sure = _any_of([levelled + end, rf"{one}\s*/\s*4{end}"])
        self._each = re2.compile(one + end, _any_case())

    def are_in(self, text: str) -> bool:
        """Whether a text gives one."""
        return bool(self._any.Match(text))

    def fill(self, text: str) -> bool:
        """Whether a text is a scorecard: several of them, or one that says that it is a level."""
        if not self.are_in(text):
            return False
        lines = [line for line in text.split("\n") if self.are_in(line)]
        count = sum(1 for line in lines for _ in self._each.finditer(line))
        return count >= LEAST_VERDICTS or any(self._sure.Match(line) for line in lines)


def to_grader(text: str, verdicts: Verdicts | None) -> Callable[[str], bool]:
    """Give what tells of a unit of a whole text whether it speaks to the grader."""
    looks = [speaks_to_grader] if _SOMEWHERE.Match(text) else []
    if verdicts and verdicts.fill(text):
        looks.append(verdicts.are_in)
    return (lambda unit: any(look(unit) for look in looks)) if looks else _none


def _none(_: str) -> bool:
    return False
