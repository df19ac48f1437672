"""Fills a database with made-up interviews, for demos and for measuring."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from interviews import seeding
from interviews.access.roles import raters
from mlsd_app import demo
from rubrics import clock


class Command(BaseCommand):
    """`manage.py seed --interviews N`."""

    help = "Make up interviews with scorecards of people, from the bank's sample answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interviews", type=int, required=True, help="how many to add")
        parser.add_argument(
            "--by", default="", help="e-mail of who invited; the demo interviewer unless said"
        )
        parser.add_argument("--chance", type=int, default=1, help="another number, other scores")

    def handle(self, *args: Any, **options: Any) -> None:
        by = _inviter(options["by"])
        count = options["interviews"]
        if count < 1:
            raise CommandError("Say how many: --interviews 200")
        made = 0
        try:
            for made in seeding.seed(count, by=by, now=clock.now(), chance=options["chance"]):
                if made % 5_000 == 0:
                    self.stdout.write(f"{made} of {count} ...")
        except seeding.NothingPublished as error:
            raise CommandError("No published question has samples: import the bank.") from error
        self.stdout.write(
            f"{made} interviews made up; {by.email} invited to them. "
            f"Their people are ...@{seeding.DOMAIN} and cannot sign in."
        )


def _inviter(email: str) -> User:
    wanted = email or next(each.email for each in demo.ACCOUNTS if each.group == "interviewer")
    found = raters().filter(email=wanted).first()
    if found is None:
        raise CommandError(f"{wanted} is no interviewer here. Name one: --by ines@example.org")
    return found
