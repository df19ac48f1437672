"""A whole running MLSD for journeys, started part by part so that a test can kill one.

`manage.py up` stops everything when a part dies. Here the same command lines run, but the
test is their parent: it can kill the worker and start it again, as a supervisor would.
"""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mlsd_app import demo, embedded, parts
from mlsd_app.processes import spawn, stop_groups, wait_until

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60  # the longest wait for a program; a machine under load is slow


def free_port() -> int:
    """A port of loopback that nobody uses just now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def status(url: str) -> int:
    """The status that an address answers with; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as problem:
        return problem.code
    except OSError:
        return 0


def await_true(happened: Callable[[], bool], what: str) -> None:
    """Wait for something that another program does; fail the test if it does not come."""
    assert wait_until(happened, seconds=SECONDS, every=0.05), (
        f"waited {SECONDS} s in vain for: {what}"
    )


@dataclass
class Stack:
    """The running parts, and where to reach them.

    Attributes:
        var: the folder of database, queue and logs, as MLSD_VAR gives it.
        settings: what the environment says beside, e.g. ``SWEEP_SECONDS``.
    """

    var: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    password: str = ""
    database: embedded.RunningPostgres | None = None
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return embedded.database_url(self.var)

    @property
    def emails(self) -> list[str]:
        """Who may sign in with the password: candidate, interviewer, curator."""
        return [account.email for account in demo.ACCOUNTS]

    def start(self) -> None:
        """Start everything, and wait until it is ready."""
        self.database = embedded.start_postgres(self.var, durable=False)
        self.manage("prepare", "--demo")
        self.password = (self.var / "demo_password").read_text()
        self.start_worker()
        self.start_part("beat", parts.beat_command())
        self.start_web()
        self.await_ready()

    def stop(self) -> None:
        stop_groups(list(self.running.values()), seconds=5)
        if self.database:
            embedded.stop_postgres(self.database)

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py in this stack; gives what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start_worker(self) -> None:
        self.start_part("worker", parts.worker_command(queues=("rules", "llm")))

    def kill_worker(self) -> None:
        """End the worker as a crash would: at once, with whatever it was doing."""
        worker = self.running.pop("worker")
        worker.kill()
        worker.wait()

    def start_web(self) -> None:
        self.start_part("web", parts.web_command(host="127.0.0.1", port=self.port))

    @contextmanager
    def web_is_away(self) -> Iterator[None]:
        """Nobody answers browsers for a while; then it is all there again."""
        stop_groups([self.running.pop("web")], seconds=5)
        try:
            yield
        finally:
            self.start_web()
            self.await_ready()

    def start_part(self, name: str, command: list[str]) -> None:
        log = self.var / "log" / f"{name}.log"
        self.running[name] = spawn(command, log=log, cwd=ROOT, environ=self.environ)

    def await_ready(self) -> None:
        await_true(lambda: status(f"{self.base_url}/readyz") == 200, "a ready MLSD")

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, **self.settings, "MLSD_VAR": str(self.var)}
