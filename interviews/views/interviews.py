"""Interviews as wholes: start one, list one's own, find the place to go on."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from interviews import access, flow
from interviews.forms.answering import StartForm
from interviews.views import Request
from rubrics import Target, clock


@require_POST
def start(request: Request, slug: str) -> HttpResponse:
    """Start an interview on a question; the clock runs from here."""
    question = access.question_or_404(slug)
    if access.answers_by_invitation(request.user, question):
        messages.warning(request, "You are answering this question by invitation. Hand in first.")
        return redirect("question", slug)
    form = StartForm(question, access.frameworks(), request.POST)
    if not form.is_valid():
        return render(
            request, "questions/detail.html", {"question": question, "form": form}, status=422
        )
    chosen = form.cleaned_data
    interview = access.begin(
        request.user,
        question,
        key=chosen["key"],
        framework=chosen["framework"],
        minutes=chosen["minutes"],
        pacing=flow.Pacing(chosen["pacing"]),
        target=Target(chosen["target"]),
        extra=flow.Extra(chosen["extra"] or flow.Extra.NONE),
        has_interviewer=form.has_interviewer,
        now=clock.now(),
    )
    return redirect("interview", interview.pk)


@require_safe
def interview_list(request: Request) -> HttpResponse:
    """Show the person's own interviews."""
    page = access.interviews_of(request.user, request.GET.get("page", "1"))
    return render(request, "interviews/list.html", {"interviews": page})


@require_safe
def interview(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Lead to where the interview stands: the current stage, or the report."""
    found = access.interview_or_404(request.user, interview_id)
    if found.is_running:
        return redirect("stage", found.pk, found.current_stage)
    return redirect("report", found.pk)
