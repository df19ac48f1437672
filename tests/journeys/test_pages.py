"""Every page in a browser: nothing from elsewhere, no complaint, usable by everyone."""

from collections.abc import Callable, Container, Iterable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.candidate import QUESTION, Candidate
from tests.journeys.conftest import Watch
from tests.journeys.test_whole_way import model_answer

pytestmark = pytest.mark.journey

PUBLIC = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
MEMBERS = (
    "/",
    "/questions/",
    "/questions/?q=nothing-has-this",
    f"/questions/{QUESTION}/",
    "/interviews/",
    "/accounts/2fa/",
    "/accounts/password/change/",
    "/accounts/email/",
)
WIDTHS = (1440, 1024, 390)
# Without `preload` axe does not ask for the style sheets a second time, at wrong addresses.
AXE = {"resultTypes": ["violations"], "preload": False}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def own_pages(candidate: Candidate) -> list[str]:
    """Make a running interview and one that is scored; gives their pages."""
    done = candidate.answer_and_hand_in(model_answer(QUESTION, "four-stage")["scope"])
    running = candidate.start(pacing="strict")
    candidate.type("# Goal\n\nDecided.")
    candidate.go_on()
    stages = f"/interviews/{running}/stages"
    return [
        f"{stages}/scope/",
        f"{stages}/architecture/",
        f"/interviews/{running}/submission/",
        f"/interviews/{done}/report/",
        f"/interviews/{done}/clock/",
    ]


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical about a page, in both themes."""
    return violations(page, impacts=("serious", "critical"))


def violations(page: Page, *, impacts: Container[str] | None = None) -> list[str]:
    """What axe says of a page in both themes: all of it, or what has one of these impacts."""
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    problems = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found = Axe().run(page, options=AXE).response["violations"]
        problems += [
            f"{page.url} in {theme}: {each['id']}: {node['target']} {node.get('failureSummary')}"
            for each in found
            if impacts is None or each["impact"] in impacts
            for node in each["nodes"]
        ]
    return problems


def too_wide(page: Page, widths: Iterable[int] = WIDTHS) -> list[str]:
    """For which of these widths of a window the page is too wide."""
    problems = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"{page.url} does not fit into {width} pixels")
    return problems


@pytest.fixture
def examined(new_window: Callable[..., Page], signed_in: dict[str, Any]) -> Candidate:
    """A candidate in a window that lets axe put its own styles into the pages."""
    return Candidate(new_window(storage_state=signed_in, bypass_csp=True))


def test_pages_complain_of_nothing_and_fit_into_any_window(
    candidate: Candidate, new_window: Callable[..., Page]
) -> None:
    stranger, problems = new_window(), list[str]()
    for page, paths in ((stranger, PUBLIC), (candidate.page, [*MEMBERS, *own_pages(candidate)])):
        for path in paths:
            page.goto(path)
            problems += too_wide(page)
    assert problems == []


def test_strangers_pages_are_usable_by_everyone(new_window: Callable[..., Page]) -> None:
    page, problems = new_window(bypass_csp=True), []
    for path in PUBLIC:
        page.goto(path)
        problems += serious(page)
    assert problems == []


def test_members_pages_are_usable_by_everyone(examined: Candidate) -> None:
    problems = []
    for path in (*MEMBERS, *own_pages(examined)):
        examined.page.goto(path)
        problems += serious(examined.page)
    assert problems == []


def test_a_conflict_and_a_preview_are_usable_by_everyone(
    examined: Candidate, new_window: Callable[..., Page], signed_in: dict[str, Any], watch: Watch
) -> None:
    watch.allow("status of 409")
    examined.start()
    page = examined.page
    other = Candidate(new_window(storage_state=signed_in))
    other.open(page.url)
    other.write("Of the other device.")
    examined.type("# Of this one")
    examined.sees("conflict")
    problems = serious(page)
    page.get_by_role("button", name="Preview").press("Enter")  # an open menu may lie over it
    expect(page.locator("#preview h1")).to_be_visible()
    assert problems + serious(page) == []


def test_what_is_not_there_is_a_page_like_the_others(examined: Candidate, watch: Watch) -> None:
    watch.allow("404")
    page = examined.page
    for path in ("/nowhere/", "/questions/nowhere/"):
        answer = page.goto(path)
        assert answer
        assert answer.status == 404
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        assert serious(page) == []
