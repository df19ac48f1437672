"""From a scored interview to what a language model says of it. It never delays the rules' score.

The second opinion's row is claimed by a lease, the model asked outside any transaction and without
a connection, and the scorecard written in one short one. What could not be judged, for the server
was away or the money used up, is tried again a few times; then it stays not judged, and says why.
"""

import logging
import uuid
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

import rubrics
from interviews import flow, grading, llm, resolution, transcripts
from interviews.access.roles import raters
from interviews.llm import Clock
from interviews.models import Interview, Purpose, Review, Scorecard, SecondOpinion, Why

log = logging.getLogger(__name__)

# Answers that are judged at the same time: the workers' other threads are for webhooks.
MOST = 4
_SLACK = timedelta(seconds=60)
_RUNG = 2 * MOST  # that one sweep rings for; each that is judged rings for the next
# Replies that this process has had: what is tried again asks only about what is missing.
_replies = rubrics.Shelf()


def to_judge(*, now: datetime) -> list[int]:
    """Give those that wait for a model; without a server none does any more."""
    if llm.sent() is None:
        SecondOpinion.objects.give_up()
        return []
    SecondOpinion.objects.end_worn(now)
    waiting = SecondOpinion.objects.to_judge(now).order_by("next_attempt_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:_RUNG])


def waiting_of(interview_id: uuid.UUID) -> list[int]:
    """Give those of one interview."""
    waiting = SecondOpinion.objects.filter(interview=interview_id)
    return list(waiting.filter(state=SecondOpinion.State.WAITING).values_list("pk", flat=True))


def want_again(
    model: str, *, interview: uuid.UUID | None, since: datetime | None, now: datetime
) -> list[SecondOpinion]:
    """Have a model judge one scored interview, or all that were handed in since a moment.

    What it has judged before is left out; what came to nothing before is not.
    """
    found = Interview.objects.live().filter(state=flow.State.SCORED)
    found = found.filter(pk=interview) if interview else found.filter(submitted_at__gte=since)
    wanted = [
        SecondOpinion.objects.want(each, model, now=now, again=True)
        for each in found.order_by("submitted_at", "pk").only("pk")
    ]
    return [each for each in wanted if each.state == SecondOpinion.State.WAITING]


def judge_now(opinion: SecondOpinion, *, clock: Clock) -> SecondOpinion:
    """Judge one at once, and give what became of it: a worker may be at it already."""
    judge(opinion.pk, clock=clock, is_news=False)
    opinion.refresh_from_db()
    return opinion


def judge(number: int, *, clock: Clock, is_news: bool = True) -> uuid.UUID | None:
    """Have a model judge an interview; gives which. None when nothing was to claim, or came.

    It never raises: the reason stays on the row.
    """
    opinion = SecondOpinion.objects.filter(pk=number).first()
    server = llm.server(opinion.model, Purpose.JUDGE, clock=clock) if opinion else None
    if opinion is None or server is None:
        return None
    # Where something changed late, it is judged in two parts, with the time of a whole answer each.
    lease = 2 * timedelta(seconds=server.settings.whole) + _SLACK
    token = opinion.claim(now=clock(), lease=lease, most=MOST)
    if token is None:
        return None
    try:
        interview = Interview.objects.with_question().get(pk=opinion.interview_id)
        card = asked(interview, server, clock=clock)
        why = _not_judged(card, is_last=opinion.is_last_try)
        if why:
            opinion.fail(token, why, now=clock())
            return None
        kept = _keep(opinion, token, interview, card, now=clock(), is_news=is_news)
        return interview.pk if kept else None
    except Exception as error:  # whatever it was, the next one must be judged
        log.exception("judging interview %s by a model failed", opinion.interview_id)
        opinion.fail(token, f"{type(error).__name__} in judging; see the log.", now=clock())
        return None


def asked(interview: Interview, server: rubrics.ModelServer, *, clock: Clock) -> rubrics.Scorecard:
    """Ask a model about an interview; nothing is kept but the records of the requests."""
    judge = rubrics.LlmJudge(
        server,
        budget=llm.Purse(server.settings, interview, clock=clock),
        cache=_replies,
        record=llm.recorder(Purpose.JUDGE, interview, clock=clock),
    )
    said = transcripts.of(interview)
    with llm.letting_go(interview.version, interview.framework):
        return grading.judge_transcript(interview.version, interview.framework, said, model=judge)


def _not_judged(card: rubrics.Scorecard, *, is_last: bool) -> str:
    """Why a scorecard is not to be kept: some of it is missing, and may yet come."""
    why = [each.not_judged or "" for each in card.judgements if each.level is None]
    if not why or (is_last and len(why) < len(card.judgements)):
        return ""
    return Counter(why).most_common(1)[0][0] or "It was not judged."


def _keep(
    opinion: SecondOpinion,
    token: uuid.UUID,
    interview: Interview,
    card: rubrics.Scorecard,
    *,
    now: datetime,
    is_news: bool,
) -> bool:
    with transaction.atomic():
        if not opinion.succeed(token):
            return False
        Scorecard.objects.record(interview, card, now=now, is_news=is_news)
        _ask_for_person(interview, now=now)
    return True


def _ask_for_person(interview: Interview, *, now: datetime) -> None:
    """Ask for somebody who looks, where the judges differ widely or were spoken to."""
    judged = [card.value for card in interview.judged]
    both = resolution.standing(interview.version.value.rubric, judged, is_awaited=True)
    if both is None or both.compared is None or not both.needs_person:
        return
    is_anybody_there = raters().exclude(pk=interview.candidate_id).exists()
    why = Why.SPOKEN_TO if both.compared.is_injected else Why.FAR_APART
    Review.objects.want_a_look(interview, why, is_anybody_there=is_anybody_there, now=now)
