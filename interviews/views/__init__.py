"""Requests in, pages out. A view loads by ``access``, makes one domain call, answers."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request as the middleware leaves it. For types only."""

    htmx: HtmxDetails
