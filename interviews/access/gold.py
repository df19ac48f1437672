"""The door to gold answers: curators keep them, raters get copies of them, leads see how it goes.

Which of a rater's answers is one nothing tells before its scorecard is in, but for calibration.
"""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from interviews import gold, resolution
from interviews.access.roles import Person, interviewer_or_404, is_lead, raters
from interviews.models import (
    CalibrationWaiver,
    GoldAnswer,
    GoldCopy,
    GoldPlan,
    Kind,
    Review,
    Scorecard,
    Use,
)
from interviews.models.gold import GoldAnswerQuerySet
from rubrics import Target
from rubrics.access import curator_or_404, is_curator
from rubrics.models import FrameworkVersion, Question, documents_of

MOST_EVERY, MOST_CALIBRATION = GoldPlan.MOST_EVERY, GoldPlan.MOST_CALIBRATION
Found = GoldAnswer  # views name the type, and only the type
# So many scorecards are compared at most, the latest.
_MOST = 2_000
# What comes while somebody scores came at a moment of that time, but not longer ago.
_LONGEST_AGO = timedelta(hours=1)


# --- curators -------------------------------------------------------------------------------


def offered() -> QuerySet[Question]:
    """Give the questions to which an answer can be kept."""
    return Question.objects.published().order_by("title")


def _visible_to(person: Person) -> GoldAnswerQuerySet:
    return GoldAnswer.objects.readable_by(curator_or_404(person)).with_question()


def gold_or_404(person: Person, gold_id: uuid.UUID) -> GoldAnswer:
    """Give a gold answer, to a curator who is not about to score it blind."""
    return get_object_or_404(_visible_to(person), pk=gold_id)


def add(
    person: Person,
    question: Question,
    *,
    framework: FrameworkVersion,
    target: Target,
    minutes: int,
    texts: Mapping[str, str],
    key: uuid.UUID,
    now: datetime,
) -> GoldAnswer:
    """Keep an answer to a question's published version; the same key once."""
    user = curator_or_404(person)
    version = question.published
    if version is None:
        raise Http404
    kept, _ = GoldAnswer.objects.get_or_create(
        id=key,
        defaults={
            "version": version,
            "framework": framework,
            "target": target,
            "minutes": minutes,
            "texts": dict(texts),
            "by": user,
            "created_at": now,
        },
    )
    return kept


def score_for_reference(
    person: Person, gold_id: uuid.UUID, *, lease: timedelta, now: datetime
) -> Review:
    """Give a curator the review to write as a reference: one they began, or a new one."""
    user = curator_or_404(person)
    found = gold_or_404(person, gold_id)
    with transaction.atomic():
        _lock(user)
        review = Review.objects.filter(
            interview__gold_copy__gold=found,
            interview__gold_copy__person=user,
            kind=Kind.REFERENCE,
            submitted_at=None,
        ).first() or found.copy_for(
            user, Use.REFERENCE, handed_in=now, chances=_chances(user, str(found.pk))
        )
        _hold(review, user, lease=lease, now=now)
    return review


def retire(person: Person, gold_id: uuid.UUID, *, now: datetime) -> bool:
    """Offer a gold answer to nobody any more; False when it was retired before."""
    return gold_or_404(person, gold_id).retire(now=now)


# --- raters ---------------------------------------------------------------------------------


def _lock(user: User) -> None:
    """Let one request of a person after the other decide what they get."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _chances(user: User, turn: int | str) -> random.Random:
    return gold.chance(settings.SECRET_KEY, user.pk, turn)


def _hold(review: Review, user: User, *, lease: timedelta, now: datetime) -> None:
    """Let a person go on with what is only theirs, whether they hold it still or not."""
    if not review.is_mine(user):
        review.claim(user, now=now, lease=lease)


def new_to(rater: User) -> GoldAnswerQuerySet:
    """Give the gold answers that a rater can get. Curators, who can read all, get none."""
    ready = GoldAnswer.objects.none() if is_curator(rater) else GoldAnswer.objects.ready()
    return ready.new_to(rater)


def calibration_left(rater: User) -> int:
    """How many gold answers a rater scores before the first live one: never more than there are.

    Nobody is asked who has scored a live answer, or whom a lead let off.
    """
    past = (Exists(each) for each in _past(rater=rater))
    plan = GoldPlan.objects.filter(*(~each for each in past), calibration__gt=0).first()
    if plan is None:
        return 0
    return _left(plan, [rater])[rater.pk]


def _left(plan: GoldPlan, new: Sequence[User]) -> Mapping[int, int]:
    """How many gold answers each of some raters scores before the first live one. Two queries."""
    ready = set(GoldAnswer.objects.ready().values_list("pk", "by"))
    submitted = Review.objects.filter(interview=OuterRef("interview"), submitted_at__isnull=False)
    copies = GoldCopy.objects.filter(person__in=new).annotate(is_done=Exists(submitted))
    told = list(copies.values_list("person", "gold", "use", "is_done"))
    left = {}
    for rater in new:
        own = [each[1:] for each in told if each[0] == rater.pk]
        had = {pk for pk, _, _ in own}
        scored = [is_done for _, use, is_done in own if use != Use.REFERENCE]
        fresh = [pk for pk, by in ready if pk not in had and by != rater.pk]
        there = scored.count(False) + (0 if is_curator(rater) else len(fresh))
        left[rater.pk] = max(0, min(plan.calibration - scored.count(True), there))
    return left


def _past(**whose: object) -> tuple[QuerySet[Review], QuerySet[CalibrationWaiver]]:
    """What says that a rater needs no calibration: a live answer scored, or a lead's word."""
    live = Review.objects.filter(
        submitted_at__isnull=False, interview__gold_copy__isnull=True, **whose
    )
    return live.order_by(), CalibrationWaiver.objects.filter(**whose)


