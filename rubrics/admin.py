"""The bank's tables in Django's admin. Versions are shown, never edited."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from rubrics.models import FrameworkVersion, Question, QuestionVersion


class ReadOnlyAdmin(admin.ModelAdmin[Model]):
    """A table that people may look at and nobody edits."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from the app."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows are never edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows are kept."""
        return False


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    """Questions by name and state."""

    list_display = ("title", "slug", "state", "topic", "difficulty", "updated_at")
    list_filter = ("state", "topic", "difficulty")
    search_fields = ("title", "slug", "summary")


@admin.register(QuestionVersion)
class QuestionVersionAdmin(ReadOnlyAdmin):
    """Every version of every question."""

    list_display = ("__str__", "content_hash", "created_at", "note")
    list_select_related = ("question",)
    search_fields = ("question__slug", "content_hash")


@admin.register(FrameworkVersion)
class FrameworkVersionAdmin(ReadOnlyAdmin):
    """Every version of every framework."""

    list_display = ("title", "slug", "is_current", "created_at")
    list_filter = ("is_current",)
