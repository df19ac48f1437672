"""The rubric's own terms, strung together in the ways in which people string terms together."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from random import Random

from benchmarks.scoring.answers import Attack, Stages, shuffled
from rubrics.schema import Criterion, Indicator, Question

# Where a four-stage answer speaks of each competency.
STAGE_OF: Mapping[str, str] = {
    "requirements": "scope",
    "framing": "scope",
    "architecture": "architecture",
    "data": "deep-dive",
    "modeling": "deep-dive",
    "serving": "deep-dive",
    "evaluation": "evaluation",
    "monitoring": "evaluation",
    "responsibility": "evaluation",
    "communication": "evaluation",
}

_CHOICE = re.compile(r"\(([^()]*)\)")


def spelled(phrase: str) -> str:
    """A phrase with the first of its alternatives: ``(daily|monthly) users`` → ``daily users``."""
    first = _CHOICE.sub(lambda choice: choice[1].split("|")[0], phrase)
    return " ".join(first.replace(" .. ", " ").split())


def all_spelled(phrase: str, most: int = 24) -> list[str]:
    """A phrase with each of its alternatives, ``most`` at the most."""
    pieces = _CHOICE.split(phrase)
    choices = [piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces)]
    found = []
    for number, chosen in enumerate(product(*choices)):
        if number == most:
            break
        found.append(" ".join("".join(chosen).replace(" .. ", " ").split()))
    return found


Choose = Callable[[Indicator], tuple[str, ...]]


def _wordings(indicator: Indicator) -> tuple[str, ...]:
    return indicator.wordings


def _names(indicator: Indicator) -> tuple[str, ...]:
    return indicator.names


def _everything(indicator: Indicator) -> tuple[str, ...]:
    return indicator.phrases


def _three(indicator: Indicator) -> tuple[str, ...]:
    return (*indicator.names[:1], *indicator.details[:1], *indicator.reasons[:1])


def _two_deep(indicator: Indicator) -> tuple[str, ...]:
    return (*indicator.names[:2], *indicator.details[:2], *indicator.reasons[:2])


CHOICES: Mapping[str, Choose] = {
    "names": _wordings,
    "names and plain words": _names,
    "all phrases": _everything,
    "a name, a detail and a reason each": _three,
    "two names, details and reasons each": _two_deep,
}


def indicators(question: Question) -> list[Indicator]:
    """Every indicator of a question, in the rubric's order."""
    return [one for criterion in question.rubric.criteria for one in criterion.indicators]


def terms(question: Question, choose: Choose = _everything) -> list[str]:
    """The chosen phrases of every indicator, spelled out, each once."""
    found = (spelled(phrase) for one in indicators(question) for phrase in choose(one))
    return list(dict.fromkeys(filter(None, found)))


def every_spelling(question: Question) -> list[str]:
    """Every alternative of every name and plain wording."""
    found = (
        spelling
        for one in indicators(question)
        for phrase in one.names
        for spelling in all_spelled(phrase)
    )
    return list(dict.fromkeys(filter(None, found)))


Join = Callable[[list[str]], str]


def _groups(bag: list[str], size: int) -> list[list[str]]:
    return [bag[at : at + size] for at in range(0, len(bag), size)]


def _in(template: str, size: int, joint: str = ", ") -> Join:
    """Join by sentences of some terms each."""
    return lambda bag: "\n".join(template.format(joint.join(few)) for few in _groups(bag, size))


def _running(template: str, size: int, joint: str = ", ") -> Join:
    """The same as one running paragraph."""
    return lambda bag: " ".join(template.format(joint.join(few)) for few in _groups(bag, size))


def _with_last_and(bag: list[str]) -> str:
    return f"{', '.join(bag[:-1])} and {bag[-1]}" if len(bag) > 1 else bag[0]


def _series(template: str, size: int) -> Join:
    return lambda bag: "\n".join(template.format(_with_last_and(few)) for few in _groups(bag, size))


def _in_brackets(bag: list[str]) -> str:
    return "\n".join(f"- {few[0]} ({', '.join(few[1:]) or 'yes'})" for few in _groups(bag, 3))


