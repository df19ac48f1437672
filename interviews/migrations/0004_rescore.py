"""Rescores: what a newer version's rubric would change, and what became of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0003_groups"),
        ("rubrics", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Rescore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("looking", "Looking"),
                            ("ready", "Ready"),
                            ("writing", "Writing"),
                            ("done", "Done"),
                        ],
                        default="looking",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("worked_by", models.UUIDField(blank=True, null=True)),
                ("worked_until", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rescores",
                        to="rubrics.questionversion",
                    ),
                ),
            ],
            options={"ordering": ["-created_at", "-pk"]},
        ),
        migrations.CreateModel(
            name="RescoreLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("before", models.FloatField(blank=True, null=True)),
                ("after", models.FloatField(blank=True, null=True)),
                ("band_before", models.CharField(blank=True, max_length=10)),
                ("band_after", models.CharField(blank=True, max_length=10)),
                ("changes", models.JSONField(blank=True, default=list)),
                ("card", models.JSONField(blank=True, null=True)),
                ("problem", models.TextField(blank=True)),
                ("written_at", models.DateTimeField(blank=True, null=True)),
                (
                    "interview",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="interviews.interview",
                    ),
                ),
                (
                    "rescore",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="interviews.rescore",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="rescore",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["looking", "writing"])),
                fields=("version",),
                name="rescore_one_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="rescore",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", False), ("state", "done")),
                    models.Q(
                        models.Q(("state", "done"), _negated=True), ("finished_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="rescore_done_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="rescoreline",
            constraint=models.UniqueConstraint(
                fields=("rescore", "interview"), name="rescore_line_once"
            ),
        ),
    ]
