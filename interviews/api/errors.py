"""Refusals of the API: one shape for all of them, and what a program can do about each."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import BaseModel, Field

ALLOWED = ("GET", "HEAD")


class Fault(BaseModel):
    """What was refused, and why."""

    code: str = Field(description="for programs: stays the same when the words change")
    message: str = Field(description="for people")
    fields: dict[str, str] | None = Field(
        default=None, description="by parameter, what is wrong with it; only where code is invalid"
    )


class Refusal(BaseModel):
    """Any answer that is not what was asked for."""

    error: Fault


WORDS: Mapping[int, tuple[str, str]] = {
    400: ("bad-request", "This request cannot be read."),
    401: ("no-token", "Send a token that works: Authorization: Bearer <token>."),
    404: ("not-found", "There is nothing here that you may read."),
    405: ("read-only", "This can only be read: use GET."),
    422: ("invalid", "Some parameters are not as they should be."),
}


def refusal(status: int, *, fields: Mapping[str, str] | None = None) -> HttpResponse:
    """Refuse a request."""
    code, message = WORDS[status]
    fault = Fault(code=code, message=message, fields=dict(fields) if fields else None)
    body = Refusal(error=fault).model_dump(exclude_none=True)
    response = JsonResponse(body, status=status)
    if status == 405:
        response["Allow"] = ", ".join(ALLOWED)
    return response


def no_token(request: HttpRequest) -> HttpResponse:
    """Refuse who shows no token, or one that does not work (RFC 6750)."""
    response = refusal(401)
    is_shown = "Authorization" in request.headers
    response["WWW-Authenticate"] = "Bearer" + (' error="invalid_token"' if is_shown else "")
    return response
