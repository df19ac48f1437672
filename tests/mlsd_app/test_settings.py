"""The settings run without a word of configuration, and ask for what production needs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.stack import ROOT

SHOW = """
import json
from django.conf import settings
names = (
    "ALLOWED_HOSTS", "CELERY_BROKER_URL", "DEBUG", "EMBEDDED", "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "STAFF_TOTP_REQUIRED",
    "ACCOUNT_EMAIL_VERIFICATION", "EMAIL_BACKEND", "EMAIL_HOST", "DATABASES", "CACHES",
)
print(json.dumps({name: getattr(settings, name) for name in names}))
"""
PRODUCTION = {
    "DATABASE_URL": "postgres://mlsd:secret@db.example:5432/mlsd",
    "REDIS_URL": "redis://queue.example:6379/0",
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "mlsd.example,www.mlsd.example",
    "EMAIL_URL": "smtp+tls://post:secret@mail.example:587",
}


def run(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mlsd_app.settings", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def shown(**environ: str) -> dict[str, Any]:
    done = run("-c", SHOW, **environ)
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values


def test_one_machine_needs_no_settings() -> None:
    values = shown()
    assert values["EMBEDDED"] is True
    assert values["DEBUG"] is False
    assert values["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert values["SESSION_COOKIE_SECURE"] is False  # loopback speaks plain http
    assert values["ACCOUNT_EMAIL_VERIFICATION"] == "optional"


def test_production_is_closed_by_default() -> None:
    values = shown(**PRODUCTION)
    assert values["EMBEDDED"] is False
    assert values["ALLOWED_HOSTS"] == ["mlsd.example", "www.mlsd.example"]
    for name in (
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        "STAFF_TOTP_REQUIRED",
    ):
        assert values[name], name
    assert values["ACCOUNT_EMAIL_VERIFICATION"] == "mandatory"
    assert values["EMAIL_HOST"] == "mail.example"
    assert values["CELERY_BROKER_URL"] == PRODUCTION["REDIS_URL"]
    assert values["CACHES"]["default"]["LOCATION"] == PRODUCTION["REDIS_URL"]
    assert values["DATABASES"]["default"]["HOST"] == "db.example"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"SECRET_KEY": ""}, "mlsd: SECRET_KEY is not set"),
        ({"WEBHOOK_ALLOWED_NETWORKS": "10.1.0.0/16,10"}, "mlsd: WEBHOOK_ALLOWED_NETWORKS: '10' "),
        ({"DATABASE_URL": "sqlite:///db"}, "mlsd: DATABASE_URL must begin with postgres://"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_told_in_one_line(
    change: dict[str, str], line: str
) -> None:
    done = run("manage.py", "check", **{**PRODUCTION, **change})
    assert done.returncode == 1
    assert done.stderr.startswith(line)
    assert len(done.stderr.splitlines()) == 1


TRY = """
import json, os, runpy, sys
from django.core.exceptions import ImproperlyConfigured
said = []
for environ in json.loads(sys.argv[1]):
    os.environ.update(environ)
    try:
        of = runpy.run_path("mlsd_app/settings.py")["LLM"]
        said.append(of and f"{of.model} {of.base_url} {of.api_key} {of.concurrency}")
    except ImproperlyConfigured as problem:
        said.append(str(problem))
    for name in environ:
        del os.environ[name]
print(json.dumps(said))
"""
SERVER = {"LLM_BASE_URL": "http://localhost:11434/v1"}


def test_a_model_is_asked_only_where_one_is_set_up_and_a_wrong_setting_is_told(
    tmp_path: Path,
) -> None:
    key = tmp_path / "key"
    key.write_text("sk-1\n")
    tried: list[tuple[dict[str, str], str | None]] = [
        ({}, None),
        ({"LLM_API_KEY": "sk-1", "LLM_BUDGET": "5"}, None),
        ({**SERVER, "LLM_JUDGE_MODEL": "m"}, "m http://localhost:11434/v1  4"),
        (
            {**SERVER, "LLM_INTERVIEWER_MODEL": "i", "LLM_API_KEY_FILE": str(key)},
            "i http://localhost:11434/v1 sk-1 4",
        ),
        ({"LLM_JUDGE_MODEL": "m"}, "A model is set and no server: set LLM_BASE_URL"),
        (SERVER, "LLM_BASE_URL is set and no model: set LLM_JUDGE_MODEL"),
        ({"LLM_BASE_URL": "host/v1", "LLM_JUDGE_MODEL": "m"}, "LLM_BASE_URL and what belongs to"),
        (
            {**SERVER, "LLM_JUDGE_MODEL": "m", "LLM_API_KEY": "k", "LLM_API_KEY_FILE": str(key)},
            "Set LLM_API_KEY or LLM_API_KEY_FILE, not both.",
        ),
        (
            {**SERVER, "LLM_JUDGE_MODEL": "m", "LLM_API_KEY_FILE": str(tmp_path / "no")},
            "LLM_API_KEY_FILE: ",
        ),
        ({**SERVER, "LLM_JUDGE_MODEL": "m", "LLM_BUDGET": "5"}, "LLM_BUDGET limits nothing"),
        ({"LLM_PRICE_IN": "much"}, "LLM_PRICE_IN: 'much' is no number of 0 or more."),
        ({"LLM_CONCURRENCY": "0"}, "LLM_CONCURRENCY: '0' is no number of 1 or more."),
    ]
    done = run("-c", TRY, json.dumps([environ for environ, _ in tried]))
    assert done.returncode == 0, done.stderr
    for said, (environ, wanted) in zip(json.loads(done.stdout), tried, strict=True):
        assert said == wanted or (wanted and str(said).startswith(wanted)), environ


def test_scripts_and_styles_come_from_here_only(client: Client) -> None:
    headers = client.get(reverse("account_login")).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(
        policy.split("; ")
    )
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "healthz"]
)
def test_strangers_reach_what_they_need_to_come_in(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "name", ["account_email", "account_change_password", "mfa_index", "mfa_activate_totp"]
)
def test_strangers_are_led_to_the_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.fixture
def staff(client: Client) -> User:
    """A member of staff, signed in."""
    user = User.objects.create_superuser("staff@mlsd.example", "staff@mlsd.example")
    client.force_login(user)
    return user


@pytest.mark.django_db
def test_staff_without_a_second_factor_are_led_to_set_one_up(
    client: Client, staff: User, settings: Settings
) -> None:
    settings.STAFF_TOTP_REQUIRED = True
    answer = client.get(reverse("admin:index"), follow=True)
    assert reverse("mfa_activate_totp") in [address for address, _ in answer.redirect_chain]


@pytest.mark.django_db
def test_staff_with_a_second_factor_enter_the_admin(
    client: Client, staff: User, settings: Settings
) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    settings.STAFF_TOTP_REQUIRED = True
    TOTP.activate(staff, generate_totp_secret())
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.django_db
def test_the_admin_has_no_sign_in_of_its_own(client: Client) -> None:
    answer = client.get(reverse("admin:index"), follow=True)
    assert reverse("account_login") in answer.redirect_chain[-1][0]


def test_no_check_is_silenced() -> None:
    assert settings.SILENCED_SYSTEM_CHECKS == []