def calibrate(rater: User, *, lease: timedelta, now: datetime) -> Review | None:
    """Give a rater the next gold answer of their calibration; None when there is none."""
    with transaction.atomic():
        _lock(rater)
        review = Review.objects.filter(
            interview__gold_copy__person=rater,
            interview__gold_copy__use=Use.CALIBRATION,
            submitted_at=None,
        ).first()
        if review is None:
            had = GoldCopy.objects.filter(person=rater).count()
            chances = _chances(rater, f"calibration {had}")
            chosen = _any_of(new_to(rater), chances)
            if chosen is None:
                return None
            review = chosen.copy_for(rater, Use.CALIBRATION, handed_in=now, chances=chances)
        _hold(review, rater, lease=lease, now=now)
    return review


def slip_in(rater: User, submitted: Review, *, now: datetime) -> None:
    """Put a gold answer into the queue of a rater who has just submitted, when it is their turn.

    It was handed in while they were scoring. Call it in the transaction of the submission: of two
    at once the second counts the first.
    """
    every = GoldPlan.objects.current().every
    copy = submitted.interview.gold_copy if submitted.interview.is_gold else None
    if not every or (copy and copy.use != Use.HIDDEN):
        return
    _lock(rater)
    done = Review.objects.filter(rater=rater, submitted_at__isnull=False)
    chances = _chances(rater, done.exclude(kind=Kind.REFERENCE).count())
    if not gold.is_turn(chances, every=every):
        return
    chosen = _any_of(new_to(rater), chances)
    if chosen:
        since = max(submitted.claimed_at or now, now - _LONGEST_AGO)
        handed_in = since + (now - since) * chances.random()
        chosen.copy_for(
            rater,
            Use.HIDDEN,
            handed_in=handed_in,
            chances=chances,
            seems_by=_inviter_beside(rater, submitted, chances, now),
        )


def _inviter_beside(
    rater: User, submitted: Review, chances: random.Random, now: datetime
) -> int | None:
    """Choose who seems to have invited to it: somebody whose answers come to that rater."""
    waiting = Review.objects.free(now).open_to(rater).filter(interview__invitation__isnull=False)
    by = waiting.order_by("wanted_at", "pk").values_list("interview__invitation__by", flat=True)
    found = list(by[:50])
    if found:
        return chances.choice(found)
    interview = submitted.interview
    if interview.is_gold:
        return interview.gold_copy.seems_by_id
    return interview.invitation.by_id if interview.invitation else None


def _any_of(found: GoldAnswerQuerySet, chances: random.Random) -> GoldAnswer | None:
    keys = list(found.order_by("pk").values_list("pk", flat=True))
    return found.with_question().get(pk=chances.choice(keys)) if keys else None


def reference_of(person: Person, review: Review) -> Review | None:
    """Give the reference of the gold answer that a review was of, to who has scored it.

    None for an answer of a person, and to a curator who has scored it for reference.
    """
    if review.rater_id != person.pk or not review.is_submitted or not review.interview.is_gold:
        return None
    copy = review.interview.gold_copy
    return None if copy.use == Use.REFERENCE else copy.gold.reference()


# --- how it goes ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """A rater's scorecard of a gold answer against the reference; ``points`` (0-100) apart."""

    rater: User
    answer: GoldAnswer
    use: str
    at: datetime
    pairs: Sequence[tuple[int, int]]

    @property
    def nearness(self) -> gold.Nearness | None:
        """How near it comes."""
        return gold.nearness(self.pairs)


