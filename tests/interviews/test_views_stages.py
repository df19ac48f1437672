"""The answering page: what is typed is kept, or handed back with the reason."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from interviews.flow import Pacing, Submitter
from interviews.models import Interview
from interviews.models.stage import MAX_BYTES
from rubrics import clock
from tests import factories
from tests.pages import HOSTILE, Page, is_harmless, page

HTMX = {"HX-Request": "true"}


def at(interview: Interview, action: str = "", *, stage: str = "scope") -> str:
    return f"/interviews/{interview.pk}/stages/{stage}/{action}"


def typed(text: str, *, base: object = 0, key: object = None) -> dict[str, str]:
    """What the page sends of a text."""
    return {"text": text, "base": str(base), "key": str(key or uuid.uuid4())}


def stored(interview: Interview, stage: str = "scope") -> str:
    return interview.sheets.texts().get(stage=stage).text


def state(answer: HttpResponseBase) -> tuple[str, str]:
    """The status line of an answer to the page's script: its state and revision."""
    attributes = page(answer).one("p", id="save-state").attributes
    return attributes["data-state"], attributes["data-revision"]


@pytest.fixture
def strict(bank: None, alice: User, now: datetime) -> Interview:
    return factories.an_interview(candidate=alice, pacing=Pacing.STRICT, now=now)


# --- the page -----------------------------------------------------------------------------


def test_the_page_has_the_question_the_guide_and_the_clocks(
    browser_of_alice: Client, interview: Interview
) -> None:
    answer = browser_of_alice.get(at(interview))
    shown = page(answer)
    guide = shown.one("section", class_="pane pane-guide")
    assert "home feed" in guide.text
    assert "What to cover under scope." in guide.text
    clocks = shown.one("div", id="clocks").attributes
    assert 30 * 60 - 60 < int(clocks["data-left"]) <= 30 * 60
    assert 8 * 60 - 60 < int(clocks["data-stage-left"]) <= 8 * 60
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("text", ["plain", "\nfirst line empty", "</textarea>&amp;<b>", "🎬 é\t"])
def test_the_box_holds_the_text_as_it_was_typed(
    browser_of_alice: Client, interview: Interview, text: str
) -> None:
    browser_of_alice.post(at(interview, "draft/"), typed(text))
    shown = page(browser_of_alice.get(at(interview)))
    assert shown.typed() == text
    assert shown.field("base") == "1"


def test_soft_pacing_offers_every_stage(browser_of_alice: Client, interview: Interview) -> None:
    shown = page(browser_of_alice.get(at(interview)))
    ways = {each.attributes.get("formaction") for each in shown.all("button")}
    assert {at(interview, "entry/", stage=stage) for stage in ("design", "evaluation")} <= ways


def test_strict_pacing_offers_the_next_stage_only(
    browser_of_alice: Client, strict: Interview
) -> None:
    shown = page(browser_of_alice.get(at(strict)))
    ways = {each.attributes.get("formaction") for each in shown.all("button")}
    assert at(strict, "entry/", stage="design") in ways
    assert at(strict, "entry/", stage="evaluation") not in ways
    assert "Lock and go on: Design" in shown.one("main").text


def test_a_stage_that_one_is_not_in_is_to_read_only(
    browser_of_alice: Client, interview: Interview
) -> None:
    shown = page(browser_of_alice.get(at(interview, stage="design")))
    assert "readonly" in shown.one("textarea", id="answer").attributes
    assert "You are in Scope now" in shown.one("main").text


def test_a_locked_stage_says_so(browser_of_alice: Client, strict: Interview) -> None:
    browser_of_alice.post(at(strict, "entry/", stage="design"), {"from": "scope"})
    shown = page(browser_of_alice.get(at(strict)))
    assert "readonly" in shown.one("textarea", id="answer").attributes
    assert "This stage is locked" in shown.one("main").text
    assert not any("write here again" in each.text for each in shown.all("button"))


def test_what_was_handed_in_leads_to_the_report(
    browser_of_alice: Client, interview: Interview, now: datetime
) -> None:
    interview.submit(Submitter.CANDIDATE, now=now)
    assert browser_of_alice.get(at(interview))["Location"] == f"/interviews/{interview.pk}/report/"


