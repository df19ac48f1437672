"""What the navigation of every page asks of its reader: whether they may invite and score."""

from collections.abc import Mapping

from django.utils.functional import SimpleLazyObject

from interviews.access import roles
from interviews.views import Request


def navigation(request: Request) -> Mapping[str, object]:
    """Give templates ``is_interviewer``; asked of the database only where a page says it."""
    return {"is_interviewer": SimpleLazyObject(lambda: roles.is_interviewer(request.user))}
