"""Documents in and out of the bank: a package to look into and bring in, and exports."""

import io
from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from rubrics import access, bank, clock, outlook, packing
from rubrics.loading import InvalidDocument
from rubrics.views import CuratorRequest, for_curators

V = TypeVar("V", bound=Callable[..., HttpResponse])


class _InMemory(FileUploadHandler):
    """Keeps what is sent in memory, and one byte more than a package may have: it tells."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        """Begin with room for all of it."""
        super().__init__(request)
        self.room = packing.MAX_PACKAGE + 1
        self.kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep it, as long as there is room."""
        self.room -= self.kept.write(raw_data[: self.room])

    def file_complete(self, file_size: int) -> SimpleUploadedFile:
        """Give what was kept."""
        content, self.kept = self.kept.getvalue(), io.BytesIO()
        return SimpleUploadedFile(self.file_name or "package", content)


def _in_memory(view: V) -> V:
    """Decorate a view that takes a file: no more of it than may be is kept, and none on a disk.

    That has to be said before the check for forgery reads the form; so that check comes here.
    """

    @csrf_exempt
    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request.upload_handlers = [_InMemory(request)]
        return csrf_protect(view)(request, *args, **kwargs)

    return cast("V", limited)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_curators
@_in_memory
def bank_import(request: CuratorRequest) -> HttpResponse:
    """Say what a package would change; it comes in when it is sent again as it was looked at."""
    package = request.FILES.get("package")
    if request.method != "POST":
        return render(request, "bank/import.html", {"outlook": None})
    if not isinstance(package, SimpleUploadedFile):
        return _looked(request, outlook.Outlook.nothing())
    found = outlook.look_into(package.name or "package", package.read())
    if not found.library or request.POST.get("seen") != found.mark:
        return _looked(request, found)
    try:
        imported = found.bring(now=clock.now(), author=request.user.get_username())
    except InvalidDocument as error:
        return _looked(request, outlook.Outlook(None, error.problems))
    messages.success(request, f"Imported: {imported}.")
    return HttpResponseClientRedirect(reverse("bank")) if request.htmx else redirect("bank")


def _looked(request: CuratorRequest, found: outlook.Outlook) -> HttpResponse:
    template = "bank/import.html#outlook" if request.htmx else "bank/import.html"
    status = 422 if found.problems else 200
    return render(request, template, {"outlook": found}, status=status)


@never_cache
@require_safe
@for_curators
def bank_export(request: CuratorRequest) -> HttpResponse:
    """Give the whole bank as a zip."""
    content = packing.pack(bank.documents())
    return _attached(content, f"bank-{clock.now():%Y-%m-%d}.zip", "application/zip")


@never_cache
@require_safe
@for_curators
def question_export(request: CuratorRequest, slug: str) -> HttpResponse:
    """Give one question as it was written."""
    text = bank.as_yaml(access.published_or_404(request.user, slug), bank.concepts())
    return _attached(text.encode(), f"{slug}.yaml", "application/yaml; charset=utf-8")


def _attached(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
