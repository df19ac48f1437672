"""The door to webhooks: a person's own, and all of them for a lead."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from interviews.access.roles import Person, interviewer_or_404
from interviews.access.roles import is_lead as is_lead
from interviews.models import Webhook, WebhookDelivery

PER_PAGE = 25
# A person has so many webhooks at most: each event is sent to all of them.
MOST = 20
Found = Webhook  # views name the type, and only the type


def _visible_to(person: Person) -> QuerySet[Webhook]:
    user = interviewer_or_404(person)
    return Webhook.objects.visible_to(user, is_lead=is_lead(user)).select_related("by")


def webhooks(person: Person) -> Sequence[Webhook]:
    """Give the webhooks that a person may see."""
    return list(_visible_to(person)[:200])


def webhook_or_404(person: Person, webhook_id: uuid.UUID) -> Webhook:
    """Give a webhook that a person may see."""
    return get_object_or_404(_visible_to(person), pk=webhook_id)


def may_add(person: Person) -> bool:
    """Whether a person may have one more."""
    return Webhook.objects.filter(by=interviewer_or_404(person)).count() < MOST


def add(
    person: Person, address: str, events: Iterable[str], *, key: uuid.UUID, now: datetime
) -> tuple[Webhook, str] | None:
    """Make a webhook, and give it with its secret; None when the same key did so before."""
    user = interviewer_or_404(person)
    return Webhook.objects.create_with_secret(
        key=key, by=user, address=address, events=events, now=now
    )


@dataclass(frozen=True, slots=True)
class Log:
    """A page of a webhook's deliveries, the latest first, and where to go on."""

    rows: Sequence[WebhookDelivery]
    after: str


def log(webhook: Webhook, after: str) -> Log:
    """Give the deliveries behind a place, as ``Log.after`` named it; all for one that is none."""
    found = webhook.deliveries.select_related(
        "interview__invitation", "interview__version__question"
    ).defer("payload")
    rows = list(_behind(found, after)[: PER_PAGE + 1])
    last = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
    place = f"{last.created_at.isoformat()}_{last.pk}" if last else ""
    return Log(rows[:PER_PAGE], place)


def _behind(found: QuerySet[WebhookDelivery], after: str) -> QuerySet[WebhookDelivery]:
    at, _, pk = after.partition("_")
    try:
        passed, key = datetime.fromisoformat(at).astimezone(UTC), uuid.UUID(pk)
    except (ValueError, OverflowError):
        return found
    return found.filter(Q(created_at__lt=passed) | Q(created_at=passed, pk__lt=key))


def delivery_or_404(
    person: Person, webhook_id: uuid.UUID, delivery_id: uuid.UUID
) -> WebhookDelivery:
    """Give a delivery of a webhook that a person may see."""
    webhook = webhook_or_404(person, webhook_id)
    return get_object_or_404(webhook.deliveries, pk=delivery_id)


def ping(webhook: Webhook, *, now: datetime) -> uuid.UUID:
    """Have a test sent; gives its id."""
    return webhook.deliveries.ping(webhook, now=now).pk
