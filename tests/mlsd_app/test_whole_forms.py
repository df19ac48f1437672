"""A form that breaks off on its way to the real web server."""

import socket
import uuid
from urllib.parse import urlencode

import psycopg
import pytest

from benchmarks.durability import written
from benchmarks.durability.savers import Session
from benchmarks.durability.typist import STAGE
from tests.stack import Stack

pytestmark = pytest.mark.journey  # it needs no browser, but everything that runs


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
