"""A rescore: what past interviews would score by a newer version's rubric, and then what they do.

The row is the queue, as a submitted interview is: a worker takes it by a lease, does a batch and
gives it back.
"""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q

import rubrics
from interviews import flow
from interviews.models.interview import Interview
from interviews.models.scorecard import Scorecard
from rubrics.models import QuestionVersion, documents_of

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

# So many interviews are looked at by one rescore, the latest first; another one takes the rest.
MOST = 5_000
# An answer at which a worker broke off so often is left alone.
TRIES = 3


class RescoreQuerySet(models.QuerySet["Rescore"]):
    """What can be asked of many rescores."""

    def to_work_at(self, now: datetime) -> Self:
        """Those with something to do that no worker has."""
        free = Q(worked_until__isnull=True) | Q(worked_until__lt=now)
        return self.filter(free, state__in=Rescore.WORKING)

    def begin(self, version: QuestionVersion, *, by: User, now: datetime) -> "Rescore | None":
        """Begin to look at what a version's rubric would change; None when there is nothing.

        The list of interviews is fixed here. Raises IntegrityError while another one of this
        version is at work.
        """
        with transaction.atomic():
            rescore = self.create(version=version, by=by, created_at=now)
            found = not_scored_by(version).values_list("pk", flat=True)
            lines = [RescoreLine(rescore=rescore, interview_id=pk) for pk in found[:MOST]]
            if not lines:
                transaction.set_rollback(True)
                return None
            RescoreLine.objects.bulk_create(lines, batch_size=1000)
        return rescore


def not_scored_by(version: QuestionVersion) -> models.QuerySet[Interview]:
    """Scored interviews on the same question that the rules never judged by this rubric.

    Those that somebody scores blind wait: a rescore shows scores.
    """
    judged = Scorecard.objects.filter(
        interview=OuterRef("pk"),
        judge=rubrics.RulesJudge.name,
        rubric_hash=version.rubric_hash,
    )
    scored = Interview.objects.filter(
        version__question_id=version.question_id, state=flow.State.SCORED
    )
    return scored.live().settled().filter(~Exists(judged)).order_by("-submitted_at", "pk")


class Rescore(models.Model):
    """One look at the interviews that a version's rubric never judged, and its carrying out."""

    class State(models.TextChoices):
        """How far it is: scores are computed; shown; written down; all done."""

        LOOKING = "looking", "Looking"
        READY = "ready", "Ready"
        WRITING = "writing", "Writing"
        DONE = "done", "Done"

    WORKING: ClassVar = (State.LOOKING, State.WRITING)

    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="rescores")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.LOOKING)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    worked_by = models.UUIDField(null=True, blank=True)
    worked_until = models.DateTimeField(null=True, blank=True)

    objects = RescoreQuerySet.as_manager()

    if TYPE_CHECKING:
        lines: RelatedManager["RescoreLine"]

    class Meta:
        """The latest first; one at work per version."""

        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="rescore_one_at_work",
                fields=["version"],
                condition=Q(state__in=["looking", "writing"]),
            ),
            models.CheckConstraint(
                name="rescore_done_has_moment",
                condition=Q(state="done", finished_at__isnull=False)
                | Q(~Q(state="done"), finished_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """Version and state."""
        return f"rescore by {self.version}: {self.state}"

    def claim(self, *, now: datetime, lease: timedelta) -> uuid.UUID | None:
        """Take it for a while; None when there is nothing to do or somebody is at it."""
        token = uuid.uuid4()
        free = Rescore.objects.to_work_at(now).filter(pk=self.pk)
        if not free.update(worked_by=token, worked_until=now + lease):
            return None
        self.refresh_from_db(fields=["state"])
        return token

    def give_back(self, token: uuid.UUID) -> None:
        """Let the next worker have it."""
        Rescore.objects.filter(pk=self.pk, worked_by=token).update(
            worked_by=None, worked_until=None
        )

    def show(self) -> bool:
        """All is looked at: there is something to decide on."""
        return self._move(self.State.LOOKING, self.State.READY)

    def write(self) -> bool:
        """It was decided to write the scorecards down. False when it is not there to decide."""
        return self._move(self.State.READY, self.State.WRITING)

    def finish(self, *, now: datetime) -> bool:
        """All is written."""
        return self._move(self.State.WRITING, self.State.DONE, finished_at=now)

    def _move(self, before: State, after: State, **more: datetime) -> bool:
        mine = Rescore.objects.filter(pk=self.pk, state=before)
        return bool(mine.update(state=after, **more))


class RescoreLineQuerySet(models.QuerySet["RescoreLine"]):
    """What can be asked of many lines."""

    def to_look_at(self, rescore: Rescore) -> Self:
        """Those that nobody has looked at, with what the judge reads."""
        new = self.filter(rescore=rescore, looked_at__isnull=True).order_by("pk")
        return new.select_related("interview__version__question", "interview__framework").defer(
            *documents_of("interview__version"), "interview__framework__document"
        )

    def to_write(self, rescore: Rescore) -> Self:
        """Those whose new scorecard waits to be kept."""
        return self.filter(
            rescore=rescore, looked_at__isnull=False, written_at__isnull=True, problem=""
        )


class RescoreLine(models.Model):
    """One interview in a rescore: its scores (0-100) and bands before and after.

    ``changes`` lists [what, before, after] as texts: the band, and criteria with their levels.
    ``card`` is the new scorecard until it is written down.
    """

    rescore = models.ForeignKey(Rescore, on_delete=models.CASCADE, related_name="lines")
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)
    before = models.FloatField(null=True, blank=True)
    after = models.FloatField(null=True, blank=True)
    band_before = models.CharField(max_length=10, blank=True)
    band_after = models.CharField(max_length=10, blank=True)
    changes = models.JSONField(default=list, blank=True)
    card = models.JSONField(null=True, blank=True)
    problem = models.TextField(blank=True)
    written_at = models.DateTimeField(null=True, blank=True)

    objects = RescoreLineQuerySet.as_manager()

    class Meta:
        """An interview once."""

        constraints: ClassVar = [
            models.UniqueConstraint(name="rescore_line_once", fields=["rescore", "interview"])
        ]

    def __str__(self) -> str:
        """Both scores."""
        return f"{self.before} → {self.after}"

    @property
    def difference(self) -> float | None:
        """Points up or down; None when one of the two is not known."""
        if self.before is None or self.after is None:
            return None
        return round(self.after - self.before, 1)

    def try_it(self) -> bool:
        """Count a try before it begins: a worker that this answer kills gives nothing back."""
        if self.tries >= TRIES:
            return False
        mine = RescoreLine.objects.filter(pk=self.pk, looked_at__isnull=True)
        return bool(mine.update(tries=F("tries") + 1))

    def keep(self, *, now: datetime, **found: object) -> None:
        """Keep what was found; what was kept already stays."""
        mine = RescoreLine.objects.filter(pk=self.pk, looked_at__isnull=True)
        mine.update(looked_at=now, **found)
