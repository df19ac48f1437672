"""Typed words: on the device at once, on the server soon, and never lost between the two."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.candidate import Candidate, sign_in
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.stack import Stack, await_true

pytestmark = pytest.mark.journey

KEPT = "Object.keys(localStorage).filter(key => key.startsWith('mlsd:draft:')).length"


@pytest.fixture
def interview_id(candidate: Candidate) -> str:
    return candidate.start()


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
    assert candidate.page.evaluate(KEPT) == 0


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
    assert page.evaluate(KEPT) == 0


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


def test_who_is_signed_out_while_typing_signs_in_elsewhere_and_loses_nothing(
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
    assert page.get_by_label("Password").count() == 0, "the sign-in form is inside the page"

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again").click()
    sign_in(opened.value, email=stack.emails[1], password=stack.password)
    opened.value.close()
    page.evaluate("dispatchEvent(new Event('focus'))")  # a hidden browser does not send it
    candidate.sees_saved()
    candidate.type("And on.")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Signed in. Signed out. And on."
    candidate.go_on()
    expect(page).to_have_url(f"/interviews/{interview_id}/stages/architecture/")


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_of_two_tabs_the_later_sees_both_texts_and_chooses(
    candidate: Candidate, interview_id: str, rows: Rows, watch: Watch, choice: str
) -> None:
    watch.allow("status of 409")
    other = Candidate(candidate.page.context.new_page())
    other.page.goto(candidate.page.url)
    other.type("Of the other tab.")
    other.sees_saved()

    candidate.type("Of this tab.")
    candidate.sees("conflict")
    page = candidate.page
    expect(page.locator("#conflict")).to_contain_text("changed somewhere else")
    expect(page.get_by_label("What is saved now")).to_have_value("Of the other tab.")
    expect(candidate.box).to_have_value("Of this tab.")
    name = {"mine": "Save mine over it", "theirs": "Take the saved one"}[choice]
    page.get_by_role("button", name=name).click()
    candidate.sees_saved()
    expect(page.locator("#conflict")).to_be_hidden()
    expected = {"mine": "Of this tab.", "theirs": "Of the other tab."}[choice]
    expect(candidate.box).to_have_value(expected)
    assert rows.text(interview_id, "scope") == expected

    candidate.type(" More.")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == f"{expected} More."


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
            box.value = "語".repeat(300000);
            box.dispatchEvent(new Event("input"));
        }"""
    )
    candidate.sees("too-long")
    before = page.url
    page.locator(".editor-foot button.primary").click()
    expect(page.locator("#announce")).to_have_text("Not saved yet, so you stay on this page.")
    assert page.url == before
    assert len(candidate.box.input_value()) == 300_000
    candidate.paste("Shorter.")
    candidate.sees_saved()
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
