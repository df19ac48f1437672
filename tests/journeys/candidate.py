"""What a candidate does in the browser, in the words of the pages."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

EMAIL = "candidate@demo.example"
QUESTION = "video-recommendation"
STAGE = "scope"  # the first one


def sign_in(page: Page, *, email: str, password: str) -> None:
    """Sign in from anywhere by the form, and wait for what comes after it."""
    if "/accounts/login/" not in page.url:
        page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))


@dataclass
class Candidate:
    """One person at one browser window."""

    page: Page

    def start(
        self,
        question: str = QUESTION,
        *,
        framework: str = "four-stage",
        pacing: str = "soft",
        interviewer: str = "off",
    ) -> str:
        """Start an interview from the page of a question; gives its id."""
        self.page.goto(f"/questions/{question}/")
        self.page.get_by_label("Framework").select_option(framework)
        self.page.get_by_label("Pacing").select_option(pacing)
        self.page.get_by_label("Interviewer").select_option(interviewer)
        self.page.get_by_role("button", name="Start now").click()
        self.can_write()
        return self.interview_id

    @property
    def interview_id(self) -> str:
        found = re.search(r"/interviews/([0-9a-f-]{36})/", self.page.url)
        assert found, self.page.url
        return found.group(1)

    @property
    def box(self) -> Locator:
        """Where one writes."""
        return self.page.locator("#answer")

    @property
    def status(self) -> Locator:
        """The line that says whether the words are safe."""
        return self.page.locator("#save-state")

    def open(self, address: str) -> None:
        """Open a page, and wait until it can be written in."""
        self.page.goto(address)
        self.can_write()

    def reload(self) -> None:
        """Load the page again, and wait until it can be written in."""
        self.page.reload()
        self.can_write()

    def can_write(self) -> None:
        """Wait for the box, and for the script that keeps what is typed there."""
        expect(self.page.locator("#editor")).to_have_attribute("data-started", "yes")
        expect(self.box).to_be_editable()

    def follows(self) -> None:
        """Wait until this tab shows what another one writes."""
        expect(self.page.locator("#editor")).to_have_attribute("data-started", "following")
        expect(self.box).not_to_be_editable()

    def write_here(self) -> None:
        """Write in this tab instead of the other one."""
        self.page.get_by_role("button", name="Write here instead").click()
        self.can_write()

    def type(self, text: str) -> None:
        """Press the keys of a text at the end of what is written."""
        self.box.focus()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def paste(self, text: str) -> None:
        """Put a long text in place of what is written, at once."""
        self.box.focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def write(self, text: str) -> None:
        """Type a text at the end of what is written, and see it saved."""
        self.type(text)
        self.sees_saved()

    def answer(self, text: str) -> None:
        """Put a text in place of what is written, and see it saved."""
        self.paste(text)
        self.sees_saved()

    def answer_and_hand_in(self, text: str) -> str:
        """Start an interview, answer in its first stage alone, read the report; gives its id."""
        interview_id = self.start()
        self.answer(text)
        self.hand_in()
        return interview_id

    def type_in_vain(self, text: str) -> None:
        """Type while no text can be sent, until the page says that the device keeps it."""
        self.page.route("**/draft/", lambda route: route.abort())
        self.type(text)
        self.sees("offline")

    def connect(self) -> None:
        """Let everything reach the server again, and the page notice."""
        self.page.unroute_all()
        self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def sees_saved(self) -> None:
        """Wait for the status line's word that everything is saved."""
        expect(self.status).to_have_attribute("data-state", "saved")
        expect(self.status).to_contain_text("Saved")

    def sees(self, state: str) -> None:
        expect(self.status).to_have_attribute("data-state", state)

    def go_on(self) -> None:
        """Press Next, and wait for the next stage."""
        before = self.page.url
        self.page.locator(".editor-foot button.primary").click()
        expect(self.page).not_to_have_url(before)
        self.can_write()

    def hand_in(self) -> None:
        """Look once more, hand in, and wait for the report."""
        self.page.locator(".session-actions").get_by_text("Hand in").click()
        self.page.get_by_role("button", name="Hand in my answer").click()
        self.sees_report()

    def sees_report(self) -> None:
        expect(self.page.get_by_role("heading", name="Criterion by criterion")).to_be_visible(
            timeout=60_000  # a loaded machine; how fast it is, benchmarks say
        )

    def score(self) -> float:
        """The score that the report shows."""
        shown = self.page.locator(".score-head .stat-value").inner_text()
        return float(shown.split()[0])
