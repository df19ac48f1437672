"""What requests to a model cost by interview, for a limit of each."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0018_second_opinions"),
    ]

    operations = [
        migrations.AddField(
            model_name="llmspend",
            name="interview",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="interviews.interview",
            ),
        ),
    ]
