"""/healthz and /readyz answer strangers, and tell them no more than they need."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from mlsd_app.celery import HEARTBEAT_LASTS, heartbeat_key


@pytest.fixture
def _workers() -> Iterator[None]:
    """As if a worker of each queue had just left its sign of life."""
    keys = [heartbeat_key("rules"), heartbeat_key("llm")]
    cache.set_many(dict.fromkeys(keys, "alive"), HEARTBEAT_LASTS)
    yield
    cache.delete_many(keys)


def test_a_living_process_says_so_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
@pytest.mark.usefixtures("_workers")
def test_ready_when_every_part_is_there(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "queue": True, "worker": True}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("_workers")
def test_not_ready_when_one_queue_has_no_worker(client: Client) -> None:
    cache.delete(heartbeat_key("llm"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "queue": True, "worker": False}


@pytest.mark.django_db
@pytest.mark.usefixtures("_workers")
def test_a_missing_queue_is_told_without_the_reason(client: Client, settings: Settings) -> None:
    settings.MLSD_VAR = "/nowhere/secret-folder"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["queue"] is False
    assert b"secret" not in answer.content


@pytest.mark.django_db
@pytest.mark.usefixtures("_workers")
def test_a_database_that_fails_is_told_without_the_reason(client: Client) -> None:
    with connection.execute_wrapper(_refuse):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": False, "queue": True, "worker": True}


def _refuse(*args: object) -> None:
    raise ConnectionError("password of host db.internal was wrong")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nothing_can_be_posted(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
