"""The command lines of the parts that make up a running MLSD."""

import sys

THREADS = 8  # requests that the web server answers at once
TASKS = 4  # tasks that the worker runs at once
# ... and where they wait for others: for receivers of webhooks, and for four answers that a model
# judges, which take minutes.
WAITING_TASKS = 12


def web_command(*, host: str, port: int) -> list[str]:
    """The web server: granian, one process with threads; a second process needs memory only."""
    return [
        *(sys.executable, "-m", "granian", "mlsd_app.wsgi:application"),
        *("--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", "1", "--blocking-threads", str(THREADS), "--no-ws"),
        *("--log-level", "error", "--workers-kill-timeout", "5"),
    ]


def worker_command(*, queues: tuple[str, ...]) -> list[str]:
    """The Celery worker of these queues.

    Threads, not processes: the pool is there at once, a killed worker leaves no children
    behind, and the judges either wait for a vendor or compute for milliseconds.
    """
    tasks = WAITING_TASKS if "llm" in queues else TASKS
    return [
        *(sys.executable, "-m", "celery", "--app", "mlsd_app", "worker"),
        *("--queues", ",".join(queues), "--pool", "threads", "--concurrency", str(tasks)),
        *("--loglevel", "info", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def beat_command() -> list[str]:
    """Celery beat. Its only entry is an interval, so it keeps no schedule on disk."""
    return [
        *(sys.executable, "-m", "celery", "--app", "mlsd_app", "beat"),
        *("--scheduler", "celery.beat:Scheduler", "--loglevel", "info", "--pidfile="),
    ]
