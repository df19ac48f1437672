"""The command line: ``python -m rubrics score | ask | lint | new | schema | agree | calibrate``.

No database; no network unless a model is asked (``--llm-url``).
"""

import argparse
import gc
import io
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from rubrics import agreement, judges
from rubrics.calibration import Calibration, apply, fit
from rubrics.interviewing import asking
from rubrics.interviewing.llm.talking import Spoken, talk
from rubrics.judges.llm.comparing import compare
from rubrics.judges.llm.judge import LlmJudge
from rubrics.judges.rules import RulesJudge
from rubrics.linting import lint, lint_library, unreadable
from rubrics.llm.purse import Purse, Shelf
from rubrics.llm.server import ModelServer
from rubrics.llm.settings import Call, LlmSettings, total
from rubrics.loading import (
    LIBRARY,
    InvalidDocument,
    Problem,
    load_library,
    question_of,
    read,
    validate,
)
from rubrics.printing import (
    Scored,
    Sheet,
    card_as_json,
    card_in_words,
    reply_in_words,
    report_as_json,
    report_in_words,
    spoken_in_words,
)
from rubrics.reading.sections import by_stage, cut, spans_by_stage
from rubrics.schema import Concept, Document, Framework, Question, Slug
from rubrics.scoring import Judge
from rubrics.skeleton import skeleton

DONE, FOUND, UNUSABLE, INTERRUPTED, NOBODY_READS = 0, 1, 2, 130, 141
EXITS: Mapping[int, str] = {
    DONE: "done",
    FOUND: "lint found problems",
    UNUSABLE: "the call or a file cannot be used; standard error says why",
    INTERRUPTED: "stopped by Ctrl-C",
    NOBODY_READS: "whoever read the output went away",
}


class Refused(Exception):
    """The call, or a file that it names, cannot be used; says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code (``EXITS``). argparse exits by itself with 2."""
    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A quote or a file's name must never stop the output; \udc80 is valid in JSON, too.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except (InvalidDocument, Refused) as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # What is still buffered goes nowhere, or Python would complain about it at its exit.
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return NOBODY_READS
    return code


def parser() -> argparse.ArgumentParser:
    """Make the parser; docs/command-line.md names every option of it."""
    whole = argparse.ArgumentParser(
        prog="python -m rubrics",
        description=(
            "Score answers, check and measure rubrics. No database; no network but to a model."
        ),
        epilog="exit codes: " + "; ".join(f"{code} {what}" for code, what in EXITS.items()),
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, run, fill, about in (
        ("score", _score, _score_options, "score answers against a question's rubric"),
        ("ask", _ask, _ask_options, "ask the interviewer, as a candidate does"),
        ("lint", _lint, _lint_options, "say what is wrong with documents, at file:line"),
        ("new", _new, _new_options, "print a question to type over, with notes on every field"),
        ("schema", _schema, _schema_options, "print the JSON Schema of a document"),
        ("agree", _agree, _agree_options, "measure how far raters agree"),
        ("calibrate", _calibrate, _calibrate_options, "fit a rubric's cut-offs to people's levels"),
    ):
        command = commands.add_parser(name, help=about, description=about, epilog=whole.epilog)
        command.set_defaults(run=run)
        fill(command)
    return whole


def _score_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "answers", nargs="*", metavar="ANSWER.md", help="Markdown; - reads standard input"
    )
    _rubric_options(command)
    command.add_argument(
        "--samples", action="store_true", help="score the question's own model answer and samples"
    )
    command.add_argument(
        "--diagram", metavar="FILE.json", help="the answer's drawing, as Excalidraw saves it"
    )
    command.add_argument(
        "--calibration", metavar="FILE.json", help="cut-offs that calibrate has written"
    )
    command.add_argument(
        "--near", action="store_true", help="show words that are close to what is missing"
    )
    command.add_argument("--json", action="store_true", help="one JSON object a line")
    _llm_options(command)


def _llm_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--judge", choices=("rules", "llm"), default="rules", help="who judges; llm asks a model"
    )
    _model_options(command)


