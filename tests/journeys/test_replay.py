"""Watching how an answer came about, after it was handed in."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.candidate import Candidate
from tests.journeys.conftest import Watch
from tests.journeys.test_board import Board
from tests.journeys.test_pages import WIDTHS, serious

pytestmark = pytest.mark.journey

PASTED = "Candidates come from two towers. " * 10
FIRST = "We raise watch time 😀."


@pytest.fixture
def examined(new_window: Callable[..., Page], signed_in: dict[str, Any]) -> Candidate:
    """A candidate in a window that lets axe put its own styles into the pages."""
    return Candidate(new_window(storage_state=signed_in, bypass_csp=True))


def write_and_replay(candidate: Candidate) -> Page:
    """Write in two stages, hand in, and open the replay from the report."""
    candidate.start()
    candidate.paste(FIRST)
    candidate.sees_saved()
    candidate.type(" And sessions.")
    candidate.sees_saved()
    candidate.go_on()
    candidate.paste(PASTED)
    candidate.sees_saved()
    candidate.hand_in()
    candidate.page.get_by_role("link", name="Replay").click()
    expect(candidate.page.locator("#replay[data-ready]")).to_be_visible()
    return candidate.page


def test_change_by_change_it_goes_back_to_an_empty_page_and_on_to_the_end(
    candidate: Candidate,
) -> None:
    page = write_and_replay(candidate)
    text = page.locator("#replay-text")
    back = page.get_by_role("button", name="One change back")
    on = page.get_by_role("button", name="One change on")
    expect(text).to_have_text(PASTED, use_inner_text=False)
    back.click()
    expect(text).to_have_text(f"{FIRST} And sessions.")
    back.click()
    expect(text).to_have_text(FIRST)
    back.click()
    expect(text).to_have_text("")
    back.click()
    expect(text).to_have_text("")
    on.click()
    expect(text).to_have_text(FIRST)
    on.click()
    expect(text.locator("ins")).to_have_text(" And sessions.", use_inner_text=False)
    on.click()
    expect(text).to_have_text(PASTED)
    expect(page.locator("#announce")).to_contain_text("High-Level Architecture, 50 words")


def test_it_plays_from_the_start_to_the_end(candidate: Candidate) -> None:
    page = write_and_replay(candidate)
    page.get_by_label("Speed").select_option("128×")
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#announce")).to_contain_text("50 words")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.locator("#replay-text")).to_have_text(PASTED)


def test_the_slider_obeys_the_keyboard_and_says_where_it_stands(candidate: Candidate) -> None:
    page = write_and_replay(candidate)
    slider = page.get_by_role("slider", name="Moment of the interview")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_value("0")
    expect(page.locator("#replay-text")).to_have_text("")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^0:00, .*, 0 words$"))
    page.keyboard.press("End")
    expect(page.locator("#replay-text")).to_have_text(PASTED)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_paste_is_a_link_that_leads_to_it_with_and_without_scripts(
    candidate: Candidate, new_window: Callable[..., Page], signed_in: dict[str, Any]
) -> None:
    page = write_and_replay(candidate)
    name = re.compile(f"{len(PASTED)} characters at once in High-Level Architecture")
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    page.get_by_role("link", name=name).click()
    expect(page.locator("#replay-text")).to_have_text(PASTED)
    # The address is of the moment, for whoever gets it sent.
    page.reload()
    expect(page.locator("#replay-text")).to_have_text(PASTED)

    plain = new_window(storage_state=signed_in, java_script_enabled=False)
    plain.goto(re.sub(r"\?.*", "", page.url) + "?at=0")
    expect(plain.locator("#replay-text")).to_have_text("")
    expect(plain.get_by_role("button", name="Play")).to_have_count(0)
    plain.get_by_role("link", name=name).click()
    expect(plain.locator("#replay-text")).to_have_text(PASTED)
    texts = plain.get_by_role("navigation", name="Texts")
    texts.get_by_role("link", name="Clarification & Scope").click()
    expect(plain.locator("#replay-text")).to_contain_text("And sessions.")


def test_another_text_can_be_looked_at_meanwhile(candidate: Candidate) -> None:
    page = write_and_replay(candidate)
    texts = page.get_by_role("navigation", name="Texts")
    texts.get_by_role("link", name="Clarification & Scope").click()
    expect(page.locator("#replay-text")).to_have_text(f"{FIRST} And sessions.")
    expect(texts.locator("[aria-current]")).to_have_count(1)


def test_what_was_drawn_is_shown_as_it_was_with_what_it_said_then(examined: Candidate) -> None:
    page = examined.page
    examined.start()
    board = Board(page).open()
    board.insert("Source")
    board.sees("saved")
    board.insert("Cache")
    board.sees("saved")
    board.connect("Source", "Cache", "hourly")
    board.sees("saved")
    page.get_by_role("button", name="Write", exact=True).click()
    examined.hand_in()
    fetched: list[str] = []
    page.on("request", lambda asked: fetched.append(asked.url))
    page.get_by_role("link", name="Replay").click()
    text = page.locator("#replay-text")
    frame = page.locator("#replay-drawing iframe")
    parts = page.frame_locator("#replay-drawing iframe").locator("#from option")
    back = page.get_by_role("button", name="One change back")
    expect(text).to_have_text("- Source -> Cache: hourly")
    expect(frame).to_have_attribute("data-shown", "3")
    expect(parts).to_have_count(2)
    assert sum("/drawings/" in url for url in fetched) == 1, "only the drawing of this moment"
    back.click()
    back.click()
    expect(text).to_have_text("- [Source]")
    expect(frame).to_have_attribute("data-shown", "1")
    expect(parts).to_have_text(["Source"])
    back.click()
    expect(text).to_have_text("")
    expect(parts).to_have_count(0)
    page.get_by_role("link", name="Clarification & Scope", exact=False).first.click()
    expect(frame).to_be_hidden()
    page.get_by_role("slider").press("End")
    expect(frame).to_have_attribute("data-shown", "3")
    problems = serious(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"does not fit into {width} pixels")
    assert problems == []


def test_a_drawing_that_does_not_come_is_told_and_the_words_play_on(
    candidate: Candidate, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = candidate.page
    candidate.start()
    board = Board(page).open()
    board.insert("Source")
    board.sees("saved")
    page.get_by_role("button", name="Write", exact=True).click()
    candidate.hand_in()
    page.route("**/replay/drawings/**", lambda route: route.abort())
    page.get_by_role("link", name="Replay").click()
    expect(page.get_by_text("The drawing of this moment could not be loaded.")).to_be_visible()
    expect(page.locator("#replay-text")).to_have_text("- [Source]")
    page.get_by_role("button", name="One change back").click()
    expect(page.locator("#replay-drawing iframe")).to_have_attribute("data-shown", "0")
    expect(page.get_by_text("The drawing of this moment")).to_be_hidden()


def test_when_the_edits_do_not_come_it_says_so_and_the_links_still_work(
    candidate: Candidate, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = write_and_replay(candidate)
    page.route("**/replay/edits/", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    page.get_by_role("link", name="To Clarification & Scope").click()
    expect(page).to_have_url(re.compile(r"\?at=0"))


def test_it_is_usable_by_everyone_and_fits_into_any_window(examined: Candidate) -> None:
    page = write_and_replay(examined)
    problems = serious(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"does not fit into {width} pixels")
    assert problems == []
