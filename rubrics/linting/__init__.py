"""What makes a question good, beyond being valid: rules that give problems and never raise.

``docs/writing-rubrics.md`` says for each rule what to do.
"""

import hashlib
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from rubrics.judges.kept import kept
from rubrics.linting import answers, patterns, phrases, question, rubric
from rubrics.linting.case import Case, Rule
from rubrics.loading import DataPath, Library, Problem, Source
from rubrics.schema import PHRASES, Framework, Question

RULES: Mapping[str, Rule] = {
    **phrases.RULES,
    **patterns.RULES,
    **rubric.RULES,
    **question.RULES,
    **answers.RULES,
}
# What these find, the other rules and the judge that they call could not read or not in time.
FIRST = ("phrase", "pattern", "pattern-slow")
# These score whole answers or compare their scores: seconds. All others together take about one.
SCORING = frozenset({*answers.RULES, "subject-unused"})
# Nobody reads more problems of a question than so many at once; a document can have 80,000.
MOST_KEPT = 300


def lint(source: Source, question: Question, frameworks: Mapping[str, Framework]) -> list[Problem]:
    """Check a question by every rule; problems in reading order."""
    others = RULES.keys() - set(FIRST)
    return unreadable(source, question) or _found(others, source, Case(question, frameworks))


def unreadable(source: Source, question: Question) -> list[Problem]:
    """Only what keeps a question from being judged: phrases and patterns that cannot be read."""
    return _found(FIRST, source, Case(question, {}))


def todo(source: Source, question: Question, frameworks: Mapping[str, Framework]) -> list[Problem]:
    """What the rules ask of a question that can be judged, without those that score answers."""
    soon = RULES.keys() - SCORING - set(FIRST)
    return _found(soon, source, Case(question, frameworks))


def lint_library(library: Library) -> list[Problem]:
    """Check every question of a library."""
    return sorted(
        problem
        for name, question in library.questions.items()
        for problem in lint(library.sources[f"questions/{name}"], question, library.frameworks)
    )


def _found(names: Iterable[str], source: Source, case: Case) -> list[Problem]:
    return sorted(
        source.problem(*_where(source, case.question, path, name, message))
        for name in names
        for path, message in RULES[name](case)
    )


def _where(
    source: Source, checked: Question, path: DataPath, name: str, message: str
) -> tuple[DataPath, str, str]:
    """The problem of a phrase that a handbook card brought along stands at the card's name."""
    match path:
        case ("rubric", "criteria", int(c), "indicators", int(i), str(part), int(n)) if (
            part in PHRASES
        ):
            indicator = checked.rubric.criteria[c].indicators[i]
            if indicator.concepts and path not in source.lines:
                phrase, cards = getattr(indicator, part)[n], " or ".join(indicator.concepts)
                told = f"{phrase!r}, which the card {cards} brings along: {message}"
                return (*path[:5], "concepts"), name, told
    return path, name, message


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all rules say of a question: the first problems (``MOST_KEPT``), and how many it has."""

    problems: tuple[Problem, ...]
    count: int


def _told_apart(
    source: Source, question: Question, frameworks: Mapping[str, Framework]
) -> Hashable:
    text = hashlib.sha256(source.text.encode(errors="replace")).digest()
    return source.file, text, question.hash, *sorted(each.hash for each in frameworks.values())


@kept(64, key=_told_apart)
def checked(source: Source, question: Question, frameworks: Mapping[str, Framework]) -> Verdict:
    """Check a question by every rule: seconds, but no time when it is asked for once more."""
    found = lint(source, question, frameworks)
    return Verdict(tuple(found[:MOST_KEPT]), len(found))
