"""Who is told of what, once each, and what becomes of a delivery as a row."""

import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from pytest_django import Settings

from interviews import flow, grading, sealing
from interviews.models import Interview, Release, Review, Scorecard, Webhook, WebhookDelivery
from interviews.models.webhook import TRIES, pause
from tests import factories
from tests.factories import NOON
from tests.races import at_once

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def told(webhook: Webhook) -> list[tuple[str, str | None]]:
    """Each event that a webhook is told of, in order, and whose scorecard it was."""
    rows = webhook.deliveries.order_by("created_at", "event")
    return [(each.event, each.payload.get("scored_by")) for each in rows]


@pytest.fixture
def webhook(ines: User) -> Webhook:
    return factories.a_webhook(by=ines)[0]


@pytest.fixture
def delivery(webhook: Webhook) -> WebhookDelivery:
    return webhook.deliveries.ping(webhook, now=NOON)


# --- who is told of what --------------------------------------------------------------------


def test_every_step_is_told_once_and_says_what_it_was_of(
    webhook: Webhook, alice: User, ines: User, omar: User
) -> None:
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines)
    interview.submit(flow.Submitter.CANDIDATE, now=NOON)
    grading.grade(interview.pk, clock=lambda: NOON + MINUTE, lease=MINUTE)
    review = Review.objects.claim_next(omar, now=NOON, lease=MINUTE)
    assert review
    assert factories.submit_review(review, by=omar, levels=(3, 3, 3), now=NOON + 2 * MINUTE)
    for _ in range(2):
        Release.objects.give(factories.fresh(interview), by=ines, now=NOON + 3 * MINUTE)
    assert told(webhook) == [
        ("submitted", None),
        ("scored", "judge"),
        ("scored", "person"),
        ("released", None),
    ]
    last = webhook.deliveries.latest("created_at")
    assert last.payload == {
        "id": str(last.pk),
        "event": "released",
        "at": "2026-03-02T12:03:00+00:00",
        "interview": str(interview.pk),
        "invitation": str(interview.invitation_id),
        "question": "video-feed",
        "version": 1,
        "state": "scored",
    }


def test_what_a_new_version_scores_anew_is_no_news(
    webhook: Webhook, alice: User, ines: User
) -> None:
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines)
    card = grading.judge(interview, interview.version)
    Scorecard.objects.record(interview, card, now=NOON, is_news=False)
    assert Scorecard.objects.filter(interview=interview).exists()
    assert told(webhook) == [("submitted", None)]


def test_a_scorecard_that_is_there_already_is_not_told_again(
    webhook: Webhook, alice: User, ines: User
) -> None:
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines)
    grading.grade(interview.pk, clock=lambda: NOON, lease=MINUTE)
    card = interview.scorecards.get()
    type(card).objects.record(factories.fresh(interview), card.value, now=NOON)
    assert told(webhook) == [("scored", "judge"), ("submitted", None)]


def test_what_the_clock_hands_in_is_told_too(webhook: Webhook, alice: User, ines: User) -> None:
    invitation = factories.an_invitation(by=ines).invitation
    interview = invitation.accept(candidate=alice, question=invitation.questions.get(), now=NOON)
    assert interview
    grading.sweep(now=interview.deadline_at + MINUTE, grace=factories.GRACE)
    assert told(webhook) == [("submitted", None)]


def test_only_what_was_chosen_is_told(alice: User, ines: User) -> None:
    webhook, _ = factories.a_webhook(by=ines, events=("scored",))
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines)
    assert told(webhook) == []
    grading.grade(interview.pk, clock=lambda: NOON, lease=MINUTE)
    assert told(webhook) == [("scored", "judge")]


def test_who_invited_and_leads_are_told_and_nobody_else(
    alice: User, ines: User, omar: User, lea: User
) -> None:
    hooks = {each: factories.a_webhook(by=each)[0] for each in (ines, omar, lea, alice)}
    factories.handed_in_by_invitation(candidate=alice, by=ines)
    assert {each.email for each, hook in hooks.items() if told(hook)} == {
        "ines@example.org",
        "lea@example.org",
    }


