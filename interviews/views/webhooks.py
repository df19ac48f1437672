"""Webhooks: to add and list them, their log, and to test, pause, renew and remove them."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from interviews import tasks
from interviews.access import hooking
from interviews.forms.programs import WebhookForm
from interviews.forms.reviewing import QueueFilter
from interviews.views import Request
from rubrics import clock


@require_safe
def webhook_list(request: Request) -> HttpResponse:
    """Show the person's webhooks; a lead sees all."""
    found = hooking.webhooks(request.user)
    return render(request, "webhooks/list.html", {"webhooks": found})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request: Request) -> HttpResponse:
    """Ask for address and events; add the webhook and show its secret, this once."""
    is_room = hooking.may_add(request.user)
    form = WebhookForm(request.POST if request.method == "POST" and is_room else None)
    if not form.is_valid():
        context = {
            "form": form,
            "is_room": is_room,
            "most": hooking.MOST,
            "sees_all": hooking.is_lead(request.user),
        }
        status = 422 if form.is_bound else 200
        return render(request, "webhooks/new.html", context, status=status)
    chosen = form.cleaned_data
    made = hooking.add(
        request.user, chosen["address"], chosen["events"], key=chosen["key"], now=clock.now()
    )
    if made is None:  # the page came back, or was sent twice
        return redirect("webhook", chosen["key"])
    return _shown(request, *made)


@never_cache
@require_safe
def webhook(request: Request, webhook_id: uuid.UUID) -> HttpResponse:
    """Show a webhook and what was sent."""
    return _shown(request, hooking.webhook_or_404(request.user, webhook_id))


def _shown(request: Request, found: hooking.Found, secret: str = "") -> HttpResponse:
    log = hooking.log(found, QueueFilter(request.GET).chosen().after)
    context = {"webhook": found, "log": log, "secret": secret}
    return render(request, "webhooks/detail.html", context)


@require_POST
def ping(request: Request, webhook_id: uuid.UUID) -> HttpResponse:
    """Send a test."""
    found = hooking.webhook_or_404(request.user, webhook_id)
    if found.state == "sending":
        tasks.ring_delivery(hooking.ping(found, now=clock.now()))
        messages.success(
            request, "A test is on its way. Reload this page to see what became of it."
        )
    else:
        messages.warning(request, "Nothing was sent: resume this webhook first.")
    return redirect("webhook", webhook_id)


@require_POST
def pause(request: Request, webhook_id: uuid.UUID) -> HttpResponse:
    """Send nothing for a while."""
    if hooking.webhook_or_404(request.user, webhook_id).pause(now=clock.now()):
        messages.success(request, "Paused. What happens meanwhile waits, and is sent afterwards.")
    return redirect("webhook", webhook_id)


@require_POST
def resumption(request: Request, webhook_id: uuid.UUID) -> HttpResponse:
    """Send again."""
    if hooking.webhook_or_404(request.user, webhook_id).resume(now=clock.now()):
        messages.success(request, "It sends again. What waited is on its way.")
    return redirect("webhook", webhook_id)


@never_cache
@require_POST
def secret(request: Request, webhook_id: uuid.UUID) -> HttpResponse:
    """Sign with a new secret from now on, and show it, this once."""
    found = hooking.webhook_or_404(request.user, webhook_id)
    return _shown(request, found, found.renew_secret())


@require_POST
def removal(request: Request, webhook_id: uuid.UUID) -> HttpResponse:
    """Remove a webhook with its log, and what waits to be sent."""
    hooking.webhook_or_404(request.user, webhook_id).delete()
    messages.success(request, "Removed. Nothing more is sent there.")
    return redirect("webhook_list")


@require_POST
def redelivery(request: Request, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> HttpResponse:
    """Send something once more."""
    delivery = hooking.delivery_or_404(request.user, webhook_id, delivery_id)
    if delivery.repeat(now=clock.now()):
        tasks.ring_delivery(delivery.pk)
        is_sending = delivery.webhook.state == "sending"
        when = "It is sent again" if is_sending else "It is sent again once you resume"
        messages.success(request, f"{when}, under the same id.")
    else:
        messages.info(request, "It waits to be sent already.")
    return redirect("webhook", webhook_id)
