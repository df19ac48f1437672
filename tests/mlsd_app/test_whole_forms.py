"""A form that breaks off on its way to the real web server, and one that is too long."""

import io
import socket
import uuid
from urllib.parse import urlencode

import psycopg
import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from mlsd_app.whole_forms import FORM, whole_forms
from tests import written
from tests.journeys.candidate import STAGE
from tests.session import Session
from tests.stack import Stack


def test_a_form_that_is_too_long_is_read_to_its_end_before_it_is_answered(
    settings: Settings,
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    form = b"text=" + b"x" * 200_000
    stream = io.BytesIO(form)
    request = RequestFactory().post("/", content_type=FORM, CONTENT_LENGTH=len(form))
    request.META["wsgi.input"] = request.environ["wsgi.input"] = stream

    def view(request: HttpRequest) -> HttpResponse:
        assert stream.tell() == len(form)
        with pytest.raises(RequestDataTooBig):
            assert request.POST
        return HttpResponse(status=422)

    assert whole_forms(view)(request).status_code == 422


def post(session: Session, path: str, form: bytes, *, missing: int) -> bytes:
    """Send a form without its last bytes; gives the status line of the answer."""
    cookies = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{session.port}\r\nHX-Request: true\r\n"
        f"X-CSRFToken: {session.cookies['csrftoken']}\r\nCookie: {cookies}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", session.port), timeout=20) as connection:
        connection.sendall(head.encode() + form[: len(form) - missing])
        if missing:
            connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").readline()


@pytest.mark.journey  # it needs no browser, but everything that runs
def test_a_text_that_broke_off_on_its_way_is_not_saved(stack: Stack) -> None:
    session = Session(stack.port)
    session.sign_in(password=stack.password)
    interview_id = session.start_interview()
    session.close()
    path = f"/interviews/{interview_id}/stages/{STAGE}/draft/"
    form = urlencode({"base": 0, "key": uuid.uuid4(), "text": "A whole text."}).encode()
    with psycopg.connect(stack.database_url) as database:
        assert b" 400 " in post(session, path, form, missing=5)
        assert written.latest(database, interview_id, STAGE) == ("", 0)
        database.rollback()
        assert b" 200 " in post(session, path, form, missing=0)
        assert written.latest(database, interview_id, STAGE) == ("A whole text.", 1)
