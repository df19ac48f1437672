"""Two people at the very same moment, without luck: both wait at a lock, then it opens."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection, transaction

from mlsd_app.processes import wait_until

T = TypeVar("T")
SECONDS = 20


def at_once(lock: Callable[[], object], *calls: Callable[[], T]) -> list[T]:
    """Run calls in threads with connections of their own, all stopped by the same lock.

    ``lock`` runs in a transaction that ends when every call waits for it. Gives the results in
    the order of the calls.
    """
    with ThreadPoolExecutor(len(calls)) as threads:
        with transaction.atomic():
            lock()
            running = [threads.submit(_apart, call) for call in calls]
            assert wait_until(lambda: _waiting() == len(calls), seconds=SECONDS)
        return [each.result(timeout=SECONDS) for each in running]


def together(*calls: Callable[[], T], seconds: float = SECONDS) -> list[T]:
    """Run calls in threads with connections of their own, begun together: any may be first.

    ``seconds`` is how long they may take. Gives the results in the order of the calls.
    """
    start = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait(SECONDS)
        return _apart(call)

    with ThreadPoolExecutor(len(calls)) as threads:
        running = [threads.submit(run, call) for call in calls]
        return [each.result(timeout=seconds) for each in running]


def _apart(call: Callable[[], T]) -> T:
    try:
        return call()
    finally:
        connection.close()


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])
