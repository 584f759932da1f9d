"""What stood before: reports make moments, and a unit counts by its protocol's holidays.

A unit's calendar was not used until now; with the default it had, every unit would suddenly leave
its state's holidays out.
"""

from django.db import migrations

MADE = {
    "report_to_police": ["police_report_made", "first_report_made"],
    "report_to_ncmec": ["first_report_made"],
}


def fill(apps, schema_editor):
    apps.get_model("casework", "Unit").objects.filter(calendar="us").update(calendar="")
    for code, makes in MADE.items():
        apps.get_model("casework", "Duty").objects.filter(code=code).update(makes=makes)


class Migration(migrations.Migration):
    dependencies = [("casework", "0004_later_moments")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
