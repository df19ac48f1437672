"""The curators' desk in a browser: write, try, publish, write in twos, bring packages in."""

import io
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, Route, expect

from rubrics.loading import load_library
from tests.journeys.candidate import Candidate, sign_in
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.journeys.test_pages import too_wide, violations
from tests.journeys.test_whole_way import press_tab_until
from tests.stack import Stack, await_true

pytestmark = pytest.mark.journey

CLEAN = "model-registry-rollout"  # nothing is wrong with it by any rule: it can be published
OTHER = "notification-ranking"  # for what need not be published
SLOW = 30_000  # ms for every rule, and for the bench: they score whole answers
VISIT = 20_000  # ms between two signs of life of an open draft

IN_GROUP = """
    INSERT INTO auth_user_groups (user_id, group_id)
    SELECT u.id, g.id FROM auth_user u, auth_group g
    WHERE u.username = %s AND g.name = 'curator'
"""
OUT_OF_GROUP = """
    DELETE FROM auth_user_groups USING auth_user u, auth_group g
    WHERE user_id = u.id AND group_id = g.id AND u.username = %s AND g.name = 'curator'
"""
DRAFT = """
    SELECT d.text FROM rubrics_draft d JOIN rubrics_question q ON q.id = d.question_id
    WHERE q.slug = %s
"""
VERSIONS = """
    SELECT v.number, v.rubric_hash FROM rubrics_questionversion v
    JOIN rubrics_question q ON q.id = v.question_id WHERE q.slug = %s ORDER BY v.number
"""
OF_INTERVIEW = """
    SELECT v.number, s.rubric_hash FROM interviews_interview i
    JOIN rubrics_questionversion v ON v.id = i.version_id
    LEFT JOIN interviews_scorecard s ON s.interview_id = i.id WHERE i.id = %s
"""
ALL_DOCUMENTS = """
    SELECT (SELECT count(*) FROM rubrics_questionversion),
        (SELECT array_agg((slug, content_hash) ORDER BY slug)::text FROM rubrics_concept),
        (SELECT count(*) FROM rubrics_frameworkversion)
"""


def asked(rows: Rows, statement: str, *values: str) -> list[Any]:
    return rows.connection.execute(statement.encode(), values).fetchall()


@dataclass
class Desk:
    """One curator at one browser window."""

    page: Page
    rows: Rows

    def begin(self, slug: str) -> None:
        """Begin a draft of a question from its page."""
        self.page.goto(f"/bank/{slug}/")
        self.page.get_by_role("button", name="Change it").click()
        self.is_there()

    def open(self, slug: str) -> None:
        """Open the draft that there is."""
        self.page.goto(f"/bank/{slug}/draft/")
        self.is_there()

    def is_there(self) -> None:
        """Wait for the page and the editor."""
        expect(self.page.locator(".cm-content")).to_be_visible()
        expect(self.field).to_be_editable()

    @property
    def field(self) -> Locator:
        """Where one types."""
        return self.page.get_by_role("textbox", name="The question as YAML")

    @property
    def text(self) -> Locator:
        """What the form sends: the same text, unseen."""
        return self.page.locator("#text")

    @property
    def state(self) -> Locator:
        """The column beside the text."""
        return self.page.locator("#state")

    @property
    def heading(self) -> Locator:
        """What it says of the text as a whole."""
        return self.state.get_by_role("heading")

    @property
    def saving(self) -> Locator:
        """The line that says whether the text is safe."""
        return self.page.locator("#saving")

    def write(self, new: str, *, instead_of: str) -> None:
        """Find a place of the text, and write over it."""
        self.find(instead_of)
        self.page.keyboard.insert_text(new)

    def find(self, words: str) -> None:
        """Mark the first place with these words."""
        self.field.focus()
        self.page.keyboard.press("Control+Home")
        self.page.keyboard.press("Control+f")
        expect(self.page.get_by_role("textbox", name="Find")).to_be_focused()
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Escape")
        expect(self.field).to_be_focused()
        self.sees_marked(words)

    def sees_marked(self, words: str) -> None:
        """Wait until these words of the text are marked."""
        self.page.wait_for_function("words => String(getSelection()) === words", arg=words)

    def line_of(self, words: str) -> int:
        """The number of the first line with these words."""
        return self.text.input_value().partition(words)[0].count("\n") + 1

    @property
    def check(self) -> Locator:
        """Where one goes on to have it checked."""
        return self.page.locator(".page-head").get_by_role("link", name="Check and publish")

    @property
    def unsent(self) -> Locator:
        """The notice of a text that this device kept."""
        return self.page.locator("#unsent .notice")

    @property
    def told(self) -> Locator:
        """The notice that somebody was faster."""
        return self.state.get_by_text(re.compile("(Somebody else|You) wrote on this draft"))

    def first_line(self, beginning: str) -> str:
        """The first line that begins so."""
        lines = self.text.input_value().splitlines()
        return next(line for line in lines if line.startswith(beginning))

    def sees_kept(self, slug: str) -> None:
        """Wait until what is in the field is the draft."""
        written = self.text.input_value()
        await_true(lambda: self.is_draft(slug, written), "the draft to be kept")
        expect(self.saving).to_have_attribute("data-state", "saved")

    def is_draft(self, slug: str, text: str) -> bool:
        return bool(asked(self.rows, DRAFT, slug) == [(text,)])

    def publish(self, note: str) -> None:
        """Have it checked by every rule, and publish it."""
        self.check.click()
        self.sees_title("Ready to publish")
        self.page.get_by_label("What is new").fill(note)
        self.page.get_by_role("button", name="Publish", exact=True).click()
        expect(self.page.get_by_text("Published. New interviews")).to_be_visible(timeout=SLOW)

    def sees_title(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words, timeout=SLOW)

    def send(self, *files: FilePayload) -> None:
        """Choose a file on the page of imports, and have it looked into."""
        self.page.get_by_label("A question as YAML, or a zip").set_input_files(files)
        self.page.get_by_role("button", name="Look into it").click()


