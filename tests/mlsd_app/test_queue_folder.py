"""The folder queue hands each message to one reader of its own queue, whole."""

from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Exchange, Queue

from mlsd_app import queue_folder

QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("rules", "llm")]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    queue_folder.prepare(tmp_path)
    queue_folder.Transport.global_state.clear()  # what this process declared in other folders
    with Connection(
        "filesystem://localhost",
        transport="mlsd_app.queue_folder:Transport",
        transport_options=queue_folder.transport_options(tmp_path),
    ) as opened:
        yield opened


def put(connection: Connection, queue: Queue, text: str) -> None:
    connection.Producer().publish(
        {"text": text}, exchange=queue.exchange, routing_key=queue.routing_key, declare=QUEUES
    )


def take(connection: Connection, queue: Queue) -> str | None:
    message = queue(connection.default_channel).get(no_ack=True)
    return None if message is None else str(message.payload["text"])


def test_messages_come_in_order_and_to_their_own_queue(connection: Connection) -> None:
    rules, llm = QUEUES
    for text in ("first", "second"):
        put(connection, rules, text)
    assert take(connection, llm) is None
    assert [take(connection, rules) for _ in range(3)] == ["first", "second", None]


def test_a_message_that_is_still_written_is_not_seen(
    connection: Connection, tmp_path: Path
) -> None:
    put(connection, QUEUES[0], "whole")
    (message,) = (tmp_path / "messages").iterdir()
    message.rename(message.with_name(message.name + ".part"))
    assert take(connection, QUEUES[0]) is None


def test_nothing_is_left_of_a_taken_message(connection: Connection, tmp_path: Path) -> None:
    put(connection, QUEUES[0], "taken")
    assert take(connection, QUEUES[0]) == "taken"
    assert list((tmp_path / "messages").iterdir()) == []


def test_a_message_that_another_worker_takes_meanwhile_is_passed_over(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(connection, QUEUES[0], "contested")
    rename = Path.rename

    def slower(self: Path, target: Path) -> Path:
        self.unlink()  # the other worker was here between the look and the take
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", slower)
    channel = connection.default_channel
    assert isinstance(channel, queue_folder.Channel)
    with pytest.raises(Empty):
        channel._get("rules")


def test_preparing_clears_what_an_interrupted_run_left(tmp_path: Path) -> None:
    queue_folder.prepare(tmp_path)
    left = ["messages/1.rules.msg.part", "messages/2.rules.msg.taken", "control/rules.exchange"]
    for name in [*left, "messages/3.rules.msg"]:
        (tmp_path / name).touch()
    queue_folder.prepare(tmp_path)
    assert not any((tmp_path / name).exists() for name in left)
    assert (tmp_path / "messages/3.rules.msg").exists()
