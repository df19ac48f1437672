"""What every bar works with: questions, strong and weak answers, and scores that are kept.

Everything scored passes here, so every quote is checked here too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.scoring.answers import Answer, Attack, Stages
from benchmarks.scoring.samples import BadSample, Sample, of_files, of_library
from rubrics.judges import score
from rubrics.judges.rules import RulesJudge
from rubrics.loading import Library
from rubrics.schema import Question
from rubrics.scoring import Scorecard

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Case:
    """One measured text: which question, what was done to it, and the figure that came out."""

    question: str
    attack: str
    value: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. ``value`` and ``ok`` are None when nothing was measured.

    ``worst`` are the cases that lie furthest on the wrong side, the worst first.
    """

    bar: str
    value: float | None
    target: str
    ok: bool | None
    worst: tuple[Case, ...] = ()
    note: str = ""


@dataclass
class Bench:
    """The library with its samples, and the scorecards made so far."""

    library: Library
    samples: tuple[Sample, ...]
    only: frozenset[str] = frozenset()
    bad: tuple[BadSample, ...] = ()
    budget: int = 400
    scored: int = 0
    quotes: Counter[bool] = field(default_factory=Counter)
    inexact: list[Case] = field(default_factory=list)
    _kept: dict[tuple[str, str, int], Scorecard] = field(default_factory=dict)

    @classmethod
    def of(cls, library: Library, only: Iterable[str] = ()) -> "Bench":
        """A bench of a library and the sample files for it; ``only`` some questions of it."""
        wanted = frozenset(only)
        written, bad = of_files(library)
        samples = (
            s for s in (*of_library(library), *written) if not wanted or s.question in wanted
        )
        return cls(library, tuple(samples), wanted, tuple(bad))

    def some(self, groups: Iterable[tuple[T, list[Attack]]]) -> Iterator[tuple[T, Attack]]:
        """The attacks of each group, thinned to about ``budget`` in all.

        What is left out of one group is in the next: every voice is heard as soon as there are
        enough questions.
        """
        listed = list(groups)
        total = sum(len(made) for _, made in listed)
        step = max(1, -(-total // self.budget))
        for turn, (whose, made) in enumerate(listed):
            for at, attack in enumerate(made):
                if (at + turn) % step == 0:
                    yield whose, attack

    @property
    def questions(self) -> list[Question]:
        """The questions that are measured."""
        return [q for q in self.library.questions.values() if not self.only or q.id in self.only]

    def card(self, question: Question, stages: Stages, framework: str = "four-stage") -> Scorecard:
        """Score a text and check the quotes of its scorecard."""
        outline = self.library.frameworks.get(framework)
        made = score(question, outline, stages, judge=RulesJudge())
        self._check_quotes(question, stages, made)
        self.scored += 1
        return made

    def card_of(self, question: Question, answer: Answer) -> Scorecard:
        """Score an answer under its own framework; kept, since many bars ask for it again."""
        key = (question.id, answer.framework, hash(tuple(answer.stages.items())))
        if key not in self._kept:
            self._kept[key] = self.card(question, answer.stages, answer.framework)
        return self._kept[key]

    def points(self, question: Question, stages: Stages, framework: str = "four-stage") -> float:
        """Give the score (0-100) of a text."""
        return self.card(question, stages, framework).score or 0.0

    def of_answer(self, question: Question, answer: Answer) -> float:
        """Give the score (0-100) of an answer under its own framework."""
        return self.card_of(question, answer).score or 0.0

    def strong(self, question: Question) -> list[Answer]:
        """The strong answers to a question: the model answer, the strong samples."""
        found = []
        if question.model_answer:
            given = question.model_answer
            found.append(Answer("model answer", given.framework, given.stages))
        kinds = ("strong",)
        return found + [s.answer for s in self.samples if _is(s, question, kinds)]

    def weak(self, question: Question) -> list[Answer]:
        """The weak answers to a question; an answer of one line where there is none."""
        found = [s.answer for s in self.samples if _is(s, question, ("weak",))]
        return found or [Answer("one line", "four-stage", {"scope": "We use a good model."})]

    def mid(self, question: Question) -> list[Answer]:
        """The middling answers to a question."""
        return [s.answer for s in self.samples if _is(s, question, ("mid",))]

    def _check_quotes(self, question: Question, stages: Stages, card: Scorecard) -> None:
        flags = [flag for judgement in card.judgements for flag in judgement.flags]
        near = [miss.evidence for judgement in card.judgements for miss in judgement.near]
        given = [quote for judgement in card.judgements for quote in judgement.evidence]
        for quote in (*given, *near, *(q for f in (*flags, *card.flags) for q in f.evidence)):
            exact = stages[quote.stage][quote.start : quote.end] == quote.quote
            self.quotes[exact] += 1
            if not exact:
                self.inexact.append(Case(question.id, quote.stage, quote.start, quote.quote[:60]))


def _is(sample: Sample, question: Question, kinds: tuple[str, ...]) -> bool:
    return sample.question == question.id and sample.kind in kinds


def levels(card: Scorecard) -> Mapping[str, int]:
    """Criterion → level, for what was judged."""
    return {j.criterion: j.level for j in card.judgements if j.level is not None}


def gained(card: Scorecard, base: Scorecard) -> int:
    """How many levels a card has more than its base, added up over the criteria that rose."""
    before = levels(base)
    return sum(max(0, level - before.get(name, 1)) for name, level in levels(card).items())
