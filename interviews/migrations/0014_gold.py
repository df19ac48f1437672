"""Gold answers, the copies that people get, how often that is, and who needs no calibration."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0013_webhooks"),
        ("rubrics", "0005_shipped"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="review",
            name="kind",
            field=models.CharField(
                choices=[
                    ("rating", "Scoring"),
                    ("adjudication", "Adjudication"),
                    ("appeal", "Review for the candidate"),
                    ("reference", "Reference"),
                ],
                max_length=15,
            ),
        ),
        migrations.CreateModel(
            name="CalibrationWaiver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
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
                    "rater",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GoldAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[("mid", "Mid"), ("senior", "Senior"), ("staff", "Staff")],
                        max_length=10,
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField()),
                ("texts", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
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
                    "framework",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="golds",
                        to="rubrics.frameworkversion",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="golds",
                        to="rubrics.questionversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="GoldCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("reference", "Reference"),
                            ("calibration", "Calibration"),
                            ("hidden", "Unmarked"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "gold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to="interviews.goldanswer",
                    ),
                ),
                (
                    "interview",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gold_copy",
                        to="interviews.interview",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seems_by",
                    models.ForeignKey(
                        blank=True,
                        help_text=(
                            "among whose invitations it is listed, "
                            "as every other answer is among somebody's"
                        ),
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GoldPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("every", models.PositiveSmallIntegerField()),
                ("calibration", models.PositiveSmallIntegerField()),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="goldanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gt", 0)), name="gold_takes_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="goldcopy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("use", "reference"), _negated=True),
                fields=("gold", "person"),
                name="gold_once_a_rater",
            ),
        ),
        migrations.AddConstraint(
            model_name="goldplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("pk", 1)), name="gold_plan_one_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="goldplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("every", 0), ("every__range", (2, 50)), _connector="OR"),
                    ("calibration__lte", 5),
                ),
                name="gold_plan_bounds",
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE ON interviews_goldcopy "
            "FOR EACH ROW EXECUTE FUNCTION mlsd_refuse_update();",
            "DROP TRIGGER append_only ON interviews_goldcopy;",
        ),
    ]