def _results() -> list[Result]:
    """Give what raters have scored of gold answers, the latest first. Two queries."""
    of_gold = Scorecard.objects.filter(interview__gold_copy__isnull=False)
    references = (
        of_gold.filter(interview__gold_copy__use=Use.REFERENCE)
        .select_related("interview__gold_copy")
        .order_by("interview__gold_copy__gold_id", "-created_at", "-pk")
        .distinct("interview__gold_copy__gold_id")
    )
    latest = {
        card.interview.gold_copy.gold_id: resolution.levels_of(card.value) for card in references
    }
    cards = (
        of_gold.exclude(interview__gold_copy__use=Use.REFERENCE)
        .filter(interview__gold_copy__gold__in=latest)
        .select_related(
            "review",
            "interview__gold_copy__person",
            "interview__gold_copy__gold__version__question",
        )
        .defer(
            "interview__gold_copy__gold__texts",
            *documents_of("interview__gold_copy__gold__version"),
        )
        .order_by("-created_at", "-pk")[:_MOST]
    )
    return [
        Result(
            copy.person,
            copy.gold,
            copy.get_use_display(),
            card.created_at,
            gold.pairs(resolution.levels_of(card.value), latest[copy.gold_id]),
        )
        for card in cards
        for copy in [card.interview.gold_copy]
    ]


@dataclass(frozen=True, slots=True)
class Kept:
    """A gold answer in the curators' list: its state, how often it was scored, how near."""

    answer: GoldAnswer
    state: str
    times: int
    nearness: gold.Nearness | None


def golds(person: Person) -> list[Kept]:
    """Give the gold answers that a curator may read, the latest first."""
    results = _results()
    scored = set(GoldCopy.objects.references().values_list("gold_id", flat=True))
    return [_kept(each, each.pk in scored, results) for each in _visible_to(person)]


def kept(person: Person, gold_id: uuid.UUID) -> Kept:
    """Give one of them as the list has it."""
    found = gold_or_404(person, gold_id)
    return _kept(found, found.references().exists(), _results())


def _kept(answer: GoldAnswer, is_scored: bool, results: Sequence[Result]) -> Kept:
    own = [result for result in results if result.answer.pk == answer.pk]
    near = gold.nearness(pair for result in own for pair in result.pairs)
    return Kept(answer, _state(answer, is_scored), len(own), near)


def _state(answer: GoldAnswer, is_scored: bool) -> str:
    if answer.retired_at:
        return "retired"
    if not answer.is_up_to_date:
        return "outdated"
    return "offered" if is_scored else "unscored"


@dataclass(frozen=True, slots=True)
class OfRater:
    """A rater among the gold answers: how many they scored, how near; what calibration lacks."""

    rater: User
    times: int
    nearness: gold.Nearness | None
    left: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What leads see: the plan, how many gold answers are ready, each rater, the latest results."""

    plan: GoldPlan
    ready: int
    raters: Sequence[OfRater]
    latest: Sequence[Result]


def overview(person: Person) -> Overview:
    """Give a lead the plan and how raters do."""
    _lead_or_404(person)
    results = _results()
    live, waived = (each.values_list("rater_id", flat=True) for each in _past())
    past = set(live.union(waived))
    plan = GoldPlan.objects.current()
    everybody = list(raters().distinct().order_by("email").prefetch_related("groups"))
    left = _left(plan, [each for each in everybody if each.pk not in past])
    return Overview(
        plan=plan,
        ready=GoldAnswer.objects.ready().count(),
        raters=[_of_rater(each, results, left=left.get(each.pk, 0)) for each in everybody],
        latest=results[:50],
    )


def _of_rater(rater: User, results: Sequence[Result], *, left: int) -> OfRater:
    own = [result for result in results if result.rater.pk == rater.pk]
    near = gold.nearness(pair for result in own for pair in result.pairs)
    return OfRater(rater, len(own), near, left)


def change_plan(person: Person, *, every: int, calibration: int, now: datetime) -> None:
    """Say how often raters get gold answers."""
    user = _lead_or_404(person)
    GoldPlan.objects.change(every=every, calibration=calibration, by=user, now=now)


def waive(person: Person, rater_id: int, *, now: datetime) -> None:
    """Let a rater score live answers without calibration."""
    user = _lead_or_404(person)
    rater = get_object_or_404(raters().distinct(), pk=rater_id)
    CalibrationWaiver.objects.get_or_create(rater=rater, defaults={"by": user, "at": now})


def _lead_or_404(person: Person) -> User:
    if not is_lead(person):
        raise Http404
    return interviewer_or_404(person)
