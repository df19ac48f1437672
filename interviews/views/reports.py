"""The report, and the wait for it."""

import uuid
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from interviews import access, reports
from interviews.views import Request
from interviews.views.framing import holds_frames
from rubrics import clock


@never_cache
@holds_frames  # the whiteboard
@require_safe
def report(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Show the report, or how far grading is. htmx asks for the latter again and again."""
    interview = access.interview_or_404(request.user, interview_id)
    if interview.is_running:
        return redirect("interview", interview_id)
    now = clock.now()
    built = reports.build(interview, now=now)
    if request.htmx:
        if built:
            return HttpResponseClientRefresh()
        return render(
            request,
            "interviews/waiting.html#grading",
            {"interview": interview, "grading": interview.grading(now)},
        )
    if built is None:
        return render(
            request,
            "interviews/waiting.html",
            {
                "interview": interview,
                "grading": interview.grading(now),
                "late": reports.late(interview),
            },
        )
    again = urlencode(
        {
            "framework": interview.framework.slug,
            "minutes": interview.minutes,
            "target": interview.target,
            "pacing": interview.pacing,
            "extra": interview.extra_at_start,
        }
    )
    return render(
        request,
        "interviews/report.html",
        {
            "interview": interview,
            "report": built,
            "again": again,
            "late": reports.late(interview),
        },
    )
