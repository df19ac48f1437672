"""From a submitted interview to its scorecard. The only caller of the judges.

The submitted row is the queue: claim it by a lease, judge outside any transaction, write in one
short one. A worker that dies leaves a lease that runs out; a second delivery finds nothing to
claim.
"""

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

import rubrics
from interviews import transcripts
from interviews.flow import Submitter
from interviews.models import Interview, Scorecard, SecondOpinion, Sweep
from rubrics.models import FrameworkVersion, QuestionVersion

log = logging.getLogger(__name__)

_rules = rubrics.RulesJudge()

# A page that cannot reach the server tries again after so long at most: half a minute and a bit.
LONGEST_RETRY = timedelta(seconds=40)


def grade(
    interview_id: uuid.UUID, *, clock: Callable[[], datetime], lease: timedelta, model: str = ""
) -> bool:
    """Score an interview by the rules judge. False when there was nothing to claim or it failed.

    ``model`` names the one that is to judge it afterwards, if any is. A failure is logged and kept
    on the row with the time of the next attempt; it never raises, for nobody is there to catch it.
    """
    interview = Interview.objects.with_question().filter(pk=interview_id).first()
    token = interview.claim(now=clock(), lease=lease) if interview else None
    if interview is None or token is None:
        return False
    try:
        card = judge(interview, interview.version)
        with transaction.atomic():
            Scorecard.objects.record(interview, card, now=clock())
            if model:
                SecondOpinion.objects.want(interview, model, now=clock())
            return interview.finish(token)
    except Exception as error:  # whatever it was, the candidate's answer must be tried again
        log.exception("grading interview %s failed", interview_id)
        interview.give_back(token, f"{type(error).__name__}: {error}", now=clock())
        return False


def judge(interview: Interview, version: QuestionVersion) -> rubrics.Scorecard:
    """Judge an interview by the rules and a version's rubric; nothing is kept."""
    return judge_transcript(version, interview.framework, transcripts.of(interview))


def judge_texts(
    version: QuestionVersion,
    framework: FrameworkVersion,
    texts: Mapping[str, str],
    *,
    model: rubrics.LlmJudge | None = None,
) -> rubrics.Scorecard:
    """Judge an answer that nobody asked about (stage id → text)."""
    return judge_transcript(version, framework, rubrics.Transcript(texts), model=model)


def judge_transcript(
    version: QuestionVersion,
    framework: FrameworkVersion,
    transcript: rubrics.Transcript,
    *,
    model: rubrics.LlmJudge | None = None,
) -> rubrics.Scorecard:
    """Judge what was said by the rules, or by a model."""
    return rubrics.judge_transcript(
        version.value,
        framework.value,
        transcript,
        judge=model or _rules,
        near_misses=model is None,  # a model has no phrases that something could be near to
    )


def sweep(*, now: datetime, grace: timedelta, gap: timedelta = timedelta.max) -> list[uuid.UUID]:
    """Hand in what is past its time; give the ids of everything that waits to be graded.

    When the last sweep is longer ago than ``gap``, the server was away: what fell due meanwhile
    waits for the pages, which come back too.
    """
    swept = Sweep.objects.note(now=now, gap=gap)
    due_before = swept.due_before(now, wait=grace + LONGEST_RETRY)
    for interview in Interview.objects.overdue(due_before, grace)[:1000]:
        interview.submit(Submitter.SWEEP, now=now)
    return list(Interview.objects.to_grade(now).values_list("pk", flat=True)[:1000])
