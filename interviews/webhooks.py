"""From an event to the address that wants to be told: the only caller of people's webhooks.

A delivery is claimed by a lease, sent outside any transaction, and what became of it is written
in one UPDATE. A worker that dies leaves a lease that runs out.
"""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_network

from django.conf import settings

from interviews import sealing
from interviews.models import WebhookDelivery
from rubrics import outbound

# Longer than any request may take, with all that is around it.
LEASE = timedelta(seconds=6 * outbound.SECONDS)
_MOST = 1000  # deliveries that one sweep rings for


def examine(address: str) -> None:
    """Refuse an address where nothing can be sent. Raises outbound.Failed."""
    outbound.examine(address, _rules())


def to_send(*, now: datetime, interview_id: uuid.UUID | None = None) -> list[uuid.UUID]:
    """Give the deliveries that wait to be sent, those of one interview or all."""
    waiting = WebhookDelivery.objects.to_send(now)
    if interview_id:
        waiting = waiting.filter(interview=interview_id)
    return list(waiting.order_by("next_attempt_at").values_list("pk", flat=True)[:_MOST])


def deliver(delivery_id: uuid.UUID, *, clock: Callable[[], datetime]) -> bool:
    """Send a delivery. False when there was nothing to claim, or it did not arrive."""
    waiting = WebhookDelivery.objects.to_send(clock()).select_related("webhook")
    delivery = waiting.filter(pk=delivery_id).first()
    token = delivery.claim(now=clock(), lease=LEASE) if delivery else None
    if delivery is None or token is None:
        return False
    try:
        answer = _send(delivery, now=clock())
    except (outbound.Failed, sealing.Unreadable) as error:
        _failed(delivery, token, str(error), None, now=clock())
        return False
    if not 200 <= answer.status < 300:
        _failed(delivery, token, _said(answer.status), answer, now=clock())
        return False
    delivery.succeed(token, status=answer.status, now=clock())
    delivery.webhook.note_success()
    return True


def _send(delivery: WebhookDelivery, *, now: datetime) -> outbound.Answer:
    body = json.dumps(delivery.payload, sort_keys=True).encode()
    headers = headers_of(delivery, body, secret=delivery.webhook.secret, now=now)
    return outbound.post(delivery.webhook.address, body, headers, _rules())


def headers_of(
    delivery: WebhookDelivery, body: bytes, *, secret: str, now: datetime
) -> Mapping[str, str]:
    """Give what goes along with a body: what it is, and by whose secret it is signed."""
    moment = int(now.timestamp())
    signed = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "User-Agent": "MLSD-Webhooks/1",
        "MLSD-Event": delivery.event,
        "MLSD-Delivery": str(delivery.pk),
        "MLSD-Signature": f"t={moment},v1={signed.hexdigest()}",
    }


def _rules() -> outbound.Rules:
    return outbound.Rules([ip_network(each) for each in settings.WEBHOOK_ALLOWED_NETWORKS])


def _said(status: int) -> str:
    if 300 <= status < 400:
        return f"It answered {status} and leads elsewhere. Nothing follows: give the final address."
    return f"It answered {status}."


def _failed(
    delivery: WebhookDelivery,
    token: uuid.UUID,
    words: str,
    answer: outbound.Answer | None,
    *,
    now: datetime,
) -> None:
    kept = delivery.fail(
        token,
        words,
        status=answer.status if answer else None,
        answer=answer.text if answer else "",
        wait=wished(answer.retry_after, now=now) if answer else timedelta(),
        now=now,
    )
    if kept:
        delivery.webhook.note_failure(words, now=now)


def wished(retry_after: str, *, now: datetime) -> timedelta:
    """Read a Retry-After header, seconds or a date; no time for anything else."""
    if retry_after.isascii() and retry_after.isdecimal():
        return timedelta(seconds=min(int(retry_after[:9]), 10**6))
    try:
        at = parsedate_to_datetime(retry_after)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return timedelta()
