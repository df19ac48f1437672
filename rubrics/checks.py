"""``manage.py check``: the library that ships with the app can be loaded and is good."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from rubrics.linting import lint_library
from rubrics.loading import InvalidDocument, load_library


@register("bank")
def library_is_good(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """Turn every problem of the library into an error at file:line.

    Only ``check --tag bank`` and a plain ``check`` run it; ``migrate`` and ``up`` ask for other
    tags and stay quick.
    """
    try:
        problems = lint_library(load_library())
    except InvalidDocument as error:
        problems = list(error.problems)
    return [Error(str(problem), id="rubrics.E001") for problem in problems]
