"""What the editor offers: a JSON Schema and the ids of the bank, given anew when they change."""

import pytest
from django.test import Client

from rubrics import bank, clock
from rubrics.loading import LIBRARY
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/bank/schema.json"


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(factories.a_user(name="carol", group="curator"))
    return client


def test_the_editor_is_told_every_field_and_the_ids_of_concepts_and_stages(desk: Client) -> None:
    bank.import_library(LIBRARY, now=clock.now())
    known = desk.get(ADDRESS).json()
    assert known["schema"]["properties"]["difficulty"]
    assert {"label": "ab-test", "detail": "A/B test"} in known["concepts"]
    framework = next(each for each in known["frameworks"] if each["label"] == "four-stage")
    assert framework["stages"][0]["label"] == "scope"


def test_a_browser_that_has_it_gets_it_again_only_when_it_changed(desk: Client) -> None:
    first = desk.get(ADDRESS)
    assert first.headers["Cache-Control"] == "private, no-cache"
    etag = first.headers["ETag"]
    assert desk.get(ADDRESS, headers={"If-None-Match": etag}).status_code == 304
    factories.fill_bank()
    assert desk.get(ADDRESS, headers={"If-None-Match": etag}).status_code == 200
