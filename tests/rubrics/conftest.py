"""What tests of the rubrics share."""

import gc
from collections.abc import Iterator

import pytest

from rubrics import judges


@pytest.fixture(scope="session", autouse=True)
def _settled() -> Iterator[None]:
    """Thousands of answers are scored here: as where a worker scores them, of the same make."""
    usual = gc.get_threshold()
    judges.settle()
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()
