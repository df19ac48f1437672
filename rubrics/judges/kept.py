"""Keeps what is costly to build from a rubric: once per hash, the latest used, for all threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Generic, Protocol, TypeVar

from rubrics.schema import Rubric

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


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


class _Builder(Protocol[T_co]):
    def __call__(self, rubric: Rubric, *parts: Hashable) -> T_co: ...


def kept(most: int) -> Callable[[Callable[..., T]], _Builder[T]]:
    """Decorate a builder: what it made of the ``most`` rubrics that were used last is kept.

    A rubric is told by its hash, what else the builder takes by its value.
    """

    def decorate(build: Callable[..., T]) -> _Builder[T]:
        kept: OrderedDict[tuple[Hashable, ...], _Kept[T]] = OrderedDict()
        looking = threading.Lock()

        @wraps(build)
        def give(rubric: Rubric, *parts: Hashable) -> T:
            key = (rubric.hash, *parts)
            with looking:
                one = kept.setdefault(key, _Kept())
                kept.move_to_end(key)
                if len(kept) > most:
                    kept.popitem(last=False)
            return one.give(lambda: build(rubric, *parts))

        return give

    return decorate
