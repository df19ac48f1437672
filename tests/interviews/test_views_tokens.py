"""Making, listing and ending tokens, as their owner sees it."""

import re
import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client

from interviews.models import Token
from interviews.models.token import MOST_TOKENS, PREFIX
from rubrics import clock
from tests import factories

CHOSEN = {"name": "Weekly report", "days": "90"}


def make(browser: Client, **changes: object) -> str:
    response = browser.post("/tokens/", {"key": uuid.uuid4(), **CHOSEN, **changes})
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def secret_in(page: str) -> str:
    found = re.search(rf'value="({PREFIX}[^"]+)"', page)
    assert found, page
    return found[1]


def reads(secret: str) -> int:
    return Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me").status_code


def test_a_token_is_shown_once_and_works(browser_of_alice: Client) -> None:
    assert "No token yet" in browser_of_alice.get("/tokens/").content.decode()
    page = make(browser_of_alice)
    secret = secret_in(page)
    assert reads(secret) == 200
    later = browser_of_alice.get("/tokens/").content.decode()
    assert secret not in later
    assert "Weekly report" in later
    assert "last used on" in later


def test_it_works_for_as_long_as_was_chosen(browser_of_alice: Client) -> None:
    make(browser_of_alice)
    make(browser_of_alice, days="0")
    forever, limited = Token.objects.all()
    assert forever.expires_at is None
    assert limited.expires_at
    assert (limited.expires_at - limited.created_at).days == 90


def test_the_same_form_sent_twice_makes_one(browser_of_alice: Client) -> None:
    key = uuid.uuid4()
    make(browser_of_alice, key=key)
    again = browser_of_alice.post("/tokens/", {**CHOSEN, "key": key})
    assert again.headers["Location"] == "/tokens/"
    assert Token.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "x" * 101}, "100 characters"),
        ({"days": "7"}, ""),
    ],
)
def test_what_is_missing_is_said(
    browser_of_alice: Client, wrong: dict[str, str], said: str
) -> None:
    response = browser_of_alice.post("/tokens/", {"key": uuid.uuid4(), **CHOSEN, **wrong})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Token.objects.exists()


def test_there_are_so_many_and_then_it_says_what_to_do(
    browser_of_alice: Client, alice: User
) -> None:
    for _ in range(MOST_TOKENS):
        factories.a_token(owner=alice, now=clock.now())
    response = browser_of_alice.post("/tokens/", {"key": uuid.uuid4(), **CHOSEN})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Revoke one, then make another." in page
    assert 'value="Weekly report"' in page


def test_a_revoked_token_is_refused_at_once(browser_of_alice: Client) -> None:
    secret = secret_in(make(browser_of_alice))
    address = f"/tokens/{Token.objects.get().pk}/revocation/"
    page = browser_of_alice.post(address, follow=True).content.decode()
    assert "Programs that use it are refused from now on." in page
    assert reads(secret) == 401
    assert "it had ended before" in browser_of_alice.post(address, follow=True).content.decode()


def test_anothers_token_is_not_there(browser_of_mallory: Client, alice: User) -> None:
    secret = factories.a_token(owner=alice, now=clock.now())
    address = f"/tokens/{Token.objects.get().pk}/revocation/"
    assert browser_of_mallory.post(address).status_code == 404
    assert "Weekly report" not in browser_of_mallory.get("/tokens/").content.decode()
    assert reads(secret) == 200


def test_the_page_about_the_api_names_every_call_and_needs_no_script(
    client: Client, db: None
) -> None:
    page = client.get("/api/v1/").content.decode()
    document = client.get("/api/v1/openapi.json").json()
    assert len(document["paths"]) == 5
    for path, methods in document["paths"].items():
        assert f"GET {path}" in page
        assert f"http://testserver{path}" in page
        for parameter in methods["get"]["parameters"]:
            assert f"<code>{parameter['name']}</code>" in page
    inline = re.findall(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=", page)
    assert inline == []
    for words in ("items[].levels[].evidence[].quote", "error.code", "no-token", "422"):
        assert words in page
