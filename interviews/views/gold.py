"""Gold answers: curators keep them and score them for reference, leads say how often they come."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from interviews import access, ratings
from interviews.access import gold, reviewing
from interviews.forms.gold import GoldForm, GoldPlanForm
from interviews.views import Request
from rubrics import Target, clock
from rubrics.views import CuratorRequest, for_curators


@require_safe
@for_curators
def gold_list(request: CuratorRequest) -> HttpResponse:
    """Show the gold answers, and how near raters came to each."""
    return render(request, "gold/list.html", {"golds": gold.golds(request.user)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_curators
def gold_new(request: CuratorRequest) -> HttpResponse:
    """Ask for an answer, and keep it."""
    data = request.POST if request.method == "POST" else None
    form = GoldForm(gold.offered(), access.frameworks(), data)
    if not form.is_valid():
        return render(request, "gold/new.html", {"form": form}, status=422 if form.errors else 200)
    chosen = form.cleaned_data
    kept = gold.add(
        request.user,
        chosen["question"],
        framework=chosen["framework"],
        target=Target(chosen["target"]),
        minutes=chosen["minutes"],
        texts=chosen["text"],
        key=chosen["key"],
        now=clock.now(),
    )
    return redirect("bank_gold_answer", kept.pk)


@require_safe
@for_curators
def gold_answer(request: CuratorRequest, gold_id: uuid.UUID) -> HttpResponse:
    """Show a gold answer with its references."""
    kept = gold.kept(request.user, gold_id)
    context = {"kept": kept, "shown": ratings.references(kept.answer)}
    return render(request, "gold/answer.html", context)


@require_POST
@for_curators
def reference(request: CuratorRequest, gold_id: uuid.UUID) -> HttpResponse:
    """Begin to score it for reference, or go on."""
    review = gold.score_for_reference(
        request.user, gold_id, lease=reviewing.lease(), now=clock.now()
    )
    return redirect("review", review.pk)


@require_POST
@for_curators
def retirement(request: CuratorRequest, gold_id: uuid.UUID) -> HttpResponse:
    """Offer it to nobody any more."""
    if gold.retire(request.user, gold_id, now=clock.now()):
        messages.success(request, "Retired: nobody new gets it.")
    else:
        messages.info(request, "It was retired before.")
    return redirect("bank_gold_answer", gold_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: Request) -> HttpResponse:
    """Show leads how near raters come; say anew how often they get gold answers."""
    seen = gold.overview(request.user)
    plan = {"every": seen.plan.every, "calibration": seen.plan.calibration}
    form = GoldPlanForm(request.POST if request.method == "POST" else None, initial=plan)
    if not form.is_valid():
        context = {"seen": seen, "form": form}
        return render(request, "reviews/golds.html", context, status=422 if form.errors else 200)
    gold.change_plan(request.user, **form.cleaned_data, now=clock.now())
    messages.success(request, "Saved.")
    return redirect("review_gold")


@require_POST
def waiver(request: Request, rater_id: int) -> HttpResponse:
    """Let a rater score live answers without calibration."""
    gold.waive(request.user, rater_id, now=clock.now())
    messages.success(request, "They can score live answers now.")
    return redirect("review_gold")
