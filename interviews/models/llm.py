"""Requests to a language model: what they cost, whose turn it is, and what came of each.

Money and turns hold for all workers: they are rows, and a worker that is killed loses both in a
while.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import connection, models, transaction
from django.db.models import Case, F, Q, Sum, When

import rubrics
from interviews.models.interview import Interview

# Any number that no other lock of this database has.
_LOCK = 6_004_002
# Characters of a reply that are kept. What was sent is not: it can be made of the interview again.
_KEPT = 4_000
_REASONS = 20  # why requests came to nothing, the most frequent


class SpendQuerySet(models.QuerySet["LlmSpend"]):
    """What can be asked of many requests' money."""

    def since(self, moment: datetime) -> Self:
        """Those after a moment."""
        return self.filter(at__gt=moment)

    def total(self, now: datetime) -> float:
        """What they cost, with what is held back for those that are under way."""
        held = Case(When(held_until__gte=now, then=F("held")), default=0.0)
        found = self.aggregate(total=Sum(F("cost") + held))
        return float(found["total"] or 0.0)

    def take(
        self,
        *,
        cost: float,
        most: float,
        limit: float | None,
        window: timedelta,
        lease: timedelta,
        now: datetime,
        interview: Interview | None = None,
        limit_each: float | None = None,
    ) -> "LlmSpend | None":
        """Hold back the ``most`` that a request may cost; None where that is over a limit.

        ``limit`` is for all within the ``window``, ``limit_each`` for one interview at any time.

        All that ask wait for each other here, so that each counts those before. ``cost`` is what
        remains booked if nobody ever says what it was: a request that was sent is not free.
        """
        with transaction.atomic():
            limits = []
            if limit is not None:
                limits.append((self.since(now - window), limit))
            if limit_each is not None and interview:
                limits.append((self.filter(interview=interview), limit_each))
            if limits:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if any(spent.total(now) + most > top for spent, top in limits):
                return None
            return self.create(
                at=now,
                cost=cost,
                held=most - cost,
                held_until=now + lease,
                interview=interview,
            )


