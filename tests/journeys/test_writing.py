"""Writing with the habits of GitHub's boxes: by keyboard, by toolbar, by pasting, on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.candidate import Candidate
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.journeys.test_pages import serious

pytestmark = pytest.mark.journey

CLIPBOARD = """
async (kinds) => {
  const blobs = Object.entries(kinds).map(([type, text]) => [type, new Blob([text], {type})]);
  await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
}
"""
PASTE = """
(box, html) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/html", html);
  box.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}
"""
SELECT = "(box, [start, end]) => box.setSelectionRange(start, end)"
SELECTED = "box => [box.selectionStart, box.selectionEnd]"


def is_ready(page: Page) -> None:
    """Wait until the extras of writing are there."""
    expect(page.locator("#toolbar")).to_have_attribute("data-ready", "yes")


@pytest.fixture
def writer(candidate: Candidate) -> Candidate:
    """A candidate in a stage of a new interview."""
    candidate.start()
    is_ready(candidate.page)
    return candidate


def stand(writer: Candidate, marked: str) -> None:
    """Put a text into the box, and the caret or the selection where ``|`` stands in it."""
    before, *after = marked.split("|")
    if marked:
        writer.paste(marked.replace("|", ""))
    start = len(before)
    end = start + len(after[0]) if len(after) == 2 else start
    writer.box.evaluate(SELECT, [start, end])


def standing(writer: Candidate) -> str:
    """The text of the box, with ``|`` at the caret or around the selection."""
    text = writer.box.input_value()
    start, end = writer.box.evaluate(SELECTED)
    if start == end:
        return f"{text[:start]}|{text[start:]}"
    return f"{text[:start]}|{text[start:end]}|{text[end:]}"


def does(writer: Candidate, before: str, key: str, after: str) -> None:
    """A key makes one text of another, and undo takes exactly that back."""
    stand(writer, before)
    writer.page.keyboard.press(key)
    assert standing(writer) == after, key
    if after.replace("|", "") != before.replace("|", ""):
        writer.page.keyboard.press("Control+Z")
        assert writer.box.input_value() == before.replace("|", ""), f"undo of {key}"


# --- the toolbar --------------------------------------------------------------------------

BUTTONS = [
    ("Heading", "one|", "## one|"),
    ("Heading", "### one|", "one|"),
    ("Bold", "We |decide| so.", "We **|decide|** so."),
    ("Bold", "We **|decide|** so.", "We |decide| so."),
    ("Bold", "We | decide |so.", "We  **|decide|** so."),
    ("Bold", "We deci|de so.", "We **deci|de** so."),
    ("Italic", "|", "_|_"),
    ("Code", "|x|", "`|x|`"),
    ("Code", "|x\ny|", "|```\nx\ny\n```|"),
    ("Link", "the |paper| says", "the [paper](|url|) says"),
    ("Link", "|https://ok.example/|", "[|](https://ok.example/)"),
    ("Quote", "|one\ntwo|", "|> one\n> two|"),
    ("Quote", "|> one\n> two|", "|one\ntwo|"),
    ("Bulleted list", "|one\n\ntwo|", "|- one\n\n- two|"),
    ("Numbered list", "|- one\n- two|\nthree", "|1. one\n2. two|\nthree"),
    ("Numbered list", "|1. one\n2. two|", "|one\ntwo|"),
    ("Task list", "- one|", "- [ ] one|"),
    ("Table", "one|", "one\n\n| |Column| | Column |"),
    ("Diagram line", "one|", "one\n|A| -> B: label"),
    ("Diagram line", "Events -> Store: hourly|", "Store -> |B|: label"),
]


def test_each_button_does_what_it_says_and_undo_takes_it_back(writer: Candidate) -> None:
    toolbar = writer.page.get_by_role("toolbar", name="Formatting")
    for name, before, after in BUTTONS:
        stand(writer, before)
        toolbar.get_by_role("button", name=name).click()
        expect(writer.box).to_be_focused()
        assert after in standing(writer), (name, before)
        writer.page.keyboard.press("Control+Z")
        assert writer.box.input_value() == before.replace("|", ""), f"undo of {name}"
        writer.page.keyboard.press("Control+Shift+Z")
        assert after.replace("|", "") in writer.box.input_value().replace("|", "")


KEYS = [
    ("Control+b", "**|it|**"),
    ("Control+i", "_|it|_"),
    ("Control+e", "`|it|`"),
    ("Control+k", "[it](|url|)"),
    ("Control+Shift+Digit2", "|## it|"),
    ("Control+Shift+Digit7", "|1. it|"),
    ("Control+Shift+Digit8", "|- it|"),
    ("Control+Shift+Digit9", "|> it|"),
    ("Control+Shift+l", "|- [ ] it|"),
]


def test_the_usual_keys_press_the_buttons(writer: Candidate) -> None:
    for key, after in KEYS:
        does(writer, "|it|", key, after)


def test_the_key_that_began_a_mark_leaves_it_again(writer: Candidate) -> None:
    for key, sign in (("Control+b", "**"), ("Control+i", "_"), ("Control+e", "`")):
        stand(writer, "We |")
        writer.page.keyboard.press(key)
        writer.page.keyboard.type("decide this")
        writer.page.keyboard.press(key)
        writer.page.keyboard.type(" now")
        assert standing(writer) == f"We {sign}decide this{sign} now|"


def test_the_toolbar_is_one_stop_and_arrows_go_through_it(writer: Candidate) -> None:
    page = writer.page
    stand(writer, "|it|")
    page.keyboard.press("Alt+F10")
    expect(page.get_by_role("button", name="Heading")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Diagram line")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Bold", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(writer.box).to_be_focused()
    page.keyboard.press("Alt+F10")
    page.keyboard.press("Enter")
    assert standing(writer) == "**|it|**"
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Help")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Bold", exact=True)).to_be_focused()


# --- lists --------------------------------------------------------------------------------

ENTER = [
    ("- one|", "- one\n- |"),
    ("- one|two", "- one\n- |two"),
    ("* one|", "* one\n* |"),
    ("  - one|", "  - one\n  - |"),
    ("- [x] one|", "- [x] one\n- [ ] |"),
    ("9. one|", "9. one\n10. |"),
    ("1) one|\n2) two\n   more\n3) three", "1) one\n2) |\n3) two\n   more\n4) three"),
    ("1. one|\n   - in\n2. two", "1. one\n2. |\n   - in\n3. two"),
    ("1. one\n1. two|\n1. three", "1. one\n1. two\n1. |\n1. three"),
    ("- one\n- |", "- one\n\n|"),
    ("1. one\n2. [ ] |", "1. one\n\n|"),
    ("|- one", "\n|- one"),
    ("words|", "words\n|"),
    ("-one|", "-one\n|"),
    ("```\n- one|\n```", "```\n- one\n|\n```"),
    ("- |one| two", "- \n- | two"),
]


def test_enter_goes_on_with_a_list_and_ends_it(writer: Candidate) -> None:
    for before, after in ENTER:
        does(
            writer, before, "Enter", after.replace("| two", "|two") if "|one|" in before else after
        )
    does(writer, "- one|", "Shift+Enter", "- one\n|")


MOVES = [
    ("Tab", "- one\n- two|", "- one\n  - two|"),
    ("Tab", "1. one\n2. two|\n3. three", "1. one\n   1. two|\n2. three"),
    ("Tab", "- one\n- two|\n  - under", "- one\n  - two|\n    - under"),
    ("Tab", "- one\n|- two\n- three|", "- one\n  |- two\n  - three|"),
    ("Tab", "- first|", "- first|"),
    ("Shift+Tab", "- one\n  - two|", "- one\n- two|"),
    ("Shift+Tab", "1. one\n   1. two|\n2. three", "1. one\n2. two|\n3. three"),
    ("Shift+Tab", "- one\n  - two|\n    - under", "- one\n- two|\n  - under"),
]


def test_tab_moves_items_in_and_out_and_keeps_counting(writer: Candidate) -> None:
    for key, before, after in MOVES:
        does(writer, before, key, after)
        expect(writer.box).to_be_focused()


def test_tab_leaves_the_box_wherever_it_does_not_stand_in_a_list(writer: Candidate) -> None:
    page = writer.page
    stand(writer, "words|")
    page.keyboard.press("Tab")
    expect(writer.box).not_to_be_focused()
    stand(writer, "- one\n- two|")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(writer.box).not_to_be_focused()
    assert writer.box.input_value() == "- one\n- two"
    stand(writer, "- one\n- two|")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    expect(writer.box).not_to_be_focused()


def test_an_input_method_composes_in_a_list_undisturbed(writer: Candidate) -> None:
    page = writer.page
    stand(writer, "- 一|")
    session = page.context.new_cdp_session(page)
    composed = {"selectionStart": 2, "selectionEnd": 2}
    session.send("Input.imeSetComposition", {"text": "にほ", **composed})
    assert writer.box.input_value() == "- 一にほ"
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter, "key": "Tab"})
    assert writer.box.input_value() == "- 一にほ"
    expect(writer.box).to_be_focused()
    session.send("Input.insertText", {"text": "日本"})
    assert writer.box.input_value() == "- 一日本"
    page.keyboard.press("Enter")
    assert standing(writer) == "- 一日本\n- |"
    writer.sees_saved()


# --- pasting ------------------------------------------------------------------------------

TABLE = (
    "<meta charset='utf-8'><table><tr><th>Part</th><th>QPS</th></tr>"
    "<tr><td>read | write</td><td>\n 10 </td></tr><tr><td colspan=2>all</td></tr></table>"
)
TABLE_OF_A_SPREADSHEET = (
    '<html xmlns:x="urn:x"><head><style>td {color: red}</style></head><body><table border=0>'
    "<tr style='height: 15pt'><td style=\"width: 48pt\">Part</td><td>QPS</td></tr>"
    "<tr><td>read</td><td>10</td></tr></table></body></html>"
)
PASTES = [
    (
        "the |paper| says",
        {"text/plain": "https://ok.example/a_(b)"},
        "the [paper](<https://ok.example/a_(b)>)| says",
    ),
    ("the | says", {"text/plain": "https://ok.example/"}, "the https://ok.example/| says"),
    ("[it](|url|)", {"text/plain": "https://ok.example/"}, "[it](https://ok.example/|)"),
    (
        "Load:|",
        {"text/plain": "Part\tQPS\nread\t10\n", "text/html": TABLE},
        "Load:\n\n| Part | QPS |\n| --- | --- |\n| read \\| write | 10 |\n| all |  |\n|",
    ),
    (
        "|",
        {"text/plain": "Part\tQPS\r\nread\t10\r\n"},
        "| Part | QPS |\n| --- | --- |\n| read | 10 |\n|",
    ),
    ("|", {"text/plain": "one\ttwo"}, "one\ttwo|"),
    ("|", {"text/plain": "Words\nPart", "text/html": f"<p>Words</p>{TABLE}"}, "Words\nPart|"),
    ("```\n|", {"text/plain": "a\tb\n1\t2"}, "```\na\tb\n1\t2|"),
]


def test_pasting_makes_links_and_tables_and_undo_takes_them_back(writer: Candidate) -> None:
    page = writer.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for before, clipboard, after in PASTES:
        page.evaluate(CLIPBOARD, clipboard)
        stand(writer, before)
        page.keyboard.press("Control+V")
        # The bars of a table are not the mark of the caret.
        text, (start, end) = writer.box.input_value(), writer.box.evaluate(SELECTED)
        assert f"{text[:start]}|{text[end:]}" == after
        page.keyboard.press("Control+Z")
        assert writer.box.input_value() == before.replace("|", "")
        writer.paste("")


def test_cells_that_a_spreadsheet_styled_become_a_table_too(writer: Candidate) -> None:
    writer.box.evaluate(PASTE, TABLE_OF_A_SPREADSHEET)
    assert writer.box.input_value() == "| Part | QPS |\n| --- | --- |\n| read | 10 |\n"


def test_with_shift_everything_is_pasted_as_it_is(writer: Candidate) -> None:
    page = writer.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(CLIPBOARD, {"text/plain": "Part\tQPS\nread\t10"})
    stand(writer, "|")
    page.keyboard.press("Control+Shift+V")
    expect(writer.box).to_have_value("Part\tQPS\nread\t10")


# --- preview, focus, guide, help ----------------------------------------------------------


def test_the_preview_beside_follows_the_typing_and_is_remembered(writer: Candidate) -> None:
    page = writer.page
    preview = page.get_by_role("region", name="Preview")
    page.get_by_role("button", name="Side by side").click()
    expect(writer.box).to_be_focused()
    writer.type("# Goal\n\nAbout `=500M*10/86400` a second.\n=3 users\n")
    expect(preview.get_by_role("heading", name="Goal")).to_be_visible()
    expect(preview.locator("samp")).to_have_text("= 57,870 ≈ 57.9 k")
    expect(preview).to_contain_text("(cannot read `users`)")
    writer.sees_saved()
    page.reload()
    expect(preview.get_by_role("heading", name="Goal")).to_be_visible()
    expect(writer.box).to_be_visible()
    page.get_by_role("button", name="Write").click()
    page.reload()
    expect(writer.box).to_be_visible()
    is_ready(page)
    expect(preview).to_be_hidden()


def test_whoever_types_without_pause_sees_the_preview_follow(writer: Candidate) -> None:
    page = writer.page
    page.get_by_role("button", name="Side by side").click()
    writer.box.focus()
    shown = page.locator("#preview")
    for number in range(300):
        page.keyboard.type(f"word{number} ")
        if "word1" in shown.inner_text():
            break
    else:
        pytest.fail("300 words and no preview")


def test_the_preview_stays_where_somebody_reads_it(writer: Candidate) -> None:
    page = writer.page
    writer.paste("".join(f"Paragraph {number}.\n\n" for number in range(80)))
    page.get_by_role("button", name="Side by side").click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Paragraph 79.")
    writer.box.evaluate(SELECT, [0, 0])
    page.keyboard.type("N")
    expect(preview).to_contain_text("NParagraph 0.")
    preview.evaluate("each => each.scrollTop = 400")
    page.keyboard.type("ew. ")
    expect(preview).to_contain_text("New. Paragraph 0.")
    assert preview.evaluate("each => each.scrollTop") == 400


def test_a_preview_that_cannot_be_had_says_so_and_comes_back(
    writer: Candidate, watch: Watch
) -> None:
    watch.allow("status of 503")
    page = writer.page
    page.get_by_role("button", name="Side by side").click()
    page.route("**/preview/", lambda route: route.fulfill(status=503, body="away"))
    writer.type("Words.")
    note = page.get_by_text("This is how it looked before")
    expect(note).to_be_visible()
    page.unroute("**/preview/")
    writer.type(" More.")
    expect(page.locator("#preview")).to_have_text("Words. More.")
    expect(note).to_be_hidden()


def test_the_preview_is_toggled_by_keys(writer: Candidate) -> None:
    page = writer.page
    writer.type("**Words**")
    page.keyboard.press("Control+Shift+P")
    expect(page.locator("#preview strong")).to_be_visible()
    expect(page.locator("#preview")).to_be_focused()
    expect(writer.box).to_be_hidden()
    page.keyboard.press("Control+Shift+P")
    expect(writer.box).to_be_focused()
    assert standing(writer) == "**Words**|"


def test_focus_mode_leaves_the_text_and_the_clocks(writer: Candidate) -> None:
    page = writer.page
    guide = page.get_by_role("region", name="Question and guide")
    header = page.get_by_role("navigation", name="Main")
    page.get_by_role("button", name="Focus").click()
    for hidden in (guide, header, page.get_by_role("separator", name="Width of the guide")):
        expect(hidden).to_be_hidden()
    expect(page.locator("#clocks")).to_be_visible()
    expect(writer.status).to_be_visible()
    writer.type("Alone.")
    page.keyboard.press("Escape")
    expect(guide).to_be_visible()
    expect(header).to_be_visible()
    expect(writer.box).to_be_focused()


def test_the_guide_is_resized_by_keys_and_by_mouse_and_remembered(writer: Candidate) -> None:
    page = writer.page
    bar = page.get_by_role("separator", name="Width of the guide")
    guide = page.locator("#guide")

    def share() -> float:
        box = guide.bounding_box()
        assert box
        whole = int(page.evaluate("document.documentElement.clientWidth"))
        return 100 * box["width"] / whole

    expect(bar).to_have_attribute("aria-valuenow", "38")
    bar.focus()
    page.keyboard.press("ArrowRight")
    expect(bar).to_have_attribute("aria-valuenow", "40")
    assert abs(share() - 40) < 1
    page.keyboard.press("Home")
    expect(bar).to_have_attribute("aria-valuenow", "20")
    place = bar.bounding_box()
    assert place
    page.mouse.move(place["x"] + 3, 400)
    page.mouse.down()
    page.mouse.move(640, 400, steps=4)
    page.mouse.up()
    expect(bar).to_have_attribute("aria-valuenow", "50")
    page.reload()
    expect(bar).to_have_attribute("aria-valuenow", "50")
    assert abs(share() - 50) < 1
    bar.focus()
    page.keyboard.press("Enter")
    expect(bar).to_have_attribute("aria-valuenow", "38")


def test_help_opens_by_its_keys_and_gives_the_focus_back(writer: Candidate) -> None:
    page = writer.page
    help_ = page.get_by_role("dialog", name="Keys and habits")
    writer.type("Is it so?")
    expect(writer.box).to_have_value("Is it so?")
    expect(help_).to_be_hidden()
    page.keyboard.press("Control+/")
    expect(help_).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    expect(writer.box).to_be_focused()
    page.get_by_role("button", name="Focus").focus()
    page.keyboard.press("?")
    expect(help_).to_be_visible()
    help_.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Focus")).to_be_focused()


# --- everybody, everywhere ----------------------------------------------------------------


def tab_to(page: Page, name: str, *, role: Any = "button", by: str = "Tab") -> None:
    """Go on with Tab until something has the focus."""
    wanted = page.get_by_role(role, name=name)
    for _ in range(80):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press(by)
    pytest.fail(f"80 times {by} and never at {name}")


def test_a_whole_answer_is_written_and_handed_in_with_the_keyboard_alone(
    writer: Candidate, rows: Rows
) -> None:
    page, keyboard, interview_id = writer.page, writer.page.keyboard, writer.interview_id
    tab_to(page, "Clarification & Scope", role="textbox")
    keyboard.type("Goal")
    keyboard.press("Alt+F10")
    keyboard.press("Enter")
    keyboard.press("End")
    keyboard.type("\n\nWe decide ")
    keyboard.press("Control+b")
    keyboard.type("watch time")
    keyboard.press("End")
    keyboard.type(".\n\n- 500M users\nof them\n\n=500M*10/86400")
    written = "## Goal\n\nWe decide **watch time**.\n\n- 500M users\n- of them\n\n=500M*10/86400"
    expect(writer.box).to_have_value(written)
    tab_to(page, "Preview", by="Shift+Tab")
    keyboard.press("Enter")
    expect(page.locator("#preview samp")).to_have_text("= 57,870 ≈ 57.9 k")
    tab_to(page, "Next: High-Level Architecture")
    keyboard.press("Enter")
    expect(page).to_have_url(f"/interviews/{interview_id}/stages/architecture/")
    assert rows.text(interview_id, "scope") == written
    tab_to(page, "Hand in")
    keyboard.press("Enter")
    tab_to(page, "Hand in my answer")
    keyboard.press("Enter")
    writer.sees_report()


def test_with_everything_open_the_page_is_usable_by_everyone(
    new_window: Callable[..., Page], signed_in: dict[str, Any]
) -> None:
    writer = Candidate(new_window(storage_state=signed_in, bypass_csp=True))
    page = writer.page
    writer.start()
    is_ready(page)
    writer.paste("# Goal\n\n- [ ] `=500M*10/86400`\n\n=3 users\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    page.get_by_role("button", name="Side by side").click()
    expect(page.locator("#preview table")).to_be_visible()
    problems = serious(page)
    page.get_by_role("button", name="Focus").click()
    problems += serious(page)
    page.get_by_role("button", name="Help").click()
    assert problems + serious(page) == []


def test_on_a_phone_the_tools_are_large_and_nothing_lies_under_the_edge(
    new_window: Callable[..., Page], signed_in: dict[str, Any]
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    writer = Candidate(new_window(storage_state=signed_in, **phone))
    page = writer.page
    writer.start()
    is_ready(page)
    expect(page.get_by_role("button", name="Side by side")).to_be_hidden()
    sizes = page.locator(".editor-tools :is(button, a), #views button:visible").evaluate_all(
        "all => all.map(each => [each.offsetWidth, each.offsetHeight])"
    )
    assert len(sizes) > 10
    assert all(width >= 44 and height >= 44 for width, height in sizes), sizes
    toolbar = page.locator("#toolbar")
    assert toolbar.evaluate("each => each.scrollWidth > each.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stand(writer, "it|")
    page.get_by_role("button", name="Diagram line").tap()
    assert standing(writer) == "it\n|A| -> B: label"
    expect(writer.status).to_be_in_viewport()


def test_without_the_extras_one_writes_saves_and_goes_on(
    candidate: Candidate, rows: Rows, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = candidate.page
    page.route("**/js/writing/**", lambda route: route.abort())
    interview_id = candidate.start()
    candidate.type("- one\nPlain words.")
    candidate.sees_saved()
    candidate.go_on()
    assert rows.text(interview_id, "scope") == "- one\nPlain words."
