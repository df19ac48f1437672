"""Requests to addresses that people typed: only where they may go, and never for long.

A name is looked up once, every address behind it is judged, and the connection goes to exactly
one of those: a name that stands for something else a moment later leads nowhere else. What an
operator's own networks are is an argument, as is how a name is looked up.
"""

import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import httpcore2
import httpx2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Lookup = Callable[[str, int], Sequence[str]]
Left = Callable[[], float]

SECONDS = 10.0  # for all of it: name, connection, answer
MOST_READ = 64 * 1024  # bytes of an answer; the rest is not fetched
KEPT = 500  # characters of it
_LOWEST_PORT = 1024  # below it only those of the web: no mail server is spoken to

# Python counts these among the global ones (some versions do), and they are none: protocol
# assignments with a cloud's metadata among them, and Azure's address for its own machines.
_NEVER = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("168.63.129.16/32"))
_UNICAST = ipaddress.ip_network("2000::/3")  # all of IPv6 that is given out
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Failed(Exception):
    """Nothing came of a request; the words are for whoever typed the address."""


class Refused(Failed):
    """Where the address leads, no request of ours goes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the beginning of its text, and when to come again, if said."""

    status: int
    text: str
    retry_after: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Where requests may go: to the internet by https, to ``own`` networks by http as well."""

    own: Sequence[Network] = ()

    def allows(self, address: str, *, is_plain: bool) -> bool:
        """Whether an address, as a lookup gives it, may be connected to."""
        found = _unwrapped(ipaddress.ip_address(address))
        if any(found in network for network in self.own if network.version == found.version):
            return True
        return not is_plain and _is_public(found)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does; else the same."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        return address in _UNICAST and address.is_global
    is_odd = address.is_multicast or address.is_reserved
    return address.is_global and not is_odd and not any(address in each for each in _NEVER)


def lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a host; all ways to write one are understood by it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def examine(address: str, rules: Rules, *, lookup: Lookup = lookup) -> None:
    """Refuse an address to which nothing will be sent. Raises Refused, or Failed without a host."""
    url = _url(address)
    with _in_words(SECONDS):
        is_plain = url.scheme == "http"
        _admitted(url.raw_host.decode(), _port(url), rules, is_plain, lookup, _Time(SECONDS))


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    rules: Rules,
    *,
    lookup: Lookup = lookup,
    seconds: float = SECONDS,
    trust: ssl.SSLContext | None = None,
) -> Answer:
    """Send one POST and give what came back, whatever its status; a redirect is not followed.

    Raises Failed when nothing came back in ``seconds`` altogether, Refused when nothing was sent.
    """
    url = _url(address)
    transport = Transport(
        rules, is_plain=url.scheme == "http", lookup=lookup, seconds=seconds, trust=trust
    )
    plain = {"Accept-Encoding": "identity", **headers}  # nothing that unpacks to more than it is
    with (
        _in_words(seconds),
        httpx2.Client(transport=transport, trust_env=False, timeout=seconds) as client,
        client.stream("POST", url, content=body, headers=plain) as response,
    ):
        return Answer(
            response.status_code, _text(response), response.headers.get("Retry-After", "")
        )


def _url(address: str) -> httpx2.URL:
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Refused("This is not the address of a web page.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Refused("An address begins with https:// and the name of a host.")
    if url.userinfo:
        raise Refused("Leave name and password out of the address: anybody may read it here.")
    if _port(url) not in (80, 443) and not _LOWEST_PORT <= _port(url) < 65_536:
        raise Refused(f"Port {_port(url)} is not one of the web: use 443, 80, or 1024 and above.")
    return url


def _port(url: httpx2.URL) -> int:
    return url.port or (80 if url.scheme == "http" else 443)


def _text(response: httpx2.Response) -> str:
    """The beginning of an answer, without what no page could show and no database hold."""
    read = b""
    for piece in response.iter_raw():
        read += piece
        if len(read) >= MOST_READ:
            break
    text = read[: 4 * KEPT].decode(errors="replace")
    return "".join(each if each.isprintable() else " " for each in text[:KEPT]).strip()


class _Time:
    """What is left of the seconds for a whole request; or who says so, asked again each time."""

    def __init__(self, seconds: float | Left) -> None:
        end = time.monotonic() + (0.0 if callable(seconds) else seconds)
        self._left = seconds if callable(seconds) else lambda: end - time.monotonic()

    def left(self) -> float:
        """Seconds; raises when there are none."""
        left = self._left()
        if left <= 0:
            raise httpcore2.ReadTimeout("no time left")
        return left


def _admitted(
    host: str, port: int, rules: Rules, is_plain: bool, lookup: Lookup, until: _Time
) -> Sequence[str]:
    """The addresses of a host, if every one of them may be connected to."""
    asking = ThreadPoolExecutor(1)  # a lookup knows no deadline
    try:
        found = asking.submit(lookup, host, port).result(until.left())
    except TimeoutError as error:
        raise httpcore2.ConnectTimeout("the lookup took too long") from error
    except (OSError, UnicodeError) as error:
        raise Failed(f"There is no host named {host}.") from error
    finally:
        asking.shutdown(wait=False)
    if not found:
        raise Failed(f"There is no host named {host}.")
    for each in found:
        if not rules.allows(each, is_plain=is_plain):
            raise Refused(_why(host, each, rules, is_plain))
    return found


def _why(host: str, address: str, rules: Rules, is_plain: bool) -> str:
    if is_plain and rules.allows(address, is_plain=False):
        return "Use https://: without it, anybody on the way could read and change what is sent."
    return f"{host} is in a private network, where nothing is sent from here."


class _Stream(httpcore2.NetworkStream):
    """A connection whose every wait ends with the whole request's time."""

    def __init__(self, inner: httpcore2.NetworkStream, until: _Time) -> None:
        self._inner = inner
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._until.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._until.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._until.left())
        return _Stream(inner, self._until)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class _Network(httpcore2.SyncBackend):
    """Connects to the addresses that were judged, and to no name."""

    def __init__(self, rules: Rules, is_plain: bool, lookup: Lookup, seconds: float | Left) -> None:
        self._judged = rules, is_plain, lookup
        self._seconds = seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        until = _Time(self._seconds)
        found = _admitted(host, port, *self._judged, until)
        for number, address in enumerate(found, start=1):
            share = until.left() / (len(found) - number + 1)
            try:
                return _Stream(super().connect_tcp(address, port, share), until)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if number == len(found):
                    raise
        raise AssertionError("there is an address")


