"""Every stage has three sheets, revisions say what changed, and what came late is kept."""

import django.db.models.deletion
from django.db import migrations, models

# What was begun before goes on with a whiteboard. The pending checks come first: a table that has
# some cannot be changed any more.
LAY_OUT = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO interviews_stageanswer (interview_id, stage, part, position, text, revision, locked_at)
SELECT answer.interview_id, answer.stage, other.part, answer.position, '', 0, answer.locked_at
FROM interviews_stageanswer answer
JOIN interviews_interview interview ON interview.id = answer.interview_id
CROSS JOIN (VALUES ('drawing'), ('outline')) other (part)
WHERE interview.state = 'running' AND answer.part = 'text';
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("interviews", "0005_clock")]
    operations = [
        migrations.AlterModelOptions(
            name="stageanswer", options={"ordering": ["interview", "position", "part"]}
        ),
        migrations.AlterField(
            model_name="stageanswer",
            name="interview",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sheets",
                to="interviews.interview",
            ),
        ),
        migrations.AddField(
            model_name="stageanswer",
            name="part",
            field=models.CharField(
                choices=[("text", "text"), ("drawing", "drawing"), ("outline", "outline")],
                default="text",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="stageanswer", name="stage_once"),
        migrations.AddConstraint(
            model_name="stageanswer",
            constraint=models.UniqueConstraint(
                fields=("interview", "stage", "part"), name="sheet_once"
            ),
        ),
        migrations.AddField(
            model_name="stagerevision",
            name="start",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="stagerevision",
            name="cut",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="stagerevision",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 1), ("cut", None), _connector="OR"),
                name="revision_first_is_whole",
            ),
        ),
        migrations.CreateModel(
            name="LateText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField()),
                ("text", models.TextField(blank=True)),
                ("received_at", models.DateTimeField()),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="late_texts",
                        to="interviews.stageanswer",
                    ),
                ),
            ],
            options={"ordering": ["received_at", "id"]},
        ),
        migrations.AddConstraint(
            model_name="latetext",
            constraint=models.UniqueConstraint(fields=("answer", "key"), name="late_text_once"),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE ON interviews_latetext "
            "FOR EACH ROW EXECUTE FUNCTION mlsd_refuse_update();",
            "DROP TRIGGER append_only ON interviews_latetext;",
        ),
        # There is no way back: revisions that say only what changed would lose their texts.
        migrations.RunSQL(LAY_OUT),
    ]
