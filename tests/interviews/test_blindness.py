"""Before a rater's own scorecard is in, no address at all tells them what anybody else found.

Every address of the app is asked for, with everything that can be named in it.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse

from interviews import agreements, grading
from interviews import urls as interviews_urls
from interviews.models import (
    PROBES,
    Exchange,
    GoldAnswer,
    Interview,
    LlmCall,
    Purpose,
    Review,
    Scorecard,
    SecondOpinion,
    StageAnswer,
    WebhookDelivery,
    Why,
)
from rubrics import Call, Judgement, Spend, add_up, clock
from rubrics import urls as rubrics_urls
from tests import factories

MINUTE = timedelta(minutes=1)
SECRET = "Splendid, a level four throughout."


@pytest.fixture
def interview(ines: User, alice: User, lea: User) -> Interview:
    """Scored by the machine and by Ines; another rater is awaited. Lea is told of all of it."""
    factories.a_webhook(by=lea, now=clock.now())
    handed_in = factories.handed_in_by_invitation(
        candidate=alice, by=ines, raters=2, now=clock.now()
    )
    asked_back(handed_in)
    assert grading.grade(handed_in.pk, clock=clock.now, lease=MINUTE, model="m")
    judged_by_a_model(handed_in)
    review = Review.objects.claim_next(ines, now=clock.now(), lease=MINUTE)
    assert review
    assert factories.submit_review(
        review, by=ines, levels=(4, 4, 4), summary=SECRET, now=clock.now()
    )
    agreements.measure(now=clock.now())
    factories.a_gold_answer(levels=(3, 1, 4), now=clock.now())
    return handed_in


def judged_by_a_model(interview: Interview) -> None:
    """As a model would, that is far from the rules."""
    rubric = factories.fresh(interview).version.value.rubric
    judgements = [Judgement(criterion=each.id, level=1) for each in rubric.criteria[1:]]
    card = add_up(rubric, [Judgement(criterion="goal", level=3), *judgements], "llm:m")
    Scorecard.objects.record(interview, card, now=clock.now())
    SecondOpinion.objects.update(state="judged")
    call = Call("goal", "m", "", Spend(), False, 1.0, "{}", SECRET)
    LlmCall.objects.record(call, Purpose.JUDGE, interview, now=clock.now())
    Review.objects.want_a_look(interview, Why.FAR_APART, is_anybody_there=True, now=clock.now())


def asked_back(interview: Interview) -> Exchange:
    """The interviewer asked back, for what it found open."""
    Interview.objects.filter(pk=interview.pk).update(has_interviewer=True)
    sheet = StageAnswer.objects.create(
        interview=interview, stage="scope", part=PROBES[0], position=0, closes_at=clock.now()
    )
    return Exchange.objects.create(
        interview=interview,
        kind="probe",
        stage="scope",
        at=clock.now(),
        said="How much is it at the peak?",
        sheet=sheet,
        about={"probe": "how-much", "criterion": "goal", "open": [SECRET], "model": "m"},
    )


def addresses(interview: Interview) -> Iterator[str]:
    patterns: list[URLPattern] = [*interviews_urls.urlpatterns, *rubrics_urls.urlpatterns]
    delivery = interview.deliveries.first()  # nobody is told of a gold answer
    for review in interview.reviews.all():
        values = {
            "slug": "video-feed",
            "interview_id": interview.pk,
            "invitation_id": interview.invitation_id or interview.pk,  # a gold answer has none
            "review_id": review.pk,
            "webhook_id": delivery.webhook_id if delivery else interview.pk,
            "delivery_id": delivery.pk if delivery else interview.pk,
            "gold_id": GoldAnswer.objects.get().pk,
            "rater_id": review.rater_id or 0,
            "token": "x",
            "stage_id": "scope",
            "concept": "recall",
            "framework": "three-stage",
            "number": 1,
            "token_id": interview.pk,
            "rest": "x",
        }
        for pattern in patterns:
            names = pattern.pattern.converters
            yield reverse(pattern.name, kwargs={name: values[name] for name in names})
    for tab in ("claim", "second", "decide", "mine", "done", "held"):
        yield f"/reviews/?tab={tab}"
    for chosen in ("", "?who=judge:rules", "?question=video-feed&criterion=goal"):
        yield f"/reviews/agreement/disagreements/{chosen}"
    yield "/reviews/agreement/?question=video-feed"
    tables = ("interview", "scorecard", "stageanswer", "ledgerline", "webhookdelivery")
    for table in (*tables, "llmcall", "secondopinion", "exchange"):
        yield f"/admin/interviews/{table}/"
    for exchange in interview.exchanges.all():
        yield f"/admin/interviews/exchange/{exchange.pk}/change/"


def signed_in(person: User) -> Client:
    """A browser of theirs that shows a token as well: for pages, and for what programs read."""
    client = Client(headers=factories.bearer(person, now=clock.now()))
    client.force_login(person)
    return client


def told(client: Client, address: str) -> str:
    """All that an address says, with where it leads."""
    answer = client.get(address, follow=True)
    if answer.streaming:
        return b"".join(answer.streaming_content).decode(errors="replace")  # type: ignore[attr-defined]
    return answer.content.decode(errors="replace")


def giveaways(said: str, interview: Interview) -> list[str]:
    """What in it tells a scorecard of the interview."""
    scores = Scorecard.objects.filter(interview=interview).values_list("score", flat=True)
    patterns = [
        re.escape(SECRET),
        r"\b\d+(\.\d)? of 100\b",
        *(rf"\b{re.escape(str(score))}\b" for score in scores if score not in (0, 100)),
        "Side by side",
        "What people found",
    ]
    return [pattern for pattern in patterns if re.search(pattern, said)]


@pytest.mark.parametrize("kind", ["rater", "lead", "curator", "staff"])
def test_no_address_tells_what_anybody_else_found(
    interview: Interview, kind: str, omar: User, lea: User
) -> None:
    groups = {"rater": omar, "lead": lea}
    reader = groups.get(kind) or factories.a_user(
        name=kind, group="curator" if kind == "curator" else "", is_staff=True
    )
    if kind in ("curator", "staff"):  # who may be a rater, too
        reader.groups.add(omar.groups.get())
    waiting = interview.reviews.get(submitted_at=None)
    assert waiting.claim(reader, now=clock.now(), lease=MINUTE)
    client = signed_in(reader)
    walked = {each: giveaways(told(client, each), interview) for each in addresses(interview)}
    assert len(walked) > 60
    assert {each: found for each, found in walked.items() if found} == {}


def test_the_walk_would_find_them(interview: Interview, ines: User) -> None:
    client = signed_in(ines)
    own = interview.reviews.get(rater=ines)
    assert len(giveaways(told(client, f"/reviews/{own.pk}/"), interview)) >= 2
    assert giveaways(told(client, "/reviews/scorecards.csv"), interview)
    assert giveaways(told(client, "/api/v1/scorecards"), interview)
    assert giveaways(told(client, f"/api/v1/interviews/{interview.pk}/scorecards"), interview)


def test_staff_read_nothing_of_what_is_written_by_invitation(
    bank: None, alice: User, ines: User
) -> None:
    invitation = factories.an_invitation(by=ines, has_interviewer=True, now=clock.now()).invitation
    question = invitation.questions.get()
    running = invitation.accept(candidate=alice, question=question, now=clock.now())
    assert running
    exchange = asked_back(running)
    call = Call("", "m", "", Spend(), False, 1.0, "{}", SECRET)
    LlmCall.objects.record(call, Purpose.INTERVIEWER, running, now=clock.now())
    boss = factories.a_user(name="boss", is_staff=True)
    boss.is_superuser = True
    boss.save()
    client = signed_in(boss)
    addresses = [
        "/admin/interviews/exchange/",
        f"/admin/interviews/exchange/{exchange.pk}/change/",
        "/admin/interviews/llmcall/",
        f"/admin/interviews/llmcall/{LlmCall.objects.get().pk}/change/",
        "/admin/interviews/interview/",
    ]
    for each in addresses:
        said = told(client, each)
        assert str(running.pk) not in said.replace(each, "")
        assert SECRET not in said
        assert "at the peak" not in said


def test_a_webhook_tells_that_it_was_scored_and_not_how(interview: Interview) -> None:
    told = WebhookDelivery.objects.order_by("created_at")
    assert [(each.event, each.payload.get("scored_by")) for each in told] == [
        ("submitted", None),
        ("scored", "judge"),  # the rules
        ("scored", "judge"),  # a model
        ("scored", "person"),
    ]
    for each in told:
        assert each.payload.keys() <= {
            *("id", "event", "at", "interview", "invitation", "question", "version", "state"),
            "scored_by",
        }
        assert giveaways(str(each.payload), interview) == []


def test_who_looks_at_it_again_for_the_candidate_finds_no_disagreement_on_it(
    interview: Interview, omar: User, lea: User
) -> None:
    waiting = interview.reviews.get(submitted_at=None)
    assert waiting.claim(omar, now=clock.now(), lease=MINUTE)
    # One level from Ines, once: nobody decides between them.
    assert factories.submit_review(waiting, by=omar, levels=(4, 4, 3), now=clock.now())
    assert agreements.measure(now=clock.now() + timedelta(hours=1))
    client = Client()
    client.force_login(lea)
    addresses = (f"/reviews/interviews/{interview.pk}/", "/reviews/agreement/disagreements/")
    assert all("ines@" in told(client, each) for each in addresses)
    assert Review.objects.appeal(interview, asked="Why?", now=clock.now())
    appeal = interview.reviews.get(submitted_at=None)
    assert appeal.claim(lea, now=clock.now(), lease=MINUTE)
    for each in addresses:
        said = told(client, each)
        assert "ines@" not in said.replace(">ines@example.org</option>", "")
        assert str(interview.pk) not in said
        assert giveaways(said, interview) == []
