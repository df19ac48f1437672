"""Runs all of MLSD on one machine: database, question bank, worker, beat and web server.

The command is the parent of every part. It stops them all on Ctrl-C, on a signal and
when one of them dies, and it says in one line why it cannot start.
"""

import errno
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

from mlsd_app import demo, embedded, parts, preparation, processes, queue_folder, running
from rubrics import InvalidDocument

READY_SECONDS = 60  # a machine under load takes long to start three programs
STOP_SECONDS = 5
LEAST_FREE = 300_000_000  # bytes of disk; with less, Postgres soon stops
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}


class CannotRun(Exception):
    """Its argument says in one line why, and what to do."""


class Stopped(Exception):
    """Someone asked us to stop; its argument is the signal."""


class Command(BaseCommand):
    """`manage.py up`, which `make run` calls."""

    help = "Run MLSD on this machine: database, question bank, worker and web server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", default="8000", help="port to listen on")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with _signals_raise():
                _run(Run(_ip(options["host"]), _port(options["port"]), self._tell))
        except Stopped as stopped:
            self._tell("\nMLSD has stopped. Its data is kept.")
            if stopped.args[0] != signal.SIGINT:
                raise SystemExit(128 + stopped.args[0]) from None
        except (CannotRun, embedded.EmbeddedError) as problem:
            self._fail(str(problem))
        except InvalidDocument as problem:
            self._fail(f"The question bank is not valid:\n{problem}")
        except OperationalError as problem:
            self._fail(f"The database says: {str(problem).splitlines()[0]}")
        except OSError as problem:
            self._fail(_explain(problem))

    def _tell(self, line: str) -> None:
        with suppress(OSError):  # the terminal may be gone
            self.stdout.write(line)
            self.stdout.flush()

    def _fail(self, line: str) -> NoReturn:
        with suppress(OSError):
            self.stderr.write(line)
        raise SystemExit(1)


class Run:
    """One run: where it serves, and the parts it has started so far."""

    def __init__(self, host: str, port: int, tell: Any) -> None:
        self.host = host
        self.port = port
        self.tell = tell
        self.var = Path(settings.MLSD_VAR)
        self.names: dict[int, str] = {}
        self.children: list[subprocess.Popen[bytes]] = []
        self.recorded: list[processes.Started] = []

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def loopback(self) -> bool:
        return ipaddress.ip_address(self.host).is_loopback

    def start(self, name: str, command: list[str], *, talks: bool = False) -> None:
        """Start a part that logs to var/log."""
        log = self.log(name)
        child = processes.spawn(command, log=log, cwd=settings.BASE_DIR, talks=talks)
        self.children.append(child)
        self.names[child.pid] = name
        self.recorded.append(processes.started(child))
        running.record(self.var, self.recorded)

    def log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"

    def stop(self) -> None:
        processes.stop_groups(self.children, seconds=STOP_SECONDS)
        running.forget(self.var)


def _run(run: Run) -> None:
    """From the first check to the last part's end."""
    with ExitStack() as stack:
        try:
            stack.enter_context(running.only_one(run.var, run.address))
        except running.AlreadyRunning as other:
            raise CannotRun(
                f"MLSD already runs from this folder: open {other}, or stop it there with Ctrl-C."
            ) from None
        _check_names(run)
        _check_port(run)
        _check_disk(run.var)
        running.end_leftovers(run.var)
        if settings.EMBEDDED:
            database = stack.enter_context(embedded.postgres(run.var, tell=run.tell))
            run.names[database.process.pid] = "postgres"
        stack.callback(connection.close_pool)  # type: ignore[attr-defined]  # Postgres has it
        stack.callback(run.stop)
        stack.callback(_ignore_signals)  # runs first: nothing interrupts the cleaning up
        _start(run)
        _watch(run)


