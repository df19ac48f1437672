"""A model's server may fail in every way: the judge says why, in time, and never learns the key."""

import json
import logging
import subprocess
import sys
import traceback
from contextlib import suppress

import pytest

from rubrics import LlmSettings, ModelServer, Purse
from rubrics.llm.failing import Breaker, Failed
from rubrics.llm.server import (
    CUT,
    DECLINED,
    NO_BUDGET,
    NO_REPLY,
    NO_TIME,
    RESTING,
    Asked,
)
from rubrics.llm.settings import Call
from rubrics.llm.wire import NOT_REACHED, PACKED, TIMED_OUT, TOO_LONG
from tests.llm_server import (
    KEY,
    Behaviour,
    Exchange,
    completion,
    cut_off,
    drip,
    endless,
    fails,
    hang,
    honest,
    reset,
    says,
    serving,
)
from tests.rubrics.judges.llm.asking import PHRASES, Waiting, judged

READS = says(honest(PHRASES))


@pytest.mark.parametrize(
    ("behaviour", "why", "requests"),
    [
        (fails("401 Unauthorized"), "The model's server refused the key.", 1),
        (fails("404 Not Found"), "The model's server knows no such model.", 1),
        (fails("302 Found", "Location: /v1"), "The model's server refused the request (302).", 1),
        (fails("429 Too Many"), "The model's server is too busy.", 3),
        (fails("500 Oh"), "The model's server failed (500).", 3),
        (fails("503 Oh", body=b"<html>"), "The model's server failed (503).", 3),
        (
            fails("500 Oh", "Content-Type: x; charset=undefined"),
            "The model's server failed (500).",
            3,
        ),
        (fails("200 OK", body=b"<html>"), NO_REPLY, 2),
        (fails("200 OK", body=b'{"choices": []}'), NO_REPLY, 2),
        (fails("200 OK", body=b'{"error": {"message": "no"}}'), NO_REPLY, 2),
        (fails("200 OK", body=completion(None)), NO_REPLY, 2),
        (fails("200 OK", body=completion(["{}"])), NO_REPLY, 2),
        (fails("200 OK", body=completion('{"in', finish_reason="length")), CUT, 2),
        (fails("200 OK", body=completion("", finish_reason="content_filter")), DECLINED, 2),
        (fails("200 OK", "Content-Encoding: gzip", body=b"\x1f\x8b"), PACKED, 2),
        (endless, TOO_LONG, 2),
        (reset, NOT_REACHED, 3),
        (cut_off, NOT_REACHED, 3),
    ],
)
def test_why_a_criterion_is_not_judged(behaviour: Behaviour, why: str, requests: int) -> None:
    with serving(behaviour) as served:
        found = judged(served)
        assert len(served.got) == requests
    assert (found.level, found.not_judged, found.card.score) == (None, why, None)
    assert [call.failed for call in found.calls] == [why] * requests


@pytest.mark.parametrize("behaviour", [hang, drip])
def test_one_time_holds_for_all_of_a_request(behaviour: Behaviour) -> None:
    with serving(behaviour, READS) as served:
        found = judged(served, timeout=1.0)
    assert found.level == 3
    assert [call.failed for call in found.calls] == [TIMED_OUT, ""]
    assert found.calls[0].is_estimate
    assert found.calls[0].spend.tokens_in > 0


def test_one_time_holds_for_all_requests_about_an_answer() -> None:
    with serving(hang) as served:
        found = judged(served, timeout=60, whole=0.5)
        assert len(served.got) == 1  # a second one would be too late
    assert found.not_judged in (TIMED_OUT, NO_TIME)


def test_nobody_at_the_address() -> None:
    with serving(READS) as served:
        pass
    assert judged(served).not_judged == NOT_REACHED


def test_a_server_that_recovers_is_asked_again_after_growing_pauses() -> None:
    with serving(fails("500 Oh"), fails("502 Oh"), READS) as served:
        found = judged(served)
    assert found.level == 3
    assert found.waited == [0.5, 1.0]


def test_retry_after_is_waited_for_unless_it_is_too_long() -> None:
    with serving(fails("429 Busy", "Retry-After: 17"), READS) as served:
        found = judged(served)
        assert found.level == 3
        assert sum(found.waited) >= 17
    with serving(fails("429 Busy", "Retry-After: 9999"), READS) as served:
        found = judged(served)
        assert (found.not_judged, len(served.got)) == ("The model's server is too busy.", 1)
        assert found.waited == []


def refuses(*names: str) -> Behaviour:
    """A server that knows no such parameters, and says of the first one so."""

    def answer(exchange: Exchange) -> None:
        body = json.dumps(exchange.body)
        for name in names:
            if f'"{name}"' in body:
                error = {"error": {"message": f"Unsupported parameter: '{name}'", "param": name}}
                exchange.send("400 Bad Request", json.dumps(error).encode())
                return
        READS(exchange)

    return answer


@pytest.mark.parametrize(
    ("names", "form"),
    [
        ((), "json_schema"),
        (("json_schema",), "json_object"),
        (("response_format",), None),
        (("temperature", "max_tokens", "response_format"), None),
        (("max_completion_tokens", "max_tokens"), "json_schema"),
    ],
)
def test_what_a_server_does_not_take_is_left_out_from_then_on(
    names: tuple[str, ...], form: str | None
) -> None:
    with serving(refuses(*names)) as served:
        server = Waiting().server(served)
        server.ask(_asked(server), Purse(), _ignore)
        before = len(served.got)
        server.ask(_asked(server), Purse(), _ignore)
        assert len(served.got) == before + 1
        sent = served.got[-1].body
        assert sent.get("response_format", {}).get("type") == form


