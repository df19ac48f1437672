"""The tables of interviews in Django's admin: shown, searched, never edited."""

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from interviews.models import (
    Exchange,
    Interview,
    LateText,
    LedgerLine,
    LlmCall,
    Scorecard,
    SecondOpinion,
    StageAnswer,
    StageRevision,
    Token,
    Webhook,
    WebhookDelivery,
)
from rubrics.admin import ReadOnlyAdmin


@admin.register(Interview)
class InterviewAdmin(ReadOnlyAdmin):
    """Interviews by state."""

    list_display = ("id", "candidate", "version", "state", "started_at", "submitted_by", "attempts")
    list_filter = ("state", "pacing", "submitted_by")
    list_select_related = ("candidate", "version__question")
    search_fields = ("id", "candidate__email", "version__question__slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Leave out those that somebody scores blind: staff may be raters, and this has names."""
        return super().get_queryset(request).filter(pk__in=Interview.objects.settled())


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


@admin.register(Exchange)
class ExchangeAdmin(ReadOnlyAdmin):
    """What candidates and the interviewer said to each other."""

    list_display = ("interview_id", "kind", "stage", "at", "said")
    list_filter = ("kind",)
    search_fields = ("interview__id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Leave out those of interviews that somebody scores blind: they say what was open."""
        settled = Interview.objects.settled()
        return super().get_queryset(request).filter(interview__in=settled)


@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyAdmin):
    """Every scorecard."""

    list_display = ("interview_id", "judge", "score", "created_at")
    list_filter = ("judge",)
    search_fields = ("interview__id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Leave out those of interviews that somebody scores blind."""
        settled = Interview.objects.settled()
        return super().get_queryset(request).filter(interview__in=settled)


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    """Who lets programs read in their name."""

    list_display = ("name", "owner", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email")
    exclude = ("token_hash",)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """Who is told where; not by which secret."""

    list_display = ("address", "by", "events", "created_at", "paused_at", "stopped_at", "failures")
    list_select_related = ("by",)
    search_fields = ("address", "by__email")
    exclude = ("sealed_secret",)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """What was sent, or waits."""

    list_display = ("id", "webhook", "event", "state", "attempts", "next_attempt_at", "last_status")
    list_filter = ("state", "event")
    list_select_related = ("webhook",)
    search_fields = ("id", "interview__id", "webhook__address")


@admin.register(SecondOpinion)
class SecondOpinionAdmin(ReadOnlyAdmin):
    """Which models judged what, or why not."""

    list_display = ("interview_id", "model", "state", "attempts", "wanted_at", "last_error")
    list_filter = ("state", "model")
    search_fields = ("interview__id",)


@admin.register(LlmCall)
class LlmCallAdmin(ReadOnlyAdmin):
    """Every request to a model."""

    list_display = ("at", "purpose", "model", "criterion", "cost", "seconds", "failed")
    list_filter = ("purpose", "model")
    search_fields = ("interview__id", "failed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Leave out interviews that somebody scores blind: a reply says what a judge found."""
        settled = Interview.objects.settled()
        found = super().get_queryset(request)
        return found.filter(Q(interview=None) | Q(interview__in=settled))
