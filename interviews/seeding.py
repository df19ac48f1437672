"""Interviews made up for demos and for measuring, out of the bank's own sample answers.

Their people have no password and cannot sign in; raters differ in severity and by chance, so that
agreement has something to measure. The same seed makes the same scores.
"""

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group, User
from django.db import models, transaction

import rubrics
from interviews import flow, grading, resolution
from interviews.models import (
    FROM_START,
    HUMAN,
    Interview,
    Invitation,
    Kind,
    LedgerLine,
    Part,
    Recommendation,
    Release,
    Results,
    Review,
    Scorecard,
    StageAnswer,
    StageRevision,
)
from interviews.models.invitation import INTERVIEWER
from rubrics.models import FrameworkVersion, Question, QuestionVersion

DOMAIN = "seed.example"
# How much more (or less) than the sample's own level each of the raters gives, in levels.
SEVERITIES = (-0.5, -0.25, 0.0, 0.0, 0.25, 0.5)
_CHANCE = 0.45  # standard deviation of a rater's level around that
MINUTES = 45
_PER_CANDIDATE = 20
_BATCH = 500
# Of all, what was invited to; of those, what has two raters; and what still waits for raters, of
# which there are some hundred at most however many there are: a team keeps up with its queue.
_INVITED, _TWO, _WAITING, MOST_WAITING = 0.6, 0.5, 0.1, 300


_Offer = Invitation.questions.through


class NothingPublished(Exception):
    """No published question has sample answers."""


