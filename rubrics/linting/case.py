"""A question as the rules see it: its parts with their paths, worked out once for all of them."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

from rubrics import judges
from rubrics.judges.rules import RulesJudge
from rubrics.loading import DataPath
from rubrics.reading.lexicon import Lexicon, words
from rubrics.reading.units import normalise, split
from rubrics.schema import Criterion, Document, Framework, Indicator, Question, RedFlag, Staged
from rubrics.scoring import Scorecard

K = TypeVar("K", bound=Hashable)
# What rules give: where something is wrong, and what.
Found = Iterator[tuple[DataPath, str]]
Phrases = list[tuple[DataPath, str]]


class Scored(NamedTuple):
    """The model answer or a sample, what to call it, and its score by the rules judge."""

    path: DataPath
    name: str
    answer: Staged
    card: Scorecard


@dataclass(frozen=True)
class Case:
    """A question under the rules."""

    question: Question
    frameworks: Mapping[str, Framework]

    @cached_property
    def criteria(self) -> list[tuple[DataPath, Criterion]]:
        """Every criterion and its path."""
        return [
            (("rubric", "criteria", number), criterion)
            for number, criterion in enumerate(self.question.rubric.criteria)
        ]

    @cached_property
    def indicators(self) -> list[tuple[DataPath, Criterion, Indicator]]:
        """Every indicator with its path and criterion."""
        return [
            ((*path, "indicators", number), criterion, indicator)
            for path, criterion in self.criteria
            for number, indicator in enumerate(criterion.indicators)
        ]

    @cached_property
    def flags(self) -> list[tuple[DataPath, RedFlag]]:
        """Every red flag and its path."""
        return [
            ((*path, "red_flags", number), flag)
            for path, criterion in self.criteria
            for number, flag in enumerate(criterion.red_flags)
        ]

    @cached_property
    def names(self) -> Phrases:
        """Every phrase that names an indicator."""
        return self._of_indicators("wordings", "plain")

    @cached_property
    def flagged(self) -> Phrases:
        """Every phrase that raises a red flag."""
        return [each for path, flag in self.flags for each in listed(path, flag, "wordings")]

    @cached_property
    def patterns(self) -> Phrases:
        """Every regular expression."""
        return self._of_indicators("patterns")

    @cached_property
    def phrases(self) -> Phrases:
        """Everything in the question that is written as a phrase."""
        others = self._of_indicators("details", "reasons")
        subject = listed((), self.question, "subject")
        return [*self.names, *others, *self._drawn(), *self.flagged, *subject]

    @cached_property
    def answers(self) -> list[Scored]:
        """The model answer and the samples."""
        model = self.question.model_answer
        found = [self._scored(("model_answer",), "model answer", model)] if model else []
        return found + [
            self._scored(("samples", number), f"{sample.grade} sample", sample)
            for number, sample in enumerate(self.question.samples)
        ]

    @cached_property
    def shown(self) -> list[Scored]:
        """Those answers that show how it is done: the model answer and strong samples."""
        return [one for one in self.answers if one.name in ("model answer", "strong sample")]

    def _of_indicators(self, *parts: str) -> Phrases:
        return [each for path, _, one in self.indicators for each in listed(path, one, *parts)]

    def _drawn(self) -> Found:
        for path, _, indicator in self.indicators:
            for number, drawn in enumerate(indicator.drawn):
                if drawn.component:
                    yield (*path, "drawn", number, "component"), drawn.component
                yield from listed((*path, "drawn", number), drawn, "path", "loop")

    def _scored(self, path: DataPath, name: str, answer: Staged) -> Scored:
        framework = self.frameworks.get(answer.framework)
        card = judges.score(self.question, framework, answer.stages, judge=RulesJudge())
        return Scored(path, name, answer, card)


Rule = Callable[[Case], Found]


class Rules(dict[str, Rule]):
    """Rules under the names that their problems carry."""

    def named(self, name: str) -> Callable[[Rule], Rule]:
        """Keep a rule under a name."""

        def keep(rule: Rule) -> Rule:
            self[name] = rule
            return rule

        return keep


def listed(path: DataPath, owner: Document, *parts: str) -> Found:
    """The texts in some lists of a value at a path, each with its own path."""
    for part in parts:
        for number, text in enumerate(getattr(owner, part)):
            yield (*path, part, number), text


def counted(path: DataPath, count: int, wanted: tuple[int, int], what: str) -> Found:
    """Tell a count that is not between two numbers."""
    least, most = wanted
    if not least <= count <= most:
        here = "is none" if not count else "is one" if count == 1 else f"are {count}"
        yield path, f"{least} to {most} {what} are wanted; here {here}"


def sentences(texts: Iterable[str]) -> list[str]:
    """Split texts as answers are."""
    return [unit.text for text in texts for unit in split("", normalise(text))]


def met(phrases: Iterable[tuple[K, str]], texts: Iterable[str]) -> dict[K, str]:
    """The keys of those phrases that stand in texts, with the words that meet each."""
    lexicon = Lexicon({key: [phrase] for key, phrase in phrases})
    found: dict[K, str] = {}
    for one in map(words, sentences(texts)):
        for match in lexicon.find(one.stems):
            start, end = one.places[match.first][0], one.places[match.last][1]
            found.setdefault(match.key, one.text[start:end])
    return found
