"""The running parts, as the journeys use them: in a real browser, and after a killed worker."""

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.stack import Stack, await_true, status

pytestmark = pytest.mark.journey


def test_the_sign_in_opens_in_a_browser_and_breaks_no_policy(page: Page) -> None:
    complaints: list[ConsoleMessage] = []
    requested: list[str] = []
    page.on("console", lambda message: complaints.append(message))
    page.on("request", lambda request: requested.append(request.url))
    page.goto("/accounts/login/")
    own = page.evaluate("location.origin")
    assert page.locator("form[action*=login], form:has(input[type=password])").count() > 0
    assert [message.text for message in complaints] == []
    assert [address for address in requested if not address.startswith((own, "data:"))] == []


def test_a_killed_worker_is_missed_and_a_new_one_is_seen(stack: Stack) -> None:
    ready = f"{stack.base_url}/readyz"
    stack.kill_worker()
    await_true(lambda: status(ready) == 503, "a worker that is missed")
    stack.start_worker()
    await_true(lambda: status(ready) == 200, "a worker that is seen")


def test_preparing_again_changes_nothing(stack: Stack) -> None:
    assert stack.manage("prepare") == ""
