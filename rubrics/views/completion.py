"""What may be written where in a question, for the editor's completion."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from rubrics import access, bank
from rubrics.schema import Question
from rubrics.views import CuratorRequest, for_curators


@conditional_page  # it changes seldom: a browser that has it is told so by its hash
@cache_control(private=True, no_cache=True)
@require_safe
@for_curators
def completion(request: CuratorRequest) -> HttpResponse:
    """Give a question's JSON Schema, and the bank's ids: each a ``label`` with its ``detail``."""
    return JsonResponse(
        {
            "schema": Question.model_json_schema(),
            "concepts": [_option(row.slug, row.title) for row in access.concepts()],
            "frameworks": [
                {
                    **_option(each.id, each.title),
                    "stages": [_option(stage.id, stage.title) for stage in each.stages],
                }
                for each in bank.frameworks().values()
            ],
        }
    )


def _option(label: str, detail: str) -> dict[str, str]:
    return {"label": label, "detail": detail}
