"""The handbook in a browser: find a card, go through a topic, print, on a phone, for everyone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.candidate import QUESTION, Candidate
from tests.journeys.test_pages import WIDTHS, serious, too_wide

pytestmark = pytest.mark.journey

PAGES = (
    "/handbook/",
    "/handbook/?q=drift",
    "/handbook/?q=glockenspiel",
    "/handbook/concepts/calibration/?topic=ads-ranking",
    "/handbook/cards/?topic=ads-ranking",
    "/handbook/frameworks/seven-step/",
)
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def reader(candidate: Candidate) -> Page:
    return candidate.page


def test_by_keyboard_one_searches_and_opens_a_card(reader: Page) -> None:
    reader.goto("/")
    reader.get_by_role("navigation", name="Main").get_by_role("link", name="Handbook").click()
    reader.get_by_label("Search the handbook").focus()
    reader.keyboard.type("platt scaling")
    expect(reader.get_by_role("status").filter(has_text="card")).to_contain_text("1 card")
    expect(reader).to_have_url(re.compile(r"\?q=platt"))
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("link", name="Calibration")).to_be_focused()
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Calibration")
    reader.go_back()
    expect(reader.get_by_label("Search the handbook")).to_have_value("platt scaling")


def test_a_search_in_vain_leads_back_to_everything(reader: Page) -> None:
    reader.goto("/handbook/")
    reader.get_by_label("Search the handbook").fill("glockenspiel")
    expect(reader.get_by_role("heading", name="Nothing has all these words")).to_be_visible()
    reader.get_by_role("link", name="Show the whole handbook").click()
    expect(reader.get_by_role("heading", name="All cards")).to_be_visible()


def test_on_a_phone_one_goes_through_a_topic_with_the_thumb(
    new_window: Callable[..., Page], signed_in: dict[str, Any]
) -> None:
    page = new_window(storage_state=signed_in, viewport=PHONE, has_touch=True)
    page.goto("/handbook/")
    topic = page.locator("details", has_text="Ads ranking")
    topic.locator("summary").tap()
    topic.locator(".card-links a").first.tap()
    turn = page.get_by_role("navigation", name="Cards")
    expect(turn).to_contain_text("1 of ")
    expect(turn).to_be_in_viewport(ratio=1)
    turn.get_by_role("link", name="Next").tap()
    expect(turn).to_contain_text("2 of ")
    turn.get_by_role("link", name="Previous").tap()
    expect(turn).to_contain_text("1 of ")
    for link in turn.get_by_role("link").all():
        box = link.bounding_box()
        assert box
        assert box["height"] >= 44


def test_on_paper_each_card_has_a_sheet_and_nothing_leads_elsewhere(reader: Page) -> None:
    reader.goto("/handbook/cards/?topic=ads-ranking")
    reader.emulate_media(media="print")
    breaks = reader.locator(".sheet").evaluate_all(
        "all => all.map(each => getComputedStyle(each).breakBefore)"
    )
    assert len(breaks) > 5
    assert breaks == ["auto", *["page"] * (len(breaks) - 1)]
    expect(reader.locator(".page-head")).to_be_hidden()
    reader.goto("/handbook/concepts/calibration/")
    for gone in (".site-header", ".crumb", ".turn", ".drawing-on"):
        expect(reader.locator(gone)).to_be_hidden()
    expect(reader.get_by_role("heading", name="Calibration")).to_be_visible()
    expect(reader.locator(".sheet")).to_contain_text("Source: Platt")


def test_a_report_leads_to_a_card_and_then_the_question_to_all_of_its_cards(
    candidate: Candidate,
) -> None:
    page = candidate.page
    candidate.answer_and_hand_in("Decided.")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    link = page.locator(".study a").first
    title = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.goto(f"/questions/{QUESTION}/")
    page.get_by_role("link", name="Study what it draws on").click()
    assert page.locator("article").count() > 5


def test_its_pages_fit_and_are_usable_by_everyone(
    new_window: Callable[..., Page], signed_in: dict[str, Any]
) -> None:
    page, problems = new_window(storage_state=signed_in, bypass_csp=True), []
    for path in PAGES:
        page.goto(path)
        problems += serious(page) + too_wide(page, (*WIDTHS, 320))
    assert problems == []
