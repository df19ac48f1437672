"""The curators' list of questions, one question's versions, and taking it out and back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from rubrics import access, bank, clock
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
    return render(request, template, {"form": form, "page": questions, "new": NewQuestion()})


@require_http_methods(["GET", "HEAD", "POST"])
@for_curators
def new(request: CuratorRequest) -> HttpResponse:
    """Begin a question."""
    if request.method != "POST":
        return redirect(f"{reverse('bank')}#new")
    form = NewQuestion(request.POST)
    if form.is_valid():
        try:
            bank.new_question(form.cleaned_data["slug"], by=request.user, now=clock.now())
            return redirect("bank_draft", slug=form.cleaned_data["slug"])
        except bank.Taken:
            form.add_error("slug", "There is a question of that name.")
    page = access.bank_page(request.user, **BankFilter().chosen())
    context = {"form": BankFilter(), "page": page, "new": form}
    return render(request, "bank/list.html", context, status=422)


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
