"""The sheets of a stage (text, drawing, outline) and every revision that was acknowledged."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal, Self

from django.db import connection, models
from django.db.models import Max, Q

from interviews import flow
from interviews.edits import Edit
from interviews.models.interview import Interview


class Part(StrEnum):
    """What a sheet holds. A stage has one sheet of each part at most."""

    TEXT = "text"
    DRAWING = "drawing"
    OUTLINE = "outline"
    FIRST_PROBE = "probe-1"
    SECOND_PROBE = "probe-2"

    @property
    def words(self) -> str:
        """How people call it."""
        named = {"probe-1": "first follow-up", "probe-2": "second follow-up"}
        return named.get(self.value, self.value)


# Laid out when the interviewer asks; all others when the interview begins.
PROBES = (Part.FIRST_PROBE, Part.SECOND_PROBE)
FROM_START = tuple(part for part in Part if part not in PROBES)

# Bytes of a sheet; the text's is what the rest of the app knows as the limit of an answer.
MAX_BYTES = 64 * 1024
LIMITS = {
    Part.TEXT: MAX_BYTES,
    Part.OUTLINE: MAX_BYTES,
    Part.DRAWING: 1024 * 1024,
    **dict.fromkeys(PROBES, 8 * 1024),
}
# Every so many revisions the whole text is stored; those between say only what changed.
WHOLE_EVERY = 50
# So many texts are kept of a sheet that came after the end: one for each device that was cut off,
# and no place to write on.
MOST_LATE = 5
# A statement that waited for another one saw what was before that; the next one sees what is now.
_TRIES = 5

Refusal = Literal["conflict", "late", "closed", "paused", "locked", "elsewhere", "too-long"]


@dataclass(frozen=True, slots=True)
class DraftOutcome:
    """What became of a draft: the revision that holds it, or why it was refused.

    ``late``: refused since all is over, and kept beside the answer. ``closed``: not even that.
    ``left`` are the seconds of the interview's clock.
    """

    revision: int
    refused: Refusal | None = None
    left: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """A whole text as it was acknowledged."""

    number: int
    saved_at: datetime
    text: str


class StageAnswerQuerySet(models.QuerySet["StageAnswer"]):
    """What can be asked of many sheets, and the one way to write on one."""

    def texts(self) -> Self:
        """Those that hold text: one for each stage, in the framework's order."""
        return self.filter(part=Part.TEXT)

    def drawn(self) -> Self:
        """Those that hold something of a whiteboard: a drawing, or its outline in words."""
        return self.filter(part__in=(Part.DRAWING, Part.OUTLINE)).exclude(text="")

    def prepare(self, interview: Interview, stages: list[str]) -> None:
        """Lay out the empty sheets of an interview that begins."""
        self.bulk_create(
            StageAnswer(interview=interview, stage=stage, part=part, position=position)
            for position, stage in enumerate(stages)
            for part in FROM_START
        )

    def save_draft(
        self,
        text: str,
        *,
        interview_id: uuid.UUID,
        candidate_id: int | None = None,
        stage: str,
        part: Part = Part.TEXT,
        base: int,
        key: uuid.UUID,
        now: datetime,
        grace: timedelta,
        start: int | None = None,
        cut: int | None = None,
    ) -> DraftOutcome:
        """Keep a text that was typed over revision ``base`` of the sheet at an address.

        One statement, which also asks whether the sheet is ``candidate_id``'s; StageAnswer.
        DoesNotExist if not. The interview's row is locked in it, so a text that is acknowledged
        before the submission is part of it. The same text again (its answer was lost on the way)
        changes nothing. ``start`` and ``cut`` say where the text differs from ``base``; the
        statement checks it, and stores the whole text where it is not so.
        """
        text = text.replace("\r\n", "\n").replace("\x00", "")
        fits = len(text.encode()) <= LIMITS[part]
        sent = {
            "interview": interview_id,
            "candidate": candidate_id,
            "stage": stage,
            "part": part,
            # What is too long is only asked about.
            "text": text if fits else None,
            "base": base,
            "key": key,
            "now": now,
            "since": now - grace,
            "start": start,
            "cut": cut,
            "whole_every": WHOLE_EVERY,
        }
        found = _Found.by(sent)
        if not fits:
            return DraftOutcome(found.revision, "too-long", found.left)
        tries = 1
        while found.refused(base) == "overtaken" and tries < _TRIES:
            found = _Found.by(sent)
            tries += 1
        refused = found.refused(base)
        if refused == "overtaken":
            refused = "conflict"
        is_late = refused == "closed" or (refused == "locked" and part in PROBES)
        if is_late and LateText.objects.keep(found.id, text, key=key, now=now):
            refused = "late"
        return DraftOutcome(found.saved or found.revision, refused, found.left)


