"""Asks a model's server: turns, retries, what the server takes, budget, and a record of it all."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from rubrics.llm.failing import Breaker, Failed
from rubrics.llm.settings import Budget, Call, LlmSettings, Spend

NO_TIME = "There was no time left for the model to answer."
RESTING = "The model's server failed several times in a row and is left alone for a while."
NO_BUDGET = "The budget for asking a model is used up."
NO_REPLY = "The model's reply could not be read."
CUT = "The model's reply broke off before its end."
DECLINED = "The model declined to answer."

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

    def without(self, said: str) -> "_Dialect | None":
        """What to try after a refusal in these words; None when there is nothing left to try."""
        if self.has_temperature and "temperature" in said:
            return replace(self, has_temperature=False)
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
            strict = {"name": "verdicts", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": strict}
        elif self.form == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a model: about which criterion, in which words, until when (on the clock)."""

    criterion: str
    messages: Sequence[Message]
    schema: Mapping[str, object]
    until: float


class ModelServer:
    """A model's server as one process sees it: made once, shared by all threads that ask it.

    ``clock`` gives seconds that only grow, ``jitter`` a share from 0 to 1.
    """

    def __init__(
        self,
        settings: LlmSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Ask nothing yet."""
        self.settings = settings
        self.clock = clock
        self._sleep, self._jitter = sleep, jitter
        self._turns = threading.BoundedSemaphore(settings.concurrency)
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

    def _wait(self, tried: int, failed: Failed, until: float) -> None:
        pause = min(LONGEST_WAIT, FIRST_WAIT * 2**tried) * (0.5 + self._jitter() / 2)
        if failed.is_busy and failed.after:
            self._not_before = max(self._not_before, self.clock() + failed.after)
        pause = max(pause, failed.after)
        if self.clock() + pause >= until:
            raise failed
        self._sleep(pause)

    def _once(
        self, asked: Asked, dialect: _Dialect, budget: Budget, record: Callable[[Call], None]
    ) -> str:
        """One request, in its turn and within the budget."""
        with self._turn(asked.until):
            if not self._breaker.allows():
                raise Failed(RESTING)
            body = dialect.body(self.settings, asked.messages, asked.schema)
            sent = json.dumps(body, ensure_ascii=False)
            tokens = -(-len(sent.encode(errors="replace")) // BYTES_A_TOKEN)
            most = self.settings.spend(tokens, self.settings.most_tokens)
            if not budget.take(most):
                raise Failed(NO_BUDGET)
            spend, begin = most, self.clock()
            said, words, is_estimate = "", "", True
            try:
                raw = self._send(body, min(self.settings.timeout, asked.until - begin))
                said = raw.decode(errors="replace")
                used = _used(raw)
                is_estimate = used is None
                reply_tokens = -(-len(raw) // BYTES_A_TOKEN)
                tokens_in, tokens_out = used or (tokens, reply_tokens)
                spend = self.settings.spend(tokens_in, tokens_out)
                return _text(raw)
            except Failed as failed:
                said, words = said or failed.said, failed.words
                if not failed.may_cost:
                    spend, is_estimate = Spend(), False
                elif is_estimate and not said:  # what it wrote is unknown, and nothing is not it
                    spend = self.settings.spend(tokens, 0)
                raise
            finally:
                budget.spent(most, spend)
                record(
                    Call(
                        criterion=asked.criterion,
                        model=self.settings.model,
                        failed=words,
                        spend=spend,
                        is_estimate=is_estimate,
                        seconds=self.clock() - begin,
                        sent=self._scrubbed(sent),
                        received=self._scrubbed(said)[:_RECORDED],
                    )
                )

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

    def _send(self, body: Mapping[str, Any], seconds: float) -> bytes:
        from rubrics.llm.wire import send

        try:
            raw = send(self.settings, body, seconds)
        except Failed as failed:
            if failed.is_reply or failed.is_refusal:
                self._breaker.good()
            elif not failed.is_busy:
                self._breaker.bad()
            raise
        self._breaker.good()
        return raw

    def _scrubbed(self, text: str) -> str:
        """A text without the key: a server may say back what it was sent."""
        key = self.settings.api_key
        if not key:
            return text
        return text.replace(key, "…").replace(json.dumps(key)[1:-1], "…")


def _used(raw: bytes) -> tuple[int, int] | None:
    """The tokens that a reply says were used, in and out."""
    try:
        usage = _Used.model_validate_json(raw).usage
    except ValidationError:
        return None
    return usage.prompt_tokens, usage.completion_tokens


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
