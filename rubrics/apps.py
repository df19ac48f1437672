"""Registers the question bank with Django."""

from django.apps import AppConfig


class RubricsConfig(AppConfig):
    """The bank of questions and rubrics."""

    name = "rubrics"
    verbose_name = "Question bank"

    def ready(self) -> None:
        """Make ``manage.py check`` read the library."""
        from rubrics import checks  # noqa: F401 - registering is the import's purpose
