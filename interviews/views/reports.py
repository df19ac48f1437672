"""The report, and the wait for it."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from interviews import access, ratings, reports
from interviews.access import results
from interviews.forms.answering import AppealForm
from interviews.views import Request
from interviews.views.framing import holds_frames
from rubrics import clock


@never_cache
@holds_frames  # the whiteboard
@require_safe
def report(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Show the report, or how far grading is. htmx asks for the latter again and again."""
    return _report(request, access.interview_or_404(request.user, interview_id))


def _report(request: Request, interview: access.Interview, asked_text: str = "") -> HttpResponse:
    if interview.is_running:
        return redirect("interview", interview.pk)
    if not interview.shows_result:
        context = {"interview": interview, "late": reports.late(interview)}
        return render(request, "interviews/handed_in.html", context)
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
            "interviewer": "on" if interview.has_interviewer else "off",
            "extra": interview.extra_at_start,
        }
    )
    reviews = results.reviews_of(interview)
    state, asked = results.appeal_of(interview, reviews, now)
    return render(
        request,
        "interviews/report.html",
        {
            "interview": interview,
            "report": built,
            "people": ratings.found_by_people(interview, reviews),
            "appeal": state,
            "asked": asked,
            "asked_text": asked_text,
            "again": again,
            "late": reports.late(interview),
        },
        status=422 if asked_text else 200,
    )


@never_cache
@holds_frames  # as the report, which comes back where the words do not fit
@require_POST
def appeal(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Ask for somebody who looks at the answer again."""
    form = AppealForm(request.POST)
    interview = access.interview_or_404(request.user, interview_id)
    if not form.is_valid():
        said = "Please say what should be looked at again, in at most 5,000 characters."
        messages.warning(request, said)
        return _report(request, interview, request.POST.get("asked", ""))
    if results.appeal(request.user, interview_id, form.cleaned_data["asked"], now=clock.now()):
        messages.success(request, "Asked. Somebody who has not scored it will look at it.")
    else:
        messages.warning(request, "That can be asked once, within 14 days.")
    return redirect("report", interview_id)
