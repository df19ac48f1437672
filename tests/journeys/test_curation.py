"""What curators learn from interviews in a browser: what to mend, and what a rescore changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rubrics.loading import load_library
from tests.journeys.candidate import Candidate
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.journeys.test_bank import Desk, asked, cookies, found_wrong
from tests.journeys.test_pages import THEMES, WIDTHS
from tests.stack import Stack, await_true

pytestmark = pytest.mark.journey

MENDED = "fraud-detection"
# How people said it, and where the rubric gets to know it.
SAID = "The nod rate must hold."
KNOWN = "(approval|acceptance|authorisation) rate .. (not below"
ADDED = "(nod|approval|acceptance|authorisation) rate .. (not below"
INDICATOR = "Names what must not get worse meanwhile"
OTHERS = 10  # so many others say the same: a share is said from there on
SLOW = 60_000  # ms for a worker to judge them all

# Others who handed in the same text; the worker that runs gives them their scores.
COLUMNS = """
    target, minutes, pacing, has_interviewer, current_stage, started_at, deadline_at, submitted_at,
    submitted_by, attempts, last_error, candidate_id, framework_id, version_id
"""
HANDED_IN = f"""
    INSERT INTO interviews_interview (id, state, next_attempt_at, {COLUMNS})
    SELECT gen_random_uuid(), 'submitted', now(), {COLUMNS}
    FROM interviews_interview, generate_series(1, {OTHERS}) WHERE id = %s
"""
THEIR_TEXTS = """
    INSERT INTO interviews_stageanswer
        (interview_id, stage, part, position, text, revision, saved_at, locked_at)
    SELECT other.id, stage, part, position, text, revision, saved_at, locked_at
    FROM interviews_stageanswer answer, interviews_interview other
    WHERE answer.interview_id = %s AND other.state = 'submitted'
"""
THEIR_CLOCKS = """
    INSERT INTO interviews_ledgerline (interview_id, kind, stage, at, seconds, by, reason)
    SELECT other.id, kind, stage, at, seconds, by, reason
    FROM interviews_ledgerline line, interviews_interview other
    WHERE line.interview_id = %s AND other.state = 'submitted' ORDER BY line.id
"""
ON_QUESTION = """
    SELECT count(*) FROM interviews_interview i
    JOIN rubrics_questionversion v ON v.id = i.version_id
    JOIN rubrics_question q ON q.id = v.question_id WHERE q.slug = %s AND i.state = 'scored'
"""
CARDS = """
    SELECT s.id, s.score, s.rubric_hash, s.document::text FROM interviews_scorecard s
    WHERE s.interview_id = %s ORDER BY s.id
