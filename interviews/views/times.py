"""The clock of an interview: pause and go on, extra time, and its ledger line by line."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from interviews import access, desk, flow, ledger
from interviews.forms.answering import ExtensionForm
from interviews.views import Request
from interviews.views.stages import keep_along
from rubrics import clock


@never_cache
@require_safe
def lines(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Show why the time is what it is, line by line."""
    interview = access.readable_or_404(request.user, interview_id)
    return render(
        request,
        "interviews/ledger.html",
        {
            "interview": interview,
            "ledger": ledger.read(interview, now=clock.now()),
            "credit_most": settings.OUTAGE_CREDIT_SECONDS,
        },
    )


@require_POST
def pause(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Stop the clock, keeping the text that the page sends along."""
    interview = access.interview_or_404(request.user, interview_id)
    if refused := keep_along(request, interview_id):
        return refused
    interview.pause(now=clock.now())
    return redirect("interview", interview_id)


@require_POST
def resumption(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Let the clock run on."""
    access.interview_or_404(request.user, interview_id).resume(now=clock.now())
    return redirect("interview", interview_id)


@require_POST
def extension(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Give extra time to a practice interview. The page's script gets the clocks and their menu."""
    interview = access.interview_or_404(request.user, interview_id)
    if refused := keep_along(request, interview_id):
        return refused
    form, now = ExtensionForm(request.POST), clock.now()
    if form.is_valid() and interview.owns_clock:
        interview.extend(
            form.cleaned_data["extra"],
            by=flow.By.CANDIDATE,
            reason="while writing",
            now=now,
            grace=timedelta(seconds=settings.GRACE_SECONDS),
        )
    if not request.htmx:
        return redirect("interview", interview_id)
    shown = access.stage_or_404(request.user, interview_id, request.POST.get("from", ""))
    return render(request, "interviews/extended.html", {"desk": desk.lay(shown, now=now)})
