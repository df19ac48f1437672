"""The embedded Postgres is made whole, found again after a crash, and closed to others."""

import os
import signal
import stat
from pathlib import Path

import psycopg
import pytest

from mlsd_app import embedded


def first_word(var: Path) -> str:
    with psycopg.connect(embedded.database_url(var)) as connection:
        row = connection.execute("SELECT word FROM kept").fetchone()
        assert row
        return str(row[0])


def write_word(var: Path, word: str) -> None:
    with psycopg.connect(embedded.database_url(var)) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def test_what_was_committed_survives_the_servers_violent_death(var: Path) -> None:
    with embedded.postgres(var) as server:
        write_word(var, "kept")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
    assert (var / "postgres" / "postmaster.pid").exists()
    with embedded.postgres(var):
        assert first_word(var) == "kept"


def test_a_server_left_running_is_stopped_and_its_data_served(var: Path) -> None:
    left = embedded.start_postgres(var, durable=False)
    write_word(var, "kept")
    with embedded.postgres(var, durable=False) as server:
        assert left.process.wait(5) == 0
        assert server.process.pid != left.process.pid
        assert first_word(var) == "kept"


def test_a_lock_that_names_a_stranger_is_cleared(var: Path) -> None:
    with embedded.postgres(var, durable=False):
        pass
    (var / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    with embedded.postgres(var, durable=False) as server:
        assert server.process.poll() is None


def test_a_half_made_cluster_is_made_again(var: Path) -> None:
    (var / "postgres.new").mkdir()
    (var / "postgres.new" / "PG_VERSION").write_text("half\n")
    with embedded.postgres(var, durable=False):
        write_word(var, "made")
    assert not (var / "postgres.new").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(var: Path) -> None:
    (var / "postgres").mkdir()
    (var / "postgres" / "thesis.txt").write_text("years of work")
    with pytest.raises(embedded.EmbeddedError, match="move it away"):
        embedded.start_postgres(var)
    assert (var / "postgres" / "thesis.txt").read_text() == "years of work"


def test_only_its_owner_reaches_the_socket(var: Path) -> None:
    with embedded.postgres(var, durable=False):
        folder = embedded.socket_folder(var)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert (folder / f".s.PGSQL.{embedded.PORT}").is_socket()


def test_letters_sort_and_fold_the_same_on_every_machine(var: Path) -> None:
    with (
        embedded.postgres(var, durable=False),
        psycopg.connect(embedded.database_url(var)) as connection,
    ):
        row = connection.execute("SELECT lower('ÄÉ'), current_setting('TimeZone')").fetchone()
        assert row == ("äé", "UTC")


def test_the_key_is_made_once_and_is_private(var: Path) -> None:
    key = embedded.secret_key(var)
    assert len(key) >= 50
    assert embedded.secret_key(var) == key
    assert stat.S_IMODE((var / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["secret_key"]
