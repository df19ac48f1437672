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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from mlsd_app import embedded, parts
from mlsd_app.processes import is_alive, spawn, stop_groups, wait_until

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
        durable: whether a commit is on disk before it is answered, as it is for people. Without
            it a killed database forgets its last commits.
    """

    var: Path
    settings: dict[str, str] = field(default_factory=dict)
    durable: bool = False
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
        from mlsd_app import demo  # needs Django set up, which the measurements have not

        return [account.email for account in demo.ACCOUNTS]

    def start(self) -> None:
        """Start everything, and wait until it is ready."""
        self._prepare()
        self.start_worker()
        self.start_part("beat", parts.beat_command())
        self.start_web()
        self.await_ready()

    def start_for_writing(self) -> None:
        """Start what writing needs, database and web server, and wait until it answers."""
        self._prepare()
        self.start_web()
        self.await_web()

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

    def stop_web(self) -> None:
        """Ask the web server to end, and wait until it has."""
        stop_groups([self.running.pop("web")], seconds=5)

    def kill_web(self) -> None:
        """End the web server and its workers as a crash would, in the middle of requests."""
        web = self.running.pop("web")
        kill_all(psutil.Process(web.pid))
        web.wait()

    def start_database(self) -> None:
        """Start Postgres, after a crash with whatever recovery it needs, until it answers."""
        self.database = embedded.start_postgres(self.var, durable=self.durable)

    def kill_database(self) -> None:
        """End Postgres with every process of it, as a crash of the machine's memory would."""
        assert self.database
        kill_all(psutil.Process(self.database.process.pid))
        self.database.process.wait()
        self.database = None

    def kill_database_session(self) -> None:
        """End one process that serves a client; Postgres then ends all others and recovers."""
        assert self.database
        server = psutil.Process(self.database.process.pid)
        serving = [each for each in server.children() if _serves_clients(each)]
        if serving:
            serving[0].kill()

    @contextmanager
    def web_is_away(self) -> Iterator[None]:
        """Nobody answers browsers for a while; then it is all there again."""
        self.stop_web()
        try:
            yield
        finally:
            self.start_web()
            self.await_ready()

    def start_part(self, name: str, command: list[str]) -> None:
        log = self.var / "log" / f"{name}.log"
        self.running[name] = spawn(command, log=log, cwd=ROOT, environ=self.environ)

    def await_web(self) -> None:
        """Wait until the web server answers, with or without a worker."""
        await_true(lambda: status(f"{self.base_url}/healthz") == 200, "a web server that answers")

    def await_ready(self) -> None:
        await_true(lambda: status(f"{self.base_url}/readyz") == 200, "a ready MLSD")

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, **self.settings, "MLSD_VAR": str(self.var)}

    def _prepare(self) -> None:
        self.start_database()
        self.manage("prepare", "--demo")
        self.password = (self.var / "demo_password").read_text()


def kill_all(first: psutil.Process) -> None:
    """End a program and all that it started by SIGKILL; held first, so that it starts no more."""
    first.suspend()
    doomed = [first, *first.children(recursive=True)]
    for process in doomed:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    await_true(lambda: not any(map(is_alive, doomed)), "the end of what was killed")


def _serves_clients(process: psutil.Process) -> bool:
    """Whether it is one of Postgres' processes for a client of our database."""
    with suppress(psutil.Error):
        return f" {embedded.NAME} {embedded.NAME} " in " ".join(process.cmdline())
    return False
