"""What a rater has submitted stays as it was submitted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("interviews", "0009_agreement")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE ON interviews_review "
            "FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL) "
            "EXECUTE FUNCTION mlsd_refuse_update();",
            "DROP TRIGGER append_only ON interviews_review;",
        ),
    ]
