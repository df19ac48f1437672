"""Every indicator named with its detail and a because, as what somebody else has, says or wants.

Each line has its own words behind its because, so that neither the missing little words nor the
sameness of the lines gives it away: only what it says does.
"""

import re
from collections.abc import Iterator, Mapping
from random import Random

from benchmarks.scoring.answers import Attack
from benchmarks.scoring.attacks.terms import MAKES, indicators, spelled
from rubrics.schema import Indicator, Question

# {n} and {d}: a name and a detail of an indicator; {why}: because, and words of its own.
VOICES: Mapping[str, str] = {
    "others": """
        Our competitor uses {n} with {d} {why}, unlike us.
        Other companies rely on {n} and {d} {why}.
        Netflix has {n} with {d} {why}.
        A rival of ours built {n} on {d} {why}.
        Most big firms have {n}, with {d}, {why}.
        The market leader runs {n} with {d} {why}; we are not them.
        Their engineers chose {n} and {d} {why}.
        At Google they do {n} with {d} {why}.
    """,
    "hearsay": """
        I have once read about {n} and {d} {why}.
        I heard that {n} goes with {d} {why}.
        A textbook would say {n} with {d} {why}.
        There is a paper on {n} and {d} {why}.
        According to a blog post, {n} needs {d} {why}.
        In a lecture they showed {n} with {d} {why}.
        People say that {n} and {d} belong together {why}.
        Somebody told me about {n} and {d} {why}.
    """,
    "expected": """
        The interviewer expects me to mention {n} and {d} {why}.
        You want to hear {n} and {d} {why}.
        I am supposed to say {n} and {d} here {why}.
        A good candidate would name {n} and {d} {why}.
        The rubric probably asks for {n} with {d} {why}.
        To sound senior, people say {n} with {d} {why}.
    """,
    "gone": """
        The old system had {n} with {d} {why}; it is gone.
        We used to have {n} and {d} {why}.
        Until last year {n} ran with {d} {why}.
        Before I came there was {n} with {d} {why}, but it was switched off.
        Years ago {n} and {d} were in place {why}.
        The former design relied on {n} with {d} {why}; nothing of it is left.
    """,
    "another team": """
        Another team has {n} with {d} {why}, for a different product.
        A colleague of mine built {n} and {d} {why}.
        At my last company they had {n} with {d} {why}.
        The team next door does {n} with {d} {why}.
        My brother's startup has {n} and {d} {why}.
        In a project of my friends there was {n} with {d} {why}.
    """,
    "irony": """
        Sure, {n} with {d}, {why}, and pigs can fly.
        Oh great, {n} with {d} {why}, what could go wrong.
        As if {n} with {d} would help {why}.
        Yeah, right, {n} and {d} {why}.
        Good luck with {n} and {d} {why}.
        We could wave a wand, and {n} appears with {d} {why}.
    """,
}

# What stands behind a because, filled with words of the rubric: A, B and C, none of them twice.
_WHYS = """
    because the {a} of the {b} would not be what they want in {c}
    because {a} and {b} are what it all comes down to when {c} is near
    because with {a} it is easy to see how {b} goes on into {c}
    because one {a} in {b} was more than they had for {c}
    because without a {a} there is no way to get from {b} to {c}
    because it was the {a} that made {b} so much like {c}
    because each {a} has its {b}, and that is why {c} is at the end
    because they could do {a} before {b} and then had {c} for all of it
    because in the end {a} is only as good as the {b} from which {c} is made
    because under {a} most of {b} looks as if it were {c}
    because for {a} you have to have {b} or at least some {c}
    because nobody had told them that {a} is not {b} but {c}
"""


def lines(makes: str) -> list[str]:
    """The sentences of a block of them, one a line."""
    return [line.strip() for line in makes.splitlines() if line.strip()]


def said(makes: list[str], question: Question, seed: int = 0) -> list[str]:
    """One sentence for each indicator of a question, in each make by turns."""
    chosen = Random(seed)  # noqa: S311 (a choice, not a secret)
    few = list(_reasons(question, chosen))
    return [
        _filled(makes[(at + seed) % len(makes)], one, few[at % len(few)])
        for at, one in enumerate(indicators(question))
    ]


def _reasons(question: Question, chosen: Random) -> Iterator[str]:
    known = _known(question)
    chosen.shuffle(known)
    whys = lines(_WHYS)
    for at in range(len(known) // 3):
        a, b, c = known[3 * at : 3 * at + 3]
        yield whys[at % len(whys)].format(a=a, b=b, c=c)


def _known(question: Question) -> list[str]:
    """The longer words in which a rubric describes its levels."""
    criteria = question.rubric.criteria
    texts = " ".join(text for each in criteria for text in each.levels.values())
    return sorted(set(re.findall(r"[a-z]{5,}", texts.lower())))


def _filled(make: str, one: Indicator, why: str) -> str:
    return make.format(n=spelled(one.names[0]), d=spelled(_detail(one)), why=why)


def _detail(one: Indicator) -> str:
    return (*one.details, *one.reasons, *one.names[1:], "more")[0]


def tailed(question: Question) -> Iterator[Attack]:
    """The sentences of ``terms``, each alone and all by turns, with a reason of other words."""
    every = list(MAKES.values())
    for name, makes in (*((name, [make]) for name, make in MAKES.items()), ("all makes", every)):
        whys = _reasons(question, Random(3))  # noqa: S311 (a choice, not a secret)
        reasons = [why.removeprefix("because ") for why in whys]
        rows = []
        for at, one in enumerate(indicators(question)):
            few = (spelled(one.names[0]), spelled(_detail(one)), reasons[at % len(reasons)])
            rows.append(makes[at % len(makes)].removeprefix("- ").format(*few))
        yield Attack(f"with a reason each: {name}", {"scope": "\n\n".join(rows)})


def elsewhere(question: Question) -> Iterator[Attack]:
    """Each voice, all of its sentences by turns, and every voice by turns."""
    every = []
    for name, makes in VOICES.items():
        every += lines(makes)
        text = "\n\n".join(said(lines(makes), question))
        yield Attack(name, {"scope": text})
    for seed in (1, 2):
        text = "\n\n".join(said(every, question, seed))
        yield Attack(f"every voice, {seed}", {"scope": text})
