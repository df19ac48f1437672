"""How good near misses are: what they point at when wordings that answers use are not there.

``python -m benchmarks.scoring.near`` prints the figures; with ``--show N`` also N near misses for
people to read. Uses the library's answers and those for tuning. Two measures:

- Cases: an answer shows an indicator. Every wording of it that matches anywhere in the answer is
  taken from the rubric; a near miss is right when it quotes one of the units that had matched.
- Thinned: a rubric that knows little, as a new one does for answers that its author never saw.
  Only some of each indicator's wordings are left, by lot. A near miss is surely right when the
  whole rubric finds the indicator in the unit that it quotes; the others need reading.
"""

import argparse
import random
import re
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.scoring.answers import Answer
from benchmarks.scoring.samples import Sample, of_files, of_library
from rubrics.judges import near
from rubrics.judges.rules import RulesJudge
from rubrics.loading import Library, load_library
from rubrics.reading.answer import Reading, read
from rubrics.reading.given import given_by
from rubrics.reading.lexicon import Lexicon
from rubrics.schema import Criterion, Indicator, Question, Rubric
from rubrics.scoring import Judgement, NearMiss

# An indicator that is left with fewer wordings cannot be missed narrowly.
LEAST_LEFT = 2


@dataclass(frozen=True)
class Judged:
    """An answer with what the rules judge found in it."""

    sample: Sample
    question: Question
    reading: Reading
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True)
class Case:
    """An indicator without the wordings that matched, and the units (stage, start) that had."""

    judged: Judged
    rubric: Rubric
    criterion: str
    indicator: str
    right: frozenset[tuple[str, int]]


def judged(library: Library) -> list[Judged]:
    """The library's samples and model answers, and the sample files for tuning, judged."""
    samples = [*of_library(library), *(s for s in of_files(library)[0] if s.part == "tune")]
    for question in library.questions.values():
        if model := question.model_answer:
            answer = Answer("model", model.framework, model.stages)
            samples.append(Sample("library", question.id, "model", "strong", answer, {}))
    return [_judge(sample, library) for sample in samples]


def _judge(sample: Sample, library: Library) -> Judged:
    question = library.questions[sample.question]
    framework = library.frameworks[sample.answer.framework]
    reading = read(sample.answer.stages, given_by(question, framework))
    verdict = RulesJudge().judge(question, reading)
    return Judged(sample, question, reading, verdict.judgements)


def cases(answers: Sequence[Judged]) -> Iterator[Case]:
    """Every indicator that an answer shows by its wordings, once without those."""
    for one in answers:
        criteria = {criterion.id: criterion for criterion in one.question.rubric.criteria}
        for judgement in one.judgements:
            criterion = criteria[judgement.criterion]
            for finding in judgement.met:
                case = _without(one, criterion, finding.indicator)
                if case:
                    yield case


def _without(one: Judged, criterion: Criterion, name: str) -> Case | None:
    indicator = next(each for each in criterion.indicators if each.id == name)
    finder = Lexicon({written: [written] for written in indicator.names})
    said: set[str] = set()
    right = set()
    for line in one.reading.lines:
        found = {match.key for match in finder.find(line.words.stems, line.words.forms)}
        if found and not line.is_held_back:
            right.add((line.unit.stage, line.unit.start))
        said |= found
    less = indicator.model_copy(
        update={
            "wordings": tuple(w for w in indicator.wordings if w not in said),
            "plain": tuple(w for w in indicator.plain if w not in said),
        }
    )
    if not right or len(less.wordings) + len(less.plain) < LEAST_LEFT:
        return None
    rubric = _with_indicator(one.question.rubric, criterion, less)
    return Case(one, rubric, criterion.id, name, frozenset(right))


def _with_indicator(rubric: Rubric, criterion: Criterion, indicator: Indicator) -> Rubric:
    indicators = tuple(indicator if i.id == indicator.id else i for i in criterion.indicators)
    changed = criterion.model_copy(update={"indicators": indicators})
    criteria = tuple(changed if c.id == criterion.id else c for c in rubric.criteria)
    return rubric.model_copy(update={"criteria": criteria})


def points_at(case: Case, vectors: near.Vectors | None, least: float | None) -> bool | None:
    """Whether the near miss for a case is right; None when there is none."""
    missing = Judgement(criterion=case.criterion, level=1, missing=(case.indicator,))
    found = near.near_misses(case.rubric, case.judged.reading, [missing], (), vectors, least)
    quotes = [miss.evidence for misses in found.values() for miss in misses]
    return (quotes[0].stage, quotes[0].start) in case.right if quotes else None


def thinned(question: Question, share: float) -> Question:
    """The question with about this share of each indicator's wordings, and without patterns."""
    lot = random.Random(3)  # noqa: S311 (an order, not a secret)
    criteria = tuple(
        criterion.model_copy(
            update={"indicators": tuple(_thin(each, share, lot) for each in criterion.indicators)}
        )
        for criterion in question.rubric.criteria
    )
    rubric = question.rubric.model_copy(update={"criteria": criteria})
    return question.model_copy(update={"rubric": rubric})


