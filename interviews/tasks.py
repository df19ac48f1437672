"""Celery's doorbells: a task carries an id and nothing else, but for a link on its way."""

import logging
import uuid
from datetime import timedelta

from celery import Task, shared_task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from interviews import agreements, grading, letters, llm, rescoring, second_opinions, webhooks
from rubrics import clock

log = logging.getLogger(__name__)


@shared_task
def grade(interview_id: str) -> None:
    """Score one submitted interview, if nobody else is at it."""
    lease = timedelta(seconds=settings.GRADING_LEASE_SECONDS)
    model = settings.LLM_JUDGE_MODEL if llm.is_judging() else ""
    if grading.grade(uuid.UUID(interview_id), clock=clock.now, lease=lease, model=model):
        ring_webhooks(uuid.UUID(interview_id))
        for number in second_opinions.waiting_of(uuid.UUID(interview_id)):
            ring_second_opinion(number)


@shared_task
def sweep() -> None:
    """Hand in what is past its time and ring again for whatever waits."""
    grace = timedelta(seconds=settings.GRACE_SECONDS)
    gap = timedelta(seconds=2 * settings.SWEEP_SECONDS + 10)
    for interview_id in grading.sweep(now=clock.now(), grace=grace, gap=gap):
        ring(interview_id)
    for number in rescoring.to_work_at(now=clock.now()):
        ring_rescore(number)
    for number in second_opinions.to_judge(now=clock.now()):
        ring_second_opinion(number)
    for delivery_id in webhooks.to_send(now=clock.now()):
        ring_delivery(delivery_id)
    if agreements.is_due(now=clock.now()):
        _ask(measure_agreement, lost="no queue to measure agreement; the next sweep asks again")


@shared_task
def judge_again(number: str) -> None:
    """Have a model judge an interview, if nobody else is at it; then ring for the next one."""
    interview_id = second_opinions.judge(int(number), clock=clock.now)
    if interview_id:
        ring_webhooks(interview_id)
        for following in second_opinions.to_judge(now=clock.now())[:1]:
            ring_second_opinion(following)


@shared_task
def deliver(delivery_id: str) -> None:
    """Send one delivery of a webhook, if nobody else is at it."""
    webhooks.deliver(uuid.UUID(delivery_id), clock=clock.now)


@shared_task
def measure_agreement() -> None:
    """Measure how far people agree, if they scored anything since."""
    agreements.measure(now=clock.now())


@shared_task
def rescore(number: str) -> None:
    """Do a batch of a rescore, if nobody else is at it, and ring for the next one."""
    lease = timedelta(seconds=settings.GRADING_LEASE_SECONDS)
    if rescoring.work(int(number), clock=clock.now, lease=lease):
        ring_rescore(int(number))


@shared_task(autoretry_for=(OSError,), retry_backoff=30, retry_backoff_max=3600, max_retries=8)
def send_invitation(address: str) -> None:
    """Send an invitation's link to its candidate; again and again while the mail server is away."""
    letters.invite(address, now=clock.now())


def send_link(address: str) -> None:
    """Ask a worker to send a link. The link itself goes along: it is kept nowhere."""
    _ask(
        send_invitation,
        address,
        lost="no queue to send an invitation; its page can make a new link",
    )


@shared_task(autoretry_for=(OSError,), retry_backoff=30, retry_backoff_max=3600, max_retries=8)
def send_result(interview_id: str, address: str) -> None:
    """Tell a candidate that there is a result; again while the mail server is away."""
    letters.tell_result(uuid.UUID(interview_id), address)


def tell_result(interview_id: uuid.UUID, address: str) -> None:
    """Ask a worker to tell a candidate of a result."""
    lost = f"no queue to tell of the result of {interview_id}; it is under My interviews"
    _ask(send_result, str(interview_id), address, lost=lost)


@shared_task(autoretry_for=(OSError,), retry_backoff=30, retry_backoff_max=3600, max_retries=8)
def send_assigned(rater: int, count: int, address: str) -> None:
    """Tell a rater that answers were given to them; again while the mail server is away."""
    letters.tell_assigned(rater, count, address)


def tell_assigned(rater: int, count: int, address: str) -> None:
    """Ask a worker to tell a rater what a lead gave them."""
    lost = f"no queue to tell rater {rater} of {count} answers; they are in their list"
    _ask(send_assigned, rater, count, address, lost=lost)


def ring(interview_id: uuid.UUID) -> None:
    """Ask a worker to grade."""
    lost = f"no queue to ring for interview {interview_id}; the sweep will"
    _ask(grade, str(interview_id), lost=lost)


def ring_second_opinion(number: int) -> None:
    """Ask a worker to have a model judge."""
    lost = f"no queue to ring for second opinion {number}; the sweep will"
    _ask(judge_again, str(number), lost=lost)


def ring_webhooks(interview_id: uuid.UUID) -> None:
    """Ask workers to tell what happened to an interview, whoever wants to be told."""
    for delivery_id in webhooks.to_send(now=clock.now(), interview_id=interview_id):
        ring_delivery(delivery_id)


def ring_delivery(delivery_id: uuid.UUID) -> None:
    """Ask a worker to send one delivery."""
    lost = f"no queue to ring for delivery {delivery_id}; the sweep will"
    _ask(deliver, str(delivery_id), lost=lost)


def ring_rescore(number: int) -> None:
    """Ask a worker for a batch of a rescore."""
    lost = f"no queue to ring for rescore {number}; the sweep will"
    _ask(rescore, str(number), lost=lost)


def _ask(task: Task[..., None], *said: str | int, lost: str) -> None:
    """Ask a worker for a task, once the transaction is done.

    A queue that is away is no reason to fail: ``lost`` says what is lost.
    """

    def send() -> None:
        try:
            task.delay(*said)
        except (OperationalError, OSError):
            log.exception("%s", lost)

    transaction.on_commit(send)