def _model_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--llm-url", metavar="URL", help="where the model is, e.g. http://localhost:11434/v1"
    )
    command.add_argument("--llm-model", metavar="NAME", help="which model to ask")
    command.add_argument(
        "--llm-key-file", metavar="FILE", help="holds the key, if the server wants one"
    )
    command.add_argument(
        "--llm-prices",
        metavar="IN,OUT",
        default="0,0",
        help="of a million tokens sent, and received",
    )
    command.add_argument(
        "--llm-budget", metavar="COST", type=float, help="the most that all of it may cost"
    )


def _ask_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("said", metavar="MESSAGE", help="what a candidate says")
    _question_options(command)
    command.add_argument(
        "--told", metavar="FACT", action="append", default=[], help="a fact that was told before"
    )
    command.add_argument("--why", action="store_true", help="show how near each fact comes")
    _model_options(command)


def _question_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--question", metavar="ID", help="a question of the library")
    command.add_argument("--rubric", metavar="FILE.yaml", type=Path, help="any rubric document")


def _rubric_options(command: argparse.ArgumentParser) -> None:
    _question_options(command)
    command.add_argument(
        "--framework", metavar="ID", default="four-stage", help="whose stages the headings name"
    )


def _lint_options(command: argparse.ArgumentParser) -> None:
    about = "a document or a folder; without any, the library"
    command.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=about)


def _new_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "id", metavar="ID", help="its lasting name: small letters, digits, hyphens"
    )
    command.add_argument(
        "--title", metavar="TITLE", help="what people find it by; made of the ID unless given"
    )


def _schema_options(command: argparse.ArgumentParser) -> None:
    kinds = command.add_mutually_exclusive_group()
    for kind in _KINDS:
        kinds.add_argument(
            f"--{kind}", dest="kind", action="store_const", const=kind, help=f"of a {kind}"
        )
    command.set_defaults(kind="question")


def _agree_options(command: argparse.ArgumentParser) -> None:
    _scores_option(command)
    command.add_argument("--json", action="store_true", help="one JSON object")


def _scores_option(command: argparse.ArgumentParser) -> None:
    about = "columns: item, rater, criterion, level; - reads standard input"
    command.add_argument("scores", metavar="SCORES.csv", help=about)


def _calibrate_options(command: argparse.ArgumentParser) -> None:
    _scores_option(command)
    command.add_argument(
        "answers", metavar="ANSWERS_DIR", type=Path, help="holds ITEM.md for every item"
    )
    _rubric_options(command)


# --- Documents of the library ---

D = TypeVar("D", bound=Document)


@cache
def _library(kind: type[D], folder: str) -> Mapping[str, D]:
    """One folder by id; questions, which are large and of which one is asked for, lie in another.

    Raises InvalidDocument.
    """
    return {file.stem: validate(read(file), kind) for file in (LIBRARY / folder).glob("*.yaml")}


def _concepts() -> Mapping[str, Concept]:
    return _library(Concept, "concepts")


def _frameworks() -> Mapping[str, Framework]:
    return _library(Framework, "frameworks")


def _framework(options: argparse.Namespace) -> Framework:
    frameworks = _frameworks()
    if options.framework not in frameworks:
        raise _unknown(f"no framework is called {options.framework!r}", frameworks)
    return frameworks[options.framework]


def _question(options: argparse.Namespace) -> Question:
    if options.rubric and options.question:
        raise Refused("say --question or --rubric, not both")
    if options.rubric:
        source = read(options.rubric)
        question = question_of(source, _concepts())
        if problems := unreadable(source, question):
            raise InvalidDocument(problems)
        return question
    files = {file.stem: file for file in (LIBRARY / "questions").glob("*.yaml")}
    if options.question not in files:
        raise _unknown(
            f"no question is called {options.question!r}"
            if options.question
            else "say --question or --rubric",
            files,
        )
    return question_of(read(files[options.question]), _concepts())


def _unknown(message: str, known: Iterable[str]) -> Refused:
    return Refused(f"{message}; there are: {', '.join(sorted(known))}")


# --- Files that people give ---


