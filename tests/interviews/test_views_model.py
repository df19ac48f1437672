"""Staff see how the language model does; everybody can read what is kept and sent where."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from interviews.models import LlmCall, LlmSpend, Purpose, SecondOpinion
from rubrics import Call, LlmSettings, Spend, clock
from tests import factories
from tests.interviews.models_server import judging
from tests.llm_server import KEY, completion, fails


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    client.force_login(factories.a_user(name="stella", is_staff=True))
    return client


def words(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_before_a_model_is_set_up_the_page_says_how(staff: Client) -> None:
    page = staff.get("/staff/model/").content.decode()
    assert "No model is set up" in page
    assert all(f"LLM_{each}" in page for each in ("BASE_URL", "JUDGE_MODEL", "INTERVIEWER_MODEL"))
    assert "Check the connection" not in page


@pytest.mark.parametrize("address", ["/staff/model/", "/staff/model/check/"])
def test_staff_set_up_a_second_factor_first_where_one_is_asked_for(
    staff: Client, settings: Settings, address: str
) -> None:
    settings.STAFF_TOTP_REQUIRED = True
    way = staff.post if "check" in address else staff.get
    answer = way(address, follow=True)
    assert reverse("mfa_activate_totp") in [address for address, _ in answer.redirect_chain]


def test_the_check_is_a_button_and_not_a_link(staff: Client) -> None:
    assert staff.get("/staff/model/check/").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_check_says_what_is_wrong_and_is_in_the_figures(
    client: Client, settings: Settings
) -> None:
    client.force_login(factories.a_user(name="stella", is_staff=True))
    answers = fails("200 OK", body=completion('{"ready": true}'))
    with judging(settings, answers, fails("401 No"), budget=5.0) as served:
        said = words(client.post("/staff/model/check/", follow=True).content.decode())
        assert "The model answered" in said
        assert "it answered in" in said
        said = words(client.post("/staff/model/check/", follow=True).content.decode())
        assert "Nothing came: The model's server refused the key." in said.replace("&#x27;", "'")
        assert f"127.0.0.1:{served.port}" in said
    assert "Requests 2, failed 1" in said
    assert "5.00, left 4.99" in said
    assert "(median)" in said
    assert KEY not in said


def test_the_page_shows_money_failures_and_answers(
    staff: Client, settings: Settings, bank: None, alice: User
) -> None:
    settings.LLM = LlmSettings(base_url="http://model.example/v1", model="m", api_key=KEY)
    settings.LLM_JUDGE_MODEL, settings.LLM_BUDGET = "m", 1.0
    now = clock.now()
    LlmSpend.objects.create(at=now, cost=1.25)
    call = Call("goal", "m", "The model did not answer in time.", Spend(), True, 60.0, "", "")
    LlmCall.objects.record(call, Purpose.JUDGE, None, now=now)
    SecondOpinion.objects.want(factories.submitted(candidate=alice), "m", now=now)
    page = staff.get("/staff/model/").content.decode()
    said = words(page)
    assert "The budget is used up" in said
    assert "Spent 1.2500" in said
    assert "0 judged, 1 waiting, 0 not judged" in said
    assert "1 time: The model did not answer in time." in said
    assert "model.example" in said
    assert KEY not in page


def test_the_privacy_page_says_that_nothing_leaves(client: Client) -> None:
    said = words(client.get("/privacy/").content.decode())
    assert "nothing leaves this server of what you write" in said
    assert 'href="/privacy/"' in client.get("/accounts/login/").content.decode()


def test_the_privacy_page_names_host_and_models(client: Client, settings: Settings) -> None:
    base = "https://models.example:8443/v1"
    settings.LLM = LlmSettings(base_url=base, model="big-one", api_key=KEY)
    settings.LLM_JUDGE_MODEL, settings.LLM_INTERVIEWER_MODEL = "big-one", "small-one"
    page = client.get("/privacy/").content.decode()
    said = words(page)
    assert "A language model is asked, at models.example:8443 ." in said
    assert "big-one judges answers" in said
    assert "small-one words what the interviewer says" in said
    assert KEY not in page
