"""Invitations, and the reviews that people write: who wants one, who has it, what came of it."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0006_sheets"),
        ("rubrics", "0005_shipped"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="how the inviter calls them", max_length=100
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
                (
                    "pacing",
                    models.CharField(
                        choices=[("soft", "Soft"), ("strict", "Strict")], max_length=10
                    ),
                ),
                (
                    "extra",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("five", "Five"),
                            ("ten", "Ten"),
                            ("quarter", "Quarter"),
                            ("half", "Half"),
                            ("double", "Double"),
                        ],
                        default="none",
                        max_length=10,
                    ),
                ),
                ("raters", models.PositiveSmallIntegerField(default=1)),
                (
                    "shows_name",
                    models.BooleanField(default=False, help_text="whether raters see the name"),
                ),
                (
                    "results",
                    models.CharField(
                        choices=[
                            ("never", "Never"),
                            ("released", "When somebody releases it after review"),
                            ("at-once", "At once, as the judge scores it"),
                        ],
                        default="released",
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True, help_text="to the candidate")),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rating", "Scoring"),
                            ("adjudication", "Adjudication"),
                            ("appeal", "Review for the candidate"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "asked",
                    models.TextField(
                        blank=True, help_text="what the candidate asks to be looked at again"
                    ),
                ),
                ("wanted_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "recommendation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("strong-no", "Strong no"),
                            ("no", "No"),
                            ("yes", "Yes"),
                            ("strong-yes", "Strong yes"),
                        ],
                        max_length=10,
                    ),
                ),
                ("summary", models.TextField(blank=True)),
                (
                    "reason",
                    models.TextField(
                        blank=True, help_text="of an adjudication; answer to an appeal"
                    ),
                ),
                ("comments", models.JSONField(blank=True, default=list)),
            ],
            options={
                "ordering": ["wanted_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReviewDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(blank=True, help_text="JSON, as the page wrote it")),
                (
                    "key",
                    models.UUIDField(blank=True, help_text="of what was kept last", null=True),
                ),
                ("revision", models.PositiveIntegerField(default=0)),
                ("saved_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="scorecard",
            name="scorecard_once",
        ),
        migrations.AddField(
            model_name="invitation",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="framework",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="rubrics.frameworkversion",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="questions",
            field=models.ManyToManyField(related_name="invitations", to="rubrics.question"),
        ),
        migrations.AddField(
            model_name="interview",
            name="invitation",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interview",
                to="interviews.invitation",
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="interview",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="release",
                to="interviews.interview",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="interview",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reviews",
                to="interviews.interview",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="rater",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="scorecard",
            name="review",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="scorecard",
                to="interviews.review",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.UniqueConstraint(
                condition=models.Q(("review__isnull", True)),
                fields=("interview", "judge", "rubric_hash"),
                name="scorecard_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("judge", "human"), ("review__isnull", False)),
                    models.Q(models.Q(("judge", "human"), _negated=True), ("review__isnull", True)),
                    _connector="OR",
                ),
                name="scorecard_of_people_has_review",
            ),
        ),
        migrations.AddField(
            model_name="reviewdraft",
            name="rater",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewdraft",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="drafts",
                to="interviews.review",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("raters__gte", 1), ("raters__lte", 2)), name="invitation_raters"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revoked_at__isnull", True), ("accepted_at__isnull", True), _connector="OR"
                ),
                name="invitation_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))),
                name="invitation_expires_later",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("submitted_at__isnull", True)),
                fields=["wanted_at"],
                name="review_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("rater__isnull", False)),
                fields=("interview", "rater"),
                name="review_once_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "rating"), _negated=True),
                fields=("interview", "kind"),
                name="review_one_decides",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("claimed_at__isnull", True),
                        ("leased_until__isnull", True),
                        ("rater__isnull", True),
                        ("submitted_at__isnull", True),
                    ),
                    models.Q(
                        ("claimed_at__isnull", False),
                        ("leased_until__isnull", False),
                        ("rater__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="review_is_held_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewdraft",
            constraint=models.UniqueConstraint(
                fields=("review", "rater"), name="review_draft_once"
            ),
        ),
    ]
