"""The interviewer's way in a browser: invite, score blind, decide, release, look again."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.candidate import Candidate, sign_in
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.journeys.test_pages import too_wide, violations
from tests.stack import Stack

pytestmark = pytest.mark.journey
ANSWER = (
    "We want watch time per session to rise. The peak is 30,000 requests a second, because "
    "100M people come ten times a day.\n\nCandidate generation cuts a billion videos to 500."
)


@dataclass
class Rater:
    """An interviewer at one browser window."""

    page: Page

    @property
    def criteria(self) -> Locator:
        return self.page.locator("[data-criterion]")

    @property
    def status(self) -> Locator:
        return self.page.locator("#save-state")

    def take(self) -> None:
        """Claim what waits longest, and wait for the page's script."""
        self.page.goto("/reviews/")
        self.page.get_by_role("button", name="Score what waits longest").click()
        self.can_score()

    def decide(self) -> None:
        """Claim what is to be decided."""
        self.page.goto("/reviews/?tab=decide")
        self.page.get_by_role("button", name="Claim").first.click()
        self.can_score()

    def can_score(self) -> None:
        expect(self.page.locator("#progress")).to_contain_text("of")
        expect(self.status).not_to_have_attribute("data-state", "following")

    def score_by_keys(self, level: int, *, summary: str, reason: str = "") -> None:
        """Score every criterion and submit, with the keyboard alone."""
        press = self.page.keyboard.press
        press(str(level))
        press("a")
        press("ArrowDown")
        press("ArrowDown")
        press("Shift+ArrowDown")
        press("e")
        press("c")
        self.page.keyboard.type("Says why.")
        self.criteria.first.locator("input:checked").focus()
        for _ in range(self.criteria.count() - 1):
            press("n")
            press(str(level))
        # From the last criterion the tab key goes on to what is said of the whole.
        self.tab_to("recommendation")
        press("ArrowRight")
        press("ArrowLeft")
        self.tab_to("summary")
        self.page.keyboard.type(summary)
        if reason:
            self.tab_to("reason")
            self.page.keyboard.type(reason)
        expect(self.status).to_have_attribute("data-state", "saved")
        self.tab_to("Submit")
        press("Enter")
        expect(self.page.get_by_role("heading", name="Side by side")).to_be_visible()

    def tab_to(self, what: str) -> None:
        """Press Tab until the focus is on a field of that name, or a button with those words."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(
                "[document.activeElement.name, document.activeElement.textContent.trim()]"
            )
            if what in focused:
                return
        pytest.fail(f"no way to {what} by the keyboard")


@pytest.fixture
def window_of(new_window: Callable[..., Page], stack: Stack, rows: Rows) -> Callable[[str], Page]:
    """Signs a new person of a group up, in a window of their own."""

    def window(group: str) -> Page:
        page, email = new_window(), f"{group}-{uuid.uuid4().hex[:8]}@example.org"
        page.goto("/accounts/signup/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(uuid.uuid4().hex)
        page.get_by_role("main").get_by_role("button", name="Make my account").click()
        expect(page).not_to_have_url(re.compile("/signup/"))
        rows.join(email, group)
        return page

    return window


def signed_in_interviewer(page: Page, stack: Stack) -> Page:
    sign_in(page, email="interviewer@demo.example", password=stack.password)
    return page


@pytest.fixture
def interviewer(new_window: Callable[..., Page], stack: Stack) -> Page:
    """The demo interviewer, signed in."""
    return signed_in_interviewer(new_window(), stack)


def invite(page: Page, *, raters: int) -> str:
    """Invite somebody; gives the link."""
    page.goto("/invitations/new/")
    page.get_by_label("Who it is for").fill("Ada")
    page.get_by_label("Recommend videos on the home page").check()
    page.get_by_label("Interviewer").select_option("off")
    page.get_by_label("Scored by").select_option(str(raters))
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_role("textbox", name="The link").input_value()


def accept(candidate: Candidate, link: str) -> None:
    candidate.page.goto(link)
    candidate.page.get_by_label("I have read this and agree").check()
    candidate.page.get_by_role("button", name="Start now").click()
    candidate.can_write()


def test_from_the_invitation_to_a_review_that_the_candidate_asked_for(
    candidate: Candidate,
    interviewer: Page,
    window_of: Callable[[str], Page],
    rows: Rows,
) -> None:
    rows.forget_reviews()
    link = invite(interviewer, raters=2)
    accept(candidate, link)
    candidate.answer(ANSWER)
    interview_id = candidate.interview_id
    candidate.page.get_by_role("button", name="Hand in").click()
    candidate.page.get_by_role("button", name=re.compile("Hand in")).last.click()
    expect(candidate.page.get_by_text("is handed in and safe")).to_be_visible()
    # Two raters, each without the other's.
    first, second = Rater(interviewer), Rater(window_of("interviewer"))
    first.take()
    first.score_by_keys(1, summary="Names things only.")
    expect(first.page.get_by_text("Another rater has not scored it yet.")).to_be_visible()
    second.take()
    expect(second.page.get_by_text("Names things only.")).to_have_count(0)
    second.score_by_keys(4, summary="All there.")
    expect(second.page.get_by_text("somebody else decides")).to_be_visible()
    # Somebody else decides, and sees both.
    third = Rater(window_of("lead"))
    third.decide()
    expect(third.page.get_by_text("What the raters found")).to_be_visible()
    third.score_by_keys(3, summary="Good.", reason="Between the two.")
    expect(third.page.get_by_text("human adjudicated")).to_be_visible()
    # Released, read, asked again: of somebody who has no part in it yet.
    fourth = Rater(window_of("interviewer"))
    interviewer.goto("/invitations/")
    interviewer.get_by_role("link", name="Ada").first.click()
    interviewer.get_by_role("button", name="Release the result").click()
    expect(interviewer.get_by_text("Released to the candidate")).to_be_visible()
    candidate.page.goto(f"/interviews/{interview_id}/report/")
    expect(candidate.page.get_by_text("67 of 100").first).to_be_visible()
    candidate.page.get_by_text("Ask somebody to look at it again").click()
    candidate.page.get_by_label("What should be looked at").fill("I did say how often.")
    candidate.page.get_by_role("button", name="Ask for a review").click()
    fourth.decide()
    expect(fourth.page.get_by_text("I did say how often.")).to_be_visible()
    fourth.score_by_keys(4, summary="Right.", reason="You did.")
    candidate.page.reload()
    expect(candidate.page.get_by_text("You did.")).to_be_visible()
    expect(candidate.page.get_by_text("100 of 100")).to_be_visible()


def handed_in(candidate: Candidate, interviewer: Page) -> None:
    accept(candidate, invite(interviewer, raters=1))
    candidate.answer(ANSWER)
    candidate.page.get_by_role("button", name="Hand in").click()
    candidate.page.get_by_role("button", name=re.compile("Hand in")).last.click()
    expect(candidate.page.get_by_text("is handed in and safe")).to_be_visible()


def test_a_scoring_survives_the_network_and_a_reload(
    candidate: Candidate, interviewer: Page, rows: Rows, watch: Watch
) -> None:
    rows.forget_reviews()
    watch.allow("ERR_FAILED|422")
    handed_in(candidate, interviewer)
    rater = Rater(interviewer)
    rater.take()
    interviewer.route("**/draft/", lambda route: route.abort())
    interviewer.keyboard.press("3")
    interviewer.get_by_label("In a few sentences").fill("Half of it.")
    expect(rater.status).to_have_attribute("data-state", "offline")
    interviewer.unroute("**/draft/")
    interviewer.reload()
    rater.can_score()
    expect(interviewer.get_by_label("In a few sentences")).to_have_value("Half of it.")
    expect(rater.status).to_have_attribute("data-state", "saved")
    expect(rater.criteria.first.locator("input:checked")).to_have_value("3")
    interviewer.get_by_role("button", name="Submit").click()
    expect(interviewer.get_by_text("Not submitted yet")).to_be_visible()
    expect(interviewer.get_by_label("In a few sentences")).to_have_value("Half of it.")


def test_on_two_devices_one_of_two_scorings_is_chosen_whole(
    candidate: Candidate,
    interviewer: Page,
    rows: Rows,
    watch: Watch,
    new_window: Callable[..., Page],
    stack: Stack,
) -> None:
    rows.forget_reviews()
    watch.allow("409")
    handed_in(candidate, interviewer)
    here = Rater(interviewer)
    here.take()
    there = Rater(signed_in_interviewer(new_window(), stack))
    there.page.goto(interviewer.url)
    there.can_score()
    first = there.criteria.first
    first.get_by_role("radio", name="Not judged").check()
    first.get_by_label("Why is it not judged?").fill("Not asked.")
    there.criteria.nth(1).locator("input[value='2']").check()
    expect(there.status).to_have_attribute("data-state", "saved")
    here.criteria.first.locator("input[value='4']").check()
    here.criteria.nth(2).locator("input[value='4']").check()
    interviewer.get_by_role("button", name="Submit").click()
    expect(interviewer.get_by_text("You scored this somewhere else too")).to_be_visible()
    interviewer.get_by_role("button", name="Take the other one").click()
    expect(here.status).to_have_attribute("data-state", "saved")
    expect(here.criteria.first.get_by_role("radio", name="Not judged")).to_be_checked()
    expect(here.criteria.first.get_by_label("Why is it not judged?")).to_have_value("Not asked.")
    expect(here.criteria.nth(1).locator("input:checked")).to_have_value("2")
    expect(here.criteria.nth(2).locator("input:checked")).to_have_count(0)


def test_words_that_are_selected_with_the_pointer_become_evidence(
    candidate: Candidate, interviewer: Page, rows: Rows
) -> None:
    rows.forget_reviews()
    handed_in(candidate, interviewer)
    rater = Rater(interviewer)
    rater.take()
    place = interviewer.locator("[data-text]").first.bounding_box()
    assert place
    interviewer.mouse.move(place["x"] + 1, place["y"] + 12)
    interviewer.mouse.down()
    interviewer.mouse.move(place["x"] + 200, place["y"] + 12)
    interviewer.mouse.up()
    rater.criteria.nth(1).get_by_role("button", name="Selected words as evidence").click()
    quote = rater.criteria.nth(1).locator("[data-evidence] q")
    expect(quote).to_have_count(1)
    assert quote.inner_text().strip("“”") in ANSWER
    rater.criteria.nth(1).get_by_role("button", name="Remove").click()
    expect(quote).to_have_count(0)
    # Letters do nothing for who does not want them to.
    interviewer.get_by_role("button", name="Help: keys").click()
    interviewer.get_by_label("These keys work").uncheck()
    interviewer.get_by_role("button", name="Close").click()
    interviewer.keyboard.press("3")
    expect(rater.criteria.first.locator("input:checked")).to_have_count(0)
    expect(rater.status).to_have_attribute("data-state", "saved")


def test_the_pages_of_interviewers_are_for_everybody(
    candidate: Candidate, interviewer: Page, rows: Rows, new_window: Callable[..., Page]
) -> None:
    rows.forget_reviews()
    link = invite(interviewer, raters=1)
    problems: list[Any] = []
    stranger = new_window()
    stranger.goto(link)
    pages = [stranger, interviewer]
    problems += [each for page in pages for each in (*violations(page), *too_wide(page))]
    accept(candidate, link)
    candidate.answer(ANSWER)
    candidate.page.get_by_role("button", name="Hand in").click()
    candidate.page.get_by_role("button", name=re.compile("Hand in")).last.click()
    expect(candidate.page.get_by_text("is handed in and safe")).to_be_visible()
    problems += [*violations(candidate.page), *too_wide(candidate.page)]
    for address in (
        "/invitations/",
        "/invitations/new/",
        "/invitations/many/",
        "/webhooks/",
        "/webhooks/new/",
        "/reviews/",
        "/reviews/?tab=done",
        "/reviews/agreement/",
    ):
        interviewer.goto(address)
        problems += [*violations(interviewer), *too_wide(interviewer)]
    rater = Rater(interviewer)
    interviewer.set_viewport_size({"width": 1280, "height": 900})
    rater.take()
    problems += [*violations(interviewer), *too_wide(interviewer)]
    interviewer.set_viewport_size({"width": 1280, "height": 900})
    rater.score_by_keys(3, summary="Fine.")
    problems += [*violations(interviewer), *too_wide(interviewer)]
    assert problems == []