def cookies(browser: Browser, arguments: dict[str, Any], stack: Stack, email: str) -> Any:
    context = browser.new_context(**arguments)
    sign_in(context.new_page(), email=email, password=stack.password)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def of_curator(browser: Browser, browser_context_args: dict[str, Any], stack: Stack) -> Any:
    return cookies(browser, browser_context_args, stack, stack.emails[2])


@pytest.fixture(scope="module")
def of_second(browser: Browser, browser_context_args: dict[str, Any], stack: Stack) -> Any:
    return cookies(browser, browser_context_args, stack, stack.emails[1])


@pytest.fixture(autouse=True)
def _no_draft_is_left(rows: Rows) -> Iterator[None]:
    yield
    rows.connection.execute("DELETE FROM rubrics_draftvisit")
    rows.connection.execute("DELETE FROM rubrics_draft")
    rows.connection.execute("DELETE FROM rubrics_question WHERE state = 'draft'")


@pytest.fixture
def desk(new_window: Callable[..., Page], of_curator: Any, rows: Rows) -> Desk:
    """The demo curator."""
    return Desk(new_window(storage_state=of_curator), rows)


@pytest.fixture
def second(
    new_window: Callable[..., Page], of_second: Any, rows: Rows, stack: Stack
) -> Iterator[Desk]:
    """Another curator: the demo interviewer, for as long as the journey is."""
    rows.connection.execute(IN_GROUP, [stack.emails[1]])
    yield Desk(new_window(storage_state=of_second), rows)
    rows.connection.execute(OUT_OF_GROUP, [stack.emails[1]])


# --- From a draft to a new version ---


