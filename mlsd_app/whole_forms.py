"""Refuses a form of which only the beginning has arrived.

When a connection breaks in the middle of a request, web servers pass on what there is as if that
were all. Half a text would be saved over the whole one, and nobody would be told.
"""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBadRequest, UnreadablePostError
from django.http.response import HttpResponseBase

# Texts come in forms of this kind alone. In the other kind, which Django reads piece by piece, come
# files to import, and half a document is none.
FORM = "application/x-www-form-urlencoded"


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
    try:
        return len(request.body) == int(request.META.get("CONTENT_LENGTH") or 0)
    except UnreadablePostError:
        return False
    except RequestDataTooBig:
        return True  # the view meets the same, and says it in its own words
