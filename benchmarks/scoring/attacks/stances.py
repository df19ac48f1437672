"""A strong answer turned round: every claim denied, asked or put off, in the words that do so."""

import re
from collections.abc import Callable, Iterator, Mapping

from benchmarks.scoring.answers import (
    Attack,
    Rewrite,
    Stages,
    by_clause,
    by_joined_line,
    by_line,
    by_sentence,
    each_stage,
    without_mark,
)


def _around(template: str) -> Rewrite:
    """Put a bare sentence into the place of X in a template."""
    return lambda sentence: template.replace("X", without_mark(sentence), 1)


_PERSON = re.compile(
    r"(?:we|i|i'd|i'll|we'd|we'll|i would|we would|i will|we will) ", re.IGNORECASE
)


def _verb(template: str) -> Rewrite:
    """The same for a template that wants a verb: ``I take ...`` gives ``take ...``."""

    def put(sentence: str) -> str:
        bare = without_mark(sentence)
        own = _PERSON.match(bare)
        return template.replace("X", bare[own.end() :] if own else bare, 1)

    return put


_AUXILIARY = re.compile(
    r"\b(is|are|was|were|will|would|can|could|should|must|has to|have to|may|might)\b"
    r"(?! not\b|n't)",
)
_WE_DO = re.compile(
    r"\b(we|We|I|they|They|you|You|people|users|People|Users)"
    r"(?: (also|then|only|always|just|first|still))? "
    r"(?!do\b|did\b|not\b|never\b|am\b|and\b|who\b|or\b|in\b|of\b|at\b|to\b)([a-z]+)\b"
)
_IT_DOES = re.compile(
    r"\b(it|It|that|That|which|this|This|one|each|everyone|nobody|job|model|service|store|page"
    r"|ranker|index|tower|system|team|company|fallback|cache|server) "
    r"(?!is\b|was\b|has\b|its\b|as\b|this\b|does\b)([a-z]{2,}[^s\W])s\b"
)
_ORDER = re.compile(
    r"^((?:[-*\s]|\d+\.)*)(Add|Alert|Ask|Assume|Cache|Cap|Check|Choose|Compare|Compute|Count|Cut"
    r"|Drop|Fetch|Filter|Fit|Join|Keep|Limit|Log|Look|Measure|Merge|Monitor|Order|Page|Pick"
    r"|Predict|Rank|Release|Retrain|Return|Run|Sample|Score|Send|Ship|Show|Split|Start|Store"
    r"|Stop|Take|Test|Track|Train|Use|Watch|Weigh|Write)\b"
)


def with_not(sentence: str) -> str:
    """Put ``not`` to every verb that can be told; a sentence without one is denied as a whole."""
    text, auxiliaries = _AUXILIARY.subn(r"\1 not", sentence)
    text, orders = _ORDER.subn(lambda m: f"{m[1]}Do not {m[2].lower()}", text)
    text, we = _WE_DO.subn(_do_not, text)
    text, it = _IT_DOES.subn(r"\1 does not \2", text)
    if auxiliaries + orders + we + it:
        return text
    return f"It is not true that {without_mark(sentence)}."


_AUXILIARIES = frozenset(
    {"is", "are", "was", "were", "will", "would", "can", "could", "should", "must", "may"}
    | {"might", "has", "have"}
)


def _do_not(found: re.Match[str]) -> str:
    verb = found[3]
    return found[0] if verb in _AUXILIARIES else f"{found[1]} do not {verb}"


def _contracted(sentence: str) -> str:
    short = with_not(sentence).replace("do not", "don't").replace("does not", "doesn't")
    for verb in ("is", "are", "was", "were", "would", "could", "should"):
        short = short.replace(f"{verb} not", f"{verb}n't")
    return short.replace("will not", "won't").replace("can not", "can't")


def _never(sentence: str) -> str:
    return with_not(sentence).replace("do not", "never").replace(" not ", " never ")


NEGATIONS: Mapping[str, Rewrite] = {
    "We will not do this: X": _around("We will not do this: X."),
    "We do not X": _verb("We do not X."),
    "We don't do this: X": _around("We don't do this: X."),
    "We never X": _verb("We never X."),
    "It is not true that X": _around("It is not true that X."),
    "It is not the case that X": _around("It is not the case that X."),
    "It is false that X": _around("It is false that X."),
    "We decided against the following: X": _around("We decided against the following: X."),
    "We decided against this. X": _around("We decided against X."),
    "There is no need for this: X": _around("There is no need for this: X."),
    "Never: X": _around("Never: X."),
    "No: X": _around("No X."),
    "X - no, we do not do that": _around("X — no, we do not do that."),
    "X, which we will not do": _around("X, which we will not do."),
    "X is not needed": _around("X is not needed."),
    "X: rejected": _around("X: rejected."),
    "X was rejected": _around("X was considered and rejected."),
    "We rejected X": _around("We considered but rejected this: X."),
    "Nobody should X": _verb("Nobody should X."),
    "We refuse to X": _verb("We refuse to X."),
    "I would not X": _verb("I would not X."),
    "Without X": _around("The system is built without this: X."),
    "X would be a mistake": _around("X would be a mistake."),
    "X? No": _around("X? No."),
    "I do not think that X": _around("I do not think that X."),
    "Some would say that X": _around("Some people would say that X."),
    "It is often claimed that X": _around("It is often claimed that X."),
    "It is a myth that X": _around("It is a myth that X."),
    "What I would not do. X": _around("Here is what I would not do. X."),
    "We see no reason to X": _verb("We see no reason to X."),
    "not at every verb": with_not,
    "n't at every verb": _contracted,
    "never at every verb": _never,
}


