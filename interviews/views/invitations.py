"""Invitations: to issue, list, renew and revoke them; and to accept one by its link."""

import uuid
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from interviews import access, flow, tasks
from interviews.access import inviting, results
from interviews.forms.answering import ExtensionForm
from interviews.forms.inviting import AcceptanceForm, InvitationForm, InvitationsForm
from interviews.views import Request
from rubrics import clock

F = TypeVar("F", InvitationForm, InvitationsForm)


@require_safe
def invitation_list(request: Request) -> HttpResponse:
    """Show whom the person has invited; a lead sees all."""
    page = inviting.invitations(request.user, request.GET.get("page", "1"))
    return render(request, "invitations/list.html", {"page": page, "now": clock.now()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_new(request: Request) -> HttpResponse:
    """Ask for the terms; issue the invitation and show its link, this once."""
    form = _filled(request, InvitationForm)
    if not form.is_valid():
        return _asked(request, "invitations/new.html", form)
    issued = _issued(request, form)
    if not issued:  # the page came back, or was sent twice
        return redirect("invitation", form.cleaned_data["key"])
    return _linked(request, issued[0].invitation, issued[0].token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_many(request: Request) -> HttpResponse:
    """Ask for the terms and rows of people; invite all of them, and show their links, this once."""
    form = _filled(request, InvitationsForm)
    if not form.is_valid():
        return _asked(request, "invitations/many.html", form)
    issued = _issued(request, form)
    if not issued:
        return redirect("invitation_list")
    links = [(each.invitation, _sent(request, each.invitation, each.token)) for each in issued]
    return render(request, "invitations/links.html", {"links": links})


def _filled(request: Request, kind: type[F]) -> F:
    inviting.interviewer_or_404(request.user)
    data = request.POST if request.method == "POST" else None
    return kind(inviting.offered(), access.frameworks(), data)


def _asked(request: Request, page: str, form: InvitationForm | InvitationsForm) -> HttpResponse:
    context = {"form": form, "raters_there": inviting.raters_there()}
    return render(request, page, context, status=422 if form.is_bound else 200)


def _issued(request: Request, form: InvitationForm | InvitationsForm) -> list[inviting.Issued]:
    chosen, now = form.cleaned_data, clock.now()
    return inviting.issue(
        request.user,
        form.people,
        key=chosen["key"],
        questions=chosen["questions"],
        terms=form.terms(now),
        now=now,
    )


@require_safe
def invitation(request: Request, invitation_id: uuid.UUID) -> HttpResponse:
    """Show an invitation: its terms, and what became of it."""
    found = inviting.invitation_or_404(request.user, invitation_id)
    return _shown(request, found)


@never_cache
@require_POST
def link(request: Request, invitation_id: uuid.UUID) -> HttpResponse:
    """Make a new link in place of the old one, and show it, this once."""
    found = inviting.invitation_or_404(request.user, invitation_id)
    token = found.renew(now=clock.now())
    if token is None:
        messages.warning(request, "This invitation was accepted meanwhile. Nothing was changed.")
        return redirect("invitation", invitation_id)
    return _linked(request, found, token)


@require_POST
def revocation(request: Request, invitation_id: uuid.UUID) -> HttpResponse:
    """End the link."""
    found = inviting.invitation_or_404(request.user, invitation_id)
    if found.revoke(now=clock.now()):
        messages.success(request, "The link no longer works.")
    else:
        messages.warning(request, "Too late: the link was used, revoked or expired before.")
    return redirect("invitation", invitation_id)


@require_POST
def extension(request: Request, invitation_id: uuid.UUID) -> HttpResponse:
    """Give more time to whoever answers the invitation just now."""
    interview = results.invited_or_404(request.user, invitation_id)
    form = ExtensionForm(request.POST)
    given = form.is_valid() and interview.extend(
        form.cleaned_data["extra"],
        by=flow.By.INTERVIEWER,
        reason="while it was answered",
        now=clock.now(),
        grace=timedelta(seconds=settings.GRACE_SECONDS),
    )
    if given:
        messages.success(request, "Given. The candidate's clock shows it with their next words.")
    else:
        messages.warning(request, "Nothing was added: it is over, or as long as it may get.")
    return redirect("invitation", invitation_id)


@require_POST
def release(request: Request, invitation_id: uuid.UUID) -> HttpResponse:
    """Let the candidate see the result, and tell them."""
    interview, is_given = results.release(request.user, invitation_id, now=clock.now())
    if is_given:
        address = request.build_absolute_uri(reverse("report", args=[interview.pk]))
        tasks.tell_result(interview.pk, address)
        tasks.ring_webhooks(interview.pk)
        messages.success(request, "The candidate can see the result now, and gets an e-mail.")
    else:
        messages.warning(request, "Nothing was released: it was before, or somebody is awaited.")
    return redirect("invitation", invitation_id)


def _linked(request: Request, found: inviting.Found, token: str) -> HttpResponse:
    return _shown(request, found, _sent(request, found, token))


def _sent(request: Request, found: inviting.Found, token: str) -> str:
    """Give the address of a link, which goes to the candidate where there is an e-mail address."""
    address = request.build_absolute_uri(reverse("invited", args=[token]))
    if found.email:
        tasks.send_link(address)
    return address


def _shown(request: Request, found: inviting.Found, address: str = "") -> HttpResponse:
    state = found.state(clock.now())
    interview = found.answer
    context = {
        "invitation": found,
        "state": state,
        "address": address,
        "interview": interview,
        "may_release": bool(interview and results.may_release(interview)),
        "awaited": results.awaited_of(interview) if interview else (),
        "waived": results.waived_of(interview) if interview else (),
        "reads_scores": bool(interview and results.reads_scores(request.user, interview)),
        "extension": ExtensionForm(),
    }
    return render(request, "invitations/detail.html", context)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: Request, token: str) -> HttpResponse:
    """Say what the invitation is and who will see what; start the interview."""
    found = inviting.by_link_or_404(token)
    now = clock.now()
    state = found.state(now)
    if found.answer and found.answer.candidate == request.user:
        return redirect("interview", found.answer.pk)
    if state != "open":
        return render(request, "invitations/ended.html", {"state": state}, status=410)
    questions = inviting.questions_of(found)
    is_sent = request.method == "POST" and request.user.is_authenticated
    form = AcceptanceForm(questions, request.POST if is_sent else None)
    if form.is_valid():
        slug = form.cleaned_data["question"]
        interview = inviting.accept(request.user, found, slug, now=now)
        return redirect("interview", interview.pk) if interview else redirect("invited", token)
    context = {"invitation": found, "questions": questions, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "invitations/invited.html", context, status=status)