def test_a_draft_is_mended_tried_and_published_and_who_began_before_keeps_the_old_text(
    desk: Desk, candidate: Candidate, rows: Rows
) -> None:
    page = desk.page
    before = candidate.start(CLEAN)
    writing = candidate.page.url
    prompt = candidate.page.locator(".pane-guide .prose").first
    expect(prompt).to_contain_text("Today")

    desk.begin(CLEAN)
    expect(desk.heading).to_have_text("It can be read")
    make_three_mistakes(desk)
    desk.sees_kept(CLEAN)
    jump_to_each_and_mend_it(desk)
    expect(desk.heading).to_have_text("It can be read")
    new_words = f"Today, in plan {uuid.uuid4()},"
    desk.write(new_words, instead_of="Today")
    desk.write("title: Finds out well", instead_of="title: Finds out")
    desk.sees_kept(CLEAN)

    page.goto(f"/bank/{CLEAN}/")
    expect(page.get_by_text("There is a draft")).to_be_visible()
    try_on_the_bench(page)
    page.goto(f"/bank/{CLEAN}/preview/")
    expect(page.get_by_role("main")).to_contain_text(new_words)
    page.goto(f"/bank/{CLEAN}/changes/")
    meant = page.locator(".changes li")
    expect(meant).to_have_count(2)
    expect(meant.first.locator("del")).not_to_contain_text(new_words)
    expect(meant.first.locator("ins")).to_contain_text(new_words)
    expect(page.locator(".rows [data-sign='+']").first).to_contain_text(new_words)

    old = asked(rows, VERSIONS, CLEAN)
    desk.open(CLEAN)
    desk.publish("The plan has a name.")
    expect(page.get_by_role("row").nth(1)).to_contain_text("The plan has a name.")
    new = asked(rows, VERSIONS, CLEAN)
    assert new[:-1] == old
    assert new[-1][1] != old[-1][1]

    candidate.open(writing)
    expect(prompt).to_contain_text("Today")
    expect(prompt).not_to_contain_text(new_words)
    candidate.answer("We keep a registry with a hash of each model.")
    candidate.hand_in()
    assert asked(rows, OF_INTERVIEW, before) == [old[-1]]
    after = candidate.start(CLEAN)
    expect(prompt).to_contain_text(new_words)
    assert asked(rows, OF_INTERVIEW, after) == [(new[-1][0], None)]


MISTAKES = (  # what is right, what is written instead, what is said of it
    ("difficulty: hard", "difficulty: hrad", "difficulty"),
    ("minutes: 45", "minutes: soon", "minutes"),
    ("  - grade: strong", "  - grade: superb", "samples"),
)


def make_three_mistakes(desk: Desk) -> None:
    for right, wrong, _ in MISTAKES:
        desk.write(wrong, instead_of=right)
    expect(desk.heading).to_have_text("3 problems")
    listed = desk.state.get_by_role("listitem")
    for nth, (_, wrong, said) in enumerate(MISTAKES):
        line = desk.line_of(wrong)
        expect(listed.nth(nth).get_by_role("link")).to_have_text(f"Line {line}")
        expect(listed.nth(nth)).to_contain_text(said)


def jump_to_each_and_mend_it(desk: Desk) -> None:
    """From the last to the first, so that each jump is far; the very first by its key."""
    for left, (right, wrong, _) in reversed(list(enumerate(MISTAKES))):
        line = desk.line_of(wrong)
        if left:
            desk.state.get_by_role("link", name=f"Line {line}", exact=True).click()
            desk.sees_marked(wrong)
        else:
            desk.page.keyboard.press("F8")
            expect(desk.page.locator(".cm-tooltip")).to_contain_text("must be one of")
        expect(desk.field).to_be_focused()
        row = desk.page.locator(".cm-line", has_text=wrong.strip())
        expect(row).to_be_in_viewport()
        expect(row.locator(".cm-lintRange-error").first).to_be_visible()
        desk.page.keyboard.insert_text(right)
        expect(desk.state.get_by_role("listitem")).to_have_count(left)


def try_on_the_bench(page: Page) -> None:
    """The samples of the question, then an answer of one's own."""
    page.get_by_role("link", name="Test bench").click()
    strong = page.get_by_role("region", name="Strong", exact=True)
    expect(strong).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("region", name="Model answer")).to_be_visible()
    shown = re.fullmatch(
        r"Published: ([\d.]+) Draft: ([\d.]+)", strong.locator("p").first.inner_text()
    )
    assert shown
    assert float(shown[1]) == float(shown[2]) > 50
    model = load_library().questions[CLEAN].model_answer
    assert model
    page.get_by_role("textbox", name="Answer").fill("\n\n".join(model.stages.values()))
    page.get_by_role("button", name="Score it").click()
    expect(page.get_by_role("region", name="Pasted answer")).to_be_visible(timeout=SLOW)
    page.locator("summary").first.click()
    expect(page.locator(".fold-body li").first).to_contain_text("“")


# --- Two curators ---


