"""The API does what its OpenAPI document says, whatever is asked: schemathesis asks it."""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import Case

from interviews import grading
from interviews.api import reference
from interviews.models import Interview, Review
from rubrics import clock
from tests import factories

MINUTE = timedelta(minutes=1)
DOCUMENT = json.loads(json.dumps(reference.document()))

_handler = cache(get_wsgi_application)


def app(environ: Any, start_response: Any) -> Iterable[bytes]:
    """The whole app, built when it is asked first: the tests' folder is there only then."""
    return _handler()(environ, start_response)


api = schemathesis.openapi.from_dict(DOCUMENT)
api.app = app


@pytest.fixture
def _one_transaction(db: None) -> Iterator[None]:
    """Requests leave the test's connection open, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(_one_transaction: None, ines: User, alice: User) -> dict[str, str]:
    """Those of a program that has something to read."""
    for _ in range(2):
        interview = factories.handed_in_by_invitation(candidate=alice, by=ines, now=clock.now())
        assert grading.grade(interview.pk, clock=clock.now, lease=MINUTE)
        review = Review.objects.claim_next(ines, now=clock.now(), lease=MINUTE)
        assert review
        assert factories.submit_review(review, by=ines, levels=(3, None, 4), now=clock.now())
    return factories.bearer(ines, now=clock.now())


@pytest.mark.usefixtures("_one_transaction")
def test_the_document_is_there_for_everybody() -> None:
    served = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    assert served.raw_schema == DOCUMENT


# Reading changes no row, so what the fixtures made serves all examples.
ASKED = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@api.parametrize()
@ASKED
def test_every_answer_is_as_the_document_says(case: "Case[Any]", headers: dict[str, str]) -> None:
    case.call_and_validate(headers=headers)


@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if "{" in path])
def test_an_interview_that_is_there_is_as_the_document_says(
    path: str, headers: dict[str, str]
) -> None:
    found = Interview.objects.all()[0]
    case = api[path]["GET"].Case(path_parameters={"interview_id": str(found.pk)})
    assert case.call_and_validate(headers=headers).status_code == 200
