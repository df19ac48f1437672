"""Budgets and caches that live as long as their process."""

import threading
from collections import OrderedDict

from rubrics.llm.settings import Spend


class Purse:
    """A budget of money. Without a limit it only counts."""

    def __init__(self, limit: float | None = None) -> None:
        """Take the most that may be spent, in the currency of the prices."""
        self._limit = limit
        self._lock = threading.Lock()
        self._held = Spend()
        self.total = Spend()

    def take(self, most: Spend) -> bool:
        """Hold back what a request may cost, unless that and all before are over the limit."""
        with self._lock:
            after = self.total.cost + self._held.cost + most.cost
            if self._limit is not None and after > self._limit:
                return False
            self._held += most
            return True

    def spent(self, held: Spend, spend: Spend) -> None:
        """Book a request."""
        with self._lock:
            self._held += Spend(-held.tokens_in, -held.tokens_out, -held.cost)
            self.total += spend


class Shelf:
    """A cache of the texts used last."""

    def __init__(self, most: int = 1_000) -> None:
        """Take how many are kept."""
        self._most = most
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str) -> str | None:
        """Give a text that is still there."""
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
            return self._texts.get(key)

    def put(self, key: str, value: str) -> None:
        """Keep a text, and let the one go that was not used for longest."""
        with self._lock:
            self._texts[key] = value
            self._texts.move_to_end(key)
            if len(self._texts) > self._most:
                self._texts.popitem(last=False)
