"""How the writer stands to each word of a unit: asserted, negated, deferred or asked.

A cue (``not``, ``out of scope``, ``should we``) reaches over a span of words: forward to where
its clause ends, or back to where it began. After NegEx (Chapman et al., 2001), with clause
boundaries instead of a fixed window, and with cues for deferral and questions.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from rubrics.reading.cues import EVERY, EVERY_VAGUE, Reach, by_first_word, cues
from rubrics.reading.lexicon import Words
from rubrics.reading.others import EVERY as EVERY_OF_OTHERS
from rubrics.reading.others import Place, others
from rubrics.reading.sieve import Sieve
from rubrics.schema import Stance


class Scope(NamedTuple):
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


# Words after which a new clause stands on its own, whatever was denied before.
_CONTRAST = frozenset(
    {"but", "however", "instead", "yet", "whereas", "although", "though", "while"}
)
_BREAKS = (_CONTRAST | {"therefore", "so", "then"}) - {"while"}
# After "do not", "don't": a new order, not one more thing that is denied.
_ORDER_WORDS = """
    add alert build cap choose compute cut delete drop encrypt evaluate fall filter hash hold
    keep let limit log mask measure monitor pick prefer put rank retrain roll sample score send
    serve set shard show split start store take test train use
"""
_ORDERS = frozenset(_ORDER_WORDS.split())
# A cue before one of these denies all that follows: what is denied comes as a sentence of its own.
_SENTENCE = re.compile(
    r"\s+(?:the|an?|we|i|it|they|there|each|every|our|for|to|in|on|at|when|if|as|with|by|from|of)\b"
    r"(?!-|\s+(?:doubt|general|particular|all\b))",
    re.IGNORECASE,
)
_AUXILIARY_NOT = re.compile(
    r"(?:do|does|did|will|would|should|must|could)(?:n't| not)|won't|never$|^no$"
    r"|^(?:nobody|no one) should$"
)
# "We will not do this: ...", "Never: ...": the colon (or dash) hands over what is denied.
_HANDS_OVER = re.compile(
    r"(?:\W+(?:do|doing|build|building|use|using|include|want|have|need|consider|any|of|for|in"
    r"|the|an?|this|that|these|those|them|it|so|following|things?|points?|here|now|part|below)\b){0,6}"
    r"\s*(?::|[—–]|-\s)"
)
_SUBJECTS = frozenset(
    {"we", "i", "it", "this", "they", "there", "you", "he", "she", "these", "those"}
)
_OPENERS = _BREAKS | {"and"}
_HARD = re.compile(r"[;\n]")
_SOFT = re.compile(r"[:—–]|\s-\s|->|→")
_PAUSE = re.compile(r"[,()]")
_JOINERS = frozenset({"and", "or", "so", "then"})
_LATER = re.compile(
    r"""\b(?:out\sof\sscope|not\sin\sscope|non-?goals?|for\slater|left\sout|not\sdoing|won't\sdo
    |(?:will|would|do|did)(?:\snot|n't)\s(?:do|build|use|include|have)|decided\sagainst
    |(?:alternatives?|options?|ideas?)\s(?:that\s)?(?:i|we)\s(?:rejected|discarded|dismissed)
    |future\s(?:work|versions?|improvements?|extensions?)|later\s(?:phases?|versions?|work)
    |next\sversion|(?:with|given)\smore\stime|if\s(?:i|we)\shad\s(?:more\s)?time)\b
    |^\W*(?:later|future|v2|rejected|ruled\sout)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)


