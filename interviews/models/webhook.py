"""A webhook: where somebody wants to be told of their interviews, and what they are told.

The deliveries are the queue: written in the transaction of what they tell, taken by a lease.
"""

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from interviews import flow, sealing
from interviews.models.interview import Interview
from interviews.models.invitation import LEAD, RATERS
from interviews.models.scorecard import Scorecard

# So often a delivery is tried, over about a day; a test once, for somebody waits for it.
TRIES = 8
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=12)
# After so many failures in a row, over so long at least, a webhook is stopped.
_FAILURES, _FAILING_FOR = 20, timedelta(days=1)


class Event(models.TextChoices):
    """What is told."""

    SUBMITTED = "submitted", "Handed in"
    SCORED = "scored", "Scored"
    RELEASED = "released", "Released"
    PING = "ping", "Test"


# Those that a person chooses from.
EVENTS = (Event.SUBMITTED, Event.SCORED, Event.RELEASED)


def pause(attempts: int, key: uuid.UUID) -> timedelta:
    """How long to wait after so many failed attempts: 30 seconds, four times that, up to 12 hours.

    Up to a fifth more, by the delivery's own key: what failed together does not come together.
    """
    wait = min(_FIRST_PAUSE * 4.0 ** (attempts - 1), _LONGEST_PAUSE)
    return wait * (1 + key.int % 1000 / 5000)


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """What can be asked of many webhooks."""

    def visible_to(self, user: User | AnonymousUser, *, is_lead: bool) -> Self:
        """Those that a person may see: their own, and all for a lead."""
        return self if is_lead else self.filter(by_id=user.pk)

    def of_raters(self) -> Self:
        """Those of people who may still invite and score."""
        return self.filter(by__in=User.objects.filter(is_active=True, groups__name__in=RATERS))

    def of_leads(self) -> Self:
        """Those of people who may see what anybody invited to."""
        return self.filter(by__in=User.objects.filter(is_active=True, groups__name=LEAD))

    def wanting(self, event: Event, *, invited_by: int) -> Self:
        """Those that want to be told of an event of an interview, and may be."""
        wanting = self.filter(events__contains=[event])
        return wanting.of_leads() | wanting.of_raters().filter(by=invited_by)

    def create_with_secret(
        self, *, key: uuid.UUID, by: User, address: str, events: Iterable[str], now: datetime
    ) -> "tuple[Webhook, str] | None":
        """Make one, and give its secret, which is shown once. None when the key did so before."""
        secret = _secret()
        webhook, is_new = self.get_or_create(
            id=key,
            defaults={
                "by": by,
                "address": address,
                "events": list(events),
                "sealed_secret": sealing.seal(secret),
                "created_at": now,
            },
        )
        return (webhook, secret) if is_new else None


def _secret() -> str:
    return f"mlsd_{secrets.token_urlsafe(32)}"


