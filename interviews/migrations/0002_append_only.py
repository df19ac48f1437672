"""Ledger lines, revisions and scorecards are never edited: the database refuses."""

from django.db import migrations

TABLES = ("interviews_ledgerline", "interviews_stagerevision", "interviews_scorecard")


class Migration(migrations.Migration):
    dependencies = [("interviews", "0001_initial"), ("rubrics", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER append_only BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION mlsd_refuse_update();",
            f"DROP TRIGGER append_only ON {table};",
        )
        for table in TABLES
    ]