def test_of_two_on_one_draft_neither_writes_over_the_other(
    desk: Desk, second: Desk, watch: Watch, stack: Stack
) -> None:
    watch.allow("status of 409")
    desk.begin(OTHER)
    title = desk.first_line("title: ")
    second.open(OTHER)
    expect(second.state).to_contain_text(f"Also open by {stack.emails[2]}")

    desk.write("title: Of the first", instead_of=title)
    desk.page.keyboard.press("Control+Home")
    desk.page.keyboard.insert_text("\n\n")
    desk.sees_kept(OTHER)
    expect(desk.state).to_contain_text(f"Also open by {stack.emails[1]}")
    of_first = desk.text.input_value()
    assert of_first.startswith("\n\nid: ")
    second.write("title: Of the second", instead_of=title)
    sees_both(second, mine="title: Of the second", theirs=of_first, by=stack.emails[2])
    assert second.is_draft(OTHER, of_first)

    second.page.get_by_role("button", name="Take what is kept").click()
    expect(second.text).to_have_value(of_first)
    second.sees_kept(OTHER)
    second.write("title: Of both", instead_of="title: Of the first")
    second.sees_kept(OTHER)
    of_both = second.text.input_value()

    desk.write("title: Of the first again", instead_of="title: Of the first")
    sees_both(desk, mine="title: Of the first again", theirs=of_both, by=stack.emails[1])
    assert desk.is_draft(OTHER, of_both)
    desk.write("title: Of the first again and more", instead_of="title: Of the first again")
    desk.page.get_by_role("button", name="Keep this one instead").click()
    desk.sees_kept(OTHER)
    written = desk.text.input_value()
    assert "title: Of the first again and more" in written
    expect(desk.told).to_be_hidden()
    desk.open(OTHER)
    expect(desk.text).to_have_value(written)


def sees_both(desk: Desk, *, mine: str, theirs: str, by: str) -> None:
    """Is told that somebody was faster, with one's own words still there and theirs beside."""
    expect(desk.told).to_be_visible()
    expect(desk.state).to_contain_text(by)
    assert mine in desk.text.input_value()
    desk.page.get_by_text("What is kept now").click()
    expect(desk.page.get_by_label("The text that is kept now")).to_have_value(theirs)


def test_a_draft_that_is_only_open_disturbs_nobody_and_tells_what_becomes_of_it(
    desk: Desk, second: Desk, watch: Watch
) -> None:
    watch.allow("status of (409|404)")
    desk.page.clock.install()
    desk.begin(OTHER)
    second.open(OTHER)
    sign_of_life(desk)
    title = second.first_line("title: ")
    second.write("title: Of the second", instead_of=title)
    second.sees_kept(OTHER)
    sign_of_life(desk)
    expect(desk.told).to_be_visible()
    desk.page.get_by_role("button", name="Take what is kept").click()
    desk.page.clock.run_for(VISIT)
    expect(desk.text).to_have_value(second.text.input_value())
    second.page.get_by_text("Throw this draft away").click()
    second.page.get_by_role("button", name="Throw it away for good").click()
    expect(second.page.get_by_text("The draft is thrown away")).to_be_visible()
    desk.write("title: Too late", instead_of="title: Of the second")
    desk.page.clock.run_for(VISIT)
    expect(desk.saving).to_contain_text("published or thrown away")
    assert "title: Too late" in desk.text.input_value()


def test_who_is_signed_out_while_writing_is_told_and_loses_nothing(
    desk: Desk, of_curator: Any, watch: Watch
) -> None:
    watch.allow("status of (401|403)")
    desk.page.clock.install()
    desk.begin(OTHER)
    desk.page.context.clear_cookies()
    desk.write("title: Typed as nobody. ", instead_of="title: ")
    desk.page.clock.run_for(VISIT)
    expect(desk.saving).to_contain_text("you are signed out")
    desk.page.context.add_cookies(of_curator["cookies"])
    desk.page.clock.run_for(VISIT)
    desk.sees_kept(OTHER)


def test_text_that_never_reached_the_server_is_offered_to_who_comes_back(
    desk: Desk, second: Desk, watch: Watch
) -> None:
    watch.allow("ERR_FAILED|status of 409")
    desk.begin(OTHER)
    title = desk.first_line("title: ")
    unsent = typed_without_a_server(desk, "title: Never sent", instead_of=title)
    second.open(OTHER)
    second.write("title: Of the second", instead_of=title)
    second.sees_kept(OTHER)
    newer = second.text.input_value()

    comes_back(desk)
    offered = desk.unsent
    expect(offered).to_be_visible()
    expect(desk.text).to_have_value(newer)
    offered.get_by_role("button", name="Take it back").click()
    expect(offered).to_be_hidden()
    sees_both(desk, mine="title: Never sent", theirs=newer, by="")
    assert desk.is_draft(OTHER, newer)
    desk.page.get_by_role("button", name="Keep this one instead").click()
    expect(desk.told).to_be_hidden()
    desk.sees_kept(OTHER)
    assert desk.is_draft(OTHER, unsent)

    typed_without_a_server(desk, "title: Nor this", instead_of="title: Never sent")
    comes_back(desk)
    offered = desk.unsent
    offered.get_by_role("button", name="Forget it").click()
    expect(offered).to_be_hidden()
    desk.page.reload()
    desk.is_there()
    expect(offered).to_be_hidden()
    expect(desk.text).to_have_value(unsent)