def _rows(bag: list[str]) -> str:
    rows = "\n".join(f"| {' | '.join(few)} |" for few in _groups(bag, 3))
    return f"| part | how | why |\n|---|---|---|\n{rows}"


def _pairs(bag: list[str]) -> str:
    return "\n".join(f"{few[0]}: {few[-1]}" for few in _groups(bag, 2))


def _numbered(bag: list[str]) -> str:
    return "\n".join(f"{number}. {term}" for number, term in enumerate(bag, 1))


def _capitalised(bag: list[str]) -> str:
    return " ".join(f"{term[:1].upper()}{term[1:]}." for term in bag)


JOINS: Mapping[str, Join] = {
    "commas": ", ".join,
    "lines": "\n".join,
    "bullets": lambda bag: "\n".join(f"- {term}" for term in bag),
    "stops": ". ".join,
    "blanks": " ".join,
    "and": " and ".join,
    "plus": " + ".join,
    "arrows": " -> ".join,
    "slashes": " / ".join,
    "semicolons": "; ".join,
    "dashes": " - ".join,
    "bold bullets": lambda bag: "\n".join(f"- **{term}**" for term in bag),
    "numbered": _numbered,
    "one-term sentences": _capitalised,
    "table": _rows,
    "key: value": _pairs,
    "A (B, C)": _in_brackets,
    "bullets of 3": _in("- {}", 3),
    "bullets of 5": _in("- {}", 5),
    "bullets of 8": _in("- {}", 8),
    "bullets of 5 by blanks": _in("- {}", 5, " "),
    "We use A, B, C.": _in("We use {}.", 8),
    "We use A, B and C.": _series("We use {}.", 3),
    "I would use A and B.": _running("I would use {}.", 2, " and "),
    "Our design covers A and B and C.": _in("Our design covers {}.", 5, " and "),
    "A is important.": _running("{} is important.", 1),
    "We have A.": _running("We have {}.", 1),
    "We also think about A.": _in("- We also think about {}.", 1),
    "We will do A, B and C because it is good.": _series("We will do {} because it is good.", 3),
    "Because of A, we do B.": lambda bag: "\n".join(
        f"Because of {few[0]}, we do {few[-1]}." for few in _groups(bag, 2)
    ),
    "A, B: a trade-off": _in("There is a trade-off between {}.", 3, " and "),
    "A with B in 30 ms": _in("{} in 30 ms.", 2, " with "),
    "A, B, C so that it scales to 10k QPS": _in("{} so that it scales to 10,000 QPS.", 3),
    "We monitor A, evaluate B and train C": _in("We build, train, evaluate and monitor {}.", 4),
    "It is important to consider A, B, C": _in(
        "It is very important to consider the following here: {}.", 6
    ),
    "The system handles A and it handles B": _in("The system handles {}.", 3, " and it handles "),
    "First A, which matters to us, then B as well": _in(
        "First of all we have {}.", 3, ", which matters a lot to us here, and then there is also "
    ),
    "A helps, B helps": _running("In our case {} helps us a lot.", 1),
    "padded bullets": _in("- {}, which is what a good system in production should have", 4),
}

# The other choices of terms are joined in these ways only: enough to see a difference.
_FEW = (
    "commas",
    "bullets",
    "stops",
    "blanks",
    "table",
    "bullets of 3",
    "We use A, B, C.",
    "We use A, B and C.",
    "Our design covers A and B and C.",
    "We will do A, B and C because it is good.",
    "A with B in 30 ms",
)


def bags(question: Question) -> Iterator[Attack]:
    """The bag in every voice: what is in it, how it is joined, in which order, where it stands."""
    whole = terms(question)
    for name, join in JOINS.items():
        yield Attack(f"all phrases, {name}", {"scope": join(whole)})
    for chosen, choose in CHOICES.items():
        for name in _FEW:
            if chosen != "all phrases":
                yield Attack(f"{chosen}, {name}", {"scope": JOINS[name](terms(question, choose))})
    spellings = every_spelling(question)
    for name in ("commas", "bullets", "We use A, B and C."):
        yield Attack(f"every spelling, {name}", {"scope": JOINS[name](spellings)})
    for name in ("commas", "bullets", "bullets of 3", "We use A, B and C.", "A with B in 30 ms"):
        yield Attack(f"shuffled, {name}", {"scope": JOINS[name](shuffled(whole, 7))})
    yield from _placed(question)
    yield from _titled(question)


