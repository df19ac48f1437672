"""The queue of reviews: its lists and filters, claims, and what leads do with other people's."""

import uuid
from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from interviews import tasks
from interviews.access import leading, queue, reviewing
from interviews.access.roles import is_lead
from interviews.forms.reviewing import AssignmentForm, QueueFilter, SavedFilterForm, WaiverForm
from interviews.views import Request
from rubrics import clock


@never_cache
@require_safe
def review_list(request: Request) -> HttpResponse:
    """Show what waits to be scored, what the person has taken on, and what they have done."""
    form = QueueFilter(request.GET)
    chosen = form.chosen()
    found = queue.queue(request.user, chosen, now=clock.now())
    form.offer(tab=found.tab, questions=queue.questions(), inviters=queue.inviters(request.user))
    context = {
        "queue": found,
        "form": form,
        "saved": queue.saved_filters(request.user),
        "name": SavedFilterForm(),
        "query": _query(request),
        "latest": queue.LATEST if found.tab == "done" and chosen.is_by_score else 0,
        "assignment": _assignment(request, found),
    }
    part = "#results" if request.htmx and not request.htmx.history_restore_request else ""
    return render(request, f"reviews/list.html{part}", context)


def _query(request: Request) -> str:
    """Give what is filtered by as an address says it: not the list, nor the page of it."""
    form = QueueFilter(request.GET)
    return urlencode([(k, v) for k, v in request.GET.items() if v and k in form.narrowing])


def _assignment(request: Request, found: queue.Queue) -> AssignmentForm | None:
    """Offer leads to give out what is free."""
    is_free = found.tab in ("claim", "second", "decide") and found.rows
    return AssignmentForm(leading.assignable()) if is_free and is_lead(request.user) else None


@require_POST
def review_filters(request: Request) -> HttpResponse:
    """Save what the queue is filtered by, under a name."""
    form = SavedFilterForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Not saved: give it a name of up to 40 characters.")
        return redirect("review_list")
    name, query = form.cleaned_data["name"], form.cleaned_data["query"]
    if queue.save_filter(request.user, name=name, query=query, now=clock.now()):
        messages.success(request, f"“{name}” is saved.")
    else:
        messages.warning(request, "Not saved: delete another one first.")
    return redirect(f"{reverse('review_list')}?{query}")


@require_POST
def review_filter_deletion(request: Request, number: int) -> HttpResponse:
    """Delete a saved filter."""
    if not queue.forget_filter(request.user, number):
        raise Http404
    messages.success(request, "The filter is deleted.")
    return redirect("review_list")


@require_POST
def review_next(request: Request) -> HttpResponse:
    """Take what waits longest."""
    taken = reviewing.claim_next(request.user, now=clock.now())
    if taken is None:
        messages.info(request, "Nothing waits for you just now.")
        return redirect("review_list")
    return redirect("review", taken.pk)


@require_POST
def review_claim(request: Request, review_id: uuid.UUID) -> HttpResponse:
    """Take one."""
    return _taken(request, reviewing.claim(request.user, review_id, now=clock.now()), review_id)


@require_POST
def review_takeover(request: Request, review_id: uuid.UUID) -> HttpResponse:
    """Take what somebody else holds, as a lead."""
    return _taken(request, leading.take_over(request.user, review_id, now=clock.now()), review_id)


def _taken(request: Request, taken: reviewing.Taken, review_id: uuid.UUID) -> HttpResponse:
    if taken == "taken":
        return redirect("review", review_id)
    messages.warning(request, _NOT_TAKEN[taken])
    return redirect("review_list")


_NOT_TAKEN: Mapping[reviewing.Taken, str] = {
    "gone": "Somebody was quicker: this one is taken.",
    "uncalibrated": "Not claimed: first score the answers for calibration.",
}


@require_POST
def review_return(request: Request, review_id: uuid.UUID) -> HttpResponse:
    """Give one back to the queue."""
    if reviewing.give_back(request.user, review_id):
        messages.success(request, "It is back in the queue. Your draft is kept.")
    return redirect("review_list")


@require_POST
def review_assignment(request: Request) -> HttpResponse:
    """Give several reviews to a rater, as a lead, and tell them."""
    leading.lead_or_404(request.user)
    form = AssignmentForm(leading.assignable(), request.POST)
    if not form.is_valid():
        messages.warning(request, "Nothing was assigned: tick some answers and choose a rater.")
        return redirect("review_list")
    chosen = form.cleaned_data
    given = leading.assign(request.user, chosen["rater"], chosen["reviews"], now=clock.now())
    if given.count:
        address = request.build_absolute_uri(f"{reverse('review_list')}?tab=mine")
        tasks.tell_assigned(given.rater.pk, given.count, address)
        messages.success(request, f"Assigned to {given.rater.email}: {given.count}.")
    if given.refused:
        titles = ", ".join(sorted(set(given.refused)))
        messages.warning(
            request,
            f"Not assigned: {len(given.refused)} ({titles}). Somebody has it, or "
            f"{given.rater.email} has a part in it, or calibration comes first for them.",
        )
    return redirect("review_list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_waiver(request: Request, review_id: uuid.UUID) -> HttpResponse:
    """Ask why a scoring is not needed any more; waive it."""
    found = leading.waivable_or_404(request.user, review_id)
    form = WaiverForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        because = form.cleaned_data["because"]
        if leading.waive(request.user, found, because=because, now=clock.now()):
            messages.success(request, "Nobody waits for it any more.")
        else:
            messages.warning(request, "Nothing was changed: it was scored or waived meanwhile.")
        return redirect("invitation", found.interview.invitation_id)
    context = {"review": found, "form": form}
    return render(request, "reviews/waiver.html", context, status=422 if form.is_bound else 200)
