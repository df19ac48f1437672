"""The app set up to ask a model's server of the tests' own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from rubrics import LlmSettings
from tests.llm_server import KEY, Behaviour, Served, serving

# What a model that reads literally finds of `factories.GOOD`, by indicator.
PHRASES: dict[str, Sequence[str]] = {
    "metric": ["watch time per session"],
    "load": ["peak is 3,000"],
    "candidates": ["candidate generation"],
    "ab-test": ["a/b test"],
}


def point(
    settings: Settings,
    served: Served,
    *,
    model: str = "m",
    budget: float | None = None,
    each: float | None = None,
    **more: Any,
) -> None:
    """Have the app judge by a server; nothing is tried twice unless it is said."""
    limits = {"retries": 0, "samples": 1, "timeout": 10.0, "price_in": 2, "price_out": 8, **more}
    settings.LLM = LlmSettings(base_url=served.address, model=model, api_key=KEY, **limits)
    settings.LLM_BASE_URL = served.address
    settings.LLM_JUDGE_MODEL = model
    settings.LLM_BUDGET = budget
    settings.LLM_BUDGET_INTERVIEW = each


@contextmanager
def judging(settings: Settings, *behaviours: Behaviour, **more: Any) -> Iterator[Served]:
    """Run a server, and have the app judge by it."""
    with serving(*behaviours) as served:
        point(settings, served, **more)
        yield served
