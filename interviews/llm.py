"""The model's server as all workers share it: turns, budget, a record of every request, figures.

Whoever asks a model asks by ``server``, with a ``Purse`` for the money and a ``recorder``.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

import rubrics
from interviews.models import Interview, LlmCall, LlmSpend, LlmTurn, Purpose, SecondOpinion
from interviews.models.llm import Figures
from rubrics.models import FrameworkVersion, QuestionVersion

Clock = Callable[[], datetime]

# Beyond the time of a request a turn and its money are held for so long, all around it.
_SLACK = timedelta(seconds=30)
# Whoever waits for a turn looks again after so many seconds.
_LOOK = 0.2
_CHECK_SECONDS = 15.0
_LATEST = 10


# So many threads of this process may wait for a model's words; the others answer everybody else.
_talking = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))

# What a reply to somebody who waits may hold, and how long it may take (seconds).
_TALK_TOKENS, _TALK_SECONDS = 1_200, 10.0


def is_talking() -> bool:
    """Whether a model words what the interviewer says."""
    return bool(settings.LLM and settings.LLM_INTERVIEWER_MODEL)


@contextmanager
def may_talk() -> Iterator[bool]:
    """Say whether this thread may wait for a model's words, or too many do; it never waits here.

    Leave it in the thread that entered it, when the words are there.
    """
    is_free = _talking.acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            _talking.release()


def is_judging() -> bool:
    """Whether a model judges beside the rules."""
    return bool(settings.LLM and settings.LLM_JUDGE_MODEL)


@dataclass(frozen=True, slots=True)
class Sent:
    """Which machine is asked, and which models: one judges, one words what the interviewer says."""

    host: str
    judge: str
    interviewer: str


def sent() -> Sent | None:
    """Say where texts are sent to; None where nothing is."""
    of = settings.LLM
    if of is None:
        return None
    host = urlsplit(of.base_url).netloc
    return Sent(host, settings.LLM_JUDGE_MODEL, settings.LLM_INTERVIEWER_MODEL)


@contextmanager
def _briefly() -> Iterator[None]:
    """Give back a connection that was opened for this alone: judges have threads of their own."""
    was_open = connection.connection is not None
    try:
        yield
    finally:
        if not was_open:
            connection.close()


@contextmanager
def letting_go(*read: QuestionVersion | FrameworkVersion) -> Iterator[None]:
    """Wait long without a connection; the documents that are needed meanwhile are read before."""
    for row in read:
        _ = row.value
    if not connection.in_atomic_block:
        connection.close()
    yield


class Turns:
    """So many requests at the same time, over all workers and machines.

    Within a process threads wait for each other, so that few look for a turn of the database.
    """

    def __init__(
        self,
        of: rubrics.LlmSettings,
        places: int,
        *,
        clock: Clock,
        seconds: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take a turn for one request of a server."""
        self._places, self._clock = places, clock
        self._lease = timedelta(seconds=of.timeout) + _SLACK
        self._here = threading.BoundedSemaphore(places)
        self._mine = threading.local()
        self._seconds, self._sleep = seconds, sleep

    def acquire(self, *, timeout: float) -> bool:
        """Wait for a turn for so many seconds at most; whether there was one."""
        until = self._seconds() + timeout
        if not self._here.acquire(timeout=timeout):
            return False
        turn = None
        try:
            turn = self._taken()
            while turn is None and self._seconds() + _LOOK < until:
                self._sleep(_LOOK)
                turn = self._taken()
        finally:
            if turn is None:
                self._here.release()
        self._mine.turn = turn
        return turn is not None

    def _taken(self) -> LlmTurn | None:
        with _briefly():
            now = self._clock()
            return LlmTurn.objects.take(places=self._places, lease=self._lease, now=now)

    def release(self) -> None:
        """Give it back."""
        try:
            with _briefly():
                self._mine.turn.give_back()
        finally:
            self._here.release()


class Purse:
    """The budget of all workers. What a thread takes, the same thread books."""

    def __init__(
        self, of: rubrics.LlmSettings, interview: Interview | None = None, *, clock: Clock
    ) -> None:
        """Pay for requests to a server, about an interview or about nothing."""
        self._of, self._interview, self._clock = of, interview, clock
        self._mine = threading.local()

    def take(self, most: rubrics.Spend) -> bool:
        """Hold back what a request may cost, unless that and all before are over the limit."""
        with _briefly():
            self._mine.spend = LlmSpend.objects.take(
                cost=self._of.spend(most.tokens_in, 0).cost,
                most=most.cost,
                limit=settings.LLM_BUDGET,
                interview=self._interview,
                limit_each=settings.LLM_BUDGET_INTERVIEW,
                window=_window(),
                lease=timedelta(seconds=self._of.timeout) + _SLACK,
                now=self._clock(),
            )
        return self._mine.spend is not None

    def spent(self, held: rubrics.Spend, spend: rubrics.Spend) -> None:
        """Book a request."""
        with _briefly():
            self._mine.spend.settle(spend.cost)


