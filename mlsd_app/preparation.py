"""Brings database, static files and question bank up to date, fast when they already are."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mlsd_app import static_storage
from rubrics import clock
from rubrics.bank import ship


def migrate(tell: Callable[[str], None]) -> None:
    """Bring the database's tables up to date."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        tell("Preparing the database ...")
        call_command("migrate", interactive=False, verbosity=0)


def collect_static(tell: Callable[[str], None]) -> None:
    """Have the static files under their hashed names; a developer's run serves the sources."""
    if not settings.DEBUG and static_storage.changed(Path(settings.STATIC_ROOT)):
        tell("Collecting static files ...")
        static_storage.collect(Path(settings.STATIC_ROOT))


def import_bank() -> None:
    """Bring in what comes with MLSD and is new. Raises rubrics.loading.InvalidDocument."""
    ship(now=clock.now())