# "Later: ...", "Open question: ...", "Rejected - ...": a label in front speaks of the whole unit.
_LABELS = (
    (
        Stance.DEFERRED,
        r"(?:for |maybe )?later|future(?: (?:work|improvements?|versions?))?|to ?do|tbd|v2"
        r"|phase (?:2|two)"
        r"|(?:explicitly )?out of scope|not in scope|non-?goals?|next (?:version|steps?)"
        r"|not now|not yet"
        r"|nice to have|parked|backlog|stretch",
    ),
    (Stance.ASKED, r"(?:open |clarifying |my )?questions?|q|to (?:ask|clarify)|unclear|unsure"),
    (
        Stance.NEGATED,
        r"no|never|not (?:needed|used|done|doing)|rejected|ruled out|dropped|won't do",
    ),
)
_LABEL_OF: tuple[tuple[Stance, re.Pattern[str]], ...] = tuple(
    (stance, re.compile(rf"\W*(?:{words})\W*(?::|[-—–]\s)", re.IGNORECASE))
    for stance, words in _LABELS
)
_SOME_DAY = re.compile(r"\W*(?:one|some) day,", re.IGNORECASE)
# Units that begin with another word have no label.
_OPENS_LABEL = {"one", "some"}.union(
    re.split("[^a-z0-9']", word)[0] for word in by_first_word(words for _, words in _LABELS)
)
# ... and so does one behind it: "... : rejected."
_VERDICTS_OF_NO = (
    "no|false|wrong|nonsense|rejected|not needed|ruled out|dropped|never|won't do|not doing"
)
_VERDICTS_OF_LATER = "out of scope|later|for later|not now|v2|tbd|to ?do|future work"
_VERDICT = re.compile(
    rf"(?::|[-—–]|\()\s*(?:(?P<no>{_VERDICTS_OF_NO})|{_VERDICTS_OF_LATER})\W*$", re.IGNORECASE
)
_CLOSES_VERDICT = frozenset(
    re.split(r"[ ?]", verdict)[-1]
    for verdict in f"{_VERDICTS_OF_NO}|{_VERDICTS_OF_LATER}|todo".split("|")
)


def _labelled(unit: Words) -> Iterator[Scope]:
    if unit.forms[0] in _OPENS_LABEL:
        if _SOME_DAY.match(unit.text):
            yield whole(Stance.DEFERRED, unit)
        for stance, label in _LABEL_OF:
            if label.match(unit.text):
                yield whole(stance, unit)
    if unit.forms[-1] in _CLOSES_VERDICT:
        verdict = _VERDICT.search(unit.text, max(0, len(unit.text) - 40))
        if verdict:
            yield whole(Stance.NEGATED if verdict["no"] else Stance.DEFERRED, unit)


def scopes(unit: Words, heading: str, held: Collection[int] | None = None) -> list[Scope]:
    """Every scope in a unit, the ones of its heading and of its question mark too.

    ``held`` are the cues that it may have (``may_hold``), where that is known.
    """
    if not len(unit):
        return []
    last = len(unit) - 1
    found = []
    if unit.text.rstrip(" \"')*_").endswith("?"):
        found.append(whole(Stance.ASKED, unit))
    if heading and puts_off(heading):
        found.append(whole(Stance.DEFERRED, unit))
    found += _labelled(unit)
    held = may_hold(unit) if held is None else held
    if not held:
        return found
    found_cues = cues(unit) if _OWN in held else []
    clauses = _clauses(unit) if found_cues else []
    for stance, reach, first, end in found_cues:
        found += _scope(stance, reach, first, end, unit, clauses)
    if found_cues and last and _SPOKEN_OF.search(" ".join(unit.forms[-12:])):
        found.append(whole(Stance.NEGATED, unit))
    return found + _of_others(unit) if _OTHERS in held else found


_OWN, _OTHERS, VAGUE = range(3)


def may_hold(unit: Words) -> Collection[int]:
    """The kinds of cues that a unit may have: of its own stance, of others, of vagueness."""
    return _sieve().held(unit.said)


@cache
def _sieve() -> Sieve:
    return Sieve(EVERY, EVERY_OF_OTHERS, EVERY_VAGUE)


def _of_others(unit: Words) -> list[Scope]:
    """What somebody else has or says, or what is gone: no decision, so it stands as denied.

    None where the writer takes it over (``Netflix has X; we do the same``).
    """
    found = list(others(unit))
    if not found or _TAKES_OVER.search(unit.said):
        return []
    return [
        Scope(
            Stance.NEGATED,
            0 if place in (Place.CLOSES, Place.EXCLAIMS) else first,
            _until_self(unit, end),
            first,
            end,
        )
        for place, first, end in found
    ]


# "We do the same", "which we keep": what others have becomes the writer's own.
_TAKES_OVER = re.compile(
    r"(?:\b(?:we|i)(?: will| would|'ll|'d)?(?: also| now| too| therefore| can| simply| just)*"
    r" (?:do|use|take|keep|copy|adopt|follow|borrow|reuse|have|choose|build on|go with|start from)"
    r" (?:same|this|that|it|them|these|their \w+|both)"
    r"|\bso (?:do|will|would|shall|should) (?:we|i)|\b(?:as|and) (?:do|will) (?:we|i)\b"
    r"|\bwhich (?:we|i)(?: will| would|'ll| also| can)* (?:keep|use|adopt|copy|take|reuse|borrow"
    r"|follow)|\b(?:we|i)(?: will| would|'ll)? (?:follow|copy|adopt|imitate|reuse|inherit)\b"
    r"|\bsame (?:here|for us|holds for us))"
)


