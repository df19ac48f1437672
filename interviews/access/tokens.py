"""The door to tokens: for their owner, and for the program that shows one."""

import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404

from interviews.access.roles import Person
from interviews.models import Token
from interviews.models import TooManyTokens as TooManyTokens  # views name it
from interviews.models.token import MOST_TOKENS as MOST_TOKENS

PER_PAGE = 20
Shown = Token  # views name the type, and only the type


def _owner_or_404(person: Person) -> User:
    if not isinstance(person, User):
        raise Http404
    return person


def tokens(person: Person, page: str) -> Page[Token]:
    """Give a page of a person's tokens, the latest first."""
    own = Token.objects.filter(owner=_owner_or_404(person))
    return Paginator(own, PER_PAGE).get_page(page)


def issue(
    person: Person, *, key: uuid.UUID, name: str, expires_at: datetime | None, now: datetime
) -> str | None:
    """Make a token for a person and give it; None when the same key made one before.

    Raises TooManyTokens.
    """
    owner = _owner_or_404(person)
    return Token.objects.issue(key=key, owner=owner, name=name, expires_at=expires_at, now=now)


def revoke(person: Person, token_id: uuid.UUID, *, now: datetime) -> bool:
    """End a token of the person's; False when it had ended before."""
    own = Token.objects.filter(owner=_owner_or_404(person))
    return get_object_or_404(own, pk=token_id).revoke(now=now)


def shown(secret: str, *, now: datetime) -> Token | None:
    """Give the token that a program shows, and note its use; None where it does not work."""
    token = Token.objects.by_secret(secret, now)
    if token:
        token.note_use(now=now)
    return token
