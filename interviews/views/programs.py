"""What people and programs read about the API: a page, and its OpenAPI document."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from interviews.api import reference
from interviews.views import Request


@login_not_required
@require_safe
def about(request: Request) -> HttpResponse:
    """Show how the API is asked and what it answers."""
    context = {
        "calls": reference.calls(f"{request.scheme}://{request.get_host()}"),
        "refusal": reference.refusal_fields(),
        "refusals": reference.refusals(),
    }
    return render(request, "api/reference.html", context)


@login_not_required
@require_safe
def document(request: Request) -> JsonResponse:
    """Give the OpenAPI document."""
    return JsonResponse(reference.document())
