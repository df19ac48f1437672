"""What makes a question good, beyond being valid: rules that give problems and never raise.

``docs/writing-rubrics.md`` says for each rule what to do.
"""

from collections.abc import Iterable, Mapping

from rubrics.linting import answers, patterns, phrases, question, rubric
from rubrics.linting.case import Case, Rule
from rubrics.loading import Library, Problem, Source
from rubrics.schema import Framework, Question

RULES: Mapping[str, Rule] = {
    **phrases.RULES,
    **patterns.RULES,
    **rubric.RULES,
    **question.RULES,
    **answers.RULES,
}
# What these find, the other rules and the judge that they call could not read or not in time.
FIRST = ("phrase", "pattern", "pattern-slow")


def lint(source: Source, question: Question, frameworks: Mapping[str, Framework]) -> list[Problem]:
    """Check a question by every rule; problems in reading order."""
    others = [name for name in RULES if name not in FIRST]
    return unreadable(source, question) or _found(others, source, Case(question, frameworks))


def unreadable(source: Source, question: Question) -> list[Problem]:
    """Only what keeps a question from being judged: phrases and patterns that cannot be read."""
    return _found(FIRST, source, Case(question, {}))


def lint_library(library: Library) -> list[Problem]:
    """Check every question of a library."""
    return sorted(
        problem
        for name, question in library.questions.items()
        for problem in lint(library.sources[f"questions/{name}"], question, library.frameworks)
    )


def _found(names: Iterable[str], source: Source, case: Case) -> list[Problem]:
    return sorted(
        source.problem(path, name, message) for name in names for path, message in RULES[name](case)
    )
