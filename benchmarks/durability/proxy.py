"""A bad network on loopback: it stands between browser and server and breaks what it is told to.

It cuts at the level of bytes, as cables and radios do: a request or an answer may end anywhere.
Between two faults it passes everything on unchanged and keeps connections open.
"""

import random
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from io import BufferedIOBase, BytesIO
from typing import Self

LOOPBACK = "127.0.0.1"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close by RST, as a cut connection looks
PATIENCE = 60  # seconds for a peer that says nothing
AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\n"
    b"Content-Length: 22\r\nConnection: close\r\n\r\n<h1>Back soon.</h1>\r\n\r\n"
)


class Fault(StrEnum):
    """What the network does to whoever uses it."""

    NONE = "none"
    REFUSED = "refused"  # nobody listens
    ABORTED = "aborted"  # cut as soon as something was sent
    HALF_REQUEST = "half a request"  # the server gets the beginning only
    SILENT = "silent"  # taken, and never answered
    UNAVAILABLE = "503"  # something in front of the server answers in its place
    SLOW = "slow"  # the answer comes late and in drops
    HALF_ANSWER = "half an answer"  # the server has it, the browser gets the beginning only
    LOST_ANSWER = "lost answer"  # the server has it, the browser never hears


NETWORK_FAULTS = tuple(fault for fault in Fault if fault is not Fault.NONE)


@dataclass
class Proxy:
    """Passes on what comes to ``port`` to the server's, with one fault at a time.

    Attributes:
        target: the server's port on loopback.
        seed: decides where bytes are cut and how long they are held.
    """

    target: int
    seed: int = 0
    port: int = 0
    fault: Fault = Fault.NONE
    _listening: socket.socket | None = None
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 (a place to cut, not a secret)

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *problem: object) -> None:
        self.turn_to(Fault.REFUSED)

    def turn_to(self, fault: Fault) -> None:
        """Begin a fault, or end it. What is under way just now is cut, except before a slow one."""
        if fault is self.fault:
            return
        with self._changed:
            self.fault = fault
            self._changed.notify_all()
        if fault is Fault.REFUSED:
            self._stop_listening()
        elif self._listening is None:
            self._listen()
        if fault is not Fault.SLOW:
            self._reset_all()

    # --- connections ------------------------------------------------------------------------

    def _listen(self) -> None:
        listening = socket.create_server((LOOPBACK, self.port), backlog=64)
        self.port = listening.getsockname()[1]
        self._listening = listening
        threading.Thread(target=self._accept, args=[listening], daemon=True).start()

    def _stop_listening(self) -> None:
        listening, self._listening = self._listening, None
        if listening:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in accept()
            listening.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                browser, _ = listening.accept()
            except OSError:
                return
            browser.settimeout(PATIENCE)
            with self._lock:
                self._open.add(browser)
            threading.Thread(target=self._serve, args=[browser], daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        server: socket.socket | None = None
        try:
            requests = browser.makefile("rb")
            while request := _message(requests):
                server = server or self._to_server()
                if not self._carry(request, browser, server):
                    break
        except (OSError, ValueError):
            pass  # either side has gone; the other one hears it by the reset
        finally:
            with self._lock:
                self._open.discard(browser)
            for end in (browser, server):
                if end:
                    _reset(end)

    def _to_server(self) -> socket.socket | None:
        """A connection to the server; None where the fault needs none."""
        if self.fault in (Fault.ABORTED, Fault.SILENT, Fault.UNAVAILABLE):
            return None
        return socket.create_connection((LOOPBACK, self.target), timeout=PATIENCE)

    def _reset_all(self) -> None:
        with self._lock:
            cut = list(self._open)
        for browser in cut:
            with suppress(OSError):
                browser.shutdown(socket.SHUT_RDWR)  # its thread wakes, and resets it

    # --- one request ------------------------------------------------------------------------

    def _carry(self, request: bytes, browser: socket.socket, server: socket.socket | None) -> bool:
        """Carry a request and its answer as the fault has it; whether the connection goes on."""
        fault = self.fault
        if fault is Fault.UNAVAILABLE:
            browser.sendall(AWAY)
            _finish(browser)
            return False
        if fault is Fault.SILENT:
            self._wait_for_another(fault)
            return False
        if fault is Fault.ABORTED or server is None:
            return False
        if fault is Fault.HALF_REQUEST:
            server.sendall(request[: self._part(request)])
            return False
        server.sendall(request)
        answer = _message(server.makefile("rb"), asked_by=request)
        return bool(answer) and self._answer(answer, fault, browser)

    def _answer(self, answer: bytes, fault: Fault, browser: socket.socket) -> bool:
        if fault is Fault.LOST_ANSWER:
            return False
        if fault is Fault.HALF_ANSWER:
            browser.sendall(answer[: self._part(answer)])
            return False
        if fault is Fault.SLOW:
            at = self._part(answer)
            for drop in (answer[:at], answer[at:]):
                self._wait_for_another(fault, most=self._random.uniform(0.2, 1.5))
                browser.sendall(drop)
            return True
        browser.sendall(answer)
        return True

    def _part(self, message: bytes) -> int:
        return self._random.randrange(1, len(message))

    def _wait_for_another(self, fault: Fault, most: float = PATIENCE) -> None:
        """Stay silent until the fault is over, or for so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.fault is not fault, timeout=most)


def _message(stream: BufferedIOBase, asked_by: bytes = b"") -> bytes:
    """Read one whole request, or one whole answer to a request; empty at the end of the stream."""
    head = BytesIO()
    length, is_chunked = 0 if not asked_by else -1, False
    while line := stream.readline():
        head.write(line)
        name, _, value = line.lower().partition(b":")
        if name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            is_chunked = b"chunked" in value
        if line in (b"\r\n", b"\n"):
            break
    whole = head.getvalue()
    if not whole.endswith(b"\r\n\r\n"):
        return b""
    if asked_by.startswith(b"HEAD ") or (asked_by and whole[9:12] in (b"204", b"304")):
        return whole
    if is_chunked:
        return whole + _chunks(stream)
    body = stream.read(length)  # to the very end where no length is said
    return whole + body if length in (-1, len(body)) else b""


def _chunks(stream: BufferedIOBase) -> bytes:
    """Read a body of chunks as it was sent."""
    read = BytesIO()
    while size := stream.readline():
        read.write(size)
        count = int(size.split(b";")[0], 16)
        read.write(stream.read(count + 2))
        if not count:
            break
    return read.getvalue()


def _finish(end: socket.socket) -> None:
    """Close after what was sent has arrived."""
    end.shutdown(socket.SHUT_WR)
    with suppress(OSError):
        while end.recv(65536):
            pass


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    end.close()
