"""The curators' pages and the handbook. A view loads by ``access``, makes one call, answers."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django_htmx.middleware import HtmxDetails

from rubrics import access


class Request(HttpRequest):
    """A request as the middleware leaves it. For types only."""

    htmx: HtmxDetails


class CuratorRequest(Request):
    """A request of somebody who may keep the bank. For types only."""

    user: User
    is_unread: bool  # of a view that is ``of_any_size``


V = TypeVar("V", bound=Callable[..., HttpResponse])


def for_curators(view: V) -> V:
    """Decorate a view: for everybody else it is not there."""

    @wraps(view)
    def guarded(request: CuratorRequest, *args: object, **kwargs: object) -> HttpResponse:
        access.curator_or_404(request.user)
        return view(request, *args, **kwargs)

    return cast("V", guarded)


def of_any_size(view: V) -> V:
    """Decorate a view of a ``LongForm``: one beyond all limits comes to it empty, ``is_unread``.

    The check for forgery reads the form, which a form of that size does not allow; so the check
    comes here, and no text of an unread form is kept.
    """

    @csrf_exempt
    @wraps(view)
    def sized(request: CuratorRequest, *args: object, **kwargs: object) -> HttpResponse:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        request.is_unread = int(request.META.get("CONTENT_LENGTH") or 0) > most
        if not request.is_unread:
            return csrf_protect(view)(request, *args, **kwargs)
        request.POST = QueryDict()
        return view(request, *args, **kwargs)

    return cast("V", sized)
