"""Has a language model judge again, and says how near models come to what people gave."""

import json
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from interviews import model_trials, second_opinions
from interviews.model_trials import Judged
from rubrics import clock

_LONGEST = 100  # letters of a model's name
_HEAD = ("judge", "answers", "levels", "not judged", "exact", "kappa", "stable", "cost/answer")


class Command(BaseCommand):
    """`manage.py llm judge` and `manage.py llm agree`."""

    help = "Have a language model judge again, or compare models with people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        judge = actions.add_parser("judge", help="judge again; earlier scorecards stay")
        judge.add_argument("--model", default="", help="LLM_JUDGE_MODEL unless said")
        which = judge.add_mutually_exclusive_group(required=True)
        which.add_argument("--interview", type=uuid.UUID, help="this one")
        which.add_argument(
            "--since", type=datetime.fromisoformat, help="all handed in since (2026-03-01, UTC)"
        )
        agree = actions.add_parser("agree", help="compare models with people's scores")
        agree.add_argument(
            "--gold", action="store_true", required=True, help="over the gold answers"
        )
        agree.add_argument(
            "--model",
            action="append",
            default=[],
            help="again for each; LLM_JUDGE_MODEL unless said",
        )
        agree.add_argument("--repeat", type=int, default=1, help="times that each answer is judged")
        agree.add_argument("--json", action="store_true", help="print JSON, a line for each judge")

    def handle(self, *args: Any, **options: Any) -> None:
        models = options["model"] or settings.LLM_JUDGE_MODEL
        models = [models] if isinstance(models, str) else models
        if settings.LLM is None or not all(models):
            raise CommandError(
                "No model is set up: set LLM_BASE_URL, and LLM_JUDGE_MODEL or --model."
            )
        if max(map(len, models)) > _LONGEST:
            raise CommandError(f"The name of a model has {_LONGEST} characters at most.")
        try:
            if options["action"] == "judge":
                self._judge(models[0], options["interview"], options["since"])
            else:
                self._agree(models, options["repeat"], is_json=options["json"])
        except OperationalError as error:
            raise CommandError(
                "The database does not answer. Start the app first (make run), then try again."
            ) from error

    def _judge(self, model: str, interview: uuid.UUID | None, since: datetime | None) -> None:
        if since and since.tzinfo is None:
            since = since.replace(tzinfo=UTC)
        wanted = second_opinions.want_again(
            model, interview=interview, since=since, now=clock.now()
        )
        if not wanted:
            self.stdout.write(f"Nothing to judge: {model} judged it before, or it is not scored.")
            return
        judged = 0
        for number, opinion in enumerate(wanted, start=1):
            said = second_opinions.judge_now(opinion, clock=clock.now)
            judged += said.state == "judged"
            why = f" ({said.last_error})" if said.last_error else ""
            self.stdout.write(f"{number} {said.interview_id} {said.get_state_display()}{why}")
        self.stdout.write(f"{judged} of {len(wanted)} are judged by {model}.")

    def _agree(self, models: Sequence[str], repeat: int, *, is_json: bool) -> None:
        if repeat < 1:
            raise CommandError("Judge each answer once at least: --repeat 1")
        if not model_trials.answers():
            raise CommandError(
                "No gold answer has a reference yet: a curator scores them in the bank."
            )
        found = model_trials.compare(models, repeat=repeat, clock=clock.now, told=self.stderr.write)
        if is_json:
            for each in found:
                self.stdout.write(json.dumps(_as_json(each)))
            return
        every = list(found)
        self._table(_HEAD, [_row(each) for each in every])
        self.stdout.write("")
        self._table(("question, criterion", *(each.judge for each in every)), _criteria(every))
        self.stdout.write(
            "\nA criterion: exact agreement, kappa where there are ten levels, levels."
        )
        for each in every:
            if each.why:
                self.stdout.write(f"{each.judge} did not judge all: {each.why}")

    def _table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            self.stdout.write("  ".join(cells).rstrip())


def _row(each: Judged) -> tuple[str, ...]:
    return (
        each.judge,
        str(each.answers),
        str(each.whole.n),
        str(each.not_judged),
        _share(each.whole.exact),
        _figure(each.whole.kappa),
        _share(each.stable),
        f"{each.cost:.4f}",
    )


def _criteria(every: Sequence[Judged]) -> list[tuple[str, ...]]:
    names = dict.fromkeys(name for each in every for name in each.criteria)
    return [(f"{q}, {c}", *_cells(every, (q, c))) for q, c in names]


def _cells(every: Sequence[Judged], name: tuple[str, str]) -> Iterator[str]:
    for each in every:
        found = each.criteria.get(name)
        yield f"{_share(found.exact)} {_figure(found.kappa)} ({found.n})" if found else "–"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _as_json(each: Judged) -> dict[str, Any]:
    return {
        "judge": each.judge,
        "answers": each.answers,
        "levels": each.whole.n,
        "not_judged": each.not_judged,
        "exact": each.whole.exact,
        "kappa": each.whole.kappa,
        "stable": each.stable,
        "cost_per_answer": each.cost,
        "criteria": [
            {
                "question": question,
                "criterion": criterion,
                "levels": found.n,
                "exact": found.exact,
                "kappa": found.kappa,
            }
            for (question, criterion), found in each.criteria.items()
        ],
    }
