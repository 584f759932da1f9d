"""Moments worth trying: found for any year and zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework.policies.calendars import calendar_called
from casework.policies.trial_examples import clock_changes, holiday_weekend, night_call

CHICAGO = ZoneInfo("America/Chicago")
FEDERAL = calendar_called("us")


def test_the_days_before_both_clock_changes_are_found_next_one_first():
    found = list(clock_changes(CHICAGO, FEDERAL, date(2026, 3, 3)))

    assert [(one.words, one.told) for one in found] == [
        ("The day before the clocks go forward", datetime(2026, 3, 7, 13, 52, tzinfo=CHICAGO)),
        ("The day before the clocks go back", datetime(2026, 10, 31, 13, 52, tzinfo=CHICAGO)),
    ]


@pytest.mark.parametrize("day", [date(2026, 3, 7), date(2026, 3, 8), date(2027, 12, 31)])
def test_every_day_of_a_year_leads_to_both_changes(day):
    assert len(list(clock_changes(CHICAGO, FEDERAL, day))) == 2


def test_a_zone_that_keeps_its_time_has_no_such_day():
    assert list(clock_changes(ZoneInfo("America/Phoenix"), FEDERAL, date(2026, 3, 3))) == []


@pytest.mark.parametrize(
    ("calendar", "today", "told"),
    [
        ("us", date(2026, 3, 3), date(2026, 5, 22)),  # before Memorial Day
        ("us", date(2026, 7, 1), date(2026, 7, 2)),  # July 4 on a Saturday, kept on the Friday
        ("us-wa", date(2026, 11, 20), date(2026, 11, 25)),  # the day after Thanksgiving is closed
    ],
)
def test_the_last_business_day_before_a_long_weekend_is_found(calendar, today, told):
    [found] = holiday_weekend(CHICAGO, calendar_called(calendar), today)

    assert found.told.date() == told


def test_a_call_at_night_comes_at_an_hour_that_is_there_once_on_every_day():
    day = date(2026, 1, 1)
    for _ in range(366):
        [found] = night_call(CHICAGO, FEDERAL, day)
        assert found.last_seen
        assert found.told - found.last_seen < timedelta(hours=6)
        offsets = {found.told.replace(fold=fold).utcoffset() for fold in (0, 1)}
        assert len(offsets) == 1
        day += timedelta(days=1)
