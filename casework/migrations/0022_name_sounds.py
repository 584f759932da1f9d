"""An index from which a search by sound reads the spelling as well."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0021_imports")]

    operations = [
        migrations.AddIndex(
            model_name="youthname",
            index=models.Index(
                fields=["sound", "youth"], include=("folded",), name="youth_name_sounds"
            ),
        ),
        migrations.RemoveIndex(model_name="youthname", name="youth_name_sound"),
    ]
