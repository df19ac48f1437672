"""Asks a model's server: turns, retries, what the server takes, budget, and a record of it all.

A reply comes whole, or as it is written (``stream``): then it is tried once, and read on the way.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, Field, ValidationError

from rubrics.llm.failing import Breaker, Failed
from rubrics.llm.settings import Budget, Call, LlmSettings, Spend

NO_TIME = "There was no time left for the model to answer."
RESTING = "The model's server failed several times in a row and is left alone for a while."
NO_BUDGET = "The budget for asking a model is used up."
NO_REPLY = "The model's reply could not be read."
CUT = "The model's reply broke off before its end."
DECLINED = "The model declined to answer."
BUSY = "The model's server has asked to be left alone for a moment."
BROKE = "The model's server failed while it answered."
UNHEARD = "Nobody waited for the rest of the reply."

Message = Mapping[str, str]
FIRST_WAIT = 0.5  # seconds before the first retry, twice as long before each further one
LONGEST_WAIT = 20.0
BYTES_A_TOKEN = 3  # of English 4 and more: an estimate to be on the safe side
_RECORDED = 20_000  # characters of a reply


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = Field(ge=0, le=100_000_000)
    completion_tokens: int = Field(ge=0, le=100_000_000)


class _Delta(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Part(BaseModel):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


class _Chunk(BaseModel):
    choices: list[_Part] = []
    error: object = None


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


class _Used(BaseModel):
    usage: _Usage


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Which parameters a server takes: not all take all, and each names its own refusal."""

    form: Literal["json_schema", "json_object", "none"] = "json_schema"
    most: Literal["max_tokens", "max_completion_tokens", "none"] = "max_tokens"
    has_temperature: bool = True
    has_usage: bool = True  # at the end of a stream

    def without(self, said: str) -> "_Dialect | None":
        """What to try after a refusal in these words; None when there is nothing left to try."""
        if self.has_temperature and "temperature" in said:
            return replace(self, has_temperature=False)
        if self.has_usage and ("stream_options" in said or "include_usage" in said):
            return replace(self, has_usage=False)
        if self.most == "max_tokens" and "max_tokens" in said:
            return replace(self, most="max_completion_tokens")
        if self.most == "max_completion_tokens" and "max_completion_tokens" in said:
            return replace(self, most="none")
        if self.form == "json_schema":
            return replace(self, form="json_object")
        if self.form == "json_object":
            return replace(self, form="none")
        return None

    def body(
        self, settings: LlmSettings, messages: Sequence[Message], schema: Mapping[str, object]
    ) -> dict[str, Any]:
        """The parameters of a request."""
        body: dict[str, Any] = {"model": settings.model, "messages": list(messages)}
        if self.has_temperature:
            body["temperature"] = 0
        if self.most != "none":
            body[self.most] = settings.most_tokens
        if self.form == "json_schema":
            strict = {"name": "reply", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": strict}
        elif self.form == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    def streamed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of the same request for a stream."""
        usage = {"stream_options": {"include_usage": True}} if self.has_usage else {}
        return {**body, "stream": True, **usage}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a model: about which criterion, in which words, until when (on the clock)."""

    criterion: str
    messages: Sequence[Message]
    schema: Mapping[str, object]
    until: float


T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Reader(Protocol[T_co]):
    """Makes something of a reply while it comes. Both raise Failed when it is not what it reads."""

    def read(self, piece: str) -> Iterable[T_co]:
        """Take the next piece; give what is whole now."""
        ...

    def end(self) -> None:
        """Learn that there is no more."""
        ...


@dataclass(slots=True)
class _Came:
    """What has come of a request: all that is kept of it, and what it used, if that is known."""

    said: str = ""
    used: tuple[int, int] | None = None
    size: int = 0  # bytes


class Turns(Protocol):
    """Who says how many ask at the same time; each thread gives back the turn that it took."""

    def acquire(self, *, timeout: float) -> bool:
        """Wait for a turn for so many seconds at most; whether there was one."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


class ModelServer:
    """A model's server as one process sees it: made once, shared by all threads that ask it.

    ``clock`` gives seconds that only grow, ``jitter`` a share from 0 to 1. Without ``turns`` the
    settings' concurrency holds for this process alone.
    """

    def __init__(
        self,
        settings: LlmSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        turns: Turns | None = None,
    ) -> None:
        """Ask nothing yet."""
        self.settings = settings
        self.clock = clock
        self._sleep, self._jitter = sleep, jitter
        self._turns: Turns = turns or threading.BoundedSemaphore(settings.concurrency)
        self._breaker = Breaker(settings.failures, settings.rest, clock)
        self._dialect = _Dialect()
        self._not_before = 0.0

    def ask(self, asked: Asked, budget: Budget, record: Callable[[Call], None]) -> str:
        """Give what the model says. Raises Failed once nothing more is worth a try."""
        tried, dialect = 0, self._dialect
        while True:
            try:
                text = self._once(asked, dialect, budget, record)
            except Failed as failed:
                narrower = dialect.without(failed.said) if failed.is_refusal else None
                if narrower:
                    dialect = narrower
                    continue
                if not failed.may_again or tried >= self.settings.retries:
                    raise
                self._wait(tried, failed, asked.until)
                tried += 1
            else:
                self._dialect = dialect
                return text

    def check(self, budget: Budget, record: Callable[[Call], None], *, seconds: float) -> str:
        """Ask for next to nothing, and say why nothing came of it; empty when all is well."""
        schema = {
            "type": "object",
            "properties": {"ready": {"type": "boolean"}},
            "required": ["ready"],
            "additionalProperties": False,
        }
        said = [{"role": "user", "content": 'Reply with JSON alone: {"ready": true}'}]
        try:
            self.ask(Asked("", said, schema, self.clock() + seconds), budget, record)
        except Failed as failed:
            return failed.words
        return ""

    def _wait(self, tried: int, failed: Failed, until: float) -> None:
        pause = min(LONGEST_WAIT, FIRST_WAIT * 2**tried) * (0.5 + self._jitter() / 2)
        self._heed(failed)
        pause = max(pause, failed.after)
        if self.clock() + pause >= until:
            raise failed
        self._sleep(pause)

    def _heed(self, failed: Failed) -> None:
        """Note when a busy server wants the next request."""
        if failed.is_busy and failed.after:
            self._not_before = max(self._not_before, self.clock() + failed.after)

    def stream(
        self,
        asked: Asked,
        left: Callable[[], float],
        reader: Reader[T],
        budget: Budget,
        record: Callable[[Call], None],
    ) -> Generator[T, None, None]:
        """Give what a reader makes of a reply while it comes; tried once. Raises Failed.

        ``left`` says how many seconds there still are, and is asked before every wait; ``until``
        counts for the first. Whoever has enough closes the generator; until then a turn is taken.
        """
        dialect = self._dialect
        while True:
            try:
                with closing(
                    self._streamed(asked, dialect, left, reader, budget, record)
                ) as streamed:
                    for made in streamed:
                        self._dialect = dialect
                        yield made
            except Failed as failed:
                self._heed(failed)
                narrower = dialect.without(failed.said) if failed.is_refusal else None
                if not narrower:
                    raise
                dialect = narrower
            else:
                self._dialect = dialect
                return

    def _streamed(
        self,
        asked: Asked,
        dialect: _Dialect,
        left: Callable[[], float],
        reader: Reader[T],
        budget: Budget,
        record: Callable[[Call], None],
    ) -> Generator[T, None, None]:
        if 0 < self._not_before - self.clock() <= self.settings.rest:  # or it is not believed
            raise Failed(BUSY)
        with self._turn(asked.until):
            body = dialect.streamed(dialect.body(self.settings, asked.messages, asked.schema))
            with self._paid(asked, body, budget, record) as came, self._noted():
                with closing(self._pieces(body, left, came)) as pieces:
                    for piece in pieces:
                        yield from reader.read(piece)
                reader.end()

    def _pieces(
        self, body: Mapping[str, Any], left: Callable[[], float], came: _Came
    ) -> Generator[str, None, None]:
        """What the model says, as it comes; all of it, or Failed."""
        from rubrics.llm.wire import stream

        is_whole = False
        with closing(stream(self.settings, body, left)) as events:
            for event in events:
                if event == "[DONE]":
                    is_whole = True
                    break
                piece, is_last = _piece(event, came)
                is_whole = is_whole or is_last
                if piece:
                    yield piece
        if not is_whole:
            raise Failed(CUT, may_cost=True)

    def _once(
        self, asked: Asked, dialect: _Dialect, budget: Budget, record: Callable[[Call], None]
    ) -> str:
        """One request, in its turn and within the budget."""
        from rubrics.llm.wire import send

        with self._turn(asked.until):
            body = dialect.body(self.settings, asked.messages, asked.schema)
            with self._paid(asked, body, budget, record) as came, self._noted():
                left = min(self.settings.timeout, asked.until - self.clock())
                raw = send(self.settings, body, left)
                came.said, came.size = raw.decode(errors="replace"), len(raw)
                came.used = _used(raw)
                return _text(raw)

    @contextmanager
    def _paid(
        self,
        asked: Asked,
        body: Mapping[str, Any],
        budget: Budget,
        record: Callable[[Call], None],
    ) -> Iterator[_Came]:
        """Hold a request against the budget; then book and record what came of it."""
        if not self._breaker.allows():
            raise Failed(RESTING)
        sent = json.dumps(body, ensure_ascii=False)
        tokens = -(-len(sent.encode(errors="replace")) // BYTES_A_TOKEN)
        most = self.settings.spend(tokens, self.settings.most_tokens)
        if not budget.take(most):
            raise Failed(NO_BUDGET)
        came, words, begin = _Came(), "", self.clock()
        is_free, is_known = False, False
        try:
            yield came
            is_known = True
        except Failed as failed:
            came.said, words = came.said or failed.said, failed.words
            is_free, is_known = not failed.may_cost, True
            raise
        except GeneratorExit:
            words, is_known = UNHEARD, True
            raise
        finally:
            # What it wrote may be unknown, and nothing is not it.
            guess = (tokens, -(-came.size // BYTES_A_TOKEN))
            spend = self.settings.spend(*(came.used or guess)) if is_known else most
            budget.spent(most, Spend() if is_free else spend)
            record(
                Call(
                    criterion=asked.criterion,
                    model=self.settings.model,
                    failed=words,
                    spend=Spend() if is_free else spend,
                    is_estimate=not is_free and came.used is None,
                    seconds=self.clock() - begin,
                    sent=self._scrubbed(sent),
                    received=self._scrubbed(came.said)[:_RECORDED],
                )
            )

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Tell the breaker what came of a request."""
        try:
            yield
        except Failed as failed:
            if failed.is_reply or failed.is_refusal:
                self._breaker.good()
            elif not failed.is_busy:
                self._breaker.bad()
            raise
        except GeneratorExit:  # it had said something
            self._breaker.good()
            raise
        self._breaker.good()

    @contextmanager
    def _turn(self, until: float) -> Iterator[None]:
        """Wait for one of the places, and for the moment that a busy server has named."""
        held = self._not_before - self.clock()
        if held > 0 and self.clock() + held < until:
            self._sleep(held)
        left = until - self.clock()
        if left <= 0 or not self._turns.acquire(timeout=left):
            raise Failed(NO_TIME)
        try:
            if self.clock() >= until:
                raise Failed(NO_TIME)
            yield
        finally:
            self._turns.release()

    def _scrubbed(self, text: str) -> str:
        """A text without the key: a server may say back what it was sent."""
        key = self.settings.api_key
        if not key:
            return text
        return text.replace(key, "…").replace(json.dumps(key)[1:-1], "…")


def _used(raw: bytes | str) -> tuple[int, int] | None:
    """The tokens that a reply says were used, in and out."""
    try:
        usage = _Used.model_validate_json(raw).usage
    except ValidationError:
        return None
    return usage.prompt_tokens, usage.completion_tokens


def _piece(event: str, came: _Came) -> tuple[str, bool]:
    """What an event of a stream says, and whether it is the last that says something."""
    try:
        chunk = _Chunk.model_validate_json(event)
    except ValidationError:
        raise Failed(NO_REPLY, said=event, may_cost=True, is_reply=True) from None
    if chunk.error is not None:
        raise Failed(BROKE, said=event, may_cost=True)
    came.used = _used(event) or came.used
    if not chunk.choices:
        return "", False
    part = chunk.choices[0]
    piece = part.delta.content or ""
    came.said += piece if len(came.said) < _RECORDED else ""
    came.size += len(piece.encode(errors="replace"))
    if part.delta.refusal or part.finish_reason == "content_filter":
        raise Failed(DECLINED, may_cost=True, is_reply=True)
    if part.finish_reason == "length":
        raise Failed(CUT, may_cost=True, is_reply=True)
    return piece, part.finish_reason is not None


def _text(raw: bytes) -> str:
    """What the model says in a reply. Raises Failed."""
    try:
        choice = _Completion.model_validate_json(raw).choices[0]
    except ValidationError:
        raise Failed(NO_REPLY, may_cost=True, is_reply=True) from None
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise Failed(DECLINED, may_cost=True, is_reply=True)
    if choice.finish_reason == "length":
        raise Failed(CUT, may_cost=True, is_reply=True)
    if not choice.message.content:
        raise Failed(NO_REPLY, may_cost=True, is_reply=True)
    return choice.message.content
