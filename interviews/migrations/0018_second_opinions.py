"""Second opinions of language models: who wants one, what requests cost, whose turn it is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0017_exchange"),
    ]

    operations = [
        migrations.CreateModel(
            name="LlmTurn",
            fields=[
                ("number", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("held_by", models.UUIDField(blank=True, null=True)),
                ("held_until", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="review",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("far-apart", "The machine's two judges are far apart"),
                    ("spoken-to", "Parts of it speak to whoever judges"),
                ],
                help_text="why the machine's score needs a look",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="disagreement",
            name="one",
            field=models.CharField(max_length=130),
        ),
        migrations.AlterField(
            model_name="disagreement",
            name="other",
            field=models.CharField(max_length=130),
        ),
        migrations.AlterField(
            model_name="scorecard",
            name="judge",
            field=models.CharField(help_text="rules, human, or llm: and the model", max_length=120),
        ),
        migrations.CreateModel(
            name="LlmSpend",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("cost", models.FloatField()),
                (
                    "held",
                    models.FloatField(default=0, help_text="beyond the cost, until it is known"),
                ),
                ("held_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="llm_spend_at")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cost__gte", 0), ("held__gte", 0)),
                        name="llm_spend_counts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_until__isnull", False), ("held", 0), _connector="OR"
                        ),
                        name="llm_spend_held_for_a_while",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LlmCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("judge", "Judging"),
                            ("interviewer", "Interviewer"),
                            ("check", "Check"),
                            ("comparison", "Comparison"),
                        ],
                        max_length=15,
                    ),
                ),
                ("criterion", models.CharField(blank=True, max_length=100)),
                ("model", models.CharField(max_length=100)),
                ("tokens_in", models.PositiveBigIntegerField()),
                ("tokens_out", models.PositiveBigIntegerField()),
                ("cost", models.FloatField()),
                (
                    "is_estimate",
                    models.BooleanField(help_text="the server did not say what was used"),
                ),
                ("seconds", models.FloatField()),
                (
                    "failed",
                    models.CharField(
                        blank=True, help_text="why nothing came of it", max_length=300
                    ),
                ),
                (
                    "received",
                    models.TextField(blank=True, help_text="how the reply begins; it holds no key"),
                ),
                ("at", models.DateTimeField()),
                (
                    "interview",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="llm_calls",
                        to="interviews.interview",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["-at", "-id"], name="llm_call_latest")],
            },
        ),
        migrations.CreateModel(
            name="SecondOpinion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("judged", "Judged"),
                            ("failed", "Not judged"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("wanted_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("leased_by", models.UUIDField(blank=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                (
                    "interview",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="second_opinions",
                        to="interviews.interview",
                    ),
                ),
            ],
            options={
                "ordering": ["-wanted_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_attempt_at"],
                        name="second_opinion_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("leased_until__isnull", False)),
                        fields=["leased_until"],
                        name="second_opinion_leased",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("interview", "model"), name="second_opinion_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_error", ""), ("state", "failed"), _negated=True),
                        name="second_opinion_failed_for_something",
                    ),
                ],
            },
        ),
    ]
