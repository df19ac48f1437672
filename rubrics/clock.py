"""The only reader of the time. Views, tasks and commands ask here and pass ``now=`` on."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Give the present moment, aware, in UTC."""
    return timezone.now()
