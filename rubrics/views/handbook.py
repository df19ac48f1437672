"""The handbook, for everybody who is signed in: what there is, cards and frameworks."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from rubrics import handbook
from rubrics.views import Request


@vary_on_headers("HX-Request")
@require_safe
def index(request: Request) -> HttpResponse:
    """Show what there is, or what was found; htmx asks for the latter alone."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]  # no database takes a NUL
    shown = {"found": handbook.found(words)} if words else {"contents": handbook.contents()}
    template = "handbook/index.html"
    if request.htmx and not request.htmx.history_restore_request:
        template += "#results"
    return render(request, template, {"words": words, "found": None, "contents": None, **shown})


@require_safe
def concept(request: Request, concept: str) -> HttpResponse:
    """Show one card, in its place among all, those of a topic or those of a question."""
    return render(
        request,
        "handbook/concept.html",
        {"page": handbook.card_page(concept, **_chosen(request))},
    )


@require_safe
def cards(request: Request) -> HttpResponse:
    """Show all cards, those of a topic or those of a question in full, to read on or to print."""
    deck = handbook.deck(**_chosen(request))
    return render(request, "handbook/cards.html", {"deck": deck, "cards": handbook.cards(deck)})


@require_safe
def framework(request: Request, framework: str) -> HttpResponse:
    """Show a framework: its stages, what to do in each, and how long."""
    return render(
        request, "handbook/framework.html", {"framework": handbook.framework_page(framework)}
    )


def _chosen(request: Request) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("topic", "question")}