class Webhook(models.Model):
    """An address that is told of events. Neither changes: who wants others adds a webhook.

    ``paused_at`` is a person's wish, ``stopped_at`` what became of failures; either way deliveries
    wait. The secret is sealed, for a signature needs it again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="webhooks")
    address = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=10, choices=Event))
    sealed_secret = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_for = models.CharField(max_length=300, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    failing_since = models.DateTimeField(null=True, blank=True)

    objects = WebhookQuerySet.as_manager()

    if TYPE_CHECKING:
        deliveries: "DeliveryQuerySet"

    class Meta:
        """The latest first; at least one event."""

        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="webhook_wants_something", condition=Q(events__len__gt=0)),
            models.CheckConstraint(
                name="webhook_stopped_for_something",
                condition=Q(stopped_at__isnull=True, stopped_for="")
                | Q(Q(stopped_at__isnull=False), ~Q(stopped_for="")),
            ),
            models.CheckConstraint(
                name="webhook_failing_has_moment",
                condition=Q(failures=0, failing_since__isnull=True)
                | Q(failures__gt=0, failing_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Its address."""
        return self.address

    @property
    def state(self) -> str:
        """What it does: sending, paused, or stopped."""
        if self.stopped_at:
            return "stopped"
        return "paused" if self.paused_at else "sending"

    @property
    def event_names(self) -> list[str]:
        """What it is told of, in words, in their order."""
        return [event.label for event in EVENTS if event in self.events]

    @property
    def secret(self) -> str:
        """What deliveries are signed with. Raises ``sealing.Unreadable``: make a new one then."""
        return sealing.unseal(self.sealed_secret)

    def renew_secret(self) -> str:
        """Sign with a new secret from now on; gives it, this once."""
        secret = _secret()
        Webhook.objects.filter(pk=self.pk).update(sealed_secret=sealing.seal(secret))
        return secret

    def pause(self, *, now: datetime) -> bool:
        """Send nothing for a while. False when nothing was being sent."""
        going = Webhook.objects.filter(pk=self.pk, paused_at=None, stopped_at=None)
        return bool(going.update(paused_at=now))

    def resume(self, *, now: datetime) -> bool:
        """Send again, at once what waits. False when it was sending."""
        with transaction.atomic():
            standing = Webhook.objects.filter(pk=self.pk).exclude(paused_at=None, stopped_at=None)
            resumed = standing.update(
                paused_at=None, stopped_at=None, stopped_for="", failures=0, failing_since=None
            )
            if resumed:
                waiting = self.deliveries.filter(state=WebhookDelivery.State.WAITING)
                waiting.update(next_attempt_at=now)
        return bool(resumed)

    def note_success(self) -> None:
        """It works: what failed before counts no more."""
        Webhook.objects.filter(pk=self.pk, failures__gt=0).update(failures=0, failing_since=None)

    def note_failure(self, words: str, *, now: datetime) -> None:
        """Count a failure; stop after many in a row, over a day."""
        mine = Webhook.objects.filter(pk=self.pk)
        mine.update(failures=F("failures") + 1, failing_since=Coalesce("failing_since", now))
        worn = mine.filter(failures__gte=_FAILURES, failing_since__lte=now - _FAILING_FOR)
        worn.filter(stopped_at=None).update(stopped_at=now, stopped_for=words[:300])


class DeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """What can be asked of many deliveries."""

    def to_send(self, now: datetime) -> Self:
        """Those that are due, that nobody is sending, and whose receiver may still be told."""
        hooks = Webhook.objects.filter(paused_at=None, stopped_at=None)
        raters = Q(webhook__in=hooks.of_raters())
        own = Q(interview__isnull=True) | Q(interview__invitation__by=F("webhook__by"))
        return self.due(now).filter(Q(webhook__in=hooks.of_leads()) | (raters & own))

    def due(self, now: datetime) -> Self:
        """Those whose next attempt is due and that nobody is sending: their own columns alone."""
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        return self.filter(free, state=WebhookDelivery.State.WAITING, next_attempt_at__lte=now)

    def tell_submitted(self, interview: Interview, *, now: datetime) -> None:
        """Have it told that an interview was handed in."""
        self._tell(Event.SUBMITTED, interview, now=now, state=flow.State.SUBMITTED)

    def tell_scored(self, interview: Interview, card: Scorecard, *, now: datetime) -> None:
        """Have it told that there is a scorecard, and whether a machine made it: not what it says.

        Who scores blind may be told, too.
        """
        by = "judge" if card.review_id is None else "person"
        # The machine's scorecard and the state are written together, the state last.
        state = flow.State.SCORED if by == "judge" else flow.State(interview.state)
        self._tell(Event.SCORED, interview, scorecard=card, now=now, state=state, scored_by=by)

    def tell_released(self, interview: Interview, *, now: datetime) -> None:
        """Have it told that the candidate may see the result."""
        self._tell(Event.RELEASED, interview, now=now, state=flow.State(interview.state))

    def _tell(
        self,
        event: Event,
        interview: Interview,
        *,
        now: datetime,
        state: flow.State,
        scorecard: Scorecard | None = None,
        **more: str,
    ) -> None:
        """Write a delivery for everybody who wants one; what is written already stays."""
        invitation = interview.invitation
        hooks = Webhook.objects.wanting(event, invited_by=invitation.by_id) if invitation else []
        if not hooks:
            return
        said_of = Interview.objects.values_list("version__question__slug", "version__number")
        question, version = said_of.get(pk=interview.pk)
        said = {
            "interview": str(interview.pk),
            "invitation": str(interview.invitation_id),
            "question": question,
            "version": version,
            "state": state.value,
            **more,
        }
        self.bulk_create(
            [
                _delivery(hook, event, said, now=now, interview=interview, scorecard=scorecard)
                for hook in hooks
            ],
            ignore_conflicts=True,
        )

    def ping(self, webhook: Webhook, *, now: datetime) -> "WebhookDelivery":
        """Have a test sent."""
        delivery = _delivery(webhook, Event.PING, {}, now=now)
        delivery.save(force_insert=True)
        return delivery


