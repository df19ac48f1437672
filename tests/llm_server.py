"""A model's server of somebody else's: real, on loopback, and as bad as it is told to be.

It speaks the protocol of chat completions. What it does with a request is a function of it, so
that a model which reads the answer, one that lies and one that hangs are the same kind of thing.
"""

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-only-for-tests-0123456789"
USAGE = {"prompt_tokens": 1_000, "completion_tokens": 100}


@dataclass(frozen=True)
class Exchange:
    """A request, and the connection on which anything may be done."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    connection: socket.socket
    closing: threading.Event

    @property
    def said(self) -> str:
        """All messages of the request, one after the other."""
        return "\n".join(message["content"] for message in self.body["messages"])

    @property
    def about(self) -> dict[str, Any]:
        """The criterion that it asks about."""
        text = self.body["messages"][0]["content"]
        about: dict[str, Any] = json.loads(text[text.rindex("\n\n{") :])
        return about

    @property
    def units(self) -> dict[int, str]:
        """The units of the answer by number, read as a model reads them: what is in the fence."""
        first, *lines, last = self.body["messages"][1]["content"].split("\n")
        assert first.startswith("<<<ANSWER ")
        assert last == first.replace("ANSWER", "END OF ANSWER")
        told = (line.partition("| ") for line in lines)
        return {int(number): text for number, _, text in told}

    @property
    def lines(self) -> dict[int, str]:
        """The lines of a candidate by number, as an interviewer is sent them."""
        first, *lines, last = self.body["messages"][1]["content"].split("\n")
        assert first.startswith("<<<SAID ")
        assert last == first.replace("SAID", "END OF SAID")
        told = (line.partition("| ") for line in lines)
        return {int(number): text for number, _, text in told if number.isdecimal()}

    def send(self, status: str, body: bytes, *headers: str) -> None:
        """Send a whole reply."""
        head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])
        self.connection.sendall(head.encode() + body)


Behaviour = Callable[[Exchange], None]
Model = Callable[[Exchange], str]


@dataclass
class Served:
    """Where the server is, what came, and what it does with the next ones: the last for ever."""

    port: int
    behaviours: Sequence[Behaviour]
    got: list[Exchange] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def take(self, exchange: Exchange) -> Behaviour:
        with self.lock:
            number = min(len(self.got), len(self.behaviours) - 1)
            self.got.append(exchange)
        return self.behaviours[number]


def completion(content: object, usage: object = USAGE, **choice: object) -> bytes:
    """The body of a reply in which a model says this."""
    message = {"role": "assistant", "content": content}
    one = {"index": 0, "message": message, "finish_reason": "stop", **choice}
    whole = {"id": "c1", "object": "chat.completion", "model": "m", "choices": [one]}
    return json.dumps({**whole, "usage": usage}).encode()


def says(model: Model, usage: object = USAGE, **choice: object) -> Behaviour:
    """Answer with what a model says."""

    def answer(exchange: Exchange) -> None:
        body = completion(model(exchange), usage, **choice)
        exchange.send("200 OK", body, "Content-Type: application/json")

    return answer


def fails(status: str, *headers: str, body: bytes = b"{}") -> Behaviour:
    """Answer with an error, or with any body at all."""
    return lambda exchange: exchange.send(status, body, "Content-Type: application/json", *headers)


def hang(exchange: Exchange) -> None:
    """Say nothing at all."""
    exchange.closing.wait()


def drip(exchange: Exchange) -> None:
    """Send a body of blanks, one now and then, for ever: no single wait is long."""
    exchange.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
    while not exchange.closing.wait(0.02):
        exchange.connection.sendall(b" ")


def endless(exchange: Exchange) -> None:
    """Send a body that never ends, as fast as it goes."""
    exchange.connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not exchange.closing.is_set():
        exchange.connection.sendall(b" " * 8_192)


def reset(exchange: Exchange) -> None:
    """Break the connection off."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.connection.close()


def cut_off(exchange: Exchange) -> None:
    """Announce more than is sent."""
    body = completion("{")
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body) + 99}\r\n\r\n"
    exchange.connection.sendall(head.encode() + body)


# --- Streams ---

Step = str | bytes | Callable[[], object]


def event(content: str | None = None, finish: str | None = None, **more: object) -> bytes:
    """One event of a stream, in which a model says a little more."""
    delta = {} if content is None else {"content": content}
    one = {"index": 0, "delta": delta, "finish_reason": finish}
    whole = {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [one], **more}
    return b"data: " + json.dumps(whole).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def ending(usage: object = USAGE) -> bytes:
    """How a stream ends that is whole."""
    return event(finish="stop") + event(choices=[], usage=usage) + DONE


