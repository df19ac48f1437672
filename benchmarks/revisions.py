"""What an hour of typing weighs in the database: whole texts against changes.

`python -m benchmarks.revisions`: 60 words a minute, one save a second, words from the library's
model answers; in a tenth of the saves something is taken out or written in the middle.
"""

import os
import random
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

from mlsd_app import embedded

LIBRARY = Path(__file__).resolve().parents[1] / "rubrics" / "library"
SECONDS = 3600
NEVER = 10**9
SIZE = "SELECT pg_total_relation_size('interviews_stagerevision'), pg_current_wal_lsn()::text"


def typing(words: Sequence[str], seconds: int) -> Iterator[str]:
    """Give the text after each second."""
    luck, coming, text = random.Random(5), cycle(words), ""  # noqa: S311 - no secret
    for _ in range(seconds):
        at = luck.randrange(len(text)) if len(text) > 200 else len(text)
        act = luck.random()
        if act < 0.05:
            text = text[:at] + text[at + luck.choice((5, 8, 40)) :]
        elif act < 0.1:
            text = f"{text[:at]}{next(coming)} {text[at:]}"
        else:
            text = f"{text}{next(coming)} "
        yield text


def cost(words: Sequence[str], *, stages: int, whole_every: int) -> tuple[float, float]:
    """Type for an hour; megabytes of the revisions with their indexes, and of the log."""
    from django.contrib.auth.models import User

    from interviews.edits import Edit
    from interviews.models import Interview, StageAnswer, stage
    from tests import factories

    stage.WHOLE_EVERY = whole_every
    Interview.objects.all().delete()
    interview = factories.an_interview(candidate=User.objects.get(), minutes=90)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL interviews_stagerevision")
        cursor.execute(SIZE)
        _, began = cursor.fetchone()
        for place in factories.STAGES[:stages]:
            interview.enter(place, now=factories.NOON)
            before, base = "", 0
            for text in typing(words, SECONDS // stages):
                change = Edit.between(before, text) if whole_every < NEVER else None
                saved = StageAnswer.objects.save_draft(
                    text,
                    interview_id=interview.pk,
                    stage=place,
                    base=base,
                    key=uuid.uuid4(),
                    now=factories.NOON,
                    grace=factories.GRACE,
                    start=change.start if change else None,
                    cut=change.cut if change else None,
                )
                assert saved.refused is None, saved
                before, base = text, saved.revision
        cursor.execute(SIZE)
        size, _ = cursor.fetchone()
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), %s)::float8", [began])
        (log,) = cursor.fetchone()
    return size / 1e6, log / 1e6


def main() -> None:
    """Print a line for each way to keep an hour."""
    with tempfile.TemporaryDirectory(prefix="mlsd-revisions-") as folder:
        var = Path(folder)
        var.chmod(0o711)  # run as root, Postgres passes through here as another user
        settings = {"MLSD_VAR": folder, "DATABASE_POOL_MAX": "0"}
        settings["DJANGO_SETTINGS_MODULE"] = "mlsd_app.settings"
        os.environ.update(settings)  # noqa: TID251 - before the settings are read
        django.setup()
        with embedded.postgres(var, durable=False):
            compare()
            connection.close()


def compare() -> None:
    """Print what each way costs."""
    from rubrics.loading import load_library
    from tests import factories

    call_command("migrate", verbosity=0)
    factories.fill_bank()
    factories.a_user()
    answers = [q.model_answer for q in load_library(LIBRARY).questions.values() if q.model_answer]
    words = [word for answer in answers for text in answer.stages.values() for word in text.split()]
    for name, whole_every in (("whole texts", 1), ("a whole text at every 50th", 50)):
        for stages in (3, 1):
            # Without a hint from the page every revision is whole.
            every = NEVER if whole_every == 1 else whole_every
            size, log = cost(words, stages=stages, whole_every=every)
            print(f"{name}, {stages} stages: {size:.1f} MB, log {log:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