def _delivery(
    webhook: Webhook, event: Event, said: dict[str, Any], *, now: datetime, **of: Any
) -> "WebhookDelivery":
    key = uuid.uuid4()
    payload = {"id": str(key), "event": event.value, "at": now.isoformat(), **said}
    return WebhookDelivery(
        id=key,
        webhook=webhook,
        event=event,
        payload=payload,
        created_at=now,
        next_attempt_at=now,
        **of,
    )


class WebhookDelivery(models.Model):
    """One event for one webhook, tried until it arrived or was tried often enough.

    Its id goes along, the same with every attempt: the receiver knows what it has already.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=10, choices=Event)
    interview = models.ForeignKey(
        Interview, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    scorecard = models.ForeignKey(
        Scorecard, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    payload = models.JSONField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    leased_by = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_answer = models.CharField(max_length=500, blank=True, help_text="how it begins, if not ok")
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        """Each thing once for a webhook, but for tests; the log and the queue quick to read."""

        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["webhook", "-created_at", "-id"], name="delivery_log"),
            models.Index(
                fields=["next_attempt_at"], name="delivery_waiting", condition=Q(state="waiting")
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="delivery_once",
                fields=["webhook", "event", "interview"],
                condition=Q(scorecard__isnull=True, interview__isnull=False),
            ),
            models.UniqueConstraint(
                name="delivery_once_a_scorecard",
                fields=["webhook", "event", "scorecard"],
                condition=Q(scorecard__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_is_of_its_event",
                condition=Q(event="ping", interview__isnull=True, scorecard__isnull=True)
                | Q(event="scored", interview__isnull=False, scorecard__isnull=False)
                | Q(
                    event__in=["submitted", "released"],
                    interview__isnull=False,
                    scorecard__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="delivery_delivered_has_moment",
                condition=Q(state="delivered", delivered_at__isnull=False)
                | Q(~Q(state="delivered"), delivered_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """Event and state."""
        return f"{self.event}: {self.state}"

    @property
    def can_be_repeated(self) -> bool:
        """Whether it is over, one way or the other."""
        return self.state != self.State.WAITING

    def claim(self, *, now: datetime, lease: timedelta) -> uuid.UUID | None:
        """Take it for a while; None when it is not there to take.

        The attempt and the next one are written here: a worker that dies gives nothing back.
        """
        token = uuid.uuid4()
        free = WebhookDelivery.objects.due(now).filter(pk=self.pk, attempts=self.attempts)
        taken = free.update(
            leased_by=token,
            leased_until=now + lease,
            attempts=F("attempts") + 1,
            tried_at=now,
            next_attempt_at=now + lease + pause(self.attempts + 1, self.pk),
        )
        if not taken:
            return None
        self.attempts += 1
        return token

    def succeed(self, token: uuid.UUID, *, status: int, now: datetime) -> bool:
        """It arrived. False when the lease was lost meanwhile."""
        return self._end(
            token,
            state=self.State.DELIVERED,
            delivered_at=now,
            last_status=status,
            last_error="",
            last_answer="",
        )

    def fail(
        self,
        token: uuid.UUID,
        words: str,
        *,
        status: int | None,
        answer: str,
        wait: timedelta,
        now: datetime,
    ) -> bool:
        """It did not arrive; try again, after ``wait`` at the earliest, unless it was the last."""
        is_over = self.attempts >= (1 if self.event == Event.PING else TRIES)
        wait = max(pause(self.attempts, self.pk), min(wait, _LONGEST_PAUSE))
        return self._end(
            token,
            state=self.State.FAILED if is_over else self.State.WAITING,
            next_attempt_at=now + wait,
            last_status=status,
            last_error=words[:300],
            last_answer=answer,
        )

    def _end(self, token: uuid.UUID, **found: object) -> bool:
        mine = WebhookDelivery.objects.filter(pk=self.pk, leased_by=token, state=self.State.WAITING)
        return bool(mine.update(leased_by=None, leased_until=None, **found))

    def repeat(self, *, now: datetime) -> bool:
        """Send it once more, with all its attempts. False while it waits to be sent anyway."""
        over = WebhookDelivery.objects.filter(pk=self.pk).exclude(state=self.State.WAITING)
        return bool(
            over.update(
                state=self.State.WAITING, attempts=0, next_attempt_at=now, delivered_at=None
            )
        )
