"""Saves that were acknowledged, after web server and Postgres were killed again and again.

`make bench-durability` does the same with 8 clients and 500 saves each.
"""

import pytest

from benchmarks.durability import savers
from tests.stack import Stack

pytestmark = pytest.mark.journey  # it needs no browser, but everything that runs

CLIENTS, SAVES = 8, 40
SECONDS = 120  # a few on an idle machine


def test_every_acknowledged_revision_is_there_in_order_and_once(stack: Stack) -> None:
    kept = savers.run(stack, seed=5, clients=CLIENTS, saves=SAVES, kills=3, seconds=SECONDS)
    assert kept.is_whole, str(kept)
    assert kept.acknowledged == CLIENTS * SAVES
    assert kept.killed == 3, "nothing was put to the test"
    stack.await_ready()