# --- drafts ------------------------------------------------------------------------------


def test_a_draft_is_kept_and_the_script_told(
    browser_of_alice: Client, interview: Interview
) -> None:
    answer = browser_of_alice.post(at(interview, "draft/"), typed("kept"), headers=HTMX)
    assert (answer.status_code, state(answer)) == (200, ("saved", "1"))
    assert stored(interview) == "kept"
    assert int(page(answer).one("p", id="save-state").attributes["data-left"]) > 0


def test_a_plain_form_is_kept_and_leads_on(browser_of_alice: Client, interview: Interview) -> None:
    answer = browser_of_alice.post(at(interview, "draft/"), typed("kept"))
    assert answer["Location"] == f"/interviews/{interview.pk}/"
    review = browser_of_alice.post(
        at(interview, "draft/"), {**typed("kept", base=1), "review": "1"}
    )
    assert review["Location"] == f"/interviews/{interview.pk}/submission/"


def test_a_draft_costs_few_queries(
    browser_of_alice: Client,
    interview: Interview,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for base, text in enumerate(("kept", "kept, and more")):
        with django_assert_num_queries(3) as asked:  # session, user, and all of the rest
            answer = browser_of_alice.post(
                at(interview, "draft/"),
                {**typed(text, base=base), "start": 4, "cut": 0},
                headers=HTMX,
            )
        assert state(answer) == ("saved", str(base + 1))
        assert text not in answer.content.decode()
        assert "UPDATE" in asked[2]["sql"]


def test_a_draft_that_is_sent_again_costs_no_more(
    browser_of_alice: Client,
    interview: Interview,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sent = typed("kept")
    browser_of_alice.post(at(interview, "draft/"), sent, headers=HTMX)
    with django_assert_num_queries(3):
        browser_of_alice.post(at(interview, "draft/"), sent, headers=HTMX)


def test_of_two_tabs_the_later_is_told_and_sees_both_texts(
    browser_of_alice: Client, interview: Interview
) -> None:
    browser_of_alice.post(at(interview, "draft/"), typed("of <b>this</b> tab"), headers=HTMX)
    answer = browser_of_alice.post(at(interview, "draft/"), typed("of that"), headers=HTMX)
    assert (answer.status_code, state(answer)) == (409, ("conflict", "1"))
    assert page(answer).one("template", id="theirs").text == "of <b>this</b> tab"
    plain = page(browser_of_alice.post(at(interview, "draft/"), typed("of that")))
    assert plain.typed() == "of that"
    assert plain.one("textarea", id="theirs").text.strip() == "of <b>this</b> tab"
    assert stored(interview) == "of <b>this</b> tab"


def test_after_a_conflict_ones_own_text_can_be_saved_over_it(
    browser_of_alice: Client, interview: Interview
) -> None:
    browser_of_alice.post(at(interview, "draft/"), typed("theirs"))
    shown = page(browser_of_alice.post(at(interview, "draft/"), typed("mine")))
    again = typed(shown.typed(), base=shown.field("base"), key=shown.field("key"))
    assert browser_of_alice.post(at(interview, "draft/"), again).status_code == 302
    assert stored(interview) == "mine"


def refuse_too_long(interview: Interview) -> str:
    return "語" * (MAX_BYTES // 3 + 1)


def refuse_locked(interview: Interview) -> str:
    Interview.objects.filter(pk=interview.pk).update(pacing=Pacing.STRICT)
    factories.fresh(interview).enter("design", now=interview.started_at)
    return "typed in a locked stage"


def refuse_elsewhere(interview: Interview) -> str:
    factories.fresh(interview).enter("design", now=interview.started_at)
    return "typed where I am not"


def refuse_paused(interview: Interview) -> str:
    long_ago = interview.started_at - timedelta(minutes=2)
    Interview.objects.filter(pk=interview.pk).update(paused_at=long_ago)
    return "typed during the pause"


def refuse_closed(interview: Interview) -> str:
    factories.fresh(interview).submit(Submitter.CANDIDATE, now=interview.started_at)
    return "typed after handing in"


def refuse_late(interview: Interview) -> str:
    past = interview.started_at - timedelta(hours=3)
    Interview.objects.filter(pk=interview.pk).update(
        started_at=past, deadline_at=past + timedelta(minutes=1)
    )
    return "typed after the deadline and its grace"


@pytest.mark.parametrize(
    ("refuse", "status", "words"),
    [
        (refuse_too_long, 413, "64 KiB"),
        (refuse_locked, 423, "locked"),
        (refuse_elsewhere, 423, "another stage"),
        (refuse_paused, 423, "paused"),
        (refuse_closed, 410, "Too late to count, but kept"),
        (refuse_late, 410, "Too late to count, but kept"),
    ],
)
def test_what_cannot_be_kept_is_handed_back_with_the_reason(
    browser_of_alice: Client,
    interview: Interview,
    refuse: Callable[[Interview], str],
    status: int,
    words: str,
) -> None:
    text = refuse(interview)
    told = browser_of_alice.post(at(interview, "draft/"), typed(text), headers=HTMX)
    assert told.status_code == status
    assert words in page(told).one("p", id="save-state").text
    plain = browser_of_alice.post(at(interview, "draft/"), typed(text))
    assert plain.status_code == status
    assert words in page(plain).one("p", class_="lede").text
    assert page(plain).typed() == text
    assert stored(interview) == ""


@pytest.mark.parametrize(
    ("refuse", "told"),
    [
        (refuse_too_long, "too-long"),
        (refuse_locked, "locked"),
        (refuse_elsewhere, "locked"),
        (refuse_paused, "paused"),
        (refuse_late, "late"),
    ],
)
def test_the_script_is_told_what_kind_of_refusal_it_is(
    browser_of_alice: Client,
    interview: Interview,
    refuse: Callable[[Interview], str],
    told: str,
) -> None:
    text = refuse(interview)
    answer = browser_of_alice.post(at(interview, "draft/"), typed(text), headers=HTMX)
    assert state(answer) == (told, "0")


def test_a_broken_form_hands_the_text_back_ready_to_be_sent_again(
    browser_of_alice: Client, interview: Interview
) -> None:
    for broken in (
        {"base": "x"},
        {"base": "-1"},
        {"base": "9" * 30},
        {"base": ""},
        {"key": "x"},
        {"key": ""},
        {"key": "\x00"},
    ):
        words = f"words {broken}"
        answer = browser_of_alice.post(at(interview, "draft/"), {**typed(words), **broken})
        assert answer.status_code == 400, broken
        shown = page(answer)
        again = typed(shown.typed(), base=shown.field("base"), key=shown.field("key"))
        assert browser_of_alice.post(at(interview, "draft/"), again).status_code == 302
        assert stored(interview) == words


def test_a_form_without_a_text_changes_nothing(
    browser_of_alice: Client, interview: Interview
) -> None:
    browser_of_alice.post(at(interview, "draft/"), typed("words"))
    assert browser_of_alice.post(at(interview, "draft/")).status_code == 400
    assert stored(interview) == "words"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b", "ab"),
        ("a\r\nb", "a\nb"),
        ("  indented\n\n", "  indented\n\n"),
        ("\ufeff\u202egnol\u200b", "\ufeff\u202egnol\u200b"),
    ],
)
def test_odd_characters_are_kept_or_left_out_but_never_an_error(
    browser_of_alice: Client, interview: Interview, sent: str, kept: str
) -> None:
    answer = browser_of_alice.post(at(interview, "draft/"), typed(sent), headers=HTMX)
    assert answer.status_code == 200
    assert stored(interview) == kept


def test_bytes_that_are_no_text_are_replaced(
    browser_of_alice: Client, interview: Interview
) -> None:
    body = f"text=a%ff%ed%a0%80b&base=0&key={uuid.uuid4()}".encode()
    answer = browser_of_alice.generic(
        "POST", at(interview, "draft/"), body, "application/x-www-form-urlencoded", headers=HTMX
    )
    assert answer.status_code == 200
    assert stored(interview).startswith("a\ufffd")


def test_a_body_beyond_all_measure_is_refused(
    browser_of_alice: Client, interview: Interview
) -> None:
    body = b"text=" + b"x" * 4_000_000
    answer = browser_of_alice.generic(
        "POST", at(interview, "draft/"), body, "application/x-www-form-urlencoded"
    )
    assert answer.status_code in (400, 413)


def test_sent_again_after_a_lost_answer_it_is_acknowledged_and_kept_once(
    browser_of_alice: Client, interview: Interview
) -> None:
    sent = typed("once", key="00000000-0000-4000-8000-000000000001")
    for _ in range(3):
        answer = browser_of_alice.post(at(interview, "draft/"), sent, headers=HTMX)
        assert (answer.status_code, state(answer)) == (200, ("saved", "1"))
    assert interview.sheets.texts().get(stage="scope").revisions.count() == 1


def test_a_form_of_another_site_changes_nothing(interview: Interview, alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(at(interview, "draft/"), typed("forged")).status_code == 403
    assert stored(interview) == ""


@pytest.mark.parametrize("part", ["drawing", "outline"])
def test_the_other_parts_are_kept_like_the_text_and_apart_from_it(
    browser_of_alice: Client, interview: Interview, part: str
) -> None:
    answer = browser_of_alice.post(at(interview, f"{part}/"), typed("drawn"), headers=HTMX)
    assert (answer.status_code, state(answer)) == (200, ("saved", "1"))
    assert interview.sheets.get(stage="scope", part=part).text == "drawn"
    assert stored(interview) == ""
    conflict = browser_of_alice.post(at(interview, f"{part}/"), typed("other"), headers=HTMX)
    assert (conflict.status_code, state(conflict)) == (409, ("conflict", "1"))
    assert page(conflict).one("template", id="theirs").text == "drawn"


def test_a_drawing_of_a_mebibyte_arrives_whatever_it_is_made_of(
    browser_of_alice: Client, interview: Interview
) -> None:
    largest = "語" * (1024 * 1024 // 3)
    body = urlencode(typed(largest))
    assert len(body) > 3_000_000
    answer = browser_of_alice.generic(
        "POST", at(interview, "drawing/"), body, "application/x-www-form-urlencoded", headers=HTMX
    )
    assert (answer.status_code, state(answer)) == (200, ("saved", "1"))


@pytest.mark.parametrize(("part", "most"), [("drawing", 1024), ("outline", 64)])
def test_each_part_says_how_much_it_holds(
    browser_of_alice: Client, interview: Interview, part: str, most: int
) -> None:
    sent = typed("x" * (most * 1024 + 1))
    answer = browser_of_alice.post(at(interview, f"{part}/"), sent, headers=HTMX)
    assert answer.status_code == 413
    assert f"{part} holds" in page(answer).one("p", id="save-state").text
    plain = page(browser_of_alice.post(at(interview, f"{part}/"), sent))
    assert plain.has("form", action=at(interview, f"{part}/"))


@pytest.mark.parametrize(
    "hint",
    [
        {"start": "4", "cut": "0"},
        {"start": "-1", "cut": "0"},
        {"start": "x", "cut": "9" * 40},
        {"start": "\x00", "cut": ""},
        {"cut": "0"},
        {"away": "\x00[[nonsense"},
    ],
)
def test_a_hint_that_is_wrong_never_costs_the_text(
    browser_of_alice: Client, interview: Interview, hint: dict[str, str]
) -> None:
    browser_of_alice.post(at(interview, "draft/"), typed("We rank"), headers=HTMX)
    sent = {**typed("We do rank", base=1), **hint}
    answer = browser_of_alice.post(at(interview, "draft/"), sent, headers=HTMX)
    assert (answer.status_code, state(answer)) == (200, ("saved", "2"))
    sheet = interview.sheets.texts().get(stage="scope")
    assert factories.texts_of(sheet) == ["We rank", "We do rank"]


def test_the_clock_that_an_answer_tells_is_that_of_the_ledger(
    browser_of_alice: Client, interview: Interview, now: datetime
) -> None:
    def left(text: str, base: int) -> int:
        answer = browser_of_alice.post(
            at(interview, "draft/"), typed(text, base=base), headers=HTMX
        )
        return int(page(answer).one("p", id="save-state").attributes["data-left"])

    assert abs(left("running", 0) - interview.times(clock.now()).left) <= 1
    interview.pause(now=now)
    assert left("paused", 1) == interview.times(clock.now()).left == 30 * 60
    interview.resume(now=now + timedelta(minutes=5))
    interview.submit(Submitter.CANDIDATE, now=now + timedelta(minutes=10))
    assert left("late", 2) == factories.fresh(interview).times(clock.now()).left


# --- from stage to stage ------------------------------------------------------------------


def test_going_on_keeps_the_text_that_is_left(
    browser_of_alice: Client, interview: Interview
) -> None:
    answer = browser_of_alice.post(
        at(interview, "entry/", stage="design"), {"from": "scope", **typed("left")}
    )
    assert answer["Location"] == at(interview, stage="design")
    assert stored(interview) == "left"
    assert factories.fresh(interview).current_stage == "design"


def test_what_cannot_be_kept_holds_one_back(browser_of_alice: Client, interview: Interview) -> None:
    text = "x" * (MAX_BYTES + 1)
    answer = browser_of_alice.post(
        at(interview, "entry/", stage="design"), {"from": "scope", **typed(text)}
    )
    assert (answer.status_code, page(answer).typed()) == (413, text)
    assert factories.fresh(interview).current_stage == "scope"


def test_a_second_click_on_next_does_no_harm(browser_of_alice: Client, strict: Interview) -> None:
    sent = {"from": "scope", **typed("left")}
    answers = [browser_of_alice.post(at(strict, "entry/", stage="design"), sent) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {at(strict, stage="design")}
    assert factories.fresh(strict).current_stage == "design"
    assert stored(strict) == "left"


def test_strict_pacing_cannot_be_talked_round(browser_of_alice: Client, strict: Interview) -> None:
    def enter(stage: str, *, left: str) -> str:
        browser_of_alice.post(at(strict, "entry/", stage=stage), {"from": left})
        return factories.fresh(strict).current_stage

    assert enter("evaluation", left="scope") == "scope"
    assert enter("evaluation", left="design") == "scope"
    assert enter("design", left="scope") == "design"
    assert enter("scope", left="design") == "design"
    assert enter("scope", left="evaluation") == "design"


def test_after_the_deadline_nobody_goes_on_and_nothing_breaks(
    browser_of_alice: Client, interview: Interview
) -> None:
    refuse_late(interview)
    answer = browser_of_alice.post(at(interview, "entry/", stage="design"), {"from": "scope"})
    assert answer.status_code == 302
    assert factories.fresh(interview).current_stage == "scope"


@pytest.mark.parametrize("left", ["", "nowhere", "\x00", "x" * 500, "../scope"])
def test_a_stage_that_is_left_must_exist(
    browser_of_alice: Client, interview: Interview, left: str
) -> None:
    answer = browser_of_alice.post(at(interview, "entry/", stage="design"), {"from": left})
    assert answer.status_code == 404
    assert factories.fresh(interview).current_stage == "scope"


# --- preview and clocks -------------------------------------------------------------------


def preview(client: Client, interview: Interview, text: str) -> Page:
    return page(client.post(at(interview, "preview/"), {"text": text}, headers=HTMX))


def test_the_preview_shows_markdown(browser_of_alice: Client, interview: Interview) -> None:
    text = "# Goal\n\n**bold** [link](https://ok.example)\n\n| a | b |\n|--:|---|\n| 1 | ~~2~~ |"
    shown = preview(browser_of_alice, interview, text)
    tags = {element.tag for element in shown.elements}
    assert {"h1", "strong", "a", "table", "td"} <= tags
    link = shown.one("a").attributes
    assert (link["href"], link["rel"]) == ("https://ok.example", "noopener noreferrer nofollow")
    assert all(is_harmless(element) for element in shown.elements)
    assert stored(interview) == ""


def test_hostile_text_does_no_harm_in_the_preview(
    browser_of_alice: Client, interview: Interview
) -> None:
    for text in HOSTILE:
        shown = preview(browser_of_alice, interview, f"before\n\n{text}\n\nafter")
        assert all(is_harmless(element) for element in shown.elements), shown.html
        assert "before" in next(shown.all("p")).text


def test_hostile_text_does_no_harm_in_the_box_and_in_a_conflict(
    browser_of_alice: Client, interview: Interview
) -> None:
    innocent = len(page(browser_of_alice.get(at(interview))).elements)
    for revision, text in enumerate(HOSTILE):
        browser_of_alice.post(at(interview, "draft/"), typed(text, base=revision))
        shown = page(browser_of_alice.get(at(interview)))
        assert shown.typed() == text
        assert len(shown.elements) == innocent, text
        conflict = browser_of_alice.post(
            at(interview, "draft/"), typed("mine", base=revision), headers=HTMX
        )
        theirs = page(conflict).one("template", id="theirs")
        assert (theirs.text, theirs.inside) == (text, [])


def test_markdown_that_is_made_to_be_slow_or_deep_is_rendered(
    browser_of_alice: Client, interview: Interview
) -> None:
    for text in (">" * 5000 + "x", "[" * 20000, "*a_" * 10000, "- " * 3000 + "x", "`" * 60000):
        answer = browser_of_alice.post(at(interview, "preview/"), {"text": text}, headers=HTMX)
        assert answer.status_code == 200


def test_the_clocks_are_asked_for_alone(browser_of_alice: Client, interview: Interview) -> None:
    answer = browser_of_alice.get(at(interview, "clocks/"), headers=HTMX)
    assert page(answer).elements[0].attributes["id"] == "clocks"
    assert "no-store" in answer["Cache-Control"]


def test_the_clocks_of_what_is_over_stand_still_at_what_was_left(
    browser_of_alice: Client, interview: Interview
) -> None:
    interview.submit(Submitter.CANDIDATE, now=interview.started_at + timedelta(minutes=10))
    clocks = page(browser_of_alice.get(at(interview, "clocks/"))).one("div", id="clocks").attributes
    assert clocks["data-left"] == str(20 * 60)
    assert clocks["data-stage-runs"] == ""


# --- who, how, which ----------------------------------------------------------------------

ACTIONS = [("get", ""), ("post", "draft/"), ("post", "entry/"), ("post", "preview/")]
ALL = [*ACTIONS, ("get", "clocks/")]


@pytest.mark.parametrize(("method", "action"), ALL)
def test_a_stage_that_does_not_exist_is_not_there(
    browser_of_alice: Client, interview: Interview, method: str, action: str
) -> None:
    sent = {"from": "scope", **typed("words")} if method == "post" else {}
    for stage in ("nowhere", "Scope", "-", "x" * 300):
        answer = getattr(browser_of_alice, method)(at(interview, action, stage=stage), sent)
        assert answer.status_code == 404, stage
    assert stored(interview) == ""


@pytest.mark.parametrize(("method", "action"), ALL)
def test_another_persons_stage_is_not_there(
    browser_of_mallory: Client, interview: Interview, method: str, action: str
) -> None:
    sent = {"from": "scope", **typed("forged")} if method == "post" else {}
    assert getattr(browser_of_mallory, method)(at(interview, action), sent).status_code == 404
    assert stored(interview) == ""
    assert factories.fresh(interview).current_stage == "scope"


@pytest.mark.parametrize(("method", "action"), ALL)
def test_strangers_sign_in_first(
    client: Client, interview: Interview, method: str, action: str
) -> None:
    sent = typed("forged") if method == "post" else {}
    answer = getattr(client, method)(at(interview, action), sent)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")
    assert stored(interview) == ""


@pytest.mark.parametrize(("method", "action"), ALL)
def test_the_wrong_method_is_refused(
    browser_of_alice: Client, interview: Interview, method: str, action: str
) -> None:
    wrong = {"get", "post", "put", "patch", "delete"} - {method}
    statuses = {
        getattr(browser_of_alice, each)(at(interview, action)).status_code for each in wrong
    }
    assert statuses == {405}
