"""``manage.py check``: the library that ships with the app can be loaded and judged by.

What makes it good is for ``python -m rubrics lint`` and the tests: that scores answers, and takes
seconds.
"""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from rubrics.linting import unreadable
from rubrics.loading import InvalidDocument, load_library


@register("bank")
def library_can_be_used(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """Turn every problem of the library into an error at file:line.

    Only ``check --tag bank`` and a plain ``check`` run it; ``migrate`` and ``up`` ask for other
    tags and stay quick.
    """
    try:
        library = load_library()
        problems = [
            problem
            for name, question in library.questions.items()
            for problem in unreadable(library.sources[f"questions/{name}"], question)
        ]
    except InvalidDocument as error:
        problems = list(error.problems)
    return [Error(str(problem), id="rubrics.E001") for problem in problems]
