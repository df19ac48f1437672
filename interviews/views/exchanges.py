"""The interviewer in the browser: questions, hints, and what it asks at the end of a stage."""

import json
import uuid
from collections.abc import Generator
from contextlib import closing

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from interviews import access, desk, interviewer
from interviews.forms.answering import QuestionForm
from interviews.views import Request
from interviews.views.stages import follow_up_address, keep, keep_along, talk, unsaved
from rubrics import clock

LINES = "application/x-ndjson"


@require_POST
def question(request: Request, interview_id: uuid.UUID) -> HttpResponseBase:
    """Ask the interviewer, who answers from the fact sheet."""
    interview = access.interview_or_404(request.user, interview_id)
    if refused := keep_along(request, interview_id):
        return refused
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _told(request, interview_id, form.problem)
    sent = form.cleaned_data
    asked = interviewer.hear(interview, sent["question"], key=sent["question_key"], now=clock.now())
    if asked is None:
        return _told(request, interview_id, "Nothing can be asked just now.")
    said = interviewer.speak(asked, clock=clock.now)
    if not _is_script(request):
        for _ in said:
            pass
        return _told(request, interview_id, "")
    answer = StreamingHttpResponse(_as_said(request, interview_id, said), content_type=LINES)
    answer["X-Accel-Buffering"] = "no"  # a proxy is not to wait for the end
    return answer


def _as_said(
    request: Request, interview_id: uuid.UUID, said: Generator[str, None, None]
) -> Generator[str, None, None]:
    """Give each utterance as it comes, and then all of it as the page shows it."""
    with closing(said):
        for text in said:
            yield _line(bit=text)
    yield _line(said=_panel(request, interview_id))


def _is_script(request: Request) -> bool:
    return LINES in request.headers.get("Accept", "")


def _line(**said: str) -> str:
    return f"{json.dumps(said)}\n"


@require_POST
def hint(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Ask for a hint, which has its price."""
    interview = access.interview_or_404(request.user, interview_id)
    if refused := keep_along(request, interview_id):
        return refused
    given = interviewer.hint(interview, now=clock.now())
    return _told(request, interview_id, "" if given else "There is no hint for this stage now.")


def _told(request: Request, interview_id: uuid.UUID, problem: str) -> HttpResponse:
    """Say what became of it: to a script in lines of JSON, to a plain form on the page."""
    if not _is_script(request):
        if problem:
            question = request.POST.get("question", "").strip()
            said = f" You asked: “{question}”" if question else ""
            messages.warning(request, f"{problem}{said}")
        return redirect(f"{reverse('interview', args=[interview_id])}#interviewer")
    if problem:
        return HttpResponse(_line(problem=problem), content_type=LINES, status=409)
    return HttpResponse(_line(said=_panel(request, interview_id)), content_type=LINES)


def _panel(request: Request, interview_id: uuid.UUID) -> str:
    """All that was said, as it stands on the page now."""
    interview = access.interview_or_404(request.user, interview_id)
    context = {"talk": talk(interview, may_ask=interview.is_running)}
    return render_to_string("interviews/interviewer.html#said", context, request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def probes(request: Request, interview_id: uuid.UUID, stage_id: str) -> HttpResponse:
    """Show the follow-up question that is open at the end of a stage; have done with it.

    ``to`` names the stage that comes next; without it one goes on to handing in.
    """
    answer = access.stage_or_404(request.user, interview_id, stage_id)
    interview, now = answer.interview, clock.now()
    if request.method == "POST":
        return _answered(request, interview, stage_id)
    if not interview.is_running:
        return redirect("report", interview_id)
    asked = interviewer.next_probe(interview, stage_id, now=now)
    if asked is None or interview.current_stage != stage_id or interview.is_paused:
        return redirect("interview", interview_id)
    laid = desk.lay(answer, now=now)
    sheet = access.stage_or_404(request.user, interview_id, stage_id, access.Part(asked.part))
    return render(
        request,
        "interviews/probe.html",
        {
            "desk": laid,
            "asked": asked,
            "place": interviewer.place_of(asked),
            "sheet": sheet,
            "seconds": asked.seconds_left(now),
            "saved": desk.opening_of(sheet, left=laid.left),
            "left": laid.left,
            "key": uuid.uuid4(),
            "to": request.GET.get("to", ""),
        },
    )


def _answered(request: Request, interview: access.Interview, stage_id: str) -> HttpResponse:
    """Keep an answer to a follow-up question, whatever became of it meanwhile, and lead on."""
    part = request.POST.get("part", "")
    if part not in access.PROBES:
        raise Http404
    if "text" in request.POST:
        # What is skipped is not said: it stays in the history of its sheet alone.
        text = "" if "skip" in request.POST else None
        saved = keep(request, interview.pk, stage_id, access.Part(part), text=text)
        if saved.status != 200 and not (text == "" and saved.state == "locked"):
            return unsaved(request, interview.pk, stage_id, access.Part(part), saved)
    if not interview.is_running:
        return redirect("report", interview.pk)
    if "over" in request.POST:
        messages.info(request, "The time for that question is over. What you wrote was kept.")
    asked = interviewer.next_probe(interview, stage_id, now=clock.now())
    if asked and asked.part == part:
        interviewer.done_with(asked, now=clock.now())
    return _onward(interview, stage_id, request.POST.get("to", ""))


def _onward(interview: access.Interview, stage_id: str, to: str) -> HttpResponse:
    """The way on from a follow-up question: the next one, the next stage, or handing in."""
    now = clock.now()
    if interviewer.next_probe(interview, stage_id, now=now):
        return redirect(follow_up_address(interview.pk, stage_id, to))
    if not to:
        return redirect("submission", interview.pk)
    interview.enter(to, now=now)
    return redirect("interview", interview.pk)
