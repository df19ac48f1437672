"""When the sweep ran: how the server knows that it was away itself."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models, transaction
from django.db.models import Q


class SweepManager(models.Manager["Sweep"]):
    """The one row that there is."""

    def note(self, *, now: datetime, gap: timedelta) -> "Sweep":
        """Note that the sweep runs now. After more than ``gap`` without it, it was away."""
        with transaction.atomic():
            row, _ = self.select_for_update().get_or_create(pk=1, defaults={"ran_at": now})
            if now - row.ran_at > gap:
                row.away_since, row.back_at = row.ran_at, now
            row.ran_at = max(now, row.ran_at)
            row.save()
        return row


class Sweep(models.Model):
    """The last run of the sweep, and the last time that it was away: since when, back when."""

    ran_at = models.DateTimeField()
    away_since = models.DateTimeField(null=True, blank=True)
    back_at = models.DateTimeField(null=True, blank=True)

    objects = SweepManager()

    class Meta:
        """One row."""

        constraints: ClassVar = [models.CheckConstraint(name="sweep_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        """When it ran."""
        return f"{self.ran_at:%Y-%m-%d %H:%M:%S}"

    def due_before(self, now: datetime, *, wait: timedelta) -> datetime:
        """Before which moment an answer must have been due to be handed in now.

        Back after an outage, the server waits a while with what fell due meanwhile: pages come
        back too, with texts that they kept and with claims for the time that was lost.
        """
        if self.away_since and self.back_at and now < self.back_at + wait:
            return self.away_since
        return now
