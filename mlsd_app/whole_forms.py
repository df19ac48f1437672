"""Refuses a form of which only the beginning has arrived, and hears out one that is too long.

When a connection breaks in the middle of a request, web servers pass on what there is as if that
were all. Half a text would be saved over the whole one, and nobody would be told.

Who answers a form before its end closes the connection while the browser still sends; the browser
then says that the connection was reset, and does not show the answer.
"""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBadRequest, UnreadablePostError
from django.http.response import HttpResponseBase

# Texts come in forms of this kind alone. In the other kind, which Django reads piece by piece, come
# files to import, and half a document is none.
FORM = "application/x-www-form-urlencoded"
# Bytes of a form that are read although nobody will use them. Nobody writes as much by hand.
MOST_UNUSED = 64 << 20
_PIECE = 1 << 16


def whole_forms(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that lets only whole forms through."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.content_type == FORM and not _is_whole(request):
            return HttpResponseBadRequest("Only a part of this arrived. Please send it again.")
        return get_response(request)

    return middleware


def _is_whole(request: HttpRequest) -> bool:
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    try:
        return len(request.body) == length
    except UnreadablePostError:
        return False
    except RequestDataTooBig:
        _hear_out(request, min(length, MOST_UNUSED))
        return True  # the view meets the same, and says it in its own words


def _hear_out(request: HttpRequest, rest: int) -> None:
    stream = request.META["wsgi.input"]
    while rest > 0 and (piece := stream.read(min(rest, _PIECE))):
        rest -= len(piece)
