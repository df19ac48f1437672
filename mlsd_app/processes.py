"""Starts and stops child processes so that none of them outlives its parent.

A child gets its own session, so that Ctrl-C in the terminal reaches only the parent,
which then stops the children in order. On Linux the kernel signals a child whose
parent died; elsewhere the recorded process ids are cleaned up at the next start.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

import psutil

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 5_000_000  # bytes; a longer log is set aside at the next start


class Account(NamedTuple):
    """The user and group ids that a child runs under."""

    uid: int
    gid: int


class Started(NamedTuple):
    """What tells a process from a later one with the same id."""

    pid: int
    created: float  # seconds since the epoch, as the system gives it

    def find(self) -> psutil.Process | None:
        """The process itself, or None if it has gone."""
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.created) < 0.02 and is_alive(process):
                return process
        return None


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that ended and was not waited for does not."""
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def wait_until(happened: Callable[[], bool], *, seconds: float, every: float = 0.02) -> bool:
    """Ask every so often until the answer is yes or the time is up; says which it was."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    environ: Mapping[str, str] | None = None,
    account: Account | None = None,
    talks: bool = False,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child that writes to a log; one that talks says to us what is no error."""
    with open_log(log) as output:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=None if talks else output,
            stderr=output,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=_die_with_parent(death_signal),
        )


def open_log(log: Path) -> IO[bytes]:
    """Open a log to append to; one that has grown long makes room first."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def started(process: subprocess.Popen[bytes]) -> Started:
    """What to write down so that the process can be found again."""
    return Started(process.pid, psutil.Process(process.pid).create_time())


def stop_groups(processes: Sequence[subprocess.Popen[bytes]], *, seconds: float) -> None:
    """End the children and everything they started: first asked, then killed."""
    for process in processes:
        _signal_group(process.pid, signal.SIGTERM)
    wait_until(lambda: all(_has_ended(process) for process in processes), seconds=seconds)
    for process in processes:
        # Also a group whose leader has gone: what the leader left behind is in it.
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()


def end_leftover(left: Started, *, seconds: float) -> None:
    """End a process, and its group, that an earlier run could not stop."""
    process = left.find()
    if process is None:
        return
    _signal_group(left.pid, signal.SIGTERM)
    wait_until(lambda: left.find() is None, seconds=seconds)
    _signal_group(left.pid, signal.SIGKILL)
    wait_until(lambda: left.find() is None, seconds=seconds)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before its program: ask Linux for a signal when the parent dies."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask
