"""Rules about phrases: that they can be read, say something, and tell things apart."""

import re
from collections import defaultdict
from itertools import combinations

from rubrics.linting.case import Case, Found, Rules, listed, met, sentences
from rubrics.linting.spelling import (
    BRACKETS,
    COMMON,
    CUES,
    EMPTY,
    Spelling,
    named_by,
    spelled,
    variants,
    whole,
)
from rubrics.loading import DataPath
from rubrics.reading.lexicon import BadPhrase, Slots, words
from rubrics.reading.units import normalise, split
from rubrics.schema import Stance

LEAST_WORDINGS = 4
# Two criteria, or indicators of two criteria, that share more of their wordings are one.
MOST_SHARED = 0.5

RULES = Rules()

_GAP = re.compile(r"\s\.\.\s")


@RULES.named("phrase")
def _phrase_can_be_read(case: Case) -> Found:
    for path, phrase in case.phrases:
        try:
            whole(phrase)
        except BadPhrase as error:
            yield path, str(error)


@RULES.named("phrase-marks")
def _marks_do_what_they_say(case: Case) -> Found:
    for path, phrase in case.phrases:
        bare = BRACKETS.sub("x", phrase)
        if "|" in bare:
            yield path, f"{phrase!r}: | parts alternatives only inside brackets"
        inner = [one for choice in BRACKETS.findall(phrase) for one in choice.split("|")]
        if any(".." in part for text in (bare, *inner) for part in _GAP.split(text)):
            yield path, f"{phrase!r}: write .. between words, with a blank on each side"


@RULES.named("unmatchable")
def _phrase_can_be_met(case: Case) -> Found:
    for path, phrase in (*case.phrases, *case.patterns):
        if normalise(phrase).text != phrase:
            yield path, f"{phrase!r} holds a character that answers are rid of; write it plainly"
    for path, phrase in case.phrases:
        plainly = BRACKETS.sub(lambda choice: choice[1].split("|")[0], phrase).replace("..", "x")
        if len(split("", normalise(plainly))) > 1:
            yield path, f"{phrase!r} goes over the end of a sentence; phrases are met within one"


@RULES.named("few-wordings")
def _indicator_has_wordings(case: Case) -> Found:
    for path, _, indicator in case.indicators:
        count = len(indicator.wordings) + len(indicator.plain) + len(indicator.patterns)
        if count < LEAST_WORDINGS:
            yield path, f"has {count} wordings; write at least {LEAST_WORDINGS}"


@RULES.named("no-plain")
def _indicator_can_be_said_without_jargon(case: Case) -> Found:
    for path, _, indicator in case.indicators:
        if not indicator.plain:
            yield (*path, "plain"), "has no wording without jargon; write how a layman says it"


@RULES.named("no-detail")
def _indicator_has_depth(case: Case) -> Found:
    for path, _, indicator in case.indicators:
        if not indicator.details and not indicator.quantity:
            yield (
                (*path, "details"),
                "has no details, so only a figure shows that somebody means it; write some",
            )


@RULES.named("common-word")
def _wording_is_not_one_common_word(case: Case) -> Found:
    for path, phrase in case.names:
        if any(len(s) == 1 and s[0] in COMMON for s in whole(phrase)):
            yield path, f"{phrase!r} is said by anybody about anything; write more of it"


@RULES.named("hidden-word")
def _brackets_hide_no_single_word(case: Case) -> Found:
    for path, phrase in case.names:
        alone = [
            said
            for said in variants(phrase)
            if len(left := words("".join(said)).stems) == 1 and left[0] not in COMMON
            if not all(words(chosen).stems for chosen in said[1::2])
        ]
        if alone:
            said = "".join(alone[0]).strip()
            yield (
                path,
                f"{phrase!r}: a bracket that may be empty leaves {said!r} alone; fill it, or, if"
                " that word is enough, make it a phrase of its own",
            )


@RULES.named("empty-wording")
def _wording_says_something(case: Case) -> Found:
    for path, phrase in (*case.names, *case.flagged):
        written = ("".join(said) for said in variants(phrase))
        empty = [said for said in written if EMPTY.issuperset(words(said).stems)]
        if empty:
            yield path, f"{phrase!r} is met by {empty[0]!r}, which anybody says; leave that out"