def _until_self(unit: Words, end: int) -> int:
    """The last word before a writer speaks of their own design: ``; X``, ``, so we``, ``, we``."""
    for index in range(end + 1, len(unit)):
        between, form, before = unit.between(index), unit.forms[index], unit.forms[index - 1]
        labelled = ":" in between and index - end - 1 <= _LABEL_WORDS
        paused = bool(_PAUSE_BEFORE_SELF.search(between)) and not labelled
        own = form in _SELF and (paused or before in _HANDS_BACK)
        drawn = form in _CONCLUDES and "," in between and _concludes(unit, index)
        if ";" in between or own or drawn or (form == "why" and before in {"is", "that's"}):
            return index - 1
    return len(unit) - 1


_PAUSE_BEFORE_SELF = re.compile(r"[,:()—–]|\s-\s")
_SELF = frozenset({"we", "i", "our", "my"})
_HANDS_BACK = frozenset(
    {"so", "and", "but", "hence", "thus", "therefore", "why", "then", "whereas"}
)
_CONCLUDES = frozenset({"so", "hence", "thus", "therefore"})


def _concludes(unit: Words, index: int) -> bool:
    """Whether ``, so`` draws a conclusion (``, so that`` gives a purpose)."""
    return unit.forms[index] != "so" or unit.forms[index + 1 : index + 2] != ("that",)


def whole(stance: Stance, unit: Words) -> Scope:
    """A scope over all of a unit, by a cue that stands outside it."""
    return Scope(stance, 0, len(unit) - 1, -1, len(unit))


@lru_cache(maxsize=4096)
def puts_off(heading: str) -> bool:
    """Whether what stands under a heading is put off (``Out of scope``, ``Later``)."""
    return bool(_LATER.search(heading))


# "..., no, we do not do that": said at the end of what it speaks of.
_SPOKEN_OF = re.compile(
    r"(?:we|i|they|nobody|no one)(?: (?:do|will|would|are|am|should))?"
    r"(?: not|n't| never|n't going to| not going to)"
    r"(?: (?:do|use|build|want|plan|include|bother with|doing|using|building))?"
    r" (?:that|this|it|these|those|them|so)(?: (?:here|now|at all|either))?$"
)
_IT = r"(?:any of )?(?:that|this|it|these|those|them)"
_BACK_AT = re.compile(
    r"^(?:and |but |so |no |nope )*(?:"
    r"(?:(?:we|i|nobody|no one) )?(?:(?:will|would|do|did|am|are|should) ?)?(?:not|never)"
    r" (?:going to )?(?:do|doing|use|using|build|building|want|need|include|have|bother with)"
    rf" {_IT}(?: (?:here|now|at all|either))?"
    rf"|(?:(?:we|i) )?(?:(?:will|would) )?(?:skip|forget|drop|leave"
    rf"|reject) (?:all of )?{_IT}(?: out)?"
    r"|(?:that|this|it|these|those|none of (?:that|this|it|these)|all (?:of )?(?:that|this|it))"
    r" (?:is|are|was|were|can|could|will|would)(?: all)?(?: be)?"
    r" (?:(?:not|never) (?:be )?(?:needed|necessary|required|worth it|worth while|used|done|built"
    r"|included|in scope|part of (?:this|it))"
    r"|needed not|out of scope|wait|come later|later|deferred|overkill|unnecessary|future work"
    r"|rejected|false|wrong)(?: (?:here|now|for now|at all|either))?"
    r"|none of (?:that|this|it|these) (?:is|are) (?:needed|necessary|used|built|done)"
    r"|no|nope|never|not now|not yet|later|out of scope)$"
)


# "Here is what I would not do.": said before what it speaks of.
_ANNOUNCES = re.compile(
    r"^(?:\w+ ){0,2}(?:(?:here|below|next|following) (?:is|are|comes?|follows?) )?(?:list of )?"
    r"(?:what|things?|everything|all)(?: that| which)? (?:i|we)"
    r" (?:(?:would|will|do|am|are)(?: not|n't| never)|won't|don't|wouldn't)(?: going to)?"
    r" (?:do|doing|build|use|choose|include|recommend)(?: (?:here|now|today|at all))?$"
)


def announces_denial(unit: Words) -> bool:
    """Whether a short sentence says that what follows is not done (``What I would not do.``)."""
    return 3 < len(unit) <= 12 and bool(_ANNOUNCES.search(unit.said))


