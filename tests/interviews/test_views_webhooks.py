"""The pages of webhooks: to add one, see what was sent, and see to it."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from interviews.access import hooking
from interviews.models import Webhook, WebhookDelivery
from rubrics import clock
from tests import factories
from tests.pages import HOSTILE, page

MINUTE = timedelta(minutes=1)
LOCAL = "http://127.0.0.1:8000/hook"


@pytest.fixture
def browser(client: Client, ines: User) -> Client:
    client.force_login(ines)
    return client


@pytest.fixture
def webhook(ines: User) -> Webhook:
    return factories.a_webhook(by=ines, now=clock.now())[0]


def add(browser: Client, **changes: object) -> str:
    sent = {"key": uuid.uuid4(), "address": LOCAL, "events": ["scored", "released"], **changes}
    return browser.post("/webhooks/new/", sent).content.decode()


def pressed(browser: Client, webhook: Webhook, what: str) -> str:
    address = f"/webhooks/{webhook.pk}/{what}/"
    return browser.post(address, follow=True).content.decode()


# --- to add one -----------------------------------------------------------------------------


def test_the_secret_is_shown_once(browser: Client, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    key = uuid.uuid4()
    shown = add(browser, key=key)
    webhook = Webhook.objects.get()
    assert (webhook.address, webhook.events) == (LOCAL, ["scored", "released"])
    assert webhook.secret in shown
    assert webhook.secret not in browser.get(f"/webhooks/{webhook.pk}/").content.decode()
    assert webhook.address in browser.get("/webhooks/").content.decode()
    add(browser, key=key)
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"address": "https://127.0.0.1/x"}, "127.0.0.1 is in a private network"),
        ({"address": LOCAL}, "is in a private network"),
        ({"address": "hooks"}, "An address begins with https://"),
        ({"address": "https://u:p@hooks.example/"}, "Leave name and password out"),
        ({"address": "https://hooks.example:25/"}, "Port 25 is not one of the web"),
        ({"events": []}, "Choose one at least."),
        ({"events": ["ping"]}, "Select a valid choice"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_stays(
    browser: Client, changes: dict[str, object], words: str
) -> None:
    sent = {"key": uuid.uuid4(), "address": "https://127.0.0.1/x", "events": ["scored"], **changes}
    answer = browser.post("/webhooks/new/", sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert page(answer).one("input", name="address").attributes["value"] == sent["address"]
    assert not Webhook.objects.exists()


def test_there_are_only_so_many(browser: Client, ines: User) -> None:
    for _ in range(hooking.MOST):
        factories.a_webhook(by=ines)
    assert "as many as there can be" in add(browser)
    assert Webhook.objects.count() == hooking.MOST


def test_the_page_says_of_which_interviews_it_is_told(browser: Client, lea: User) -> None:
    assert "that you invite to" in browser.get("/webhooks/new/").content.decode()
    browser.force_login(lea)
    assert "that anybody here invites to" in browser.get("/webhooks/new/").content.decode()


def test_without_any_the_page_says_what_they_are_for(browser: Client) -> None:
    assert "Nobody is told yet" in browser.get("/webhooks/").content.decode()
    assert "/webhooks/" in browser.get("/invitations/").content.decode()


def test_each_sees_their_own_and_a_lead_all(
    browser: Client, webhook: Webhook, omar: User, lea: User
) -> None:
    there = f"/webhooks/{webhook.pk}/"
    for person, sees in ((omar, False), (lea, True)):
        browser.force_login(person)
        assert (there in browser.get("/webhooks/").content.decode()) == sees
        assert (browser.get(there).status_code == 200) == sees


# --- what was sent --------------------------------------------------------------------------


def test_the_log_says_what_became_of_each(
    browser: Client, webhook: Webhook, ines: User, alice: User
) -> None:
    now = clock.now()
    interview = factories.handed_in_by_invitation(candidate=alice, by=ines, now=now)
    delivery = WebhookDelivery.objects.get()
    token = delivery.claim(now=now, lease=MINUTE)
    assert token
    assert delivery.fail(
        token, "It answered 500.", status=500, answer=HOSTILE[0], wait=timedelta(), now=now
    )
    answer = browser.get(f"/webhooks/{webhook.pk}/")
    said = answer.content.decode()
    for words in (
        "Handed in",
        "1 attempt",
        "status 500",
        "It answered 500.",
        "next try",
        "Waiting",
    ):
        assert words in said
    assert HOSTILE[0] not in said
    link = page(answer).one("a", href=f"/invitations/{interview.invitation_id}/")
    assert link.text == "Video feed"


def test_the_log_is_read_page_by_page(browser: Client, webhook: Webhook) -> None:
    now = clock.now()
    for number in range(60):
        # Two at each moment: a page may end between them.
        webhook.deliveries.ping(webhook, now=now + (number // 2) * MINUTE)
    seen: list[str] = []
    there = f"/webhooks/{webhook.pk}/"
    for _ in range(3):
        answer = browser.get(there)
        seen += re.findall(r"<code>([0-9a-f-]{36})</code>", answer.content.decode())
        further = list(page(answer).all("a", rel="next"))
        there = further[0].attributes["href"] if further else ""
    assert there == ""
    assert seen == [str(each.pk) for each in WebhookDelivery.objects.all()]
    for nonsense in ("x", "_", "2026-01-01_x", "\x00"):
        assert browser.get(f"/webhooks/{webhook.pk}/", {"after": nonsense}).status_code == 200


def test_the_log_costs_the_same_however_long_it_is(
    browser: Client, webhook: Webhook, ines: User, alice: User, django_assert_num_queries: object
) -> None:
    for _ in range(5):
        factories.handed_in_by_invitation(candidate=alice, by=ines, now=clock.now())
    with django_assert_num_queries(5):  # type: ignore[operator]
        browser.get(f"/webhooks/{webhook.pk}/")


# --- to see to it ---------------------------------------------------------------------------


def test_a_test_is_written_down_and_rung_for(
    browser: Client,
    webhook: Webhook,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as rung:
        assert "A test is on its way" in pressed(browser, webhook, "ping")
    assert len(rung) == 1
    assert WebhookDelivery.objects.get().event == "ping"


def test_a_paused_one_sends_no_test_and_goes_on_when_it_is_resumed(
    browser: Client, webhook: Webhook
) -> None:
    assert "Paused. What happens meanwhile waits" in pressed(browser, webhook, "pause")
    assert "Nothing was sent: resume" in pressed(browser, webhook, "ping")
    assert not WebhookDelivery.objects.exists()
    assert "It sends again" in pressed(browser, webhook, "resumption")
    assert Webhook.objects.get().state == "sending"


def test_a_stopped_one_says_why(browser: Client, webhook: Webhook) -> None:
    day = timedelta(days=1)
    for number in range(20):
        webhook.note_failure("No answer within 10 seconds.", now=clock.now() + number * day)
    said = browser.get(f"/webhooks/{webhook.pk}/").content.decode()
    assert "Stopped on" in said
    assert "No answer within 10 seconds." in said
    assert "Stopped" in browser.get("/webhooks/").content.decode()


def test_a_new_secret_is_shown_and_ends_the_old_one(browser: Client, webhook: Webhook) -> None:
    before = webhook.secret
    shown = pressed(browser, webhook, "secret")
    after = Webhook.objects.get().secret
    assert after in shown
    assert before != after


def test_what_failed_is_sent_again(browser: Client, webhook: Webhook) -> None:
    delivery = webhook.deliveries.ping(webhook, now=clock.now())
    again = f"deliveries/{delivery.pk}/redelivery"
    assert "It waits to be sent already" in pressed(browser, webhook, again)
    token = delivery.claim(now=clock.now(), lease=MINUTE)
    assert token
    delivery.succeed(token, status=200, now=clock.now())
    assert "It is sent again, under the same id" in pressed(browser, webhook, again)
    assert WebhookDelivery.objects.get().state == "waiting"


def test_another_webhook_s_delivery_is_not_there(
    browser: Client, webhook: Webhook, omar: User
) -> None:
    other, _ = factories.a_webhook(by=omar)
    delivery = other.deliveries.ping(other, now=clock.now())
    address = f"/webhooks/{webhook.pk}/deliveries/{delivery.pk}/redelivery/"
    assert browser.post(address).status_code == 404


def test_removed_is_removed_with_its_log(browser: Client, webhook: Webhook) -> None:
    webhook.deliveries.ping(webhook, now=clock.now())
    assert "Nothing more is sent there" in pressed(browser, webhook, "removal")
    assert not WebhookDelivery.objects.exists()