@RULES.named("own-negation")
def _wording_is_not_its_own_negation(case: Case) -> Found:
    told = [
        list(listed(path, indicator, "wordings", "plain"))
        for path, _, indicator in case.indicators
        if Stance.DEFERRED not in indicator.accepts
    ]
    told += [list(listed(path, flag, "wordings")) for path, flag in case.flags]
    for phrases in told:
        for path, phrase in phrases:
            said = {s for other, p in phrases if other != path for s in whole(p)}
            if any(_denied(spelling) in said for spelling in whole(phrase)):
                yield path, f"{phrase!r} denies another wording here, yet would count as saying it"


def _denied(spelling: Spelling) -> Spelling:
    """What stands behind the first cue of denial."""
    at = next((n for n, word in enumerate(spelling) if word in CUES), len(spelling))
    return spelling[at + 1 :]


@RULES.named("in-prompt")
def _prompt_does_not_hold_a_wording(case: Case) -> Found:
    given = (case.question.prompt, case.question.title)
    said = met(case.names, given)
    texts = [text.lower() for text in sentences(given)]
    for path, pattern in case.patterns:
        found = [match[0] for text in texts if (match := re.search(pattern, text)) and match[0]]
        said.update({path: found[0]} if found else {})
    for path, written in (*case.names, *case.patterns):
        if path in said:
            yield path, f"the prompt or the title already says {written!r}: {said[path]!r}"


@RULES.named("wording-twice")
def _indicators_of_a_criterion_differ(case: Case) -> Found:
    owners: defaultdict[str, dict[Slots, str]] = defaultdict(dict)
    for path, criterion, indicator in case.indicators:
        owner = owners[criterion.id]
        for where, phrase in listed(path, indicator, "wordings", "plain"):
            slots = spelled(phrase)
            others = sorted({owner[s] for s in slots if s in owner} - {indicator.id})
            if others:
                yield where, f"{phrase!r} meets {others[0]} as well; give it to one of the two"
            owner.update(dict.fromkeys(slots - owner.keys(), indicator.id))


@RULES.named("same-wordings")
def _criteria_differ(case: Case) -> Found:
    yield from _shared([(p, c.id, f"{c.id}.{i.id}", named_by([i])) for p, c, i in case.indicators])
    yield from _shared([(p, c.id, c.id, named_by(c.indicators)) for p, c in case.criteria])


def _shared(named: list[tuple[DataPath, str, str, set[Slots]]]) -> Found:
    """Tell pairs of two criteria; path, criterion, name and wordings of each."""
    for (_, here, one, first), (path, there, _, second) in combinations(named, 2):
        least = min(len(first), len(second))
        if here != there and len(first & second) > MOST_SHARED * least:
            yield path, f"shares most of its wordings with {one}; make them one, or tell apart"


@RULES.named("flag-wording")
def _flag_and_indicator_differ(case: Case) -> Found:
    named = {slots: i.id for _, _, i in case.indicators for slots in named_by([i])}
    for path, phrase in case.flagged:
        both = sorted(named[slots] for slots in spelled(phrase) if slots in named)
        if both:
            yield path, f"{phrase!r} is a wording of {both[0]} too; it would earn and cap at once"


@RULES.named("detail-in-name")
def _detail_adds_to_the_name(case: Case) -> Found:
    for path, _, indicator in case.indicators:
        for where, phrase in listed(path, indicator, "details"):
            slots = spelled(phrase)
            for name in indicator.names:
                if both := slots & spelled(name):
                    yield (
                        where,
                        f"{phrase!r} says {_variant(phrase, both)!r}, as its wording {name!r} does",
                    )
                    break


def _variant(phrase: str, readings: set[Slots]) -> str:
    """A variant of a phrase, as written, that has one of these readings."""
    written = ["".join(said) for said in variants(phrase)]
    return next((one.strip() for one in written if spelled(one) & readings), phrase)
