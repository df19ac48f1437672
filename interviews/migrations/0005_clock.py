"""The clock: pauses, extra time, time that is given back, and when the sweep ran."""

from django.db import migrations, models

KINDS = ("started", "entered", "paused", "resumed", "extended", "credited", "submitted")
BY = ("candidate", "interviewer", "page", "sweep", "server")


class Migration(migrations.Migration):
    dependencies = [("interviews", "0004_rescore")]

    operations = [
        migrations.AddField(
            model_name="interview",
            name="paused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="interview",
            name="deadline_at",
            field=models.DateTimeField(help_text="derived from the ledger"),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paused_at__isnull", True), ("state", "running"), _connector="OR"
                ),
                name="interview_paused_while_running",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerline",
            name="kind",
            field=models.CharField(choices=[(kind, kind) for kind in KINDS], max_length=10),
        ),
        migrations.AddField(
            model_name="ledgerline",
            name="seconds",
            field=models.PositiveIntegerField(default=0, help_text="the time that it adds"),
        ),
        migrations.AddField(
            model_name="ledgerline",
            name="by",
            field=models.CharField(blank=True, choices=[(by, by) for by in BY], max_length=15),
        ),
        migrations.AddField(
            model_name="ledgerline",
            name="reason",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.CreateModel(
            name="Sweep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ran_at", models.DateTimeField()),
                ("away_since", models.DateTimeField(blank=True, null=True)),
                ("back_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name="sweep",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="sweep_one_row"),
        ),
    ]
