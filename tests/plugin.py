"""Gives the tests their own Postgres and folder before Django's settings are read.

Loaded by `-p tests.plugin`, hence ahead of pytest-django. The server lives as long as
the test run, its folder too; where several processes share the tests, each has its own.
Journeys, which start programs of their own, run last.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from mlsd_app import embedded, queue_folder
from rubrics import Question

# A person's own settings do not reach the tests.
for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "EMAIL_URL"):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("LLM_")]:
    os.environ.pop(name)

VAR = Path(tempfile.mkdtemp(prefix="mlsd-tests-"))
VAR.chmod(0o711)  # run as root, Postgres passes through here as another user
os.environ["MLSD_VAR"] = str(VAR)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """What unit tests do not need is left out: slow hashing and collected static files.

    The journeys run the real programs, which have both.
    """
    from django.conf import settings

    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = plain
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick answer first; and no browser beside the database tests.

    What one process has built for a question serves all tests of that question.
    """
    for item in items:
        chosen = getattr(item, "callspec", None)
        question = chosen.params.get("question") if chosen else None
        if isinstance(question, Question):
            item.add_marker(pytest.mark.xdist_group(question.id))
    items.sort(
        key=lambda item: (
            item.get_closest_marker("journey") is not None
            or item.path.is_relative_to(item.config.rootpath / "tests/journeys"),
            item.get_closest_marker("machine") is not None,
        )
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Run the tests beside a Postgres that forgets everything at the end."""
    from django.db import connection

    if session.config.getvalue("dist") != "no":  # this one only hands the tests out
        return (yield)
    (VAR / "static").mkdir()
    queue_folder.prepare(VAR / "queue")
    with embedded.postgres(VAR, durable=False):
        try:
            return (yield)
        finally:
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]  # Postgres has it


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(VAR, ignore_errors=True)
