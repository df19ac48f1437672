"""The bars that rest on answers written by people: order, levels, plain words, terse and thin.

Each figure is given for the tuning files and the reporting files apart; only reporting decides.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations

from benchmarks.scoring.agreement import partial_correlation
from benchmarks.scoring.bars import at_least, at_most, share
from benchmarks.scoring.bench import Bench, Case, Result, levels
from benchmarks.scoring.samples import Part, Sample
from rubrics.agreement import weighted_kappa

RANK = {"weak": 0, "mid": 1, "strong": 2}
# The grade of what is not graded by its kind.
GRADES = {
    "weak": "weak",
    "mid": "mid",
    "strong": "strong",
    "terse-strong": "strong",
    "long-thin": "weak",
    "confident-empty": "weak",
}
# A score below this (0-100) is weak, one above the other is strong: the table's own boundary
# between weak and mid, and as far from the upper end.
WEAK, STRONG = 35, 65
# The mean level of the library's samples of each grade, for answers without levels of their own.
MEAN_LEVEL = {"weak": 1.2, "mid": 2.3, "strong": 3.6}
_FILES: tuple[Part, ...] = ("tune", "report")
_ALL: tuple[Part, ...] = ("library", "tune", "report")


def _each_part(
    bar: str, parts: Iterable[Part], measure: Callable[[str, Part], Result]
) -> Iterator[Result]:
    """One line a part; the tuning files' figure is shown and decides nothing."""
    for part in parts:
        result = measure(f"{bar} ({part})", part)
        yield replace(result, ok=None) if part == "tune" else result


def _of(bench: Bench, part: Part, kind: str = "") -> list[Sample]:
    return [s for s in bench.samples if s.part == part and (not kind or s.kind == kind)]


def _points(bench: Bench, sample: Sample) -> float:
    return bench.of_answer(bench.library.questions[sample.question], sample.answer)


def terse(bench: Bench) -> Iterator[Result]:
    """Short and strong above long and thin, in points, for every pair of one question."""

    def measure(bar: str, part: Part) -> Result:
        cases = (
            Case(short.question, f"{short.name} over {long.name}", gap, said)
            for short in _of(bench, part, "terse-strong")
            for long in _of(bench, part, "long-thin")
            if short.question == long.question
            for gap in [_points(bench, short) - _points(bench, long)]
            for said in [f"{_points(bench, short):g} and {_points(bench, long):g}"]
        )
        return at_least(bar, cases, 30)

    yield from _each_part("terse but strong over long but thin", _FILES, measure)


def plain(bench: Bench) -> Iterator[Result]:
    """The same content in plain words: how far the score moves, either way."""

    def measure(bar: str, part: Part) -> Result:
        by_name = {(s.question, s.name): s for s in _of(bench, part)}
        cases = []
        for sample in _of(bench, part):
            original = by_name.get((sample.question, sample.kind.removeprefix("plain-of-")))
            if sample.kind.startswith("plain-of-") and original:
                own, after = _points(bench, original), _points(bench, sample)
                said = f"{after:g} in plain words, {own:g} in jargon"
                cases.append(Case(sample.question, sample.name, abs(after - own), said))
        return at_most(bar, cases, 10)

    yield from _each_part("plain words instead of jargon: change", _FILES, measure)


def emptiness(bench: Bench) -> Iterator[Result]:
    """Confident prose, and answers turned round, as people write them."""

    def empty(bar: str, part: Part) -> Result:
        cases = (
            Case(s.question, s.name, _points(bench, s)) for s in _of(bench, part, "confident-empty")
        )
        return at_most(bar, cases, 35)

    def denied(bar: str, part: Part) -> Result:
        cases = (
            Case(sample.question, sample.name, 100 * _points(bench, sample) / own, f"of {own:g}")
            for sample in _of(bench, part)
            if sample.kind.startswith(("negated", "asked", "deferred"))
            for own in [_original(bench, sample)]
            if own
        )
        return at_most(bar, cases, 10, "%")

    yield from _each_part("confident prose, written by hand", _FILES, empty)
    yield from _each_part("answers negated, asked or deferred by hand", _FILES, denied)


def _original(bench: Bench, sample: Sample) -> float:
    """The score of what was denied: the file that the kind names, or the best strong answer."""
    question = bench.library.questions[sample.question]
    _, _, name = sample.kind.partition("-of-")
    named = [s for s in _of(bench, sample.part) if s.question == question.id and s.name == name]
    if named:
        return _points(bench, named[0])
    return max((bench.of_answer(question, a) for a in bench.strong(question)), default=0.0)


