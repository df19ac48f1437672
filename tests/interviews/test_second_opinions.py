"""A model judges beside the rules: on its own queue, believed only what it can show, never late."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from benchmarks.scoring import attacks
from benchmarks.scoring.answers import Attack
from interviews import grading, ratings, reports, second_opinions, tasks
from interviews.access import results
from interviews.flow import State
from interviews.models import (
    Interview,
    LlmCall,
    LlmSpend,
    Release,
    Review,
    Scorecard,
    SecondOpinion,
    WebhookDelivery,
    Why,
)
from interviews.models.second_opinion import BROKE_OFF, NOT_ASKED, TRIES
from rubrics import Judgement, LlmSettings, add_up
from rubrics.llm.server import NO_BUDGET
from rubrics.llm.wire import NOT_REACHED, TIMED_OUT
from rubrics.schema import Question
from tests import factories
from tests.factories import NOON
from tests.interviews.models_server import PHRASES, judging
from tests.interviews.test_grading import rung
from tests.llm_server import (
    KEY,
    Behaviour,
    Exchange,
    Model,
    completion,
    drip,
    fails,
    flatters,
    hang,
    honest,
    invents,
    misplaces,
    obeys,
    reset,
    says,
    verdicts,
)

LEASE = timedelta(seconds=60)
READS = says(honest(PHRASES))
# A judge has threads with connections of their own, which see what is committed.
commits = pytest.mark.django_db(transaction=True)


def noon() -> datetime:
    return NOON


def graded(interview: Interview, *, model: str = "m") -> SecondOpinion:
    assert grading.grade(interview.pk, clock=noon, lease=LEASE, model=model)
    return SecondOpinion.objects.get(interview=interview)


def judge(opinion: SecondOpinion, *, now: datetime = NOON) -> bool:
    return second_opinions.judge(opinion.pk, clock=lambda: now) is not None


def fresh(opinion: SecondOpinion) -> SecondOpinion:
    return SecondOpinion.objects.get(pk=opinion.pk)


def levels(interview: Interview, judge: str) -> list[int | None]:
    card = interview.scorecards.get(judge=judge).value
    return [each.level for each in card.judgements]


# --- a good model ---


@commits
def test_a_model_judges_what_the_rules_have_scored(
    bank: None, alice: User, settings: Settings
) -> None:
    interview = factories.submitted(candidate=alice)
    with judging(settings, READS) as served:
        opinion = graded(interview)
        assert factories.fresh(interview).state == State.SCORED
        assert judge(opinion)
        assert not judge(opinion)
        assert len(served.got) == 3
    assert fresh(opinion).state == "judged"
    card = interview.scorecards.get(judge="llm:m")
    assert card.rubric_hash == interview.version.rubric_hash
    assert all(each.level for each in card.value.judgements)
    assert [(call.purpose, call.failed, call.interview_id) for call in LlmCall.objects.all()] == [
        ("judge", "", interview.pk)
    ] * 3
    cost = (1_000 * 2 + 100 * 8) / 1_000_000
    assert LlmSpend.objects.all().total(NOON) == pytest.approx(3 * cost)
    assert not any(KEY in call.received for call in LlmCall.objects.all())


@commits
def test_no_name_address_or_id_of_anybody_leaves(
    bank: None, alice: User, ines: User, settings: Settings
) -> None:
    alice.first_name, alice.last_name = "Alicia", "Liddell"
    alice.save()
    texts = {**factories.GOOD, "scope": f"Write to {alice.email}. {factories.GOOD['scope']}"}
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines, texts=texts)
    with judging(settings, READS) as served:
        assert judge(graded(interview))
        told = [(each.path, str(each.headers), json.dumps(each.body)) for each in served.got]
    assert told
    secret = [
        *("Alicia", "Liddell", alice.email, ines.email, "example.org", f'"{alice.pk}"'),
        *(str(interview.pk), interview.pk.hex, str(interview.invitation_id)),
        *(interview.version.rubric_hash, "weight", "gates"),
    ]
    for path, headers, body in told:
        assert path == "/v1/chat/completions"
        assert [each for each in secret if each in headers + body] == []


@commits
def test_both_judges_stand_in_the_report_with_their_quotes(
    bank: None, alice: User, settings: Settings
) -> None:
    interview = factories.submitted(candidate=alice)
    with judging(settings, READS):
        assert judge(graded(interview))
    report = reports.build(factories.fresh(interview), now=NOON)
    assert report
    assert report.second
    assert (report.second.model, report.second.state) == ("m", "judged")
    by_model = [each.second for each in report.criteria]
    assert all(each and each.level and each.met for each in by_model)
    quotes = [q for each in by_model if each for met in each.met for q in met.quotes]
    assert quotes
    assert all(quote.anchor for quote in quotes)
    client = Client()
    client.force_login(alice)
    page = client.get(f"/interviews/{interview.pk}/report/").content.decode()
    assert "A language model (m) judged it as well" in page
    assert "By the model: level" in page


# --- a model that fails: the rules' score is there at once, the model's part says why not ---


@commits
@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (reset, NOT_REACHED),
        (hang, TIMED_OUT),
        (drip, TIMED_OUT),
        (fails("429 Too Many"), "The model's server is too busy."),
        (fails("500 Oh"), "The model's server failed (500)."),
        (fails("401 No"), "The model's server refused the key."),
        (
            fails("200 OK", body=completion("{")),
            "The model's reply was not what was asked for, twice.",
        ),
    ],
)
def test_the_rules_have_scored_it_and_the_models_part_says_why_not(
    bank: None, alice: User, settings: Settings, behaviour: Behaviour, why: str
) -> None:
    interview = factories.submitted(candidate=alice)
    with judging(settings, behaviour, timeout=1.0, failures=99):
        opinion = graded(interview)
        kept = factories.fresh(interview)
        assert (kept.state, kept.attempts) == (State.SCORED, 1)
        assert kept.scorecards.get().score
        assert not judge(opinion)
    failed = fresh(opinion)
    assert (failed.state, failed.attempts, failed.last_error) == ("waiting", 1, why)
    assert failed.next_attempt_at > NOON
    assert Scorecard.objects.filter(judge="llm:m").count() == 0
    assert set(LlmCall.objects.values_list("failed", flat=True)) <= {why, ""}
    SecondOpinion.objects.update(state="failed")
    report = reports.build(kept, now=NOON)
    assert report
    assert report.second
    assert (report.second.state, report.second.why) == ("failed", why)
    client = Client()
    client.force_login(alice)
    page = client.get(f"/interviews/{interview.pk}/report/").content.decode()
    assert f"not judged: {why}".replace("'", "&#x27;") in page


@commits
def test_it_is_tried_again_a_few_times_and_then_stays_not_judged(
    bank: None, alice: User, settings: Settings
) -> None:
    interview = factories.submitted(candidate=alice)
    now = NOON
    with judging(settings, fails("500 Oh"), failures=99) as served:
        opinion = graded(interview)
        for attempt in range(1, TRIES + 1):
            assert second_opinions.to_judge(now=now) == [opinion.pk]
            assert not judge(opinion, now=now)
            assert second_opinions.to_judge(now=now) == []
            assert len(served.got) == 3 * attempt
            now = fresh(opinion).next_attempt_at
        assert fresh(opinion).state == "failed"
        assert second_opinions.to_judge(now=now + timedelta(days=1)) == []
    assert now - NOON > timedelta(minutes=40)
    with judging(settings, READS):
        again = SecondOpinion.objects.want(interview, "m", now=now, again=True)
        assert judge(again, now=now)
    assert fresh(opinion).state == "judged"


@commits
def test_what_came_of_some_criteria_is_kept_at_the_last_and_asked_once(
    bank: None, alice: User, settings: Settings
) -> None:
    def half(exchange: Exchange) -> str:
        return "no" if exchange.about["criterion"] == "Goal" else honest(PHRASES)(exchange)

    interview = factories.submitted(candidate=alice)
    with judging(settings, says(half)) as served:
        opinion = graded(interview)
        assert not judge(opinion)
        first = len(served.got)
        SecondOpinion.objects.update(attempts=TRIES - 1, next_attempt_at=NOON)
        assert judge(opinion)
        assert len(served.got) - first == 2  # the one that is missing, twice in the wrong form
    assert levels(interview, "llm:m")[0] is None
    assert all(levels(interview, "llm:m")[1:])


@commits
def test_out_of_budget_nothing_is_sent(bank: None, alice: User, settings: Settings) -> None:
    interview = factories.submitted(candidate=alice)
    with judging(settings, READS, budget=0.0) as served:
        opinion = graded(interview)
        assert not judge(opinion)
        assert served.got == []
    assert fresh(opinion).last_error == NO_BUDGET
    assert factories.fresh(interview).is_scored


def test_without_a_server_nothing_is_wanted_or_sent(
    bank: None, alice: User, settings: Settings
) -> None:
    interview = factories.submitted(candidate=alice)
    assert settings.LLM is None
    tasks.grade(str(interview.pk))
    assert not SecondOpinion.objects.exists()
    left = SecondOpinion.objects.want(interview, "m", now=NOON)
    assert not judge(left)
    assert second_opinions.to_judge(now=NOON) == []
    assert (fresh(left).state, fresh(left).last_error) == ("failed", NOT_ASKED)


# --- the queue ---


def test_the_task_and_the_sweep_ring_the_llm_queue(
    bank: None,
    alice: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung(queue="llm")
    settings.LLM = LlmSettings(base_url="http://127.0.0.1:9/v1", model="m")
    settings.LLM_JUDGE_MODEL = "m"
    interview = factories.submitted(candidate=alice)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.grade(str(interview.pk))
    opinion = SecondOpinion.objects.get(interview=interview, model="m")
    assert rung(queue="llm") == [str(opinion.pk)]
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()
    assert rung(queue="llm") == [str(opinion.pk)]


def test_a_lease_keeps_others_off_and_runs_out(bank: None, alice: User) -> None:
    interview = factories.submitted(candidate=alice)
    opinion = SecondOpinion.objects.want(interview, "m", now=NOON)
    token = opinion.claim(now=NOON, lease=LEASE, most=4)
    assert token
    assert fresh(opinion).claim(now=NOON, lease=LEASE, most=4) is None
    later = fresh(opinion).next_attempt_at
    assert later > NOON + LEASE
    second = fresh(opinion)
    assert second.claim(now=later, lease=LEASE, most=4)
    assert not opinion.succeed(token)
    assert not opinion.fail(token, "too late", now=later)
    SecondOpinion.objects.update(attempts=TRIES)
    assert SecondOpinion.objects.end_worn(later) == 0  # somebody is at it still
    assert SecondOpinion.objects.end_worn(later + 2 * LEASE) == 1
    assert fresh(opinion).last_error == BROKE_OFF


def test_few_answers_are_judged_at_a_time(bank: None, alice: User) -> None:
    wanted = [
        SecondOpinion.objects.want(factories.submitted(candidate=alice), "m", now=NOON)
        for _ in range(3)
    ]
    claims = [each.claim(now=NOON, lease=LEASE, most=2) for each in wanted]
    assert [bool(each) for each in claims] == [True, True, False]


# --- far apart, or spoken to: a person looks, and until then the lower score is shown ---


@commits
def test_judges_that_are_far_apart_ask_for_a_person_and_the_lower_score_is_shown(
    bank: None, alice: User, ines: User, settings: Settings
) -> None:
    interview = factories.submitted(candidate=alice)
    with judging(settings, says(lambda exchange: verdicts(exchange))):
        assert judge(graded(interview))
    kept = factories.fresh(interview)
    rules, model = (kept.scorecards.get(judge=each) for each in ("rules", "llm:m"))
    assert model.score == 0
    assert rules.score
    assert kept.score == 0
    report = reports.build(kept, now=NOON)
    assert report
    assert report.second
    assert report.score == 0
    assert report.second.is_lowered
    assert report.second.by_rules == rules.score
    assert any("level 1 by the model" in reason for reason in report.second.person)
    review = interview.reviews.get()
    assert (review.kind, review.why, review.asked) == ("rating", "far-apart", "")
    client = Client()
    client.force_login(ines)
    page = client.get("/reviews/").content.decode()
    assert "The machine&#x27;s two judges are far apart" in page
    assert review.claim(ines, now=NOON, lease=LEASE)
    page = client.get(f"/reviews/{review.pk}/").content.decode()
    assert "two judges are far apart" not in page  # before one's own scorecard
    assert "by the model" not in page
    assert factories.submit_review(review, by=ines, levels=(3, 3, 3))
    looked_at = reports.build(factories.fresh(interview), now=NOON)
    assert looked_at
    assert looked_at.second
    assert (looked_at.score, looked_at.second.person) == (rules.score, ())
    page = client.get(f"/reviews/{review.pk}/").content.decode()
    assert all(each in page for each in ("Rules", "Model m", "You"))


@commits
def test_whoever_is_awaited_already_is_told_why_and_nobody_else_is_asked(
    bank: None, alice: User, ines: User, settings: Settings
) -> None:
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines, raters=2)
    with judging(settings, says(lambda exchange: verdicts(exchange, to_grader=[1]))):
        assert judge(graded(interview))
    assert list(interview.reviews.values_list("why", flat=True)) == ["spoken-to"] * 2


def test_who_looks_again_for_the_candidate_is_told_why_and_that_is_enough(
    bank: None, alice: User
) -> None:
    interview = factories.submitted(candidate=alice)
    assert Review.objects.appeal(interview, asked="Why?", now=NOON)
    for _ in range(2):
        Review.objects.want_a_look(interview, Why.FAR_APART, is_anybody_there=True, now=NOON)
    assert [(each.kind, each.why) for each in interview.reviews.all()] == [("appeal", "far-apart")]


@commits
def test_where_nobody_scores_nobody_is_asked(bank: None, alice: User, settings: Settings) -> None:
    interview = factories.submitted(candidate=alice)
    with judging(settings, says(lambda exchange: verdicts(exchange))):
        assert judge(graded(interview))
    assert not interview.reviews.exists()
    rules_stand(interview)


def rules_stand(interview: Interview) -> None:
    """On its row, on its report and in its result the rules' score counts, and it says why."""
    kept = factories.fresh(interview)
    score = kept.scorecards.filter(judge="rules")[0].score
    assert score
    assert kept.score == score
    result = ratings.result_of(kept, kept.judged)
    assert result
    assert (result.total.score, result.is_final) == (score, True)
    report = reports.build(kept, now=NOON)
    assert report
    assert report.second
    assert (report.score, report.second.is_lowered) == (score, False)
    assert report.second.person
    client = Client()
    client.force_login(kept.candidate)
    page = client.get(f"/interviews/{kept.pk}/report/").content.decode()
    assert "Nobody is awaited who looks at it, so the score of the rules counts." in page


