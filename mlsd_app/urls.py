"""Which address leads where: accounts, administration, health; the rest is the apps'."""

from django.contrib import admin
from django.urls import include, path

from mlsd_app import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("rubrics.urls")),
    path("", include("interviews.urls")),
]
