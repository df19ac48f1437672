"""What a candidate and the interviewer said to each other. Kept, replayed, shown to raters."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from django.db import models, transaction
from django.db.models import F, Max, Q
from django.utils.functional import cached_property

import rubrics
from interviews.models.interview import Interview
from interviews.models.stage import PROBES, StageAnswer

# Characters of a question, and how many of them one interview holds.
MOST_SAID, MOST_QUESTIONS = 2_000, 60


class AskedProbe(NamedTuple):
    """A probe as it is put to the candidate, and the model that worded it, if one did."""

    chosen: rubrics.Chosen
    text: str
    model: str = ""


class ExchangeKind(models.TextChoices):
    """Who began it, and what for."""

    QUESTION = "question", "Question"  # by the candidate
    PROBE = "probe", "Follow-up question"
    HINT = "hint", "Hint"
    CURVEBALL = "curveball", "Change"


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    """What can be asked of many exchanges, and how they begin."""

    def questions(self) -> Self:
        """What the candidate asked."""
        return self.filter(kind=ExchangeKind.QUESTION)

    def probes(self) -> Self:
        """What the interviewer asked, with the sheets of the answers."""
        return self.filter(kind=ExchangeKind.PROBE).select_related("sheet")

    def open(self, now: datetime) -> Self:
        """Probes that can still be answered."""
        return self.probes().filter(sheet__locked_at=None, sheet__closes_at__gt=now)

    def ask(
        self, interview: Interview, said: str, *, key: uuid.UUID, now: datetime
    ) -> "Exchange | None":
        """Keep a question of the candidate; the same key gives the one that was kept.

        None when the interview is over or stands still, has no interviewer, or has enough of it.
        """
        with transaction.atomic():
            locked = interview.writable(now)
            if known := Exchange.objects.filter(pk=key).first():
                if known.interview_id != interview.pk:
                    return None
                if known.said == said[:MOST_SAID]:
                    return known
                key = uuid.uuid4()  # the page has not heard that its last one arrived
            if locked is None or not interview.has_interviewer:
                return None
            if self.filter(interview=interview).questions().count() >= MOST_QUESTIONS:
                return None
            return self.create(
                pk=key,
                interview=interview,
                kind=ExchangeKind.QUESTION,
                stage=interview.current_stage,
                at=self._after(interview, now),
                said=said[:MOST_SAID],
            )

    def _after(self, interview: Interview, now: datetime) -> datetime:
        """Now, or a blink after what was said last: servers may disagree by as much."""
        last = self.filter(interview=interview).aggregate(at=Max("at"))["at"]
        return max(now, last + timedelta(microseconds=1)) if last else now

    def probe(
        self,
        interview: Interview,
        stage: str,
        probes: Sequence[AskedProbe],
        *,
        now: datetime,
        seconds: int,
    ) -> bool:
        """Ask at the end of a stage, once; each answer has ``seconds``, one after the other.

        False when it was asked before, or the candidate is elsewhere by now.
        """
        with transaction.atomic():
            locked = interview.writable(now)
            asked = self.filter(interview=interview, stage=stage).probes()
            if locked is None or interview.current_stage != stage or asked.exists():
                return False
            position = interview.sheets.texts().get(stage=stage).position
            for number, (part, each) in enumerate(zip(PROBES, probes, strict=False), start=1):
                sheet = StageAnswer.objects.create(
                    interview=interview,
                    stage=stage,
                    part=part,
                    position=position,
                    closes_at=now + timedelta(seconds=number * seconds),
                )
                self.create(
                    interview=interview,
                    kind=ExchangeKind.PROBE,
                    stage=stage,
                    at=now + timedelta(microseconds=number),  # in this order
                    said=each.text,
                    sheet=sheet,
                    about={
                        "probe": each.chosen.probe.id,
                        "criterion": each.chosen.criterion,
                        "open": list(each.chosen.open),
                        "model": each.model,
                    },
                )
        return bool(probes)

    def hint(
        self, interview: Interview, stage: str, hint: "rubrics.Hint", *, now: datetime
    ) -> "Exchange | None":
        """Give a hint; None when it is over by now, or a hint on that criterion was given."""
        with transaction.atomic():
            locked = interview.writable(now)
            mine = self.filter(interview=interview, kind=ExchangeKind.HINT)
            if locked is None or mine.filter(about__criterion=hint.criterion).exists():
                return None
            return self.create(
                interview=interview,
                kind=ExchangeKind.HINT,
                stage=stage,
                at=self._after(interview, now),
                said=hint.title,
                about={"criterion": hint.criterion, "indicator": hint.indicator},
            )

    def change(self, interview: Interview, *, now: datetime) -> None:
        """Tell the curveball, once, and lock what came before. Inside a transaction."""
        curveball = interview.version.value.curveball
        assert curveball
        _, is_new = self.get_or_create(
            interview=interview,
            kind=ExchangeKind.CURVEBALL,
            defaults={
                "stage": interview.current_stage,
                "at": self._after(interview, now),
                "said": curveball.change,
            },
        )
        if is_new:
            before = interview.sheets.exclude(stage=interview.current_stage)
            before.filter(locked_at=None).update(locked_at=now)

    def shift(self, interview: Interview, by: timedelta) -> None:
        """Give the open probes of a paused interview the time that the pause took."""
        closing = StageAnswer.objects.filter(
            interview=interview, closes_at__isnull=False, locked_at=None
        )
        closing.update(closes_at=F("closes_at") + by)


class Exchange(models.Model):
    """Something that was asked or told, with what came back.

    ``said`` is the candidate's for a question, else the interviewer's. ``reply`` is what the
    interviewer said to a question (a ``rubrics.Reply``); a probe's answer stands on its ``sheet``.
    ``about`` says why: the probe's id, the criterion and the open indicators.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="exchanges")
    kind = models.CharField(max_length=10, choices=ExchangeKind)
    stage = models.CharField(max_length=60)
    at = models.DateTimeField()
    said = models.TextField()
    reply = models.JSONField(null=True, blank=True)
    about = models.JSONField(default=dict, blank=True)
    sheet = models.OneToOneField(
        StageAnswer, on_delete=models.CASCADE, null=True, blank=True, related_name="exchange"
    )

    objects = ExchangeQuerySet.as_manager()

    if TYPE_CHECKING:
        interview_id: uuid.UUID

    class Meta:
        """As it was said; one curveball; an answer's sheet for each probe."""

        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="exchange_one_curveball",
                fields=["interview"],
                condition=Q(kind="curveball"),
            ),
            models.CheckConstraint(
                name="exchange_probe_has_sheet",
                condition=Q(kind="probe", sheet__isnull=False)
                | Q(~Q(kind="probe"), sheet__isnull=True),
            ),
            models.CheckConstraint(
                name="exchange_questions_have_replies",
                condition=Q(kind="question") | Q(reply__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """What it is, in which stage."""
        return f"{self.kind} in {self.stage}"

    @cached_property
    def replied(self) -> rubrics.Reply | None:
        """What the interviewer said to a question; None while nothing came."""
        return rubrics.Reply.model_validate(self.reply) if self.reply else None

    @property
    def part(self) -> str:
        """The part of the sheet that answers a probe."""
        return self.sheet.part if self.sheet else ""

    def answer(self, reply: rubrics.Reply, *, model: str = "") -> None:
        """Keep what the interviewer said, and which model worded it; the first reply stays."""
        document = reply.model_dump(mode="json")
        vars(self).pop("replied", None)
        unanswered = Exchange.objects.filter(pk=self.pk, reply__isnull=True)
        if unanswered.update(reply=document, about={"model": model}):
            self.reply = document
        else:
            self.refresh_from_db(fields=["reply"])

    def claim(self) -> bool:
        """Take a question to answer it; False when somebody else is at it, or was."""
        free = Exchange.objects.filter(pk=self.pk, reply__isnull=True, about={})
        return bool(free.update(about={"is_claimed": True}))

    def end(self, *, now: datetime, seconds: int) -> None:
        """Have done with a probe; the next one has its ``seconds`` from now on."""
        mine = StageAnswer.objects.filter(exchange=self, locked_at=None)
        with transaction.atomic():
            if not mine.update(locked_at=now):
                return
            rest = StageAnswer.objects.filter(
                interview=self.interview_id,
                stage=self.stage,
                part__in=PROBES,
                locked_at=None,
                closes_at__gt=now,
            )
            rest.update(closes_at=now + timedelta(seconds=seconds))

    def seconds_left(self, now: datetime) -> int:
        """How long a probe can still be answered."""
        if self.sheet is None or self.sheet.closes_at is None or self.sheet.locked_at:
            return 0
        moment = min(now, self.interview.paused_at or now)
        return max(0, round((self.sheet.closes_at - moment).total_seconds()))
