"""The front page: a welcome to strangers, the way on for everyone else."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from interviews import access
from interviews.views import Request


@login_not_required
@require_safe
def home(request: Request) -> HttpResponse:
    """Show unfinished interviews, the next question and the latest results."""
    if not request.user.is_authenticated:
        return render(request, "welcome.html")
    return render(
        request,
        "home.html",
        {
            "unfinished": access.unfinished_of(request.user),
            "next_question": access.next_question(request.user),
            "latest": access.latest_of(request.user),
        },
    )
