"""Readies a database for this release: once, before the parts of a deployment start."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mlsd_app import demo, preparation, queue_folder


class Command(BaseCommand):
    """`manage.py prepare`, for machines where something else than `up` runs the parts."""

    help = "Migrate the database, collect static files, import the question bank."
    requires_system_checks: list[str] = []  # those are a change's business, `make check`

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="also make the demo accounts")

        parser.add_argument("--no-static", action="store_true", help="they are collected already")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.REDIS_URL:
            queue_folder.prepare(Path(settings.MLSD_VAR) / "queue")
        preparation.migrate(self.stdout.write)
        if not options["no_static"]:
            preparation.collect_static(self.stdout.write)
        preparation.import_bank()
        if options["demo"]:
            password = demo.ensure(Path(settings.MLSD_VAR))
            self.stdout.write(f"Password of the demo accounts: {password}")
