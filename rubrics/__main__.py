"""The command line: ``python -m rubrics score | lint | schema``. No database, no network.

Exit codes: 0 done; 1 lint found problems; 2 the call or a file cannot be used.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from rubrics import judges
from rubrics.judges.rules import RulesJudge
from rubrics.linting import lint, lint_library
from rubrics.loading import (
    LIBRARY,
    InvalidDocument,
    Library,
    Problem,
    load_library,
    question_of,
    read,
)
from rubrics.schema import Framework, Question
from rubrics.scoring import Scorecard

_H2 = re.compile(r"^##[ \t]+([^\n]+)", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rubrics", description=__doc__.split(":")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    scoring = commands.add_parser("score", help="score answers against a question's rubric")
    scoring.add_argument(
        "answers", nargs="+", metavar="ANSWER.md", help="files; - reads standard input"
    )
    scoring.add_argument("--question", metavar="ID", help="a question of the library")
    scoring.add_argument("--framework", metavar="ID", default="four-stage")
    scoring.add_argument("--rubric", metavar="FILE.yaml", type=Path, help="any rubric document")
    scoring.add_argument("--json", action="store_true", help="one JSON object a line")
    scoring.set_defaults(run=_score)
    linting = commands.add_parser("lint", help="say what is wrong with questions, at file:line")
    linting.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    linting.set_defaults(run=_lint)
    schema = commands.add_parser("schema", help="JSON Schema of a question document")
    schema.set_defaults(run=_schema)
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except InvalidDocument as error:
        print(error, file=sys.stderr)
        return 2
    return code


def by_stage(text: str, framework: Framework) -> dict[str, str]:
    """Split a file at its H2 headings into stage id → text.

    A heading belongs to the stage whose title begins with its words (``## Deep dive`` is Deep
    Dive Component Design); text above the first such heading goes to the first stage. Without
    any such heading the whole text is one stage called ``answer``.
    """
    marks = [
        (match.start(), match.end(), stage)
        for match in _H2.finditer(text)
        if (stage := _stage_called(match.group(1), framework))
    ]
    if not marks:
        return {"answer": text}
    stages: dict[str, str] = {}
    if text[: marks[0][0]].strip():
        stages[framework.stages[0].id] = text[: marks[0][0]]
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    for (_, begin, stage), end in zip(marks, ends, strict=True):
        stages[stage] = stages.get(stage, "") + text[begin:end].removeprefix("\n")
    return stages


def _stage_called(heading: str, framework: Framework) -> str | None:
    wanted = re.findall(r"\w+", heading.lower())
    for stage in framework.stages:
        title = re.findall(r"\w+", stage.title.lower())
        if wanted and (title[: len(wanted)] == wanted or wanted[: len(title)] == title):
            return stage.id
    return None


def _score(options: argparse.Namespace) -> int:
    library = load_library()
    question = _question(options, library)
    if options.framework not in library.frameworks:
        _refuse(f"no framework is called {options.framework!r}", library.frameworks)
    framework = library.frameworks[options.framework]
    judge = RulesJudge()
    code = 0
    for name in options.answers:
        try:
            text = (
                sys.stdin.read()
                if name == "-"
                else Path(name).read_text(encoding="utf-8", errors="replace")
            )
        except OSError as error:
            print(f"{name}: cannot be read: {error.strerror}", file=sys.stderr)
            code = 2
            continue
        begin = time.perf_counter()
        card = judges.score(question, framework, by_stage(text, framework), judge=judge)
        seconds = time.perf_counter() - begin
        if options.json:
            print(json.dumps(_as_json(name, question, card, seconds), ensure_ascii=False))
        else:
            _print_card(name, question, card)
    return code


def _question(options: argparse.Namespace, library: Library) -> Question:
    if options.rubric:
        return question_of(read(options.rubric), library.concepts)
    if options.question not in library.questions:
        _refuse(
            f"no question is called {options.question!r}"
            if options.question
            else "say --question or --rubric",
            library.questions,
        )
    return library.questions[options.question]


def _refuse(message: str, known: Iterable[str]) -> NoReturn:
    print(f"{message}; there are: {', '.join(sorted(known))}", file=sys.stderr)
    raise SystemExit(2)


def _as_json(
    name: str, question: Question, card: Scorecard, seconds: float
) -> Mapping[str, object]:
    competency = {c.id: str(c.competency) for c in question.rubric.criteria}
    return {
        "file": name,
        "question": question.id,
        "rubric_hash": card.rubric_hash,
        "score": card.score,
        "band": card.band,
        "competencies": card.competencies,
        "criteria": [
            {
                "id": judgement.criterion,
                "competency": competency[judgement.criterion],
                "level": judgement.level,
                "not_judged": judgement.not_judged,
                "points": judgement.points,
                "evidence": [quote.model_dump() for quote in judgement.evidence],
                "met": [{"id": f.indicator, "depth": f.depth} for f in judgement.met],
                "missing": judgement.missing,
                "flags": [flag.model_dump() for flag in judgement.flags],
            }
            for judgement in card.judgements
        ],
        "flags": [flag.model_dump() for flag in card.flags],
        "seconds": round(seconds, 6),
    }


def _print_card(name: str, question: Question, card: Scorecard) -> None:
    print(f"{name}: {card.score} of 100 for {question.title} (bar met: {card.band})")
    titles = {criterion.id: criterion.title for criterion in question.rubric.criteria}
    for judgement in card.judgements:
        level = judgement.level or f"not judged: {judgement.not_judged}"
        print(f"  {level}  {titles[judgement.criterion]}")
        for finding in judgement.met:
            said = _short(finding.evidence[0].quote)
            print(f"       {finding.depth:9}  {finding.indicator}: “{said}”")
        for missing in judgement.missing:
            print(f"       missing    {missing}")
        for flag in judgement.flags:
            print(f"       red flag   {flag.title}")
    for flag in card.flags:
        quoted = f" “{_short(flag.evidence[0].quote)}”" if flag.evidence else ""
        print(f"  {flag.title}{quoted}")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:87]}..."


def _lint(options: argparse.Namespace) -> int:
    problems: list[Problem] = []
    for path in options.paths or [LIBRARY]:
        try:
            problems += _lint_path(path)
        except InvalidDocument as error:
            problems += error.problems
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _lint_path(path: Path) -> list[Problem]:
    if path.is_dir():
        return lint_library(load_library(path))
    library = load_library()
    source = read(path)
    return lint(source, question_of(source, library.concepts), library.frameworks)


def _schema(options: argparse.Namespace) -> int:
    print(json.dumps(Question.model_json_schema(), indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
