"""When the time is up: in the open page, with the browser closed, with a worker that dies."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.journeys.candidate import QUESTION, Candidate
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.journeys.test_whole_way import model_answer
from tests.stack import Stack, await_true

pytestmark = pytest.mark.journey


def test_when_the_time_runs_out_the_open_page_hands_in_by_itself(
    candidate: Candidate, rows: Rows
) -> None:
    interview_id, page = candidate.start(), candidate.page
    candidate.write("Written in good time. ")
    rows.leave(interview_id, seconds=12)
    candidate.reload()
    expect(page.locator(".clock.whole")).to_have_attribute("data-level", "last")
    candidate.type("The last words")
    candidate.sees_report()
    assert rows.interview(interview_id)[:2] == ("scored", "page")
    assert rows.text(interview_id, "scope") == "Written in good time. The last words"
    expect(page.get_by_text("The clock handed this in.")).to_be_visible()


def test_at_the_end_the_outline_is_tried_as_long_as_the_text_before_the_page_hands_in(
    candidate: Candidate, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    interview_id, page = candidate.start(), candidate.page
    left: list[int] = []  # tries to refuse still, once the time is up
    order: list[str] = []

    def answer(route: Route) -> None:
        if not left or left[0] > 0:
            left[:] = [tries - 1 for tries in left]
            return route.abort()
        order.append("outline")
        return route.continue_()

    def hear(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/submission/"):
            order.append("handed in")

    page.route("**/outline/", answer)
    page.on("request", hear)
    rows.leave(interview_id, seconds=12)
    candidate.reload()
    page.get_by_role("button", name="Whiteboard").click()
    page.get_by_label("Outline", exact=True).fill("Events -> Store: hourly")
    expect(page.locator("#outline-state")).to_have_attribute("data-state", "offline")
    expect(page.locator("#announce-time")).to_contain_text("Time is up.", timeout=20_000)
    left.append(4)
    candidate.sees_report()
    assert order == ["outline", "handed in"]
    assert rows.interview(interview_id)[1] == "page"
    expect(page.get_by_text("Events -> Store: hourly").first).to_be_visible()


def test_when_the_time_runs_out_on_the_last_look_it_hands_in_too(
    candidate: Candidate, rows: Rows
) -> None:
    interview_id, page = candidate.start(), candidate.page
    candidate.type("Written.")
    page.locator(".session-actions").get_by_text("Hand in").click()
    expect(page.get_by_role("heading", name="Hand in?")).to_be_visible()
    rows.leave(interview_id, seconds=6)
    page.reload()
    candidate.sees_report()
    assert rows.interview(interview_id)[:2] == ("scored", "page")
    assert rows.text(interview_id, "scope") == "Written."


def test_words_that_never_reached_the_server_are_shown_beside_the_report(
    candidate: Candidate, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    interview_id, page = candidate.start(), candidate.page
    candidate.type_in_vain("Never sent.")
    other = Candidate(page.context.new_page())
    other.page.goto(f"/interviews/{interview_id}/submission/")
    other.page.get_by_role("button", name="Hand in my answer").click()
    other.sees_report()
    notice = other.page.locator("#leftover .notice")
    expect(notice).to_contain_text("Left on this device: Clarification & Scope")
    expect(notice.get_by_role("textbox")).to_have_value("Never sent.")
    assert rows.text(interview_id, "scope") == ""
    page.close()
    notice.get_by_role("button", name="Delete it").click()
    expect(notice).to_have_count(0)
    other.page.reload()
    other.sees_report()
    expect(notice).to_have_count(0)


def test_words_that_come_after_the_end_are_kept_marked_and_not_scored(
    candidate: Candidate, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED|status of 410|htmx:(afterRequest|sendError)")
    interview_id, page = candidate.start(), candidate.page
    # Whoever cannot ask for the time stays on the page; it would go to the report by itself.
    page.context.route("**/clocks/", lambda route: route.abort())
    candidate.type_in_vain("Written in a tunnel.")
    rows.leave(interview_id, seconds=-600)
    await_true(lambda: rows.interview(interview_id)[0] == "scored", "the sweep")
    candidate.connect()
    candidate.sees("late")
    expect(candidate.status).to_contain_text("Too late to count, but kept")
    way = candidate.status.get_by_role("link", name="See the report")
    expect(way).to_have_attribute("href", re.compile("/interviews/[0-9a-f-]{36}/report/$"))
    assert rows.text(interview_id, "scope") == ""

    page.goto(f"/interviews/{interview_id}/")
    candidate.sees_report()
    expect(page.get_by_text("Written in a tunnel.")).to_have_count(1)
    expect(page.locator("#leftover .notice")).to_have_count(0)


def test_when_the_browser_is_closed_the_clock_hands_in_what_was_saved(
    candidate: Candidate, rows: Rows, new_window: Callable[..., Page], signed_in: dict[str, Any]
) -> None:
    interview_id = candidate.start()
    candidate.answer(model_answer(QUESTION, "four-stage")["scope"])
    candidate.page.context.close()
    rows.leave(interview_id, seconds=-60)
    await_true(lambda: rows.interview(interview_id)[0] == "scored", "a score without a browser")
    assert rows.interview(interview_id)[1] == "sweep"
    ((judge, score),) = rows.scorecards(interview_id)
    assert judge == "rules"
    assert score > 0

    later = Candidate(new_window(storage_state=signed_in))
    later.page.goto(f"/interviews/{interview_id}/")
    later.sees_report()
    assert abs(later.score() - score) <= 0.5


def test_a_worker_that_is_killed_while_scoring_is_replaced_by_the_next(
    candidate: Candidate, rows: Rows, stack: Stack
) -> None:
    interview_id, page = candidate.start(), candidate.page
    candidate.answer(model_answer(QUESTION, "four-stage")["scope"])
    with rows.no_scorecard_can_be_written():
        page.locator(".session-actions").get_by_text("Hand in").click()
        page.get_by_role("button", name="Hand in my answer").click()
        expect(page.locator("#grading[data-grading=scoring]")).to_be_visible()
        await_true(rows.somebody_waits_to_write_a_scorecard, "a worker before the lock")
        assert rows.interview(interview_id)[:3] == ("submitted", "candidate", True)
        stack.kill_worker()
    assert rows.interview(interview_id)[0] == "submitted"
    assert rows.scorecards(interview_id) == []

    stack.start_worker()
    candidate.sees_report()
    state, _, is_held, attempts = rows.interview(interview_id)
    assert (state, is_held) == ("scored", False)
    assert attempts >= 2
    assert [judge for judge, _ in rows.scorecards(interview_id)] == ["rules"]
