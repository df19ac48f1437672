"""A reply that is read while it comes: tried once, bounded, booked, and ended by who listens."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rubrics import Call, ModelServer, Purse
from rubrics.llm.failing import Failed
from rubrics.llm.server import BUSY, NO_REPLY, NO_TIME, RESTING, UNHEARD, Asked
from rubrics.llm.wire import TIMED_OUT
from tests.llm_server import (
    DONE,
    KEY,
    Behaviour,
    Exchange,
    ending,
    event,
    fails,
    hang,
    serving,
    steps,
    streams,
)
from tests.rubrics.judges.llm.asking import Waiting

HELLO = streams(lambda _: "hello there", size=5)


class Echo:
    """Reads nothing into what comes."""

    def read(self, piece: str) -> Iterator[str]:
        yield piece

    def end(self) -> None:
        """Any end will do."""


def asked(server: ModelServer, left: float = 9.0) -> Asked:
    return Asked(
        "talk", [{"role": "user", "content": "?"}], {"type": "object"}, server.clock() + left
    )


def heard(server: ModelServer, *, left: float = 9.0, **more: Any) -> tuple[str, list[Call]]:
    """All that a server says, or why it says nothing; and the record."""
    calls = list[Call]()
    purse = more.pop("purse", Purse())
    try:
        stream = server.stream(asked(server, left), lambda: left, Echo(), purse, calls.append)
        return "".join(stream), calls
    except Failed as failed:
        return failed.words, calls


def test_a_stream_is_one_request_with_the_same_headers_and_its_usage() -> None:
    with serving(HELLO) as served:
        text, (call,) = heard(Waiting().server(served))
        (got,) = served.got
    assert (text, call.received, call.failed, call.is_estimate) == ("hello there", text, "", False)
    assert (got.body["stream"], got.body["stream_options"]) == (True, {"include_usage": True})
    assert got.headers["authorization"] == f"Bearer {KEY}"
    assert got.headers["accept-encoding"] == "identity"
    assert "x-stainless-os" not in got.headers


@pytest.mark.parametrize(
    "behaviour",
    [
        steps(
            b": keep-alive\r\n\r\nevent: x\r\n" + event("he").replace(b"\n", b"\r\n"), "llo", DONE
        ),
        steps(*[bytes([sign]) for sign in event("hello") + DONE]),
        steps("hello", event(finish="stop")),  # then it ends
        steps(event("hello") + event(choices=[], usage=None) + DONE),
        steps(event("hello", usage={"prompt_tokens": -1, "completion_tokens": 1}) + DONE),
        steps(
            b'data: {"choices": []}\n\n', b'data: {"choices": [{"delta": {}}]}\n\n', "hello", DONE
        ),
    ],
)
def test_ways_in_which_servers_stream(behaviour: Behaviour) -> None:
    with serving(behaviour) as served:
        assert heard(Waiting().server(served))[0] == "hello"


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b"null",
        b'{"choices": null}',
        b'{"choices": [{"delta": {"content": 5}}]}',
        b"\xff",
    ],
)
def test_an_event_that_is_none_ends_it(raw: bytes) -> None:
    with serving(steps("hel", b"data: " + raw + b"\n\n")) as served:
        text, (call,) = heard(Waiting().server(served))
    assert (text, call.failed) == (NO_REPLY, NO_REPLY)
    assert call.spend.tokens_out > 0
    assert call.is_estimate


def refuses(*names: str) -> Behaviour:
    def answer(exchange: Exchange) -> None:
        for name in names:
            if f'"{name}"' in json.dumps(exchange.body):
                exchange.send("400 Bad Request", f"Unsupported: {name}".encode())
                return
        HELLO(exchange)

    return answer


def test_what_a_server_does_not_take_is_left_out_from_then_on() -> None:
    with serving(refuses("temperature", "stream_options", "json_schema")) as served:
        server = Waiting().server(served)
        assert heard(server)[0] == "hello there"
        before = len(served.got)
        assert heard(server)[0] == "hello there"
        assert len(served.got) == before + 1
        assert "stream_options" not in served.got[-1].body


def test_a_failing_server_is_not_tried_again_and_rests_after_some() -> None:
    with serving(fails("500 Oh")) as served:
        server = Waiting().server(served, failures=3, retries=5)
        said = [heard(server)[0] for _ in range(5)]
        assert said == ["The model's server failed (500)."] * 3 + [RESTING] * 2
        assert len(served.got) == 3


def test_a_busy_server_is_left_alone_for_as_long_as_it_says_within_reason() -> None:
    waiting = Waiting()
    with serving(fails("429 Busy", "Retry-After: 20"), HELLO) as served:
        server = waiting.server(served)
        assert [heard(server)[0] for _ in range(2)] == ["The model's server is too busy.", BUSY]
        assert waiting.waited == []
        waiting.sleep(21)
        assert heard(server)[0] == "hello there"
    with serving(fails("429 Busy", "Retry-After: 99999999"), HELLO) as served:
        server = Waiting().server(served)
        assert [heard(server)[0] for _ in range(2)] == [
            "The model's server is too busy.",
            "hello there",
        ]


def test_the_end_may_move_while_a_reply_comes() -> None:
    waiting, moved = Waiting(), threading.Event()
    with serving(steps("hel", lambda: moved.wait(10), "lo", ending())) as served:
        server = waiting.server(served)
        end = [server.clock() + 4]
        stream = server.stream(
            asked(server), lambda: end[0] - server.clock(), Echo(), Purse(), lambda _: None
        )
        assert next(stream) == "hel"
        end[0] += 60
        waiting.sleep(50)
        moved.set()
        assert list(stream) == ["lo"]


def test_time_that_is_up_ends_it_also_between_two_words() -> None:
    waiting = Waiting()
    with serving(steps("hel", lambda: waiting.sleep(9), "lo")) as served:
        server, calls = waiting.server(served), list[Call]()
        end = server.clock() + 5
        with pytest.raises(Failed, match=TIMED_OUT):
            list(
                server.stream(
                    asked(server), lambda: end - server.clock(), Echo(), Purse(), calls.append
                )
            )
    assert [call.failed for call in calls] == [TIMED_OUT]


def test_who_has_enough_gives_the_turn_back_and_pays_for_what_came() -> None:
    let = threading.Event()
    with serving(steps("hello", lambda: let.wait(10)), HELLO) as served:
        server, purse, calls = Waiting().server(served, concurrency=1), Purse(), list[Call]()
        stream = server.stream(asked(server), lambda: 9.0, Echo(), purse, calls.append)
        assert next(stream) == "hello"
        assert heard(server, left=0.0, purse=purse)[0] == NO_TIME
        stream.close()
        let.set()
        assert [call.failed for call in calls] == [UNHEARD]
        assert purse.total == calls[0].spend
        assert heard(server)[0] == "hello there"


def test_the_key_is_in_no_record() -> None:
    with serving(streams(lambda exchange: exchange.headers["authorization"])) as served:
        text, (call,) = heard(Waiting().server(served))
    assert KEY in text
    assert call.received == "Bearer …"


def test_a_hang_ends_with_its_time() -> None:
    with serving(hang) as served:
        assert heard(Waiting().server(served), left=0.2)[0] == TIMED_OUT
