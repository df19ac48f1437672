"""How long scoring takes: one answer in this process, a hundred through the command line.

Process time decides, as it is fair on a machine with other work; the clock on the wall is noted.
"""

import gc
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles

from benchmarks.scoring.answers import blocks, shuffled
from benchmarks.scoring.bench import Bench, Result
from rubrics import judges
from rubrics.judges import score
from rubrics.judges.rules import RulesJudge
from rubrics.schema import Question, Rubric

ROOT = Path(__file__).parents[2]
ROUNDS = 60
FILES = 110
WARM = 10  # the first ones, which find words and expressions for the first time


def speed(bench: Bench) -> Iterator[Result]:
    """Medians and tails over rounds with texts that differ, after a warm-up."""
    question = _of_indicators(max(bench.questions, key=_indicators), 60)
    yield _one_answer(bench, question, 1_500)
    yield _long_answer(bench, question)
    yield _command_line(bench, max(bench.questions, key=_indicators))


def _indicators(question: Question) -> int:
    return sum(len(criterion.indicators) for criterion in question.rubric.criteria)


def _of_indicators(question: Question, most: int) -> Question:
    """The question with as many of its first criteria as hold no more than ``most`` indicators."""
    kept = []
    count = 0
    for criterion in question.rubric.criteria:
        count += len(criterion.indicators)
        if count > most:
            break
        kept.append(criterion)
    return Question(
        id=question.id,
        title=question.title,
        prompt=question.prompt,
        subject=question.subject,
        facts=question.facts,
        rubric=Rubric(criteria=tuple(kept)),
    )


def texts(bench: Bench, question: Question, words: int, count: int) -> list[str]:
    """Texts of about so many words, of the strong answers' paragraphs in differing order."""
    source = bench.library.questions[question.id]
    every = [
        block
        for answer in bench.strong(source)
        for text in answer.stages.values()
        for block in blocks(text)
    ]
    for other in bench.library.questions.values():  # where its own are too short
        if other.model_answer and other.id != question.id:
            every += [b for text in other.model_answer.stages.values() for b in blocks(text)]
    return [_of_words(every, words, seed) for seed in range(count)]


def _of_words(every: list[str], words: int, seed: int) -> str:
    chosen: list[str] = []
    count = 0
    for block in shuffled(every, seed):
        chosen.append(block)
        count += len(block.split())
        if count >= words:
            break
    kept = "\n\n".join(chosen)
    surplus = count - words
    return " ".join(kept.rsplit(" ", surplus)[:1]) if surplus > 0 else kept


def _times(
    bench: Bench, question: Question, words: int, rounds: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of process time and of the wall's clock, per round."""
    framework = bench.library.frameworks["four-stage"]
    judge = RulesJudge()
    made = texts(bench, question, words, rounds)

    def run(text: str) -> None:
        score(question, framework, {"answer": text}, judge=judge)

    for text in made[:5]:
        run(text)
    usual = gc.get_threshold()
    judges.settle()  # as the worker and the command line do
    try:
        return _clocked(run, made)
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _clocked(run: Callable[[str], None], made: list[str]) -> tuple[list[float], list[float]]:
    process, wall = [], []
    for text in made:
        begin, begin_wall = time.process_time(), time.perf_counter()
        run(text)
        process.append(1_000 * (time.process_time() - begin))
        wall.append(1_000 * (time.perf_counter() - begin_wall))
    return process, wall


def _one_answer(bench: Bench, question: Question, words: int) -> Result:
    process, wall = _times(bench, question, words, ROUNDS)
    value = round(median(process), 2)
    note = f"median of {ROUNDS}, {_indicators(question)} indicators; wall {median(wall):.1f} ms"
    return Result("1,500 words, warm: ms", value, "<= 10", value <= 10, (), note)


def _long_answer(bench: Bench, question: Question) -> Result:
    process, wall = _times(bench, question, 3_000, ROUNDS)
    value = round(_p95(process), 2)
    note = f"p95 of {ROUNDS}; median {median(process):.1f}, wall p95 {_p95(wall):.1f} ms"
    return Result("3,000 words, warm: p95 ms", value, "<= 50", value <= 50, (), note)


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def _command_line(bench: Bench, question: Question) -> Result:
    """Answers a second of one core, warm: what all files take beyond the first one."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, text in enumerate(texts(bench, question, 1_000, FILES)):
            files.append(Path(folder) / f"{number}.md")
            files[-1].write_text(text, encoding="utf-8")
        first, _ = _command(question, files[:WARM])
        every, scored = _command(question, files)
    value = round((scored - WARM) / (every - first), 1)
    note = f"{scored - WARM} files beyond {WARM}; {scored / every:.0f} with start and loading"
    return Result("answers a second, command line", value, ">= 100", value >= 100, (), note)


def _command(question: Question, files: list[Path]) -> tuple[float, int]:
    """Seconds of process time that a call takes, and the answers that it scored."""
    before = _children()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "rubrics", "score", *map(str, files)),
            *("--question", question.id, "--json"),
        ],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return _children() - before, len(done.stdout.splitlines())


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
