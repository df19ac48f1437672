"""The tables of interviews in Django's admin: shown, searched, never edited."""

from django.contrib import admin

from interviews.models import (
    Interview,
    LateText,
    LedgerLine,
    Scorecard,
    StageAnswer,
    StageRevision,
)
from rubrics.admin import ReadOnlyAdmin


@admin.register(Interview)
class InterviewAdmin(ReadOnlyAdmin):
    """Interviews by state."""

    list_display = ("id", "candidate", "version", "state", "started_at", "submitted_by", "attempts")
    list_filter = ("state", "pacing", "submitted_by")
    list_select_related = ("candidate", "version__question")
    search_fields = ("id", "candidate__email", "version__question__slug")


@admin.register(StageAnswer)
class StageAnswerAdmin(ReadOnlyAdmin):
    """Answers by stage."""

    list_display = ("interview_id", "stage", "part", "revision", "saved_at", "locked_at")
    list_filter = ("part",)
    search_fields = ("interview__id",)


@admin.register(StageRevision)
class StageRevisionAdmin(ReadOnlyAdmin):
    """Every acknowledged change."""

    list_display = ("answer", "number", "saved_at")
    search_fields = ("answer__interview__id",)
    list_select_related = ("answer",)


@admin.register(LateText)
class LateTextAdmin(ReadOnlyAdmin):
    """What came after the end."""

    list_display = ("answer", "received_at")
    search_fields = ("answer__interview__id",)
    list_select_related = ("answer",)


@admin.register(LedgerLine)
class LedgerLineAdmin(ReadOnlyAdmin):
    """The time ledgers."""

    list_display = ("interview_id", "kind", "stage", "at", "seconds", "by", "reason")
    list_filter = ("kind",)
    search_fields = ("interview__id",)


@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyAdmin):
    """Every scorecard."""

    list_display = ("interview_id", "judge", "score", "created_at")
    list_filter = ("judge",)
    search_fields = ("interview__id",)
