"""What a judge or a rater found in one interview. Append-only."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models, transaction

import rubrics
from interviews import resolution
from interviews.models.interview import Interview
from rubrics.models import documents_of


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    """What can be done with many scorecards."""

    def with_interview(self) -> Self:
        """Fetch rater, interview, question and framework along, without the large documents."""
        return self.select_related(
            "review__rater", "interview__version__question", "interview__framework"
        ).defer("interview__framework__document", *documents_of("interview__version"))

    def record(
        self,
        interview: Interview,
        card: rubrics.Scorecard,
        *,
        now: datetime,
        is_news: bool = True,
    ) -> None:
        """Keep a judge's scorecard; one of it by this rubric that is there already stays.

        ``is_news``: webhooks are told, as they are not of what is scored anew long afterwards.
        """
        with transaction.atomic():
            kept, is_new = self.get_or_create(
                interview=interview,
                judge=card.judge,
                rubric_hash=card.rubric_hash,
                review=None,
                defaults={
                    "score": card.score,
                    "document": card.model_dump(mode="json"),
                    "created_at": now,
                },
            )
            if is_new and is_news:
                interview.deliveries.tell_scored(interview, kept, now=now)


class Scorecard(models.Model):
    """The levels, quotes and score that one judge or rater gave. The database refuses edits."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="scorecards")
    review = models.OneToOneField(
        "interviews.Review",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="scorecard",
    )
    judge = models.CharField(max_length=120, help_text="rules, human, or llm: and the model")
    rubric_hash = models.CharField(max_length=64)
    score = models.FloatField(null=True, blank=True, help_text="0-100; empty when not judged")
    document = models.JSONField()
    created_at = models.DateTimeField()

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        """One per judge and rubric; scores within their range."""

        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="scorecard_once",
                fields=["interview", "judge", "rubric_hash"],
                condition=models.Q(review__isnull=True),
            ),
            models.CheckConstraint(
                name="scorecard_of_people_has_review",
                condition=models.Q(judge="human", review__isnull=False)
                | models.Q(~models.Q(judge="human"), review__isnull=True),
            ),
            models.CheckConstraint(
                name="scorecard_score_range",
                condition=models.Q(score__isnull=True) | models.Q(score__range=(0, 100)),
            ),
        ]

    def __str__(self) -> str:
        """Judge and score."""
        return f"{self.judge}: {self.score}"

    @property
    def is_model(self) -> bool:
        """Whether a language model made it."""
        return resolution.is_model(self.judge)

    @property
    def value(self) -> rubrics.Scorecard:
        """The document as a value of the scoring core."""
        return rubrics.Scorecard.model_validate(self.document)