"""


@pytest.fixture(scope="module")
def of_curator(browser: Browser, browser_context_args: dict[str, Any], stack: Stack) -> Any:
    return cookies(browser, browser_context_args, stack, stack.emails[2])


@pytest.fixture
def desk(new_window: Callable[..., Page], of_curator: Any, rows: Rows) -> Iterator[Desk]:
    """The demo curator, who leaves no draft behind."""
    yield Desk(new_window(storage_state=of_curator, bypass_csp=True), rows)
    rows.connection.execute("DELETE FROM rubrics_draftvisit")
    rows.connection.execute("DELETE FROM rubrics_draft")


@dataclass(frozen=True)
class Answered:
    """An interview that is scored, and the window with its report."""

    candidate: Candidate
    interview: str
    score: float


@pytest.fixture
def answered(candidate: Candidate, rows: Rows) -> Answered:
    """A candidate has a report, and ten others have said the same."""
    interview = candidate.start(MENDED)
    middling = next(
        sample for sample in load_library().questions[MENDED].samples if sample.grade == "mid"
    )
    candidate.answer("\n\n".join((*middling.stages.values(), SAID)))
    candidate.hand_in()
    with rows.connection.transaction():
        for statement in (HANDED_IN, THEIR_TEXTS, THEIR_CLOCKS):
            rows.connection.execute(statement.encode(), [interview])
    await_true(lambda: asked(rows, ON_QUESTION, MENDED) == [(OTHERS + 1,)], "eleven scores")
    return Answered(candidate, interview, candidate.score())


def test_what_nobody_meets_is_mended_and_past_interviews_get_another_score(
    desk: Desk, answered: Answered, rows: Rows
) -> None:
    page, old = desk.page, asked(rows, CARDS, answered.interview)

    page.goto(f"/bank/{MENDED}/")
    page.get_by_role("link", name="How its rubric does").click()
    to_mend = page.get_by_role("region", name="What to mend")
    to_mend.locator("summary").click()
    line = to_mend.get_by_role("listitem").filter(has_text=INDICATOR)
    expect(line).to_contain_text("Nobody meets this: is it named as people say it?")
    expect(line).to_contain_text(f"n = {OTHERS + 1}")
    problems = found_wrong(page)

    desk.begin(MENDED)
    desk.write(ADDED, instead_of=KNOWN)
    desk.sees_kept(MENDED)
    page.goto(f"/bank/{MENDED}/changes/")
    change = page.locator(".changes > li")
    expect(change).to_have_count(1)
    expect(change.locator("ins")).to_contain_text("(nod|approval|acceptance|authorisation)")
    expect(change.locator("del")).to_contain_text("(approval|acceptance|authorisation)")
    problems += found_wrong(page)
    try_what_they_said(page)
    problems += found_wrong(page)
    desk.open(MENDED)
    desk.publish("As people say it.")

    page.goto(f"/bank/{MENDED}/items/")
    page.get_by_role("link", name="See what a rescore would change").click()
    expect(page.get_by_text(f"{OTHERS + 1} interviews were never scored")).to_be_visible()
    page.get_by_role("button", name="Work out what would change").click()
    expect(fact(page, "Another score")).to_have_text(
        f"{OTHERS + 1}: {OTHERS + 1} higher, 0 lower", timeout=SLOW
    )
    expect(page.get_by_text("Nobody's score has changed so far")).to_be_visible()
    first = page.get_by_role("row").filter(has_text=f"{answered.score:.1f}").first
    new = float(first.get_by_role("cell").nth(1).inner_text())
    expect(first.get_by_role("cell").nth(2)).to_have_text(f"+{new - answered.score:.1f}")
    expect(page.get_by_text("2 → 3").first).to_be_visible()
    problems += found_wrong(page)
    assert asked(rows, CARDS, answered.interview) == old

    page.get_by_role("button", name=f"Rescore {OTHERS + 1} interviews").click()
    expect(page.get_by_text("The old ones are kept.")).to_be_visible(timeout=SLOW)
    cards = asked(rows, CARDS, answered.interview)
    assert cards[:-1] == old
    assert (cards[-1][1], cards[-1][2] != old[-1][2]) == (new, True)
    problems += found_wrong(page)

    answered.candidate.page.reload()
    answered.candidate.sees_report()
    expect(answered.candidate.page.get_by_text("Scored again by version")).to_be_visible()
    assert answered.candidate.score() == pytest.approx(new, abs=0.5)
    assert problems == []


def fact(page: Page, name: str) -> Locator:
    """What stands beside a name in the list of figures."""
    return page.locator(".facts > div", has=page.get_by_text(name, exact=True)).locator("dd")


def try_what_they_said(page: Page) -> None:
    """Paste an answer on the bench: only the criterion that changes is open."""
    page.goto(f"/bank/{MENDED}/bench/", timeout=SLOW)
    model = load_library().questions[MENDED].samples[1].stages
    page.get_by_role("textbox", name="Answer").fill("\n\n".join((*model.values(), SAID)))
    page.get_by_role("button", name="Score it").click()
    pasted = page.get_by_role("region", name="Pasted answer")
    row = pasted.get_by_role("row").filter(has_text="changes")
    expect(row).to_have_count(1, timeout=SLOW)
    expect(row.get_by_role("cell").nth(0)).to_have_text("2")
    expect(row.get_by_role("cell").nth(1)).to_have_text("3")
    row.locator("summary").click()
    expect(row.get_by_role("listitem").filter(has_text=INDICATOR)).to_contain_text(f"“{SAID}”")
    pasted.get_by_text("Show the other").click()
    assert pasted.get_by_role("row").count() > 10


def test_without_a_draft_or_a_version_the_looks_say_so(
    desk: Desk, rows: Rows, watch: Watch
) -> None:
    page = desk.page
    page.goto(f"/bank/{MENDED}/changes/")
    expect(page.get_by_role("heading", name="There is no draft")).to_be_visible()
    problems = found_wrong(page)
    page.goto(f"/bank/{MENDED}/bench/", timeout=SLOW)
    expect(page.get_by_text("There is no draft.")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Draft")).to_have_count(0)
    problems += found_wrong(page)
    assert problems == []


def test_every_entry_of_the_navigation_is_in_sight_at_any_width(
    new_window: Callable[..., Page], of_curator: Any, signed_in: dict[str, Any]
) -> None:
    problems = []
    for state, last in ((signed_in, "My interviews"), (of_curator, "Bank")):
        page = new_window(storage_state=state)
        for path in ("/", "/handbook/", "/bank/" if state is of_curator else "/questions/"):
            page.goto(path)
            expect(page.locator(".site-nav").get_by_role("link", name=last)).to_be_visible()
            for width in (*WIDTHS, 320):
                page.set_viewport_size({"width": width, "height": 800})
                for theme in THEMES:
                    page.emulate_media(color_scheme=theme)
                    problems += [f"{path} at {width}: {each}" for each in hidden_entries(page)]
    assert problems == []


def hidden_entries(page: Page) -> list[str]:
    """Entries of the header that are cut off or lie over one another."""
    found: list[str] = page.evaluate(
        """() => {
            const shown = [...document.querySelectorAll(".site-header-row :is(a, summary)")]
                .filter((each) => each.checkVisibility())
                .map((each) => [each.textContent.trim(), each.getBoundingClientRect()]);
            const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
                && a.top < b.bottom - 1 && b.top < a.bottom - 1;
            return shown.filter(([, box], at) => box.left < 0 || box.right > innerWidth
                || shown.some(([, other], place) => place !== at && over(box, other)))
                .map(([name]) => name);
        }"""
    )
    return found
