"""A second opinion: that a language model judges an interview, beside the rules.

The row is the queue, as a submitted interview is: a worker takes it by a lease.
"""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from interviews.models.interview import Interview

# So often it is tried while the model's server is away or busy: within some forty minutes.
TRIES = 5
_FIRST_PAUSE = timedelta(seconds=30)
NOT_ASKED = "No model judges here any more."
BROKE_OFF = "The judging broke off each time."


def _pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: half a minute, four times that, and so on."""
    return _FIRST_PAUSE * 4.0 ** max(0, min(attempts, TRIES) - 1)


class SecondOpinionQuerySet(models.QuerySet["SecondOpinion"]):
    """What can be asked of many second opinions."""

    def want(
        self, interview: Interview, model: str, *, now: datetime, again: bool = False
    ) -> "SecondOpinion":
        """Have a model judge an interview; once. ``again``: also if it came to nothing before."""
        wanted, _ = self.get_or_create(
            interview=interview, model=model, defaults={"wanted_at": now, "next_attempt_at": now}
        )
        if again:
            over = self.filter(pk=wanted.pk, state=SecondOpinion.State.FAILED)
            over.update(state=SecondOpinion.State.WAITING, attempts=0, next_attempt_at=now)
            wanted.refresh_from_db()
        return wanted

    def to_judge(self, now: datetime) -> Self:
        """Those that are due and that nobody is at: their own columns alone."""
        return self._idle(now).filter(attempts__lt=TRIES, next_attempt_at__lte=now)

    def _idle(self, now: datetime) -> Self:
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        return self.filter(free, state=SecondOpinion.State.WAITING)

    def end_worn(self, now: datetime) -> int:
        """Wait no more for those at which a worker broke off each time."""
        worn = self._idle(now).filter(attempts__gte=TRIES)
        return worn.update(state=SecondOpinion.State.FAILED, last_error=BROKE_OFF)

    def give_up(self) -> int:
        """Wait for none any more: no model judges here."""
        waiting = self.filter(state=SecondOpinion.State.WAITING)
        return waiting.update(state=SecondOpinion.State.FAILED, last_error=NOT_ASKED)


class SecondOpinion(models.Model):
    """One interview that one model judges: waiting, judged, or not judged and why."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "Waiting"
        JUDGED = "judged", "Judged"
        FAILED = "failed", "Not judged"

    interview = models.ForeignKey(
        Interview, on_delete=models.CASCADE, related_name="second_opinions"
    )
    model = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    wanted_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    leased_by = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = SecondOpinionQuerySet.as_manager()

    class Meta:
        """The latest first; once for an interview and a model; what waits or is held found fast."""

        ordering: ClassVar = ["-wanted_at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="second_opinion_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(
                fields=["leased_until"],
                name="second_opinion_leased",
                condition=Q(leased_until__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="second_opinion_once", fields=["interview", "model"]),
            models.CheckConstraint(
                name="second_opinion_failed_for_something",
                condition=~Q(state="failed", last_error=""),
            ),
        ]

    def __str__(self) -> str:
        """Which model, and how far."""
        return f"{self.model}: {self.get_state_display().lower()}"

    @property
    def is_last_try(self) -> bool:
        """Whether it is not tried again after this."""
        return self.attempts >= TRIES

    def claim(self, *, now: datetime, lease: timedelta, most: int) -> uuid.UUID | None:
        """Take it for a while; None when it is not there to take, or ``most`` are at work already.

        The attempt and the next one are written here: a worker that dies gives nothing back.
        """
        if SecondOpinion.objects.filter(leased_until__gte=now).count() >= most:
            return None
        token = uuid.uuid4()
        free = SecondOpinion.objects.to_judge(now).filter(pk=self.pk, attempts=self.attempts)
        taken = free.update(
            leased_by=token,
            leased_until=now + lease,
            attempts=F("attempts") + 1,
            next_attempt_at=now + lease + _pause(self.attempts + 1),
        )
        if not taken:
            return None
        self.attempts += 1
        return token

    def succeed(self, token: uuid.UUID) -> bool:
        """It is judged. False when the lease was lost meanwhile."""
        return self._end(token, state=self.State.JUDGED, last_error="")

    def fail(self, token: uuid.UUID, words: str, *, now: datetime) -> bool:
        """Nothing came of it; it is tried again, unless this was the last time."""
        state = self.State.FAILED if self.is_last_try else self.State.WAITING
        return self._end(
            token,
            state=state,
            last_error=words[:300],
            next_attempt_at=now + _pause(self.attempts),
        )

    def _end(self, token: uuid.UUID, **found: object) -> bool:
        mine = SecondOpinion.objects.filter(pk=self.pk, leased_by=token, state=self.State.WAITING)
        return bool(mine.update(leased_by=None, leased_until=None, **found))
