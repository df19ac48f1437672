"""Tabs of one browser: one of them writes, the others follow it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.candidate import Candidate
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.stack import await_true

pytestmark = pytest.mark.journey


@pytest.fixture
def interview_id(candidate: Candidate) -> str:
    return candidate.start()


@pytest.fixture
def second(candidate: Candidate, interview_id: str) -> Candidate:
    """The same page in another tab of the same browser."""
    other = Candidate(candidate.page.context.new_page())
    other.page.goto(candidate.page.url)
    other.follows()
    return other


def test_a_second_tab_shows_what_is_written_in_the_first(
    candidate: Candidate, second: Candidate, interview_id: str, rows: Rows
) -> None:
    notice = second.page.locator("#following")
    expect(notice).to_contain_text("You are writing this in another tab")
    candidate.type("Seen in both.")
    expect(second.box).to_have_value("Seen in both.")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Seen in both."


def test_whoever_writes_in_the_second_tab_instead_takes_every_word_along(
    candidate: Candidate, second: Candidate, interview_id: str, rows: Rows
) -> None:
    candidate.type("From the first. ")
    second.write_here()
    second.type("From the second.")
    candidate.follows()
    expect(candidate.box).to_have_value("From the first. From the second.")
    second.sees_saved()
    expect(second.page.locator("#conflict")).to_be_hidden()
    assert rows.text(interview_id, "scope") == "From the first. From the second."

    candidate.write_here()
    candidate.type(" And back.")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "From the first. From the second. And back."


def test_words_that_could_not_be_sent_go_along_to_the_other_tab(
    candidate: Candidate, second: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    candidate.page.route("**/draft/", lambda route: route.abort())
    candidate.type("Not sent.")
    candidate.sees("offline")
    second.write_here()
    expect(second.box).to_have_value("Not sent.")
    second.sees_saved()
    assert rows.text(interview_id, "scope") == "Not sent."


def test_a_tab_that_gets_its_turn_back_sends_nothing_of_the_turn_before(
    candidate: Candidate, second: Candidate, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    candidate.page.route("**/draft/", lambda route: route.abort())
    candidate.type("One. ")
    candidate.sees("offline")
    second.write_here()
    second.type("Two. ")
    second.sees_saved()
    candidate.page.unroute("**/draft/")
    candidate.write_here()
    candidate.type("Three. ")
    candidate.sees_saved()
    expect(candidate.page.locator("#conflict")).to_be_hidden()
    assert rows.text(interview_id, "scope") == "One. Two. Three. "


def test_a_conflict_that_was_decided_in_the_other_tab_is_over_in_this_one(
    candidate: Candidate,
    second: Candidate,
    interview_id: str,
    rows: Rows,
    watch: Watch,
    new_window: Callable[..., Page],
    signed_in: dict[str, Any],
) -> None:
    watch.allow("status of 409")
    device = Candidate(new_window(storage_state=signed_in))
    device.page.goto(candidate.page.url)
    device.can_write()
    device.type("Other device. ")
    device.sees_saved()
    candidate.type("Mine. ")
    candidate.sees("conflict")

    second.write_here()
    expect(candidate.page.locator("#conflict")).to_be_hidden()
    second.page.get_by_role("button", name="Put both together").click()
    second.sees_saved()
    candidate.write_here()
    expect(candidate.page.locator("#conflict")).to_be_hidden()
    candidate.type("After. ")
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Other device. Mine. After. "


def test_of_two_tabs_that_want_to_write_at_once_the_later_wins_and_the_other_may_ask_again(
    candidate: Candidate, second: Candidate, interview_id: str, rows: Rows
) -> None:
    third = Candidate(candidate.page.context.new_page())
    third.page.goto(candidate.page.url)
    third.follows()
    candidate.type("First. ")
    ask = "document.querySelector('#write-here').click()"
    for tab in (second, third):
        tab.page.evaluate(ask)

    def writing() -> list[Candidate]:
        tabs = [candidate, second, third]
        return [each for each in tabs if each.page.locator("#editor[data-started=yes]").count()]

    await_true(lambda: len(writing()) == 1 and writing() != [candidate], "one tab that writes")
    (writer,) = writing()
    other = second if writer is third else third
    writer.can_write()
    writer.type("Second. ")
    other.write_here()
    other.type("Third. ")
    other.sees_saved()
    assert rows.text(interview_id, "scope") == "First. Second. Third. "


def test_when_the_tab_that_wrote_is_closed_the_other_one_writes(
    candidate: Candidate, second: Candidate, interview_id: str, rows: Rows
) -> None:
    candidate.type("To its end.")
    candidate.page.close()
    second.can_write()
    second.type(" And on.")
    second.sees_saved()
    expect(second.page.locator("#conflict")).to_be_hidden()
    assert rows.text(interview_id, "scope") == "To its end. And on."


def test_a_tab_that_goes_on_leaves_the_other_one_with_nothing_to_write_over(
    candidate: Candidate, second: Candidate, interview_id: str, rows: Rows
) -> None:
    candidate.type("Done here.")
    candidate.go_on()
    expect(second.page.get_by_text("You are in High-Level Architecture now")).to_be_visible()
    expect(second.box).not_to_be_editable()
    expect(second.box).to_have_value("Done here.")
    assert rows.text(interview_id, "scope") == "Done here."


def test_going_on_from_the_tab_that_follows_takes_the_last_words_along(
    candidate: Candidate, second: Candidate, interview_id: str, rows: Rows
) -> None:
    candidate.type("Typed a moment ago.")
    second.go_on()
    assert rows.text(interview_id, "scope") == "Typed a moment ago."
    expect(candidate.page.get_by_text("You are in High-Level Architecture now")).to_be_visible()


def test_a_reload_stays_the_tab_that_writes(candidate: Candidate, second: Candidate) -> None:
    second.page.close()
    candidate.type("Mine.")
    for _ in range(3):
        candidate.page.reload()
        candidate.can_write()
    expect(candidate.box).to_have_value("Mine.")


def test_where_browsers_have_no_locks_the_server_tells_two_tabs_apart(
    candidate: Candidate, rows: Rows, watch: Watch
) -> None:
    """A page without TLS from another machine has none: it is no secure context."""
    watch.allow("status of 409")
    context = candidate.page.context
    context.add_init_script("delete Navigator.prototype.locks")
    interview_id = candidate.start()
    other = Candidate(context.new_page())
    other.page.goto(candidate.page.url)
    other.can_write()
    other.type("Of the other tab.")
    other.sees_saved()
    candidate.type("Of this tab.")
    candidate.sees("conflict")
    candidate.page.get_by_role("button", name="Put both together").click()
    candidate.sees_saved()
    assert rows.text(interview_id, "scope") == "Of the other tab.\nOf this tab."
