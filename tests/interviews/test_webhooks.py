"""From an event to somebody else's server, a real one, and what becomes of it there."""

import logging
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from celery.app.base import Celery
from django.contrib.auth.models import User
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from interviews import tasks, webhooks
from interviews.models import Interview, Webhook, WebhookDelivery
from interviews.models.webhook import TRIES, pause
from mlsd_app.celery import app
from rubrics import outbound
from tests import factories, receiver
from tests.factories import NOON
from tests.races import at_once
from tests.receiver import Receiver, receiving

DOCS = Path(__file__).parents[2] / "docs/webhooks.md"
MINUTE = timedelta(minutes=1)


def documented() -> Callable[[str, str, bytes, float], bool]:
    """The receiver's check, as the documentation gives it."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    given: dict[str, Callable[[str, str, bytes, float], bool]] = {}
    exec(code, given)
    return given["is_from_mlsd"]


@pytest.fixture(autouse=True)
def local(settings: Settings) -> None:
    """This machine is one of the operator's own."""
    settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def interview(bank: None, alice: User, ines: User) -> Interview:
    """Handed in; Ines wants to be told where nobody listens yet."""
    factories.a_webhook(by=ines)
    return factories.handed_in_by_invitation(candidate=alice, by=ines)


def deliver(there: Receiver | None = None, *, now: datetime = NOON) -> WebhookDelivery:
    """Send the one delivery that there is; gives it as it stands then."""
    if there:
        Webhook.objects.update(address=there.address)
    waiting = WebhookDelivery.objects.get()
    arrived = webhooks.deliver(waiting.pk, clock=lambda: now)
    kept = WebhookDelivery.objects.get()
    assert arrived == (kept.state == "delivered")
    return kept


def rung(celery: Celery = app) -> list[str]:
    """Take every message out of the queue of slow hosts; gives the arguments of each."""
    arguments = []
    with celery.connection_for_read() as connection:
        queue = connection.SimpleQueue("llm")
        while queue.qsize():
            message = queue.get_nowait()
            arguments.extend(message.payload[0])
            message.ack()
        queue.close()
    return arguments


# --- what is sent ---------------------------------------------------------------------------


def test_it_arrives_signed_so_that_the_documented_check_lets_it_in(interview: Interview) -> None:
    with receiving(receiver.answer("204 No Content")) as there:
        kept = deliver(there)
    (got,) = there.got
    assert (kept.state, kept.attempts, kept.last_status, kept.delivered_at) == (
        "delivered",
        1,
        204,
        NOON,
    )
    assert got.headers["mlsd-event"] == "submitted"
    assert got.headers["mlsd-delivery"] == str(kept.pk)
    assert got.headers["content-type"] == "application/json"
    is_from_mlsd, secret = documented(), Webhook.objects.get().secret
    signature, moment = got.headers["mlsd-signature"], NOON.timestamp()
    assert is_from_mlsd(secret, signature, got.body, moment + 299)
    assert not is_from_mlsd(secret, signature, got.body, moment + 301)
    assert not is_from_mlsd(secret, signature, got.body + b" ", moment)
    assert not is_from_mlsd(f"{secret}x", signature, got.body, moment)
    forged = signature.replace(str(int(moment)), str(int(moment) + 1))
    assert not is_from_mlsd(secret, forged, got.body, moment)
    for nonsense in ("", "t=,v1=", "v1=ä", "t=٣,v1=x"):
        assert not is_from_mlsd(secret, nonsense, got.body, moment)


def test_every_field_and_header_is_documented(interview: Interview) -> None:
    with receiving() as there:
        kept = deliver(there)
    words = DOCS.read_text()
    for name in (*kept.payload, "scored_by", "MLSD-Event", "MLSD-Delivery", "MLSD-Signature"):
        assert name in words


def test_a_new_secret_signs_from_then_on(interview: Interview) -> None:
    new = Webhook.objects.get().renew_secret()
    with receiving() as there:
        deliver(there)
    got = there.got[0]
    assert documented()(new, got.headers["mlsd-signature"], got.body, NOON.timestamp())


# --- what goes wrong ------------------------------------------------------------------------


def test_after_a_failure_the_same_comes_again_later(interview: Interview) -> None:
    with receiving(receiver.answer("500 Oh", body=b"no disk"), receiver.answer()) as there:
        kept = deliver(there)
        assert (kept.state, kept.last_status, kept.last_error, kept.last_answer) == (
            "waiting",
            500,
            "It answered 500.",
            "no disk",
        )
        assert Webhook.objects.get().failures == 1
        again = NOON + pause(1, kept.pk)
        assert kept.next_attempt_at == again
        assert deliver(now=again - MINUTE / 60).attempts == 1
        kept = deliver(now=again)
    assert (kept.state, kept.attempts, kept.last_error, kept.last_answer) == (
        "delivered",
        2,
        "",
        "",
    )
    assert Webhook.objects.get().failures == 0
    first, second = there.got
    assert first.body == second.body
    assert first.headers["mlsd-signature"] != second.headers["mlsd-signature"]