def _ignore(call: Call) -> None:
    """Note nothing of a call."""


def _asked(server: ModelServer) -> Asked:
    about = {"role": "system", "content": '\n\n{"indicators": []}'}
    answer = {"role": "user", "content": "<<<ANSWER 1>>>\n1| x\n<<<END OF ANSWER 1>>>"}
    return Asked("evaluates", [about, answer], {"type": "object"}, server.clock() + 100)


def test_a_request_that_is_refused_for_itself_is_given_up() -> None:
    with serving(fails("400 Bad", body=b'{"error": {"message": "context too long"}}')) as served:
        found = judged(served)
        assert len(served.got) == 3  # with a schema, with JSON alone, with neither
    assert found.not_judged == "The model's server refused the request (400)."


# --- The breaker ---


def test_a_server_that_failed_in_a_row_rests_and_is_then_tried_once() -> None:
    waiting = Waiting()
    with serving(*[fails("500 Oh")] * 5, READS) as served:
        server = waiting.server(served, retries=0, failures=3, rest=30.0)

        def ask() -> str:
            try:
                server.ask(_asked(server), Purse(), _ignore)
            except Failed as failed:
                return failed.words
            return ""

        failed = "The model's server failed (500)."
        assert [ask() for _ in range(5)] == [failed] * 3 + [RESTING] * 2
        waiting.sleep(31)
        assert [ask() for _ in range(2)] == [failed, RESTING]
        waiting.sleep(31)
        ask()
        waiting.sleep(31)
        assert [ask() for _ in range(3)] == [""] * 3
        assert len(served.got) == 8


def test_being_busy_is_no_failure() -> None:
    with serving(*[fails("429 Busy")] * 6, READS) as served:
        server = Waiting().server(served, retries=6, failures=2)
        assert server.ask(_asked(server), Purse(), _ignore)


def test_after_a_rest_one_thread_alone_tries() -> None:
    now = [0.0]
    breaker = Breaker(1, 10.0, lambda: now[0])
    breaker.bad()
    now[0] = 11.0
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.good()
    assert breaker.allows()


# --- Money ---


def test_without_money_nothing_is_sent_and_each_hold_is_given_back() -> None:
    with serving(READS) as served:
        server = Waiting().server(served)
        purse = Purse(0.0)
        with pytest.raises(Failed, match=NO_BUDGET):
            server.ask(_asked(server), purse, _ignore)
        assert served.got == []
        assert purse.total.cost == 0


@pytest.mark.parametrize(
    ("behaviour", "is_estimate"),
    [
        (says(honest(PHRASES)), False),
        (says(honest(PHRASES), usage=None), True),
        (says(honest(PHRASES), usage={"prompt_tokens": -5, "completion_tokens": 1}), True),
        (says(honest(PHRASES), usage={"prompt_tokens": 10**30, "completion_tokens": 1}), True),
        (fails("500 Oh"), False),
        (cut_off, True),
    ],
)
def test_what_a_request_cost_is_booked_also_when_nobody_says_it(
    behaviour: Behaviour, is_estimate: bool
) -> None:
    calls: list[Call] = []
    with serving(behaviour) as served:
        server, purse = Waiting().server(served, retries=0), Purse()
        with suppress(Failed):
            server.ask(_asked(server), purse, calls.append)
    assert calls[0].is_estimate is is_estimate
    assert purse.total == calls[0].spend
    assert (calls[0].spend.cost > 0) is not calls[0].failed.endswith("(500).")


# --- The key ---


def echoes(status: str) -> Behaviour:
    """A server that says back what it was sent, the key as well."""

    def answer(exchange: Exchange) -> None:
        said = f"Wrong key {exchange.headers['authorization']}; \n{exchange.said}"
        body = completion(said) if status == "200 OK" else json.dumps({"error": said}).encode()
        exchange.send(status, body, "Content-Type: application/json")

    return answer


@pytest.mark.parametrize("status", ["200 OK", "400 Bad", "401 No", "429 Busy", "500 Oh"])
def test_the_key_is_in_no_record_no_log_and_no_error(
    status: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(echoes(status)) as served:
        found = judged(served)
        server = Waiting().server(served)
        try:
            server.ask(_asked(server), Purse(), _ignore)
        except Failed:
            assert KEY not in traceback.format_exc()
        assert served.got[0].headers["authorization"] == f"Bearer {KEY}"
    assert found.calls
    assert any("Wrong key Bearer …" in call.received for call in found.calls)
    assert KEY not in repr(found)
    assert KEY not in caplog.text
    assert KEY not in repr(server.settings)


def test_nothing_of_the_environment_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "of-somebody-else")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Custom: of-somebody-else")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(READS) as served:
        assert judged(served).level == 3
        headers = served.got[0].headers
    assert "of-somebody-else" not in str(headers)
    assert sorted(headers) == [
        "accept",
        "accept-encoding",
        "authorization",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "localhost:1/v1"},
        {"base_url": "ftp://host/v1"},
        {"base_url": "http://ann:secret@host/v1"},
        {"model": ""},
        {"api_key": "a\nb"},
        {"concurrency": 0},
        {"price_in": -1.0},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        LlmSettings(**{"base_url": "http://host/v1", "model": "m", **wrong})  # type: ignore[arg-type]


def test_the_client_is_not_loaded_before_a_model_is_asked() -> None:
    code = (
        "import sys, rubrics, rubrics.__main__\n"
        "print([name for name in ('openai', 'httpx2', 'django') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