def _start(run: Run) -> None:
    """Prepare database and files, start the parts, wait until all of it answers."""
    queue_folder.prepare(run.var / "queue")
    preparation.migrate(run.tell)
    preparation.collect_static(run.tell)
    run.start("web", parts.web_command(host=run.host, port=run.port), talks=True)
    # One for each queue: a receiver or a vendor that is slow delays no score.
    for queue in settings.QUEUES:
        run.start(f"worker-{queue}", parts.worker_command(queues=(queue,)))
    preparation.import_bank()  # while those load their code
    password = _demo_accounts(run)
    connection.close()
    _wait_until_ready(run)
    run.start("beat", parts.beat_command())  # nobody waits for it: its first turn comes later
    if password:
        run.tell(f"Demo accounts (this machine only), all with the password {password}")
        for account in demo.ACCOUNTS:
            run.tell(f"  {account.email}")
    run.tell(f"MLSD runs at {run.address} (Ctrl-C stops it)")


def _watch(run: Run) -> None:
    """Sleep until a part ends, which is never meant to happen."""
    while True:
        pid, status = os.wait()
        if pid in run.names:
            raise _death(run, pid, os.waitstatus_to_exitcode(status))


def _wait_until_ready(run: Run) -> None:
    def settled() -> bool:
        return any(child.poll() is not None for child in run.children) or _is_ready(run)

    if not processes.wait_until(settled, seconds=READY_SECONDS, every=0.1):
        raise CannotRun(f"MLSD did not get ready: see the logs in {run.var / 'log'}.")
    for child in run.children:
        if child.poll() is not None:
            raise _death(run, child.pid, child.returncode)


def _is_ready(run: Run) -> bool:
    host = "[::1]" if ":" in run.host else "127.0.0.1"
    try:
        with urllib.request.urlopen(f"http://{host}:{run.port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # refused, or 503 while a part is still missing
        return False


def _death(run: Run, pid: int, code: int) -> CannotRun:
    name = run.names[pid]
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return CannotRun(f"MLSD has stopped because its part {name!r} {how}: see {run.log(name)}.")


def _demo_accounts(run: Run) -> str:
    """The password of the demo accounts, or nothing where they have no place."""
    if not settings.EMBEDDED:
        return ""
    if run.loopback:
        return demo.ensure(run.var)
    demo.lock()
    return ""


def _check_names(run: Run) -> None:
    """A name is needed for each way in; only the loopback ones are known by themselves."""
    if settings.EMBEDDED and not run.loopback and set(settings.ALLOWED_HOSTS) <= LOOPBACK_NAMES:
        raise CannotRun(
            f"HOST={run.host} opens MLSD to other machines: set ALLOWED_HOSTS too, to the names "
            "or addresses they will use (separated by commas)."
        )


def _check_port(run: Run) -> None:
    family = socket.AF_INET6 if ":" in run.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((run.host, run.port))
            trial.listen()
        except OSError as problem:
            raise CannotRun(_explain_port(run, problem)) from None


def _explain_port(run: Run, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        free = run.port + 1 if run.port < 65535 else 8000
        return f"Port {run.port} is busy: stop what uses it or run `make run PORT={free}`."
    if problem.errno == errno.EACCES:
        return f"Port {run.port} needs special rights: choose one above 1023, as in PORT=8000."
    return f"HOST={run.host} is no address of this machine: try HOST=127.0.0.1."


def _check_disk(var: Path) -> None:
    free = shutil.disk_usage(var).free
    if free < LEAST_FREE:
        raise CannotRun(
            f"The disk is almost full: {free // 1_000_000} MB are free where {var} lies, "
            f"MLSD needs {LEAST_FREE // 1_000_000} MB."
        )


def _explain(problem: OSError) -> str:
    place = f" ({problem.filename})" if problem.filename else ""
    if problem.errno == errno.ENOSPC:
        return f"The disk is full{place}: make room and start again."
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"MLSD may not write to its folder{place}: check who owns it."
    return f"MLSD cannot run: {problem}"


def _ip(host: str) -> str:
    """The address behind a host name."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        raise SystemExit(f"HOST={host} is not known: try HOST=127.0.0.1.") from None
    return str(min(found, key=lambda each: each[0])[4][0])  # IPv4 before IPv6


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise SystemExit(f"PORT={text} is not a port: give a number from 1 to 65535.")


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Turn the first signal that asks us to stop into an exception."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        _ignore_signals()
        raise Stopped(number)

    for number in SIGNALS:
        signal.signal(number, stop)
    yield


def _ignore_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
