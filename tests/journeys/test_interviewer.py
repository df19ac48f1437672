"""An interview with the interviewer: questions, hints, follow-ups and a change, to the report."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from rubrics.loading import load_library
from tests.journeys.candidate import Candidate, sign_in
from tests.journeys.conftest import Watch
from tests.journeys.rows import Rows
from tests.journeys.test_pages import too_wide, violations
from tests.llm_server import (
    Behaviour,
    Served,
    fails,
    honest,
    says,
    serving,
    steps,
    streams,
)
from tests.llm_server import Exchange as Asked
from tests.rubrics.interviewing.llm.talks import reply, utterance
from tests.stack import Stack, await_true

pytestmark = pytest.mark.journey

QUESTION = "ad-click-prediction"
SHEET = load_library().questions[QUESTION]
FACTS = {fact.id: fact.fact for fact in SHEET.facts}
SCOPE = (
    "The goal is to predict the chance that a person clicks on an ad, so that the auction can rank "
    "ads by their expected value. It has to answer within 30 ms."
)
DESIGN = (
    "An ad server asks a store of features and a model service. Events go to a log that training "
    "jobs read, and a registry keeps the models that are rolled out."
)
DEPTH = (
    "A logistic regression comes first, later a deep network with embeddings, trained with log "
    "loss on the rows of a month. The model is served on CPUs in batches."
)
CALIBRATED = (
    "Advertisers pay by what we predict: the auction multiplies bid and probability, so 30% too "
    "much overcharges them. An isotonic regression on yesterday's clicks calibrates the output, "
    "because the order alone says nothing about the rate."
)
CHANGED = (
    "A purchase is known up to seven days later, so the value becomes the bid times the click rate "
    "times the purchase rate. Late purchases are joined for seven days and young rows corrected, "
    "because otherwise recent clicks look worthless."
)


def ask(page: Page, question: str) -> None:
    """Type a question and press Enter."""
    box = page.get_by_label("Your question to the interviewer")
    box.fill(question)
    box.press("Enter")
    expect(box).to_have_value("")


def said(page: Page) -> Locator:
    """What the interviewer said last."""
    return page.locator(".talk > li:last-child .talk-theirs").last


def wrong_with(page: Page) -> list[str]:
    """What axe finds in both themes, and what is too wide for a phone or a tablet."""
    usual = page.viewport_size
    assert usual
    problems = violations(page) + too_wide(page, [390, 1024])
    page.set_viewport_size(usual)
    return problems


def next_stage(page: Page, text: str) -> None:
    """Put a text into the stage and leave it."""
    candidate = Candidate(page)
    candidate.answer(text)
    before = page.url
    page.locator(".editor-foot button.primary").click()
    expect(page).not_to_have_url(before)


def test_one_asks_is_asked_and_meets_a_change(candidate: Candidate) -> None:
    page = candidate.page
    candidate.start(QUESTION, interviewer="on")
    ask(page, "How many requests per second are there at peak?")
    expect(said(page)).to_have_text(f"Interviewer: {FACTS['volume']}")
    ask(page, "Which database would you use?")
    expect(said(page)).to_contain_text("That is for you to decide")
    page.get_by_role("button", name="Hint", exact=True).click()
    expect(said(page)).to_contain_text("Hint:")
    problems = wrong_with(page)
    page.reload()
    expect(page.locator(".told summary")).to_have_text(re.compile("1 fact told"))

    next_stage(page, SCOPE)
    next_stage(page, DESIGN)
    next_stage(page, DEPTH)
    expect(page.get_by_role("heading", name="The interviewer asks")).to_be_visible()
    candidate.can_write()
    problems += wrong_with(page)
    first = page.locator(".probe-question").inner_text()
    candidate.answer(CALIBRATED)
    page.get_by_role("button", name="Answer and go on").click()
    expect(page.locator(".probe-question")).not_to_have_text(first)
    candidate.can_write()
    page.get_by_role("button", name="Skip").click()

    expect(page.get_by_role("heading", name="The interviewer changes something")).to_be_visible()
    expect(page.locator(".stages [data-state=locked]")).to_have_count(3)
    candidate.can_write()
    problems += wrong_with(page)
    candidate.answer(CHANGED)
    page.locator(".session-actions").get_by_text("Hand in").click()
    while "/probes/" in page.url:
        candidate.can_write()
        question = page.locator(".probe-question").inner_text()
        page.get_by_role("button", name="Skip").click()
        expect(page.locator(".probe-question", has_text=question)).to_have_count(0)
    page.get_by_role("button", name="Hand in my answer").click()
    candidate.sees_report()

    talk = page.get_by_role("region", name="With the interviewer")
    expect(talk).to_contain_text("You had a hint for")
    change = talk.locator("#criterion-curveball")
    expect(change.locator(".level")).not_to_have_attribute("data-level", "1")
    expect(talk.locator("dd").nth(1)).not_to_have_text("0")
    expect(page.locator(".follow-up mark").first).to_be_visible()
    expect(page.locator(".criterion .tag", has_text="after a question").first).to_be_attached()
    problems += wrong_with(page)
    page.get_by_role("link", name="Replay").click()
    expect(page.locator("[data-kind=question]").first).to_contain_text("How many requests")
    expect(page.locator("[data-kind=change]")).to_be_visible()
    assert problems == []


def test_a_question_that_cannot_be_sent_stays_and_a_follow_up_ends_with_its_words(
    candidate: Candidate, rows: Rows, watch: Watch
) -> None:
    page = candidate.page
    candidate.start(QUESTION, interviewer="on")
    watch.allow("ERR_FAILED|ERR_INTERNET_DISCONNECTED")
    page.route("**/questions/", lambda route: route.abort())
    box = page.get_by_label("Your question to the interviewer")
    box.fill("What is the latency?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#ask-word")).to_contain_text("Not sent")
    page.reload()
    expect(box).to_have_value("What is the latency?")
    page.unroute_all()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(said(page)).to_contain_text("30 ms")
    candidate.can_write()

    next_stage(page, SCOPE)
    next_stage(page, DESIGN)
    next_stage(page, DEPTH)
    candidate.can_write()
    candidate.write("The auction overcharges")
    page.reload()
    candidate.can_write()
    expect(candidate.box).to_have_value("The auction overcharges")
    rows.close_follow_ups(candidate.interview_id, seconds=4)
    page.reload()
    candidate.can_write()
    candidate.type(" advertisers.")
    expect(page.get_by_role("heading", name="The interviewer changes something")).to_be_visible()
    answers = rows.answers_to_follow_ups(candidate.interview_id)
    assert answers == ["The auction overcharges advertisers.", ""]


# --- With a model ---

MODEL = "local-7b"
VOLUME = f"So {FACTS['volume']}"
PHRASES = {"calibration-layer": ["isotonic regression"], "late-clicks": ["late purchases"]}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A model's server on loopback; each journey says what it does."""
    with serving(fails("503 Service Unavailable")) as running:
        yield running


