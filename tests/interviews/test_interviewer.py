"""The interviewer: what it says, what it asks, when; and what becomes of it."""

import json
import uuid
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client

from interviews import flow, grading, interviewer, reports, transcripts
from interviews.models import (
    MOST_QUESTIONS,
    Exchange,
    ExchangeKind,
    Interview,
    LateText,
    Part,
    StageAnswer,
)
from tests import factories
from tests.factories import FACTS, GRACE
from tests.pages import HOSTILE, Page, page

LINES = {"Accept": "application/x-ndjson"}
VAGUE = (
    "We look at what people do with films on the site, then we build something that shows them "
    "more of it, and we see."
)
ANSWER = "The peak is 3,000 queries per second, because everybody watches in the evening."


@pytest.fixture
def bank(db: None) -> None:
    """A small bank whose question has facts, probes and a curveball."""
    factories.fill_bank(
        questions=(factories.talking_question(),), frameworks=(factories.talking_framework(),)
    )


@pytest.fixture
def talking(bank: None, alice: User, now: datetime) -> Interview:
    """Alice's interview, with an interviewer."""
    return factories.an_interview(candidate=alice, has_interviewer=True, now=now)


def words(answer: HttpResponseBase) -> str:
    """What people read on a page."""
    return " ".join(page(answer).one("main").text.split())


def line(answer: HttpResponseBase) -> dict[str, str]:
    """The last line of an answer to a script."""
    said: dict[str, str] = json.loads(b"".join(answer).splitlines()[-1])
    return said


def talk_of(interview: Interview, *, may_ask: bool = False) -> interviewer.Talk:
    """What was said so far."""
    talk = interviewer.talk(interview, interviewer.exchanges_of(interview), may_ask=may_ask)
    assert talk
    return talk


def at(interview: Interview, action: str) -> str:
    return f"/interviews/{interview.pk}/{action}"


def ask(interview: Interview, said: str, *, now: datetime, key: uuid.UUID | None = None) -> str:
    """Ask, and give what was said back."""
    asked = interviewer.hear(interview, said, key=key or uuid.uuid4(), now=now)
    assert asked
    list(interviewer.speak(asked, clock=lambda: now))
    assert asked.replied
    return asked.replied.text


def next_stage(browser: Client, interview: Interview, *, text: str, to: str) -> str:
    """Leave the current stage with a text; gives where one comes to."""
    interview.refresh_from_db()
    sheet = interview.sheets.texts().get(stage=interview.current_stage)
    sent = {
        "text": text,
        "base": sheet.revision,
        "key": uuid.uuid4(),
        "from": interview.current_stage,
    }
    answer = browser.post(at(interview, f"stages/{to}/entry/"), sent)
    assert answer.status_code == 302
    return answer["Location"]


def probed(browser: Client, interview: Interview) -> Exchange:
    """Come to the end of the first stage with a vague answer; gives the first probe."""
    where = next_stage(browser, interview, text=VAGUE, to="design")
    assert where == at(interview, "stages/scope/probes/?to=design")
    first = interview.exchanges.probes().first()
    assert first
    return first


def sheet_of(probe: Exchange) -> StageAnswer:
    assert probe.sheet
    return probe.sheet


def answer(probe: Exchange, text: str, *, now: datetime) -> str | None:
    return factories.save(sheet_of(probe), text, now=now).refused


# --- clarifying questions -----------------------------------------------------------------


def test_a_question_is_answered_from_the_sheet_and_kept(talking: Interview, now: datetime) -> None:
    assert ask(talking, "How many users do we have?", now=now) == FACTS["users"]
    assert ask(talking, "What should I build?", now=now) != ""
    talk = talk_of(talking)
    assert talk.facts == (FACTS["users"],)
    assert [turn.exchange.said for turn in talk.turns] == [
        "How many users do we have?",
        "What should I build?",
    ]


def test_a_fact_is_told_once(talking: Interview, now: datetime) -> None:
    ask(talking, "How many users are there?", now=now)
    assert ask(talking, "How many users are there?", now=now) == f"As I said: {FACTS['users']}"
    talk = talk_of(talking)
    assert talk.facts == (FACTS["users"],)


