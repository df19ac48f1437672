"""Looking at a question before it is published: as candidates do, by changes, on the bench."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from rubrics import access, bank, changes, trials
from rubrics.forms import TrialForm
from rubrics.views import CuratorRequest, for_curators, of_any_size


@require_safe
@for_curators
def preview(request: CuratorRequest, slug: str) -> HttpResponse:
    """Show the draft, or what is published, as candidates see it."""
    looked = access.looked_at(request.user, slug)
    return render(request, "bank/preview.html", {"looked": looked, "question": looked.question})


@require_safe
@for_curators
def difference(request: CuratorRequest, slug: str) -> HttpResponse:
    """Show what the draft changes in what is published; or one version in another."""
    looked = access.looked_at(
        request.user, slug, old=request.GET.get("from", ""), new=request.GET.get("to", "")
    )
    context = {"looked": looked, "question": looked.question}
    if looked.old and looked.new:
        rows, is_all = changes.by_line(looked.old_text, looked.new_text)
        context |= {
            "changes": changes.by_meaning(looked.old, looked.new),
            "rows": rows,
            "is_all": is_all,
        }
    return render(request, "bank/changes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_curators
@of_any_size
def bench(request: CuratorRequest, slug: str) -> HttpResponse:
    """Score the samples, and a pasted answer, with the draft and with what is published."""
    looked = access.looked_at(request.user, slug)
    frameworks = bank.frameworks()
    sent = request.POST if request.method == "POST" else None
    form = TrialForm(frameworks.values(), sent, is_unread=request.is_unread)
    found = []
    if form.is_bound and form.is_valid():
        found = [
            trials.of_text(
                form.cleaned_data["text"],
                form.cleaned_data["framework"],
                looked.old,
                looked.new,
                frameworks,
            )
        ]
    elif not form.is_bound:
        found = trials.of_samples(looked.old, looked.new, frameworks)
    context = {"looked": looked, "question": looked.question, "form": form, "trials": found}
    return render(request, "bank/bench.html", context, status=422 if form.errors else 200)
