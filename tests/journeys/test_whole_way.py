"""From the sign-up to the report, as a person goes it."""

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from rubrics import judges
from rubrics.judges.rules import RulesJudge
from rubrics.loading import load_library
from tests.journeys.candidate import QUESTION, Candidate, sign_in
from tests.journeys.rows import Rows
from tests.stack import Stack, await_true

pytestmark = pytest.mark.journey

# The stages of the library's model answers are those of the four stages; under seven steps
# the same words are written where they fit.
SEVEN = {
    "requirements": "scope",
    "data": "architecture",
    "model": "deep-dive",
    "evaluation": "evaluation",
}


def model_answer(question: str, framework: str) -> dict[str, str]:
    """What a strong candidate writes, stage by stage."""
    model = load_library().questions[question].model_answer
    assert model
    if framework == model.framework:
        return dict(model.stages)
    return {stage: model.stages[written] for stage, written in SEVEN.items()}


def expected_score(question: str, framework: str, texts: dict[str, str]) -> float:
    """What the judge says without any app around it."""
    library = load_library()
    card = judges.score(
        library.questions[question], library.frameworks[framework], texts, judge=RulesJudge()
    )
    assert card.score is not None
    return card.score


@pytest.mark.parametrize(
    ("question", "framework"),
    [("video-recommendation", "four-stage"), ("ad-click-prediction", "seven-step")],
)
def test_a_new_person_signs_up_answers_a_question_and_reads_why(
    new_window: Callable[..., Page], rows: Rows, question: str, framework: str
) -> None:
    page = new_window()
    candidate = Candidate(page)
    title = load_library().questions[question].title

    page.goto("/")
    page.get_by_role("link", name="Start practising").click()
    page.get_by_label("E-mail").fill(f"{uuid.uuid4()}@example.org")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Make my account").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Questions").click()
    page.get_by_label("Search").fill(title)
    expect(page.locator(".filter-count")).to_have_text("1 question")
    page.get_by_role("link", name=title).click()
    page.get_by_label("Framework").select_option(framework)
    page.get_by_label("Level to aim at").select_option("mid")
    page.get_by_label("Interviewer").select_option("off")
    page.get_by_role("button", name="Start now").click()
    candidate.can_write()
    interview_id = candidate.interview_id

    texts = model_answer(question, framework)
    stages = [stage.id for stage in load_library().frameworks[framework].stages]
    for stage in stages:
        expect(page).to_have_url(f"/interviews/{interview_id}/stages/{stage}/")
        if stage in texts:
            candidate.answer(texts[stage])
            assert rows.text(interview_id, stage) == texts[stage]
        page.get_by_role("button", name="Preview").click()
        preview = page.locator("#preview")
        expect(preview).to_be_visible()
        if stage in texts:
            expect(preview).to_contain_text(texts[stage].split()[-1].strip("*_.`"))
        page.get_by_role("button", name="Write").click()
        if stage != stages[-1]:
            candidate.go_on()

    candidate.hand_in()
    assert abs(candidate.score() - expected_score(question, framework, texts)) <= 0.5
    assert rows.interview(interview_id)[:2] == ("scored", "candidate")
    page.get_by_text("A model answer").wait_for()
    follow_a_quote(page)

    page.get_by_role("navigation", name="Main").get_by_role("link", name="My interviews").click()
    expect(page.locator(".item")).to_contain_text("of 100")


def follow_a_quote(page: Page) -> None:
    """Open a criterion, click what it quotes, and see that place of the answer."""
    criterion = page.locator("details.criterion", has=page.locator(".findings")).last
    if criterion.get_attribute("open") is None:
        criterion.locator("summary").click()
    link = criterion.locator(".findings .quotes a").first
    quoted = link.inner_text()
    link.click()
    mark = page.locator(".answer mark:target")
    expect(mark).to_be_in_viewport()
    assert mark.inner_text().split() == quoted.split()


def test_what_is_typed_is_called_unsaved_until_it_is_sent(candidate: Candidate) -> None:
    page = candidate.page
    page.clock.install()
    candidate.start()
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    candidate.type("W")
    candidate.sees("unsaved")
    page.clock.resume()
    candidate.sees_saved()


def test_strict_pacing_locks_what_one_leaves(candidate: Candidate, rows: Rows) -> None:
    interview_id = candidate.start(pacing="strict")
    candidate.type("Decided.")
    candidate.go_on()
    assert rows.text(interview_id, "scope") == "Decided."
    page = candidate.page
    page.get_by_role("navigation", name="Stages").get_by_role("link").first.click()
    expect(page.get_by_text("This stage is locked")).to_be_visible()
    expect(candidate.box).not_to_be_editable()
    expect(candidate.box).to_have_value("Decided.")
    page.get_by_role("link", name="Go on with").click()
    expect(candidate.box).to_be_editable()
    expect(page).to_have_url(f"/interviews/{interview_id}/stages/architecture/")