def test_it_is_given_up_after_so_many_attempts_and_can_be_begun_anew(
    interview: Interview,
) -> None:
    now = NOON
    with receiving(receiver.answer("503 Away")) as there:
        kept = deliver(there, now=now)
        while kept.state == "waiting":
            now = kept.next_attempt_at
            kept = deliver(now=now)
        assert (kept.state, kept.attempts, len(there.got)) == ("failed", TRIES, TRIES)
        assert timedelta(hours=23) < now - NOON < timedelta(hours=29)
        assert deliver(now=kept.next_attempt_at).attempts == TRIES
        assert kept.repeat(now=now)
        assert deliver(now=now).state == "waiting"


@pytest.mark.parametrize(
    ("wish", "wait"),
    [
        ("600", timedelta(minutes=10)),
        ("Mon, 02 Mar 2026 13:00:00 GMT", timedelta(hours=1)),
        ("9999999999", timedelta(hours=12)),
        ("1", None),
        ("soon", None),
        ("-5", None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999999", None),
        ("Mon, 02 Mar 2026 11:00:00 GMT", None),
    ],
)
def test_a_receiver_that_asks_for_time_gets_it_within_reason(
    interview: Interview, wish: str, wait: timedelta | None
) -> None:
    busy = receiver.answer("429 Too Many Requests", f"Retry-After: {wish}")
    with receiving(busy) as there:
        kept = deliver(there)
    assert kept.next_attempt_at - NOON == (wait or pause(1, kept.pk))


def test_a_redirect_has_failed_and_says_so(interview: Interview) -> None:
    with receiving(receiver.answer("301 Moved", "Location: http://127.0.0.1:1/")) as there:
        kept = deliver(there)
    assert (kept.state, kept.last_status) == ("waiting", 301)
    assert "give the final address" in kept.last_error


def test_a_connection_that_breaks_off_has_failed(interview: Interview) -> None:
    with receiving(receiver.reset) as there:
        kept = deliver(there)
    assert (kept.state, kept.last_status) == ("waiting", None)
    assert "broke off" in kept.last_error


def test_an_endless_answer_fits_into_the_log(interview: Interview) -> None:
    with receiving(receiver.endless) as there:
        kept = deliver(there)
    assert kept.last_answer.startswith("<b>much </b>")


def test_an_address_that_leads_into_a_private_network_by_now_gets_nothing(
    interview: Interview, settings: Settings
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    with receiving() as there:
        Webhook.objects.update(address=there.address.replace("http:", "https:"))
        kept = deliver()
        assert there.connected == 0
    assert (kept.state, "private network" in kept.last_error) == ("waiting", True)


def test_a_secret_that_cannot_be_read_sends_nothing(
    interview: Interview, settings: Settings
) -> None:
    settings.SECRET_KEY = "another"
    with receiving() as there:
        kept = deliver(there)
        assert there.connected == 0
    assert "make a new one" in kept.last_error


def test_a_test_is_tried_once(ines: User) -> None:
    webhook, _ = factories.a_webhook(by=ines)
    webhook.deliveries.ping(webhook, now=NOON)
    with receiving(receiver.answer("404 Not Found")) as there:
        kept = deliver(there)
    assert (kept.state, there.got[0].headers["mlsd-event"]) == ("failed", "ping")


def test_what_is_gone_or_paused_is_not_sent(interview: Interview) -> None:
    assert not webhooks.deliver(uuid.UUID(int=5), clock=lambda: NOON)
    Webhook.objects.get().pause(now=NOON)
    assert deliver().attempts == 0


def test_the_lease_is_longer_than_any_request() -> None:
    assert timedelta(seconds=3 * outbound.SECONDS) < webhooks.LEASE


# --- the queue ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once(interview: Interview) -> None:
    def work() -> bool:
        return webhooks.deliver(WebhookDelivery.objects.get().pk, clock=lambda: NOON)

    with receiving() as there:
        Webhook.objects.update(address=there.address)
        done = at_once(lambda: list(WebhookDelivery.objects.select_for_update()), work, work)
        assert sorted(done) == [False, True]
        assert len(there.got) == 1


def test_a_killed_worker_s_delivery_is_rung_for_again(
    interview: Interview,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung()
    waiting = WebhookDelivery.objects.get()
    assert waiting.claim(now=NOON, lease=webhooks.LEASE)
    assert webhooks.to_send(now=NOON + webhooks.LEASE) == []
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()  # at the real time, which is later
    assert rung() == [str(waiting.pk)]


def test_with_the_queue_away_nothing_is_lost(
    interview: Interview,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung()
    waiting = WebhookDelivery.objects.get()
    queue = Path(settings.MLSD_VAR) / "queue"
    away = queue.rename(queue.with_name("away"))
    try:
        with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
            tasks.ring_webhooks(interview.pk)
    finally:
        away.rename(queue)
    assert f"no queue to ring for delivery {waiting.pk}" in caplog.text
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()
    assert rung() == [str(waiting.pk)]


def test_the_task_sends_the_delivery_whose_id_it_carries(interview: Interview) -> None:
    with receiving() as there:
        Webhook.objects.update(address=there.address)
        tasks.deliver(str(WebhookDelivery.objects.get().pk))
    assert WebhookDelivery.objects.get().state == "delivered"


def test_grading_rings_for_what_it_has_to_tell(
    interview: Interview,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.grade(str(interview.pk))
    assert set(rung()) == {str(each.pk) for each in WebhookDelivery.objects.all()}
    assert WebhookDelivery.objects.count() == 2
