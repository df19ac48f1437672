"""Agreement of the rules judge with the people who scored set 5 of the ASAP short answers.

The answers may be read for research and may not be passed on: none of them is here, nor any part.
"""

import csv
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.scoring.agreement import correlation, partial_correlation
from rubrics.agreement import weighted_kappa
from rubrics.calibration import Calibration, fit
from rubrics.judges import score
from rubrics.judges.rules import RulesJudge
from rubrics.loading import question_of, read
from rubrics.schema import Question

HERE = Path(__file__).parent
# As it was written before any answer was read, and as it became after reading the tune half.
FIRST_DRAFT = HERE / "first-draft.yaml"
TUNED = HERE / "protein-synthesis.yaml"


@dataclass(frozen=True, slots=True)
class Pupil:
    """One pupil's answer; ``half`` is tune or report.

    ``human`` is the first rater's score (0-3), which counts; ``other`` the second rater's.
    """

    id: str
    half: str
    human: int
    other: int
    text: str


@dataclass(frozen=True)
class Scored:
    """Answers with the judge's levels (1-4) and points for them, and how long that took (s)."""

    question: Question
    pupils: Sequence[Pupil]
    levels: Sequence[int]
    points: Sequence[float]
    seconds: float

    def half(self, name: str) -> "Scored":
        """Only the answers of one half; the seconds stay those of all."""
        kept = [at for at, pupil in enumerate(self.pupils) if pupil.half == name]
        return Scored(
            self.question,
            [self.pupils[at] for at in kept],
            [self.levels[at] for at in kept],
            [self.points[at] for at in kept],
            self.seconds,
        )

    @cached_property
    def kappa(self) -> float:
        """Quadratic weighted kappa with the first rater; 0 where all levels are the same."""
        pairs = ((level - 1, pupil.human) for level, pupil in self._pairs())
        return weighted_kappa(pairs) or 0.0

    @cached_property
    def exact(self) -> float:
        """The share (0-1) of answers at the first rater's very score."""
        return sum(level - 1 == p.human for level, p in self._pairs()) / max(1, len(self.pupils))

    @cached_property
    def length(self) -> float:
        """What the score has to do with the number of words, the human score held fast."""
        return _of_length([level - 1 for level in self.levels], self.pupils)

    @cached_property
    def error_length(self) -> float:
        """Pearson's r of judge's score minus human score with the number of words."""
        errors = [level - 1 - pupil.human for level, pupil in self._pairs()]
        return correlation(errors, [len(pupil.text.split()) for pupil in self.pupils]) or 0.0

    @cached_property
    def table(self) -> Counter[tuple[int, int]]:
        """How often each pair of human score and judge's score (0-3) came."""
        return Counter((pupil.human, level - 1) for level, pupil in self._pairs())

    def _pairs(self) -> Iterable[tuple[int, Pupil]]:
        return zip(self.levels, self.pupils, strict=True)


def pupils(data: Path) -> list[Pupil]:
    """Read the answers of a folder; none when it holds none."""
    file = data / "answers.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            Pupil(row["id"], row["half"], int(row["rater1"]), int(row["rater2"]), row["text"])
            for row in csv.DictReader(lines)
        ]


def document(file: Path) -> Question:
    """Read one of the two documents."""
    return question_of(read(file), {})


def judged(
    question: Question, answers: Sequence[Pupil], calibration: Calibration | None = None
) -> Scored:
    """Score answers by the rules judge, as any answer without a framework is scored."""
    judge = RulesJudge()
    levels: list[int] = []
    points: list[float] = []
    begin = time.process_time()
    for pupil in answers:
        card = score(question, None, {"answer": pupil.text}, judge=judge, calibration=calibration)
        (judgement,) = card.judgements
        levels.append(judgement.level or 1)
        points.append(judgement.points)
    return Scored(question, answers, levels, points, time.process_time() - begin)


def fitted(tune: Scored) -> Calibration:
    """Fit the cut-offs to the first rater. Raises ValueError for too few answers."""
    (criterion,) = tune.question.rubric.criteria
    human = [pupil.human + 1 for pupil in tune.pupils]
    return fit(tune.question.rubric, {criterion.id: tune.points}, {criterion.id: human})


def _of_length(scores: Sequence[int], answers: Sequence[Pupil]) -> float:
    words = [len(pupil.text.split()) for pupil in answers]
    return partial_correlation(scores, words, [pupil.human for pupil in answers]) or 0.0


def measure(data: Path) -> dict[str, float] | None:
    """Measure both documents; None when the data is missing.

    On the report half: ``first_draft`` (nothing fitted), ``gates_only`` (the same document, its
    gates fitted on the tune half), ``tuned`` (the document whose wordings were widened after
    reading the tune half), ``refitted`` (that one, gates fitted too): quadratic weighted kappas.
    ``first_draft_all`` is on both halves. ``exact``, ``length`` (partial correlation with the
    number of words), ``error_length`` (correlation of judge minus human with it) and
    ``per_second`` belong to ``tuned``; ``first_length`` to the first draft.
    ``rater`` and ``rater_length`` are the same figures of the second rater.
    """
    answers = pupils(data)
    if not answers:
        return None
    first, tuned = (judged(document(file), answers) for file in (FIRST_DRAFT, TUNED))
    report = tuned.half("report")
    return {
        "first_draft": first.half("report").kappa,
        "first_draft_all": first.kappa,
        "first_length": first.half("report").length,
        "gates_only": _refitted(first),
        "tuned": report.kappa,
        "refitted": _refitted(tuned),
        "tuned_on_tune_half": tuned.half("tune").kappa,
        "exact": report.exact,
        "length": report.length,
        "error_length": report.error_length,
        "rater": weighted_kappa((pupil.other, pupil.human) for pupil in report.pupils) or 0.0,
        "rater_length": _of_length([pupil.other for pupil in report.pupils], report.pupils),
        "per_second": len(answers) / tuned.seconds,
        "n": len(report.pupils),
    }


def _refitted(scored: Scored) -> float:
    """Kappa on the report half with the cut-offs fitted on the tune half."""
    calibration = fitted(scored.half("tune"))
    return judged(scored.question, scored.half("report").pupils, calibration).kappa


def confusion(scored: Scored) -> Mapping[int, Sequence[int]]:
    """Human score (0-3) → how often the judge gave 0, 1, 2 and 3."""
    return {human: [scored.table[human, given] for given in range(4)] for human in range(4)}
