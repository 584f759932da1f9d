"""Where a length ends on the clock and the calendar. Cases for reading are in the golden table."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.policies.calendars import UnknownCalendar, calendar_called
from casework.policies.counting import end_of
from casework.policies.length import Unit

ZONES = [ZoneInfo(name) for name in ("America/Chicago", "America/Phoenix", "America/Anchorage")]
starts = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
zones = st.sampled_from(ZONES)
calendars = st.sampled_from([calendar_called(code) for code in ("us", "us-wa", "us-tn", "us-ga")])
office_units = st.sampled_from(
    [Unit.BUSINESS_DAYS, Unit.BUSINESS_HOURS, Unit.OPEN_CALENDAR_DAYS],
)
every_unit = st.sampled_from(list(Unit))
numbers = st.integers(1, 60)


@given(start=starts, zone=zones, calendar=calendars, unit=office_units, number=numbers)
def test_what_leaves_out_closed_days_never_ends_on_one(start, zone, calendar, unit, number):
    end = end_of(number, unit, start=start, zone=zone, calendar=calendar)

    assert calendar.is_open(end.astimezone(zone).date())


@given(start=starts, zone=zones, calendar=calendars, unit=every_unit, number=numbers)
def test_a_length_ends_after_its_start_and_a_longer_one_not_before_it(
    start, zone, calendar, unit, number
):
    end = end_of(number, unit, start=start, zone=zone, calendar=calendar)
    longer = end_of(number + 1, unit, start=start, zone=zone, calendar=calendar)

    assert start < end < longer
    assert end.tzinfo is UTC


@given(
    start=starts,
    later=st.timedeltas(timedelta(), timedelta(days=5)),
    zone=zones,
    calendar=calendars,
    unit=every_unit,
    number=numbers,
)
def test_a_clock_that_starts_later_never_ends_earlier(start, later, zone, calendar, unit, number):
    first = end_of(number, unit, start=start, zone=zone, calendar=calendar)
    second = end_of(number, unit, start=start + later, zone=zone, calendar=calendar)

    # An hour of tolerance: the same time of day can be an hour earlier after the clocks change.
    assert second >= first - timedelta(hours=1)


@given(start=starts, zone=zones, calendar=calendars, number=numbers)
def test_calendar_days_keep_the_time_of_day_unless_the_clocks_skip_it(
    start, zone, calendar, number
):
    end = end_of(number, Unit.CALENDAR_DAYS, start=start, zone=zone, calendar=calendar)
    before, after = start.astimezone(zone), end.astimezone(zone)

    assert after.date() - before.date() == timedelta(days=number)
    skipped = after.time() > before.time() and 1 <= before.hour <= 3
    assert after.time() == before.time() or skipped


def test_a_calendar_knows_weekends_and_observed_holidays():
    calendar = calendar_called("us")

    assert not calendar.is_open(date(2026, 7, 3))  # Independence Day is a Saturday
    assert not calendar.is_open(date(2026, 7, 5))
    assert calendar.is_open(date(2026, 7, 6))
    assert calendar.next_open(date(2026, 7, 2)) == date(2026, 7, 6)


def test_a_states_calendar_has_its_own_holidays():
    day_after_thanksgiving = date(2026, 11, 27)

    assert calendar_called("us").is_open(day_after_thanksgiving)
    assert not calendar_called("us-wa").is_open(day_after_thanksgiving)


@pytest.mark.parametrize("code", ["", "us-", "us-zz", "ca", "US", "us-wa-king"])
def test_a_calendar_that_does_not_exist_is_refused_with_what_to_write(code):
    with pytest.raises(UnknownCalendar, match='write "us" for the federal holidays'):
        calendar_called(code)
