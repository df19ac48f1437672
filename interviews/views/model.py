"""The language model: how it goes, for staff; and for everybody what is kept and sent where."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from interviews import llm
from interviews.views import Request
from rubrics import clock


def _staff_only(view: Callable[[Request], HttpResponse]) -> Callable[[Request], HttpResponse]:
    """Let staff in as the admin does: with a second factor where it asks for one."""

    @wraps(view)
    def guarded(request: Request) -> HttpResponse:
        if not (request.user.is_active and request.user.is_staff):
            raise Http404
        if not admin.site.has_permission(request):  # it leads to where the second factor is set up
            return redirect(f"{reverse('admin:login')}?next={request.path}")
        return view(request)

    return guarded


@never_cache
@require_safe
@_staff_only
def model(request: Request) -> HttpResponse:
    """Show which model is asked, what it cost, and how it goes."""
    return render(request, "staff/model.html", {"status": llm.status(now=clock.now())})


@require_POST
@_staff_only
def model_check(request: Request) -> HttpResponse:
    """Ask each model for next to nothing."""
    why = llm.check(clock=clock.now)
    if why:
        messages.error(request, f"Nothing came: {why}")
    else:
        who = "Both models" if len(llm.models()) > 1 else "The model"
        messages.success(request, f"{who} answered, in the form that is wanted.")
    return redirect("model")


@login_not_required
@require_safe
def privacy(request: Request) -> HttpResponse:
    """Say what is kept, and what is sent where."""
    return render(request, "privacy.html", {"sent": llm.sent()})
