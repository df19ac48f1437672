"""Keeps what is costly to build from a rubric: once per hash, the latest used, for all threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from rubrics.schema import Rubric

T = TypeVar("T")


def kept(most: int) -> Callable[[Callable[[Rubric], T]], Callable[[Rubric], T]]:
    """Decorate a builder: what it made of the ``most`` rubrics that were used last is kept."""

    def decorate(build: Callable[[Rubric], T]) -> Callable[[Rubric], T]:
        built: OrderedDict[str, T] = OrderedDict()
        building = threading.Lock()

        @wraps(build)
        def give(rubric: Rubric) -> T:
            with building:
                if rubric.hash in built:
                    built.move_to_end(rubric.hash)
                    return built[rubric.hash]
                made = built[rubric.hash] = build(rubric)
                if len(built) > most:
                    built.popitem(last=False)
                return made

        return give

    return decorate