@pytest.fixture(scope="module")
def with_model(served: Served) -> Iterator[Stack]:
    """Everything, with a model that judges and words what the interviewer says."""
    folder = Path(tempfile.mkdtemp(prefix="mlsd-model-"))
    folder.chmod(0o711)
    said = {
        "SWEEP_SECONDS": "1",
        "LLM_BASE_URL": served.address,
        "LLM_JUDGE_MODEL": MODEL,
        "LLM_INTERVIEWER_MODEL": MODEL,
    }
    running = Stack(folder, said)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


@pytest.fixture
def guest(new_window: Callable[..., Page], with_model: Stack, watch: Watch) -> Candidate:
    """The demo candidate there, in a new window."""
    watch.own = with_model.base_url
    page = new_window(base_url=with_model.base_url)
    sign_in(page, email=with_model.emails[0], password=with_model.password)
    return Candidate(page)


def speaks(exchange: Asked) -> None:
    """Talk as a good interviewer does, and judge by what stands there."""
    if exchange.body.get("stream"):
        probes = exchange.about.get("probes", ())
        every = [utterance(f"probe:{each['id']}", each["ask"], quote="") for each in probes]
        told = [utterance("fact:volume", VOLUME), utterance("fact:time", FACTS["time"], to=2)]
        streams(lambda _: reply(*(every or told)))(exchange)
    else:
        says(honest(PHRASES))(exchange)


def breaks_off(exchange: Asked) -> None:
    """Begin to talk, and be gone."""
    begun = reply(utterance("fact:volume", VOLUME), utterance("fact:time", "?"))
    if exchange.body.get("stream") and "probes" not in exchange.about:
        steps(begun.split('"fact:time"')[0])(exchange)
    else:
        fails("500 Internal Server Error")(exchange)


@pytest.mark.parametrize("behaviour", [speaks, breaks_off], ids=["good", "fails half-way"])
def test_with_a_model_it_is_the_same_interview(
    guest: Candidate, served: Served, behaviour: Behaviour
) -> None:
    served.behaviours = [behaviour]
    is_good = behaviour is speaks
    page = guest.page
    guest.start(QUESTION, interviewer="on")
    ask(page, "How many requests per second are there, and what latency is acceptable?")
    told = page.locator(".talk > li:last-child")
    expect(told).to_contain_text(VOLUME)
    expect(told).to_contain_text(FACTS["time"])

    # Not word for word the answer of the other journey, whose verdicts are known by now.
    next_stage(page, SCOPE if is_good else f"{SCOPE} Nothing else matters more.")
    next_stage(page, DESIGN)
    next_stage(page, DEPTH)
    for answer in (CALIBRATED, ""):
        guest.can_write()
        question = page.locator(".probe-question").inner_text()
        assert any(probe.ask in question for probe in SHEET.probes)
        if answer:
            guest.answer(answer)
        page.get_by_role("button", name="Answer and go on" if answer else "Skip").click()
        expect(page.locator(".probe-question", has_text=question)).to_have_count(0)
    expect(page.get_by_role("heading", name="The interviewer changes something")).to_be_visible()
    guest.can_write()
    guest.answer(CHANGED)
    page.locator(".session-actions").get_by_text("Hand in").click()
    while "/probes/" in page.url:
        guest.can_write()
        question = page.locator(".probe-question").inner_text()
        page.get_by_role("button", name="Skip").click()
        expect(page.locator(".probe-question", has_text=question)).to_have_count(0)
    page.get_by_role("button", name="Hand in my answer").click()
    guest.sees_report()

    talk = page.get_by_role("region", name="With the interviewer")
    expect(talk.locator("#criterion-curveball .level")).not_to_have_attribute("data-level", "1")
    expect(page.locator(".follow-up mark").first).to_be_visible()
    second = page.get_by_role("region", name="A second judge")
    wanted = "judged it as well" if is_good else "not judged: "

    def is_there() -> bool:
        page.reload()
        return second.is_visible() and wanted in second.inner_text()

    await_true(is_there, "what became of the model's part")
