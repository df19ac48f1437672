"""Reviews: the scoring page with its draft, the scorecards side by side, exports, agreement."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from interviews import consensus, exports, opinions, ratings, tasks
from interviews.access import comparing, gold, reviewing
from interviews.forms.answering import DraftForm
from interviews.forms.reviewing import AgreementFilter, DisagreementFilter, QueueFilter
from interviews.views import Request
from interviews.views.framing import holds_frames
from rubrics import clock


@never_cache
@require_safe
def agreement(request: Request) -> HttpResponse:
    """Show how far raters and judges agree."""
    user, found, sees_all = comparing.agreement(request.user)
    question = AgreementFilter(request.GET).chosen()
    page = consensus.page(found, user, sees_all=sees_all, question=question) if found else None
    return render(request, "reviews/agreement.html", {"page": page, "sees_all": sees_all})


@never_cache
@require_safe
def disagreements(request: Request) -> HttpResponse:
    """Show where scorecards that the person may read differ, the largest gap first."""
    user, found, sees_all = comparing.agreement(request.user)
    form = DisagreementFilter(consensus.options(found, user, sees_all=sees_all), request.GET)
    wanted = form.chosen()
    listed = comparing.disagreements(request.user, **wanted)
    of = {name: wanted[name] for name in ("question", "criterion", "who")}
    context = {
        "form": form,
        "differences": consensus.differences(listed.rows, found),
        "after": listed.after,
        "chosen": consensus.chosen(found, user, sees_all=sees_all, **of) if found else None,
    }
    return render(request, "reviews/disagreements.html", context)


@never_cache
@require_safe
def beside(request: Request, interview_id: uuid.UUID) -> HttpResponse:
    """Show all scorecards of an interview side by side, to who may read them."""
    interview, reviews = comparing.scored_or_404(request.user, interview_id)
    comparison = ratings.compare(interview, reviews, reader=request.user.pk)
    has_own = any(column.is_own for column in comparison.columns)
    context = {"interview": interview, "comparison": comparison, "has_own": has_own}
    return render(request, "reviews/beside.html", context)


@require_safe
def review_export(request: Request, kind: str) -> StreamingHttpResponse:
    """Give every level that the person may read, as a file."""
    chosen = QueueFilter(request.GET).chosen()
    found = exports.rows(
        comparing.scored(request.user, question=chosen.question, invited_by=chosen.by)
    )
    write, content = _KINDS[kind]
    response = StreamingHttpResponse(write(found), content_type=content)
    response["Content-Disposition"] = f'attachment; filename="scorecards.{kind}"'
    return response


_KINDS: Mapping[str, tuple[Callable[[Iterable[exports.Row]], Iterator[str]], str]] = {
    "csv": (exports.as_csv, "text/csv; charset=utf-8"),
    "json": (exports.as_json, "application/json"),
}


@never_cache
@holds_frames  # the whiteboard
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Request, review_id: uuid.UUID) -> HttpResponse:
    """Show the scoring page, or what all found once one's own scorecard is in; submit it."""
    found = reviewing.own_or_404(request.user, review_id)
    text: str | None = None
    kept: reviewing.Kept | None = None
    missing: tuple[opinions.Missing, ...] = ()
    if request.method == "POST":
        kept = _kept(request, found)  # whatever becomes of the submission, nothing written is lost
        text = request.POST.get("text", "").replace("\x00", "")
        missing = _submit(request, found, text) if kept.state == "saved" else _NOT[kept.state]
        if not missing:
            return redirect("review", review_id)
    if found.is_submitted_by(request.user) and kept is None:
        return _beside(request, found)
    now = clock.now()
    reviewing.renew(request.user, found, now=now)
    draft = reviewing.draft_of(request.user, found)
    between = reviewing.to_decide_between(request.user, found)
    is_other = kept is not None and kept.state == "conflict"
    context = {
        "scoring": ratings.scoring(found, draft, between, now=now),
        "text": draft.text if text is None else text,
        # Over what the page was typed: the page then finds out that there is another one.
        "base": request.POST.get("base") if is_other else draft.revision,
        "key": uuid.uuid4(),
        "missing": missing,
        "holds": found.is_mine(request.user),
        "is_free": found.is_free(now),
        "recommendations": opinions.RECOMMENDATIONS,
    }
    return render(request, "reviews/rate.html", context, status=422 if missing else 200)


def _beside(request: Request, found: reviewing.Found) -> HttpResponse:
    """Show what all found beside one's own scorecard; of a gold answer the reference."""
    if found.is_reference:
        return redirect("bank_gold_answer", found.interview.gold_copy.gold_id)
    reference = gold.reference_of(request.user, found)
    if reference:
        context = {"review": found, "check": ratings.check(found, reference)}
        return render(request, "reviews/gold.html", context)
    reviews = comparing.submitted_of(request.user, found)
    comparison = ratings.compare(found.interview, reviews, reader=request.user.pk)
    context = {"interview": found.interview, "comparison": comparison, "has_own": True}
    return render(request, "reviews/beside.html", context)


_NOT: Mapping[str, tuple[opinions.Missing, ...]] = {
    "conflict": (opinions.Missing("conflict", "You scored this somewhere else too: choose one."),),
    "too-long": (opinions.Missing("comments", "That is far too long. Please shorten it."),),
    "locked": (opinions.Missing("answer-title", "It is not yours to submit any more."),),
}


def _submit(request: Request, found: reviewing.Found, text: str) -> tuple[opinions.Missing, ...]:
    """Submit a review; gives what it lacks for that."""
    opinion = opinions.Opinion.read(text)
    rubric = found.interview.version.value.rubric
    missing = opinions.missing(opinion, rubric, ratings.texts_of(found.interview), found.kind)
    if missing:
        return missing
    is_done = reviewing.submit(
        request.user, found, opinion.card(rubric), said=opinion.said, now=clock.now()
    )
    if not is_done:
        messages.warning(request, "Not submitted: somebody else has this review now.")
        return ()
    tasks.ring_webhooks(found.interview_id)
    if found.answers_candidate:
        address = request.build_absolute_uri(reverse("report", args=[found.interview_id]))
        tasks.tell_result(found.interview_id, address)
    return ()


def _kept(request: Request, found: reviewing.Found) -> reviewing.Kept:
    form = DraftForm(request.POST)
    if not form.is_valid():
        return reviewing.not_kept(request.user, found)
    sent = form.cleaned_data
    return reviewing.keep(
        request.user,
        found,
        text=sent["text"],
        base=sent["base"],
        key=sent["key"],
        now=clock.now(),
    )


@require_POST
def review_presence(request: Request, review_id: uuid.UUID) -> HttpResponse:
    """Note that a rater is reading what they hold."""
    found = reviewing.own_or_404(request.user, review_id)
    reviewing.renew(request.user, found, now=clock.now())
    return HttpResponse(status=204)


@require_POST
def review_draft(request: Request, review_id: uuid.UUID) -> HttpResponse:
    """Keep a draft, and say what became of it in the words of the page's status line."""
    found = reviewing.own_or_404(request.user, review_id)
    kept = _kept(request, found)
    return render(request, "reviews/status.html", {"saved": kept}, status=kept.status)
