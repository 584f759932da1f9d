"""Indexes for figures over a long past: the episodes of some units, or of a span of time."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0016_merges")]

    operations = [
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(fields=["unit", "told_at"], name="episode_past_by_unit"),
        ),
        migrations.AddIndex(
            model_name="episode",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["told_at"], name="episode_past"
            ),
        ),
    ]
