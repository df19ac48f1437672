"""Handing in: a last look at all stages, and the submission itself."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from interviews import access, desk, tasks
from interviews.flow import Submitter
from interviews.views import Request
from rubrics import clock


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submission(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Show what is about to be handed in; hand it in."""
    interview = access.interview_or_404(request.user, interview_id)
    if not interview.is_running and request.method != "POST":
        return redirect("report", interview_id)
    current = access.stage_or_404(request.user, interview_id, interview.current_stage)
    if request.method != "POST":
        laid = desk.lay(current, now=clock.now())
        context = {"desk": laid, "drawn": desk.drawn(interview)}
        return render(request, "interviews/submission.html", context)
    by = Submitter.PAGE if "clock" in request.POST else Submitter.CANDIDATE
    if interview.submit(by, now=clock.now()):
        tasks.ring(interview.pk)
        tasks.ring_webhooks(interview.pk)
    return redirect("report", interview_id)
