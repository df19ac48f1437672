"""Lets staff into the admin: by the app's own sign-in, and with a second factor where asked."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect


class StaffAdminSite(AdminSite):
    """The admin site of MLSD."""

    site_header = site_title = "MLSD administration"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not _lacks_second_factor(request.user)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign in as everywhere else; staff without a second factor set one up first."""
        if super().has_permission(request) and _lacks_second_factor(request.user):
            messages.info(request, "Set up an authenticator app to enter the administration.")
            return redirect("mfa_activate_totp")
        answer: HttpResponseBase = secure_admin_login(super().login)(request, extra_context)
        assert isinstance(answer, HttpResponse)
        return answer


def _lacks_second_factor(user: User | AnonymousUser) -> bool:
    return settings.STAFF_TOTP_REQUIRED and not is_mfa_enabled(user)
