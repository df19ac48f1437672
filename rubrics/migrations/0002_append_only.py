"""Published versions are never edited: the database refuses, whoever asks."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION mlsd_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE ON rubrics_questionversion
    FOR EACH ROW EXECUTE FUNCTION mlsd_refuse_update();
"""
ALLOW = """
DROP TRIGGER append_only ON rubrics_questionversion;
DROP FUNCTION mlsd_refuse_update();
"""


class Migration(migrations.Migration):
    dependencies = [("rubrics", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
