"""The clock in a browser: pauses, more time, outages, and devices that are wrong about the time."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from tests.journeys.candidate import Candidate
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.journeys.test_pages import serious

pytestmark = pytest.mark.journey

LONG_AGO = datetime(1999, 12, 31, 23, 59, 30, tzinfo=UTC)
ROUGHLY = 90  # seconds; a slow machine takes some, a wrong clock would be off by hours


def whole(page: Page) -> Locator:
    return page.locator(".clock.whole")


def seconds_shown(page: Page) -> int:
    """What the clock of the whole shows."""
    parts = [int(part) for part in whole(page).locator("time").inner_text().split(":")]
    return sum(part * 60**place for place, part in enumerate(reversed(parts)))


def says(page: Page, text: str) -> None:
    """Wait for what screen readers are told."""
    expect(page.locator("#announce-time")).to_contain_text(text)


def choose(page: Page, name: str) -> None:
    """Choose from the menu of the clock."""
    page.locator("#clock-menu summary").click()
    page.locator("#clock-menu").get_by_role("button", name=name, exact=True).click()


def turn_back_to(page: Page) -> None:
    """The page comes to the front again, and asks for the time."""
    with suppress(Error):  # it may be loaded anew at this very moment, for it was told by a tab
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.fixture
def timed(candidate: Candidate) -> Candidate:
    """A candidate at a device whose time the test can move on."""
    candidate.page.clock.install()
    return candidate


def start_late(candidate: Candidate, rows: Rows, *, seconds: float) -> str:
    """Start an interview of which so many seconds are left; gives its id."""
    interview_id = candidate.start()
    rows.leave(interview_id, seconds=seconds)
    candidate.reload()
    return interview_id


# --- pause and go on --------------------------------------------------------------------------


def test_a_pause_takes_the_last_words_along_and_stops_the_clock(
    candidate: Candidate, rows: Rows
) -> None:
    interview_id, page = candidate.start(), candidate.page
    candidate.type("Typed just before")
    choose(page, "Pause")
    expect(page.locator("#paused")).to_contain_text("The clock stands still")
    expect(candidate.box).not_to_be_editable()
    expect(candidate.box).to_have_value("Typed just before")
    assert rows.text(interview_id, "scope") == "Typed just before"
    page.goto("/")
    newest = page.get_by_role("region", name="Unfinished").get_by_role("listitem").first
    expect(newest).to_contain_text("Paused with 45 min left.")
    rows.leave(interview_id, seconds=-3600)
    newest.get_by_role("link", name="Go on writing").click()
    assert seconds_shown(page) > 44 * 60
    page.locator("#paused").get_by_role("button", name="Go on").click()
    candidate.can_write()
    assert rows.interview(interview_id)[0] == "running"
    assert seconds_shown(page) > 43 * 60


def test_pause_and_go_on_need_no_mouse(candidate: Candidate) -> None:
    candidate.start()
    page = candidate.page
    page.locator("#clock-menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#paused button")).to_be_focused()
    page.keyboard.press("Enter")
    candidate.can_write()


def test_another_tab_follows_a_pause_and_its_end(candidate: Candidate) -> None:
    candidate.start()
    other = Candidate(candidate.page.context.new_page())
    other.page.goto(candidate.page.url)
    other.follows()
    choose(candidate.page, "Pause")
    expect(candidate.page.locator("#paused")).to_be_visible()
    turn_back_to(other.page)
    expect(other.page.locator("#paused")).to_be_visible()
    candidate.page.locator("#paused button").click()
    candidate.can_write()
    turn_back_to(other.page)
    expect(other.page.locator("#paused")).to_have_count(0)


def test_what_is_typed_in_another_tab_during_a_pause_is_saved_after_it(
    timed: Candidate, rows: Rows, watch: Watch
) -> None:
    watch.allow("status of 423")
    interview_id, page = timed.start(), timed.page
    rows.pause(interview_id, seconds_ago=60)
    timed.type("Typed in spite of it")
    expect(page.locator("#clocks")).to_have_attribute("data-state", "paused")
    timed.sees("paused")
    rows.go_on(interview_id)
    turn_back_to(page)
    timed.sees_saved()
    assert rows.text(interview_id, "scope") == "Typed in spite of it"


def test_a_paused_page_and_an_open_menu_are_usable_by_everyone(
    new_window: Callable[..., Page], signed_in: dict[str, Any]
) -> None:
    examined = Candidate(new_window(storage_state=signed_in, bypass_csp=True))
    examined.start()
    examined.page.locator("#clock-menu summary").click()
    problems = serious(examined.page)
    examined.page.get_by_role("button", name="Pause", exact=True).click()
    expect(examined.page.locator("#paused")).to_be_visible()
    assert problems + serious(examined.page) == []


# --- more time, and the warnings --------------------------------------------------------------


def test_more_time_is_told_and_the_warnings_come_again(
    candidate: Candidate, rows: Rows, watch: Watch
) -> None:
    watch.allow("htmx:(afterRequest|sendError|sendAbort)")  # the page is closed while it asks
    interview_id, page = start_late(candidate, rows, seconds=59), candidate.page
    says(page, "One minute is left.")
    candidate.type("Not lost. ")
    choose(page, "5 minutes more")
    says(page, "There is more time: 5 minutes are left.")
    expect(page.locator("#clock-menu summary")).to_be_focused()
    expect(whole(page)).to_have_attribute("data-level", "ok")
    expect(candidate.box).to_have_value("Not lost. ")
    rows.leave(interview_id, seconds=299)
    turn_back_to(page)
    says(page, "Five minutes are left.")
    expect(whole(page)).to_have_attribute("data-level", "soon")
    rows.leave(interview_id, seconds=59)
    turn_back_to(page)
    says(page, "One minute is left.")


def test_a_warning_does_not_take_the_focus_away(timed: Candidate, rows: Rows) -> None:
    start_late(timed, rows, seconds=310)
    page = timed.page
    timed.box.focus()
    page.clock.fast_forward(15_000)
    says(page, "Five minutes are left.")
    expect(timed.box).to_be_focused()


def test_a_stage_over_its_share_is_told_gently(timed: Candidate, rows: Rows) -> None:
    interview_id, page = start_late(timed, rows, seconds=38 * 60), timed.page
    stage = page.locator(".clock[data-clock=stage]")
    expect(stage).to_contain_text("This stage")
    rows.leave(interview_id, seconds=38 * 60 - 80)  # the page asks once in so long a time
    page.clock.fast_forward(80_000)
    expect(stage).to_contain_text("Stage over by")
    says(page, "This stage has had its share of the time.")
    expect(timed.box).to_be_editable()


def test_a_page_that_has_not_heard_of_more_time_does_not_hand_in(
    timed: Candidate, rows: Rows
) -> None:
    interview_id, page = start_late(timed, rows, seconds=50), timed.page
    rows.extend(interview_id, seconds=600)
    page.clock.fast_forward(52_000)
    says(page, "There is more time: 10 minutes are left.")
    expect(timed.box).to_be_editable()
    timed.write("Still writing.")
    assert rows.interview(interview_id)[0] == "running"


# --- devices that are wrong about the time --------------------------------------------------------


def test_a_wrong_clock_in_another_time_zone_changes_nothing(
    new_window: Callable[..., Page], signed_in: dict[str, Any], rows: Rows
) -> None:
    far = Candidate(new_window(storage_state=signed_in, timezone_id="Pacific/Kiritimati"))
    far.page.clock.install(time=LONG_AGO)
    interview_id = far.start()
    assert abs(seconds_shown(far.page) - rows.seconds_left(interview_id)) < ROUGHLY
    with far.page.expect_response(re.compile("/clocks/")):
        far.page.clock.set_system_time(datetime(2040, 6, 1, tzinfo=UTC))
    far.write("Kept all the same.")
    assert abs(seconds_shown(far.page) - rows.seconds_left(interview_id)) < ROUGHLY
    assert rows.interview(interview_id)[0] == "running"


def test_a_laptop_that_slept_asks_for_the_time_when_it_wakes(timed: Candidate, rows: Rows) -> None:
    interview_id, page = timed.start(), timed.page
    rows.leave(interview_id, seconds=290)
    assert seconds_shown(page) > 40 * 60
    page.clock.set_system_time(datetime.now(tz=UTC).replace(year=2090))
    expect(whole(page)).to_have_attribute("data-level", "soon")
    assert abs(seconds_shown(page) - rows.seconds_left(interview_id)) < ROUGHLY


def test_the_ledger_speaks_of_the_readers_own_time_zone(
    new_window: Callable[..., Page], signed_in: dict[str, Any]
) -> None:
    reader = Candidate(new_window(storage_state=signed_in, timezone_id="Asia/Kolkata"))
    reader.start()
    page = reader.page
    page.locator("#clock-menu summary").click()
    page.get_by_role("link", name="How the time is counted").click()
    expect(page.get_by_role("columnheader", name="When (UTC+5:30)")).to_be_visible()
    moment = page.locator("tbody time").first
    began = datetime.fromisoformat(moment.get_attribute("datetime") or "")
    minutes = int(moment.inner_text().split(":")[1])
    assert (began.minute + 30) % 60 == minutes


# --- outages ------------------------------------------------------------------------------------


@pytest.fixture
def cut_off(timed: Candidate, watch: Watch) -> Callable[[str], None]:
    """Types a text while nobody answers, until the page has noticed."""
    watch.allow("ERR_FAILED|htmx:(afterRequest|sendError|sendAbort)")

    def type_cut_off(text: str) -> None:
        timed.page.route("**/clocks/", lambda route: route.abort())
        timed.type_in_vain(text)

    return type_cut_off


def test_the_time_of_an_outage_is_given_back_told_and_explained(
    timed: Candidate, rows: Rows, cut_off: Callable[[str], None]
) -> None:
    interview_id, page = timed.start(), timed.page
    timed.write("Before. ")
    cut_off("During. ")
    page.clock.fast_forward(90_000)
    rows.leave(interview_id, seconds=rows.seconds_left(interview_id) - 90)
    timed.connect()
    timed.sees_saved()
    says(page, "There is more time")
    ((kind, seconds),) = rows.added(interview_id)
    assert kind == "credited"
    assert 80 <= seconds <= 90 + ROUGHLY
    page.goto(f"/interviews/{interview_id}/clock/")
    line = page.get_by_role("row").filter(has_text="Time given back")
    expect(line).to_contain_text("the server could not be reached")


def test_who_asks_for_more_time_after_an_outage_gets_the_time_of_the_outage_too(
    timed: Candidate, rows: Rows, cut_off: Callable[[str], None]
) -> None:
    interview_id, page = timed.start(), timed.page
    timed.write("Before. ")
    cut_off("During. ")
    # The page's own time stands still then: after one more try nothing is sent by itself.
    with page.expect_event("requestfailed", lambda request: "/draft/" in request.url):
        page.clock.pause_at(page.evaluate("Date.now() / 1000 + 90"))
    rows.leave(interview_id, seconds=rows.seconds_left(interview_id) - 90)
    page.unroute_all()
    choose(page, "5 minutes more")
    timed.sees_saved()
    expect(page.locator("#clock-menu summary")).to_be_focused()
    assert [kind for kind, _ in rows.added(interview_id)] == ["credited", "extended"]


def test_when_the_time_ran_out_during_an_outage_there_is_time_to_go_on(
    timed: Candidate, rows: Rows, cut_off: Callable[[str], None]
) -> None:
    interview_id, page = start_late(timed, rows, seconds=200), timed.page
    cut_off("Typed while nobody answered. ")
    page.clock.fast_forward(205_000)
    says(page, "Time is up.")
    expect(timed.box).not_to_be_editable()
    rows.leave(interview_id, seconds=20)
    timed.connect()
    expect(timed.box).to_be_editable()
    timed.write("And after.")
    assert [kind for kind, _ in rows.added(interview_id)] == ["credited"]
    assert rows.interview(interview_id)[0] == "running"
    assert rows.text(interview_id, "scope") == "Typed while nobody answered. And after."


def test_when_time_is_given_back_at_the_end_the_whiteboard_is_free_again_too(
    timed: Candidate, rows: Rows, cut_off: Callable[[str], None]
) -> None:
    interview_id, page = start_late(timed, rows, seconds=200), timed.page
    page.get_by_role("button", name="Whiteboard").click()
    expect(page.locator("#board-frame")).to_have_attribute("data-started", "yes")
    page.get_by_role("button", name="Write", exact=True).click()
    cut_off("Typed while nobody answered. ")
    page.clock.fast_forward(205_000)
    says(page, "Time is up.")
    page.get_by_role("button", name="Whiteboard").click()
    outline = page.get_by_label("Outline", exact=True)
    parts = page.frame_locator("#board-frame iframe").get_by_role("group", name="Insert a part")
    expect(outline).not_to_be_editable()
    expect(parts).to_be_hidden()
    rows.leave(interview_id, seconds=20)
    timed.connect()
    expect(outline).to_be_editable()
    expect(parts).to_be_visible()
    timed.sees_saved()
    assert [kind for kind, _ in rows.added(interview_id)] == ["credited"]
