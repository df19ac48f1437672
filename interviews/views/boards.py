"""The whiteboard: the pages of the board and of the picture, shown in frames, and their words.

Also a drawing as it was at one moment.
"""

import uuid

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_POST, require_safe

from interviews import access, boards, desk
from interviews.views import Request
from interviews.views.framing import in_frames, in_frames_with_styles


@never_cache
@in_frames
@require_safe
def board(request: Request, interview_id: uuid.UUID, stage_id: str) -> HttpResponse:
    """Show the board of a stage: to draw on when the stage is the current one, else to look at."""
    answer = access.readable_stage_or_404(request.user, interview_id, stage_id, access.Part.DRAWING)
    return render(
        request,
        "interviews/board.html",
        {
            "board": boards.of_stage(answer),
            "is_writable": desk.is_writable(answer),
            "palette": boards.PALETTE,
            "key": uuid.uuid4(),
        },
    )


@never_cache
@in_frames_with_styles
@require_safe
def picture(request: Request, interview_id: uuid.UUID, stage_id: str) -> HttpResponse:
    """Show a stage's outline as a picture."""
    answer = access.readable_stage_or_404(request.user, interview_id, stage_id, access.Part.OUTLINE)
    board = boards.of_stage(answer)
    reading = board.reading(board.outline.text)
    return render(request, "interviews/picture.html", {"picture": reading.picture})


@require_POST
def outline_reading(request: Request, interview_id: uuid.UUID, stage_id: str) -> HttpResponse:
    """Say how an outline is read; nothing is kept. Without a text, the one of the drawing."""
    answer = access.stage_or_404(request.user, interview_id, stage_id, access.Part.OUTLINE)
    text = request.POST.get("text", "")[: access.MAX_BYTES]
    reading = boards.of_stage(answer).reading(text)
    return render(request, "interviews/board_panel.html#reading", {"reading": reading})


@conditional_page  # a revision never changes
@cache_control(private=True, no_cache=True)
@require_safe
def replay_drawing(
    request: Request, interview_id: uuid.UUID, stage_id: str, number: int
) -> HttpResponse:
    """Give the drawing of a stage as it was saved once, for the page that plays an answer."""
    answer = access.readable_stage_or_404(request.user, interview_id, stage_id, access.Part.DRAWING)
    if answer.interview.is_running:
        return redirect("interview", interview_id)
    drawing = boards.drawing_at(answer, number)
    if drawing is None:
        raise Http404
    return JsonResponse({"drawing": drawing})