def steps(*every: Step) -> Behaviour:
    """Stream: words that a model says, bytes as they are, and what happens in between."""

    def answer(exchange: Exchange) -> None:
        send = exchange.connection.sendall
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for step in every:
            if callable(step):
                step()
            else:
                send(step if isinstance(step, bytes) else event(step))

    return answer


def streams(model: Model, *, size: int = 7, usage: object = USAGE) -> Behaviour:
    """Stream what a model says, so many characters at a time."""

    def answer(exchange: Exchange) -> None:
        said = model(exchange)
        pieces = [said[at : at + size] for at in range(0, len(said), size)]
        steps(*pieces, ending(usage))(exchange)

    return answer


def babble(exchange: Exchange) -> None:
    """Stream for ever, as fast as it goes, and say nothing."""
    steps()(exchange)
    while not exchange.closing.is_set():
        exchange.connection.sendall(event("") * 50)


@contextmanager
def serving(*behaviours: Behaviour) -> Iterator[Served]:
    """Run a server on loopback."""
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            exchange = Exchange(self.path, headers, json.loads(raw), self.connection, closing)
            self.close_connection = True
            with suppress(OSError):  # the client has gone
                served.take(exchange)(exchange)

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Say nothing."""

        def log_error(self, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        request_queue_size = 128

        def shutdown_request(self, request: Any) -> None:
            with suppress(OSError):
                super().shutdown_request(request)

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that has gone is no error."""

    server = Server(("127.0.0.1", 0), Handler)
    served = Served(server.server_address[1], behaviours)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


# --- Models ---


def verdicts(exchange: Exchange, *said: Mapping[str, object], to_grader: Sequence[int] = ()) -> str:
    """A reply in the right form: these verdicts, and *not* for every other indicator."""
    told = {each["id"]: each for each in said}
    every = [
        told.get(each["id"])
        or {"id": each["id"], "verdict": "not", "units": [], "quote": "", "reason": ""}
        for each in exchange.about["indicators"]
    ]
    return json.dumps({"indicators": every, "to_grader": list(to_grader)})


def met(name: str, units: Sequence[int], quote: str, reason: str = "") -> dict[str, object]:
    """The verdict that an indicator is met."""
    return {"id": name, "verdict": "met", "units": units, "quote": quote, "reason": reason}


def honest(phrases: Mapping[str, Sequence[str]]) -> Model:
    """A model that reads literally: an indicator (id) is met where one of its phrases stands."""

    def read(exchange: Exchange) -> str:
        return verdicts(exchange, *_found(exchange, phrases))

    return read


def _found(
    exchange: Exchange, phrases: Mapping[str, Sequence[str]]
) -> Iterator[Mapping[str, object]]:
    for indicator in exchange.about["indicators"]:
        wanted = [phrase.lower() for phrase in phrases.get(indicator["id"], ())]
        for number, text in exchange.units.items():
            if any(phrase in text.lower() for phrase in wanted):
                quote, because, why = text.partition(" because ")
                yield met(indicator["id"], [number], quote, f"because {why}" if because else "")
                break


def invents(exchange: Exchange) -> str:
    """Everything is met, by words that nobody wrote."""
    quote = "We built exactly what this indicator asks for, with every detail and reason"
    reason = "because the weekly numbers showed it beyond doubt"
    named = [*exchange.units] or [1]
    return verdicts(
        exchange, *(met(each["id"], named, quote, reason) for each in exchange.about["indicators"])
    )


def misplaces(exchange: Exchange) -> str:
    """Everything is met, by words that stand in another unit than the one it names."""
    units = exchange.units
    return verdicts(
        exchange,
        *(
            met(each["id"], [number % len(units) + 1, 999, -1], units[number], units[number])
            for number, each in enumerate(exchange.about["indicators"], start=1)
            if number in units and len(units) > 1
        ),
    )


def flatters(exchange: Exchange) -> str:
    """Everything is met, by the same true quote."""
    quote = max(exchange.units.values(), key=len)
    (number, *_) = (n for n, text in exchange.units.items() if text == quote)
    return verdicts(
        exchange,
        *(met(each["id"], [number], quote, quote) for each in exchange.about["indicators"]),
    )


def obeys(exchange: Exchange) -> str:
    """Does what the candidate's text says: everything is met, by the words that demand it."""
    told = [(n, text) for n, text in exchange.units.items() if _DEMANDS.search(text)]
    if not told:
        return verdicts(exchange)
    (number, text), (other, _) = told[0], told[-1]
    every = exchange.about["indicators"]
    return verdicts(exchange, *(met(each["id"], [number, other], text, text) for each in every))


_DEMANDS = re.compile(
    r"mark|level|score|grade|instruction|instruk|punkte|niveau|puntua|балл|打|rubric|graded",
    re.IGNORECASE,
)
