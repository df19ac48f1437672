"""People, a small question bank and interviews, as rows. Plain functions, nothing hidden."""

import json
import random
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission, User

import rubrics
from interviews import flow
from interviews.edits import Edit
from interviews.models import (
    DraftOutcome,
    GoldAnswer,
    Interview,
    Invitation,
    Issued,
    Part,
    Results,
    Review,
    StageAnswer,
    Terms,
    Token,
    Use,
    Webhook,
)
from rubrics import bank
from rubrics.models import FrameworkVersion, Question
from rubrics.schema import Target

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
GRACE = timedelta(seconds=30)
STAGES = ("scope", "design", "evaluation")
# What whoever scored a gold answer for reference says of it.
REFERENCE = "The reference finds it thorough."

# Meets every indicator of `question_document` with detail and reason.
GOOD: dict[str, str] = {
    "scope": "We raise watch time per session, because clicks mislead.\n\n"
    "The peak is 3,000 queries per second.",
    "design": "Candidate generation by an approximate nearest neighbour index cuts a million "
    "videos to 500, so that the ranker stays affordable.",
    "evaluation": "An A/B test by user runs for two weeks, because novelty fades.",
}


def a_user(*, name: str = "alice", group: str = "", is_staff: bool = False) -> User:
    """A person with a verified address; staff may see every table in the admin."""
    email = f"{name}@example.org"
    user = User.objects.create_user(username=email, email=email, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if group:
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    if is_staff:
        user.is_staff = True
        user.save()
        user.user_permissions.set(Permission.objects.all())
    return user


def framework_document(*, slug: str = "three-stage") -> dict[str, Any]:
    """A framework of three stages with shares of 8, 10 and 12 minutes."""
    return {
        "id": slug,
        "title": slug.replace("-", " ").capitalize(),
        "summary": "Scope, design, evaluation.",
        "stages": [
            {
                "id": stage,
                "title": stage.capitalize(),
                "share": share,
                "guide": f"What to cover under **{stage}**.",
                "asks": ["Who is served?"],
                "mistakes": ["Beginning with a model."],
            }
            for stage, share in zip(STAGES, (8, 10, 12), strict=True)
        ],
    }


def question_document(*, slug: str = "video-feed", **changes: Any) -> dict[str, Any]:
    """A question with three criteria; keyword arguments replace its fields."""
    bars = {"requirements": 2, "architecture": 2, "evaluation": 2}
    return {
        "id": slug,
        "title": slug.replace("-", " ").capitalize(),
        "summary": f"All about the {slug}.",
        "topic": "recommendation",
        "difficulty": "medium",
        "targets": ["mid", "senior"],
        "minutes": 30,
        "prompt": "Design the home feed of a site for *short* films.",
        "rubric": {
            "targets": {"mid": bars, "senior": dict.fromkeys(bars, 3)},
            "criteria": [
                _criterion(
                    "goal",
                    "requirements",
                    _indicator("metric", "watch time", "per session", "clicks mislead"),
                    {"id": "load", "title": "The load", "wordings": ["peak"], "quantity": True},
                ),
                _criterion(
                    "retrieval",
                    "architecture",
                    _indicator(
                        "candidates",
                        "candidate generation",
                        "approximate nearest neighbour",
                        "affordable",
                    ),
                    flag="tune on the test set",
                ),
                _criterion(
                    "experiment",
                    "evaluation",
                    _indicator("ab-test", "A/B test", "by user", "novelty fades"),
                ),
            ],
        },
        "model_answer": {"framework": "three-stage", "stages": {"scope": "Ask **who** it serves."}},
        **changes,
    }


FACTS = {
    "users": "There are 40 million viewers a day.",
    "latency": "A page must be there within 200 ms.",
}


def talking_question(**changes: Any) -> dict[str, Any]:
    """A question for an interviewer: two facts, a probe for each of three stages, a curveball."""
    return question_document(
        facts=[
            {"id": "users", "fact": FACTS["users"], "asks": ["How many users are there?"]},
            {"id": "latency", "fact": FACTS["latency"], "asks": ["What latency is acceptable?"]},
        ],
        probes=[
            _probe("why-metric", "Which metric counts, and why?", "goal.metric"),
            _probe("how-much", "How much is it at the peak?", "goal.load"),
            _probe("how-few", "How do you get to few of them?", "retrieval.candidates"),
            _probe("how-sure", "How would you know that it works?", "experiment.ab-test"),
        ],
        curveball={
            "change": "From tomorrow films come from **abroad**, too.",
            "indicators": ["retrieval.candidates", "goal.load"],
        },
        **changes,
    )


def _probe(name: str, ask: str, indicator: str) -> dict[str, Any]:
    return {"id": name, "ask": ask, "indicators": [indicator]}


def talking_framework() -> dict[str, Any]:
    """The framework of ``framework_document``, which says what each stage is about."""
    document = framework_document()
    about = (["requirements"], ["architecture"], ["evaluation"])
    for stage, competencies in zip(document["stages"], about, strict=True):
        stage["competencies"] = competencies
    return document


def _criterion(
    name: str, competency: str, *indicators: dict[str, Any], flag: str = ""
) -> dict[str, Any]:
    flags = [{"id": "leak", "title": "Leaks the test set", "wordings": [flag]}]
    return {
        "id": name,
        "competency": competency,
        "title": name.capitalize(),
        "levels": {str(level): f"{name} as of level {level}" for level in (1, 2, 3, 4)},
        "indicators": list(indicators),
        "red_flags": flags if flag else [],
    }


def _indicator(name: str, wording: str, detail: str, reason: str) -> dict[str, Any]:
    title = f"Names the {name}"
    return {
        "id": name,
        "title": title,
        "wordings": [wording],
        "details": [detail],
        "reasons": [reason],
    }


def fill_bank(
    *,
    questions: tuple[dict[str, Any], ...] | None = None,
    frameworks: tuple[dict[str, Any], ...] | None = None,
    now: datetime = NOON,
) -> None:
    """Import documents as a folder of files, the way every library comes in."""
    with tempfile.TemporaryDirectory() as name:
        for kind, documents in (
            ("questions", questions or (question_document(),)),
            ("frameworks", frameworks or (framework_document(),)),
        ):
            folder = Path(name) / kind
            folder.mkdir()
            for document in documents:  # JSON is YAML
                (folder / f"{document['id']}.yaml").write_text(json.dumps(document))
        bank.import_library(Path(name), now=now)


def an_interview(
    *,
    candidate: User,
    question: str = "video-feed",
    framework: str = "three-stage",
    minutes: int = 30,
    pacing: flow.Pacing = flow.Pacing.SOFT,
    target: Target = Target.MID,
    extra: flow.Extra = flow.Extra.NONE,
    has_interviewer: bool = False,
    key: uuid.UUID | None = None,
    now: datetime = NOON,
) -> Interview:
    """An interview that begins now, on what `fill_bank` imported."""
    version = Question.objects.get(slug=question).published
    assert version
    return Interview.objects.begin(
        key=key or uuid.uuid4(),
        candidate=candidate,
        version=version,
        framework=FrameworkVersion.objects.get(slug=framework, is_current=True),
        minutes=minutes,
        pacing=pacing,
        target=target,
        extra=extra,
        has_interviewer=has_interviewer,
        now=now,
    )


def write(interview: Interview, texts: dict[str, str], *, now: datetime) -> None:
    """Write whole stages in their order, as a candidate with soft pacing would."""
    for stage, text in texts.items():
        interview.enter(stage, now=now)
        outcome = draft(interview, stage, text, now=now)
        assert outcome.refused is None, outcome


def draft(interview: Interview, stage: str, text: str, *, now: datetime) -> DraftOutcome:
    """Save a text over whatever the stage holds."""
    return save(interview.sheets.texts().get(stage=stage), text, now=now)


def save(
    sheet: StageAnswer,
    text: str,
    *,
    base: int | None = None,
    key: uuid.UUID | None = None,
    now: datetime,
) -> DraftOutcome:
    """Save a text over revision ``base`` of a sheet, or over the one that is at hand."""
    base = sheet.revision if base is None else base
    change = Edit.between(sheet.text, text) if base == sheet.revision else None
    return StageAnswer.objects.save_draft(
        text,
        interview_id=sheet.interview_id,
        stage=sheet.stage,
        part=Part(sheet.part),
        base=base,
        key=key or uuid.uuid4(),
        now=now,
        grace=GRACE,
        start=change.start if change else None,
        cut=change.cut if change else None,
    )


def texts_of(sheet: StageAnswer) -> list[str]:
    """Every text of a sheet that was acknowledged, oldest first."""
    return [revision.text for _, revision in sheet.revisions.whole()]


def submitted(
    *, candidate: User, texts: dict[str, str] | None = None, now: datetime = NOON
) -> Interview:
    """An interview that was begun, written and handed in at one moment."""
    interview = an_interview(candidate=candidate, now=now)
    write(interview, GOOD if texts is None else texts, now=now)
    interview.submit(flow.Submitter.CANDIDATE, now=now)
    return fresh(interview)


def fresh(interview: Interview) -> Interview:
    """The interview as it stands in the database now."""
    return Interview.objects.with_question().get(pk=interview.pk)


def an_invitation(
    *,
    by: User,
    questions: tuple[str, ...] = ("video-feed",),
    minutes: int = 30,
    pacing: flow.Pacing = flow.Pacing.SOFT,
    extra: flow.Extra = flow.Extra.NONE,
    raters: int = 1,
    results: Results = Results.RELEASED,
    shows_name: bool = False,
    has_interviewer: bool = False,
    now: datetime = NOON,
) -> Issued:
    """An invitation for a week to questions that `fill_bank` imported."""
    terms = Terms(
        framework=FrameworkVersion.objects.get(slug="three-stage", is_current=True),
        target=Target.MID,
        minutes=minutes,
        pacing=pacing,
        extra=extra,
        raters=raters,
        shows_name=shows_name,
        results=results,
        note="Good luck!",
        expires_at=now + timedelta(days=7),
        has_interviewer=has_interviewer,
    )
    offered = Question.objects.filter(slug__in=questions)
    issued = Invitation.objects.issue(
        key=uuid.uuid4(), by=by, questions=offered, terms=terms, now=now
    )
    assert issued
    return issued


def a_token(*, owner: User, name: str = "Weekly report", now: datetime = NOON) -> str:
    """What a program shows to read in somebody's name, for as long as nobody revokes it."""
    secret = Token.objects.issue(key=uuid.uuid4(), owner=owner, name=name, expires_at=None, now=now)
    assert secret
    return secret


def bearer(owner: User, *, now: datetime = NOON) -> dict[str, str]:
    """The header of a program that reads in somebody's name."""
    return {"Authorization": f"Bearer {a_token(owner=owner, now=now)}"}


def handed_in_by_invitation(
    *,
    candidate: User,
    by: User,
    raters: int = 1,
    results: Results = Results.RELEASED,
    texts: dict[str, str] | None = None,
    now: datetime = NOON,
) -> Interview:
    """An interview by invitation that was begun, written and handed in at one moment."""
    invitation = an_invitation(by=by, raters=raters, results=results, now=now).invitation
    question = Question.objects.get(slug="video-feed")
    interview = invitation.accept(candidate=candidate, question=question, now=now)
    assert interview
    write(interview, GOOD if texts is None else texts, now=now)
    interview.submit(flow.Submitter.CANDIDATE, now=now)
    return fresh(interview)


def a_webhook(
    *,
    by: User,
    address: str = "https://hooks.example/mlsd",
    events: tuple[str, ...] = ("submitted", "scored", "released"),
    now: datetime = NOON,
) -> tuple[Webhook, str]:
    """A webhook and its secret; the address is not looked up."""
    made = Webhook.objects.create_with_secret(
        key=uuid.uuid4(), by=by, address=address, events=events, now=now
    )
    assert made
    return made


def submit_review(
    review: Review,
    *,
    by: User,
    levels: Sequence[int | None],
    summary: str = "Fine.",
    comments: Sequence[Mapping[str, Any]] = (),
    now: datetime = NOON,
) -> bool:
    """Submit a review with these levels, None for a criterion that was not judged."""
    rubric = fresh(review.interview).version.value.rubric
    judgements = [
        rubrics.Judgement.model_validate(
            {
                "criterion": criterion.id,
                "level": level,
                "not_judged": None if level else "Nothing was asked of it.",
            }
        )
        for criterion, level in zip(rubric.criteria, levels, strict=True)
    ]
    card = rubrics.add_up(rubric, judgements, "human")
    return review.submit(
        by, card, recommendation="yes", summary=summary, reason="", comments=comments, now=now
    )


def a_gold_answer(
    *,
    by: User | None = None,
    texts: dict[str, str] | None = None,
    levels: Sequence[int | None] | None = None,
    now: datetime = NOON,
) -> GoldAnswer:
    """A gold answer to what `fill_bank` imported, scored for reference where ``levels`` are said.

    ``by`` scores it; without them somebody who does nothing else.
    """
    version = Question.objects.get(slug="video-feed").published
    assert version
    answer = GoldAnswer.objects.create(
        version=version,
        framework=FrameworkVersion.objects.get(slug="three-stage", is_current=True),
        target=Target.MID,
        minutes=30,
        texts=GOOD if texts is None else texts,
        created_at=now,
    )
    if levels:
        cora = "cora@example.org"
        by = by or User.objects.filter(email=cora).first() or a_user(name="cora", group="curator")
        refer(answer, by=by, levels=levels, now=now)
    return answer


def refer(
    answer: GoldAnswer, *, by: User, levels: Sequence[int | None], now: datetime = NOON
) -> None:
    """Score a gold answer for reference."""
    chances = random.Random(0)
    review = answer.copy_for(by, Use.REFERENCE, handed_in=now, chances=chances)
    assert review.claim(by, now=now, lease=timedelta(minutes=30))
    assert submit_review(review, by=by, levels=levels, summary=REFERENCE, now=now)
