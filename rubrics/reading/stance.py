"""How the writer stands to each word of a unit: asserted, negated, deferred or asked.

A cue (``not``, ``out of scope``, ``should we``) reaches over a span of words: forward to where
its clause ends, or back to where it began. After NegEx (Chapman et al., 2001), with clause
boundaries instead of a fixed window, and with cues for deferral and questions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from rubrics.reading.lexicon import Words
from rubrics.schema import Stance


class Reach(Enum):
    """Which words a cue speaks of."""

    FORWARD = "to the end of its clause"
    BACK = "from the start of its clause"
    REST = "to the end of the unit"


@dataclass(frozen=True, slots=True)
class Scope:
    """Words ``first`` to ``last`` (inclusive) stand as ``stance``, by the cue at those words."""

    stance: Stance
    first: int
    last: int
    cue_first: int
    cue_last: int

    def holds(self, first: int, last: int) -> bool:
        """Whether this scope changes a phrase at those words.

        A phrase that contains the cue itself (``no random split``) means what it says.
        """
        inside = first <= self.cue_first and self.cue_last <= last
        return not inside and first <= self.last and last >= self.first


_PLAIN_NOT = (
    r"(?:do|does|did|is|are|was|were|will|would|can|could|should|must|need|have|has)(?:n't| not)|"
    r"cannot|can't|won't|shan't|not|never|dont|doesnt|isnt|wont|cant"
)

_LEAVE = r"(?:i|we)(?:'ll| will| would)"

# In the order of trying; the first that matches at a word is the cue there. None: no cue at all,
# though it looks like one. Cues are regular expressions over lower-case words and single blanks.
_CUES: tuple[tuple[Stance | None, Reach, tuple[str, ...]], ...] = (
    (
        None,
        Reach.FORWARD,
        (
            r"not (?:only|just|merely|simply)",
            r"no (?:doubt|matter|wonder)",
            r"not (?:before|until) (?:we |it |they )?\w+",
            r"(?:no|not) (?:later|more|fewer|less) than",
            r"if not|or not|why not",
        ),
    ),
    (
        Stance.NEGATED,
        Reach.REST,
        (
            r"(?:not|n't|never|hardly) (?:true|the case|case|correct) that",
            r"(?:there is|there's|i see|we see|we have) no (?:need|reason|point|plan)",
        ),
    ),
    (
        Stance.DEFERRED,
        Reach.REST,
        (
            r"(?:given|with|had i) (?:more|extra) time",
            r"if (?:(?:i|we) (?:have|had)|there (?:is|were)) (?:more|extra) time",
            r"(?:if )?time (?:permits|permitting|allows)",
            r"(?:as|for|in|is|are) (?:some )?future (?:work|version)",
            r"(?:as|for|in|is|are) (?:a )?later (?:phase|version|iteration)",
            r"(?:as|for|in|is|are) (?:v2|v3|version 2|phase (?:2|3|two|three))",
            r"(?:leave|leaving) (?:out|aside)|for later",
        ),
    ),
    (
        Stance.DEFERRED,
        Reach.BACK,
        (
            r"(?:out of|outside) (?:\w+ )?scope",
            r"(?:can|could|will|would|may) (?:wait|(?:come|follow) later)",
            r"(?:can|could|will|would|may) be (?:added|done|handled|addressed) later",
            r"(?:is|are|be) (?:deferred|postponed|left for later|left for (?:the )?future)",
        ),
    ),
    (
        Stance.DEFERRED,
        Reach.FORWARD,
        (r"defer|postpone|skip", rf"{_LEAVE} (?:ignore|leave|skip)"),
    ),
    (
        Stance.NEGATED,
        Reach.BACK,
        (
            rf"(?:{_PLAIN_NOT}) (?:be )?(?:needed|necessary|required|useful|worth (?:it|while)"
            r"|important|relevant|wanted|used|considered|done|helpful)",
            r"(?:is|are|be|would be|seems?) (?:unnecessary|overkill|pointless|useless|irrelevant"
            r"|unneeded|superfluous|a waste|waste of)",
        ),
    ),
    (
        Stance.NEGATED,
        Reach.FORWARD,
        (
            r"(?:no|without|zero|little) (?:need|reason|point|use|plan)s? (?:for|to|of|in)?",
            r"avoid (?:using|having|building|adding)",
            r"refrain from|decided against|rule out|ruled out|forget about",
            r"rather than|instead of|as opposed to",
            r"without|w/o|neither|nor|lacking|omit|omitting|no",
            _PLAIN_NOT,
        ),
    ),
    (
        Stance.ASKED,
        Reach.REST,
        (
            r"(?:should|could|shall|can|may|do|does|would|must)"
            r" (?:we|i|it|they|you|there)(?= )",
        ),
    ),
    (
        Stance.ASKED,
        Reach.FORWARD,
        (
            r"(?:wonder|unsure|not sure|unclear|undecided|ask|clarify)"
            r" (?:if|whether|about|what|how|which)",
        ),
    ),
)

_CUE = re.compile(
    "|".join(
        rf"(?P<c{number}>\b(?:{'|'.join(cues)})(?![\w']))"
        for number, (_, _, cues) in enumerate(_CUES)
    )
)
_FIRST = frozenset({"should", "could", "shall", "can", "may", "do", "does", "would", "must"})

# Words after which a new clause stands on its own, whatever was denied before.
_BREAKS = frozenset(
    {"but", "however", "instead", "therefore", "yet", "whereas", "although", "though", "so", "then"}
)
_SUBJECTS = frozenset(
    {"we", "i", "it", "this", "they", "there", "you", "he", "she", "these", "those"}
)
_HARD = re.compile(r"[;\n]")
_SOFT = re.compile(r"[:—–]|\s-\s|->|→")
_PAUSE = re.compile(r"[,()]")
_JOINERS = frozenset({"and", "or", "so", "then"})
_LATER = re.compile(
    r"""\b(?:out\sof\sscope|not\sin\sscope|non-?goals?|for\slater|left\sout|not\sdoing|won't\sdo
    |future\s(?:work|versions?|improvements?|extensions?)|later\s(?:phases?|versions?|work)
    |next\sversion|(?:with|given)\smore\stime|if\s(?:i|we)\shad\s(?:more\s)?time)\b
    |^\W*(?:later|future|v2)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)


