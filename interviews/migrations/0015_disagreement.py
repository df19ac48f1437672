"""Where raters did not agree, row by row; how far they do is measured anew, with what is new."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0014_gold"),
        ("rubrics", "0005_shipped"),
    ]

    operations = [
        # The next sweep measures again: what the row held has another shape now.
        migrations.RunSQL("DELETE FROM interviews_agreement;", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Disagreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("criterion", models.CharField(max_length=100)),
                ("one", models.CharField(max_length=40)),
                ("other", models.CharField(max_length=40)),
                ("one_level", models.PositiveSmallIntegerField()),
                ("other_level", models.PositiveSmallIntegerField()),
                (
                    "gap",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.math.Abs(
                            django.db.models.expressions.CombinedExpression(
                                models.F("one_level"), "-", models.F("other_level")
                            )
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                ("at", models.DateTimeField(help_text="when the second of the two scored")),
                (
                    "interview",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="interviews.interview",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="rubrics.question",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-gap", "-at", "-id"], name="disagreement_order")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("interview", "criterion", "one", "other"), name="disagreement_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("one_level__range", (1, 4)),
                            ("other_level__range", (1, 4)),
                            models.Q(("one_level", models.F("other_level")), _negated=True),
                        ),
                        name="disagreement_levels",
                    ),
                ],
            },
        ),
    ]
