"""Turns, money and records of requests to a model hold for all workers, also when one is killed."""

import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from interviews import llm, second_opinions
from interviews.models import Interview, LlmCall, LlmSpend, LlmTurn, Purpose
from rubrics import Call, LlmSettings, ModelServer, Spend
from rubrics.llm.server import NO_BUDGET
from rubrics.llm.wire import NOT_REACHED
from tests import factories
from tests.factories import NOON
from tests.interviews.models_server import PHRASES, judging
from tests.llm_server import Exchange, completion, fails, honest, reset, says
from tests.races import together

READS = says(honest(PHRASES))
PRICE = (1_000 * 2 + 100 * 8) / 1_000_000
LEASE = timedelta(minutes=1)
commits = pytest.mark.django_db(transaction=True)


def noon() -> datetime:
    return NOON


def take(
    most: float, *, limit: float | None = 1.0, now: datetime = NOON, cost: float = 0.0
) -> LlmSpend | None:
    window = timedelta(days=30)
    return LlmSpend.objects.take(
        cost=cost, most=most, limit=limit, window=window, lease=LEASE, now=now
    )


# --- money ---


@pytest.mark.django_db
def test_what_a_request_may_cost_is_held_back_until_it_is_known() -> None:
    first = take(0.7)
    assert first
    assert take(0.4) is None
    first.settle(0.1)
    assert LlmSpend.objects.all().total(NOON) == pytest.approx(0.1)
    assert take(0.9)
    assert take(0.001) is None
    assert take(99.0, limit=None)


@pytest.mark.django_db
def test_of_a_worker_that_was_killed_only_what_was_sent_stays_booked() -> None:
    assert take(0.9, cost=0.2)
    assert take(0.3) is None
    later = NOON + LEASE + timedelta(seconds=1)
    assert LlmSpend.objects.all().total(later) == pytest.approx(0.2)
    assert take(0.8, now=later)


@pytest.mark.django_db
def test_what_was_spent_before_the_window_counts_no_more() -> None:
    spend = take(1.0)
    assert spend
    spend.settle(1.0)
    assert take(0.5, now=NOON + timedelta(days=29)) is None
    assert take(0.5, now=NOON + timedelta(days=31))


@pytest.mark.django_db
def test_the_database_keeps_no_money_below_zero() -> None:
    with pytest.raises(IntegrityError, match="llm_spend_counts"), transaction.atomic():
        LlmSpend.objects.create(at=NOON, cost=-1)
    with pytest.raises(IntegrityError, match="llm_spend_held"), transaction.atomic():
        LlmSpend.objects.create(at=NOON, cost=0, held=1)


def a_worker(settings: Settings) -> ModelServer:
    """The server as another process sees it: with turns and a breaker of its own."""
    assert settings.LLM
    turns = llm.Turns(settings.LLM, settings.LLM.concurrency, clock=noon)
    return ModelServer(settings.LLM, turns=turns)


@commits
def test_eight_workers_at_once_pass_the_budget_by_one_call_each_at_most(
    bank: None, alice: User, settings: Settings
) -> None:
    texts = [
        {**factories.GOOD, "design": f"Worker {n}. {factories.GOOD['design']}"} for n in range(8)
    ]
    wanted = [factories.submitted(candidate=alice, texts=text) for text in texts]
    wanted = [factories.fresh(each) for each in wanted]
    budget = 20 * PRICE
    with judging(settings, READS, budget=budget, most_tokens=100, concurrency=8) as served:
        workers = [a_worker(settings) for _ in range(8)]

        def work(number: int) -> list[str | None]:
            asked = second_opinions.asked(wanted[number], workers[number], clock=noon)
            return [each.not_judged for each in asked.judgements]

        told = together(*(lambda n=n: work(n) for n in range(8)), seconds=60)
    spent = LlmSpend.objects.all().total(NOON)
    assert spent <= budget + 8 * PRICE
    assert spent == pytest.approx(len(served.got) * PRICE)
    assert spent >= 0.7 * budget
    every = [why for whys in told for why in whys]
    assert {why for why in every if why} == {NO_BUDGET}
    assert every.count(None) == len(served.got)


# --- turns ---


@commits
def test_over_all_workers_so_many_ask_at_once_and_no_more(
    bank: None, alice: User, settings: Settings
) -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def counts(exchange: Exchange) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        exchange.closing.wait(0.03)  # others would come meanwhile
        with lock:
            under_way -= 1
        READS(exchange)

    wanted = [factories.submitted(candidate=alice) for _ in range(4)]
    with judging(settings, counts, concurrency=2) as served:
        workers = [a_worker(settings) for _ in range(4)]
        cards = together(
            *(
                lambda n=n: second_opinions.asked(
                    factories.fresh(wanted[n]), workers[n], clock=noon
                )
                for n in range(4)
            ),
            seconds=60,
        )
    assert most == 2
    assert served.got
    assert all(each.level for card in cards for each in card.judgements)
    assert not LlmTurn.objects.exclude(held_until=None).exists()


