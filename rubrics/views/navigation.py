"""What the navigation of every page asks of the bank: whether its reader may keep it."""

from collections.abc import Mapping

from django.utils.functional import SimpleLazyObject

from rubrics import access
from rubrics.views import Request


def navigation(request: Request) -> Mapping[str, object]:
    """Give templates ``is_curator``; asked of the database only where a page says it."""
    return {"is_curator": SimpleLazyObject(lambda: access.is_curator(request.user))}
