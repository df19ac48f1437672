"""The whiteboard: drawn, kept, said in words, judged; and the same without drawing anything."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Locator, Page, Route, expect

from tests.journeys.candidate import Candidate, sign_in
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.stack import Stack, await_true

pytestmark = pytest.mark.journey

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHEET = """
    SELECT text FROM interviews_stageanswer
    WHERE interview_id = %s AND stage = %s AND part = %s
"""
# Rectangles, as copied on another board.
MANY = """(count) => {
    const elements = [...Array(count)].map((_, at) => ({
        id: `r${at}`, type: "rectangle", x: 12 * (at % 60), y: 12 * Math.floor(at / 60),
        width: 10, height: 10, seed: at, version: 1, versionNonce: at, groupIds: [], opacity: 100,
        strokeColor: "#1e1e1e", backgroundColor: "transparent", fillStyle: "solid",
        strokeWidth: 1, strokeStyle: "solid", roughness: 0, angle: 0, boundElements: [],
    }));
    const data = new DataTransfer();
    data.setData("text/plain", JSON.stringify({ type: "excalidraw/clipboard", elements }));
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
# The board does not write down by its own clock what was drawn just now.
SLOW = """() => {
    const inTime = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => (ms === 150 ? 0 : inTime(act, ms, ...more));
}"""
PICTURE = """() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array([137, 80, 78, 71])], "a.png", { type: "image/png" }));
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""

# How much of a colour of the board there is to see, and whether anything lies over its edges.
SEEN = """(body, [red, green, blue]) => {
    const canvas = body.querySelector("canvas.static");
    const box = canvas.getBoundingClientRect();
    const outer = frameElement.getBoundingClientRect();
    const scale = canvas.width / box.width;
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const [across, down] = [[], []];
    for (let at = 0; at < data.length; at += 4) {
        if (data[at] !== red || data[at + 1] !== green || data[at + 2] !== blue) continue;
        across.push(box.left + (at / 4 % canvas.width) / scale);
        down.push(box.top + Math.floor(at / 4 / canvas.width) / scale);
    }
    const ends = (all) =>
        all.reduce(([a, b], each) => [Math.min(a, each), Math.max(b, each)], [1e9, 0]);
    const [[left, right], [top, bottom]] = [ends(across), ends(down)];
    const isOpen = (x, y) =>
        parent.document.elementFromPoint(outer.left + x, outer.top + y) === frameElement &&
        document.elementFromPoint(x, y)?.tagName === "CANVAS";
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const isWhole = right - left > 150 && bottom - top > 50;
    const edges = [[x, top], [x, bottom], [left, y], [right, y]];
    return isWhole && edges.every((edge) => isOpen(...edge));
}"""


@dataclass
class Board:
    """The whiteboard of the stage that a candidate is in."""

    page: Page

    def open(self, started: str = "yes") -> "Board":
        """Show the tab, and wait until the board is there."""
        self.page.get_by_role("button", name="Whiteboard").click()
        expect(self.page.locator("#board-frame")).to_have_attribute("data-started", started)
        return self

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("#board-frame iframe")

    @property
    def outline(self) -> Locator:
        return self.page.get_by_label("Outline", exact=True)

    def insert(self, *parts: str) -> None:
        for part in parts:
            self.frame.get_by_role("button", name=part, exact=True).click()

    def connect(self, source: str, target: str, saying: str = "") -> None:
        self.frame.locator("#from").select_option(label=source)
        self.frame.locator("#to").select_option(label=target)
        self.frame.locator("#saying").fill(saying)
        self.frame.get_by_role("button", name="Connect").click()

    def sees(self, state: str) -> None:
        expect(self.page.locator("#drawing-state")).to_have_attribute("data-state", state)

    def sees_outline(self, state: str) -> None:
        expect(self.page.locator("#outline-state")).to_have_attribute("data-state", state)

    def in_frame(self, script: str, value: Any = None) -> None:
        """Run a script on the board, with the canvas in focus and the pointer on it."""
        box = self.frame.locator("canvas.interactive").bounding_box()
        assert box
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.frame.locator("body").evaluate(f"(_, value) => ({script})(value)", value)


def kept(rows: Rows, interview_id: str, part: str, stage: str = "scope") -> str:
    """What the server has of a sheet."""
    row = rows.connection.execute(SHEET, [interview_id, stage, part]).fetchone()
    assert row
    return str(row[0])


def is_drawn(rows: Rows, interview_id: str, count: int) -> Callable[[], bool]:
    """Whether the server has so many shapes, texts and arrows."""

    def is_there() -> bool:
        drawing = kept(rows, interview_id, "drawing")
        return len(json.loads(drawing)["elements"]) == count if drawing else not count

    return is_there


@pytest.fixture
def interview_id(candidate: Candidate) -> str:
    return candidate.start()


@pytest.fixture
def board(candidate: Candidate, interview_id: str) -> Board:
    return Board(candidate.page).open()


def test_what_is_drawn_is_saved_said_in_words_and_there_after_a_reload(
    candidate: Candidate, board: Board, interview_id: str, rows: Rows
) -> None:
    board.insert("Source", "Feature store", "Source")
    board.connect("Source", "Feature store", "hourly")
    expect(board.outline).to_have_value("- Source -> Feature store: hourly\n- [Source 2]")
    board.sees("saved")
    # Three shapes and an arrow, each with a text.
    assert is_drawn(rows, interview_id, 8)()
    assert kept(rows, interview_id, "outline") == ""
    board.page.reload()
    candidate.can_write()
    expect(board.outline).to_have_value("- Source -> Feature store: hourly\n- [Source 2]")
    board.open()
    names = board.frame.locator("#from option").all_inner_texts()
    assert sorted(names) == ["Feature store", "Source", "Source 2"]
    board.insert("Monitor")
    await_true(is_drawn(rows, interview_id, 10), "the shape that was drawn after the reload")


def test_the_outline_is_written_and_handed_in_by_the_keyboard_alone_and_judged(
    candidate: Candidate, interview_id: str, rows: Rows
) -> None:
    page = candidate.page
    page.get_by_role("button", name="Whiteboard").focus()
    page.keyboard.press("Enter")
    outline = Board(page).outline
    for _ in range(60):
        if outline.evaluate("each => each === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(outline).to_be_focused()
    page.keyboard.type("Watch events -> Feature store: hourly\nFeature store -> Ranker: 5 ms")
    expect(page.locator("#outline-reading")).to_contain_text("3 components and 2 connections")
    # Handing in takes along what is not saved yet.
    page.locator(".session-actions").get_by_text("Hand in").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Hand in my answer").focus()
    page.keyboard.press("Enter")
    candidate.sees_report()
    assert kept(rows, interview_id, "outline").startswith("Watch events")
    quote = page.locator("ul.quotes a", has_text="Watch events -> Feature store: hourly").first
    anchor = quote.get_attribute("href")
    assert anchor
    assert anchor.startswith("#quote-scope-drawing-0-")
    expect(page.locator(anchor)).to_have_text("Watch events -> Feature store: hourly")


def test_an_outline_by_hand_stays_until_it_is_made_from_the_drawing_again(
    board: Board, interview_id: str, rows: Rows
) -> None:
    board.insert("Source")
    expect(board.outline).to_have_value("- [Source]")
    board.outline.fill("Source -> Ranker")
    board.sees_outline("saved")
    board.insert("Cache")
    await_true(is_drawn(rows, interview_id, 4), "the second shape")
    expect(board.outline).to_have_value("Source -> Ranker")
    board.page.get_by_role("button", name="Make it from the drawing again").click()
    changes = board.page.locator("#remake-lines")
    expect(changes.locator("del")).to_have_text(["Source -> Ranker"])
    expect(changes.locator("ins")).to_have_text(["- [Source]", "- [Cache]"])
    board.page.get_by_role("button", name="Make it from the drawing", exact=True).click()
    expect(board.outline).to_have_value("- [Source]\n- [Cache]")
    await_true(lambda: kept(rows, interview_id, "outline") == "", "an outline that follows again")


def test_what_is_typed_meanwhile_does_not_hide_what_the_drawing_says_by_now(board: Board) -> None:
    page = board.page
    board.insert("Source")
    expect(board.outline).to_have_value("- [Source]")
    board.outline.fill("Source -> Ranker")
    board.sees_outline("saved")
    expect(page.locator("#outline-reading")).to_contain_text("2 components")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        held.append(route)

    page.route("**/outline/reading/", hold_the_first)
    with page.expect_request("**/outline/reading/"):
        board.insert("Cache")
    board.outline.fill("Source -> Ranker -> Feed")  # its reading takes back the one before
    page.get_by_role("button", name="Make it from the drawing again").click()
    expect(page.locator("#remake-lines ins")).to_have_text(["- [Source]", "- [Cache]"])


def test_the_outline_is_drawn_as_a_picture_that_follows_it(board: Board) -> None:
    board.outline.fill("Events -> Ranker: 5 ms")
    board.page.get_by_text("See it as a picture").click()
    drawn = board.page.frame_locator("#picture-frame iframe").locator("#picture")
    expect(drawn).to_contain_text("Ranker")
    expect(drawn).to_contain_text("5 ms")
    board.outline.fill("Events -> Ranker\nRanker -> [<b>Cache</b>]")
    expect(drawn).to_contain_text("<b>Cache</b>")
    board.outline.fill("")
    expect(drawn).to_be_hidden()


def test_a_drawing_that_is_too_large_is_told_and_saved_when_it_is_smaller(
    board: Board, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("413")
    board.insert("Source")
    board.sees("saved")
    board.in_frame(MANY, 4_000)
    expect(board.frame.get_by_role("status")).to_contain_text("only 1 MiB can be saved")
    board.sees("too-long")
    assert is_drawn(rows, interview_id, 2)()
    board.page.keyboard.press("Delete")  # what was pasted is selected
    board.sees("saved")


def test_an_arrow_that_joins_nothing_is_told_until_the_outline_is_written_by_hand(
    board: Board,
) -> None:
    board.insert("Source")
    board.sees("saved")
    canvas = board.frame.locator("canvas.interactive").bounding_box()
    assert canvas
    right, bottom = canvas["x"] + canvas["width"], canvas["y"] + canvas["height"]
    board.page.mouse.click(right - 40, 500)  # the board is in focus, nothing is selected
    board.page.keyboard.press("a")
    board.page.mouse.move(right - 200, 480)
    board.page.mouse.down()
    board.page.mouse.move(right - 60, min(bottom, 640), steps=4)
    board.page.mouse.up()
    told = board.page.locator("#outline-reading .notice")
    expect(told).to_contain_text("1 arrow does not join two parts and is not in the outline")
    expect(board.outline).to_have_value("- [Source]")
    board.outline.fill("Source -> Ranker")
    expect(told).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (390, 844)])
def test_a_part_that_is_put_on_a_small_board_is_to_be_seen(
    candidate: Candidate, width: int, height: int
) -> None:
    page = candidate.page
    page.set_viewport_size({"width": width, "height": height})
    candidate.start()
    board = Board(page).open()
    body = board.frame.locator("body")
    for part, colour in (
        ("Source", (165, 216, 255)),
        ("Stream", (153, 233, 242)),
        ("Training", (208, 191, 255)),
        ("Cache", (255, 236, 153)),
        ("Monitor", (255, 201, 201)),
    ):
        board.insert(part)
        await_true(partial(body.evaluate, SEEN, list(colour)), f"all of {part}")


def test_pictures_are_refused_with_words(board: Board, interview_id: str, rows: Rows) -> None:
    board.insert("Source")
    board.in_frame(PICTURE)
    expect(board.frame.get_by_role("status")).to_contain_text("Pictures cannot be put")
    board.insert("Cache")
    await_true(is_drawn(rows, interview_id, 4), "the shapes, and no picture")


def test_without_a_network_a_drawing_stays_on_the_device_and_arrives_later(
    candidate: Candidate, board: Board, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED|htmx:afterRequest|htmx:sendError")
    board.insert("Source")
    board.sees("saved")
    board.page.context.set_offline(True)
    board.insert("Cache")
    board.sees("offline")
    expect(board.page.locator("#drawing-state")).to_contain_text("kept on this device")
    assert is_drawn(rows, interview_id, 2)()
    board.page.context.set_offline(False)
    board.sees("saved")
    assert is_drawn(rows, interview_id, 4)()
    expect(board.outline).to_have_value("- [Source]\n- [Cache]")


def test_what_the_device_kept_of_a_drawing_is_sent_though_nobody_opens_the_board(
    candidate: Candidate, board: Board, interview_id: str, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED|htmx:sendError")
    board.insert("Source")
    board.sees("saved")
    board.page.route("**/drawing/", lambda route: route.abort())
    board.insert("Cache")
    board.sees("offline")
    board.page.unroute("**/drawing/")
    board.page.goto(f"/interviews/{interview_id}/stages/scope/")
    candidate.can_write()
    await_true(is_drawn(rows, interview_id, 4), "the drawing that the device kept")


def test_what_is_drawn_in_the_last_moment_of_a_page_is_sent(
    board: Board, interview_id: str, rows: Rows
) -> None:
    board.insert("Source")
    board.sees("saved")
    await_true(is_drawn(rows, interview_id, 2), "the first shape")
    board.in_frame(SLOW)
    board.page.keyboard.press("Control+A")
    board.page.keyboard.press("Delete")
    board.page.goto("/")  # without a whiteboard: nobody sends it later
    await_true(is_drawn(rows, interview_id, 0), "an empty board")


def test_who_is_signed_out_with_an_unsaved_outline_signs_in_on_the_spot(
    candidate: Candidate, rows: Rows, stack: Stack, watch: Watch
) -> None:
    watch.allow("htmx:afterRequest|htmx:sendAbort")
    page = candidate.page
    page.context.clear_cookies()
    sign_in(page, email=stack.emails[1], password=stack.password)  # others stay signed in
    interview_id = candidate.start()
    board = Board(page).open()
    session = next(c["value"] for c in page.context.cookies() if c["name"] == "sessionid")
    rows.end_session(session)
    board.outline.fill("Events -> Store: hourly")
    board.sees_outline("signed-out")
    page.locator("#outline-state").get_by_role("button", name="Sign in again").click()
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Your password").fill(stack.password)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    board.sees_outline("saved")
    assert kept(rows, interview_id, "outline") == "Events -> Store: hourly"


def test_without_a_network_the_dialogs_beside_an_unsaved_outline_still_close(
    board: Board, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = board.page
    page.route("**/outline/", lambda route: route.abort())
    board.outline.fill("Events -> Store: hourly")
    board.sees_outline("offline")
    page.locator("#show-help").click()
    page.locator("#help").get_by_role("button", name="Close").click()
    expect(page.locator("#help")).to_be_hidden()


@pytest.mark.parametrize(
    ("choice", "shapes"),
    [
        ("Keep mine", ["Source", "Cache"]),
        ("Take the other one", ["Source", "Monitor"]),
        ("Put both side by side", ["Cache", "Monitor", "Source", "Source"]),
    ],
)
def test_two_devices_draw_and_nothing_is_lost_that_was_not_chosen(
    candidate: Candidate,
    board: Board,
    interview_id: str,
    rows: Rows,
    watch: Watch,
    new_window: Callable[..., Page],
    signed_in: dict[str, Any],
    choice: str,
    shapes: list[str],
) -> None:
    watch.allow("409")
    board.insert("Source")
    board.sees("saved")
    other = Board(new_window(storage_state=signed_in))
    other.page.goto(f"/interviews/{interview_id}/stages/scope/")
    other.open()
    other.insert("Monitor")
    other.sees("saved")
    board.insert("Cache")
    board.sees("conflict")
    board.page.get_by_role("button", name=choice).click()
    board.sees("saved")
    options = board.frame.locator("#from option")
    await_true(lambda: sorted(options.all_inner_texts()) == sorted(shapes), "the chosen shapes")
    await_true(is_drawn(rows, interview_id, 2 * len(shapes)), "the chosen drawing")


def test_a_second_tab_follows_and_takes_over(
    candidate: Candidate, board: Board, interview_id: str, rows: Rows
) -> None:
    board.insert("Source")
    board.sees("saved")
    second = Board(candidate.page.context.new_page())
    second.page.goto(f"/interviews/{interview_id}/stages/scope/")
    second.open("following")
    expect(second.frame.get_by_role("group", name="Insert a part")).to_be_hidden()
    second.page.get_by_role("button", name="Draw here instead").click()
    second.insert("Cache")
    second.sees("saved")
    assert is_drawn(rows, interview_id, 4)()
    expect(board.page.get_by_role("button", name="Draw here instead")).to_be_visible()
    expect(board.outline).to_have_value("- [Source]")


def test_a_later_stage_goes_on_with_an_earlier_drawing(
    candidate: Candidate, board: Board, interview_id: str, rows: Rows
) -> None:
    board.insert("Source", "Cache")
    board.connect("Source", "Cache")
    board.page.get_by_role("button", name="Write", exact=True).click()
    candidate.go_on()  # takes along what is not saved yet
    board.open()
    board.page.get_by_role("button", name="Start from the drawing of").click()
    expect(board.outline).to_have_value("- Source -> Cache")
    first, second = (
        json.loads(kept(rows, interview_id, "drawing", stage))
        for stage in ("scope", "architecture")
    )
    assert len(second["elements"]) == len(first["elements"]) == 5
    expect(board.page.get_by_role("button", name="Start from the drawing of")).to_be_hidden()


def test_a_locked_stage_is_to_look_at(candidate: Candidate) -> None:
    interview_id = candidate.start(pacing="strict")
    board = Board(candidate.page).open()
    board.insert("Source")
    board.sees("saved")
    board.page.get_by_role("button", name="Write", exact=True).click()
    candidate.go_on()
    board.page.goto(f"/interviews/{interview_id}/stages/scope/")
    board.open("reading")
    expect(board.frame.get_by_role("group", name="Insert a part")).to_be_hidden()
    expect(board.outline).not_to_be_editable()
    expect(board.outline).to_have_value("- [Source]")


def test_the_report_shows_the_drawing_and_its_outline(candidate: Candidate, board: Board) -> None:
    board.insert("Source", "Feature store")
    board.connect("Source", "Feature store", "hourly")
    board.sees("saved")
    board.page.get_by_role("button", name="Write", exact=True).click()
    candidate.hand_in()
    shown = candidate.page.locator(".board-report")
    expect(shown).to_contain_text("- Source -> Feature store: hourly")
    shown.get_by_text("Show the drawing").click()
    drawn = shown.frame_locator("iframe")
    expect(drawn.locator("body[data-ready] canvas").first).to_be_visible()
    expect(drawn.get_by_role("group", name="Insert a part")).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious_on_the_whiteboard_and_nothing_sticks_out(
    new_window: Callable[..., Page], signed_in: dict[str, Any], width: int
) -> None:
    candidate = Candidate(new_window(storage_state=signed_in, bypass_csp=True))
    candidate.page.set_viewport_size({"width": width, "height": 900})
    candidate.start()
    board = Board(candidate.page).open()
    board.insert("Source", "Cache")
    board.outline.fill("Source -> Cache\nthis is -> no connection")
    expect(board.page.locator("#outline-reading")).to_contain_text("Line 2 is not read")
    board.page.get_by_text("See it as a picture").click()
    board.page.get_by_role("button", name="Make it from the drawing again").click()
    problems = []
    for theme in THEMES:
        board.page.emulate_media(color_scheme=theme)
        found = (
            Axe()
            .run(
                board.page,
                context="#board-panel",
                options={"resultTypes": ["violations"], "preload": False},
            )
            .response["violations"]
        )
        problems += [
            (theme, each["id"], [node["target"] for node in each["nodes"]])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
    assert problems == []
    assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