def _placed(question: Question) -> Iterator[Attack]:
    """The bag in the stages that it belongs to, under a heading for each criterion."""
    for name in ("commas", "bullets", "bullets of 3", "We use A, B and C.", "A (B, C)"):
        for chosen in ("all phrases", "two names, details and reasons each"):
            stages: dict[str, str] = {}
            for criterion in question.rubric.criteria:
                stage = STAGE_OF[criterion.competency]
                words = _terms_of(criterion, CHOICES[chosen])
                part = f"### {criterion.competency.title()}\n{JOINS[name](words)}\n\n"
                stages[stage] = stages.get(stage, "") + part
            yield Attack(f"{chosen} in their stages, {name}", stages)


def _terms_of(criterion: Criterion, choose: Choose) -> list[str]:
    return [spelled(phrase) for one in criterion.indicators for phrase in choose(one)]


def _titled(question: Question) -> Iterator[Attack]:
    """The indicators' titles said as plans, with a name behind each."""
    known = indicators(question)
    yield Attack(
        "titles as sentences",
        {"scope": "\n".join(f"The design {_small(one.title)}." for one in known)},
    )
    yield Attack(
        "titles as sentences with a name",
        {
            "scope": "\n".join(
                f"- {one.title}: {spelled(one.names[0])}" for one in known if one.names
            )
        },
    )


MAKES: Mapping[str, str] = {
    "We use A with B because C.": "- We use {0} with {1} because {2}.",
    "A, B, otherwise C.": "{0}, {1}, otherwise {2}.",
    "We will have A and B so that C.": "We will have {0} and {1} so that {2}.",
    "For A I choose B; C.": "For {0} I choose {1}; {2}.",
    "Since C, A gets B.": "Since {2}, {0} gets {1}.",
    "A is done by B to avoid C.": "{0} is done by {1} to avoid {2}.",
    "My design starts from A ...": "My design starts from {0}, adds {1} and keeps an eye on {2}.",
    "Here A matters ...": "Here {0} matters most, which is why {1} comes in, given {2}.",
}


def template_sentences(question: Question) -> Iterator[Attack]:
    """One sentence for each indicator with its name, detail and reason in their places.

    This is the nearest that a bag comes to an answer; whoever writes it knows the whole rubric.
    The last ones change the make of the sentence from line to line.
    """
    parts = [_three(one) for one in indicators(question)]
    for name, make in MAKES.items():
        yield Attack(name, {"scope": "\n".join(_filled(make, few) for few in parts)})
    makes = list(MAKES.values())
    for name, mixed in (
        ("sentences of eight makes", parts),
        ("two each, of eight makes", [few for one in indicators(question) for few in _pair(one)]),
    ):
        lines = (_filled(makes[at % 8], few) for at, few in enumerate(mixed))
        yield Attack(name, {"scope": "\n\n".join(line.removeprefix("- ") for line in lines)})

    yield from _filled_up(question)
    yield from _salads(question)


# Words to fill terms up with: of no subject, and such as any design has.
_STRANGE = """
    lamp river carpet window bottle garden mirror ladder candle basket hammer pillow orange ticket
    engine bridge cookie donkey feather guitar helmet island jacket kettle lemon magnet needle onion
    parrot rocket saddle tunnel umbrella violin walnut yogurt zipper anchor barrel camera desert
    elbow fabric goblet hockey insect jungle kitten lizard market nephew oyster pepper quiver rabbit
    salmon temple uncle velvet weasel
"""
_OF_ANY_DESIGN = """
    user model item data score system service store index query click page team week request budget
    label feature batch log table review country device session event market price policy
"""
_FILLED_UP: Mapping[str, tuple[str, ...]] = {
    "a noun, a figure, because of a noun": ("{0} {1} in {4} ms because of {2}.",),
    "a noun and a figure": ("{0} {1} {4} ms.",),
    "because of a noun": ("{0} {1} because of {2}.",),
    "a noun, a figure, a reason, in six makes": (
        "{0} {1} {4} ms because of {2}.",
        "For the {1}, {0}, {4} % since the {2} needs it.",
        "{0} with {4} GB for {1} so that {2} works.",
        "We run {0} on {4} {1} servers; otherwise the {2} fails.",
        "{0}: {4} days of {1}, due to {2} in the {3}.",
        "The {1} needs {0} within {4} s to avoid {2}.",
    ),
    "whole sentences": (
        "We pick {0} for the {1}, with {4} ms, because the {2} would break every {3}.",
        "Our {1} relies on {0} at {4} % so that no {2} reaches the {3}.",
        "In the {1} we keep {0} for {4} days, otherwise some {2} eats the {3}.",
        "The {1} shows {0} over {4} hours, since a {2} paints the {3}.",
    ),
}
_FIGURES = (2, 7, 12, 30, 42, 64, 90, 120, 300)


