"""What a model's server is, what a request to it came to, and what whoever judges by it lends."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Spend:
    """Tokens sent and received, and their price in the currency of the settings."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0

    def __add__(self, other: "Spend") -> "Spend":
        """Both together."""
        return Spend(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.cost + other.cost,
        )


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """A model, where it is, what it costs, and how much of everything is too much.

    Prices are per million tokens, times in seconds. ``timeout`` is for one request from the first
    byte to the last, ``whole`` for all requests about one answer. ``concurrency`` holds for all
    threads that share a ``ModelServer``. After ``failures`` requests in a row that came to nothing
    the server is left alone for ``rest``. A ``samples`` of 1 never asks again at a gate's edge.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    price_in: float = 0.0
    price_out: float = 0.0
    timeout: float = 60.0
    whole: float = 300.0
    concurrency: int = 4
    retries: int = 2
    samples: int = 3
    failures: int = 5
    rest: float = 30.0
    most_sent: int = 60_000  # characters of an answer
    most_read: int = 256 * 1024  # bytes of a reply
    most_tokens: int = 4_000  # of a reply

    def __post_init__(self) -> None:
        """Raise ValueError for what no request could be made of."""
        url = urlsplit(self.base_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError("The model's address begins with https:// or http:// and a host.")
        if url.username or url.password:
            raise ValueError("Leave name and password out of the model's address.")
        if not self.model:
            raise ValueError("Say which model to ask.")
        if not self.api_key.isascii() or any(not sign.isprintable() for sign in self.api_key):
            raise ValueError("The key holds a sign that no key has.")
        least = (self.timeout, self.whole, self.concurrency, self.samples, self.failures)
        if min(least) <= 0 or min(self.price_in, self.price_out, self.retries, self.rest) < 0:
            raise ValueError("A limit of the model is below the least that works.")

    def spend(self, tokens_in: int, tokens_out: int) -> Spend:
        """What so many tokens cost."""
        cost = (tokens_in * self.price_in + tokens_out * self.price_out) / MILLION
        return Spend(tokens_in, tokens_out, cost)


@dataclass(frozen=True, slots=True)
class Call:
    """One request and what came of it. Neither text holds the key.

    ``failed`` says in words why nothing came, or is empty. ``is_estimate``: the server did not
    say what was used. ``sent`` is JSON, ``received`` the beginning of what came.
    """

    criterion: str
    model: str
    failed: str
    spend: Spend
    is_estimate: bool
    seconds: float
    sent: str
    received: str


def total(calls: Iterable[Call]) -> Spend:
    """What calls came to."""
    return sum((call.spend for call in calls), Spend())


class Budget(Protocol):
    """Who says whether a request may still be made. Asked by many threads at once."""

    def take(self, most: Spend) -> bool:
        """Whether a request that comes to so much at most may be made; True holds it back."""
        ...

    def spent(self, held: Spend, spend: Spend) -> None:
        """Follow each ``take`` that said True once: give back what was held, book what it was."""
        ...


class Cache(Protocol):
    """Replies by a hash of all that was asked. Used by the thread that called the judge."""

    def get(self, key: str) -> str | None:
        """What was put there, if it is still there."""
        ...

    def put(self, key: str, value: str) -> None:
        """Keep a text."""
        ...