def _thin(indicator: Indicator, share: float, lot: random.Random) -> Indicator:
    wordings = tuple(each for each in indicator.wordings if lot.random() < share)
    plain = tuple(each for each in indicator.plain if lot.random() < share)
    if not wordings and not plain:
        wordings = indicator.wordings[:1]
    return indicator.model_copy(update={"wordings": wordings, "plain": plain, "patterns": ()})


@dataclass(frozen=True)
class Shown:
    """A near miss that an answer gets from a thinned rubric."""

    judged: Judged
    indicator: Indicator
    miss: NearMiss

    @property
    def is_surely_right(self) -> bool:
        """Whether the whole rubric finds the indicator in that unit."""
        quoted = self.miss.evidence
        line = next(
            line
            for line in self.judged.reading.lines
            if (line.unit.stage, line.unit.start) == (quoted.stage, quoted.start)
        )
        phrases = Lexicon({0: self.indicator.names})
        return bool(phrases.find(line.words.stems, line.words.forms)) or any(
            re.search(pattern, line.unit.text.lower()) for pattern in self.indicator.patterns
        )


def shown(answers: Sequence[Judged], share: float) -> Iterator[Shown]:
    """Every near miss that the answers get from thinned rubrics."""
    thin = {one.question.id: one.question for one in answers}
    thin = {name: thinned(question, share) for name, question in thin.items()}
    for one in answers:
        question = thin[one.question.id]
        judgements = RulesJudge().judge(question, one.reading).judgements
        whole = {
            (criterion.id, indicator.id): indicator
            for criterion in one.question.rubric.criteria
            for indicator in criterion.indicators
        }
        for judgement in near.with_near_misses(question, one.reading, judgements):
            for miss in judgement.near:
                yield Shown(one, whole[judgement.criterion, miss.indicator], miss)


def _print_cases(answers: Sequence[Judged]) -> None:
    vectors = near.shared_vectors()
    ways: Mapping[str, tuple[near.Vectors | None, float | None]] = {
        "words and vectors, whatever is nearest": (vectors, 0.0),
        "words and vectors, near enough to show": (vectors, None),
        "words alone, whatever is nearest": (None, 0.0),
        "words alone, near enough to show": (None, None),
    }
    results: dict[str, list[bool | None]] = {way: [] for way in ways}
    for case in cases(answers):  # a rubric is kept for a while only, so all ways one after another
        for way, (with_vectors, least) in ways.items():
            results[way].append(points_at(case, with_vectors, least))
    for way, every in results.items():
        given = [result for result in every if result is not None]
        right = sum(given)
        print(
            f"{way}: {len(every)} cases, shown {len(given) / len(every):.1%}, "
            f"right {right / len(every):.1%} of all, {right / max(1, len(given)):.1%} of shown"
        )


def _print_shown(answers: Sequence[Judged], share: float, count: int) -> None:
    found = list(shown(answers, share))
    for grade in ("strong", "mid", "weak"):
        here = [each for each in found if _grade(each.judged.sample) == grade]
        right = sum(each.is_surely_right for each in here)
        print(f"thinned to {share:.0%}, {grade}: {len(here)} near misses, {right} surely right")
    random.Random(7).shuffle(found)  # noqa: S311 (an order, not a secret)
    for each in found[:count]:
        sample, miss = each.judged.sample, each.miss
        said = " ".join(miss.evidence.quote.split())
        sure = "right" if each.is_surely_right else "?"
        print(
            f"- {sure} | {sample.question} {sample.name} | {each.indicator.title} | {miss.wording}"
        )
        print(f"    {said}")


def _grade(sample: Sample) -> str:
    if "strong" in sample.name or sample.name in ("model", "uneven"):
        return "strong"
    return "mid" if "mid" in sample.name else "weak"


def _print_speed(answers: Sequence[Judged]) -> None:
    """Milliseconds an answer, and what memory grew by; the first answer of a rubric is apart."""
    begin, before = time.process_time(), _resident()
    near.shared_vectors()
    print(f"loading: {time.process_time() - begin:.2f} s, {_resident() - before:.0f} MB")
    took = []
    for turn in range(3):
        for one in answers:
            reading = read(one.reading.stages, given_by(one.question, None))
            begin = time.process_time()
            near.with_near_misses(one.question, reading, one.judgements)
            took.append((turn, 1_000 * (time.process_time() - begin)))
    first = max(ms for turn, ms in took if turn == 0)
    warm = sorted(ms for turn, ms in took if turn)
    print(
        f"an answer: median {median(warm):.1f} ms, most {warm[-1]:.1f} ms; first of a rubric "
        f"{first:.0f} ms; {_resident() - before:.0f} MB in all"
    )


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring.near")
    parser.add_argument("--show", metavar="N", type=int, default=0, help="print N near misses")
    parser.add_argument("--share", metavar="S", type=float, default=0.4, help="of the wordings")
    options = parser.parse_args(arguments)
    answers = judged(load_library())
    _print_speed(answers)
    _print_cases(answers)
    _print_shown(answers, options.share, options.show)


if __name__ == "__main__":
    main()
