"""While somebody has to choose between two texts, nothing is sent that nobody chose."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.candidate import Candidate
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows

pytestmark = pytest.mark.journey

LONG = 10_000  # ms: far beyond the second after which a page saves


@pytest.fixture
def interview_id(candidate: Candidate) -> str:
    candidate.page.clock.install()
    return candidate.start()


@pytest.fixture
def behind(
    candidate: Candidate,
    interview_id: str,
    new_window: Callable[..., Page],
    signed_in: dict[str, Any],
    watch: Watch,
) -> Candidate:
    """A device whose page was made before another device wrote."""
    watch.allow("status of 409")
    other = Candidate(new_window(storage_state=signed_in))
    other.page.goto(f"/interviews/{interview_id}/")
    other.type("Of the other device.")
    other.sees_saved()
    return candidate


def lets_time_pass(candidate: Candidate) -> None:
    candidate.page.clock.run_for(LONG)
    candidate.sees("conflict")
    expect(candidate.page.locator("#conflict")).to_be_visible()


def test_a_reload_asks_again_and_sends_nothing(
    behind: Candidate, interview_id: str, rows: Rows
) -> None:
    behind.type("Of this one.")
    lets_time_pass(behind)
    behind.page.reload()
    lets_time_pass(behind)
    expect(behind.box).to_have_value("Of this one.")
    assert rows.text(interview_id, "scope") == "Of the other device."
    behind.page.get_by_role("button", name="Put both together").click()
    behind.page.clock.run_for(LONG)
    behind.sees_saved()
    kept = rows.text(interview_id, "scope")
    assert "Of the other device." in kept
    assert "Of this one." in kept


def test_what_is_typed_while_the_refusal_is_on_its_way_waits_too(
    behind: Candidate, interview_id: str, rows: Rows
) -> None:
    held: list[Route] = []
    behind.page.route("**/draft/", lambda r: r.continue_() if held else held.append(r))
    behind.type("Of this one.")
    with behind.page.expect_request("**/draft/"):
        behind.page.clock.run_for(1_500)
    behind.type(" And more.")
    held[0].continue_()
    behind.sees("conflict")
    lets_time_pass(behind)
    assert rows.text(interview_id, "scope") == "Of the other device."
