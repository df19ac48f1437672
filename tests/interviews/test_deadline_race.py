"""The last second, a thousand times: the page writes, the page hands in, the sweep hands in.

All three set off at the same moment, each on a connection of its own. Whoever wins, the interview
is handed in once, and what was acknowledged is what a worker finds to score.
"""

import copy
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.db.models.base import ModelState

from interviews import access, flow, grading
from interviews.models import DraftOutcome, Interview, LateText, LedgerLine, StageAnswer
from tests import factories
from tests.factories import GRACE, NOON

T = TypeVar("T")
Row = TypeVar("Row", bound=Model)

TRIES = 1000
SECONDS = 60  # for one contender to come to the start; only a test that hangs needs them
APART = timedelta(minutes=1)  # between two deadlines: a sweep finds one interview at a time
SHORTLY = timedelta(milliseconds=1)
TEXT = "The last words."


def deadline_of(attempt: int) -> datetime:
    return NOON + attempt * APART


def begin_all(alice: User) -> list[Interview]:
    """Alice's interviews, each with the sheet that is written on; begun once and copied."""
    begun = deadline_of(0) - timedelta(minutes=20)
    first = factories.an_interview(candidate=alice, minutes=20, now=begun)
    sheet, line = first.sheets.texts().get(stage="scope"), first.ledger.get()
    interviews, sheets, lines = [first], [], []
    for attempt in range(1, TRIES):
        later = attempt * APART
        times = {"started_at": begun + later, "deadline_at": first.deadline_at + later}
        interviews.append(copied(first, pk=uuid.uuid4(), **times))
        sheets.append(copied(sheet, pk=None, interview=interviews[-1]))
        lines.append(copied(line, pk=None, interview=interviews[-1], at=begun + later))
    Interview.objects.bulk_create(interviews[1:])
    StageAnswer.objects.bulk_create(sheets)
    LedgerLine.objects.bulk_create(lines)
    return interviews


def copied(row: Row, **changes: object) -> Row:
    """A row that is not in the database yet."""
    fresh = copy.copy(row)
    fresh._state = ModelState()
    for name, value in changes.items():
        setattr(fresh, name, value)
    return fresh


def text_to_score(interview: Interview) -> str:
    """What a worker finds that is rung now."""
    return StageAnswer.objects.texts().get(interview=interview, stage="scope").text


def write(interview: Interview, attempt: int) -> DraftOutcome:
    """The page sends its last words just before the grace is over."""
    return StageAnswer.objects.save_draft(
        TEXT,
        interview_id=interview.pk,
        stage="scope",
        base=0,
        key=uuid.uuid4(),
        now=deadline_of(attempt) + GRACE - SHORTLY,
        grace=GRACE,
    )


def hand_in(interview: Interview, attempt: int) -> tuple[bool, str]:
    """The page hands in, as its view does; whether it was the one, and what there is to score."""
    own = access.interview_or_404(interview.candidate, interview.pk)
    access.stage_or_404(own.candidate, own.pk, own.current_stage)
    won = own.submit(flow.Submitter.PAGE, now=deadline_of(attempt) + GRACE)
    return won, text_to_score(interview)


def sweep(interview: Interview, attempt: int) -> str:
    """The sweep comes by; what there is to score then."""
    assert interview.pk in grading.sweep(now=deadline_of(attempt) + GRACE + SHORTLY, grace=GRACE)
    return text_to_score(interview)


def all_tries(
    contend: Callable[[Interview, int], T],
    interviews: Sequence[Interview],
    start: threading.Barrier,
) -> list[T]:
    """Contend for every interview in turn, each time together with the others."""
    results = []
    try:
        for attempt, interview in enumerate(interviews):
            start.wait(SECONDS)
            results.append(contend(interview, attempt))
    except BaseException:
        start.abort()  # the others would wait for this one
        raise
    finally:
        connection.close()
    return results


@pytest.mark.django_db(transaction=True)
def test_the_page_and_the_sweep_may_both_try_and_it_is_handed_in_once(
    bank: None, alice: User
) -> None:
    interviews = begin_all(alice)
    start = threading.Barrier(3)
    with ThreadPoolExecutor(3) as threads:
        written = threads.submit(all_tries, write, interviews, start)
        handed_in = threads.submit(all_tries, hand_in, interviews, start)
        swept = threads.submit(all_tries, sweep, interviews, start)
    tries = list(zip(interviews, written.result(), handed_in.result(), swept.result(), strict=True))

    lines = Counter(
        LedgerLine.objects.filter(kind=flow.Kind.SUBMITTED).values_list("interview", flat=True)
    )
    late = Counter(LateText.objects.values_list("answer__interview", "text"))
    states = {
        row[0]: row[1:] for row in Interview.objects.values_list("pk", "state", "submitted_by")
    }
    scored = dict(
        StageAnswer.objects.texts().filter(stage="scope").values_list("interview", "text")
    )
    winners: Counter[str] = Counter()
    for interview, outcome, (page_won, text_of_page), text_of_sweep in tries:
        by = "page" if page_won else "sweep"
        expected = TEXT if outcome.refused is None else ""
        assert states[interview.pk] == (flow.State.SUBMITTED, by)
        assert lines[interview.pk] == 1
        assert (text_of_page, text_of_sweep, scored[interview.pk]) == (expected,) * 3
        assert late[interview.pk, TEXT] == (outcome.refused == "late")
        winners.update((by, outcome.refused or "written"))
    # Races they were: everybody came first at times.
    assert set(winners) == {"page", "sweep", "written", "late"}, winners
