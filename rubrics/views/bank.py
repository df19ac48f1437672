"""The curators' list of questions, one question's versions, and taking it out and back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from rubrics import access, bank, clock, drafts
from rubrics.forms import BankFilter, NewQuestion
from rubrics.views import CuratorRequest, for_curators


@vary_on_headers("HX-Request")
@require_safe
@for_curators
def bank_list(request: CuratorRequest) -> HttpResponse:
    """Every question with its state; htmx asks for the results alone."""
    form = BankFilter(request.GET)
    questions = access.bank_page(request.user, **form.chosen())
    template = "bank/list.html"
    if request.htmx and not request.htmx.history_restore_request:
        template += "#results"
    return render(request, template, {"form": form, "page": questions})


@require_http_methods(["GET", "HEAD", "POST"])
@for_curators
def new(request: CuratorRequest) -> HttpResponse:
    """Begin a question: with the example, or as a copy of another."""
    copied = {"copied": request.GET.get("copied", "")}
    form = NewQuestion(access.copyable(request.user), request.POST or None, initial=copied)
    if form.is_bound and form.is_valid():
        slug, title, other = (form.cleaned_data[each] for each in ("slug", "title", "copied"))
        source = access.question_or_404(request.user, other) if other else None
        try:
            drafts.new_question(slug, title, by=request.user, now=clock.now(), copied=source)
            return redirect("bank_draft", slug=slug)
        except drafts.Taken:
            form.add_error("slug", "There is a question of that id.")
    return render(request, "bank/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@for_curators
def question(request: CuratorRequest, slug: str) -> HttpResponse:
    """One question: its state, its draft, its versions."""
    found = access.question_or_404(request.user, slug)
    versions = access.versions(found, page=request.GET.get("page", "1"))
    context = {"question": found, "draft": access.draft_if_any(found), "versions": versions}
    return render(request, "bank/question.html", context)


@require_POST
@for_curators
def state(request: CuratorRequest, slug: str) -> HttpResponse:
    """Retire a question, or put it back into the list."""
    found = access.question_or_404(request.user, slug)
    retires = request.POST.get("to") == "retired"
    moved = (bank.retire if retires else bank.restore)(found, now=clock.now())
    if moved and retires:
        messages.success(request, "Retired. Nobody new finds it; interviews on it go on.")
    elif moved:
        messages.success(request, "It is in the list again.")
    else:
        messages.info(request, "Nothing changed: somebody was faster.")
    return redirect("bank_question", slug=slug)
