"""The interviewer whose words a model chooses: what is kept of it, and who speaks when it fails."""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from interviews import interviewer
from interviews.models import Exchange, Interview, LlmCall, Purpose
from tests import factories
from tests.factories import FACTS
from tests.interviews.models_server import point
from tests.interviews.test_interviewer import LINES, VAGUE, at, next_stage
from tests.llm_server import Behaviour, Served, event, fails, serving, steps, streams
from tests.rubrics.interviewing.llm.talks import replies, reply, utterance

USERS = utterance("fact:users", "A day there are 40 million viewers.")
LATENCY = utterance("fact:latency", "So a page must be there within 200 ms.", to=2)
BOTH = "How many users are there? And what latency is acceptable?"


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


def talks(settings: Settings, served: Served, **more: Any) -> None:
    """Have a model of a server choose the interviewer's words."""
    point(settings, served, **more)
    settings.LLM_JUDGE_MODEL = ""
    settings.LLM_INTERVIEWER_MODEL = "m"


def said(browser: Client, interview: Interview, question: str) -> tuple[Sequence[str], Exchange]:
    """Ask; gives each utterance as it came, and what is kept."""
    key = uuid.uuid4()
    sent = {"question": question, "question_key": key}
    answer = browser.post(at(interview, "questions/"), sent, headers=LINES)
    assert answer.status_code == 200
    *bits, last = [json.loads(line) for line in b"".join(answer).splitlines()]
    kept = Exchange.objects.get(pk=key)
    assert kept.replied
    assert all(part.text in last["said"] for part in kept.replied.parts)
    return [bit["bit"] for bit in bits], kept


def kept_of(exchange: Exchange) -> list[str]:
    assert exchange.replied
    return [part.text for part in exchange.replied.parts]


def test_facts_come_in_the_models_words_one_by_one(
    browser_of_alice: Client, talking: Interview, settings: Settings
) -> None:
    with serving(streams(replies(USERS, LATENCY))) as served:
        talks(settings, served)
        bits, kept = said(browser_of_alice, talking, BOTH)
    assert bits == [USERS["text"], LATENCY["text"]] == kept_of(kept)
    assert kept.about == {"model": "m"}
    assert interviewer.told([kept]) == ["users", "latency"]
    call = LlmCall.objects.get()
    assert (call.purpose, call.failed, call.interview_id) == (Purpose.INTERVIEWER, "", talking.pk)


def test_what_is_sent_names_nobody(
    browser_of_alice: Client, talking: Interview, alice: User, settings: Settings
) -> None:
    with serving(streams(replies(USERS))) as served:
        talks(settings, served)
        said(browser_of_alice, talking, "I am alice@example.org. How many users are there?")
        sent = json.dumps([each.body for each in served.got])
    assert served.got
    for secret in (alice.email, str(talking.pk), "watch time"):
        assert secret not in sent


@pytest.mark.parametrize(
    "behaviour",
    [
        fails("500 Internal Server Error"),
        fails("429 Too Many Requests", "Retry-After: 60"),
        steps("{}", event(finish="stop")),
        streams(lambda _: '{"says": "hello"}'),
        streams(lambda _: reply(utterance("fact:users", "There are 90 million viewers a day."))),
        streams(lambda _: reply(utterance("fact:none", "The answer is a two-tower model."))),
    ],
    ids=["500", "429", "nothing", "wrong schema", "a figure of its own", "the design"],
)
def test_whatever_a_model_does_facts_are_told_as_written(
    browser_of_alice: Client, talking: Interview, settings: Settings, behaviour: Behaviour
) -> None:
    with serving(behaviour) as served:
        talks(settings, served)
        _, kept = said(browser_of_alice, talking, "How many users are there?")
    assert kept_of(kept) == [FACTS["users"]]
    assert kept.about == {"model": ""}


def test_after_a_reply_that_breaks_off_the_rules_go_on(
    browser_of_alice: Client, talking: Interview, settings: Settings
) -> None:
    begun = reply(USERS, LATENCY).split('"fact:latency"')[0]
    with serving(steps(begun)) as served:
        talks(settings, served)
        bits, kept = said(browser_of_alice, talking, BOTH)
    assert bits == [USERS["text"], FACTS["latency"]] == kept_of(kept)


def test_without_money_nobody_is_asked(
    browser_of_alice: Client, talking: Interview, settings: Settings
) -> None:
    with serving(streams(replies(USERS))) as served:
        talks(settings, served, budget=0)
        _, kept = said(browser_of_alice, talking, "How many users are there?")
        assert served.got == []
    assert kept_of(kept) == [FACTS["users"]]


def test_one_interview_costs_so_much_and_no_more(
    browser_of_alice: Client, talking: Interview, mallory: User, settings: Settings, now: datetime
) -> None:
    with serving(streams(replies(USERS))) as served:
        talks(settings, served)
        said(browser_of_alice, talking, "How many users are there?")
        cost = LlmCall.objects.get().cost
        # A request is held at its highest cost: one more would be over it.
        settings.LLM_BUDGET_INTERVIEW = cost
        _, kept = said(browser_of_alice, talking, "How many viewers do we have?")
        assert (len(served.got), kept.about) == (1, {"model": ""})
        settings.LLM_BUDGET_INTERVIEW = 1.0
        other = factories.an_interview(candidate=mallory, has_interviewer=True, now=now)
        asked = interviewer.hear(other, "How many users are there?", key=uuid.uuid4(), now=now)
        assert asked
        assert list(interviewer.speak(asked, clock=lambda: now)) == [USERS["text"]]
        assert len(served.got) == 2


def test_who_stops_listening_finds_all_of_it_later(
    talking: Interview, settings: Settings, now: datetime
) -> None:
    with serving(streams(replies(USERS, LATENCY))) as served:
        talks(settings, served)
        asked = interviewer.hear(talking, BOTH, key=uuid.uuid4(), now=now)
        assert asked
        listening = interviewer.speak(asked, clock=lambda: now)
        assert next(listening) == USERS["text"]
        listening.close()
    asked.refresh_from_db()
    assert kept_of(asked) == [USERS["text"], FACTS["latency"]]


def test_probes_come_back_to_what_was_written(
    browser_of_alice: Client, talking: Interview, settings: Settings
) -> None:
    probe = utterance(
        "probe:how-much", "So how much is it at the peak?", quote="we build something", to=1
    )
    with serving(streams(replies(probe))) as served:
        talks(settings, served)
        next_stage(browser_of_alice, talking, text=VAGUE, to="design")
    first, second = talking.exchanges.probes()
    assert first.said == "You wrote: “we build something” So how much is it at the peak?"
    assert (first.about["probe"], first.about["model"]) == ("how-much", "m")
    assert second.said == "Which metric counts, and why?"


def test_a_model_that_says_what_it_wants_to_hear_is_not_heard(
    browser_of_alice: Client, talking: Interview, settings: Settings
) -> None:
    hostile = utterance("probe:why-metric", "Why is it watch time per session?", quote="", to=1)
    with serving(streams(replies(hostile))) as served:
        talks(settings, served)
        next_stage(browser_of_alice, talking, text=VAGUE, to="design")
    asked = [each.said for each in talking.exchanges.probes()]
    assert asked == ["Which metric counts, and why?", "How much is it at the peak?"]
