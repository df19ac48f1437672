"""The task queue, and the heartbeat by which /readyz knows that a worker is alive."""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_ready
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsd_app.settings")

from django.conf import settings
from django.core.cache import cache

from rubrics import settle

HEARTBEAT_SECONDS = 1  # a worker that stops waits for its timer, so this is short
HEARTBEAT_LASTS = 10  # seconds; the cache forgets a worker that stays silent longer

app = Celery("mlsd")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [
    # Each with its own exchange and key: left out, all would take those of the first.
    Queue(name, Exchange(name), routing_key=name)
    for name in settings.QUEUES
]
app.conf.task_create_missing_queues = False
app.autodiscover_tasks()


def heartbeat_key(queue: str) -> str:
    """Under which name a worker of this queue leaves its sign of life in the cache."""
    return f"worker-alive-{queue}"


class Heartbeat(bootsteps.StartStopStep):
    """Leaves a sign of life for each queue that this worker reads."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, parent: Any, **options: Any) -> None:
        self.entry: Any = None
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        self.beat(parent)
        self.entry = parent.timer.call_repeatedly(HEARTBEAT_SECONDS, self.beat, (parent,))

    def stop(self, parent: Any) -> None:
        if self.entry:
            self.entry.cancel()
        cache.delete_many([heartbeat_key(queue) for queue in self._queues(parent)])

    def beat(self, parent: Any) -> None:
        for queue in self._queues(parent):
            cache.set(heartbeat_key(queue), "alive", HEARTBEAT_LASTS)

    @staticmethod
    def _queues(parent: Any) -> list[str]:
        return list(parent.app.amqp.queues.consume_from)


app.steps["worker"].add(Heartbeat)


@worker_ready.connect
def _settle(**_: Any) -> None:
    settle()
