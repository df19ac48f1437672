"""A token from its making to its end: known by its digest alone, and read in its owner's name."""

import uuid
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from interviews.models import Token, TooManyTokens
from interviews.models.token import MOST_TOKENS
from tests import factories
from tests.factories import NOON
from tests.races import together

DAY = timedelta(days=1)


def issue(owner: User, *, expires_at: datetime | None = None, name: str = "Report") -> str | None:
    return Token.objects.issue(
        key=uuid.uuid4(), owner=owner, name=name, expires_at=expires_at, now=NOON
    )


def test_the_secret_is_not_kept_anywhere(alice: User) -> None:
    secret = factories.a_token(owner=alice)
    assert len(secret) >= 40
    assert secret not in map(str, Token.objects.values().get().values())
    found = Token.objects.by_secret(secret, NOON)
    assert found
    assert found.owner == alice
    assert Token.objects.by_secret(secret[:-1], NOON) is None
    assert Token.objects.by_secret("", NOON) is None


def test_it_ends_by_its_date_by_its_owner_or_with_the_account(alice: User) -> None:
    secret = issue(alice, expires_at=NOON + DAY)
    assert secret
    token = Token.objects.get()
    assert Token.objects.by_secret(secret, NOON + DAY - timedelta(seconds=1))
    assert Token.objects.by_secret(secret, NOON + DAY) is None
    assert token.state(NOON + DAY) == "expired"
    User.objects.update(is_active=False)
    assert Token.objects.by_secret(secret, NOON) is None
    User.objects.update(is_active=True)
    assert token.revoke(now=NOON)
    assert not token.revoke(now=NOON)
    assert Token.objects.by_secret(secret, NOON) is None
    assert Token.objects.get().state(NOON) == "revoked"


def test_its_use_is_noted_once_a_minute(alice: User) -> None:
    factories.a_token(owner=alice)
    moments = []
    for seconds in (0, 59, 60, 61):
        Token.objects.get().note_use(now=NOON + timedelta(seconds=seconds))
        last = Token.objects.get().last_used_at
        assert last
        moments.append((last - NOON).seconds)
    assert moments == [0, 0, 60, 60]


def test_one_person_has_so_many_that_work(alice: User, mallory: User) -> None:
    for _ in range(MOST_TOKENS):
        assert issue(alice)
    with pytest.raises(TooManyTokens):
        issue(alice)
    assert issue(mallory)
    token = Token.objects.filter(owner=alice).first()
    assert token
    assert token.revoke(now=NOON)
    assert issue(alice)


@pytest.mark.django_db(transaction=True)
def test_not_more_of_them_are_made_at_once_either() -> None:
    owner = factories.a_user()
    for _ in range(MOST_TOKENS - 1):
        assert issue(owner)

    def one_more() -> bool:
        try:
            return bool(issue(owner))
        except TooManyTokens:
            return False

    assert sorted(together(*[one_more] * 4)) == [False, False, False, True]


def test_the_same_key_makes_one(alice: User, mallory: User) -> None:
    make = partial(Token.objects.issue, key=uuid.uuid4(), name="Report", expires_at=None, now=NOON)
    assert make(owner=alice)
    assert make(owner=alice) is None
    assert make(owner=mallory) is None
    assert Token.objects.get().owner == alice


def test_the_database_keeps_what_a_token_promises(alice: User) -> None:
    for wrong in ({"name": ""}, {"expires_at": NOON}):
        with pytest.raises(IntegrityError), transaction.atomic():
            issue(alice, **wrong)
