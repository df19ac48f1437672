"""A candidate in a browser, watched: whatever a page complains about fails its journey."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebError,
    expect,
)

from tests.journeys.candidate import Candidate, sign_in
from tests.journeys.rows import Rows
from tests.stack import Stack

# ms. How fast a page is, benchmarks say; a journey only waits for what has to come.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@dataclass
class Watch:
    """Everything that went wrong in a browser: on the console, in scripts, on the network."""

    own: str
    # htmx tells of questions that it takes back itself, as when a page asks for the time again.
    allowed: list[str] = field(default_factory=lambda: ["htmx:(afterRequest|sendAbort),"])
    complaints: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # no complaint, but what may explain one

    def over(self, context: BrowserContext) -> None:
        context.on("console", self.console)
        context.on("weberror", self.error)
        context.on("request", self.request)
        context.on("response", self.response)
        context.on("requestfailed", self.failure)

    def allow(self, pattern: str) -> None:
        """Expect complaints that match, for a journey that provokes them."""
        self.allowed.append(pattern)

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text} ({message.location['url']})")

    def error(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error}")

    def request(self, request: Request) -> None:
        if not request.url.startswith((self.own, "data:", "blob:")):
            self.complaints.append(f"another host: {request.url}")

    def response(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.status >= 400:
            self.complaints.append(f"error page {response.status}: {response.url}")

    def failure(self, request: Request) -> None:
        self.failures.append(f"{request.failure}: {request.method} {request.url}")

    def unexpected(self) -> list[str]:
        return [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self.allowed)
        ]


@pytest.fixture
def watch(stack: Stack) -> Iterator[Watch]:
    """Watches every browser window of a journey, to its end."""
    watching = Watch(stack.base_url)
    yield watching
    assert watching.unexpected() == [], watching.failures


@pytest.fixture
def rows(stack: Stack) -> Iterator[Rows]:
    """The database beside the running programs."""
    with Rows(stack.database_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desk-sized window that prefers light colours and does not move."""
    return {
        **browser_context_args,
        "viewport": {"width": 1280, "height": 900},
        "color_scheme": "light",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def signed_in(
    browser: Browser, browser_context_args: dict[str, Any], stack: Stack
) -> dict[str, Any]:
    """The cookies of the demo candidate, signed in once for all journeys."""
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    sign_in(page, email=stack.emails[0], password=stack.password)
    state = dict(context.storage_state())
    context.close()
    return state


@pytest.fixture
def new_window(
    browser: Browser, browser_context_args: dict[str, Any], watch: Watch
) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser profile of its own, without any cookie unless some are given."""
    opened: list[BrowserContext] = []

    def window(**more: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **more})
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        opened.append(context)
        return context.new_page()

    yield window
    for context in opened:
        context.close()


@pytest.fixture
def candidate(
    new_window: Callable[..., Page], signed_in: dict[str, Any], stack: Stack
) -> Candidate:
    """The demo candidate, signed in, in a new window."""
    return Candidate(new_window(storage_state=signed_in))
