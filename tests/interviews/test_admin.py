"""The admin shows every table to staff, edits none, and lets nobody else in."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from interviews import grading
from interviews.models import Exchange, Interview, LlmCall, Purpose, SecondOpinion, Webhook
from rubrics import Call, Spend
from tests import factories
from tests.factories import NOON

TABLES = [
    model for model in admin.site._registry if model._meta.app_label in ("interviews", "rubrics")
]
# Django's own admin pages name variables that are not there.
pytestmark = pytest.mark.ignore_template_errors


def address(model: type[Model], page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.fixture
def rows(bank: None, alice: User) -> Interview:
    """One row at least in every table."""
    interview = factories.submitted(candidate=alice)
    Exchange.objects.create(
        interview=interview,
        kind="hint",
        stage="scope",
        at=NOON,
        said="The load",
        about={"criterion": "goal", "indicator": "load"},
    )
    late = factories.draft(interview, "evaluation", "came too late", now=NOON)
    assert late.refused == "late"
    assert grading.grade(interview.pk, clock=lambda: NOON, lease=timedelta(minutes=1))
    assert factories.a_token(owner=alice)
    SecondOpinion.objects.want(interview, "m", now=NOON)
    call = Call("goal", "m", "", Spend(), False, 1.0, "{}", "{}")
    LlmCall.objects.record(call, Purpose.JUDGE, interview, now=NOON)
    webhook, _ = factories.a_webhook(by=factories.a_user(name="ivy", group="interviewer"))
    webhook.deliveries.ping(webhook, now=NOON)
    return interview


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    root = factories.a_user(name="root", is_staff=True)
    root.is_superuser = True
    root.save()
    client.force_login(root)
    return client


def test_every_table_of_ours_is_there() -> None:
    names = {model.__name__ for model in TABLES}
    assert names == {
        *("Interview", "StageAnswer", "StageRevision", "LateText", "LedgerLine", "Scorecard"),
        *("Exchange", "Token"),
        *("Webhook", "WebhookDelivery"),
        *("SecondOpinion", "LlmCall"),
        *("Question", "QuestionVersion", "FrameworkVersion"),
    }


@pytest.mark.parametrize("model", TABLES)
class TestATable:
    def test_lists_its_rows(self, staff: Client, rows: Interview, model: type[Model]) -> None:
        answer = staff.get(address(model, "changelist"))
        assert answer.status_code == 200
        assert answer.context["cl"].result_count > 0

    def test_can_be_searched(self, staff: Client, rows: Interview, model: type[Model]) -> None:
        for words in ("a", "42", "'; --", str(rows.pk), "\x00"):
            answer = staff.get(address(model, "changelist"), {"q": words})
            assert answer.status_code == 200, words

    def test_shows_a_row(self, staff: Client, rows: Interview, model: type[Model]) -> None:
        row = model._default_manager.first()
        assert row
        answer = staff.get(address(model, "change", row.pk))
        assert answer.status_code == 200
        assert b'name="_save"' not in answer.content

    def test_is_not_edited(self, staff: Client, rows: Interview, model: type[Model]) -> None:
        row = model._default_manager.first()
        assert row
        assert staff.get(address(model, "add")).status_code == 403
        assert staff.post(address(model, "add"), {}).status_code == 403
        assert staff.post(address(model, "change", row.pk), {"_save": "1"}).status_code == 403
        assert staff.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model._default_manager.filter(pk=row.pk).exists()

    def test_has_no_action_that_deletes(
        self, staff: Client, rows: Interview, model: type[Model]
    ) -> None:
        row = model._default_manager.first()
        assert row
        chosen = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
        staff.post(address(model, "changelist"), chosen)
        assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("group", ["", "interviewer", "curator"])
def test_nobody_else_is_let_in(client: Client, db: None, group: str) -> None:
    client.force_login(factories.a_user(name="carol", group=group))
    closed = ["/admin/", *(address(model, "changelist") for model in TABLES)]
    statuses = {path: client.get(path).status_code for path in closed}
    assert set(statuses.values()) <= {302, 403, 404}, statuses


def test_a_stranger_is_sent_to_the_sign_in(client: Client, db: None) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_the_secret_of_a_webhook_is_nowhere(staff: Client, rows: Interview) -> None:
    webhook = Webhook.objects.get()
    page = staff.get(address(Webhook, "change", webhook.pk)).content.decode()
    assert webhook.address in page
    assert webhook.secret not in page
    assert webhook.sealed_secret not in page