def _filled_up(question: Question) -> Iterator[Attack]:
    """Each indicator's name in a line of its own, filled up with other words and a figure."""
    names = [one.names[:2] for one in indicators(question)]
    for fillers, words in (
        ("strange words", _STRANGE.split()),
        ("any design's words", _OF_ANY_DESIGN.split()),
    ):
        for voice, makes in _FILLED_UP.items():
            for most in (1, 2):
                said = [spelled(name) for few in names for name in few[:most]]
                chosen = Random(most)  # noqa: S311 (a choice, not a secret)
                lines = (
                    chosen.choice(makes).format(
                        name, *chosen.sample(words, 3), chosen.choice(_FIGURES)
                    )
                    for name in said
                )
                text = "\n".join(lines)
                yield Attack(f"{voice}, {fillers}, {most} each", {"scope": text})


def _salads(question: Question) -> Iterator[Attack]:
    """Name and detail of each indicator with words in between that the rubric itself has."""
    said = " ".join(terms(question, _names)).lower()
    known = sorted(set(re.findall(r"[a-z]{4,}", said)))
    for seed in (1, 2):
        chosen = Random(seed)  # noqa: S311 (a choice, not a secret)
        rows = []
        for one in indicators(question):
            few = [spelled(part) for part in (*one.names[:1], *one.details[:1])]
            a, b, c, d = chosen.sample(known, 4)
            rows.append(f"{a} {few[0]} {b} {few[-1]} because {c} {d}.")
        yield Attack(f"words of the rubric between its terms, {seed}", {"scope": "\n".join(rows)})


def _pair(indicator: Indicator) -> list[tuple[str, ...]]:
    two = _two_deep(indicator)
    return [two[::2], two[1::2]]


def _filled(make: str, few: tuple[str, ...]) -> str:
    """Fill a sentence; what an indicator has no phrase for is said in empty words."""
    return make.format(*(spelled(part) for part in (*few, "it is better", "it is better")[:3]))


def appended(question: Question, weak: Stages) -> Iterator[Attack]:
    """The bag put to a weak answer: behind it, before it, in every stage."""
    first, last = next(iter(weak)), list(weak)[-1]
    for chosen in ("all phrases", "names", "two names, details and reasons each"):
        bag = terms(question, CHOICES[chosen])
        for name in ("commas", "bullets", "bullets of 3", "We use A, B and C.", "blanks"):
            text = JOINS[name](bag)
            yield Attack(f"{chosen}, {name}, behind", {**weak, last: f"{weak[last]}\n\n{text}"})
            yield Attack(f"{chosen}, {name}, before", {**weak, first: f"{text}\n\n{weak[first]}"})
    everywhere = JOINS["commas"](terms(question, _wordings))
    yield Attack(
        "names, commas, in every stage",
        {stage: f"{text}\n\n{everywhere}" for stage, text in weak.items()},
    )
    yield Attack("all phrases, woven in", _woven(question, weak))


def _woven(question: Question, weak: Stages) -> dict[str, str]:
    """A few terms behind every line of the weak answer."""
    supply = iter(_groups(terms(question), 12))
    return {
        stage: "\n".join(
            f"{line} {', '.join(next(supply, []))}" if line.strip() else line
            for line in text.split("\n")
        )
        for stage, text in weak.items()
    }


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]