def far_apart(interview: Interview) -> None:
    """Scored by the rules, and otherwise by a model, so that a person is asked."""
    grading.grade(interview.pk, clock=noon, lease=LEASE)
    rubric = factories.fresh(interview).version.value.rubric
    low = [Judgement(criterion=each.id, level=1) for each in rubric.criteria]
    Scorecard.objects.record(interview, add_up(rubric, low, "llm:m"), now=NOON)
    Review.objects.want_a_look(interview, Why.FAR_APART, is_anybody_there=True, now=NOON)


def test_after_a_waiver_the_rules_stand_and_an_appeal_lowers_nothing(
    bank: None, alice: User, ines: User
) -> None:
    interview = factories.submitted(candidate=alice)
    far_apart(interview)
    assert factories.fresh(interview).score == 0
    assert interview.reviews.get().waive(ines, because="No time.", now=NOON)
    rules_stand(interview)
    assert Review.objects.appeal(interview, asked="Why?", now=NOON)
    kept = factories.fresh(interview)
    assert kept.score == kept.scorecards.get(judge="rules").score


def test_once_the_rules_scored_it_by_another_rubric_no_model_lowers_anything(
    bank: None, alice: User
) -> None:
    interview = factories.submitted(candidate=alice)
    far_apart(interview)
    kept = factories.fresh(interview)
    rules = kept.scorecards.get(judge="rules")
    assert kept.score == 0
    again = rules.value.model_copy(update={"rubric_hash": "of another version"})
    Scorecard.objects.record(kept, again, now=NOON + LEASE, is_news=False)
    kept = factories.fresh(interview)
    result = ratings.result_of(kept, kept.judged)
    beside = ratings.compare(kept, [], reader=None)
    report = reports.build(kept, now=NOON)
    assert result
    assert beside.result
    assert report
    scores = {kept.score, result.total.score, beside.result.total.score, report.score}
    assert scores == {rules.score}


