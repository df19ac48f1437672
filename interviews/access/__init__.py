"""The only door from a request to a row. What is not yours is 404, as if it were not there."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from interviews import flow
from interviews.access.roles import raters
from interviews.models import MAX_BYTES as MAX_BYTES  # views name these
from interviews.models import PROBES as PROBES
from interviews.models import DraftOutcome, Review, StageAnswer
from interviews.models import Interview as Interview
from interviews.models import Part as Part
from interviews.models.interview import InterviewQuerySet
from rubrics import Target
from rubrics.models import FrameworkVersion, Question, documents_of

Person = User | AnonymousUser
Answer = StageAnswer  # views name the type, and only the type

PER_PAGE = 20


def interview_or_404(person: Person, interview_id: uuid.UUID) -> Interview:
    """Give an interview that the person may see, with its question and framework."""
    visible = Interview.objects.visible_to(person).with_question()
    return get_object_or_404(visible, pk=interview_id)


def readable_or_404(person: Person, interview_id: uuid.UUID) -> Interview:
    """Give an interview that the person may read: their own, or one that they score."""
    return get_object_or_404(_readable_by(person).with_question(), pk=interview_id)


def _readable_by(person: Person) -> InterviewQuerySet:
    """Interviews that a person may read: their own, and handed-in ones that they score or did."""
    if person.pk is None:
        return Interview.objects.none()
    reviewed = Review.objects.filter(interview=OuterRef("pk"), rater_id=person.pk)
    scored = Exists(reviewed) & Exists(raters().filter(pk=person.pk)) & ~Q(state=flow.State.RUNNING)
    return Interview.objects.filter(Q(candidate_id=person.pk) | scored)


def stage_or_404(
    person: Person, interview_id: uuid.UUID, stage: str, part: Part = Part.TEXT
) -> StageAnswer:
    """Give a sheet of a stage of an interview that the person may see, with the interview."""
    return _sheet_or_404(Interview.objects.visible_to(person), interview_id, stage, part)


def readable_stage_or_404(
    person: Person, interview_id: uuid.UUID, stage: str, part: Part = Part.TEXT
) -> StageAnswer:
    """Give a sheet of a stage of an interview that the person may read, with the interview."""
    return _sheet_or_404(_readable_by(person), interview_id, stage, part)


def _sheet_or_404(
    visible: InterviewQuerySet, interview_id: uuid.UUID, stage: str, part: Part
) -> StageAnswer:
    if "\x00" in stage:  # from a form; no database can even be asked
        raise Http404
    found = (
        StageAnswer.objects.filter(interview__in=visible)
        .select_related("interview__version__question", "interview__framework")
        .defer(*documents_of("interview__version"), "interview__framework__document")
    )
    return get_object_or_404(found, interview_id=interview_id, stage=stage, part=part)


def save_draft(
    person: Person,
    interview_id: uuid.UUID,
    stage: str,
    part: Part,
    *,
    text: str,
    base: int,
    key: uuid.UUID,
    start: int | None,
    cut: int | None,
    now: datetime,
    grace: timedelta,
) -> DraftOutcome:
    """Keep a text of the person's own sheet: the one statement that saves asks whose it is, too."""
    if person.pk is None or "\x00" in stage:
        raise Http404
    try:
        return StageAnswer.objects.save_draft(
            text,
            interview_id=interview_id,
            candidate_id=person.pk,
            stage=stage,
            part=part,
            base=base,
            key=key,
            start=start,
            cut=cut,
            now=now,
            grace=grace,
        )
    except StageAnswer.DoesNotExist as error:
        raise Http404 from error


def credit(person: Person, interview_id: uuid.UUID, claim: str, *, now: datetime) -> None:
    """Give time back for the outages that a page claims, as far as our own rows allow it."""
    if outages := flow.outages(claim, now=now):
        interview = interview_or_404(person, interview_id)
        interview.credit(outages, now=now, most=settings.OUTAGE_CREDIT_SECONDS)


def interviews_of(person: Person, page: str) -> Page[Interview]:
    """Give a page of the person's history, latest first."""
    found = Interview.objects.visible_to(person).with_question()
    found = found.prefetch_related("scorecards", "reviews")
    return Paginator(found, PER_PAGE).get_page(page)


def latest_of(person: Person) -> list[Interview]:
    """Give the person's latest interviews that are handed in."""
    handed_in = Interview.objects.visible_to(person).exclude(state=flow.State.RUNNING)
    return list(handed_in.with_question().prefetch_related("scorecards", "reviews")[:5])


def unfinished_of(person: Person) -> list[Interview]:
    """Give the interviews that the person is still writing."""
    return list(Interview.objects.visible_to(person).running().with_question()[:5])


def question_or_404(slug: str) -> Question:
    """Give a published question."""
    return get_object_or_404(Question.objects.published(), slug=slug)


def has_done(person: Person, question: Question) -> bool:
    """Whether a person has handed in an attempt at a question."""
    mine = Interview.objects.visible_to(person).filter(version__question=question)
    return mine.exclude(state=flow.State.RUNNING).exists()


def questions(
    person: Person, *, words: str, topic: str, difficulty: str, target: str, page: str
) -> Page[Question]:
    """Give a page of published questions, each with ``tries``: how often the person did it."""
    mine = Q(versions__interviews__candidate_id=person.pk) & ~Q(
        versions__interviews__state=flow.State.RUNNING
    )
    found: QuerySet[Question] = (
        Question.objects.published()
        .matching(words=words, topic=topic, difficulty=difficulty, target=target)
        .annotate(tries=Count("versions__interviews", filter=mine, distinct=True))
        .order_by("title")
    )
    return Paginator(found, PER_PAGE).get_page(page)


def topics() -> list[str]:
    """Give the topics of published questions, in alphabetical order."""
    published = Question.objects.published().exclude(topic="").order_by("topic")
    return list(published.values_list("topic", flat=True).distinct())


def answers_by_invitation(person: Person, question: Question) -> bool:
    """Whether a person is answering a question that somebody invited them to."""
    mine = Interview.objects.visible_to(person).running()
    return mine.filter(version__question=question, invitation__isnull=False).exists()


def next_question(person: Person) -> Question | None:
    """Give a published question that the person has not tried yet, or the first one."""
    tried = Interview.objects.visible_to(person).values("version__question_id")
    published = Question.objects.published()
    return published.exclude(pk__in=tried).first() or published.first()


def frameworks() -> QuerySet[FrameworkVersion]:
    """Give the frameworks that an interview can follow today."""
    return FrameworkVersion.objects.current().order_by("slug")


def begin(
    person: Person,
    question: Question,
    *,
    key: uuid.UUID,
    framework: FrameworkVersion,
    minutes: int,
    pacing: flow.Pacing,
    target: Target,
    extra: flow.Extra,
    has_interviewer: bool,
    now: datetime,
) -> Interview:
    """Start an interview on a question's published version; 404 for another person's key."""
    if not isinstance(person, User) or question.published is None:
        raise Http404
    try:
        interview = Interview.objects.begin(
            key=key,
            candidate=person,
            version=question.published,
            framework=framework,
            minutes=minutes,
            pacing=pacing,
            target=target,
            extra=extra,
            has_interviewer=has_interviewer,
            now=now,
        )
    except Interview.DoesNotExist as error:
        raise Http404 from error
    return interview_or_404(person, interview.pk)
