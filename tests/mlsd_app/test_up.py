"""`manage.py up` starts everything, stops everything, and says in one line why it cannot."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from mlsd_app import embedded
from mlsd_app.management.commands import up
from mlsd_app.processes import is_alive
from tests.stack import ROOT, await_true, free_port, status

pytestmark = pytest.mark.machine
RUNS = "MLSD runs at "


class Up:
    """One `manage.py up`, and what it printed until it was ready."""

    def __init__(self, var: Path, *arguments: str, **environ: str) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(self.port), *arguments],
            cwd=ROOT,
            env={**os.environ, **environ, "MLSD_VAR": str(var)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def await_ready(self) -> list[str]:
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line.strip())
            if line.startswith(RUNS):
                return lines
        raise AssertionError(f"never ready: {lines} {self.end()}")

    def end(self) -> tuple[int, str]:
        """The exit code and what was said on standard error."""
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors

    def everything(self) -> list[psutil.Process]:
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def part(self, word: str) -> psutil.Process:
        """The part with this word in its command line; of several, the one started by `up`."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if word in " ".join(child.cmdline()))


@contextmanager
def running(var: Path, *arguments: str, **environ: str) -> Iterator[Up]:
    started = Up(var, *arguments, **environ)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.terminate()
        started.end()


def refused(var: Path, *arguments: str, **environ: str) -> str:
    """Run `up` where it must give up; gives the one line that it said."""
    code, errors = Up(var, *arguments, **environ).end()
    assert code == 1
    (line,) = errors.strip().splitlines()
    return line


def are_gone(processes: list[psutil.Process]) -> bool:
    return not any(is_alive(process) for process in processes)


def test_a_busy_port_is_told_before_anything_starts(var: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = refused(var, "--port", str(port))
    assert line == f"Port {port} is busy: stop what uses it or run `make run PORT={port + 1}`."
    assert not (var / "postgres").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--port", "eighty"], "PORT=eighty"),
        (["--port", "70000"], "PORT=70000"),
        (["--host", "no.such.host.invalid"], "HOST=no.such.host.invalid"),
        (["--host", "192.0.2.1"], "ALLOWED_HOSTS"),
    ],
)
def test_a_wrong_address_is_told_in_one_line(var: Path, arguments: list[str], word: str) -> None:
    assert word in refused(var, *arguments)


def test_an_address_of_another_machine_is_told(var: Path) -> None:
    assert "no address of this machine" in refused(
        var, "--host", "192.0.2.1", ALLOWED_HOSTS="mlsd.example"
    )


def test_a_folder_that_cannot_be_written_is_told() -> None:
    assert "cannot write to its folder" in refused(Path("/proc/mlsd"))


def test_a_nearly_full_disk_is_told(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "LEAST_FREE", 10**18)
    with pytest.raises(up.CannotRun, match="disk is almost full"):
        up._check_disk(var)


def test_data_of_another_postgres_is_told(var: Path) -> None:
    (var / "postgres").mkdir()
    (var / "postgres" / "PG_VERSION").write_text("15\n")
    assert "Postgres 15" in refused(var)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A folder in which MLSD ran before, so that tests need not make a database each."""
    folder = Path(tempfile.mkdtemp(prefix="mlsd-prepared-"))
    folder.chmod(0o711)
    try:
        with running(folder) as run:
            run.await_ready()
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def used(var: Path, prepared: Path) -> Path:
    """A copy of it. Postgres' own files keep their owner, which Python's copy would lose."""
    subprocess.run(["cp", "-a", f"{prepared}/.", str(var)], check=True)
    return var


def test_a_second_run_names_the_address_of_the_first(used: Path) -> None:
    with running(used) as first:
        first.await_ready()
        assert f"http://127.0.0.1:{first.port}/" in refused(used)
        assert status(f"http://127.0.0.1:{first.port}/readyz") == 200


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_all_of_it(used: Path, number: signal.Signals, code: int) -> None:
    with running(used) as run:
        run.await_ready()
        processes = run.everything()
        run.process.send_signal(number)
        assert run.end() == (code, "")
    assert are_gone(processes)
    assert not (used / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("word", ["celery --app mlsd_app worker", "granian", "bin/postgres"])
def test_the_death_of_a_part_ends_all_of_it(used: Path, word: str) -> None:
    with running(used) as run:
        run.await_ready()
        processes = run.everything()
        run.part(word).kill()
        code, errors = run.end()
    (line,) = errors.strip().splitlines()
    assert code == 1
    assert "was killed by signal 9: see " in line
    assert Path(line.rsplit("see ", 1)[1].removesuffix(".")).exists()
    assert are_gone(processes)


def test_started_again_it_has_its_data_and_the_same_accounts(used: Path) -> None:
    with running(used) as run:
        accounts = [line for line in run.await_ready() if "demo" in line.lower()]
        with psycopg.connect(embedded.database_url(used)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'a word' AS word")
    with running(used) as run:
        assert len(accounts) == 4
        assert [line for line in run.await_ready() if "demo" in line.lower()] == accounts
        with psycopg.connect(embedded.database_url(used)) as connection:
            assert connection.execute("SELECT word FROM kept").fetchone() == ("a word",)


def test_after_its_violent_death_it_starts_again(used: Path) -> None:
    with running(used) as run:
        run.await_ready()
        orphans = run.everything()[1:]
        run.process.kill()
        run.process.wait()
        with running(used) as next_run:
            next_run.await_ready()
        await_true(lambda: are_gone(orphans), "the end of the orphans")


def test_it_runs_in_a_deep_folder_with_blanks(var: Path) -> None:
    deep = var / ("a folder, with a long name " * 4) / "and one more"
    with running(deep) as run:
        run.await_ready()
        assert status(f"http://127.0.0.1:{run.port}/readyz") == 200
    assert not embedded.socket_folder(deep).exists()


def test_demo_accounts_are_locked_when_others_can_come_in(used: Path) -> None:
    active = "SELECT bool_or(is_active) FROM auth_user WHERE email LIKE '%@demo.example'"
    with running(used, "--host", "0.0.0.0", ALLOWED_HOSTS="mlsd.example") as run:
        lines = run.await_ready()
        with psycopg.connect(embedded.database_url(used)) as connection:
            assert connection.execute(active).fetchone() == (False,)
    assert not any("password" in line for line in lines)
    with running(used) as run:
        run.await_ready()
        with psycopg.connect(embedded.database_url(used)) as connection:
            assert connection.execute(active).fetchone() == (True,)
