"""The read-only JSON API for programs: who asks is known by a token, never by a cookie.

Every row comes from ``access.reading``; what is refused is refused in one shape (``errors``).
"""

import uuid
from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Query
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import BaseModel

from interviews import exports
from interviews.access import reading, roles, tokens
from interviews.api import errors, schemas
from rubrics import clock

P = ParamSpec("P")
R = TypeVar("R")


class Asking(HttpRequest):
    """A request whose token works. For types only."""

    auth: tokens.Shown


class Bearer(HttpBearer):
    """Knows a token by its digest, which costs one look into an index whatever is shown."""

    def authenticate(self, request: HttpRequest, token: str) -> tokens.Shown | None:
        """Give the token if it works."""
        return tokens.shown(token, now=clock.now())


api = NinjaAPI(
    title="MLSD",
    version="1",
    description="Interviews and scorecards, read-only. A token reads what its owner may read: "
    "nothing of an interview that they are still to score, and practice only of their own.",
    auth=Bearer(),
    openapi_url=None,  # ours are in views/programs.py: no script of others, none in the page
    docs_url=None,
    urls_namespace="api",
)
_REFUSED = dict.fromkeys((400, 401, 405, 422), errors.Refusal)
_REFUSED_ONE = {**_REFUSED, 404: errors.Refusal}


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return errors.no_token(request)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return errors.refusal(404)


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(HttpError)
def _bad(request: HttpRequest, error: Exception) -> HttpResponse:
    return errors.refusal(400)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, str] = {}
    for each in error.errors:  # of a parameter's several the first says most
        fields.setdefault(_parameter(each["loc"]), each["msg"].removeprefix("Value error, "))
    return errors.refusal(422, fields=fields)


def _parameter(location: Sequence[str | int]) -> str:
    """Name a parameter by its location: its kind, then perhaps the argument that holds it."""
    return str(location[2] if location[1] == "asked" else location[1])


def _known(view: Callable[P, R]) -> Callable[P, R]:
    """Decorate a call: a parameter that it does not know, or finds twice, is refused.

    A filter with a typing error would otherwise give all there is.
    """

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        request, asked = args[0], kwargs.get("asked")
        assert isinstance(request, HttpRequest)
        known = type(asked).model_fields if isinstance(asked, BaseModel) else {}
        wrong = {
            **dict.fromkeys(request.GET.keys() - known.keys(), "There is no such parameter."),
            **{name: "Give it once." for name, many in request.GET.lists() if len(many) > 1},
        }
        if wrong:
            raise ValidationError([{"loc": ("query", k), "msg": v} for k, v in wrong.items()])
        return view(*args, **kwargs)

    return checked


@api.get("/me", response={200: schemas.Me, **_REFUSED}, operation_id="me", summary="Who reads")
@_known
def me(request: Asking) -> schemas.Me:
    """Whose the token is, and what they may do: to try a token out."""
    owner = request.auth.owner
    return schemas.Me(
        email=owner.email,
        is_interviewer=roles.is_interviewer(owner),
        is_lead=roles.is_lead(owner),
        token=schemas.TokenGiven.model_validate(request.auth),
    )


@api.get(
    "/interviews",
    response={200: schemas.Interviews, **_REFUSED},
    operation_id="interviews",
    summary="Interviews",
)
@_known
def interviews(request: Asking, asked: Query[schemas.InterviewsAsked]) -> schemas.Interviews:
    """A page of interviews that may be read, the latest begun first: one's own, those that one
    has scored, and those that one has invited to (a lead: anybody) once nobody is awaited.
    """
    reader = request.auth.owner
    rows, last = reading.interviews(reader, asked.wanted, after=asked.after, most=asked.limit)
    items = [schemas.InterviewGiven.of(row, reader.pk) for row in rows]
    return schemas.Interviews(items=items, next=schemas.cursor_of(last))


@api.get(
    "/interviews/{interview_id}",
    response={200: schemas.InterviewInFull, **_REFUSED_ONE},
    operation_id="interview",
    summary="One interview",
)
@_known
def interview(request: Asking, interview_id: uuid.UUID) -> schemas.InterviewInFull:
    """An interview, and what all its scorecards came to."""
    reader = request.auth.owner
    row = reading.interview_or_404(reader, interview_id)
    cards = reading.scorecards_of(reader, row)
    return schemas.InterviewInFull.whole(row, reader.pk, cards)


@api.get(
    "/interviews/{interview_id}/scorecards",
    response={200: schemas.Scorecards, **_REFUSED_ONE},
    operation_id="interview_scorecards",
    summary="Scorecards of one interview",
)
@_known
def interview_scorecards(request: Asking, interview_id: uuid.UUID) -> schemas.Scorecards:
    """Every scorecard of an interview with its levels, the places of the answer that they rest on,
    and comments; of one's own interview the machine's, once one may see it.
    """
    reader = request.auth.owner
    row = reading.interview_or_404(reader, interview_id)
    cards = reading.scorecards_of(reader, row)
    return schemas.Scorecards(items=[schemas.ScorecardGiven.of(card) for card in cards])


@api.get(
    "/scorecards",
    response={200: schemas.Rows, **_REFUSED},
    operation_id="scorecards",
    summary="Levels as a table",
)
@_known
def scorecards(request: Asking, asked: Query[schemas.ScorecardsAsked]) -> schemas.Rows:
    """The rows of the export: one for each interview, rater and criterion, those of the latest
    scorecard first. A scorecard is never cut in two by the end of a page.
    """
    cards, last = reading.scorecards(
        request.auth.owner, asked.wanted, rater=asked.rater, after=asked.after, most=asked.limit
    )
    rows = (row for card in cards for row in exports.rows_of(card))
    items = [
        schemas.RowGiven.model_validate(row)
        for row in rows
        if asked.criterion in (None, row.criterion)
    ]
    return schemas.Rows(items=items, next=schemas.cursor_of(last))


View = Callable[..., HttpResponseBase]


def _read_only(view: View) -> View:
    """Decorate a view of the API: it is only read, kept by nobody, and asks for no sign-in."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method not in errors.ALLOWED:
            return errors.refusal(405)
        method, request.method = request.method, "GET"  # the head is that of the answer
        try:
            return view(request, *args, **kwargs)
        finally:
            request.method = method

    return login_not_required(csrf_exempt(never_cache(answered)))


@_read_only
def _nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    return errors.refusal(404)


def patterns(prefix: str) -> list[URLPattern]:
    """Give the addresses below a prefix; whatever else lies there is refused in the same shape."""
    calls = [each for each in api.urls[0] if isinstance(each, URLPattern) and str(each.pattern)]
    return [
        *(
            path(f"{prefix}{each.pattern}", _read_only(each.callback), name=f"api_{each.name}")
            for each in calls
        ),
        path(f"{prefix}<path:rest>", _nowhere, name="api_nowhere"),
    ]
