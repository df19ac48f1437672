"""The task queue of one machine: kombu's filesystem transport with whole messages only.

The transport as kombu ships it writes a message under the name that readers look for,
so a reader can meet it half-written, and takes messages through the system's temporary
folder. Here a message is written apart and renamed into place, and taken by a rename.
"""

import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

POLLING_SECONDS = 0.1
LONGEST_WAIT = 0.2  # seconds


def transport_options(folder: Path) -> dict[str, object]:
    """What Celery needs to know to use this folder as its queue."""
    messages = str(folder / "messages")
    return {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "control_folder": str(folder / "control"),
        "polling_interval": POLLING_SECONDS,
    }


def prepare(folder: Path) -> None:
    """Make the folders, and clear what an interrupted run left. Call it with no worker running.

    Bindings are declared again by whoever uses them; a message half-written or half-taken
    is dropped, since the submitted row, not the message, is the work to be done.
    """
    for name in ("messages", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    stale = [
        *(folder / "control").glob("*.exchange"),
        *(folder / "messages").glob("*.part"),
        *(folder / "messages").glob("*.taken"),
    ]
    for path in stale:
        path.unlink(missing_ok=True)


class Channel(filesystem.Channel):
    """Puts and takes whole messages, each a file named `<time>_<id>.<queue>.msg`."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{time.monotonic_ns():020}_{uuid.uuid4()}.{queue}.msg"
        draft = folder / f"{name}.part"
        draft.write_text(dumps(payload))
        draft.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        for name in sorted(each.name for each in folder.iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}.taken"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            text = taken.read_text()
            taken.unlink()
            return loads(text)
        raise Empty


class Transport(filesystem.Transport):
    """What Celery is pointed at by its setting `broker_transport`."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        """Wait for a message. A worker looks only between two waits whether to stop."""
        shorter = timeout if timeout is None else min(timeout, LONGEST_WAIT)
        super().drain_events(connection, timeout=shorter)