class Transport(httpx2.HTTPTransport):
    """What an httpx2 client sends by, so that it keeps the rules; no proxy of the environment.

    ``is_plain``: whether it sends by http. A request has a connection of its own, for ``seconds``
    or for as long as a function says that there are some left.
    """

    def __init__(
        self,
        rules: Rules,
        *,
        is_plain: bool,
        lookup: Lookup = lookup,
        seconds: float | Left = SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        trust = trust or _trust()
        super().__init__(verify=trust, trust_env=False)
        # The one thing that httpx2 has no argument for: who makes the connections.
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trust,
            max_keepalive_connections=0,
            network_backend=_Network(rules, is_plain, lookup, seconds),
        )
        self._is_plain = is_plain

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, if it goes the way that was said."""
        if (request.url.scheme == "http") != self._is_plain:
            raise Refused("The address has changed between http and https.")
        return super().handle_request(request)


@cache
def _trust() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


@contextlib.contextmanager
def _in_words(seconds: float) -> Iterator[None]:
    """Say what went wrong on the way."""
    try:
        yield
    except (httpx2.TimeoutException, httpcore2.TimeoutException) as error:
        raise Failed(f"No answer within {seconds:g} seconds.") from error
    except httpx2.ConnectError as error:
        if certificate := _certificate_problem(error):
            raise Failed(f"The connection is not secure: {certificate}.") from error
        raise Failed("Nobody answers there: the connection was refused.") from error
    except httpx2.TransportError as error:
        raise Failed("The connection broke off, or what came was no answer.") from error


def _certificate_problem(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLError):
            return getattr(cause, "verify_message", "") or (cause.reason or "").lower()
        cause = cause.__cause__ or cause.__context__
    return ""