def test_practice_is_told_to_nobody(bank: None, alice: User, lea: User) -> None:
    webhook, _ = factories.a_webhook(by=lea)
    interview = factories.submitted(candidate=alice)
    grading.grade(interview.pk, clock=lambda: NOON, lease=MINUTE)
    assert told(webhook) == []


@pytest.mark.parametrize("who", ["ines", "lea"])
def test_who_may_see_it_no_more_is_told_nothing_not_even_what_waits(
    alice: User, ines: User, lea: User, who: str
) -> None:
    person = {"ines": ines, "lea": lea}[who]
    webhook, _ = factories.a_webhook(by=person)
    factories.handed_in_by_invitation(candidate=alice, by=ines)
    waiting = WebhookDelivery.objects.to_send(NOON)
    assert waiting.count() == 1
    person.groups.set(Group.objects.filter(name="interviewer") if who == "lea" else [])
    assert not waiting.all().exists()
    factories.handed_in_by_invitation(candidate=alice, by=ines)
    assert len(told(webhook)) == 1


def test_the_tests_of_a_lead_who_is_an_interviewer_now_are_still_sent(lea: User) -> None:
    webhook, _ = factories.a_webhook(by=lea)
    webhook.deliveries.ping(webhook, now=NOON)
    lea.groups.set(Group.objects.filter(name="interviewer"))
    assert WebhookDelivery.objects.to_send(NOON).count() == 1
    User.objects.filter(pk=lea.pk).update(is_active=False)
    assert not WebhookDelivery.objects.to_send(NOON).exists()


def test_what_is_undone_is_not_told(webhook: Webhook, alice: User, ines: User) -> None:
    with transaction.atomic():
        factories.handed_in_by_invitation(candidate=alice, by=ines)
        transaction.set_rollback(True)
    assert not Interview.objects.exists()
    assert told(webhook) == []


def test_without_webhooks_handing_in_asks_one_query_more(
    alice: User, ines: User, django_assert_num_queries: object
) -> None:
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines)
    with django_assert_num_queries(1):  # type: ignore[operator]
        interview.deliveries.tell_submitted(interview, now=NOON)


def test_the_database_keeps_one_delivery_of_each_thing(
    webhook: Webhook, alice: User, ines: User
) -> None:
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines)
    first = interview.deliveries.get()
    first.pk = uuid.uuid4()
    with pytest.raises(IntegrityError, match="delivery_once"), transaction.atomic():
        first.save(force_insert=True)
    first.event = "ping"
    with pytest.raises(IntegrityError, match="delivery_is_of_its_event"), transaction.atomic():
        first.save(force_insert=True)


def test_a_candidate_who_leaves_takes_what_waits_along(
    webhook: Webhook, alice: User, ines: User
) -> None:
    factories.handed_in_by_invitation(candidate=alice, by=ines)
    alice.delete()
    assert told(webhook) == []


# --- the secret -----------------------------------------------------------------------------


def test_the_secret_is_sealed_and_can_be_read_and_renewed(ines: User) -> None:
    webhook, secret = factories.a_webhook(by=ines)
    assert (webhook.secret, secret in webhook.sealed_secret) == (secret, False)
    new = webhook.renew_secret()
    assert Webhook.objects.get().secret == new != secret


def test_under_another_secret_key_it_is_not_read(webhook: Webhook, settings: Settings) -> None:
    settings.SECRET_KEY = "another"
    with pytest.raises(sealing.Unreadable, match="make a new one"):
        webhook.secret  # noqa: B018


# --- attempts -------------------------------------------------------------------------------


