"""Fixtures for tests of every kind: the running stack and the browser of the journeys."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import launch_options
from tests.stack import Stack


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder of its own for one running MLSD."""
    folder = Path(tempfile.mkdtemp(prefix="mlsd-var-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The real programs, quick to sweep and to take over a lost grading."""
    folder = Path(tempfile.mkdtemp(prefix="mlsd-stack-"))
    folder.chmod(0o711)
    quick = {"SWEEP_SECONDS": "1", "GRADING_LEASE_SECONDS": "2", "GRACE_SECONDS": "5"}
    running = Stack(folder, quick, durable=True)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium where there is one, and no calls home."""
    return {**browser_type_launch_args, **launch_options()}


@pytest.fixture(scope="session")
def base_url(stack: Stack) -> str:
    """Where `page.goto("/")` leads: the running stack."""
    return stack.base_url