def scopes(unit: Words, heading: str) -> list[Scope]:
    """Every scope in a unit, the ones of its heading and of its question mark too."""
    if not len(unit):
        return []
    last = len(unit) - 1
    found = []
    if unit.text.rstrip(" \"')*_").endswith("?"):
        found.append(Scope(Stance.ASKED, 0, last, -1, last + 1))
    if heading and _LATER.search(heading):
        found.append(Scope(Stance.DEFERRED, 0, last, -1, last + 1))
    clauses = _clauses(unit)
    for stance, reach, first, end in _cues(unit):
        found += _scope(stance, reach, first, end, unit, clauses)
    return found


def _cues(unit: Words) -> Iterator[tuple[Stance, Reach, int, int]]:
    text = " ".join(unit.forms)
    starts, position = {}, 0
    for index, form in enumerate(unit.forms):
        starts[position] = index
        position += len(form) + 1
    for match in _CUE.finditer(text):
        if match.start() not in starts:
            continue
        stance, reach, _ = _CUES[int(str(match.lastgroup)[1:])]
        first = starts[match.start()]
        if stance is None or (stance is Stance.ASKED and not _opens(unit, first)):
            continue
        yield stance, reach, first, first + match.group().strip().count(" ")


def _opens(unit: Words, first: int) -> bool:
    """Whether a question's first word opens the unit (``We ask what should we...`` does not)."""
    return unit.forms[first] not in _FIRST or first == 0


def _scope(
    stance: Stance, reach: Reach, first: int, end: int, unit: Words, clauses: list[int]
) -> list[Scope]:
    last = len(unit) - 1
    if reach is Reach.REST or (reach is Reach.BACK and first == 0):  # "Out of scope: ..."
        return [Scope(stance, first, last, first, end)]
    if reach is Reach.BACK:
        begin = first
        while begin and clauses[begin - 1] == clauses[first]:
            begin -= 1
        return [Scope(stance, begin, end, first, end)]
    if unit.forms[first] in {"without", "w/o"} and _is_counterfactual(unit, first):
        return []
    stop = end
    while stop < last and (
        clauses[stop + 1] == clauses[stop] or _goes_on(unit, first, end, stop + 1)
    ):
        stop += 1
    return [Scope(stance, first, stop, first, end)]


def _goes_on(unit: Words, first: int, end: int, index: int) -> bool:
    """Whether a denial reaches over a colon or dash (``We will not build: ...``).

    One with a verb does, unless a new subject follows; a bare ``Not X: Y`` does not.
    """
    between = unit.text[unit.ends[index - 1] : unit.starts[index]]
    return end > first and bool(_SOFT.search(between)) and not _has_subject(unit, index)


def _is_counterfactual(unit: Words, first: int) -> bool:
    """``Without X, we would ...``: a reason for X, not against it."""
    return first == 0 and "," in unit.text


def _clauses(unit: Words) -> list[int]:
    """The clause number of each word.

    A comma or bracket alone does not end a clause (``no ranker, cache or store`` denies all
    three); one before a new subject does, and so do ; : — and the words of ``_BREAKS``.
    """
    numbers, number = [], 0
    for index in range(len(unit)):
        if index and _begins_clause(unit, index):
            number += 1
        numbers.append(number)
    return numbers


def _begins_clause(unit: Words, index: int) -> bool:
    between = unit.text[unit.ends[index - 1] : unit.starts[index]]
    if _HARD.search(between) or _SOFT.search(between) or unit.forms[index] in _BREAKS:
        return True
    if _PAUSE.search(between) or unit.forms[index] == "and":
        return _has_subject(unit, index)
    return False


def _has_subject(unit: Words, index: int) -> bool:
    """Whether ``we ...`` or ``and we ...`` begins here."""
    following = unit.forms[index + 1] if index + 1 < len(unit) else ""
    form = unit.forms[index]
    return form in _SUBJECTS or (form in _JOINERS and following in _SUBJECTS)
