"""Typed words: on the device at once, on the server soon, and never lost between the two."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import psycopg
import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.journeys.candidate import Candidate, sign_in
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.stack import Stack, await_true

pytestmark = pytest.mark.journey

REVISIONS = """
    SELECT start, cut, r.text FROM interviews_stagerevision r
    JOIN interviews_stageanswer a ON a.id = r.answer_id
    WHERE a.interview_id = %s AND a.stage = 'scope' AND a.part = 'text' ORDER BY number
"""
HOLD = "SELECT 1 FROM interviews_interview WHERE id = %s FOR UPDATE"
# How many texts the device keeps, in either of its two places.
KEPT = """async () => {
    const asked = indexedDB.open("mlsd", 1);
    const store = await new Promise((resolve) => {
        asked.onsuccess = () => resolve(asked.result.transaction("kept").objectStore("kept"));
    });
    const keys = await new Promise((resolve) => {
        const all = store.getAllKeys();
        all.onsuccess = () => resolve(all.result);
    });
    const places = [...keys, ...Object.keys(localStorage)];
    return places.filter((place) => place.startsWith("mlsd:draft:")).length;
}"""


@pytest.fixture
def interview_id(candidate: Candidate) -> str:
    return candidate.start()


@pytest.fixture
def other_device(new_window: Callable[..., Page], signed_in: dict[str, Any]) -> Candidate:
    """The same person in another browser."""
    return Candidate(new_window(storage_state=signed_in))


def texts(rows: Rows, interview_id: str) -> list[str]:
    """Every text of the first stage that was ever acknowledged, oldest first."""
    with psycopg.connect(rows.address) as connection:
        found = connection.execute(REVISIONS, [interview_id]).fetchall()
    text, rebuilt = "", []
    for start, cut, piece in found:
        text = piece if cut is None else text[:start] + piece + text[start + cut :]
        rebuilt.append(text)
    return rebuilt


@contextmanager
def nothing_is_saved(rows: Rows, interview_id: str) -> Iterator[None]:
    """Keep what is being saved waiting, as a slow server would."""
    with psycopg.connect(rows.address) as holding:
        holding.execute(HOLD, [interview_id])
        yield


def test_whoever_types_without_pause_is_saved_all_the_same(
    candidate: Candidate, interview_id: str, rows: Rows
) -> None:
    saved: list[str] = []

    def is_saved_in_part() -> bool:
        candidate.page.keyboard.type("more ")
        saved.append(rows.text(interview_id, "scope"))
        return bool(saved[-1])

    candidate.box.focus()
    await_true(is_saved_in_part, "a draft while the typing goes on")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == candidate.box.input_value()
    await_true(lambda: candidate.page.evaluate(KEPT) == 0, "an empty device")


def test_a_reload_right_after_typing_keeps_every_word(
    candidate: Candidate, interview_id: str, rows: Rows
) -> None:
    page, written = candidate.page, ""
    for word in ("one ", "two ", "three ", "four "):
        candidate.type(word)
        written += word
        page.reload()
        expect(candidate.box).to_have_value(written)
    candidate.sees_saved()
    expect(page.locator("#conflict")).to_be_hidden()
    assert rows.text(interview_id, "scope") == written


def test_a_page_that_was_made_before_the_last_words_arrived_shows_them_all_the_same(
    candidate: Candidate, interview_id: str, rows: Rows
) -> None:
    page = candidate.page

    def bring_late(route: Route) -> None:
        with page.expect_response("**/draft/"):
            made_before = route.fetch()
        route.fulfill(response=made_before)

    page.route("**/stages/scope/", bring_late)
    candidate.type("The last words.")
    page.reload()
    page.unroute("**/stages/scope/")
    expect(candidate.box).to_have_value("The last words.")
    candidate.type(" And more.")
    candidate.sees_saved()
    expect(page.locator("#conflict")).to_be_hidden()
    assert rows.text(interview_id, "scope") == "The last words. And more."


def test_without_a_network_words_stay_on_the_device_and_arrive_later(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED|htmx:afterRequest|htmx:sendError")
    page = candidate.page
    candidate.type("With a network. ")
    candidate.sees_saved()
    page.context.set_offline(True)
    candidate.type("And without one.")
    candidate.sees("offline")
    expect(candidate.status).to_have_text("Offline: 6 words kept on this device")
    assert rows.text(interview_id, "scope") == "With a network. "

    page.context.set_offline(False)
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "With a network. And without one."
    await_true(lambda: page.evaluate(KEPT) == 0, "an empty device")


def test_a_server_that_is_away_is_tried_again_until_it_is_back(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("status of 503")
    page = candidate.page
    page.route("**/draft/", lambda route: route.fulfill(status=503, body="away"))
    candidate.type("Kept meanwhile.")
    candidate.sees("offline")
    page.unroute("**/draft/")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Kept meanwhile."


def test_a_page_that_was_closed_while_nobody_answered_finds_its_words_again(
    candidate: Candidate, interview_id: str, rows: Rows, stack: Stack, watch: Watch
) -> None:
    watch.allow("ERR_CONNECTION|ERR_EMPTY_RESPONSE|htmx:afterRequest|htmx:sendError")
    with stack.web_is_away():
        candidate.type("Typed in a tunnel.")
        candidate.sees("offline")
        candidate.page.close()
    assert rows.text(interview_id, "scope") == ""

    later = Candidate(candidate.page.context.new_page())
    later.page.goto(f"/interviews/{interview_id}/")
    expect(later.box).to_have_value("Typed in a tunnel.")
    later.sees_saved()
    assert rows.text(interview_id, "scope") == "Typed in a tunnel."


def test_the_words_after_those_that_are_under_way_are_sent_when_the_page_is_left(
    candidate: Candidate, interview_id: str, rows: Rows
) -> None:
    page = candidate.page
    with nothing_is_saved(rows, interview_id):
        with page.expect_request("**/draft/"):
            candidate.type("Under way. ")
        candidate.type("And the last.")
        page.goto("/questions/")
    await_true(
        lambda: rows.text(interview_id, "scope") == "Under way. And the last.",
        "the last words, without the page",
    )


def test_how_long_nobody_answered_is_told_with_the_next_text(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = candidate.page
    page.route("**/draft/", lambda route: route.abort())
    candidate.type("Kept. ")
    candidate.sees("offline")
    page.unroute("**/draft/")
    with page.expect_request("**/draft/") as asked:
        page.evaluate("dispatchEvent(new Event('online'))")
    candidate.sees_saved()
    ((began, ended),) = away_of(asked.value)
    assert began > ended == 0
    with page.expect_request("**/draft/") as asked:
        candidate.type("And on.")
    assert away_of(asked.value) == []


def test_a_long_text_on_a_slow_line_is_given_time_and_no_outage_is_claimed(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_")
    page = candidate.page
    page.evaluate(
        """() => {
            const after = AbortSignal.timeout.bind(AbortSignal);
            window.given = [];
            AbortSignal.timeout = (ms) => {
                const isFirst = ms > 15000 && !window.given.some((earlier) => earlier > 15000);
                window.given.push(ms);
                return after(isFirst ? 1 : ms);
            };
        }"""
    )
    slow: list[Route] = []
    page.route("**/draft/", lambda route: route.continue_() if slow else slow.append(route))
    text = "設計 🎬 " * 3_500
    candidate.paste(text)
    candidate.sees("offline")
    with page.expect_request("**/draft/") as asked:
        page.evaluate("dispatchEvent(new Event('online'))")
    candidate.sees_saved()
    length = len(asked.value.post_data or "")
    assert max(page.evaluate("window.given")) >= 15_000 + 1_000 * length / 50_000
    assert away_of(asked.value) == []
    assert rows.text(interview_id, "scope") == text


def test_the_time_of_an_outage_is_given_back_whichever_sheet_speaks_first(
    candidate: Candidate, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED|htmx:afterRequest|htmx:sendError|htmx:sendAbort")
    page = candidate.page
    page.clock.install()
    interview_id = candidate.start()
    candidate.type("Before. ")
    candidate.sees_saved()
    for part in ("draft", "clocks", "outline"):
        page.route(f"**/{part}/", lambda route: route.abort())
    candidate.type("During. ")
    candidate.sees("offline")
    page.clock.fast_forward(90_000)
    rows.leave(interview_id, seconds=rows.seconds_left(interview_id) - 90)
    for part in ("clocks", "outline"):
        page.unroute(f"**/{part}/")
    page.get_by_role("button", name="Whiteboard").click()
    page.get_by_label("Outline", exact=True).fill("Events -> Store: hourly")
    expect(page.locator("#outline-state")).to_have_attribute("data-state", "saved")
    page.unroute("**/draft/")
    page.evaluate("dispatchEvent(new Event('online'))")
    candidate.sees_saved()
    ((kind, seconds),) = rows.added(interview_id)
    assert kind == "credited"
    assert 80 <= seconds <= 100


def test_what_came_too_late_is_sent_again_when_there_is_time_after_all(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("status of 410")
    page = candidate.page
    late = '<p id="save-state" data-state="late" data-revision="0" data-left="0">Too late</p>'
    page.route("**/draft/", lambda route: route.fulfill(status=410, body=late), times=1)
    candidate.type("Late. ")
    expect(page.locator("#announce-time")).to_contain_text("There is more time")
    candidate.sees_saved()
    candidate.can_write()
    candidate.type("And on.")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Late. And on."


def away_of(request: Request) -> list[tuple[float, float]]:
    """The stretches in which nobody answered, as a save tells them: seconds ago."""
    said = parse_qs(request.post_data or "").get("away", ["[]"])[0]
    return [(began, ended) for began, ended in json.loads(said)]


def test_where_the_device_may_keep_nothing_it_is_said_and_the_browser_asks_before_leaving(
    candidate: Candidate, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = candidate.page
    page.add_init_script(
        """indexedDB.open = Storage.prototype.setItem = () => {
            throw new DOMException("Forbidden", "SecurityError");
        };"""
    )
    interview_id = candidate.start()
    page.route("**/draft/", lambda route: route.abort())
    candidate.type("Nowhere else.")
    candidate.sees("offline")
    expect(candidate.status).to_have_text("Offline: 2 words only in this page: do not close it")
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    asked.value.dismiss()
    page.unroute("**/draft/")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Nowhere else."


def test_what_is_typed_before_the_script_comes_is_saved_when_it_does(
    candidate: Candidate, interview_id: str, rows: Rows
) -> None:
    page = candidate.page
    waiting: list[Route] = []
    page.route(re.compile(r"/queue\.[^/]*js"), lambda route: waiting.append(route))
    page.reload(wait_until="commit")
    candidate.type("Early.")
    await_true(lambda: bool(page.title() and waiting), "the page to ask for its script")
    waiting[0].continue_()
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Early."


def test_without_its_script_the_page_says_so_and_saves_by_a_button(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = candidate.page
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    page.route(re.compile(r"/queue\.[^/]*js"), lambda route: route.abort())
    page.reload()
    expect(page.get_by_text("This page does not save by itself just now.")).to_be_visible()
    candidate.type("By hand.")
    page.unroute_all()
    page.get_by_role("button", name="Save", exact=True).click()
    candidate.can_write()
    expect(candidate.box).to_have_value("By hand.")
    assert rows.text(interview_id, "scope") == "By hand."


def test_the_back_button_finds_every_word(
    candidate: Candidate, interview_id: str, rows: Rows
) -> None:
    page = candidate.page
    candidate.type("Before. ")
    page.goto("/questions/")
    page.go_back()
    expect(candidate.box).to_have_value("Before. ")
    candidate.can_write()
    candidate.type("After.")
    # A page that the browser had put to sleep whole, and wakes.
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(candidate.box).to_have_value("Before. After.")
    candidate.sees_saved()
    expect(page.locator("#conflict")).to_be_hidden()
    assert rows.text(interview_id, "scope") == "Before. After."


def test_an_answer_that_is_lost_on_the_way_is_no_conflict(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = candidate.page
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().text())
        route.abort()

    page.route("**/draft/", lose_the_answer)
    candidate.type("Once. ")
    candidate.sees("offline")
    candidate.type("Twice.")
    candidate.sees_saved()
    expect(page.locator("#conflict")).to_be_hidden()
    assert lost
    assert rows.text(interview_id, "scope") == "Once. Twice."


def test_the_last_words_of_a_page_that_come_after_the_next_one_has_begun_are_no_conflict(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED|status of 409")
    page, context = candidate.page, candidate.page.context

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/draft/", lose_the_answer)
    candidate.type("First words. ")
    candidate.sees("offline")
    page.unroute("**/draft/")
    page.route("**/draft/", lambda route: route.abort())
    candidate.type("Last words. ")
    expect(candidate.status).to_contain_text("4 words")
    page.close()

    later = Candidate(context.new_page())
    held: list[Route] = []
    later.page.route("**/draft/", lambda route: route.continue_() if held else held.append(route))
    later.page.goto(f"/interviews/{interview_id}/")
    expect(later.box).to_have_value("First words. Last words. ")
    later.type("More. ")
    assert rows.text(interview_id, "scope") == "First words. "
    token = next(c["value"] for c in context.cookies() if c["name"] == "csrftoken")
    arrived = context.request.post(
        f"/interviews/{interview_id}/stages/scope/draft/",
        headers={"X-CSRFToken": token, "HX-Request": "true"},
        form={"text": "First words. Last words. ", "base": "1", "key": str(uuid.uuid4())},
    )
    assert arrived.ok
    with later.page.expect_response("**/draft/") as told:
        held[0].continue_()
    assert told.value.status == 409
    later.sees_saved()
    expect(later.page.locator("#conflict")).to_be_hidden()
    assert rows.text(interview_id, "scope") == "First words. Last words. More. "


def test_who_is_signed_out_while_typing_signs_in_on_the_spot_and_loses_nothing(
    candidate: Candidate, rows: Rows, stack: Stack, watch: Watch
) -> None:
    watch.allow("htmx:afterRequest|htmx:sendAbort")  # a clock that is asked twice at once
    page = candidate.page
    page.context.clear_cookies()
    sign_in(page, email=stack.emails[1], password=stack.password)  # others stay signed in
    interview_id = candidate.start()
    candidate.type("Signed in. ")
    candidate.sees_saved()

    session = next(c["value"] for c in page.context.cookies() if c["name"] == "sessionid")
    rows.end_session(session)
    candidate.type("Signed out. ")
    candidate.sees("signed-out")
    expect(candidate.status).to_contain_text("your words are kept on this device")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("button", name="Preview").click()
    expect(candidate.status).to_contain_text("Sign in again")
    page.get_by_role("button", name="Write").click()
    expect(page.locator("#clocks")).to_be_visible()

    page.get_by_role("button", name="Sign in again").click()
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog.get_by_label("Your e-mail")).to_have_value(stack.emails[1])
    dialog.get_by_label("Your password").fill("not this one")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("not correct")
    dialog.get_by_label("Your password").fill(stack.password)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    candidate.sees_saved()
    expect(candidate.box).to_be_focused()
    candidate.type("And on.")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Signed in. Signed out. And on."
    candidate.go_on()
    expect(page).to_have_url(f"/interviews/{interview_id}/stages/architecture/")


def test_a_used_up_token_of_the_forms_is_renewed_without_a_word(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("status of 403")
    candidate.page.context.clear_cookies(name="csrftoken")
    candidate.type("With a new one.")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "With a new one."
    candidate.go_on()


def test_words_are_not_sent_while_somebody_else_is_signed_in(
    candidate: Candidate, interview_id: str, rows: Rows, stack: Stack, watch: Watch
) -> None:
    watch.allow("status of 404|htmx:afterRequest|htmx:sendAbort|htmx:responseError")
    page = candidate.page
    page.context.clear_cookies()
    other = page.context.new_page()
    sign_in(other, email=stack.emails[1], password=stack.password)
    candidate.type("Only mine.")
    candidate.sees("signed-out")
    expect(candidate.status).to_contain_text("Somebody else is signed in")
    assert rows.text(interview_id, "scope") == ""

    page.context.clear_cookies()
    sign_in(other, email=stack.emails[0], password=stack.password)
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Only mine."


def test_who_comes_back_to_the_whiteboard_as_somebody_else_is_told_the_way_in(
    candidate: Candidate, interview_id: str, stack: Stack, watch: Watch
) -> None:
    watch.allow("status of 404|htmx:afterRequest|htmx:sendAbort|htmx:responseError")
    page = candidate.page
    page.get_by_role("button", name="Whiteboard").click()
    outline = page.get_by_label("Outline", exact=True)
    expect(outline).to_be_editable()
    page.context.clear_cookies()
    other = page.context.new_page()
    sign_in(other, email=stack.emails[1], password=stack.password)
    outline.fill("Only -> Mine")
    line = page.locator("#outline-state")
    expect(line).to_contain_text("Somebody else is signed in")
    expect(line.get_by_role("button")).to_have_count(0)
    link = line.get_by_role("link", name="Sign in as yourself")
    expect(link).to_have_attribute("href", re.compile("/accounts/login/"))
    page.context.clear_cookies()
    sign_in(other, email=stack.emails[0], password=stack.password)
    expect(line).to_have_attribute("data-state", "saved")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("Save mine over it", "Both know this. Of this one."),
        ("Take the saved one", "Both know this. Of the other one."),
        ("Put both together", "Both know this. Of the other one.\nOf this one."),
    ],
)
def test_of_two_devices_the_later_sees_both_texts_and_chooses_and_none_is_gone(
    candidate: Candidate,
    interview_id: str,
    other_device: Candidate,
    rows: Rows,
    watch: Watch,
    choice: str,
    expected: str,
) -> None:
    watch.allow("status of 409")
    candidate.type("Both know this. ")
    candidate.sees_saved()
    other_device.page.goto(candidate.page.url)
    other_device.can_write()
    other_device.type("Of the other one.")
    other_device.sees_saved()

    candidate.type("Of this one.")
    candidate.sees("conflict")
    page = candidate.page
    expect(page.locator("#conflict")).to_contain_text("changed somewhere else")
    expect(page.get_by_label("What is saved now")).to_have_value(
        "Both know this. Of the other one."
    )
    expect(candidate.box).to_have_value("Both know this. Of this one.")
    page.get_by_role("button", name=choice).click()
    candidate.sees_saved()
    expect(page.locator("#conflict")).to_be_hidden()
    expect(candidate.box).to_have_value(expected)
    assert rows.text(interview_id, "scope") == expected
    kept = texts(rows, interview_id)
    assert "Both know this. Of this one." in kept
    assert "Both know this. Of the other one." in kept

    candidate.type(" More.")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == f"{expected} More."


def test_a_text_that_is_chosen_against_twice_is_in_the_history_all_the_same(
    candidate: Candidate,
    interview_id: str,
    other_device: Candidate,
    rows: Rows,
    watch: Watch,
) -> None:
    watch.allow("status of 409")
    page = candidate.page
    other_device.page.goto(page.url)
    other_device.can_write()
    other_device.type("Other one. ")
    other_device.sees_saved()
    candidate.type("Mine alone. ")
    candidate.sees("conflict")
    other_device.type("Other two. ")
    other_device.sees_saved()

    choice = page.get_by_role("button", name="Take the saved one")
    choice.click()
    expect(page.get_by_label("What is saved now")).to_have_value("Other one. Other two. ")
    choice.click()
    candidate.sees_saved()
    expect(page.locator("#conflict")).to_be_hidden()
    expect(candidate.box).to_have_value("Other one. Other two. ")
    assert rows.text(interview_id, "scope") == "Other one. Other two. "
    assert "Mine alone. " in texts(rows, interview_id)


def test_a_text_that_is_chosen_against_outlives_the_page(
    candidate: Candidate,
    interview_id: str,
    other_device: Candidate,
    rows: Rows,
    watch: Watch,
) -> None:
    watch.allow("status of 409|ERR_INTERNET_DISCONNECTED|htmx:afterRequest|htmx:sendError")
    page = candidate.page
    other_device.page.goto(page.url)
    other_device.can_write()
    other_device.type("Of the other. ")
    other_device.sees_saved()
    candidate.type("Mine alone. ")
    candidate.sees("conflict")
    page.context.set_offline(True)
    page.get_by_role("button", name="Take the saved one").click()
    candidate.sees("offline")
    page.close()
    page.context.set_offline(False)

    later = Candidate(page.context.new_page())
    with later.page.expect_response("**/draft/"):
        later.page.goto(f"/interviews/{interview_id}/")
    later.sees_saved()
    expect(later.box).to_have_value("Of the other. ")
    assert rows.text(interview_id, "scope") == "Of the other. "
    assert "Mine alone. " in texts(rows, interview_id)


def test_another_device_that_goes_back_to_what_this_one_had_kept_is_a_conflict(
    candidate: Candidate,
    interview_id: str,
    other_device: Candidate,
    rows: Rows,
    watch: Watch,
) -> None:
    watch.allow("status of 409|ERR_FAILED")
    page = candidate.page
    page.route("**/draft/", lambda route: route.abort())
    candidate.type("Kept. ")
    candidate.sees("offline")
    page.unroute("**/draft/")
    page.reload()
    expect(candidate.box).to_have_value("Kept. ")
    candidate.sees_saved()
    candidate.type("More. ")
    candidate.sees_saved()
    other_device.page.goto(page.url)
    other_device.can_write()
    other_device.paste("Kept. ")
    other_device.sees_saved()
    candidate.type("And on.")
    candidate.sees("conflict")
    assert rows.text(interview_id, "scope") == "Kept. "


def test_what_two_devices_changed_in_different_places_is_put_together_without_repeating(
    candidate: Candidate, interview_id: str, other_device: Candidate, rows: Rows, watch: Watch
) -> None:
    watch.allow("status of 409")
    candidate.paste("One.\nTwo.\nThree.\nFour.\n")
    candidate.sees_saved()
    other_device.page.goto(candidate.page.url)
    other_device.can_write()
    other_device.paste("One, better.\nTwo.\nThree.\nFour.\n")
    other_device.sees_saved()
    candidate.type("Five.")
    candidate.sees("conflict")
    candidate.page.get_by_role("button", name="Put both together").click()
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "One, better.\nTwo.\nThree.\nFour.\nFive."


def test_a_text_that_is_too_long_is_told_and_kept_until_it_is_shorter(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("status of 413")
    page = candidate.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    candidate.paste("語" * 22_000)
    candidate.sees("too-long")
    expect(candidate.status).to_contain_text("64 KiB")
    assert rows.text(interview_id, "scope") == ""
    page.reload()
    candidate.sees("too-long")
    assert len(candidate.box.input_value()) == 22_000
    candidate.paste("Shorter.")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Shorter."


def test_a_text_that_is_too_long_is_not_sent_again_and_again(
    candidate: Candidate, watch: Watch
) -> None:
    watch.allow("status of 413")
    page = candidate.page
    page.clock.install()
    candidate.start()
    candidate.paste("語" * 22_000)
    page.clock.run_for(2_000)
    candidate.sees("too-long")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.clock.run_for(40_000)
    candidate.paste("Shorter.")
    page.clock.run_for(2_000)
    candidate.sees_saved()
    assert len(sent) == 1


def test_a_text_that_the_server_does_not_even_read_is_told_and_stays(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("status of 400")
    page = candidate.page
    page.evaluate(
        """() => {
            const box = document.querySelector("#answer");
            box.value = "語".repeat(500000);
            box.dispatchEvent(new Event("input"));
        }"""
    )
    candidate.sees("too-long")
    before = page.url
    page.locator(".editor-foot button.primary").click()
    word = page.get_by_text("Not saved yet, so you stay on this page.")
    expect(word).to_be_visible()
    assert page.url == before
    assert len(candidate.box.input_value()) == 500_000
    candidate.paste("Shorter.")
    candidate.sees_saved()
    expect(word).to_be_hidden()
    assert rows.text(interview_id, "scope") == "Shorter."


def test_a_long_text_in_any_script_is_saved(
    candidate: Candidate, interview_id: str, rows: Rows
) -> None:
    text = "設計 🎬 " * 3_500
    candidate.paste(text)
    candidate.sees_saved()
    candidate.type("End.")
    candidate.page.reload()
    candidate.sees_saved()
    is_whole = candidate.box.input_value() == rows.text(interview_id, "scope") == f"{text}End."
    assert is_whole  # the text itself would fill the screen


def test_hostile_words_do_no_harm_anywhere(
    candidate: Candidate, interview_id: str, watch: Watch
) -> None:
    page = candidate.page
    hostile = (
        "We decide <img src=x onerror=\"document.title='harmed'\"> so."
        "</textarea><script>document.title='harmed'</script>\n\n"
        "[link](javascript:document.title='harmed') ![i](https://evil.example/i.png)"
    )
    candidate.paste(hostile)
    candidate.sees_saved()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("We decide")
    page.reload()
    expect(candidate.box).to_have_value(hostile)
    candidate.hand_in()
    expect(page.locator("#stage-scope")).to_have_text(re.compile("We decide"))
    assert "harmed" not in page.title()
