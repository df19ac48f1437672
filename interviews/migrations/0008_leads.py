"""Leads, who may do for all interviewers what each does for themselves; releases stay as made."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have the group."""
    apps.get_model("auth", "Group").objects.get_or_create(name="lead")


class Migration(migrations.Migration):
    dependencies = [("interviews", "0007_reviews")]
    operations = [
        migrations.RunPython(add, migrations.RunPython.noop),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE ON interviews_release "
            "FOR EACH ROW EXECUTE FUNCTION mlsd_refuse_update();",
            "DROP TRIGGER append_only ON interviews_release;",
        ),
    ]