def _read_text(name: str) -> str:
    """Read a file, or standard input for ``-``, line ends as they are. Raises Refused.

    Bytes that are not UTF-8 are replaced, with a note; a byte order mark is left out.
    """
    typed = getattr(sys.stdin, "buffer", None)  # None when it was closed by the caller
    if name == "-" and typed is None:
        raise Refused("-: there is no standard input")
    try:
        raw: bytes = typed.read() if name == "-" and typed else Path(name).read_bytes()
    except IsADirectoryError as error:
        raise Refused(f"{name}: is a folder; give the files in it, as {name}/*.md") from error
    except OSError as error:
        raise Refused(f"{name}: cannot be read: {error.strerror}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        print(f"{name}:{line}: is not UTF-8; what cannot be read became �", file=sys.stderr)
        return raw.decode("utf-8-sig", errors="replace")


def _read_json(name: str) -> object:
    try:
        data: object = json.loads(_read_text(name))
    except json.JSONDecodeError as error:
        raise Refused(f"{name}:{error.lineno}: is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise Refused(f"{name}:1: is nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise Refused(f"{name}:1: cannot be used: {error}") from error
    return data


def _drawing(name: str) -> object:
    data = _read_json(name)
    elements = data.get("elements") if isinstance(data, dict) else data
    if not isinstance(elements, list):
        raise Refused(f"{name}:1: is no drawing as Excalidraw saves it: there are no elements")
    return data


def _calibration(name: str, question: Question) -> Calibration:
    try:
        calibration = Calibration.model_validate(_read_json(name))
        apply(calibration, question.rubric)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Refused(f"{name}: {where or 'calibration'}: {first['msg']}") from error
    except ValueError as error:
        raise Refused(f"{name}: {error}") from error
    return calibration


# --- score ---


def _score(options: argparse.Namespace) -> int:
    _score_is_possible(options)
    question, framework = _question(options), _framework(options)
    calibration = _calibration(options.calibration, question) if options.calibration else None
    drawings = {_drawn_in(framework): _drawing(options.diagram)} if options.diagram else {}
    sheet = Sheet(question, calibration)
    outlines = judges.with_outlines({}, drawings)
    asked: list[Call] = []
    judge = _judge(options, asked)
    judges.settle()
    code = DONE
    answers: list[_Answer] = [(name, framework, None) for name in options.answers]
    for name, framework, own in (*answers, *(_own(question) if options.samples else ())):
        try:
            text = _read_text(name) if own is None else own
        except Refused as error:
            print(error, file=sys.stderr)
            code = UNUSABLE
            continue
        begin = time.perf_counter()
        spans = spans_by_stage(text, framework)
        card = judges.score(
            question,
            framework,
            cut(text, spans),
            judge=judge,
            drawings=drawings,
            calibration=calibration,
            near_misses=options.near,
        )
        scored = Scored(name, card, spans, time.perf_counter() - begin)
        if options.json:
            print(_ENCODER.encode(card_as_json(scored, sheet, outlines)))
        else:
            print(card_in_words(scored, sheet))
        if judge.name != RULES.name:
            stages = cut(text, spans)
            rules = judges.score(question, framework, stages, judge=RULES, drawings=drawings)
            for reason in compare(rules, card).reasons(question.rubric):
                print(f"{name}: a person should look. {reason}", file=sys.stderr)
    if asked:
        print(_asked_in_words(asked), file=sys.stderr)
    gc.unfreeze()
    return code


RULES = RulesJudge()


def _judge(options: argparse.Namespace, asked: list[Call]) -> Judge:
    """Who judges; what a model is asked is added to ``asked``. Raises Refused."""
    if options.judge == RULES.name:
        return RULES
    if options.calibration:
        raise Refused("--calibration is fitted to the rules judge; leave it out with --judge llm")
    purse = Purse(options.llm_budget)
    return LlmJudge(_server(options), budget=purse, cache=Shelf(), record=asked.append)


def _server(options: argparse.Namespace) -> ModelServer:
    """The model that the options name. Raises Refused."""
    if not options.llm_url or not options.llm_model:
        raise Refused("a model needs --llm-url and --llm-model")
    try:
        price_in, price_out = map(float, options.llm_prices.split(","))
    except ValueError as error:
        raise Refused("--llm-prices: say two numbers, as 0.15,0.6") from error
    key = _read_text(options.llm_key_file).strip() if options.llm_key_file else ""
    try:
        settings = LlmSettings(
            base_url=options.llm_url,
            model=options.llm_model,
            api_key=key,
            price_in=price_in,
            price_out=price_out,
        )
    except ValueError as error:
        raise Refused(str(error)) from error
    return ModelServer(settings)


def _asked_in_words(asked: Sequence[Call]) -> str:
    spend = total(asked)
    failed = sum(bool(call.failed) for call in asked)
    return (
        f"{len(asked)} requests to the model, {failed} of them failed; {spend.tokens_in} tokens "
        f"sent, {spend.tokens_out} received; cost {spend.cost:.4f}"
    )


def _score_is_possible(options: argparse.Namespace) -> None:
    if not options.answers and not options.samples:
        raise Refused("say which ANSWER.md to score, or --samples for the question's own")
    if options.answers.count("-") > 1:
        raise Refused("- can be given once: there is one standard input")
    if options.diagram and (len(options.answers) > 1 or options.samples):
        raise Refused("--diagram belongs to one answer; give one file")


# A name, the framework whose stages it follows, and the text if it lies in no file.
_Answer = tuple[str, Framework, str | None]


def _own(question: Question) -> Iterator[_Answer]:
    """The model answer and the samples, as people would hand them in. Raises Refused."""
    named = [(f"{sample.grade} sample", sample) for sample in question.samples]
    model = [("model answer", question.model_answer)] if question.model_answer else []
    if not named and not model:
        raise Refused(f"{question.id} has neither samples nor a model answer")
    for name, answer in (*named, *model):
        framework = _frameworks().get(answer.framework)
        if framework is None:
            raise _unknown(f"no framework is called {answer.framework!r}", _frameworks())
        titles = {stage.id: stage.title for stage in framework.stages}
        parts = [f"## {titles.get(id_, id_)}\n\n{text}" for id_, text in answer.stages.items()]
        yield name, framework, "\n\n".join(parts)


_ENCODER = json.JSONEncoder(ensure_ascii=False)


def _drawn_in(framework: Framework) -> str:
    """The stage to which a drawing belongs: the one for the architecture, if there is one."""
    stages = [stage.id for stage in framework.stages]
    return "architecture" if "architecture" in stages else stages[0]


# --- ask ---


def _ask(options: argparse.Namespace) -> int:
    question = _question(options)
    facts = {fact.id: fact for fact in question.facts}
    if unknown := [name for name in options.told if name not in facts]:
        raise _unknown(f"{question.id} has no fact {unknown[0]!r}", facts)
    if options.llm_url or options.llm_model:
        return _talk(options, question)
    reply = asking.reply_to(question, options.said, options.told)
    print(reply.text)
    if options.why:
        print("\n".join(["", *reply_in_words(reply, asking.nearest(question, options.said))]))
    return DONE


def _talk(options: argparse.Namespace, question: Question) -> int:
    asked: list[Call] = []
    server, purse = _server(options), Purse(options.llm_budget)
    parts: list[Spoken] = []
    for spoken in talk(
        question, options.said, server, told=options.told, budget=purse, record=asked.append
    ):
        print(f"\n{spoken.text}" if parts else spoken.text, flush=True)
        parts.append(spoken)
    if options.why:
        print("\n".join(["", *map(spoken_in_words, parts)]))
    for call in asked:
        if call.failed:
            print(call.failed, file=sys.stderr)
    print(_asked_in_words(asked), file=sys.stderr)
    return DONE


# --- lint, new and schema ---

_KINDS: Mapping[str, type[Document]] = {
    "question": Question,
    "framework": Framework,
    "concept": Concept,
    "calibration": Calibration,
}
_FOLDERS = ("frameworks", "concepts", "questions")


def _lint(options: argparse.Namespace) -> int:
    count = 0
    problems: list[Problem] = []
    for path in options.paths or [LIBRARY]:
        try:
            found, documents = _lint_path(path)
            problems += found
            count += documents
        except InvalidDocument as error:
            if any(problem.rule == "unreadable" for problem in error.problems):
                raise
            problems += error.problems
    for problem in problems:
        print(problem)
    if not problems:
        print(f"{count} document{'s' * (count != 1)}, no problems")
    return FOUND if problems else DONE


def _lint_path(path: Path) -> tuple[list[Problem], int]:
    """The problems of a file or folder, and how many documents it holds."""
    if not path.is_dir():
        return _lint_file(path), 1
    if any((path / folder).is_dir() for folder in _FOLDERS):
        library = load_library(path)
        return lint_library(library), len(library.sources)
    files = sorted(path.glob("*.yaml"))
    if not files:
        raise Refused(f"{path}: holds no documents (*.yaml)")
    problems: list[Problem] = []
    for file in files:
        try:
            problems += _lint_file(file)
        except InvalidDocument as error:
            problems += error.problems
    return problems, len(files)


def _lint_file(file: Path) -> list[Problem]:
    source = read(file)
    # In a library the folder says what a document is; anywhere else it is a question.
    kind = _KINDS.get(file.absolute().parent.name.removesuffix("s"), Question)
    if kind is not Question:
        validate(source, kind)
        return []
    return lint(source, question_of(source, _concepts()), _frameworks())


def _new(options: argparse.Namespace) -> int:
    try:
        name: str = TypeAdapter(Slug).validate_python(options.id)
    except ValidationError as error:
        about = "small letters, digits and single hyphens, at most 60 of them"
        raise Refused(f"{options.id!r} is no name for a question: {about}") from error
    print(skeleton(name, options.title or name.replace("-", " ").capitalize()), end="")
    return DONE


def _schema(options: argparse.Namespace) -> int:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_KINDS[options.kind].model_json_schema(),
    }
    print(json.dumps(schema, indent=2))
    return DONE


# --- agree and calibrate ---


def _agree(options: argparse.Namespace) -> int:
    report = agreement.report(agreement.read_scores(_read_text(options.scores), options.scores))
    if options.json:
        print(json.dumps(report_as_json(report), ensure_ascii=False))
    else:
        print(report_in_words(report))
    return DONE


def _calibrate(options: argparse.Namespace) -> int:
    question, framework = _question(options), _framework(options)
    scores = agreement.read_scores(_read_text(options.scores), options.scores)
    cards: dict[tuple[str, str], dict[str, int | None]] = {}
    for item, rater, criterion, level in scores:
        cards.setdefault((item, rater), {})[criterion] = level
    judge = RulesJudge()
    earned: dict[str, Mapping[str, float]] = {}
    for item in dict.fromkeys(item for item, _ in cards):
        text = _read_text(str(options.answers / f"{item.removesuffix('.md')}.md"))
        card = judges.score(question, framework, by_stage(text, framework), judge=judge)
        earned[item] = {judgement.criterion: judgement.points for judgement in card.judgements}
    names = dict.fromkeys(score.criterion for score in scores)
    unknown = [name for name in names if name not in {c.id for c in question.rubric.criteria}]
    if unknown:
        raise Refused(f"{options.scores}: {question.id} has no criterion {', '.join(unknown)}")
    try:
        calibration = fit(
            question.rubric,
            {name: [earned[item][name] for item, _ in cards] for name in names},
            {name: [card.get(name) for card in cards.values()] for name in names},
        )
    except ValueError as error:
        raise Refused(f"{options.scores}: {error}") from error
    print(calibration.model_dump_json(indent=2))
    kept = [name for name in names if name not in calibration.cuts]
    print(
        f"{calibration.n} scorecards; fitted: {', '.join(calibration.cuts) or 'nothing'}; "
        f"left alone for lack of variety: {', '.join(kept) or 'nothing'}",
        file=sys.stderr,
    )
    return DONE


if __name__ == "__main__":
    raise SystemExit(main())
