"""No start with a unit or an open episode whose clocks nobody could count as it says."""

import pytest
from django.core.management.base import SystemCheckError

from casework import checks
from tests.factories import EpisodeFactory, UnitFactory

pytestmark = pytest.mark.django_db


def faults() -> list[tuple[str, str, str]]:
    errors = checks.refuse_units_without_rules(databases=["default"])
    return [(error.id, error.msg, error.hint) for error in errors]


def test_good_units_start(unit):
    UnitFactory(calendar="")
    UnitFactory(calendar="us-wa")

    assert faults() == []


def test_a_unit_whose_protocol_no_file_has_is_named_with_what_to_write():
    UnitFactory(name="North Office", jurisdiction="us-zz")

    [(id_, says, hint)] = faults()

    assert id_ == "casework.E006"
    assert says == 'The unit "North Office" goes by the protocol "us-zz", which no file has.'
    assert "Put us-zz.toml into a folder of PROTOCOL_DIRS" in hint
    assert 'Unit.objects.filter(name="North Office").update(jurisdiction="us-mo")' in hint


@pytest.mark.parametrize("zone", ["America/Nowhere", "../etc/passwd", "Chicago time"])
def test_a_unit_in_an_unknown_time_zone_is_named(zone):
    UnitFactory(name="North Office", time_zone=zone)

    [(id_, says, hint)] = faults()

    assert id_ == "casework.E007"
    assert says == f'The unit "North Office" has the time zone "{zone}", which does not exist.'
    assert 'update(time_zone="America/Chicago")' in hint


def test_a_unit_with_an_unknown_calendar_is_named():
    UnitFactory(name="North Office", calendar="us-moon")

    [(id_, says, hint)] = faults()

    assert id_ == "casework.E008"
    assert says.startswith('The unit "North Office" cannot count business days. There is no')
    assert 'update(calendar="")' in hint


def test_open_episodes_that_go_by_a_file_that_is_gone_are_counted(unit):
    for _ in range(2):
        EpisodeFactory(youth__unit=unit, jurisdiction="us-mo-agency")
    EpisodeFactory(youth__unit=unit, jurisdiction="us-gone", returned=True)

    [(id_, says, hint)] = faults()

    assert id_ == "casework.E009"
    assert says == (
        f'Open episodes of the unit "{unit.name}" (2) go by the protocol "us-mo-agency", which no'
        " file has."
    )
    assert "Put us-mo-agency.toml back" in hint


def test_the_web_server_and_the_worker_refuse_to_start_with_it(settings):
    UnitFactory(name="North Office", jurisdiction="us-zz")

    with pytest.raises(SystemCheckError, match="Porchlight does not start like this") as refused:
        checks.refuse_unsafe_start()

    assert 'The unit "North Office"' in str(refused.value)


def test_a_database_without_tables_is_no_fault(monkeypatch):
    monkeypatch.setattr(
        "django.db.backends.postgresql.introspection.DatabaseIntrospection.table_names",
        lambda *_: [],
    )

    assert faults() == []
