"""Where a length of time ends, on the clock and the calendar of a place.

Where a source leaves open how to count, the stricter reading is taken. Each unit:

hours            elapsed hours, the same across a clock change
business hours   elapsed hours of business days, midnight to midnight: "48 business hours" are two
                 business days, not six days of an office's hours
calendar days    the same time of day, so many days later; the day of the anchor is not counted
  excluding ...  the same, counting open days only. What starts on a closed day counts from the
                 end of the last open day before it
business days    5 p.m. on the last day; the day of the anchor is not counted
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from casework.policies.calendars import Calendar
from casework.policies.length import Unit

END_OF_BUSINESS = time(17)
LAST_MINUTE = time(23, 59)
_DAY = timedelta(days=1)


def end_of(
    number: int, unit: Unit, *, start: datetime, zone: tzinfo, calendar: Calendar
) -> datetime:
    """The moment, in UTC, at which so many of a unit have passed since `start`."""
    if unit is Unit.HOURS:
        return start.astimezone(UTC) + timedelta(hours=number)
    if unit is Unit.BUSINESS_HOURS:
        return _after_open_hours(timedelta(hours=number), start, zone, calendar)
    local = start.astimezone(zone)
    if unit is Unit.CALENDAR_DAYS:
        return _at(local.date() + number * _DAY, local.timetz(), zone)
    last = local.date()
    for _ in range(number):
        last = calendar.next_open(last)
    if unit is Unit.BUSINESS_DAYS:
        return _at(last, END_OF_BUSINESS, zone)
    return _at(last, local.timetz() if calendar.is_open(local.date()) else LAST_MINUTE, zone)


def _after_open_hours(
    left: timedelta, start: datetime, zone: tzinfo, calendar: Calendar
) -> datetime:
    """`left` hours of open days after `start`; one that ends with a day ends in its last minute."""
    at, day = start.astimezone(UTC), start.astimezone(zone).date()
    if not calendar.is_open(day):
        day = calendar.next_open(day)
        at = _at(day, time(), zone)
    while (until_midnight := _at(day + _DAY, time(), zone) - at) < left:
        left -= until_midnight
        day = calendar.next_open(day)
        at = _at(day, time(), zone)
    return _at(day, LAST_MINUTE, zone) if until_midnight == left else at + left


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    """A local time of day as a moment in UTC: the first of an hour that the clocks repeat."""
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), zone).astimezone(UTC)
