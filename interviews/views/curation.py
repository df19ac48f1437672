"""What a question's interviews tell its curators: how its rubric does, and what a rescore does."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from interviews import items, rescoring, tasks
from rubrics import access, clock
from rubrics.views import CuratorRequest, for_curators


@require_safe
@for_curators
def item_analysis(request: CuratorRequest, slug: str) -> HttpResponse:
    """Show how the published version's rubric tells answers apart, and what to mend."""
    question = access.question_or_404(request.user, slug)
    context = {"question": question, "analysis": items.analyse(question)}
    return render(request, "bank/items.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_curators
def rescore(request: CuratorRequest, slug: str) -> HttpResponse:
    """Show what a rescore would change or has changed, with its progress; begin to look."""
    question = access.question_or_404(request.user, slug)
    if request.method == "POST":
        begun = rescoring.begin(question, by=request.user, now=clock.now())
        if begun:
            tasks.ring_rescore(begun.pk)
        return redirect("bank_rescore", slug)
    impact = rescoring.impact(question, page=request.GET.get("page", "1"))
    context = {"question": question, "impact": impact}
    if request.htmx and impact and impact.is_working:
        return render(request, "bank/rescore.html#progress", context)
    if request.htmx:
        return HttpResponseClientRefresh()
    return render(request, "bank/rescore.html", context)


@require_POST
@for_curators
def rescore_scorecards(request: CuratorRequest, slug: str) -> HttpResponse:
    """Add the scorecards that were shown."""
    question = access.question_or_404(request.user, slug)
    decided = rescoring.write(question, request.POST.get("rescore", ""))
    if decided:
        tasks.ring_rescore(decided.pk)
    else:
        messages.warning(request, "Nothing was changed: this list is out of date. Look again.")
    return redirect("bank_rescore", slug)
