"""How old a youth is, on the day where they are."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from casework.models import Youth
from casework.presenters.episodes import name_and_age

CHICAGO = ZoneInfo("America/Chicago")


def test_a_birthday_begins_at_midnight_where_the_youth_is_and_not_in_utc():
    youth = Youth(given_name="Jordan", born_on=date(2010, 3, 4))
    evening_before = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # Mar 3, 10 p.m. in Chicago
    after_midnight = datetime(2026, 3, 4, 6, 1, tzinfo=UTC)

    assert name_and_age(youth, CHICAGO, now=evening_before) == "Jordan, 15"
    assert name_and_age(youth, CHICAGO, now=after_midnight) == "Jordan, 16"


def test_an_unknown_birthday_gives_no_age():
    now = datetime(2026, 3, 4, tzinfo=UTC)

    assert name_and_age(Youth(nickname="Jay"), CHICAGO, now=now) == "Jay"
