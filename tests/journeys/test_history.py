"""Going back to an earlier text while one writes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.candidate import Candidate
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.journeys.test_pages import WIDTHS, serious

pytestmark = pytest.mark.journey

EARLIER = "We raise watch time, because clicks mislead. 😀 Größe."
LATER = "We raise sessions, because clicks mislead."


@pytest.fixture
def examined(new_window: Callable[..., Page], signed_in: dict[str, Any]) -> Candidate:
    """A candidate in a window that lets axe put its own styles into the pages."""
    return Candidate(new_window(storage_state=signed_in, bypass_csp=True))


def write_twice(candidate: Candidate) -> str:
    """Write a text, and another one over it; gives the interview's id."""
    interview_id = candidate.start()
    for text in (EARLIER, LATER):
        candidate.paste(text)
        candidate.sees_saved()
    return interview_id


def open_history(page: Page) -> None:
    page.locator(".editor-actions").get_by_role("link", name="History").click()
    expect(page.get_by_role("dialog", name="History of")).to_be_visible()


def choose_first_save(page: Page) -> None:
    """Of two saves that are one step: the step, then one save earlier."""
    page.locator(".history-steps a").first.click()
    expect(page.locator(".version")).to_have_attribute("data-number", "2")
    page.get_by_role("link", name="One save earlier").click()
    expect(page.locator(".version")).to_have_attribute("data-number", "1")


def test_an_earlier_text_is_put_back_saved_as_a_new_revision_and_can_be_undone(
    candidate: Candidate, rows: Rows
) -> None:
    interview_id, page = write_twice(candidate), candidate.page
    open_history(page)
    choose_first_save(page)
    expect(page.locator(".version ins", has_text="sessions")).to_be_visible()
    page.get_by_role("button", name="Put this text back").click()
    expect(page.locator("#history")).to_be_hidden()
    expect(candidate.box).to_have_value(EARLIER)
    expect(candidate.box).to_be_focused()
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == EARLIER
    page.keyboard.press("Control+Z")
    expect(candidate.box).to_have_value(LATER)
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == LATER
    open_history(page)
    page.locator(".history-steps a").first.click()
    expect(page.locator(".version")).to_contain_text("save 4 of 4")


def test_it_knows_the_words_that_were_typed_just_before_it_was_opened(
    candidate: Candidate,
) -> None:
    candidate.start()
    page = candidate.page
    candidate.type("Typed, and at once looked for.")
    open_history(page)
    page.locator(".history-steps a").first.click()
    expect(page.locator(".version-text")).to_have_text("Typed, and at once looked for.")


def test_the_outlines_history_knows_the_words_that_were_typed_just_before(
    candidate: Candidate,
) -> None:
    candidate.start()
    page = candidate.page
    page.get_by_role("button", name="Whiteboard").click()
    expect(page.get_by_label("Outline", exact=True)).to_be_editable()
    page.get_by_label("Outline", exact=True).fill("Events -> Store: hourly")
    page.locator("#board-panel").get_by_role("link", name="History").click()
    page.locator(".history-steps a").first.click()
    expect(page.locator(".version-text")).to_have_text("Events -> Store: hourly")


def test_before_the_first_word_it_says_what_will_be_here(candidate: Candidate) -> None:
    candidate.start()
    open_history(candidate.page)
    expect(candidate.page.get_by_role("dialog")).to_contain_text("Nothing to go back to yet")
    candidate.page.keyboard.press("Escape")
    expect(candidate.page.get_by_role("dialog")).to_have_count(0)


def test_by_keyboard_one_opens_it_walks_save_by_save_and_puts_a_text_back(
    candidate: Candidate,
) -> None:
    write_twice(candidate)
    page = candidate.page
    page.locator(".editor-actions").get_by_role("link", name="History").focus()
    page.keyboard.press("Enter")
    step = page.locator(".history-steps a").first
    expect(step).to_be_visible()
    step.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".version")).to_have_attribute("data-number", "2")
    expect(step).to_be_focused()
    expect(step).to_have_attribute("aria-current", "true")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="One save earlier")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".version")).to_have_attribute("data-number", "1")
    # The link that was pressed is gone with the save before it; the next best one has the focus.
    expect(page.get_by_role("link", name="One save later")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Put this text back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(candidate.box).to_have_value(EARLIER)


def test_without_a_network_it_says_so_and_the_text_is_safe(
    candidate: Candidate, watch: Watch
) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED|htmx:afterRequest|htmx:sendError")
    candidate.start()
    candidate.type("Here to stay.")
    candidate.sees_saved()
    candidate.page.context.set_offline(True)
    candidate.page.locator(".editor-actions").get_by_role("link", name="History").click()
    expect(candidate.page.get_by_role("dialog")).to_contain_text("Your text is safe")
    candidate.page.get_by_role("button", name="Close").click()
    expect(candidate.box).to_have_value("Here to stay.")


def test_without_scripts_it_is_a_page_and_the_text_is_put_back_by_a_form(
    new_window: Callable[..., Page], signed_in: dict[str, Any], candidate: Candidate, rows: Rows
) -> None:
    interview_id = write_twice(candidate)
    page = new_window(storage_state=signed_in, java_script_enabled=False)
    page.goto(f"/interviews/{interview_id}/stages/scope/")
    page.get_by_role("link", name="History").first.click()
    page.locator(".history-steps a").first.click()
    page.get_by_role("link", name="One save earlier").click()
    page.get_by_role("button", name="Put this text back").click()
    expect(page).to_have_url(re.compile("/stages/scope/$"))
    assert rows.text(interview_id, "scope") == EARLIER


def test_it_is_usable_by_everyone_and_fits_into_any_window(examined: Candidate) -> None:
    write_twice(examined)
    page = examined.page
    open_history(page)
    choose_first_save(page)
    problems = serious(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"does not fit into {width} pixels")
        expect(page.get_by_role("button", name="Put this text back")).to_be_in_viewport()
    assert problems == []
