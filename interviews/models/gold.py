"""Gold answers: answers with a reference scorecard, put among the others to keep raters true.

A rater gets a copy of their own: an interview like any other, as old as its place in the queue.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q

from interviews import flow, gold
from interviews.models.interview import Interview, LedgerLine, choices
from interviews.models.review import Kind, Review
from interviews.models.stage import FROM_START, WHOLE_EVERY, Part, StageAnswer, StageRevision
from rubrics import Target
from rubrics.models import FrameworkVersion, Question, QuestionVersion, documents_of

# Who "answered" them: nobody can sign in as it. No name that somebody chooses has a space.
_NOBODY = "gold answers"


class GoldAnswerQuerySet(models.QuerySet["GoldAnswer"]):
    """What can be asked of many gold answers."""

    def with_question(self) -> Self:
        """Fetch question and framework along, without the large documents."""
        found = self.select_related("version__question__published", "framework", "by")
        return found.defer(
            *documents_of("version", "version__question__published"), "framework__document"
        )

    def ready(self) -> Self:
        """Those that raters can get: scored for reference, and with the rubric of today."""
        references = GoldCopy.objects.references().filter(gold=OuterRef("pk"))
        return self.filter(
            Exists(references),
            retired_at=None,
            version__question__state=Question.State.PUBLISHED,
            version__rubric_hash=F("version__question__published__rubric_hash"),
        )

    def new_to(self, rater: User) -> Self:
        """Those that a rater neither had nor had a hand in."""
        had = GoldCopy.objects.filter(gold=OuterRef("pk"), person=rater)
        return self.filter(~Exists(had)).exclude(by=rater)

    def readable_by(self, person: User) -> Self:
        """Those that a person is not about to score blind."""
        open_ = GoldCopy.objects.of_raters().filter(
            gold=OuterRef("pk"), person=person, interview__reviews__submitted_at=None
        )
        return self.filter(~Exists(open_))


class GoldAnswer(models.Model):
    """An answer to one version of a question, whose levels are known. What it says never changes.

    ``texts``: stage id → text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="golds")
    framework = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="golds")
    target = models.CharField(max_length=10, choices=choices(Target))
    minutes = models.PositiveSmallIntegerField()
    texts = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = GoldAnswerQuerySet.as_manager()

    class Meta:
        """The latest first."""

        ordering: ClassVar = ["-created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="gold_takes_time", condition=Q(minutes__gt=0)),
        ]

    def __str__(self) -> str:
        """Of which question."""
        return f"gold answer to {self.version}"

    @property
    def is_up_to_date(self) -> bool:
        """Whether its question is published, and judged by the same rubric still."""
        question = self.version.question
        return (
            question.state == Question.State.PUBLISHED
            and question.published is not None
            and question.published.rubric_hash == self.version.rubric_hash
        )

    def retire(self, *, now: datetime) -> bool:
        """Offer it to nobody any more; False when it was retired before."""
        active = GoldAnswer.objects.filter(pk=self.pk, retired_at=None)
        return bool(active.update(retired_at=now))

    def reference(self) -> Review | None:
        """Give the review that counts as the reference: the latest; None before there is one."""
        return self.references().last()

    def references(self) -> models.QuerySet[Review]:
        """Give all of them, the oldest first."""
        found = Review.objects.filter(
            interview__gold_copy__gold=self, kind=Kind.REFERENCE, submitted_at__isnull=False
        )
        return found.select_related("scorecard", "rater").order_by("submitted_at", "pk")

    def copy_for(
        self,
        person: User,
        use: "Use",
        *,
        handed_in: datetime,
        chances: random.Random,
        seems_by: int | None = None,
    ) -> Review:
        """Make a person's own copy, handed in at a moment, and the review that they are to write.

        Raises IntegrityError when the person has a copy to score already.
        """
        stretches = gold.typed(
            self.texts,
            shares={stage.id: stage.share for stage in self.framework.value.stages},
            minutes=self.minutes,
            chances=chances,
        )
        start = handed_in - timedelta(seconds=stretches[-1].until)
        with transaction.atomic():
            interview = Interview.objects.create(
                candidate=_nobody(),
                version=self.version,
                framework=self.framework,
                target=self.target,
                minutes=self.minutes,
                pacing=flow.Pacing.SOFT,
                state=flow.State.SCORED,
                current_stage=stretches[-1].stage,
                started_at=start,
                deadline_at=start + timedelta(minutes=self.minutes),
                submitted_at=handed_in,
                submitted_by=flow.Submitter.CANDIDATE,
            )
            GoldCopy.objects.create(
                gold=self, interview=interview, person=person, use=use, seems_by_id=seems_by
            )
            LedgerLine.objects.bulk_create(_ledger(interview, stretches))
            _write(interview, stretches)
            kind = Kind.REFERENCE if use == Use.REFERENCE else Kind.RATING
            return Review.objects.create(interview=interview, kind=kind, wanted_at=handed_in)


def _nobody() -> User:
    user, _ = User.objects.get_or_create(
        username=_NOBODY, defaults={"is_active": False, "password": make_password(None)}
    )
    return user


