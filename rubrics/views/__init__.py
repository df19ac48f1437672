"""The curators' pages and the handbook. A view loads by ``access``, makes one call, answers."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from rubrics import access


class Request(HttpRequest):
    """A request as the middleware leaves it. For types only."""

    htmx: HtmxDetails


class CuratorRequest(Request):
    """A request of somebody who may keep the bank. For types only."""

    user: User


V = TypeVar("V", bound=Callable[..., HttpResponse])


def for_curators(view: V) -> V:
    """Decorate a view: for everybody else it is not there."""

    @wraps(view)
    def guarded(request: CuratorRequest, *args: object, **kwargs: object) -> HttpResponse:
        access.curator_or_404(request.user)
        return view(request, *args, **kwargs)

    return cast("V", guarded)