@pytest.mark.django_db
def test_a_killed_workers_turn_is_free_after_its_lease() -> None:
    def turn(now: datetime) -> LlmTurn | None:
        return LlmTurn.objects.take(places=2, lease=LEASE, now=now)

    first, second = turn(NOON), turn(NOON)
    assert first
    assert second
    assert {first.number, second.number} == {1, 2}
    assert turn(NOON) is None
    second.give_back()
    assert turn(NOON)
    later = NOON + LEASE + timedelta(seconds=1)
    third = turn(later)
    assert third
    assert third.number == first.number
    first.give_back()  # it was away for too long: the turn is another's
    assert LlmTurn.objects.get(number=third.number).held_by == third.held_by


@commits
def test_judges_threads_keep_no_connection(bank: None, alice: User, settings: Settings) -> None:
    interview = factories.fresh(factories.submitted(candidate=alice))
    with judging(settings, READS):
        second_opinions.asked(interview, a_worker(settings), clock=noon)
    connection.close()
    stats = connection.pool.get_stats()  # type: ignore[attr-defined]  # Postgres has it
    assert stats["pool_available"] == stats["pool_size"]


# --- records, and what staff see ---


def a_call(*, failed: str = "", seconds: float = 1.0) -> Call:
    return Call(
        criterion="goal", model="m", failed=failed, spend=Spend(10, 20, 0.5), is_estimate=False,
        seconds=seconds, sent="{}", received="x" * 9_000 + "\x00",
    )  # fmt: skip


@pytest.mark.django_db
def test_figures_say_how_many_how_long_and_why_not() -> None:
    for seconds in range(1, 21):
        LlmCall.objects.record(a_call(seconds=seconds), Purpose.JUDGE, None, now=NOON)
    for _ in range(2):
        LlmCall.objects.record(a_call(failed="Too busy."), Purpose.CHECK, None, now=NOON)
    old = NOON - timedelta(days=9)
    LlmCall.objects.record(a_call(failed="Old."), Purpose.JUDGE, None, now=old)
    figures = LlmCall.objects.figures(NOON - timedelta(days=1))
    assert (figures.requests, figures.failed, figures.tokens_in) == (22, 2, 220)
    assert figures.reasons == [("Too busy.", 2)]
    assert figures.median == pytest.approx(9.5)
    assert figures.p95 == pytest.approx(18.95)
    assert len(LlmCall.objects.all()[0].received) == 4_000


@pytest.mark.django_db
def test_where_nothing_was_ever_asked_there_is_nothing_to_say() -> None:
    assert llm.status(now=NOON) is None
    assert llm.check(clock=noon) == "No model is set up."
    assert LlmCall.objects.figures(NOON).median is None


@commits
def test_a_check_asks_for_next_to_nothing_and_says_what_is_wrong(settings: Settings) -> None:
    with judging(settings, fails("200 OK", body=completion('{"ready": true}'))) as served:
        assert llm.check(clock=noon) == ""
        (exchange,) = served.got
        assert len(exchange.said) < 100
    with judging(settings, reset):
        assert llm.check(clock=noon) == NOT_REACHED
    with judging(settings, READS, budget=0.0):
        assert llm.check(clock=noon) == NO_BUDGET
    status = llm.status(now=NOON)
    assert status
    assert [(call.purpose, call.failed) for call in LlmCall.objects.order_by("pk")] == [
        ("check", ""),
        ("check", NOT_REACHED),
    ]
    assert (status.is_used_up, status.figures.failed, len(status.failures)) == (True, 1, 1)


@commits
def test_a_check_asks_each_model_once_and_names_the_one_that_fails(settings: Settings) -> None:
    ready = fails("200 OK", body=completion('{"ready": true}'))
    with judging(settings, ready, fails("401 No")) as served:
        settings.LLM_INTERVIEWER_MODEL = "small"
        assert llm.check(clock=noon) == "small: The model's server refused the key."
        assert [each.body["model"] for each in served.got] == ["m", "small"]
    with judging(settings, ready) as served:
        settings.LLM_INTERVIEWER_MODEL = "m"
        assert llm.check(clock=noon) == ""
        assert len(served.got) == 1


def test_judges_and_comparisons_leave_a_turn_to_the_interviewer(settings: Settings) -> None:
    of = LlmSettings(base_url="http://127.0.0.1:9/v1", model="m", concurrency=4)
    assert {llm.places(of, each) for each in Purpose} == {4}
    settings.LLM_INTERVIEWER_MODEL = "m"
    places = {each.value: llm.places(of, each) for each in Purpose}
    assert places == {"judge": 3, "comparison": 3, "interviewer": 4, "check": 4}
    assert {llm.places(replace(of, concurrency=1), each) for each in Purpose} == {1}


def test_at_most_half_of_the_threads_wait_for_a_models_words(settings: Settings) -> None:
    most = settings.WEB_THREADS // 2
    with ExitStack() as talking:
        assert [talking.enter_context(llm.may_talk()) for _ in range(most)] == [True] * most
        with llm.may_talk() as free:
            assert not free
        with llm.may_talk() as free:  # who was not let in gives nothing back
            assert not free
    with llm.may_talk() as free:
        assert free


def test_what_was_asked_goes_with_the_interview_and_its_cost_stays(bank: None, alice: User) -> None:
    interview = factories.submitted(candidate=alice)
    LlmCall.objects.record(a_call(), Purpose.JUDGE, interview, now=NOON)
    assert take(0.5)
    Interview.objects.filter(pk=interview.pk).delete()
    assert not LlmCall.objects.exists()
    assert LlmSpend.objects.exists()
