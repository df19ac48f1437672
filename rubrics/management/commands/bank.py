"""``manage.py bank import | export | check``: documents in and out of the bank, all or nothing."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from rubrics import InvalidDocument, RulesJudge, bank, clock, outlook, packing, score
from rubrics.linting import Verdict, lint
from rubrics.loading import Library, Problem
from rubrics.schema import Framework, Question, Staged

# Who brought a version in that nobody signed for: a newer library does not replace it.
BY_HAND = "by hand"
_PATH = "a YAML file, a folder or a zip"
_COLUMNS = (
    *("question", "words", "criteria", "indicators", "wordings"),
    *("weak", "mid", "strong", "model", "problems"),
)
# Ids have up to 60 letters; hardly one has more than these.
_WIDTHS = (28, *(len(name) for name in _COLUMNS[1:]))


class Command(BaseCommand):
    """Keep the question bank."""

    help = "Bring documents into the bank, take them out, say what is wrong with them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the verb and what it needs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verb = verbs.add_parser("import", help="bring in what changed, as new versions")
        verb.add_argument("path", nargs="?", type=Path, help=f"{_PATH}; without it, the library")
        verb = verbs.add_parser("export", help="write the bank as YAML")
        verb.add_argument("path", type=Path, help="a zip to write (PATH.zip), or a folder")
        about = "only this question and what it draws on; may be said several times"
        verb.add_argument("--question", action="append", default=[], metavar="SLUG", help=about)
        verb = verbs.add_parser("check", help="say what is wrong; exit code 1 if anything is")
        about = f"{_PATH}; without it, what is published"
        verb.add_argument("path", nargs="?", type=Path, help=about)
        verb.add_argument("--table", action="store_true", help="print a line for each question")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb."""
        verbs = {"import": self._import, "export": self._export, "check": self._check}
        try:
            verbs[options["verb"]](options)
        except OperationalError as error:
            message = (
                "The database does not answer. Start the app first (make run), then try again."
            )
            raise CommandError(message) from error

    def _import(self, options: Mapping[str, Any]) -> None:
        now = clock.now()
        unfinished: Mapping[str, Verdict] = {}
        try:
            if options["path"]:
                library = packing.unpack_path(options["path"], outlook.known())
                found = outlook.look_at(library)
                imported, unfinished = found.bring(now=now, author=BY_HAND), found.unfinished
            else:
                imported = bank.import_library(now=now)
        except InvalidDocument as error:
            raise CommandError(f"Nothing was changed.\n{error}") from error
        for name, verdict in sorted(unfinished.items()):
            said = _summary(verdict.count)
            self.stdout.write(f"{name} is not finished, so it is a draft; check lists {said}")
        self.stdout.write(f"Bank: {imported}.")

    def _export(self, options: Mapping[str, Any]) -> None:
        path: Path = options["path"]
        try:
            texts = bank.documents(options["question"])
            if path.suffix.lower() == ".zip":
                _write(path, packing.pack(texts))
            else:
                for name, text in texts.items():
                    (path / name).parent.mkdir(parents=True, exist_ok=True)
                    _write(path / name, text.encode())
        except bank.NotThere as error:
            raise CommandError(f"The bank has nothing published called {error}.") from error
        except InvalidDocument as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: cannot be written: {error.strerror}") from error
        self.stdout.write(f"{path}: {len(texts)} documents.")

    def _check(self, options: Mapping[str, Any]) -> None:
        known = outlook.known()
        try:
            if options["path"]:
                library = packing.unpack_path(options["path"], known)
            else:
                library = packing.unpack_texts(bank.documents(), known)
        except InvalidDocument as error:
            self.stdout.write(str(error))
            raise CommandError(_summary(len(error.problems))) from error
        count = sum(self._lint(library, table=options["table"]))
        if count:
            raise CommandError(_summary(count))
        self.stdout.write(f"{len(library.sources)} documents, no problems.")

    def _lint(self, library: Library, *, table: bool) -> Iterator[int]:
        """Check each question and print what there is to say; gives the number of problems."""
        frameworks = {**bank.frameworks(), **library.frameworks}
        if table:
            self.stdout.write(_row(_COLUMNS))
        found: list[Problem] = []
        for name, question in sorted(library.questions.items()):
            mine = lint(library.sources[f"questions/{name}"], question, frameworks)
            if table:
                self.stdout.write(_row((*_figures(question, frameworks), str(len(mine)))))
                self.stdout.flush()
            found += mine
            yield len(mine)
        for problem in found:
            self.stdout.write(str(problem))


def _write(path: Path, content: bytes) -> None:
    """Write a file in one go: who looks sees the old one or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _summary(count: int) -> str:
    return f"{count} problem{'s' * (count != 1)}."


def _row(cells: tuple[str, ...]) -> str:
    first, *others = (
        cell.rjust(width) if number else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return "  ".join((first, *others))


def _figures(question: Question, frameworks: Mapping[str, Framework]) -> tuple[str, ...]:
    """A question in figures: its size, wordings per indicator, and scores of its answers."""
    model = question.model_answer
    indicators = [each for one in question.rubric.criteria for each in one.indicators]
    wordings = (len(one.wordings) + len(one.plain) + len(one.patterns) for one in indicators)
    graded = {
        grade: [sample for sample in question.samples if sample.grade == grade]
        for grade in ("weak", "mid", "strong")
    }
    return (
        question.id,
        str(sum(len(text.split()) for text in model.stages.values()) if model else 0),
        str(len(question.rubric.criteria)),
        str(len(indicators)),
        f"{fmean(wordings):.1f}",
        *(_scores(question, graded[grade], frameworks) for grade in graded),
        _scores(question, [model] if model else [], frameworks),
    )


def _scores(
    question: Question, answers: Sequence[Staged], frameworks: Mapping[str, Framework]
) -> str:
    cards = (
        score(question, frameworks.get(each.framework), each.stages, judge=RulesJudge())
        for each in answers
    )
    return "/".join("-" if card.score is None else f"{card.score:.0f}" for card in cards) or "-"