class StageAnswer(models.Model):
    """A sheet: what a candidate wrote or drew in one stage, as it was acknowledged last."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="sheets")
    stage = models.CharField(max_length=60)
    part = models.CharField(
        max_length=10, choices=[(part.value, part.value) for part in Part], default=Part.TEXT
    )
    position = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(
        null=True, blank=True, help_text="of a follow-up: until when it can be answered"
    )

    objects = StageAnswerQuerySet.as_manager()

    class Meta:
        """In the framework's order, each part of each stage once."""

        ordering: ClassVar = ["interview", "position", "part"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="sheet_once", fields=["interview", "stage", "part"]),
        ]

    def __str__(self) -> str:
        """The stage's id, and the part where it is not the text."""
        return self.stage if self.part == Part.TEXT else f"{self.stage} ({self.part})"

    @property
    def words(self) -> int:
        """How many words the text has."""
        return len(self.text.split())

    def text_at(self, number: int) -> str:
        """Give the text of a revision; StageRevision.DoesNotExist when there is none. One query."""
        upto = self.revisions.filter(number__lte=number)
        # order_by() sheds the order of the rows, by which they would be grouped.
        whole = upto.filter(cut=None).order_by().values("answer").values_list(Max("number"))
        found = [revision for _, revision in upto.filter(number__gte=whole).whole()]
        if not found or found[-1].number != number:
            raise StageRevision.DoesNotExist
        return found[-1].text


class StageRevisionQuerySet(models.QuerySet["StageRevision"]):
    """What can be asked of many revisions."""

    def whole(self) -> Iterator[tuple[int, Revision]]:
        """Put the texts together again: a sheet's id with each of its revisions, oldest first.

        The first one of each sheet must be whole. One text is held at a time, for an hour of
        typing has thousands. One query.
        """
        text = ""
        for sheet, number, saved_at, start, cut, piece in (
            self.order_by("answer", "number")
            .values_list("answer_id", "number", "saved_at", "start", "cut", "text")
            .iterator()
        ):
            text = piece if cut is None else Edit(start, cut, piece).over(text)
            yield sheet, Revision(number, saved_at, text)


class StageRevision(models.Model):
    """A change as it was acknowledged. Never edited: the database refuses.

    ``text`` was put in at character ``start`` in place of ``cut`` characters of the revision
    before; with ``cut`` null it is the whole text.
    """

    answer = models.ForeignKey(StageAnswer, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    key = models.UUIDField(help_text="made by the page, so that sending again is harmless")
    start = models.PositiveIntegerField(default=0)
    cut = models.PositiveIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField()

    objects = StageRevisionQuerySet.as_manager()

    class Meta:
        """Each number once, each key once; the first one is whole."""

        ordering: ClassVar = ["answer", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="revision_once", fields=["answer", "number"]),
            models.UniqueConstraint(name="revision_key_once", fields=["answer", "key"]),
            models.CheckConstraint(name="revision_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="revision_first_is_whole", condition=Q(number__gt=1) | Q(cut=None)
            ),
        ]

    def __str__(self) -> str:
        """The number, as in ``r12``."""
        return f"r{self.number}"


class LateTextQuerySet(models.QuerySet["LateText"]):
    """What can be done with many late texts."""

    def keep(self, answer_id: int, text: str, *, key: uuid.UUID, now: datetime) -> bool:
        """Keep a text that came after the end; the same key once. False when there are enough."""
        if self.filter(answer_id=answer_id, key=key).exists():
            return True
        if self.filter(answer_id=answer_id).count() >= MOST_LATE:
            return False
        late = LateText(answer_id=answer_id, key=key, text=text, received_at=now)
        self.bulk_create([late], ignore_conflicts=True)
        return True


class LateText(models.Model):
    """A text that came after the end: kept, shown, never scored. Never edited."""

    answer = models.ForeignKey(StageAnswer, on_delete=models.CASCADE, related_name="late_texts")
    key = models.UUIDField()
    text = models.TextField(blank=True)
    received_at = models.DateTimeField()

    objects = LateTextQuerySet.as_manager()

    class Meta:
        """As they came, each sending once."""

        ordering: ClassVar = ["received_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="late_text_once", fields=["answer", "key"]),
        ]

    def __str__(self) -> str:
        """Which sheet it was meant for."""
        return f"late: {self.answer}"


