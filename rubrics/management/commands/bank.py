"""``manage.py bank import [FOLDER]``: bring documents into the bank, all or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rubrics import LIBRARY, InvalidDocument, bank, clock


class Command(BaseCommand):
    """Keep the question bank."""

    help = "Bring frameworks, concepts and questions into the bank; what changed is a new version."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the verb and the folder."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        importing = verbs.add_parser("import", help="bring a library folder in")
        importing.add_argument("folder", nargs="?", type=Path, default=LIBRARY)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb."""
        try:
            imported = bank.import_library(options["folder"], now=clock.now())
        except InvalidDocument as error:
            raise CommandError(f"Nothing was changed.\n{error}") from error
        self.stdout.write(f"Bank: {imported}.")
