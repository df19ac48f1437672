"""Registers interviews with Django."""

from django.apps import AppConfig


class InterviewsConfig(AppConfig):
    """Interviews, from the start to the report."""

    name = "interviews"
