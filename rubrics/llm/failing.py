"""What goes wrong between a judge and a model, in words for people; and when to leave it alone."""

import threading
from collections.abc import Callable


class Failed(Exception):
    """Nothing came of a request. The words are for people and hold nothing that a server said.

    ``said`` is what the server said. ``may_again``: another try may help, ``after`` so many
    seconds at the earliest. ``may_cost``: the server may have worked. ``is_busy``: it is well and
    has too much to do. ``is_reply``: it did answer, but not so that it can be used.
    ``is_refusal``: something in the request is not to its taste.
    """

    def __init__(
        self,
        words: str,
        *,
        said: str = "",
        may_again: bool = False,
        may_cost: bool = False,
        is_busy: bool = False,
        is_reply: bool = False,
        is_refusal: bool = False,
        after: float = 0.0,
    ) -> None:
        """Say what happened in ``words``."""
        super().__init__(words)
        self.words = words
        self.said = said
        self.may_again = may_again
        self.may_cost = may_cost
        self.is_busy = is_busy
        self.is_reply = is_reply
        self.is_refusal = is_refusal
        self.after = after


class Breaker:
    """Leaves a server alone that failed several times in a row; then one request tries again."""

    def __init__(self, failures: int, rest: float, clock: Callable[[], float]) -> None:
        """Rest for so many seconds after so many failures."""
        self._most, self._rest, self._clock = failures, rest, clock
        self._lock = threading.Lock()
        self._failed = 0
        self._closed_until = 0.0

    def allows(self) -> bool:
        """Whether a request may be made; of those after a rest the first one."""
        with self._lock:
            if self._failed < self._most:
                return True
            if self._clock() < self._closed_until:
                return False
            self._closed_until = self._clock() + self._rest
            return True

    def good(self) -> None:
        """Note that the server answered."""
        with self._lock:
            self._failed = 0

    def bad(self) -> None:
        """Note that it did not."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._most:
                self._closed_until = self._clock() + self._rest