def _window() -> timedelta:
    return timedelta(days=settings.LLM_BUDGET_DAYS)


def server(model: str, purpose: Purpose, *, clock: Clock) -> rubrics.ModelServer | None:
    """Give the server as this process sees it, to ask a model; None where none is set up."""
    if settings.LLM is None:
        return None
    of = replace(settings.LLM, model=model)
    if purpose == Purpose.INTERVIEWER:
        of = replace(of, most_tokens=_TALK_TOKENS, timeout=min(of.timeout, _TALK_SECONDS))
    return _server(of, places(of, purpose), clock)


def places(of: rubrics.LlmSettings, purpose: Purpose) -> int:
    """How many may ask for this at the same time: all, or all but the interviewer's one."""
    is_patient = purpose in (Purpose.JUDGE, Purpose.COMPARISON)
    if is_patient and settings.LLM_INTERVIEWER_MODEL and of.concurrency > 1:
        return of.concurrency - 1  # somebody waits for the interviewer, and nobody for a judge
    return of.concurrency


@lru_cache(maxsize=16)
def _server(of: rubrics.LlmSettings, places: int, clock: Clock) -> rubrics.ModelServer:
    return rubrics.ModelServer(of, turns=Turns(of, places, clock=clock))


def recorder(
    purpose: Purpose, interview: Interview | None = None, *, clock: Clock
) -> Callable[[rubrics.Call], None]:
    """Give what keeps a record of each request."""

    def record(call: rubrics.Call) -> None:
        with _briefly():
            LlmCall.objects.record(call, purpose, interview, now=clock())

    return record


def models() -> tuple[str, ...]:
    """Name each model that is set up, once."""
    named = (settings.LLM_JUDGE_MODEL, settings.LLM_INTERVIEWER_MODEL)
    return tuple(dict.fromkeys(each for each in named if each)) if settings.LLM else ()


def check(*, clock: Clock) -> str:
    """Ask each model for next to nothing; say why nothing came of the first that fails, or ""."""
    every = models()
    for model in every:
        asked = server(model, Purpose.CHECK, clock=clock)
        assert asked
        purse, record = Purse(asked.settings, clock=clock), recorder(Purpose.CHECK, clock=clock)
        if why := asked.check(purse, record, seconds=_CHECK_SECONDS):
            return f"{model}: {why}" if len(every) > 1 else why
    return "" if every else "No model is set up."


@dataclass(frozen=True, slots=True)
class Status:
    """What staff see: the server, the money of the window of so many days, requests, failures.

    ``waiting``, ``judged`` and ``unjudged`` count second opinions, of all times.
    """

    sent: Sent | None
    has_key: bool
    days: float
    spent: float
    budget: float | None
    has_prices: bool
    figures: Figures
    failures: Sequence[LlmCall]
    checked: LlmCall | None
    waiting: int
    judged: int
    unjudged: int

    @property
    def left(self) -> float | None:
        """What may still be spent; None without a budget."""
        return None if self.budget is None else max(0.0, self.budget - self.spent)

    @property
    def is_used_up(self) -> bool:
        """Whether nothing is left."""
        return self.left is not None and self.left <= 0


def status(*, now: datetime) -> Status | None:
    """Read how it goes; None where no model is set up and none ever was asked."""
    of = settings.LLM
    if of is None and not LlmCall.objects.exists():
        return None
    since = now - _window()
    states = SecondOpinion.State
    by_state = {state: SecondOpinion.objects.filter(state=state).count() for state in states}
    bad = LlmCall.objects.exclude(failed="").defer("received")
    return Status(
        sent=sent(),
        has_key=bool(of and of.api_key),
        days=settings.LLM_BUDGET_DAYS,
        spent=LlmSpend.objects.since(since).total(now),
        budget=settings.LLM_BUDGET,
        has_prices=bool(of and (of.price_in or of.price_out)),
        figures=LlmCall.objects.figures(since),
        failures=list(bad[:_LATEST]),
        checked=LlmCall.objects.filter(purpose=Purpose.CHECK).first(),
        waiting=by_state[states.WAITING],
        judged=by_state[states.JUDGED],
        unjudged=by_state[states.FAILED],
    )