def seed(count: int, *, by: User, now: datetime, chance: int = 1) -> Iterator[int]:
    """Make ``count`` interviews over the year before ``now``, invited to by ``by``.

    Gives how many there are after each batch. Raises NothingPublished.
    """
    rng = random.Random(f"{chance} {Interview.objects.count()}")  # noqa: S311 - no secret
    sources = list(_sources())
    if not sources:
        raise NothingPublished
    raters = _people("rater", len(SEVERITIES))
    for rater in raters:
        rater.groups.add(Group.objects.get_or_create(name=INTERVIEWER)[0])
    candidates = _people("candidate", max(1, count // _PER_CANDIDATE))
    made, waiting = 0, 0
    while made < count:
        rows = _Rows(raters=raters, by=by, rng=rng)
        for _ in range(min(_BATCH, count - made)):
            at = now - timedelta(minutes=rng.randint(2 * MINUTES, 365 * 24 * 60))
            waits = waiting < MOST_WAITING and rng.random() < _INVITED * _WAITING
            rows.interview(rng.choice(sources), rng.choice(candidates), at, now=now, waits=waits)
            waiting += waits
            made += 1
        with transaction.atomic():
            rows.write()
        yield made


def _people(kind: str, count: int) -> list[User]:
    """Have so many people who cannot sign in."""
    names = [f"{kind}-{number}@{DOMAIN}" for number in range(1, count + 1)]
    User.objects.bulk_create(
        (
            User(username=name, email=name, password=UNUSABLE_PASSWORD_PREFIX, is_active=False)
            for name in names
        ),
        ignore_conflicts=True,
    )
    return list(User.objects.filter(username__in=names).order_by("pk"))


@dataclass(frozen=True, slots=True)
class _Source:
    """A sample answer of a question, and what the rules say of it."""

    version: QuestionVersion
    framework: FrameworkVersion
    sample: rubrics.Sample
    card: rubrics.Scorecard
    document: Mapping[str, object]


def _sources() -> Iterator[_Source]:
    frameworks = {each.slug: each for each in FrameworkVersion.objects.filter(is_current=True)}
    for question in Question.objects.published():
        version = question.published
        assert version
        for sample in version.value.samples:
            framework = frameworks.get(sample.framework)
            if framework:
                card = grading.judge_texts(version, framework, sample.stages)
                document = card.model_dump(mode="json")
                yield _Source(version, framework, sample, card, document)


@dataclass
class _Rows:
    """The rows of a batch of interviews, written all at once."""

    raters: Sequence[User]
    by: User
    rng: random.Random
    invitations: list[Invitation] = field(default_factory=list)
    offers: list[models.Model] = field(default_factory=list)
    interviews: list[Interview] = field(default_factory=list)
    ledger: list[LedgerLine] = field(default_factory=list)
    sheets: list[StageAnswer] = field(default_factory=list)
    revisions: list[StageRevision] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    cards: list[Scorecard] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)

    def write(self) -> None:
        """Write all of it, each table after those that it refers to."""
        tables: Sequence[Sequence[models.Model]] = (
            self.invitations, self.offers, self.interviews, self.ledger, self.sheets,
            self.revisions, self.reviews, self.cards, self.releases,
        )  # fmt: skip
        for rows in tables:
            if rows:
                type(rows[0])._base_manager.bulk_create(rows, batch_size=_BATCH)

    def interview(
        self, source: _Source, candidate: User, at: datetime, *, now: datetime, waits: bool
    ) -> None:
        """Add an interview that began at ``at`` and was scored by the machine."""
        is_invited = waits or self.rng.random() < _INVITED
        raters = 2 if is_invited and self.rng.random() < _TWO else 1
        invitation = self._invitation(source, at, raters) if is_invited else None
        target = self.rng.choice(list(rubrics.Target))
        stages = [stage.id for stage in source.framework.value.stages]
        end = at + timedelta(minutes=self.rng.uniform(0.6, 0.99) * MINUTES)
        interview = Interview(
            candidate=candidate,
            version=source.version,
            framework=source.framework,
            invitation=invitation,
            target=target,
            minutes=MINUTES,
            pacing=flow.Pacing.SOFT,
            state=flow.State.SCORED,
            current_stage=stages[-1],
            started_at=at,
            deadline_at=at + timedelta(minutes=MINUTES),
            submitted_at=end,
            submitted_by=flow.Submitter.CANDIDATE,
        )
        self.interviews.append(interview)
        self._written(interview, source, stages, at, end)
        self.cards.append(_card(interview, source.card, end, document=source.document))
        if invitation:
            self._scored(interview, source, raters, end, now=now, waits=waits)

    def _invitation(self, source: _Source, at: datetime, raters: int) -> Invitation:
        invitation = Invitation(
            token_hash=uuid.uuid4().hex,  # no hash of anything: the link was used
            by=self.by,
            name="Somebody made up",
            framework=source.framework,
            target=rubrics.Target.SENIOR,
            minutes=MINUTES,
            pacing=flow.Pacing.SOFT,
            raters=raters,
            results=Results.RELEASED,
            created_at=at - timedelta(days=1),
            expires_at=at + timedelta(days=6),
            accepted_at=at,
        )
        self.invitations.append(invitation)
        self.offers.append(
            _Offer(invitation_id=invitation.pk, question_id=source.version.question_id)
        )
        return invitation

    def _written(
        self,
        interview: Interview,
        source: _Source,
        stages: Sequence[str],
        at: datetime,
        end: datetime,
    ) -> None:
        share = (end - at) / len(stages)
        for place, stage in enumerate(stages):
            begun = at + place * share
            kind = flow.Kind.ENTERED if place else flow.Kind.STARTED
            self._line(interview, kind, stage, begun)
            for part in FROM_START:
                text = source.sample.stages.get(stage, "") if part == Part.TEXT else ""
                sheet = StageAnswer(
                    interview=interview,
                    stage=stage,
                    part=part,
                    position=place,
                    text=text,
                    revision=1 if text else 0,
                    saved_at=begun + share * 0.9 if text else None,
                )
                self.sheets.append(sheet)
                if text:
                    saved_at = begun + share * 0.9
                    self.revisions.append(
                        StageRevision(
                            answer=sheet, number=1, key=uuid.uuid4(), text=text, saved_at=saved_at
                        )
                    )
        self._line(interview, flow.Kind.SUBMITTED, stages[-1], end)

    def _line(self, interview: Interview, kind: flow.Kind, stage: str, at: datetime) -> None:
        self.ledger.append(
            LedgerLine(interview=interview, kind=kind, stage=stage, at=at, by=flow.By.CANDIDATE)
        )

    def _scored(
        self,
        interview: Interview,
        source: _Source,
        raters: int,
        end: datetime,
        *,
        now: datetime,
        waits: bool,
    ) -> None:
        """Add what people found: all that was wanted, or one less where it still waits."""
        chosen = self.rng.sample(range(len(self.raters)), k=raters + 1)
        rubric = source.version.value.rubric
        given = []
        for number in chosen[: raters - waits]:
            card = _opinion(source, SEVERITIES[number], self.rng)
            self._review(interview, Kind.RATING, number, card, end, now=now)
            given.append(card)
        if waits:
            self.reviews.append(Review(interview=interview, kind=Kind.RATING, wanted_at=end))
            return
        if resolution.gap(rubric, given):
            card = _opinion(source, 0.0, self.rng)
            self._review(interview, Kind.ADJUDICATION, chosen[-1], card, end, now=now)
        if self.rng.random() < 0.8:
            at = min(now, end + timedelta(days=7))
            self.releases.append(Release(interview=interview, by=self.by, at=at))

    def _review(
        self,
        interview: Interview,
        kind: Kind,
        number: int,
        card: rubrics.Scorecard,
        end: datetime,
        *,
        now: datetime,
    ) -> None:
        rater = self.raters[number]
        at = min(now, end + timedelta(hours=self.rng.uniform(1, 96)))
        review = Review(
            interview=interview,
            kind=kind,
            wanted_at=end,
            rater=rater,
            claimed_at=at,
            leased_until=at,
            submitted_at=at,
            recommendation=Recommendation.YES if (card.score or 0) > 50 else Recommendation.NO,
            summary="Made up, from a sample of the bank.",
            reason="Between both." if kind == Kind.ADJUDICATION else "",
        )
        self.reviews.append(review)
        self.cards.append(_card(interview, card, at, review=review))


def _card(
    interview: Interview,
    card: rubrics.Scorecard,
    at: datetime,
    *,
    review: Review | None = None,
    document: Mapping[str, object] | None = None,
) -> Scorecard:
    return Scorecard(
        interview=interview,
        review=review,
        judge=card.judge,
        rubric_hash=card.rubric_hash,
        score=card.score,
        document=document or card.model_dump(mode="json"),
        created_at=at,
    )


def _opinion(source: _Source, severity: float, rng: random.Random) -> rubrics.Scorecard:
    """Make a scorecard of a person: the sample's levels, moved by severity and by chance."""
    rubric = source.version.value.rubric
    evidence = {judgement.criterion: judgement.evidence[:2] for judgement in source.card.judgements}
    judgements = [
        rubrics.Judgement(
            criterion=criterion.id,
            level=_level(source.sample.levels.get(criterion.id, 1) + rng.gauss(severity, _CHANCE)),
            quotes=evidence.get(criterion.id, ()),
        )
        for criterion in rubric.criteria
    ]
    return rubrics.add_up(rubric, judgements, HUMAN)


def _level(value: float) -> Literal[1, 2, 3, 4]:
    levels: tuple[Literal[1, 2, 3, 4], ...] = (1, 2, 3, 4)
    return levels[min(4, max(1, round(value))) - 1]
