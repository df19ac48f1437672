"""Which concepts a question draws on, beside the question: the handbook lists them by topic."""

import json

import django.contrib.postgres.fields
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take them from the published documents, as publishing does."""
    stored = apps.get_model("rubrics", "Question").objects
    for question in stored.select_related("published"):
        document = json.loads(question.published.document) if question.published else {}
        named = list(document.get("concepts", []))
        for criterion in document.get("rubric", {}).get("criteria", []):
            for indicator in criterion["indicators"]:
                named += indicator.get("concepts", [])
        question.concepts = list(dict.fromkeys(named))
        question.save(update_fields=["concepts"])


class Migration(migrations.Migration):
    dependencies = [("rubrics", "0003_curation")]

    operations = [
        migrations.AddField(
            model_name="question",
            name="concepts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
