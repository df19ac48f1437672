"""How far raters agree, as it was measured last, and where they did not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Abs

from interviews.models.interview import Interview
from interviews.models.scorecard import Scorecard
from rubrics.models import Question


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


class DisagreementQuerySet(models.QuerySet["Disagreement"]):
    """What can be asked of many disagreements."""

    def keep(self, found: Sequence["Disagreement"]) -> None:
        """Keep these and no others. One that is there stays as it is: scorecards do not change."""
        natural = ("interview_id", "criterion", "one", "other")
        wanted = {(str(each.interview_id), each.criterion, each.one, each.other) for each in found}
        with transaction.atomic():
            there = self.values_list("pk", *natural)
            gone = [pk for pk, interview, *rest in there if (str(interview), *rest) not in wanted]
            self.filter(pk__in=gone).delete()
            self.bulk_create(found, ignore_conflicts=True)

    def largest_first(self) -> Self:
        """In the order of the page: the largest gap first, of equal ones the latest."""
        return self.order_by("-gap", "-at", "-pk")

    def behind(self, gap: int, at: datetime, pk: int) -> Self:
        """Those that come after one of this gap, time and id in that order."""
        same = Q(gap=gap)
        return self.filter(Q(gap__lt=gap) | same & Q(at__lt=at) | same & Q(at=at, pk__lt=pk))

    def of(self, who: str) -> Self:
        """Those in which somebody has a part: ``rater:<id>`` or ``judge:<name>``."""
        return self.filter(Q(one=who) | Q(other=who))


class Disagreement(models.Model):
    """Two who gave one criterion of one answer different levels, scored blind.

    ``one`` is a person, ``rater:<id>``; ``other`` is another, or a machine, ``judge:<name>``.
    """

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="+")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    criterion = models.CharField(max_length=100)
    one = models.CharField(max_length=130)
    other = models.CharField(max_length=130)
    one_level = models.PositiveSmallIntegerField()
    other_level = models.PositiveSmallIntegerField()
    gap = models.GeneratedField(
        expression=Abs(F("one_level") - F("other_level")),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    at = models.DateTimeField(help_text="when the second of the two scored")

    objects = DisagreementQuerySet.as_manager()

    class Meta:
        """Two people once a criterion; levels that differ; found in the order of the page."""

        indexes: ClassVar = [models.Index(fields=["-gap", "-at", "-id"], name="disagreement_order")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="disagreement_once", fields=["interview", "criterion", "one", "other"]
            ),
            models.CheckConstraint(
                name="disagreement_levels",
                condition=Q(one_level__range=(1, 4), other_level__range=(1, 4))
                & ~Q(one_level=F("other_level")),
            ),
        ]

    def __str__(self) -> str:
        """Criterion and both levels."""
        return f"{self.criterion}: {self.one_level} and {self.other_level}"
