"""The ready-made accounts of one machine: there on loopback, locked when it serves others."""

import secrets
from pathlib import Path
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction

CURATOR_APPS = ("rubrics", "interviews")


class Demo(NamedTuple):
    """One ready-made account."""

    email: str
    group: str  # empty: a candidate, as everyone who signs up
    staff: bool


ACCOUNTS = (
    Demo("candidate@demo.example", group="", staff=False),
    Demo("interviewer@demo.example", group="interviewer", staff=False),
    Demo("curator@demo.example", group="curator", staff=True),
)


def ensure(var: Path) -> str:
    """Have the accounts, unlocked; returns their password, the same at every start."""
    path = var / "demo_password"
    fresh = not path.exists()
    if fresh:
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    password = path.read_text()
    with transaction.atomic():
        for demo in ACCOUNTS:
            _ensure_account(demo, password, fresh=fresh)
    return password


def lock() -> None:
    """Close the accounts: other people can reach the app, and these passwords are shown."""
    emails = [demo.email for demo in ACCOUNTS]
    User.objects.filter(username__in=emails, is_active=True).update(is_active=False)


def _ensure_account(demo: Demo, password: str, *, fresh: bool) -> None:
    user, created = User.objects.get_or_create(
        username=demo.email, defaults={"email": demo.email, "is_staff": demo.staff}
    )
    if created or fresh:
        user.set_password(password)
    if created or fresh or not user.is_active:
        user.is_active = True
        user.save()
    if not created:
        return
    EmailAddress.objects.create(user=user, email=demo.email, verified=True, primary=True)
    if demo.group:
        user.groups.add(Group.objects.get_or_create(name=demo.group)[0])
    if demo.staff:
        user.user_permissions.set(
            Permission.objects.filter(content_type__app_label__in=CURATOR_APPS)
        )