@dataclass(frozen=True, slots=True)
class _Found:
    """What one attempt to save found at the address, as it was when the attempt began."""

    id: int
    revision: int
    saved: int | None
    is_same: bool
    is_known: bool
    is_closed: bool
    is_paused: bool
    is_locked: bool
    is_elsewhere: bool
    left: int

    @classmethod
    def by(cls, sent: Mapping[str, datetime | uuid.UUID | int | str | None]) -> Self:
        """Try to save. StageAnswer.DoesNotExist: no such sheet, or another person's."""
        with connection.cursor() as cursor:
            cursor.execute(_SAVE, {**sent, "running": flow.State.RUNNING})
            row = cursor.fetchone()
        if row is None:
            raise StageAnswer.DoesNotExist
        return cls(*row)

    def refused(self, base: int) -> Refusal | Literal["overtaken"] | None:
        """Why the text was not kept.

        "overtaken": nothing stood against it when the attempt began, but somebody came first.
        """
        if self.saved or self.is_same:
            return None
        reasons: dict[Refusal, bool] = {
            "closed": self.is_closed,
            "paused": self.is_paused,
            "locked": self.is_locked,
            "elsewhere": self.is_elsewhere,
            # One ahead of what was seen: a page that was left sends its last two texts at once.
            "conflict": self.is_known or self.revision not in (base, base - 1),
        }
        return next((reason for reason, holds in reasons.items() if holds), "overtaken")


# `sheet` is what there was when the statement began; `open` waits for whoever holds the interview
# (a submission, another draft), and sees what they left; `saved` hits only the base revision.
# Old and new text are compared here: neither travels back. Where `saved` hits, the sheet's text is
# that of the base, however long `open` waited, for a revision's text never changes.
_SAVE = """
WITH sent AS MATERIALIZED (
    SELECT %(text)s::text AS text, %(start)s::bigint AS start, %(cut)s::bigint AS cut
), sheet AS MATERIALIZED (
    SELECT answer.id, answer.revision, answer.text,
           coalesce(answer.text = sent.text, false) AS is_same,
           EXISTS (SELECT FROM interviews_stagerevision known
                   WHERE known.answer_id = answer.id AND known.key = %(key)s) AS is_known,
           interview.state <> %(running)s
               OR (interview.paused_at IS NULL AND interview.deadline_at <= %(since)s) AS is_closed,
           coalesce(interview.paused_at <= %(since)s, false) AS is_paused,
           answer.locked_at IS NOT NULL
               OR coalesce(answer.closes_at <= %(since)s, false) AS is_locked,
           interview.current_stage <> answer.stage AS is_elsewhere,
           interview.deadline_at
               - coalesce(interview.submitted_at, interview.paused_at, %(now)s) AS remaining
    FROM interviews_stageanswer answer
    JOIN interviews_interview interview ON interview.id = answer.interview_id
    CROSS JOIN sent
    WHERE interview.id = %(interview)s AND answer.stage = %(stage)s AND answer.part = %(part)s
      AND (%(candidate)s::bigint IS NULL OR interview.candidate_id = %(candidate)s)
), open AS MATERIALIZED (
    SELECT interview.id FROM interviews_interview interview
    WHERE interview.id = %(interview)s
      AND (%(candidate)s::bigint IS NULL OR interview.candidate_id = %(candidate)s)
      AND interview.state = %(running)s AND interview.current_stage = %(stage)s
      AND CASE WHEN interview.paused_at IS NULL THEN interview.deadline_at > %(since)s
               ELSE interview.paused_at > %(since)s END
    FOR NO KEY UPDATE
), saved AS (
    UPDATE interviews_stageanswer answer
    SET text = sent.text, revision = answer.revision + 1, saved_at = %(now)s
    FROM open, sheet, sent
    WHERE answer.id = sheet.id AND answer.interview_id = open.id
      AND answer.revision = %(base)s AND answer.locked_at IS NULL
      AND coalesce(answer.closes_at > %(since)s, true)
      AND NOT sheet.is_same AND NOT sheet.is_known AND sent.text IS NOT NULL
    RETURNING answer.id, answer.revision
), piece AS MATERIALIZED (
    SELECT saved.id, saved.revision, sent.start, sent.cut,
           substr(sent.text, (sent.start + 1)::int,
                  (length(sent.text) - length(sheet.text) + sent.cut)::int) AS text
    FROM saved JOIN sheet USING (id) CROSS JOIN sent
    WHERE saved.revision %% %(whole_every)s <> 1
      AND sent.start + sent.cut <= length(sheet.text)
      AND length(sent.text) - length(sheet.text) + sent.cut >= 0
), change AS MATERIALIZED (
    SELECT piece.* FROM piece JOIN sheet USING (id) CROSS JOIN sent
    WHERE overlay(sheet.text PLACING piece.text FROM (piece.start + 1)::int FOR piece.cut::int)
          = sent.text
), written AS (
    INSERT INTO interviews_stagerevision (answer_id, number, key, saved_at, start, cut, text)
    SELECT saved.id, saved.revision, %(key)s, %(now)s,
           coalesce(change.start, 0), change.cut, coalesce(change.text, sent.text)
    FROM saved CROSS JOIN sent LEFT JOIN change USING (id)
)
SELECT sheet.id, sheet.revision, saved.revision, is_same, is_known, is_closed, is_paused,
       is_locked, is_elsewhere, greatest(0, round(extract(epoch FROM remaining)))::int
FROM sheet LEFT JOIN saved USING (id)
"""