def test_a_question_that_is_sent_twice_is_asked_once(talking: Interview, now: datetime) -> None:
    key = uuid.uuid4()
    first, again = (ask(talking, "How many users are there?", key=key, now=now) for _ in range(2))
    assert first == again == FACTS["users"]
    assert talking.exchanges.count() == 1


def test_a_question_whose_answer_was_lost_has_one_when_the_page_opens(
    talking: Interview, now: datetime
) -> None:
    asked = interviewer.hear(talking, "Which latency?", key=uuid.uuid4(), now=now)
    assert asked
    exchanges = interviewer.exchanges_of(talking)
    under_way = interviewer.talk(talking, exchanges, now=now + timedelta(seconds=9))
    assert under_way
    assert under_way.turns[0].replies == ()
    lost = interviewer.talk(talking, exchanges, now=now + timedelta(seconds=16))
    assert lost
    assert lost.turns[0].replies == (FACTS["latency"],)


def test_a_question_is_answered_by_one_alone(talking: Interview, now: datetime) -> None:
    asked = interviewer.hear(talking, "Which latency?", key=uuid.uuid4(), now=now)
    assert asked
    assert asked.claim()
    assert list(interviewer.speak(asked, clock=lambda: now)) == []


def test_other_words_under_the_same_key_are_another_question(
    talking: Interview, now: datetime
) -> None:
    key = uuid.uuid4()
    ask(talking, "Which latency?", key=key, now=now)
    again = interviewer.hear(talking, "How many users are there?", key=key, now=now)
    assert again
    assert again.pk != key
    assert talking.exchanges.count() == 2


@pytest.mark.parametrize("state", ["over", "paused", "no interviewer", "enough", "another's key"])
def test_nothing_can_be_asked_that_nobody_hears(
    talking: Interview, mallory: User, now: datetime, state: str
) -> None:
    key = uuid.uuid4()
    if state == "over":
        talking.submit(flow.Submitter.CANDIDATE, now=now)
    elif state == "paused":
        talking.pause(now=now)
    elif state == "no interviewer":
        Interview.objects.filter(pk=talking.pk).update(has_interviewer=False)
        talking.refresh_from_db()
    elif state == "enough":
        for _ in range(MOST_QUESTIONS):
            talking.exchanges.ask(talking, "And?", key=uuid.uuid4(), now=now)
    else:
        theirs = factories.an_interview(candidate=mallory, has_interviewer=True, now=now)
        interviewer.hear(theirs, "And?", key=key, now=now)
    before = talking.exchanges.count()
    assert interviewer.hear(talking, "How many users?", key=key, now=now) is None
    assert talking.exchanges.count() == before


def test_a_script_gets_what_was_said_as_a_line(
    browser_of_alice: Client, talking: Interview
) -> None:
    sent = {"question": "How many users are there?", "question_key": uuid.uuid4()}
    answer = browser_of_alice.post(at(talking, "questions/"), sent, headers=LINES)
    assert answer.status_code == 200
    assert FACTS["users"] in line(answer)["said"]


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"question": " "}, "Type your question first."),
        ({"question": "x" * 2_001}, "A question has 2000 characters at most."),
        ({"question": "Why?", "question_key": "none"}, "Enter a valid UUID."),
    ],
)
def test_what_is_no_question_is_said(
    browser_of_alice: Client, talking: Interview, sent: dict[str, str], problem: str
) -> None:
    whole = {"question_key": str(uuid.uuid4()), **sent}
    answer = browser_of_alice.post(at(talking, "questions/"), whole, headers=LINES)
    assert answer.status_code == 409
    assert line(answer)["problem"].startswith(problem)
    assert not talking.exchanges.exists()