def speaks_back(unit: Words) -> Stance | None:
    """The stance that a short unit gives to the one before it (``We will not do that.``)."""
    if not 0 < len(unit) <= 10:
        return None
    text = unit.said.replace("n't", " not")
    if not _BACK_AT.search(text):
        return None
    return (
        Stance.DEFERRED
        if re.search(r"scope|later|wait|defer|future|yet|now$", text)
        else Stance.NEGATED
    )


def _scope(
    stance: Stance, reach: Reach, first: int, end: int, unit: Words, clauses: list[int]
) -> list[Scope]:
    last = len(unit) - 1
    if reach is Reach.REST or (reach is Reach.BACK and first == 0):  # "Out of scope: ..."
        return [Scope(stance, first, _turn(unit, end), first, end)]
    if reach is Reach.SAID:
        return [Scope(stance, first, _own_words(unit, end), first, end)]
    if reach is Reach.AROUND:
        return [Scope(stance, _closing(unit, first, 0), _contrast_after(unit, end), first, end)]
    if reach is Reach.BACK:
        begin = _closing(unit, first) if end >= last - 1 else first
        while begin and clauses[begin - 1] == clauses[first]:
            begin -= 1
        return [Scope(stance, begin, end, first, end)]
    if _denies_a_sentence(unit, first, end):
        return [Scope(stance, first, last, first, end)]
    if stance is Stance.NEGATED and _is_undone(unit, first, end, clauses):
        return []
    orders = stance is Stance.NEGATED and _gives_orders(unit, first, end)
    return [Scope(stance, first, _stop(unit, clauses, first, end, orders), first, end)]


def _stop(unit: Words, clauses: list[int], first: int, end: int, orders: bool) -> int:
    """The last word that a cue reaches forward."""
    beside = unit.forms[first] in {"instead", "rather"}
    aside = _is_aside(unit, first)
    stop = end
    while stop < len(unit) - 1 and clauses[stop + 1] == clauses[stop]:
        if aside and unit.forms[stop + 1] in _FINITE:  # "videos that are not for all are removed"
            break
        if orders and unit.forms[stop + 1] in _ORDERS and "," in unit.between(stop + 1):
            break
        if beside and unit.forms[stop + 1] in _SUBJECTS:  # "instead of X we do Y"
            break
        stop += 1
    return stop


def _is_aside(unit: Words, first: int) -> bool:
    """Whether a denial only tells which ones are meant (``videos that are not for all``).

    ``The part that is not built is a cache`` denies the cache.
    """
    before = unit.forms[max(0, first - 3) : first + 1]
    told = any(one in _WHICH and other in _BE for one, other in pairwise(before))
    return told and _THINGS.isdisjoint(before)


_WHICH = frozenset({"which", "that", "who"})
_THINGS = frozenset({"thing", "things", "one", "ones", "part", "parts", "something", "anything"})
_BE = frozenset({"is", "are", "was", "were"})


def _turn(unit: Words, end: int) -> int:
    """The last word before the unit turns: ``..., so we``, ``..., but I``."""
    for index in range(end + 1, len(unit) - 1):
        between = unit.between(index)
        turns = unit.forms[index] in _BREAKS and unit.forms[index + 1] in _SUBJECTS
        if turns and "," in between:
            return index - 1
    return len(unit) - 1


def _own_words(unit: Words, end: int) -> int:
    """The last word before a writer speaks for themselves: ``...; X``, ``: we``, ``, so we``."""
    last = _turn(unit, end)
    for index in range(end + 1, last + 1):
        between = unit.between(index)
        own = unit.forms[index] in {"we", "i"} and index - end - 1 > _LABEL_WORDS
        if ";" in between or (":" in between and own):
            return index - 1
    return last


# "Some say that monitoring: we alert on drift": so few words before a colon are only a label, and
# two may be all that is said ("data wins: we test").
_LABEL_WORDS = 1


def _is_undone(unit: Words, first: int, end: int, clauses: list[int]) -> bool:
    """Whether a denial denies none: ``no launch without X``, ``without X, we would ...``."""
    if unit.forms[first] in _LACKING:
        return _is_counterfactual(unit, first) or any(
            unit.forms[at] in _DENIALS and clauses[at] == clauses[first] for at in range(first)
        )
    later = range(end + 1, len(unit))
    return any(unit.forms[at] in _LACKING and clauses[at] == clauses[end] for at in later)


