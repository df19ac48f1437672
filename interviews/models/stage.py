"""The text of one stage and every revision of it that was acknowledged."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q

from interviews.models.interview import Interview

MAX_BYTES = 64 * 1024

Refusal = Literal["conflict", "closed", "locked", "elsewhere", "too-long"]


@dataclass(frozen=True, slots=True)
class DraftOutcome:
    """What became of a draft: the revision that holds it, or why it was refused."""

    revision: int
    refused: Refusal | None = None


class StageAnswer(models.Model):
    """What a candidate wrote in one stage: the latest acknowledged text."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="stages")
    stage = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """In the framework's order, each stage once."""

        ordering: ClassVar = ["interview", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="stage_once", fields=["interview", "stage"]),
        ]

    def __str__(self) -> str:
        """The stage's id."""
        return self.stage

    @property
    def words(self) -> int:
        """How many words the text has."""
        return len(self.text.split())

    def save_draft(
        self, text: str, *, base: int, key: uuid.UUID, now: datetime, grace: timedelta
    ) -> DraftOutcome:
        """Keep a text that was typed over revision ``base``.

        One conditional UPDATE and one revision row, in one transaction. The interview's row is
        locked by the UPDATE's subquery, so a text that is acknowledged before the submission is
        part of it. The same text under the same ``key`` again (its answer was lost on the way)
        changes nothing.
        """
        text = text.replace("\r\n", "\n").replace("\x00", "")
        if len(text.encode()) > MAX_BYTES:
            return DraftOutcome(self.revision, "too-long")
        if text == self.text and base == self.revision:
            return DraftOutcome(self.revision)
        try:
            with transaction.atomic():
                open_to_text = (
                    Interview.objects.running()
                    .filter(pk=self.interview_id, current_stage=self.stage)
                    .filter(deadline_at__gt=now - grace)
                    .select_for_update(no_key=True)
                )
                saved = StageAnswer.objects.filter(
                    pk=self.pk,
                    revision=base,
                    locked_at__isnull=True,
                    interview__in=open_to_text.values("pk"),
                ).update(text=text, revision=F("revision") + 1, saved_at=now)
                if not saved:
                    return self._refused(text, key, now - grace)
                StageRevision.objects.create(
                    answer=self, number=base + 1, key=key, text=text, saved_at=now
                )
        except IntegrityError:
            # Sent twice at the same moment: the other one has it.
            return self._refused(text, key, now - grace)
        return DraftOutcome(base + 1)

    def _refused(self, text: str, key: uuid.UUID, closed_before: datetime) -> DraftOutcome:
        """Find out why a draft was not kept, unless it is there already."""
        self.refresh_from_db()
        latest = StageRevision.objects.filter(answer=self, number=self.revision)
        if latest.filter(key=key, text=text).exists():
            return DraftOutcome(self.revision)
        interview = Interview.objects.get(pk=self.interview_id)
        if not interview.is_running or interview.deadline_at <= closed_before:
            return DraftOutcome(self.revision, "closed")
        if self.locked_at:
            return DraftOutcome(self.revision, "locked")
        if interview.current_stage != self.stage:
            return DraftOutcome(self.revision, "elsewhere")
        return DraftOutcome(self.revision, "conflict")


class StageRevision(models.Model):
    """A text as it was acknowledged. Never edited: the database refuses."""

    answer = models.ForeignKey(StageAnswer, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    key = models.UUIDField(help_text="made by the page, so that sending again is harmless")
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        """Each number once, each key once."""

        ordering: ClassVar = ["answer", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="revision_once", fields=["answer", "number"]),
            models.UniqueConstraint(name="revision_key_once", fields=["answer", "key"]),
            models.CheckConstraint(name="revision_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        """The number, as in ``r12``."""
        return f"r{self.number}"