def test_what_an_open_window_has_is_its_own_and_what_is_taken_back_takes_nothing_away(
    desk: Desk, watch: Watch
) -> None:
    watch.allow("ERR_FAILED|status of 409")
    desk.begin(OTHER)
    title = desk.first_line("title: ")
    typed_without_a_server(desk, "title: Left behind", instead_of=title)
    comes_back(desk)
    expect(desk.unsent).to_be_visible()
    here = typed_without_a_server(desk, "title: Still here", instead_of=title)

    other = Desk(desk.page.context.new_page(), desk.rows)
    other.open(OTHER)
    expect(other.unsent.locator("textarea")).to_have_value(re.compile("Left behind"))
    other.unsent.get_by_role("button", name="Forget it").click()
    expect(other.unsent).to_be_hidden()
    other.write("title: Of the other", instead_of=title)
    other.sees_kept(OTHER)

    desk.unsent.get_by_role("button", name="Take it back").click()
    expect(desk.text).to_have_value(re.compile("Left behind"))
    expect(desk.unsent.locator("textarea")).to_have_value(here)
    desk.page.unroute_all()
    expect(desk.told).to_be_visible()
    expect(desk.unsent).to_be_hidden()
    desk.page.get_by_role("button", name="Take what is kept").click()
    desk.unsent.get_by_role("button", name="Take it back").click()
    expect(desk.text).to_have_value(here)


def test_a_text_that_somebody_on_the_way_did_not_answer_for_is_not_in_its_own_way(
    desk: Desk, watch: Watch
) -> None:
    watch.allow("status of 502")
    desk.begin(OTHER)
    title = desk.first_line("title: ")

    def arrives_unanswered(route: Route) -> None:
        route.fetch()
        route.fulfill(status=502)

    desk.page.route("**/draft/", arrives_unanswered, times=1)
    desk.write("title: It arrives", instead_of=title)
    expect(desk.saving).to_contain_text("(502)")
    desk.write("title: It goes on", instead_of="title: It arrives")
    desk.sees_kept(OTHER)
    expect(desk.told).to_be_hidden()


def typed_without_a_server(desk: Desk, new: str, *, instead_of: str) -> str:
    """Write where no answer comes, until the device has it; gives the text."""
    desk.page.route("**/draft/", lambda route: route.abort())
    desk.write(new, instead_of=instead_of)
    expect(desk.saving).to_have_attribute("data-state", "offline")
    text = desk.text.input_value()
    desk.page.wait_for_function(
        "words => Object.values(localStorage).some(each => each.includes(words))", arg=new
    )
    return text


def comes_back(desk: Desk) -> None:
    """Close the window, and open the draft in another one."""
    context = desk.page.context
    desk.page.close()
    desk.page = context.new_page()
    desk.open(OTHER)


def sign_of_life(desk: Desk) -> None:
    """Let the time pass after which an open page says that it is there."""
    with desk.page.expect_response(lambda answer: answer.url.endswith("/draft/")):
        desk.page.clock.run_for(VISIT)


# --- The editor ---


def test_what_may_come_next_is_offered_and_taken_by_keys(desk: Desk, watch: Watch) -> None:
    watch.allow("ERR_FAILED")
    page, offered = desk.page, desk.page.get_by_role("option")
    page.clock.install()
    desk.begin(CLEAN)
    page.route(re.compile(r"/completion[\w.]*\.js"), lambda route: route.abort())
    desk.find(desk.first_line("topic: "))
    with page.expect_event("requestfailed"):
        page.keyboard.insert_text("topic: ser")
    page.unroute_all()
    first = next(iter(load_library().questions[CLEAN].rubric.criteria))
    desk.find(desk.first_line("difficulty: "))
    page.keyboard.insert_text("difficulty:")
    page.keyboard.type(" ha")
    expect(offered).to_have_text(["hard"])
    accept(page)
    assert desk.first_line("difficulty:") == "difficulty: hard"

    desk.find("concepts:")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("- drif")
    expect(offered.first).to_contain_text("drift")
    accept(page)
    assert "\n  - drift\n" in desk.text.input_value()

    desk.find("curveball:")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Space")
    expect(offered).to_have_count(0)
    page.keyboard.type("indicators: [")
    page.keyboard.press("Control+Space")
    named = f"{first.id}.{first.indicators[0].id}"
    expect(offered.filter(has_text=named).first).to_be_attached()


