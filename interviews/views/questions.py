"""Choosing what to practise: the list of questions, one question, the start of an interview."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from interviews import access
from interviews.forms.answering import QuestionFilter, StartForm
from interviews.views import Request


@vary_on_headers("HX-Request")
@require_safe
def question_list(request: Request) -> HttpResponse:
    """Search and narrow the published questions; htmx asks for the results alone."""
    chosen = QuestionFilter(access.topics(), request.GET)
    questions = access.questions(request.user, page=request.GET.get("page", "1"), **chosen.chosen())
    template = "questions/list.html"
    if request.htmx and not request.htmx.history_restore_request:
        template += "#results"
    return render(request, template, {"form": chosen, "questions": questions})


@never_cache  # a page out of the browser's history would carry a key that is used up
@require_safe
def question(request: Request, slug: str) -> HttpResponse:
    """Show a question's prompt and the form that starts an interview."""
    found = access.question_or_404(slug)
    return render(
        request,
        "questions/detail.html",
        {
            "question": found,
            "has_done": access.has_done(request.user, found),
            "form": StartForm(found, access.frameworks(), wishes=request.GET.dict()),
        },
    )
