"""How Django knows the project's own app and its admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class MlsdAppConfig(AppConfig):
    """The project's commands, and its Celery app wherever Django runs."""

    name = "mlsd_app"
    default = True

    def ready(self) -> None:
        # Tasks are sent by whichever Celery app exists: without this, by Celery's own default.
        import mlsd_app.celery  # noqa: F401


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin behind our sign-in."""

    default_site = "mlsd_app.staff_admin.StaffAdminSite"
    default = False
