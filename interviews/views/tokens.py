"""Tokens for programs: to make one, which is shown once, to list them and to end them."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from interviews.access import tokens
from interviews.forms.programs import TokenForm
from interviews.views import Request
from rubrics import clock


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: Request) -> HttpResponse:
    """Show the person's tokens; make a new one, and show it this once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret = _issued(request, form) if form.is_valid() else ""
    if secret is None:  # the page came back, or was sent twice
        return redirect("token_list")
    context = {
        "page": tokens.tokens(request.user, request.GET.get("page", "1")),
        "form": TokenForm() if secret else form,
        "secret": secret,
        "made": form.cleaned_data["name"] if secret else "",
        "now": clock.now(),
    }
    return render(request, "tokens/list.html", context, status=422 if form.errors else 200)


def _issued(request: Request, form: TokenForm) -> str | None:
    """Make the token of a valid form; empty where that could not be, which the form then says."""
    now, chosen = clock.now(), form.cleaned_data
    try:
        return tokens.issue(
            request.user,
            key=chosen["key"],
            name=chosen["name"],
            expires_at=form.expires_at(now),
            now=now,
        )
    except tokens.TooManyTokens:
        most = tokens.MOST_TOKENS
        form.add_error(None, f"You have {most} tokens that work. Revoke one, then make another.")
        return ""


@require_POST
def revocation(request: Request, token_id: uuid.UUID) -> HttpResponse:
    """End a token."""
    if tokens.revoke(request.user, token_id, now=clock.now()):
        messages.success(request, "Revoked. Programs that use it are refused from now on.")
    else:
        messages.warning(request, "Nothing was changed: it had ended before.")
    return redirect("token_list")