def accept(page: Page) -> None:
    """Take what is offered; the editor counts no key of the moment in which it comes up."""
    page.clock.run_for(100)
    page.keyboard.press("Enter")


def test_a_new_question_is_written_with_outline_completion_and_indentation(desk: Desk) -> None:
    page = desk.page
    page.clock.install()
    page.goto("/bank/new/")
    page.get_by_label("Id").fill(f"new-{uuid.uuid4()}")
    page.get_by_label("Title").fill("A new question")
    page.get_by_role("button", name="Begin").click()
    desk.is_there()
    desk.write('title: "In two\n  rows"  # a note', instead_of=desk.first_line("title: "))
    page.get_by_text("Outline", exact=True).click()
    entries = page.locator("#outline button")
    expect(entries.filter(has_text="labels")).to_be_visible()
    assert {"id", "title", "difficulty", "prompt", "rubric"} <= {*entries.all_inner_texts()}
    entries.filter(has_text="difficulty").click()
    desk.sees_marked(desk.first_line("difficulty: "))
    page.keyboard.insert_text("difficulty:")
    page.keyboard.type(" ha")
    expect(page.get_by_role("option")).to_have_text(["hard"])
    accept(page)
    assert desk.first_line("difficulty:") == "difficulty: hard"

    for nth, (row, blanks) in enumerate(ROWS, start=1):
        page.keyboard.press("Enter" if nth == 1 else "Shift+Home")
        page.keyboard.insert_text(row)
        page.keyboard.press("Enter")
        below = desk.text.input_value().partition("difficulty: hard")[2].split("\n")
        assert below[nth : nth + 2] == [row, " " * blanks]


ROWS = (  # and how far the row below each is indented
    ("prompt: |", 2),
    ("  Today:", 2),  # words of that text
    ("# A note:", 0),
    ("companies:  # with a note", 2),
    ("  - id: x", 4),
    ('summary: "It ends:"', 0),
)


