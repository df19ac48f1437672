"""A web server of somebody else's: real, on loopback, and as unhelpful as it is told to be."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

Behaviour = Callable[[socket.socket, threading.Event], None]


@dataclass(frozen=True)
class Got:
    """A request that came: its first line, its headers by lower-case name, its body."""

    line: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """Where the server is, what came, and what it does with the next ones: the last for ever."""

    port: int
    behaviours: Sequence[Behaviour]
    got: list[Got] = field(default_factory=list)
    connected: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?a=1"


def answer(status: str = "200 OK", *headers: str, body: bytes = b"") -> Behaviour:
    """Answer like any web server."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])

    def send(connection: socket.socket, closing: threading.Event) -> None:
        connection.sendall(head.encode() + body)

    return send


def hang(connection: socket.socket, closing: threading.Event) -> None:
    """Say nothing at all."""
    closing.wait()


def drip(connection: socket.socket, closing: threading.Event) -> None:
    """Say a little again and again, for ever: no single wait is long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not closing.wait(0.02):
        connection.sendall(b"x")


def drip_body(connection: socket.socket, closing: threading.Event) -> None:
    """The same, in the body."""
    connection.sendall(b"HTTP/1.1 500 Oh\r\nContent-Length: 9999\r\n\r\n")
    while not closing.wait(0.02):
        connection.sendall(b"x")


def endless(connection: socket.socket, closing: threading.Event) -> None:
    """Send a body that never ends, as fast as it goes."""
    connection.sendall(b"HTTP/1.1 500 Oh\r\n\r\n")
    while not closing.is_set():
        connection.sendall(b"<b>much\x00</b>\n" * 1000)


def reset(connection: socket.socket, closing: threading.Event) -> None:
    """Break the connection off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def garbage(connection: socket.socket, closing: threading.Event) -> None:
    """Speak another protocol."""
    connection.sendall(b"220 mail.example ESMTP\r\n")


@contextmanager
def receiving(*behaviours: Behaviour, certificate: Path | None = None) -> Iterator[Receiver]:
    """Run a server; with a certificate (and key, in one file) it speaks TLS."""
    listening = socket.create_server(("127.0.0.1", 0))
    receiver = Receiver(listening.getsockname()[1], behaviours or (answer(),))
    closing = threading.Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
    if context and certificate:
        context.load_cert_chain(certificate)

    def serve(connection: socket.socket, number: int) -> None:
        behaviour = receiver.behaviours[min(number, len(receiver.behaviours) - 1)]
        try:
            with context.wrap_socket(connection, True) if context else connection as stream:
                receiver.got.append(_read(stream))
                behaviour(stream, closing)
        except OSError:  # the client has gone
            return

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=serve, args=(connection, receiver.connected))
            receiver.connected += 1
            threads.append(thread)
            thread.start()

    threads = [threading.Thread(target=accept)]
    threads[0].start()
    try:
        yield receiver
    finally:
        closing.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for thread in threads:
            thread.join()


def _read(connection: socket.socket) -> Got:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _some(connection)
    return Got(line, headers, body)


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise ConnectionError
    return data
