"""How far raters agree, as it was measured last."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Max, Q

from interviews.models.scorecard import Scorecard


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """The one row that there is."""

    def latest_one(self) -> "Agreement | None":
        """Give what was measured last; None before anything was."""
        return self.filter(pk=1).first()

    def is_due(self, *, now: datetime, gap: timedelta) -> bool:
        """Whether people have scored anything since it was measured, and that is a while ago."""
        found = self.latest_one()
        if found and found.made_at > now - gap:
            return False
        newest = Scorecard.objects.filter(review__isnull=False).aggregate(newest=Max("pk"))
        return (newest["newest"] or 0) > (found.upto if found else 0)

    def keep(self, document: dict[str, Any], *, upto: int, now: datetime) -> None:
        """Replace what was measured before."""
        self.update_or_create(pk=1, defaults={"document": document, "upto": upto, "made_at": now})


class Agreement(models.Model):
    """Figures over all that people have scored, so that a page need not compute them."""

    document = models.JSONField()
    upto = models.BigIntegerField(help_text="the last scorecard that is in it")
    made_at = models.DateTimeField()

    objects = AgreementQuerySet.as_manager()

    class Meta:
        """One row."""

        constraints: ClassVar = [
            models.CheckConstraint(name="agreement_one_row", condition=Q(pk=1))
        ]

    def __str__(self) -> str:
        """When."""
        return f"agreement of {self.made_at:%Y-%m-%d %H:%M}"
