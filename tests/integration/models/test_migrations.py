"""What a migration does to rows that stood there before."""

from importlib import import_module

import pytest
from django.apps import apps

from casework.models import Duty, Unit
from tests.factories import DutyFactory, UnitFactory

pytestmark = pytest.mark.django_db


def fill() -> None:
    import_module("casework.migrations.0005_fill_what_reports_make").fill(apps, None)


@pytest.mark.parametrize(
    ("code", "makes"),
    [
        ("report_to_police", ["police_report_made", "first_report_made"]),
        ("report_to_ncmec", ["first_report_made"]),
        ("tell_parents", []),
    ],
)
def test_reports_that_stood_before_make_their_moments(code, makes):
    duty = DutyFactory(code=code, makes=[])

    fill()

    assert Duty.objects.get(pk=duty.pk).makes == makes


@pytest.mark.parametrize(("stood", "stands"), [("us", ""), ("us-wa", "us-wa"), ("", "")])
def test_a_unit_counts_by_its_protocols_holidays_unless_somebody_chose_others(stood, stands):
    unit = UnitFactory(calendar=stood)

    fill()

    assert Unit.objects.get(pk=unit.pk).calendar == stands
