"""One running MLSD per folder: the lock, the address it serves, and the parts it started."""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from mlsd_app.processes import Started, end_leftover


class AlreadyRunning(Exception):
    """Another run holds this folder; its argument is the address it serves."""


@contextmanager
def only_one(var: Path, address: str) -> Iterator[None]:
    """Hold the folder for as long as the block lasts. Raises AlreadyRunning."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(file.read().strip()) from None
        file.truncate(0)
        file.write(address)
        file.flush()
        yield


def record(var: Path, parts: Sequence[Started]) -> None:
    """Write down what runs, for the next start to find if this one is killed."""
    draft = var / "up.json.part"
    draft.write_text(json.dumps(parts))
    draft.replace(var / "up.json")


def end_leftovers(var: Path) -> None:
    """End what a killed run left behind. Call it while holding the folder."""
    with suppress(FileNotFoundError, ValueError):
        for pid, created in json.loads((var / "up.json").read_text()):
            end_leftover(Started(pid, created), seconds=5)
    forget(var)


def forget(var: Path) -> None:
    """Nothing runs any more."""
    (var / "up.json").unlink(missing_ok=True)
