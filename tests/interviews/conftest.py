"""Alice answers, mallory should not see it; Ines, Omar and Lea score. All at a small bank."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from interviews.models import Interview
from rubrics import clock
from tests import factories


@pytest.fixture
def bank(db: None) -> None:
    factories.fill_bank()


@pytest.fixture
def alice(db: None) -> User:
    return factories.a_user(name="alice")


@pytest.fixture
def mallory(db: None) -> User:
    return factories.a_user(name="mallory")


@pytest.fixture
def now() -> datetime:
    """The moment of the test, for what the views compare with the real time."""
    return clock.now()


@pytest.fixture
def interview(bank: None, alice: User, now: datetime) -> Interview:
    """Alice's interview with soft pacing, begun just now."""
    return factories.an_interview(candidate=alice, now=now)


@pytest.fixture
def browser_of_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def browser_of_mallory(mallory: User) -> Client:
    client = Client()
    client.force_login(mallory)
    return client


@pytest.fixture
def ines(bank: None) -> User:
    """An interviewer."""
    return factories.a_user(name="ines", group="interviewer")


@pytest.fixture
def omar(bank: None) -> User:
    """Another interviewer."""
    return factories.a_user(name="omar", group="interviewer")


@pytest.fixture
def lea(bank: None) -> User:
    """A lead."""
    return factories.a_user(name="lea", group="lead")