def negated(strong: Stages) -> Iterator[Attack]:
    """Every claim denied: sentence by sentence in each voice, some also by line and by clause."""
    for name, rewrite in NEGATIONS.items():
        yield _by(by_sentence, f"{name}, by sentence", strong, rewrite)
    for name in ("We will not do this: X", "There is no need for this: X", "Never: X"):
        yield _by(by_joined_line, f"{name}, by line", strong, NEGATIONS[name])
    for name, template in (("not", "not X"), ("we do not", "we do not X"), ("no", "no X")):
        yield _by(by_clause, f"{name} X, by clause", strong, _around(template))
    yield Attack(
        "None of the following, by stage",
        {
            stage: "We will not do any of the following:\n" + _as_bullets(text)
            for stage, text in strong.items()
        },
    )
    yield Attack("under a heading 'What we will not do'", _under("### What we will not do", strong))


How = Callable[[str, Rewrite], str]


def _by(how: How, name: str, strong: Stages, rewrite: Rewrite) -> Attack:
    return Attack(name, each_stage(strong, lambda text: how(text, rewrite)))


QUESTIONS: Mapping[str, Rewrite] = {
    "X?": _around("X?"),
    "Should we X?": _verb("Should we X?"),
    "Should this be done: X?": _around("Should this be done: X?"),
    "What about X?": _around("What about X?"),
    "Do we need X?": _around("Do we need X?"),
    "I wonder whether X": _around("I wonder whether X."),
    "Would X help?": _around("Would X help?"),
    "Is it true that X?": _around("Is it true that X?"),
    "Could we X?": _verb("Could we X?"),
    "Why would we X?": _verb("Why would we X?"),
    "How about this: X?": _around("How about this: X?"),
    "It is unclear whether X": _around("It is unclear whether X."),
    "I am not sure if X": _around("I am not sure if X."),
    "Maybe X?": _around("Maybe X?"),
    "X, right?": _around("X, right?"),
    "X, or not?": _around("X, or not?"),
    "We have to ask whether X": _around("We would have to ask whether X."),
    "Open question: X": _around("Open question: X."),
}


def asked(strong: Stages) -> Iterator[Attack]:
    """Every claim made a question."""
    for name, rewrite in QUESTIONS.items():
        yield _by(by_sentence, f"{name}, by sentence", strong, rewrite)
    for name in ("X?", "Should this be done: X?", "Open question: X"):
        yield _by(by_joined_line, f"{name}, by line", strong, QUESTIONS[name])


DEFERRALS: Mapping[str, Rewrite] = {
    "X is out of scope": _around("X is out of scope."),
    "Out of scope: X": _around("Out of scope: X."),
    "X (out of scope)": _around("X (out of scope)."),
    "Given more time, X": _around("Given more time, X."),
    "With more time we would X": _verb("With more time we would X."),
    "If I had more time: X": _around("If I had more time: X."),
    "Later: X": _around("Later: X."),
    "As future work, X": _around("As future work, X."),
    "Future work: X": _around("Future work: X."),
    "X can come later": _around("X can come later."),
    "X is left for later": _around("X is left for later."),
    "We leave this for later: X": _around("We leave this for later: X."),
    "In a later version, X": _around("In a later version, X."),
    "In v2, X": _around("In v2, X."),
    "Not now: X": _around("Not now: X."),
    "One day X": _around("One day, X."),
    "X could be added in a future version": _around("X could be added in a future version."),
    "We skip this for now: X": _around("We skip this for now: X."),
    "Nice to have: X": _around("Nice to have, not in this design: X."),
    "TODO: X": _around("TODO: X."),
}


def deferred(strong: Stages) -> Iterator[Attack]:
    """Every claim put off or left out, by words or by the heading above it."""
    for name, rewrite in DEFERRALS.items():
        yield _by(by_sentence, f"{name}, by sentence", strong, rewrite)
    for name in ("Future work: X", "Out of scope: X", "Given more time, X"):
        yield _by(by_joined_line, f"{name}, by line", strong, DEFERRALS[name])
    for heading in ("## Out of scope", "### Future work", "**Out of scope**", "Out of scope:"):
        yield Attack(f"under '{heading}'", _under(heading, strong))


def _under(heading: str, strong: Stages) -> dict[str, str]:
    """Each stage as bullets under one heading, its own headings left out."""
    return {stage: f"{heading}\n{_as_bullets(text)}" for stage, text in strong.items()}


def _as_bullets(text: str) -> str:
    bullets = by_line(text, lambda body: body).split("\n")
    kept = [line.strip() for line in bullets if line.strip() and not _is_title(line)]
    return "\n".join(line if line.startswith(("- ", "|")) else f"- {line}" for line in kept)


def _is_title(line: str) -> bool:
    return line.lstrip().startswith("#") or bool(re.fullmatch(r"\s*\*\*[^*]+\*\*:?\s*", line))
