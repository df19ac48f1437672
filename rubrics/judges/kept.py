"""Keeps what is costly to make of a document: once per hash, the latest used, for all threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Generic, ParamSpec, TypeVar

from rubrics.schema import Document

P = ParamSpec("P")
T = TypeVar("T")


class _Kept(Generic[T]):
    """One thing that is built by whoever asks first; others wait for it, and for it alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: T | None = None

    def give(self, build: Callable[[], T]) -> T:
        with self._lock:
            if self._made is None:
                self._made = build()
            return self._made


def by_hash(document: Document, *parts: Hashable) -> Hashable:
    """Tell a document by its hash, and what else is taken by its value."""
    return (document.hash, *parts)


def kept(
    most: int, key: Callable[..., Hashable] = by_hash
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a builder: what it made of the ``most`` that were used last is kept.

    ``key`` takes what the builder takes, and gives what tells it from others.
    """

    def decorate(build: Callable[P, T]) -> Callable[P, T]:
        kept: OrderedDict[Hashable, _Kept[T]] = OrderedDict()
        looking = threading.Lock()

        @wraps(build)
        def give(*args: P.args, **kwargs: P.kwargs) -> T:
            name = key(*args, **kwargs)
            with looking:
                one = kept.setdefault(name, _Kept())
                kept.move_to_end(name)
                if len(kept) > most:
                    kept.popitem(last=False)
            return one.give(lambda: build(*args, **kwargs))

        return give

    return decorate
