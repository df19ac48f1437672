"""What a person has saved of the queue: a filter with a name."""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import User
from django.db import models, transaction

MOST_SAVED = 20
LONGEST_NAME = 40
LONGEST_QUERY = 500


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    """What can be done with many saved filters."""

    def keep(self, owner: User, *, name: str, query: str, now: datetime) -> bool:
        """Save one over the one of the same name; False when there are as many as there may be."""
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=owner.pk)
            others = self.filter(owner=owner).exclude(name=name)
            if others.count() >= MOST_SAVED:
                return False
            self.update_or_create(
                owner=owner, name=name, defaults={"query": query, "saved_at": now}
            )
        return True


class SavedFilter(models.Model):
    """A way to look at the queue that its owner comes back to."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(
        max_length=LONGEST_QUERY, help_text="as the address says it, without the page"
    )
    saved_at = models.DateTimeField()

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        """By name, and each name once for a person."""

        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="saved_filter_once", fields=["owner", "name"])
        ]

    def __str__(self) -> str:
        """Its name."""
        return self.name
