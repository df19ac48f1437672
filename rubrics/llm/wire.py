"""One request to a model's server by the openai client: bounded in time and size, never repeated.

Loaded when a model is first asked: the client takes most of a second to import.
"""

import ipaddress
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2
import openai

from rubrics import outbound
from rubrics.llm.failing import Failed
from rubrics.llm.settings import LlmSettings

# The operator has typed the address, so it may lead anywhere, into their own networks as well.
_ANYWHERE = outbound.Rules(own=(ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")))
_KEPT = 2_000  # characters of what a server says of an error
_STREAMED = 4  # times the bytes: a stream wraps every word in some hundred signs

TIMED_OUT = "The model did not answer in time."
NOT_REACHED = "The model's server cannot be reached."
TOO_LONG = "The model's reply was longer than any can be."
PACKED = "The model's server sent what was not asked for."


def send(settings: LlmSettings, body: Mapping[str, Any], seconds: float) -> bytes:
    """Send one request for a chat completion and give the reply's body, whatever it holds.

    Raises Failed in ``seconds`` at the latest.
    """
    with _client(settings, seconds, settings.most_read) as client:
        try:
            raw = client.chat.completions.with_raw_response.create(**body, extra_headers=_PLAIN)
        except _ERRORS as error:
            raise _failed(error) from None
        return raw.http_response.content


def stream(
    settings: LlmSettings, body: Mapping[str, Any], left: outbound.Left
) -> Generator[str, None, None]:
    """Send one request for a stream and give the data of its events as they come.

    ``left`` says how many seconds there still are, and is asked before each wait: the end may move.
    Raises Failed as soon as there are none.
    """
    with _client(settings, left, settings.most_read * _STREAMED) as client:
        asking = client.chat.completions.with_streaming_response
        try:
            with asking.create(**body, extra_headers=_PLAIN) as response:
                yield from _events(response.iter_bytes())
        except _ERRORS as error:
            raise _failed(error) from None


@contextmanager
def _client(
    settings: LlmSettings, seconds: float | outbound.Left, most_read: int
) -> Iterator[openai.OpenAI]:
    """A client whose one request ends with ``seconds``, whatever it is told itself."""
    transport = outbound.Transport(
        _ANYWHERE, is_plain=settings.base_url.startswith("http://"), seconds=seconds
    )
    own = seconds() if callable(seconds) else seconds
    with (
        httpx2.Client(
            transport=_Bounded(transport, settings, most_read), trust_env=False, timeout=own
        ) as http,
        openai.OpenAI(
            api_key=settings.api_key or "none",  # the client wants one; a server may not
            base_url=settings.base_url,
            max_retries=0,
            timeout=own,
            http_client=http,
        ) as client,
    ):
        yield client


def _events(pieces: Iterable[bytes]) -> Iterator[str]:
    """The data of each event of a stream; what else its protocol has is passed over."""
    held: list[bytes] = []
    for piece in pieces:
        held.append(piece)
        if b"\n" in piece:
            *lines, last = b"".join(held).split(b"\n")
            held = [last]
            for line in lines:
                if line.startswith(b"data:"):
                    yield line.removeprefix(b"data:").decode(errors="replace").strip()


_PLAIN = {"Accept-Encoding": "identity"}
_ERRORS = (openai.OpenAIError, httpx2.HTTPError, outbound.Failed)


def _failed(error: Exception) -> Failed:
    if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException)):
        return Failed(TIMED_OUT, may_again=True, may_cost=True)
    if isinstance(error, openai.APIStatusError):
        return _of_status(error)
    cause = error.__cause__ or error
    if isinstance(cause, _Refused):
        return Failed(cause.words, may_cost=True, is_reply=True)
    reached = not isinstance(cause, (httpx2.ConnectError, outbound.Failed))
    return Failed(NOT_REACHED, may_again=True, may_cost=reached)


def _of_status(error: openai.APIStatusError) -> Failed:
    status = error.status_code
    said = error.response.text[:_KEPT]
    if status in (401, 403):
        return Failed("The model's server refused the key.", said=said)
    if status == 404:
        return Failed("The model's server knows no such model.", said=said)
    after = _seconds(error.response.headers.get("Retry-After", ""))
    if status == 429:
        words = "The model's server is too busy."
        return Failed(words, said=said, may_again=True, is_busy=True, after=after)
    if status >= 500 or status in (408, 409):
        words = f"The model's server failed ({status})."
        return Failed(words, said=said, may_again=True, after=after)
    words = f"The model's server refused the request ({status})."
    return Failed(words, said=said, is_refusal=status in (400, 422))


def _seconds(after: str) -> float:
    """Retry-After as seconds; a date, which no such server sends, is as good as nothing."""
    return float(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0.0


class _Refused(httpx2.TransportError):
    """What comes is more than, or other than, a reply may be."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


# What a request needs. The client adds what it finds in the environment, and what machine it is on.
_HEADERS = ("Host", "Content-Type", "Content-Length", "Accept", "Accept-Encoding", "User-Agent")


class _Bounded(httpx2.BaseTransport):
    """Sends what the settings say and no more, and gives up on a reply that is too long.

    Also on one that is packed, so that it may become so.
    """

    def __init__(self, inner: httpx2.BaseTransport, settings: LlmSettings, most: int) -> None:
        self._inner, self._settings, self._most = inner, settings, most

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the reply's body is counted as it is read."""
        headers = {name: request.headers[name] for name in _HEADERS if name in request.headers}
        if self._settings.api_key:
            headers["Authorization"] = f"Bearer {self._settings.api_key}"
        bare = httpx2.Request(
            request.method,
            request.url,
            headers=headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        response = self._inner.handle_request(bare)
        if response.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
            response.close()
            raise _Refused(PACKED)
        assert isinstance(response.stream, httpx2.SyncByteStream)
        return httpx2.Response(
            response.status_code,
            headers=_heeded(response.headers),
            stream=_Counted(response.stream, self._most),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _heeded(headers: httpx2.Headers) -> dict[str, str]:
    """What is heeded of a reply's headers: a server may name any encoding, and none is text."""
    after = headers.get("Retry-After")
    kind = headers.get("Content-Type", "").partition(";")[0]
    return {"Content-Type": kind, **({"Retry-After": after} if after else {})}


class _Counted(httpx2.SyncByteStream):
    """A body that ends with an error once it is too long."""

    def __init__(self, inner: httpx2.SyncByteStream, most: int) -> None:
        self._inner, self._most = inner, most

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for piece in self._inner:
            read += len(piece)
            if read > self._most:
                raise _Refused(TOO_LONG)
            yield piece

    def close(self) -> None:
        self._inner.close()
