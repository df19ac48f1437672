"""How an answer came about: its earlier texts while it is written, its replay afterwards."""

import uuid

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_POST, require_safe

from interviews import access, history, replays, reports
from interviews.forms.answering import MomentForm
from interviews.views import Request
from interviews.views.framing import holds_frames
from rubrics import changes, clock

# The addresses of a part, and the box that it is written in.
_NAMES: dict[access.Part, dict[str, str]] = {
    access.Part.TEXT: {
        "list_name": "history",
        "version_name": "history_version",
        "draft_name": "draft",
        "box": "answer",
    },
    access.Part.OUTLINE: {
        "list_name": "outline_history",
        "version_name": "outline_history_version",
        "draft_name": "outline",
        "box": "outline",
    },
}


@never_cache
@require_safe
def versions(
    request: Request,
    interview_id: uuid.UUID,
    stage_id: str,
    part: access.Part = access.Part.TEXT,
) -> HttpResponse:
    """List the steps in which a stage's text, or its outline, was written."""
    answer = access.stage_or_404(request.user, interview_id, stage_id, part)
    context = {"history": history.of(answer, now=clock.now()), **_NAMES[part]}
    return render(request, f"interviews/history.html{_part(request, 'versions')}", context)


@never_cache
@require_safe
def version(
    request: Request,
    interview_id: uuid.UUID,
    stage_id: str,
    number: int,
    part: access.Part = access.Part.TEXT,
) -> HttpResponse:
    """Show one revision of it, and what differs from what is saved now."""
    answer = access.stage_or_404(request.user, interview_id, stage_id, part)
    found = history.version(answer, number, now=clock.now())
    if found is None:
        raise Http404
    context = {"version": found, **_NAMES[part]}
    return render(request, f"interviews/revision.html{_part(request, 'version')}", context)


@require_POST
def difference(request: Request, interview_id: uuid.UUID, stage_id: str) -> HttpResponse:
    """Show what differs between the text that is saved and one that is not; nothing is kept."""
    answer = access.stage_or_404(request.user, interview_id, stage_id)
    text = request.POST.get("text", "")[: access.MAX_BYTES]
    return render(request, "bank/difference.html", {"change": changes.by_word(answer.text, text)})


@never_cache
@holds_frames  # the drawings
@require_safe
def replay(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Show how an answer came about, at the moment that is asked for; else as it was in the end."""
    interview = access.readable_or_404(request.user, interview_id)
    if interview.is_running:
        return redirect("interview", interview_id)
    built = replays.build(interview)
    wanted = MomentForm(request.GET).wanted()
    return render(
        request,
        "interviews/replay.html",
        {
            "interview": interview,
            "replay": built,
            "shown": built.at(**wanted),
            "late": reports.late(interview),
        },
    )


@conditional_page  # it changes no more: a browser that has it is told so by its hash
@cache_control(private=True, no_cache=True)
@require_safe
def edits(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Give every change of an answer, for the page that plays them."""
    interview = access.readable_or_404(request.user, interview_id)
    if interview.is_running:
        return redirect("interview", interview_id)
    return JsonResponse(replays.build(interview).document())


def _part(request: Request, name: str) -> str:
    """Ask for the part of a template alone where a script puts it into a page."""
    return f"#{name}" if request.htmx else ""
