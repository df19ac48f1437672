"""Alice practises, mallory should not see it; both at a small question bank."""

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
