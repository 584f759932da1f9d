"""Screenings for trafficking are recorded as such: tool, version, who screened, and the result.

Duties that are still open ask for it from now on; what is settled stays as it was recorded.
"""

from django.db import migrations, models

SCREENINGS = ("screen_for_trafficking", "begin_trafficking_screening")


def ask_for_it(apps, schema_editor):
    apps.get_model("casework", "Duty").objects.filter(
        code__in=SCREENINGS,
        done_at__isnull=True,
        not_needed_at__isnull=True,
        withdrawn_at__isnull=True,
        evidence_fields=["contact_name", "method", "note"],
    ).update(evidence_fields=["screening", "method", "note"])


class Migration(migrations.Migration):
    dependencies = [("casework", "0006_checklists_and_flags")]
    operations = [
        migrations.AddField(
            "dutyevidence",
            "screening_tool",
            models.CharField(blank=True, help_text="Its name alone", max_length=120),
        ),
        migrations.AddField(
            "dutyevidence",
            "screening_version",
            models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            "dutyevidence",
            "screener",
            models.CharField(blank=True, help_text="Who screened", max_length=120),
        ),
        migrations.AddField(
            "dutyevidence",
            "screening_result",
            models.CharField(
                blank=True,
                choices=[
                    ("signs", "Signs found"),
                    ("no_signs", "No signs found"),
                    ("unclear", "Could not tell"),
                    ("declined", "Youth chose not to say"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "dutyevidence",
            models.CheckConstraint(
                condition=models.Q(
                    screening_result__in=["", "signs", "no_signs", "unclear", "declined"]
                ),
                name="evidence_screening_result_known",
            ),
        ),
        migrations.RunPython(ask_for_it, migrations.RunPython.noop),
    ]
