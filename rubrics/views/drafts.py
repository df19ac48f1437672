"""Writing a question: the draft, what is wrong with it, publishing it, throwing it away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rubrics import access, clock, drafts
from rubrics.forms import DraftForm, PublishForm, RevisionForm
from rubrics.views import CuratorRequest, for_curators, of_any_size


@require_POST
@for_curators
def beginning(request: CuratorRequest, slug: str) -> HttpResponse:
    """Begin to change a question: from what is published, or from an older version."""
    question = access.question_or_404(request.user, slug)
    version = access.version_if_any(question, request.POST.get("version", ""))
    drafts.draft_of(question, by=request.user, now=clock.now(), version=version)
    return redirect("bank_draft", slug=slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_curators
@of_any_size
def draft(request: CuratorRequest, slug: str) -> HttpResponse:
    """Show the draft, or keep what was typed and say what is wrong with it.

    A text that was written on an older revision is not kept: 409 gives back what is there.
    """
    found, now = access.draft_or_404(request.user, slug), clock.now()
    sent = request.POST if request.method == "POST" else None
    form = DraftForm(sent, is_unread=request.is_unread)
    kept, typed = True, found.text
    if form.is_bound:
        typed = request.POST.get("text", found.text)
        kept = form.is_valid() and found.write(by=request.user, now=now, **form.cleaned_data)
    refused = " ".join(str(message) for each in form.errors.values() for message in each)
    context = {
        "question": found.question,
        "draft": found,
        "typed": found.text if kept else typed,
        "kept": kept,
        "refused": refused,
        "others": access.visit(found, request.user, now=now),
        "examined": drafts.examine(found.text, slug=slug),
    }
    template = "bank/draft.html#state" if request.htmx else "bank/draft.html"
    return render(request, template, context, status=200 if kept else 422 if refused else 409)


@never_cache
@require_safe
@for_curators
def rules(request: CuratorRequest, slug: str) -> HttpResponse:
    """Say what is still to do before a draft can be published, by the rules that score nothing."""
    found = access.draft_or_404(request.user, slug)
    examined = drafts.examine_by_rules(found.text, slug=slug)
    context = {"question": found.question, "draft": found, "examined": examined}
    return render(request, "bank/todo.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_curators
def publication(request: CuratorRequest, slug: str) -> HttpResponse:
    """Look at a draft by every rule, and publish it when it is clean."""
    found = access.draft_or_404(request.user, slug)
    form = PublishForm(request.POST or None, initial={"revision": found.mark})
    if form.is_bound and form.is_valid():
        examined = drafts.publish_draft(
            found,
            mark=form.cleaned_data["revision"],
            note=form.cleaned_data["note"],
            by=request.user,
            now=clock.now(),
        )
        if examined.is_clean:
            is_retired = found.question.state == "retired"
            after = "It stays retired." if is_retired else "New interviews get this version."
            messages.success(request, f"Published. {after}")
            return redirect("bank_question", slug=slug)
    else:
        examined = drafts.examine_wholly(found.text, slug=slug)
    context = {
        "question": found.question,
        "draft": found,
        "form": form,
        "examined": examined,
        "is_same": drafts.says_nothing_new(found, examined),
    }
    return render(request, "bank/publication.html", context, status=422 if form.is_bound else 200)


@require_POST
@for_curators
def discarding(request: CuratorRequest, slug: str) -> HttpResponse:
    """Throw a draft away."""
    found = access.draft_or_404(request.user, slug)
    form = RevisionForm(request.POST)
    if form.is_valid() and drafts.discard(found, mark=form.cleaned_data["revision"]):
        messages.success(request, "The draft is thrown away. What is published stays as it is.")
    else:
        messages.warning(request, "The draft was changed since, so it is kept.")
    is_there = access.is_there(request.user, slug)
    return redirect("bank_question", slug=slug) if is_there else redirect("bank")