def _ledger(interview: Interview, stretches: list[gold.Stretch]) -> Iterator[LedgerLine]:
    first, *_, last = *stretches, stretches[-1]
    moments = [(stretch.stage, stretch.since) for stretch in stretches]
    for kind, stage, at in (
        (flow.Kind.STARTED, first.stage, 0.0),
        *((flow.Kind.ENTERED, stage, at) for stage, at in moments[1:]),
        (flow.Kind.SUBMITTED, last.stage, last.until),
    ):
        yield LedgerLine(
            interview=interview, kind=kind, stage=stage, at=_at(interview, at), by=flow.By.CANDIDATE
        )


def _write(interview: Interview, stretches: list[gold.Stretch]) -> None:
    sheets = StageAnswer.objects.bulk_create(
        StageAnswer(
            interview=interview,
            stage=stretch.stage,
            part=part,
            position=position,
            text="".join(piece for _, piece in pieces),
            revision=len(pieces),
            saved_at=_at(interview, pieces[-1][0]) if pieces else None,
        )
        for position, stretch in enumerate(stretches)
        for part in FROM_START
        for pieces in [stretch.pieces if part is Part.TEXT else ()]
    )
    written = {stretch.stage: stretch.pieces for stretch in stretches}
    StageRevision.objects.bulk_create(
        revision
        for sheet in sheets
        if sheet.part == Part.TEXT
        for revision in _revisions(interview, sheet, written[sheet.stage])
    )


def _revisions(
    interview: Interview, sheet: StageAnswer, pieces: tuple[tuple[float, str], ...]
) -> Iterator[StageRevision]:
    end = 0
    for number, (at, piece) in enumerate(pieces, start=1):
        is_whole = number % WHOLE_EVERY == 1
        yield StageRevision(
            answer=sheet,
            number=number,
            key=uuid.uuid4(),
            start=0 if is_whole else end,
            cut=None if is_whole else 0,
            text=sheet.text[: end + len(piece)] if is_whole else piece,
            saved_at=_at(interview, at),
        )
        end += len(piece)


def _at(interview: Interview, seconds: float) -> datetime:
    return interview.started_at + timedelta(seconds=seconds)


class Use(models.TextChoices):
    """What a copy of a gold answer is for."""

    REFERENCE = "reference", "Reference"
    CALIBRATION = "calibration", "Calibration"  # said openly, before the first live answer
    HIDDEN = "hidden", "Unmarked"


class GoldCopyQuerySet(models.QuerySet["GoldCopy"]):
    """What can be asked of many copies."""

    def of_raters(self) -> Self:
        """Those that are to be scored blind, or were."""
        return self.exclude(use=Use.REFERENCE)

    def submitted(self) -> Self:
        """Those that are scored."""
        return self.filter(interview__reviews__submitted_at__isnull=False)

    def references(self) -> Self:
        """Those that were scored for reference."""
        return self.filter(use=Use.REFERENCE).submitted()


class GoldCopy(models.Model):
    """A gold answer as one person gets it. Only that person can score its interview."""

    gold = models.ForeignKey(GoldAnswer, on_delete=models.CASCADE, related_name="copies")
    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="gold_copy")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    use = models.CharField(max_length=15, choices=Use)
    seems_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="among whose invitations it is listed, as every other answer is among somebody's",
    )

    objects = GoldCopyQuerySet.as_manager()

    class Meta:
        """A rater gets a gold answer once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                name="gold_once_a_rater",
                fields=["gold", "person"],
                condition=~Q(use="reference"),
            ),
        ]

    def __str__(self) -> str:
        """What for."""
        return f"{self.get_use_display()}: {self.interview_id}"


class GoldPlanQuerySet(models.QuerySet["GoldPlan"]):
    """The one row that there is."""

    def current(self) -> "GoldPlan":
        """Give the plan; before anybody made one, that there are none."""
        return self.filter(pk=1).first() or GoldPlan(every=0, calibration=0)

    def change(self, *, every: int, calibration: int, by: User, now: datetime) -> None:
        """Plan anew."""
        new = {"every": every, "calibration": calibration, "changed_by": by, "changed_at": now}
        self.update_or_create(pk=1, defaults=new)


class GoldPlan(models.Model):
    """How often raters get gold answers: one in ``every`` (0: never), so many before the first."""

    MOST_EVERY, MOST_CALIBRATION = 50, 5

    every = models.PositiveSmallIntegerField()
    calibration = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = GoldPlanQuerySet.as_manager()

    class Meta:
        """One row, within bounds; one in one would be no hiding."""

        constraints: ClassVar = [
            models.CheckConstraint(name="gold_plan_one_row", condition=Q(pk=1)),
            models.CheckConstraint(
                name="gold_plan_bounds",
                condition=(Q(every=0) | Q(every__range=(2, 50))) & Q(calibration__lte=5),
            ),
        ]

    def __str__(self) -> str:
        """Both figures."""
        return f"one in {self.every}, {self.calibration} before the first"


class CalibrationWaiver(models.Model):
    """That a rater may score live answers without calibration: who let them, and when."""

    rater = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Whose."""
        return f"waiver for {self.rater_id}"