def test_the_pauses_cover_about_a_day_and_no_two_deliveries_come_back_together() -> None:
    key = uuid.UUID(int=0)
    pauses = [pause(attempts, key).total_seconds() for attempts in range(1, TRIES)]
    assert pauses == [30, 120, 480, 1920, 7680, 30720, 43200]
    late = pause(1, uuid.UUID(int=999))
    assert timedelta(seconds=35) < late < timedelta(seconds=36)


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_has_it(delivery: WebhookDelivery) -> None:
    def claim() -> bool:
        found = WebhookDelivery.objects.get(pk=delivery.pk)
        return found.claim(now=NOON, lease=MINUTE) is not None

    took = at_once(lambda: list(WebhookDelivery.objects.select_for_update()), claim, claim)
    assert sorted(took) == [False, True]
    assert WebhookDelivery.objects.get().attempts == 1


def test_a_worker_that_died_leaves_it_to_the_next_one(delivery: WebhookDelivery) -> None:
    assert delivery.claim(now=NOON, lease=MINUTE)
    due = WebhookDelivery.objects.to_send
    assert not due(NOON + MINUTE).exists()
    later = NOON + MINUTE + pause(1, delivery.pk)
    assert due(later).get().claim(now=later, lease=MINUTE)


def test_who_lost_the_lease_changes_nothing(delivery: WebhookDelivery) -> None:
    slow = delivery.claim(now=NOON, lease=MINUTE)
    later = NOON + 2 * MINUTE
    quick = WebhookDelivery.objects.get().claim(now=later, lease=MINUTE)
    assert slow
    assert quick
    assert delivery.succeed(quick, status=200, now=later)
    failed = partial(delivery.fail, status=500, answer="", wait=timedelta(), now=later)
    assert not failed(slow, "It answered 500.")
    assert WebhookDelivery.objects.get().state == "delivered"


def test_what_is_over_is_sent_again_under_the_same_id(delivery: WebhookDelivery) -> None:
    assert not delivery.repeat(now=NOON)
    token = delivery.claim(now=NOON, lease=MINUTE)
    assert token
    delivery.succeed(token, status=204, now=NOON)
    assert delivery.repeat(now=NOON + DAY)
    kept = WebhookDelivery.objects.to_send(NOON + DAY).get()
    assert (kept.pk, kept.state, kept.attempts, kept.delivered_at) == (
        delivery.pk,
        "waiting",
        0,
        None,
    )


# --- paused and stopped ---------------------------------------------------------------------


def test_while_it_is_paused_everything_waits_and_then_is_sent(
    webhook: Webhook, alice: User, ines: User
) -> None:
    assert webhook.pause(now=NOON)
    assert not webhook.pause(now=NOON)
    factories.handed_in_by_invitation(candidate=alice, by=ines)
    assert not WebhookDelivery.objects.to_send(NOON).exists()
    assert webhook.resume(now=NOON + DAY)
    assert not webhook.resume(now=NOON + DAY)
    assert WebhookDelivery.objects.to_send(NOON + DAY).count() == 1


def test_many_failures_in_a_row_over_a_day_stop_it(webhook: Webhook) -> None:
    for number in range(20):
        assert Webhook.objects.get().state == "sending"
        webhook.note_failure("No answer.", now=NOON + number * MINUTE)
    assert Webhook.objects.get().state == "sending"
    webhook.note_failure("No answer.", now=NOON + DAY)
    stopped = Webhook.objects.get()
    assert (stopped.state, stopped.stopped_for) == ("stopped", "No answer.")
    assert stopped.resume(now=NOON + DAY)
    assert Webhook.objects.get().state == "sending"


def test_one_success_forgets_the_failures_before(webhook: Webhook) -> None:
    for _ in range(19):
        webhook.note_failure("No answer.", now=NOON)
    webhook.note_success()
    webhook.note_failure("No answer.", now=NOON + DAY)
    kept = Webhook.objects.get()
    assert (kept.state, kept.failures, kept.failing_since) == ("sending", 1, NOON + DAY)