_LACKING = frozenset({"without", "w/o", "unless"})
_DENIALS = frozenset(
    {"no", "not", "never", "nobody", "cannot", "don't", "won't", "can't", "refuse", "nothing"}
)


# A clause of at most this many words before a closing "... is out of scope" stands alone.
_SHORT_CLAUSE = 8


def _contrast_after(unit: Words, end: int) -> int:
    for index in range(end + 1, len(unit)):
        if ";" in unit.between(index) or unit.forms[index] in _CONTRAST:
            return index - 1
    return len(unit) - 1


def _closing(unit: Words, first: int, short: int = _SHORT_CLAUSE) -> int:
    """Where that begins of which a cue at the unit's end speaks: all of it, up to a contrast.

    A clause of at most ``short`` words that is joined on (``..., and X is out of scope``) is alone.
    """
    for index in range(first, 0, -1):
        between = unit.between(index)
        if ";" in between or unit.forms[index] in _CONTRAST:
            return index
        if "," in between and unit.forms[index] in _JOINERS and first - index <= short:
            return index
    return 0


def _denies_a_sentence(unit: Words, first: int, end: int) -> bool:
    """Whether a cue stands before a whole sentence (``We do not We log ...``, ``We won't: ..``)."""
    if end >= len(unit) - 1:
        return False
    after = unit.places[end][1]
    if _HANDS_OVER.match(unit.text, after):
        return True
    cue = " ".join(unit.forms[first : end + 1])
    if cue.endswith("against"):
        return unit.forms[end + 1] in _NOT_AN_OBJECT
    return bool(_AUXILIARY_NOT.search(cue) and _SENTENCE.match(unit.text, after))


# "We decided against we log ..." is no English, but says no to all of it.
_NOT_AN_OBJECT = frozenset({"we", "i", "they", "there", "when", "if", "as", "for", "at"})


def _gives_orders(unit: Words, first: int, end: int) -> bool:
    """``don't use religion, delete logs after 60 days``: the second is an order of its own."""
    plain = unit.forms[first] in {"do", "don't", "dont", "never"}
    return (
        plain
        and (first == 0 or unit.forms[first - 1] not in _SUBJECTS)
        and ("or" not in unit.forms[end:] and "nor" not in unit.forms[end:])
    )


def _is_counterfactual(unit: Words, first: int) -> bool:
    """``Without X, we would ...``: a reason for X, not against it."""
    return first == 0 and "," in unit.text


def _clauses(unit: Words) -> list[int]:
    """The clause number of each word.

    A comma or bracket alone does not end a clause (``no ranker, cache or store`` denies all
    three); one before a new subject does, and so do ; : — and the words of ``_BREAKS``.
    """
    text, places, forms = unit.text, unit.places, unit.forms
    numbers, number = [0], 0
    before = places[0][1]
    for index, (start, end) in enumerate(places[1:], 1):
        # Most words follow a single blank; only the others, and a few words, can begin a clause.
        if (
            start - before > 1 or text[before] != " " or forms[index] in _OPENERS
        ) and _begins_clause(unit, index):
            number += 1
        numbers.append(number)
        before = end
    return numbers


def _begins_clause(unit: Words, index: int) -> bool:
    between = unit.between(index)
    if _HARD.search(between) or _SOFT.search(between) or unit.forms[index] in _BREAKS:
        return True
    if _PAUSE.search(between) and unit.forms[index] == "and" and _says_on(unit, index):
        return True
    if _PAUSE.search(between) or unit.forms[index] == "and":
        return _has_subject(unit, index)
    return False


def _says_on(unit: Words, index: int) -> bool:
    """Whether ``, and`` goes on to say something of something else: ``, and logs are``."""
    subject = unit.forms[index + 1 : index + 5]
    verb = next((at for at, form in enumerate(subject) if form in _FINITE), 0)
    return verb > 0 and _JOINERS.isdisjoint(subject[:verb])


# Forms that only a verb with a subject before it has, and that no noun has.
_FINITE = frozenset(
    {
        "is", "are", "was", "were", "has", "have", "gets", "get", "goes", "go", "will", "can",
        "must", "may", "sees", "see", "comes", "come", "gives", "give", "stays", "stay", "keeps",
    }
)  # fmt: skip


def _has_subject(unit: Words, index: int) -> bool:
    """Whether ``we ...`` or ``and we ...`` begins here."""
    following = unit.forms[index + 1] if index + 1 < len(unit) else ""
    form = unit.forms[index]
    return form in _SUBJECTS or (form in _JOINERS and following in _SUBJECTS)