def graded(bench: Bench) -> Iterator[Result]:
    """Levels against a fair rater's, and the order of weak, mid and strong."""
    yield from _each_part("levels of the samples: QWK", _ALL, lambda b, p: _levels(bench, b, p))
    yield from _each_part("grades of the samples: QWK", _ALL, lambda b, p: _grades(bench, b, p))
    yield from _each_part("order of weak, mid, strong", _ALL, lambda b, p: _order(bench, b, p))


def _grades(bench: Bench, bar: str, part: Part) -> Result:
    people: list[int] = []
    engine: list[int] = []
    cases = []
    for sample in _of(bench, part):
        grade = grade_of(sample)
        if grade:
            points = _points(bench, sample)
            people.append(RANK[grade])
            engine.append(int(points > WEAK) + int(points >= STRONG))
            off = abs(people[-1] - engine[-1])
            cases.append(Case(sample.question, sample.name, off, f"{grade}, scored {points:g}"))
    kappa = weighted_kappa(zip(people, engine, strict=True))
    if kappa is None:
        return Result(bar, None, ">= 0.75", None, note="no grades to compare")
    worst = tuple(case for case in sorted(cases, key=lambda c: -c.value) if case.value)
    note = f"{len(people)} answers; weak to {WEAK}, strong from {STRONG}"
    return Result(bar, round(kappa, 3), ">= 0.75", kappa >= 0.75, worst, note)


def grade_of(sample: Sample) -> str | None:
    """weak, mid or strong, where the kind says so; plain words keep the grade of a strong one."""
    if sample.kind.startswith("plain-of-strong"):
        return "strong"
    return GRADES.get(sample.kind)


def _levels(bench: Bench, bar: str, part: Part) -> Result:
    people: list[int] = []
    engine: list[int] = []
    cases = []
    for sample in _of(bench, part):
        question = bench.library.questions[sample.question]
        given = levels(bench.card_of(question, sample.answer))
        both = [(sample.levels[name], given[name]) for name in sample.levels if name in given]
        people += [human for human, _ in both]
        engine += [own for _, own in both]
        far = {n: f"{given[n]}/{sample.levels[n]}" for n in sample.levels if n in given}
        off = sum(abs(human - own) for human, own in both) / max(1, len(both))
        said = " ".join(f"{n}={t}" for n, t in far.items() if abs(int(t[0]) - int(t[2])) > 1)
        if both:
            cases.append(Case(sample.question, sample.name, off, f"levels off; {said}"))
    kappa = weighted_kappa(zip(people, engine, strict=True))
    if kappa is None:
        return Result(bar, None, ">= 0.75", None, note="no levels to compare")
    worst = tuple(sorted(cases, key=lambda case: -case.value)[:20])
    note = f"{len(people)} levels of {len(cases)} answers"
    return Result(bar, round(kappa, 3), ">= 0.75", kappa >= 0.75, worst, note)


def _order(bench: Bench, bar: str, part: Part) -> Result:
    by_question: dict[str, list[Sample]] = defaultdict(list)
    for sample in _of(bench, part):
        if sample.kind in RANK:
            by_question[sample.question].append(sample)
    cases = []
    for question, known in by_question.items():
        for one, other in combinations(sorted(known, key=lambda s: RANK[s.kind]), 2):
            if RANK[one.kind] < RANK[other.kind]:
                low, high = _points(bench, one), _points(bench, other)
                said = f"{low:g} and {high:g}"
                cases.append(Case(question, f"{one.name}, {other.name}", float(low < high), said))
    return share(bar, cases, 0.95)


def length(bench: Bench) -> Iterator[Result]:
    """The correlation of score and length in words that the human levels do not explain."""

    def measure(bar: str, part: Part) -> Result:
        known = [(s, level) for s in _of(bench, part) if (level := human_level(s))]
        value = partial_correlation(
            [_points(bench, s) for s, _ in known],
            [float(s.answer.words) for s, _ in known],
            [level for _, level in known],
        )
        if value is None:
            return Result(bar, None, "within 0.15", None, note="too few answers with levels")
        note = f"{len(known)} answers"
        return Result(bar, round(value, 3), "within 0.15", abs(value) <= 0.15, (), note)

    yield from _each_part("length, given human levels: partial r", _ALL, measure)


def human_level(sample: Sample) -> float | None:
    """The mean of a fair rater's levels, or what its grade has in the library."""
    if sample.levels:
        return sum(sample.levels.values()) / len(sample.levels)
    grade = grade_of(sample)
    return MEAN_LEVEL[grade] if grade else None