def test_a_result_that_was_released_stands_whatever_a_model_finds_later(
    bank: None, alice: User, ines: User
) -> None:
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines)
    assert grading.grade(interview.pk, clock=noon, lease=LEASE)
    assert interview.reviews.get().waive(ines, because="No time.", now=NOON)
    assert results.may_release(factories.fresh(interview))
    assert Release.objects.give(interview, by=ines, now=NOON)
    shown = factories.fresh(interview).score
    assert shown
    assert Review.objects.appeal(interview, asked="Why?", now=NOON)
    far_apart(interview)
    assert factories.fresh(interview).score == shown
    assert list(interview.reviews.values_list("why", flat=True)) == ["", ""]


@commits
def test_the_lease_is_longer_than_both_parts_of_an_answer_may_take(
    bank: None, alice: User, settings: Settings
) -> None:
    held: list[timedelta] = []

    def looks(exchange: Exchange) -> None:
        opinion = SecondOpinion.objects.get()
        assert opinion.leased_until
        held.append(opinion.leased_until - NOON)
        connection.close()
        READS(exchange)

    interview = factories.submitted(candidate=alice)
    with judging(settings, looks, whole=300.0):
        assert judge(graded(interview))
    assert held
    assert min(held) > timedelta(seconds=600)


@commits
def test_webhooks_are_told_of_both_scorecards(
    bank: None, alice: User, ines: User, settings: Settings
) -> None:
    factories.a_webhook(by=ines)
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines)
    with judging(settings, READS):
        assert judge(graded(interview))
    told = WebhookDelivery.objects.order_by("pk").values_list("event", flat=True)
    assert sorted(told) == ["scored", "scored", "submitted"]