def test_without_a_script_the_answer_is_kept_along(
    browser_of_alice: Client, talking: Interview
) -> None:
    sent = {
        "text": "My words.",
        "base": 0,
        "key": uuid.uuid4(),
        "from": "scope",
        "question": "How many users are there?",
        "question_key": uuid.uuid4(),
    }
    answer = browser_of_alice.post(at(talking, "questions/"), sent)
    assert answer["Location"] == at(talking, "#interviewer")
    assert talking.sheets.texts().get(stage="scope").text == "My words."
    shown = page(browser_of_alice.get(at(talking, "stages/scope/")))
    assert FACTS["users"] in shown.one("div", id="said").text


def test_what_was_said_is_shown_and_never_run(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    for text in HOSTILE:
        ask(talking, text, now=now)
    shown = page(browser_of_alice.get(at(talking, "stages/scope/")))
    said = {each.tag for each in shown.one("div", id="said").inside}
    assert said <= {"ol", "li", "p", "span", "br", "details", "summary", "ul"}


def test_the_page_of_one_without_interviewer_says_nothing_of_it(
    browser_of_alice: Client, bank: None, alice: User, now: datetime
) -> None:
    plain = factories.an_interview(candidate=alice, now=now)
    shown = browser_of_alice.get(at(plain, "stages/scope/"))
    assert b'id="interviewer"' not in shown.content
    assert browser_of_alice.post(at(plain, "hints/"), headers=LINES).status_code == 409


# --- follow-up questions --------------------------------------------------------------------


def test_at_the_end_of_a_stage_what_is_open_is_asked(
    browser_of_alice: Client, talking: Interview
) -> None:
    probed(browser_of_alice, talking)
    talking.refresh_from_db()
    assert talking.current_stage == "scope"
    asked = [each.said for each in talking.exchanges.probes()]
    assert asked == ["Which metric counts, and why?", "How much is it at the peak?"]
    shown = page(browser_of_alice.get(at(talking, "stages/scope/probes/?to=design")))
    assert shown.one("p", class_="probe-question").text.strip() == asked[0]


def test_what_was_said_is_not_asked(browser_of_alice: Client, talking: Interview) -> None:
    where = next_stage(browser_of_alice, talking, text=factories.GOOD["scope"], to="design")
    assert where == at(talking, "stages/design/")
    assert not talking.exchanges.exists()


def test_who_goes_back_or_skips_a_stage_empty_is_not_asked(
    browser_of_alice: Client, talking: Interview
) -> None:
    assert next_stage(browser_of_alice, talking, text="", to="design").endswith("/design/")
    assert next_stage(browser_of_alice, talking, text=VAGUE, to="scope").endswith("/scope/")
    assert not talking.exchanges.exists()


def test_one_question_after_the_other_and_then_on(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    first = probed(browser_of_alice, talking)
    where = at(talking, "stages/scope/probes/")
    sent = {"part": "probe-1", "to": "design", "text": ANSWER, "base": 0, "key": uuid.uuid4()}
    assert browser_of_alice.post(where, sent)["Location"] == f"{where}?to=design"
    skipped = {"part": "probe-2", "to": "design", "skip": "1"}
    assert browser_of_alice.post(where, skipped)["Location"] == at(talking, "")
    talking.refresh_from_db()
    assert talking.current_stage == "design"
    assert sheet_of(first).text_at(1) == ANSWER
    # Once is enough: who comes back is asked nothing more.
    next_stage(browser_of_alice, talking, text="", to="scope")
    assert next_stage(browser_of_alice, talking, text=VAGUE + "!", to="design").endswith("/design/")
    assert talking.exchanges.probes().count() == 2


def test_a_double_click_does_not_skip_the_next_question(
    browser_of_alice: Client, talking: Interview
) -> None:
    probed(browser_of_alice, talking)
    where = at(talking, "stages/scope/probes/")
    for _ in range(2):
        browser_of_alice.post(where, {"part": "probe-1", "to": "design", "skip": "1"})
    talking.refresh_from_db()
    assert talking.current_stage == "scope"
    assert [each.part for each in talking.exchanges.probes().filter(sheet__locked_at=None)] == [
        "probe-2"
    ]


def test_an_answer_has_its_time_and_what_comes_later_is_kept_beside(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    first = probed(browser_of_alice, talking)
    end = sheet_of(first).closes_at
    assert end
    assert timedelta(seconds=115) < end - now < timedelta(seconds=130)
    assert answer(first, "In time.", now=end + GRACE - timedelta(seconds=1)) is None
    first.refresh_from_db()
    assert answer(first, "Too late.", now=end + GRACE + timedelta(seconds=1)) == "late"
    assert sheet_of(first).text == "In time."
    assert LateText.objects.get().text == "Too late."


def test_a_pause_and_extra_time_lengthen_it(
    browser_of_alice: Client, bank: None, alice: User, now: datetime
) -> None:
    double = factories.an_interview(
        candidate=alice, has_interviewer=True, extra=flow.Extra.DOUBLE, now=now
    )
    first = probed(browser_of_alice, double)
    before = sheet_of(first).closes_at
    assert before
    assert before - now > timedelta(seconds=235)
    double.refresh_from_db()
    assert double.pause(now=now)
    double.refresh_from_db()
    assert double.resume(now=now + timedelta(minutes=7))
    first = double.exchanges.probes()[0]
    assert sheet_of(first).closes_at == before + timedelta(minutes=7)


def test_an_outage_that_is_given_back_lengthens_it(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    first = probed(browser_of_alice, talking)
    before = sheet_of(first).closes_at
    assert before
    away = flow.Span(now + timedelta(seconds=5), now + timedelta(seconds=65))
    given = talking.credit([away], now=now + timedelta(seconds=70), most=300)
    assert given >= 30
    first = talking.exchanges.probes()[0]
    assert sheet_of(first).closes_at == before + timedelta(seconds=given)


def test_who_is_quick_gives_nothing_to_the_next_question(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    first = probed(browser_of_alice, talking)
    interviewer.done_with(first, now=now)
    second = talking.exchanges.probes()[1]
    assert sheet_of(second).closes_at == now + timedelta(seconds=interviewer.PROBE_SECONDS)


def test_no_answer_is_lost_whatever_became_of_the_question(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    first = probed(browser_of_alice, talking)
    where = at(talking, "stages/scope/probes/")
    sent = {"part": "probe-1", "to": "design", "base": 0, "key": uuid.uuid4(), "text": ANSWER}
    StageAnswer.objects.filter(exchange=first).update(closes_at=now - timedelta(minutes=5))
    answered = browser_of_alice.post(where, sent)
    assert answered.status_code == 410
    assert "The time for this question is over" in words(answered)
    assert LateText.objects.get().text == ANSWER
    talking.submit(flow.Submitter.CANDIDATE, now=now)
    again = {**sent, "key": uuid.uuid4(), "text": "After the end."}
    assert browser_of_alice.post(where, again).status_code == 410
    assert {late.text for late in LateText.objects.all()} == {ANSWER, "After the end."}


def test_what_is_skipped_is_not_said(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    first = probed(browser_of_alice, talking)
    assert answer(first, "Half a thought", now=now) is None
    sheet = talking.sheets.get(part=Part.FIRST_PROBE)
    sent = {"part": "probe-1", "skip": "1", "text": "Half a thought", "key": str(uuid.uuid4())}
    where = at(talking, "stages/scope/probes/")
    browser_of_alice.post(where, {**sent, "base": str(sheet.revision)})
    sheet.refresh_from_db()
    assert (sheet.text, sheet.text_at(1)) == ("", "Half a thought")
    assert sheet.locked_at


def test_going_back_makes_nothing_volunteered(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    probed(browser_of_alice, talking)
    good = f"{factories.GOOD['scope']} {ANSWER}"
    assert factories.draft(talking, "scope", good, now=now).refused is None
    card = grading.judge(talking, talking.version)
    assert card.judgements[0].level == 3
    assert all(finding.prompted for finding in card.judgements[0].met)
    shown = words(browser_of_alice.get(at(talking, "stages/scope/")))
    assert "The interviewer waits for an answer" in shown


def test_handing_in_ends_the_stage_too(browser_of_alice: Client, talking: Interview) -> None:
    sent = {"text": VAGUE, "base": 0, "key": uuid.uuid4(), "from": "scope", "review": "1"}
    answer = browser_of_alice.post(at(talking, "stages/scope/draft/"), sent)
    where = at(talking, "stages/scope/probes/")
    assert answer["Location"] == where
    for part in ("probe-1", "probe-2"):
        answer = browser_of_alice.post(where, {"part": part, "skip": "1"})
    assert answer["Location"] == at(talking, "submission/")


def test_who_has_nothing_to_answer_is_led_on(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    where = at(talking, "stages/scope/probes/")
    assert browser_of_alice.get(where)["Location"] == at(talking, "")
    probed(browser_of_alice, talking)
    talking.pause(now=now)
    assert browser_of_alice.get(where)["Location"] == at(talking, "")
    talking.submit(flow.Submitter.CANDIDATE, now=now)
    assert browser_of_alice.get(where)["Location"] == at(talking, "report/")
    answered = browser_of_alice.post(where, {"part": "probe-1"})
    assert answered["Location"] == at(talking, "report/")
    assert browser_of_alice.post(where, {"part": "text"}).status_code == 404


# --- hints ------------------------------------------------------------------------------------


def test_a_hint_is_given_once_for_a_criterion_and_costs(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    given = browser_of_alice.post(at(talking, "hints/"), headers=LINES)
    assert "Names the metric" in line(given)["said"]
    again = browser_of_alice.post(at(talking, "hints/"), headers=LINES)
    assert (again.status_code, line(again)["problem"]) == (
        409,
        "There is no hint for this stage now.",
    )
    factories.write(
        talking, {**factories.GOOD, "scope": f"{factories.GOOD['scope']} {ANSWER}"}, now=now
    )
    card = grading.judge(talking, talking.version)
    assert card.judgements[0].level == 3
    assert [flag.kind for flag in card.judgements[0].flags] == ["hint"]


def invited_by(interviewer: User, candidate: User, *, now: datetime) -> Interview:
    """An interview by invitation, with an interviewer."""
    issued = factories.an_invitation(by=interviewer, has_interviewer=True, now=now)
    question = issued.invitation.questions.get()
    interview = issued.invitation.accept(candidate=candidate, question=question, now=now)
    assert interview
    return interview


def test_who_is_invited_has_no_hints(
    browser_of_alice: Client, alice: User, ines: User, now: datetime
) -> None:
    invited = invited_by(ines, alice, now=now)
    assert invited.has_interviewer
    assert interviewer.hint(invited, now=now) is None
    shown = page(browser_of_alice.get(at(invited, "stages/scope/")))
    assert "Hint" not in shown.one("details", id="interviewer").text
    assert browser_of_alice.post(at(invited, "hints/"), headers=LINES).status_code == 409


# --- the curveball --------------------------------------------------------------------------


def to_the_last(interview: Interview, now: datetime) -> None:
    factories.write(
        interview, {"scope": ANSWER, "design": factories.GOOD["design"], "evaluation": ""}, now=now
    )


def test_the_last_stage_begins_with_a_change_and_locks_the_others(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    to_the_last(talking, now)
    shown = browser_of_alice.get(at(talking, "stages/evaluation/"))
    assert "The interviewer changes something" in words(shown)
    assert b"films come from <strong>abroad</strong>" in shown.content
    assert not talking.enter("scope", now=now)
    assert set(talking.sheets.filter(locked_at=None).values_list("stage", flat=True)) == {
        "evaluation"
    }
    tabs = words(browser_of_alice.get(at(talking, "stages/scope/")))
    assert "since something changed" in tabs
    assert talking.exchanges.filter(kind=ExchangeKind.CURVEBALL).count() == 1


def test_nobody_locks_all_stages_by_a_slip(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    assert not talking.enter("evaluation", now=now)
    shown = words(browser_of_alice.get(at(talking, "stages/evaluation/")))
    assert "Go on there" in shown
    assert "write here again" not in shown
    assert not talking.exchanges.exists()


def test_the_way_to_the_last_stage_says_that_it_locks(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    talking.enter("design", now=now)
    assert "Lock all and go on: Evaluation" in words(
        browser_of_alice.get(at(talking, "stages/design/"))
    )


# --- what it comes to -----------------------------------------------------------------------


@pytest.fixture
def finished(browser_of_alice: Client, talking: Interview, now: datetime) -> Interview:
    """Asked, probed, hinted, changed and handed in."""
    ask(talking, "How many users are there?", now=now)
    first = probed(browser_of_alice, talking)
    second = talking.exchanges.probes()[1]
    assert answer(second, ANSWER, now=now) is None
    for each in (first, second):
        interviewer.done_with(each, now=now)
    to_next = {"design": factories.GOOD["design"], "evaluation": ANSWER}
    factories.write(talking, to_next, now=now)
    talking.submit(flow.Submitter.CANDIDATE, now=now)
    grading.grade(talking.pk, clock=lambda: now, lease=timedelta(minutes=1))
    talking.refresh_from_db()
    return talking


def test_the_transcript_tells_asked_from_unasked(finished: Interview) -> None:
    heard = transcripts.of(finished)
    assert heard.prompted == {"scope-probe-2"}
    assert heard.texts["scope-probe-2"] == ANSWER
    assert heard.changed == {"evaluation"}
    assert "scope-probe-1" not in heard.texts


def test_the_report_says_what_came_unasked_and_what_never(
    browser_of_alice: Client, finished: Interview, now: datetime
) -> None:
    report = reports.build(finished, now=now)
    assert report
    assert report.talk
    assert report.change
    assert report.change.criterion
    assert (report.talk.prompted, report.talk.follow_ups) == (1, 2)
    assert [turn.exchange.said for turn in report.talk.asked] == ["How many users are there?"]
    assert report.talk.unasked == (FACTS["latency"],)
    assert report.change.criterion.level is not None
    assert report.change.criterion.level > 1
    shown = browser_of_alice.get(at(finished, "report/"))
    text = words(shown)
    assert "Facts that you could have had" in text
    assert FACTS["latency"] in text
    assert "Skipped." in text
    assert ANSWER in text
    quotes = {a["href"] for a in _links(page(shown)) if a["href"].startswith("#quote-")}
    anchors = _ids(page(shown))
    assert quotes
    assert quotes <= {f"#{each}" for each in anchors}


def _links(shown: Page) -> list[dict[str, str]]:
    return [each.attributes for each in shown.all("a") if "href" in each.attributes]


def _ids(shown: Page) -> set[str]:
    return {each.attributes["id"] for each in shown.all() if "id" in each.attributes}


def test_the_replay_plays_it(browser_of_alice: Client, finished: Interview) -> None:
    text = words(browser_of_alice.get(at(finished, "replay/")))
    assert "Asked: “How many users are there?”" in text
    assert "Was asked: “Which metric counts, and why?”" in text
    assert "Something changed:" in text
    assert "Scope, second follow-up" in text


def test_raters_read_it_without_what_the_machine_found(
    alice: User, browser_of_alice: Client, ines: User, now: datetime
) -> None:
    invited = invited_by(ines, alice, now=now)
    first = probed(browser_of_alice, invited)
    assert answer(first, ANSWER, now=now) is None
    ask(invited, "How many users are there?", now=now)
    invited.submit(flow.Submitter.CANDIDATE, now=now)
    review = invited.reviews.get()
    assert review.claim(ines, now=now, lease=timedelta(hours=1))
    client = Client()
    client.force_login(ines)
    shown = client.get(f"/reviews/{review.pk}/")
    text = words(shown)
    assert FACTS["users"] in text
    assert "Which metric counts, and why?" in text
    assert ANSWER in text
    assert "Skipped." in text
    assert b'data-text="scope-probe-1"' in shown.content


def test_sheets_of_probes_are_no_whiteboards(
    browser_of_alice: Client, talking: Interview, now: datetime
) -> None:
    first = probed(browser_of_alice, talking)
    assert answer(first, ANSWER, now=now) is None
    assert not talking.sheets.drawn().exists()
    assert browser_of_alice.get(at(talking, "stages/scope/")).status_code == 200
    assert sheet_of(first).part == Part.FIRST_PROBE
