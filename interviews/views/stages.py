"""The answering page: a stage, its drafts, its preview, and the way to another stage."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from interviews import access, boards, desk, interviewer
from interviews.forms.answering import DraftForm
from interviews.views import Request
from interviews.views.framing import holds_frames
from rubrics import clock


@never_cache
@holds_frames  # the whiteboard
@require_safe
def stage(request: Request, interview_id: uuid.UUID, stage_id: str) -> HttpResponse:
    """Show a stage: to write in when it is the current one, else to read."""
    answer = access.stage_or_404(request.user, interview_id, stage_id)
    if not answer.interview.is_running:
        return redirect("report", interview_id)
    now = clock.now()
    laid, board = desk.lay(answer, now=now), boards.of_stage(answer)
    return render(
        request,
        "interviews/stage.html",
        {
            "desk": laid,
            "saved": desk.opening(laid),
            "left": laid.left,
            "key": uuid.uuid4(),
            "board": board,
            "reading": board.reading(board.outline.text),
            "earlier": boards.earlier(answer),
            "talk": talk(answer.interview, may_ask=laid.is_writable),
            "question_key": uuid.uuid4(),
            "waiting": interviewer.next_probe(answer.interview, stage_id, now=now)
            if laid.is_writable and answer.interview.has_interviewer
            else None,
        },
    )


def talk(interview: access.Interview, *, may_ask: bool) -> interviewer.Talk | None:
    """Lay out what candidate and interviewer said."""
    exchanges = interviewer.exchanges_of(interview)
    return interviewer.talk(interview, exchanges, now=clock.now(), may_ask=may_ask)


@require_POST
def draft(
    request: Request, interview_id: uuid.UUID, stage_id: str, part: access.Part = access.Part.TEXT
) -> HttpResponse:
    """Keep a text. The page's script gets the status line; a plain form goes on to a page."""
    saved = keep(request, interview_id, stage_id, part)
    if request.htmx:
        return render(
            request,
            "interviews/stage.html#status",
            {"saved": saved, "left": saved.left},
            status=saved.status,
        )
    if saved.status != 200:
        return unsaved(request, interview_id, stage_id, part, saved)
    if "review" not in request.POST:
        return redirect("interview", interview_id)
    interview = access.interview_or_404(request.user, interview_id)
    if interviewer.follow_up(interview, stage_id, clock=clock.now):
        return redirect(follow_up_address(interview_id, stage_id, ""))
    return redirect("submission", interview_id)


@require_POST
def entry(request: Request, interview_id: uuid.UUID, stage_id: str) -> HttpResponse:
    """Go to a stage, keeping the text of the one that is left."""
    left = access.stage_or_404(request.user, interview_id, request.POST.get("from", ""))
    access.stage_or_404(request.user, interview_id, stage_id)
    if "text" in request.POST:
        saved = keep(request, interview_id, left.stage)
        if saved.status != 200:
            return unsaved(request, interview_id, left.stage, access.Part.TEXT, saved)
    interview = left.interview
    leaves = interview.is_onward(stage_id) and interview.may_enter(stage_id)
    if leaves and interviewer.follow_up(interview, left.stage, clock=clock.now):
        return redirect(follow_up_address(interview_id, left.stage, stage_id))
    interview.enter(stage_id, now=clock.now())
    return redirect("stage", interview_id, stage_id)


@require_POST
def preview(request: Request, interview_id: uuid.UUID, stage_id: str) -> HttpResponse:
    """Render the typed Markdown; nothing is kept."""
    access.stage_or_404(request.user, interview_id, stage_id)
    text = request.POST.get("text", "")[: access.MAX_BYTES]
    return render(request, "interviews/stage.html#preview", {"text": text})


@never_cache
@require_safe
def clocks(request: Request, interview_id: uuid.UUID, stage_id: str) -> HttpResponse:
    """Say what the clocks show, for a page that was asleep."""
    answer = access.stage_or_404(request.user, interview_id, stage_id)
    laid = desk.lay(answer, now=clock.now())
    return render(request, "interviews/clocks.html", {"desk": laid})


def keep(
    request: Request,
    interview_id: uuid.UUID,
    stage_id: str,
    part: access.Part = access.Part.TEXT,
    *,
    text: str | None = None,
) -> desk.SaveState:
    """Save the posted text, or another, over the posted revision; say what became of it."""
    form, now = DraftForm(request.POST), clock.now()
    if not form.is_valid():
        answer = access.stage_or_404(request.user, interview_id, stage_id, part)
        left = answer.interview.left(now)
        return desk.SaveState(
            "conflict", "Not saved: reload this page.", 400, answer.revision, left
        )
    sent = form.cleaned_data
    if text is not None:
        sent |= {"text": text, "start": None, "cut": None}
    # First, for a deadline that passed during an outage moves before the text is looked at.
    access.credit(request.user, interview_id, sent.pop("away"), now=now)
    outcome = access.save_draft(
        request.user,
        interview_id,
        stage_id,
        part,
        now=now,
        grace=timedelta(seconds=settings.GRACE_SECONDS),
        **sent,
    )
    theirs = None
    if outcome.refused == "conflict":
        theirs = access.stage_or_404(request.user, interview_id, stage_id, part)
    return desk.saved_as(outcome, part, theirs)


def keep_along(request: Request, interview_id: uuid.UUID) -> HttpResponse | None:
    """Keep the text that a form without script sends along; gives the page of one not kept."""
    if "text" not in request.POST:
        return None
    stage = access.stage_or_404(request.user, interview_id, request.POST.get("from", "")).stage
    saved = keep(request, interview_id, stage)
    if saved.status == 200:
        return None
    return unsaved(request, interview_id, stage, access.Part.TEXT, saved)


def follow_up_address(interview_id: uuid.UUID, stage_id: str, to: str) -> str:
    """Where follow-up questions are answered, before one goes on to a stage or hands in."""
    query = f"?{urlencode({'to': to})}" if to else ""
    return f"{reverse('probes', args=[interview_id, stage_id])}{query}"


def unsaved(
    request: Request,
    interview_id: uuid.UUID,
    stage_id: str,
    part: access.Part,
    saved: desk.SaveState,
) -> HttpResponse:
    """Hand back a text that could not be kept, with the reason and a way on."""
    name = "draft" if part == access.Part.TEXT else part
    return render(
        request,
        "interviews/unsaved.html",
        {
            "interview_id": interview_id,
            "action": reverse(name, args=[interview_id, stage_id]),
            "saved": saved,
            "text": request.POST.get("text", ""),
            "key": uuid.uuid4(),
        },
        status=saved.status,
    )