def test_the_back_button_leads_to_no_error_and_loses_nothing(
    candidate: Candidate, rows: Rows
) -> None:
    interview_id, page = candidate.start(), candidate.page
    candidate.type("Before.")
    candidate.go_on()
    page.go_back()
    expect(candidate.box).to_have_value("Before.")
    expect(page.get_by_text("and its clock runs")).to_be_visible()
    page.get_by_role("button", name="write here again").click()
    candidate.can_write()
    candidate.write(" And after.")
    candidate.hand_in()
    page.go_back()
    candidate.sees_report()
    assert rows.text(interview_id, "scope") == "Before. And after."


def test_the_back_button_brings_the_whole_list_of_questions(candidate: Candidate) -> None:
    page = candidate.page
    page.goto("/questions/")
    page.get_by_label("Search").press_sequentially("video")
    expect(page.locator(".filter-count")).to_have_text("2 questions")
    expect(page).to_have_url("/questions/?q=video&topic=&difficulty=&level=")
    page.locator(".item a").first.click()
    page.get_by_role("button", name="Start now").wait_for()
    page.go_back()
    expect(page.get_by_role("heading", name="Questions", exact=True)).to_be_visible()
    expect(page.locator(".filter-count")).to_have_text("2 questions")
    expect(page.get_by_label("Search")).to_have_value("video")


def test_double_clicks_start_one_interview_and_hand_it_in_once(
    candidate: Candidate, rows: Rows
) -> None:
    before, page = rows.interviews(), candidate.page
    page.goto(f"/questions/{QUESTION}/")
    page.get_by_role("button", name="Start now").dblclick()
    candidate.can_write()
    interview_id = candidate.interview_id
    assert rows.interviews() == before + 1
    candidate.type("Typed and not yet saved.")
    page.locator(".session-actions").get_by_text("Hand in").dblclick()
    page.get_by_role("button", name="Hand in my answer").dblclick()
    candidate.sees_report()
    await_true(lambda: rows.interview(interview_id)[0] == "scored", "a score")
    assert [judge for judge, _ in rows.scorecards(interview_id)] == ["rules"]
    assert rows.text(interview_id, "scope") == "Typed and not yet saved."


def press_tab_until(page: Page, wanted: Locator) -> None:
    """Go from field to field by the keyboard until this one has the focus."""
    wanted.wait_for()
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not lead to {wanted}")


def test_without_a_mouse_one_gets_from_the_sign_in_to_the_report(
    new_window: Callable[..., Page], stack: Stack
) -> None:
    page = new_window()
    candidate = Candidate(page)
    main = page.get_by_role("main")

    page.goto(f"/questions/{QUESTION}/")
    press_tab_until(page, page.get_by_label("E-mail"))
    page.keyboard.type(stack.emails[0])
    press_tab_until(page, page.get_by_label("Password"))
    page.keyboard.type(stack.password)
    page.keyboard.press("Enter")
    press_tab_until(page, page.get_by_label("Pacing"))
    page.keyboard.type("Strict")
    press_tab_until(page, page.get_by_role("button", name="Start now"))
    page.keyboard.press("Enter")
    for _ in range(3):
        candidate.can_write()
        press_tab_until(page, candidate.box)
        page.keyboard.type("By keys.")
        press_tab_until(page, main.get_by_role("button", name="Lock and go on"))
        before = page.url
        page.keyboard.press("Enter")
        expect(page).not_to_have_url(before)
    press_tab_until(page, main.get_by_role("button", name="Hand in"))
    page.keyboard.press("Enter")
    press_tab_until(page, page.get_by_role("button", name="Hand in my answer"))
    page.keyboard.press("Enter")
    candidate.sees_report()


def test_who_was_signed_out_is_led_to_the_sign_in_and_back(
    new_window: Callable[..., Page], stack: Stack
) -> None:
    page = new_window()
    page.goto("/questions/")
    sign_in(page, email=stack.emails[1], password=stack.password)
    page.get_by_label("Search").press_sequentially("ads in a social")
    expect(page).to_have_url(re.compile(r"\?q=ads(\+|%20)in(\+|%20)a(\+|%20)social&"))
    expect(page.locator(".filter-count")).to_have_text("1 question")
    page.context.clear_cookies()
    page.get_by_label("Search").press_sequentially("s")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.locator(".site-header").count() == 1
    sign_in(page, email=stack.emails[1], password=stack.password)
    expect(page.locator(".filter-count")).to_be_visible()