class LlmSpend(models.Model):
    """What one request cost, in the currency of the prices.

    It outlives the interview that it was for, and says nothing of it then.
    """

    interview = models.ForeignKey(
        Interview, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    cost = models.FloatField()
    held = models.FloatField(default=0, help_text="beyond the cost, until it is known")
    held_until = models.DateTimeField(null=True, blank=True)

    objects = SpendQuerySet.as_manager()

    class Meta:
        """Summed up over a time; never below zero."""

        indexes: ClassVar = [models.Index(fields=["at"], name="llm_spend_at")]
        constraints: ClassVar = [
            models.CheckConstraint(name="llm_spend_counts", condition=Q(cost__gte=0, held__gte=0)),
            models.CheckConstraint(
                name="llm_spend_held_for_a_while",
                condition=Q(held_until__isnull=False) | Q(held=0),
            ),
        ]

    def __str__(self) -> str:
        """When, and how much."""
        return f"{self.cost:.4f} on {self.at:%Y-%m-%d}"

    def settle(self, cost: float) -> None:
        """Book what it was; what was held back is free again."""
        LlmSpend.objects.filter(pk=self.pk).update(cost=cost, held=0, held_until=None)


class TurnManager(models.Manager["LlmTurn"]):
    """The places of those that ask at the same time."""

    def take(self, *, places: int, lease: timedelta, now: datetime) -> "LlmTurn | None":
        """Take one of so many places; None while all are taken."""
        free = Q(held_until__isnull=True) | Q(held_until__lt=now)
        with transaction.atomic():
            first = (
                self.filter(free, number__lte=places)
                .select_for_update(skip_locked=True)
                .order_by("number")
                .first()
            )
            if first is None:
                # More at a time are new places; those that somebody makes at once are the same.
                numbers = set(range(1, places + 1)) - set(self.values_list("number", flat=True))
                self.bulk_create([LlmTurn(number=n) for n in numbers], ignore_conflicts=True)
                return None if not numbers else self.take(places=places, lease=lease, now=now)
            first.held_by, first.held_until = uuid.uuid4(), now + lease
            first.save(update_fields=["held_by", "held_until"])
            return first


class LlmTurn(models.Model):
    """One place of those that may ask at the same time, over all workers."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    held_by = models.UUIDField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)

    objects = TurnManager()

    def __str__(self) -> str:
        """Which."""
        return f"turn {self.number}"

    def give_back(self) -> None:
        """Let the next one have it; no more, if that was so already."""
        mine = LlmTurn.objects.filter(pk=self.pk, held_by=self.held_by)
        mine.update(held_by=None, held_until=None)


class Purpose(models.TextChoices):
    """What a model was asked for."""

    JUDGE = "judge", "Judging"
    INTERVIEWER = "interviewer", "Interviewer"
    CHECK = "check", "Check"
    COMPARISON = "comparison", "Comparison"


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests over a time: how many, how many failed and why (words → how often), seconds."""

    requests: int
    failed: int
    tokens_in: int
    tokens_out: int
    median: float | None
    p95: float | None
    reasons: Sequence[tuple[str, int]]


_FIGURES = """
    SELECT count(*), count(*) FILTER (WHERE failed <> ''),
           coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds)
    FROM interviews_llmcall WHERE at > %s
"""


class CallQuerySet(models.QuerySet["LlmCall"]):
    """What can be asked of many requests."""

    def record(
        self, call: rubrics.Call, purpose: Purpose, interview: Interview | None, *, now: datetime
    ) -> None:
        """Keep what came of a request."""
        self.create(
            purpose=purpose,
            interview=interview,
            criterion=call.criterion[:100],
            model=call.model[:100],
            tokens_in=call.spend.tokens_in,
            tokens_out=call.spend.tokens_out,
            cost=call.spend.cost,
            is_estimate=call.is_estimate,
            seconds=call.seconds,
            failed=call.failed[:300],
            received=call.received[:_KEPT].replace("\x00", ""),
            at=now,
        )

    def figures(self, since: datetime) -> Figures:
        """Sum up those after a moment. Two queries."""
        with connection.cursor() as cursor:
            cursor.execute(_FIGURES, [since])
            requests, failed, tokens_in, tokens_out, median, p95 = cursor.fetchone()
        bad = self.filter(at__gt=since).exclude(failed="").order_by()
        counted = bad.values_list("failed").annotate(times=models.Count("pk"))
        reasons = list(counted.order_by("-times", "failed")[:_REASONS])
        return Figures(requests, failed, int(tokens_in), int(tokens_out), median, p95, reasons)


class LlmCall(models.Model):
    """One request to a model and what came of it. It goes with its interview; its cost stays."""

    purpose = models.CharField(max_length=15, choices=Purpose)
    interview = models.ForeignKey(
        Interview, on_delete=models.CASCADE, null=True, blank=True, related_name="llm_calls"
    )
    criterion = models.CharField(max_length=100, blank=True)
    model = models.CharField(max_length=100)
    tokens_in = models.PositiveBigIntegerField()
    tokens_out = models.PositiveBigIntegerField()
    cost = models.FloatField()
    is_estimate = models.BooleanField(help_text="the server did not say what was used")
    seconds = models.FloatField()
    failed = models.CharField(max_length=300, blank=True, help_text="why nothing came of it")
    received = models.TextField(blank=True, help_text="how the reply begins; it holds no key")
    at = models.DateTimeField()

    objects = CallQuerySet.as_manager()

    class Meta:
        """The latest first."""

        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["-at", "-id"], name="llm_call_latest")]

    def __str__(self) -> str:
        """What for, and by which model."""
        return f"{self.get_purpose_display()} by {self.model}"