def test_what_can_wait_until_publishing_is_listed_and_marked_apart(
    desk: Desk, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page, todo = desk.page, desk.page.locator("#todo")
    desk.begin(CLEAN)
    expect(todo.get_by_role("heading")).to_have_text("Nothing else to do here", timeout=SLOW)
    desk.find(desk.first_line("difficulty: "))
    page.keyboard.press("Backspace")
    expect(todo.get_by_role("heading")).to_contain_text("Still to do", timeout=SLOW)
    expect(desk.heading).to_have_text("It can be read")
    expect(todo.get_by_role("listitem")).to_contain_text("has no difficulty")
    page.get_by_role("button", name="Next problem").click()
    expect(page.locator(".cm-tooltip")).to_contain_text("has no difficulty")
    expect(page.locator(".cm-lintRange-warning").first).to_be_visible()

    desk.find("wordings:")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("- data")
    marked = page.locator(".cm-line", has=page.locator(".cm-lintRange-warning"))
    expect(marked.get_by_text("- data", exact=True)).to_be_visible(timeout=SLOW)
    page.route("**/rules/", lambda route: route.abort())  # the list stays of an earlier text
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("# A note\n# of two rows\n")
    desk.sees_kept(CLEAN)
    desk.find("- data")
    expect(marked).to_have_text(re.compile("^ *- data$"))


def test_tab_indents_is_undone_and_leaves_after_escape(desk: Desk) -> None:
    page = desk.page
    desk.begin(CLEAN)
    before = desk.text.input_value()
    desk.find(desk.first_line("minutes: "))
    page.keyboard.press("Tab")
    assert "\n  minutes: " in desk.text.input_value()
    page.keyboard.press("Control+z")
    expect(desk.text).to_have_value(before)
    page.keyboard.press("End")
    page.keyboard.type("6")
    page.keyboard.press("Tab")
    page.keyboard.type("7")
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(desk.text).to_have_value(before)
    page.keyboard.press("Shift+Tab")
    expect(desk.field).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    expect(desk.field).not_to_be_focused()


LONG = "      - some wording of about fifty characters is here\n" * 1_850  # 100 kB
PASTE = """
async (text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.querySelector(".cm-content").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
  );
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}
"""


def test_of_a_hundred_kilobytes_pasted_only_what_is_seen_is_drawn(desk: Desk) -> None:
    desk.begin(OTHER)
    desk.find(desk.first_line("rubric:"))
    desk.page.keyboard.press("Home")
    before = desk.text.input_value()
    desk.page.evaluate(PASTE, LONG)
    assert desk.text.input_value() == before.replace("\nrubric:", f"\n{LONG}rubric:", 1)
    assert desk.page.locator(".cm-line").count() < 300
    desk.sees_kept(OTHER)


def test_a_text_that_is_too_long_is_sent_once_and_again_when_it_is_changed(
    desk: Desk, watch: Watch
) -> None:
    watch.allow("status of 422")
    page, sent = desk.page, list[str]()
    page.clock.install()
    desk.begin(OTHER)
    before = desk.text.input_value()
    page.on("request", lambda request: sent.append(request.method))
    desk.find(desk.first_line("rubric:"))
    page.keyboard.press("Home")
    page.evaluate(PASTE, LONG * 11)
    page.clock.run_for(VISIT)
    expect(desk.saving).to_contain_text("this text cannot be kept")
    expect(desk.state).to_contain_text("This text cannot be kept")
    sign_of_life(desk)
    sign_of_life(desk)
    assert sent.count("POST") == 1
    expect(desk.state).to_contain_text("This text cannot be kept")
    page.keyboard.press("Control+z")
    desk.sees_kept(OTHER)
    expect(desk.text).to_have_value(before)


def test_without_scripts_a_text_that_was_not_read_is_not_said_to_be_there(
    new_window: Callable[..., Page], of_curator: Any, watch: Watch
) -> None:
    watch.allow("422")
    page = new_window(storage_state=of_curator, java_script_enabled=False)
    page.goto(f"/bank/{OTHER}/")
    page.get_by_role("button", name="Change it").click()
    page.get_by_label("The question as YAML").fill("x" * 3_600_000)
    page.get_by_role("button", name="Keep").click()
    said = page.locator("#state .notice")
    expect(said).to_contain_text("If the field no longer has it, paste a shorter one")
    expect(said).not_to_contain_text("still in the field")


def test_where_the_editor_cannot_be_loaded_the_plain_field_does(desk: Desk, watch: Watch) -> None:
    watch.allow("ERR_FAILED")
    page = desk.page
    page.route(re.compile("codemirror"), lambda route: route.abort())
    page.goto(f"/bank/{OTHER}/")
    page.get_by_role("button", name="Change it").click()
    expect(desk.field).to_be_editable()
    desk.field.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("[")
    desk.sees_kept(OTHER)
    link = desk.state.get_by_role("link", name="Line").first
    link.click()
    expect(desk.field).to_be_focused()


# --- Packages ---

NAME = f"card-{uuid.uuid4()}"
CARD = f"""\
id: {NAME}
title: A card of the journeys
wordings:
  - spinnaker
card: It came in a zip.
"""


def zipped(name: str, **files: str) -> FilePayload:
    """A zip of documents by their path, in which / is __."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(f"{path.replace('__', '/')}.yaml", text)
    return {"name": name, "mimeType": "application/zip", "buffer": content.getvalue()}


def test_a_bad_package_is_refused_by_file_and_line_and_a_good_one_comes_in(
    desk: Desk, rows: Rows, watch: Watch
) -> None:
    watch.allow("status of 422")
    page, there = desk.page, asked(rows, ALL_DOCUMENTS)
    page.goto("/bank/import/")
    listed = page.locator("#outlook .problems li")

    desk.send(zipped("out.zip", **{"..__questions__out": CARD, f"concepts__{NAME}": CARD}))
    expect(listed).to_have_count(1)
    expect(listed).to_contain_text("../questions/out.yaml:1")
    expect(listed).to_contain_text("leads out of the package")
    broken, twice = CARD.replace("- spin", "- [spin"), f"{CARD}title: Once more\n"
    desk.send(zipped("two.zip", concepts__broken=broken, concepts__twice=twice))
    expect(listed).to_have_count(2)
    expect(listed.nth(0)).to_contain_text("concepts/broken.yaml:5")
    expect(listed.nth(1)).to_contain_text("concepts/twice.yaml:6: title")
    expect(listed.nth(1)).to_contain_text("is here twice")
    expect(page.get_by_text("Nothing was changed: 2 problems")).to_be_visible()
    expect(page.get_by_role("button", name="Import it")).to_be_hidden()
    assert asked(rows, ALL_DOCUMENTS) == there

    text = page.request.get(f"/bank/{OTHER}/export/").text()
    text = text.replace("\ntitle: ", "\ntitle: Imported, ", 1)
    good = zipped("good.zip", **{f"questions__{OTHER}": text, f"concepts__{NAME}": CARD})
    desk.send(good)
    outlook = page.locator("#outlook")
    expect(outlook).to_contain_text("1 added, 1 changed, 0 unchanged", timeout=SLOW)
    listed = outlook.get_by_role("listitem")
    expect(listed).to_contain_text([f"concepts/{NAME}", f"questions/{OTHER}", "title: changed"])
    assert asked(rows, ALL_DOCUMENTS) == there
    before = asked(rows, VERSIONS, OTHER)
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("Imported: 1 added, 1 changed, 0 unchanged.")).to_be_visible()
    assert len(asked(rows, VERSIONS, OTHER)) == len(before) + 1
    page.goto("/bank/import/")
    desk.send(good)
    expect(outlook).to_contain_text("The bank has all of it already")


# --- For everyone ---


def test_without_a_mouse_one_gets_from_the_list_to_a_new_version(desk: Desk, rows: Rows) -> None:
    page, before = desk.page, asked(rows, VERSIONS, CLEAN)
    page.goto("/bank/")
    press_tab_until(page, page.get_by_label("Search"))
    page.keyboard.type("out of it again")
    expect(page).to_have_url(re.compile(r"\?q=out(\+|%20)of(\+|%20)it(\+|%20)again"))
    expect(page.locator(".item")).to_have_count(1)
    press_tab_until(page, page.locator(".item h2 a"))
    page.keyboard.press("Enter")
    press_tab_until(page, page.get_by_role("button", name="Change it"))
    page.keyboard.press("Enter")
    desk.is_there()
    press_tab_until(page, desk.field)
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type(", by keys")
    desk.sees_kept(CLEAN)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(desk.field).not_to_be_focused()
    press_tab_until(page, desk.check)
    page.keyboard.press("Enter")
    desk.sees_title("Ready to publish")
    press_tab_until(page, page.get_by_label("What is new"))
    page.keyboard.type("By keys.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Published. New interviews")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("heading", level=1)).to_contain_text("by keys")
    assert len(asked(rows, VERSIONS, CLEAN)) == len(before) + 1


def test_its_pages_fit_a_phone_and_are_usable_by_everyone(
    new_window: Callable[..., Page], of_curator: Any, rows: Rows, watch: Watch
) -> None:
    watch.allow("status of 422")
    page = new_window(storage_state=of_curator, bypass_csp=True)
    desk, problems = Desk(page, rows), []
    for path in ("/bank/", "/bank/?q=xylophone", f"/bank/{CLEAN}/"):
        page.goto(path)
        problems += found_wrong(page)
    page.goto("/bank/import/")
    desk.send(zipped("out.zip", nowhere=CARD))
    page.locator("#outlook .problems").wait_for()
    problems += found_wrong(page)

    desk.begin(CLEAN)
    desk.write("title: Changed. ", instead_of="title: ")
    desk.sees_kept(CLEAN)
    problems += found_wrong(page)
    for look in ("preview", "changes", "bench", "publication"):
        page.goto(f"/bank/{CLEAN}/{look}/", timeout=SLOW)
        problems += found_wrong(page)
    desk.open(CLEAN)
    desk.write("difficulty: hrad", instead_of="difficulty: hard")
    expect(desk.heading).to_have_text("1 problem")
    problems += found_wrong(page)
    for look in ("preview", "publication"):
        page.goto(f"/bank/{CLEAN}/{look}/")
        problems += found_wrong(page)
    assert problems == []


def found_wrong(page: Page) -> list[str]:
    """What axe finds on a page in both themes, and whether it is too wide for a phone."""
    usual = page.viewport_size
    assert usual
    problems = violations(page) + too_wide(page, [390])
    page.set_viewport_size(usual)
    return problems
