"""While somebody has to choose between two texts, nothing is sent that nobody chose.

And whoever wants to go on is led to the choice, which shows what differs.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.candidate import Candidate
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.journeys.test_pages import WIDTHS, serious

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


# --- going on -----------------------------------------------------------------------------


def goes_on(page: Page, how: str) -> None:
    """Press one of the buttons that take the text along."""
    if how == "Pause":
        page.locator("#clock-menu summary").click()
    page.locator("#editor").get_by_role("button", name=re.compile(f"^{how}")).first.click()


@pytest.mark.parametrize("how", ["Next", "Pause", "Hand in", "High-Level Architecture"])
def test_whoever_goes_on_is_led_to_the_choice_first_and_then_goes_on(
    behind: Candidate, how: str
) -> None:
    page, place = behind.page, behind.page.locator("#conflict")
    before = page.url
    behind.type("Of this one.")
    goes_on(page, how)  # nobody has been told yet that there is another text
    word = page.get_by_text("Decide first which text to go on with.")
    expect(word).to_be_visible()
    expect(place).to_be_focused()
    expect(place).to_be_in_viewport()
    behind.box.focus()
    goes_on(page, how)
    expect(place).to_be_focused()
    assert page.url == before
    page.get_by_role("button", name="Save mine over it").click()
    behind.page.clock.run_for(LONG)
    behind.sees_saved()
    expect(word).to_be_hidden()
    with page.expect_navigation():
        goes_on(page, how)


@pytest.mark.parametrize("how", ["Next", "Pause", "Hand in"])
def test_whoever_goes_on_without_a_network_sees_why_the_page_stays(
    candidate: Candidate, interview_id: str, watch: Watch, how: str
) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED|htmx:afterRequest|htmx:sendError")
    page, before = candidate.page, candidate.page.url
    page.set_viewport_size({"width": 390, "height": 800})
    page.context.set_offline(True)
    candidate.type("Not sent.")
    page.evaluate("scrollTo(0, 0)")  # the status line is far below the guide
    goes_on(page, how)
    word = page.get_by_text("Not saved yet, so you stay on this page.")
    expect(word).to_be_in_viewport()
    assert page.url == before
    page.context.set_offline(False)
    candidate.sees_saved()
    expect(word).to_be_hidden()


# --- what differs -------------------------------------------------------------------------


def passages(candidate: Candidate) -> Locator:
    return candidate.page.get_by_role("region", name="What differs")


def test_the_choice_shows_what_differs_and_the_whole_other_text_on_demand(
    candidate: Candidate, interview_id: str, new_window: Callable[..., Page],
    signed_in: dict[str, Any], watch: Watch,
) -> None:  # fmt: skip
    watch.allow("status of 409")
    page = candidate.page
    candidate.paste("We rank by clicks. It is fast.")
    page.clock.run_for(LONG)
    candidate.sees_saved()
    other = Candidate(new_window(storage_state=signed_in))
    other.page.goto(page.url)
    other.can_write()
    other.paste("We rank by watch time. It is fast.")
    other.sees_saved()
    candidate.paste("We rank by sessions. It is fast.")
    lets_time_pass(candidate)
    expect(passages(candidate).locator("del", has_text="watch time")).to_be_visible()
    expect(passages(candidate).locator("ins", has_text="sessions")).to_be_visible()
    expect(passages(candidate).locator("del, ins", has_text="fast")).to_have_count(0)
    whole = page.get_by_label("What is saved now")
    expect(whole).to_be_hidden()
    page.get_by_text("The whole saved text").click()
    expect(whole).to_be_visible()
    expect(whole).to_have_value("We rank by watch time. It is fast.")


def test_where_nobody_tells_what_differs_the_other_text_is_there_as_a_whole(
    behind: Candidate, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    behind.page.route("**/difference/", lambda route: route.abort())
    behind.type("Of this one.")
    lets_time_pass(behind)
    expect(behind.page.get_by_label("What is saved now")).to_be_visible()
    expect(passages(behind)).to_be_hidden()


def test_the_choice_is_usable_by_everyone_and_fits_into_any_window(
    interview_id: str, new_window: Callable[..., Page], signed_in: dict[str, Any], watch: Watch
) -> None:
    watch.allow("status of 409")
    devices = [Candidate(new_window(storage_state=signed_in, bypass_csp=True)) for _ in range(2)]
    for device in devices:
        device.page.goto(f"/interviews/{interview_id}/")
        device.can_write()
    for device, state in zip(devices, ("saved", "conflict"), strict=True):
        device.type(f"It was {state}. ")
        device.sees(state)
    page = devices[1].page
    expect(passages(devices[1])).to_be_visible()
    problems = serious(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"does not fit into {width} pixels")
    assert problems == []