# --- a model that lies ---


@commits
@pytest.mark.parametrize("model", [invents, misplaces])
def test_invented_quotes_raise_nothing(
    bank: None, alice: User, settings: Settings, model: Model
) -> None:
    interview = factories.submitted(candidate=alice)
    with judging(settings, says(model)):
        assert judge(graded(interview))
    assert levels(interview, "llm:m") == [1, 1, 1]
    rules = interview.scorecards.get(judge="rules")
    assert (factories.fresh(interview).score or 0) <= (rules.score or 0)


WEAK = {"scope": "Watch time matters here.", "design": "Candidate generation comes first."}


def forms() -> Sequence[Attack]:
    """The forms in which candidates write to whoever grades them, each in one voice."""
    asked = Question.model_validate(factories.question_document())
    made = [
        *attacks.instructions(asked, WEAK),
        *attacks.fake_verdicts(asked, WEAK),
        *attacks.hidden(factories.GOOD, WEAK),
        *attacks.invisible(factories.GOOD, WEAK),
    ]
    chosen = made[:: len(made) // 16]
    assert len(chosen) >= 12
    return chosen


@commits
@pytest.mark.parametrize(
    "model", [honest(PHRASES), obeys, flatters], ids=["reads", "obeys", "flatters"]
)
def test_what_candidates_write_to_graders_changes_no_level(
    bank: None, alice: User, settings: Settings, model: Model
) -> None:
    with judging(settings, says(model), price_in=0, price_out=0):
        plain = factories.submitted(candidate=alice, texts=WEAK)
        assert judge(graded(plain))
        before = {each: levels(plain, each) for each in ("rules", "llm:m")}
        for attack in forms():
            interview = factories.submitted(candidate=alice, texts=dict(attack.stages))
            assert judge(graded(interview)), attack.name
            for each, old in before.items():
                new = levels(interview, each)
                assert all((n or 0) <= (o or 0) for n, o in zip(new, old, strict=True)), (
                    attack.name,
                    each,
                )
            kept = factories.fresh(interview)
            assert (kept.score or 0) <= (factories.fresh(plain).score or 0)
