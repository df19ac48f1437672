"""The e-mails that interviews bring about."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from interviews.models import Interview, Invitation


def invite(address: str, *, now: datetime) -> None:
    """Send the link of an invitation; not when it was used, renewed, revoked or has expired.

    Raises OSError while the mail server cannot be reached.
    """
    token = address.rstrip("/").rsplit("/", 1)[-1]
    found = Invitation.objects.open(now).by_token(token).select_related("by").first()
    if found is None or not found.email:
        return
    body = render_to_string("invitations/letter.txt", {"invitation": found, "address": address})
    EmailMessage(
        subject="An interview in machine-learning system design",
        body=body,
        to=[found.email],
        reply_to=[found.by.email],
    ).send()


def tell_result(interview_id: uuid.UUID, address: str) -> None:
    """Tell a candidate that there is a result, or an answer to what they asked.

    Raises OSError while the mail server cannot be reached.
    """
    interview = Interview.objects.select_related("candidate").get(pk=interview_id)
    if not interview.shows_result:
        return
    body = render_to_string("reviews/letter.txt", {"address": address})
    EmailMessage(
        subject="The result of your interview", body=body, to=[interview.candidate.email]
    ).send()


def tell_assigned(rater: int, count: int, address: str) -> None:
    """Tell a rater that a lead gave them answers to score.

    Raises OSError while the mail server cannot be reached.
    """
    found = User.objects.filter(pk=rater, is_active=True).first()
    if found is None:
        return
    said = {"count": count, "address": address, "days": settings.REVIEW_ASSIGNED_DAYS}
    body = render_to_string("reviews/assigned.txt", said)
    EmailMessage(subject="Answers for you to score", body=body, to=[found.email]).send()
