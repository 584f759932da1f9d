"""Search indexes that hold the youth too, and one for case numbers however they are typed."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0002_cache_table"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="youthname",
            name="youth_name_prefix",
        ),
        migrations.RemoveIndex(
            model_name="youthname",
            name="youth_name_sound",
        ),
        migrations.RemoveIndex(
            model_name="youthname",
            name="youth_name_letters",
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(
                django.db.models.functions.text.Upper("case_number"),
                name="youth_case_number_any_case",
            ),
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(fields=["unit", "id"], name="youth_by_unit"),
        ),
        migrations.AddIndex(
            model_name="youthname",
            index=models.Index(
                fields=["folded", "youth"],
                name="youth_name_prefix",
                opclasses=("varchar_pattern_ops", "int8_ops"),
            ),
        ),
        migrations.AddIndex(
            model_name="youthname",
            index=models.Index(fields=["sound", "youth"], name="youth_name_sound"),
        ),
        migrations.AddIndex(
            model_name="youthname",
            index=models.Index(fields=["letters", "youth"], name="youth_name_letters"),
        ),
    ]
