"""A token: by it a program reads in a person's name, what that person may read."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import F, Q

from interviews.models.invitation import hashed

# So that it is known for what it is, where it lies open by mistake.
PREFIX = "mlsd_"
_SECRET_BYTES = 32
# Tokens of one person that work at the same time.
MOST_TOKENS = 10
# When a token was used last is written down this often at most: reading should not write.
_NOTED_EVERY = timedelta(minutes=1)


class TooManyTokens(Exception):
    """A person has as many tokens as work at the same time."""


class TokenQuerySet(models.QuerySet["Token"]):
    """What can be asked of many tokens."""

    def active(self, now: datetime) -> Self:
        """Those that work."""
        unended = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        return self.filter(unended, revoked_at__isnull=True)

    def by_secret(self, secret: str, now: datetime) -> "Token | None":
        """Give the working token that a program shows, with its owner; None where it is none."""
        shown = self.active(now).filter(token_hash=hashed(secret), owner__is_active=True)
        return shown.select_related("owner").first()

    def issue(
        self, *, key: uuid.UUID, owner: User, name: str, expires_at: datetime | None, now: datetime
    ) -> str | None:
        """Make a token and give it, which nobody can read again; None when the key did so before.

        Raises TooManyTokens.
        """
        secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        with transaction.atomic():
            # Of two forms that are sent at once the second one counts the first one's token.
            User.objects.select_for_update(no_key=True).get(pk=owner.pk)
            if self.filter(id=key).exists():
                return None
            if self.active(now).filter(owner=owner).count() >= MOST_TOKENS:
                raise TooManyTokens
            self.create(
                id=key,
                token_hash=hashed(secret),
                owner=owner,
                name=name,
                created_at=now,
                expires_at=expires_at,
            )
        return secret


class Token(models.Model):
    """One program's way in. It is ended by a date or by its owner, and never works again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100, help_text="what it is for, in its owner's words")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        """The latest first; a name for each, and some time to work."""

        ordering: ClassVar = ["-created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="token_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="token_expires_later",
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        """What it is for."""
        return self.name

    def state(self, now: datetime) -> str:
        """Say what became of it: active, revoked or expired."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= now else "active"

    def revoke(self, *, now: datetime) -> bool:
        """End it. False when it had ended before."""
        revoked = Token.objects.active(now).filter(pk=self.pk).update(revoked_at=now)
        return bool(revoked)

    def note_use(self, *, now: datetime) -> None:
        """Write down that it was used, unless that was done a moment ago."""
        before = now - _NOTED_EVERY
        if self.last_used_at is None or self.last_used_at <= before:
            stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
            Token.objects.filter(stale, pk=self.pk).update(last_used_at=now)
