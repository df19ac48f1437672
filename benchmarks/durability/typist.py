"""A scripted candidate in a real Chromium, through whatever a plan has in store.

What counts is what was on the screen. At the end the page is closed, often while nothing works;
then everything works again and the page is opened: what the server has after that must be the
script, to the character.
"""

import time
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import psycopg
from playwright.sync_api import BrowserType, Error

from benchmarks.durability.browser import OwnBrowser
from benchmarks.durability.plan import Deed, Event, Plan
from benchmarks.durability.proxy import Fault, Proxy
from mlsd_app.processes import wait_until
from tests import written
from tests.journeys.candidate import EMAIL, STAGE, Candidate, sign_in
from tests.stack import Stack, await_true

WORDS_A_MINUTE = 60
RESTORED_WITHIN = 60  # seconds until a page that opened again shows what the device kept
ON_SCREEN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass
class Outcome:
    """What became of a script; characters unless said otherwise.

    Attributes:
        typed: of the script, all of which was on the screen.
        saves: revisions that the server acknowledged.
        acknowledged: what the server had when the page was closed.
        kept: what only the device had then, or when the browser was killed, and the server later.
        lost: of the script, and not on the server at the very end.
        strange: revisions that hold something that was never on the screen.
        log: what happened when.
    """

    seed: int
    typed: int = 0
    saves: int = 0
    acknowledged: int = 0
    kept: int = 0
    lost: int = 0
    strange: int = 0
    log: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is lost and nothing strange was written."""
        return not self.lost and not self.strange

    @property
    def figures(self) -> str:
        """The seed and what came of it, in one line."""
        return (
            f"seed {self.seed}: {self.typed} typed, {self.acknowledged} acknowledged, "
            f"{self.kept} kept, {self.lost} lost, {self.saves} saves, {self.strange} strange"
        )

    def __str__(self) -> str:
        """The figures and the log, for whoever must understand a failure."""
        return "\n".join((self.figures, *self.log))


class Typist:
    """One candidate with one plan."""

    def __init__(
        self, stack: Stack, proxy: Proxy, chromium: BrowserType, *, profile: Path, speed: float
    ) -> None:
        """Start a browser with a profile of its own; ``speed`` multiplies 60 words a minute."""
        self.stack, self.proxy = stack, proxy
        self.pause = 60 / (WORDS_A_MINUTE * speed)
        base_url = f"http://127.0.0.1:{proxy.port}"
        self.browser = OwnBrowser(chromium, profile=profile, base_url=base_url)
        self.typed = ""
        self.interview_id = ""

    def run(self, plan: Plan) -> Outcome:
        """Type everything, close, open again, and look what the server has."""
        self.outcome = Outcome(plan.seed)
        self.began = time.monotonic()
        try:
            self._begin()
            self._type(plan)
            self._close_and_open_again()
            self._compare()
        finally:
            self._mend()
            self.browser.close()
        return self.outcome

    # --- the way ------------------------------------------------------------------------------

    def _begin(self) -> None:
        page = self.browser.page
        sign_in(page, email=EMAIL, password=self.stack.password)
        self.interview_id = self._candidate.start()
        self._to_the_end_of_the_box()
        self.began = time.monotonic()

    def _type(self, plan: Plan) -> None:
        begun = time.monotonic()
        for number, word in enumerate(plan.words):
            for event in plan.at(number):
                self._befall(event, number)
            self.browser.page.keyboard.type(word)
            self.typed += word
            ahead = begun + (number + 1) * self.pause - time.monotonic()
            if ahead > 0:
                self.browser.page.wait_for_timeout(ahead * 1000)
        self._say(f"typed {len(self.typed)} characters")

    def _close_and_open_again(self) -> None:
        self.browser.page.evaluate(ON_SCREEN)
        self.outcome.acknowledged = len(self._on_server())
        self.outcome.kept += len(self.typed) - self.outcome.acknowledged
        self.browser.close_page()
        self._say(f"closed with {self.outcome.acknowledged} characters acknowledged")
        self._mend()
        self.browser.open_page()
        self._open()
        if not wait_until(lambda: self._on_server() == self.typed, seconds=RESTORED_WITHIN):
            state = self._candidate.status.get_attribute("data-state")
            self._say(f"the page says {state}, the server has another text")

    def _compare(self) -> None:
        text = self._on_server()
        with psycopg.connect(self.stack.database_url) as database:
            revisions = written.revisions(database, self.interview_id, STAGE)
        outcome = self.outcome
        outcome.typed, outcome.saves = len(self.typed), len(revisions)
        outcome.lost = _missing(self.typed, text)
        strange = [each for each in revisions if not self.typed.startswith(each.text)]
        outcome.strange = len(strange)
        for each in strange:
            self._say(f"revision {each.number} is strange: {_difference(self.typed, each.text)}")
        if text != self.typed:
            self._say(f"the end is not the script: {_difference(self.typed, text)}")
        outcome.kept = max(0, outcome.kept - outcome.lost)

    # --- what happens -------------------------------------------------------------------------

    def _befall(self, event: Event, number: int) -> None:
        self._say(f"word {number}: {event}")
        match event.deed:
            case Deed.CUT:
                self.proxy.turn_to(event.fault)
            case Deed.MEND:
                self.proxy.turn_to(Fault.NONE)
            case Deed.STOP_SERVER:
                self.stack.stop_web()
            case Deed.START_SERVER:
                self._start_server()
            case Deed.KILL_SERVER:
                self._kill_server()
            case Deed.KILL_BROWSER:
                self._kill_browser()

    def _kill_server(self) -> None:
        """Kill it and start it again, as a supervisor would; it is away while it starts."""
        if "web" in self.stack.running:
            self.stack.kill_web()
        self._start_server()

    def _start_server(self) -> None:
        if "web" not in self.stack.running:  # a kill that came in between has started it
            self.stack.start_web()

    def _kill_browser(self) -> None:
        """Kill it with words on the screen that perhaps nobody has acknowledged yet."""
        self.browser.page.evaluate(ON_SCREEN)
        self.browser.kill()
        acknowledged = len(self._on_server())
        self.outcome.kept += len(self.typed) - acknowledged
        self._say(f"killed with {acknowledged} of {len(self.typed)} characters acknowledged")
        self._mend()
        self.browser.start_again()
        self._open()

    def _mend(self) -> None:
        """Let everything work again."""
        self.proxy.turn_to(Fault.NONE)
        self._start_server()
        self.stack.await_web()

    def _open(self) -> None:
        """Open the interview again, as a person would: anew until it is there."""
        await_true(self._is_open, "the answering page")
        if wait_until(lambda: self._shown() == self.typed, seconds=RESTORED_WITHIN):
            self._say(f"all {len(self.typed)} characters are back")
        else:
            self._say(f"only {len(self._shown())} of {len(self.typed)} characters are back")
        self._to_the_end_of_the_box()

    def _is_open(self) -> bool:
        page = self.browser.page
        try:
            page.goto(f"/interviews/{self.interview_id}/", timeout=5_000)
            if "/accounts/login/" in page.url:  # the browser was killed with its last cookies
                sign_in(page, email=EMAIL, password=self.stack.password)
            self._candidate.box.wait_for(timeout=5_000)
        except Error as problem:
            self._say(f"no page yet: {problem.message.splitlines()[0]}")
            return False
        return True

    def _to_the_end_of_the_box(self) -> None:
        self._candidate.box.focus()
        self.browser.page.keyboard.press("Control+End")

    def _shown(self) -> str:
        return self._candidate.box.input_value()

    def _on_server(self) -> str:
        with psycopg.connect(self.stack.database_url) as database:
            return written.latest(database, self.interview_id, STAGE)[0]

    @property
    def _candidate(self) -> Candidate:
        return Candidate(self.browser.page)

    def _say(self, text: str) -> None:
        self.outcome.log.append(f"{time.monotonic() - self.began:7.2f} s  {text}")


def _difference(script: str, text: str) -> str:
    """Where a text goes away from the script, with what stands around it in both."""
    at = next(
        (at for at, (one, other) in enumerate(zip(script, text, strict=False)) if one != other),
        min(len(script), len(text)),
    )
    around = slice(max(0, at - 30), at + 50)
    return f"at {at} of {len(text)} {text[around]!r}, the script has {script[around]!r}"


def _missing(script: str, text: str) -> int:
    """How many characters of a script are not in a text, in their order."""
    if script == text:
        return 0
    blocks = SequenceMatcher(None, script, text, autojunk=False).get_matching_blocks()
    return len(script) - sum(block.size for block in blocks)
