"""Moments worth trying a protocol with: where clocks change, before a long weekend, at night."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from casework.policies.calendars import Calendar

_A_DAY = timedelta(days=1)
_AHEAD = 380  # in days: a year, and a little more because clocks change on a Sunday, not a date
_USUAL_WEEKEND = timedelta(days=3)  # from Friday to Monday


@dataclass(frozen=True, kw_only=True)
class Example:
    """An imagined episode: what it shows, and its moments (aware, on clocks of its zone)."""

    words: str
    told: datetime
    last_seen: datetime | None = None


def night_call(zone: ZoneInfo, _calendar: Calendar, today: date) -> Iterator[Example]:
    """A call at twenty to four in the morning: an hour that no change of the clocks touches."""
    yield Example(
        words="A call at night",
        told=datetime.combine(today, time(3, 40), zone),
        last_seen=datetime.combine(today - _A_DAY, time(23, 30), zone),
    )


def clock_changes(zone: ZoneInfo, _calendar: Calendar, today: date) -> Iterator[Example]:
    """The day before the clocks next go forward, and the day before they go back.

    None for a zone that keeps its time all year.
    """
    seen: set[bool] = set()
    for day in _coming_days(today):
        ahead = _offset(day + _A_DAY, zone) - _offset(day, zone)
        is_forward = ahead > timedelta()
        if ahead and is_forward not in seen:
            seen.add(is_forward)
            yield Example(
                words=f"The day before the clocks go {'forward' if is_forward else 'back'}",
                told=datetime.combine(day, time(13, 52), zone),
            )


def holiday_weekend(zone: ZoneInfo, calendar: Calendar, today: date) -> Iterator[Example]:
    """The afternoon of the last business day before the next weekend that a holiday lengthens."""
    for day in _coming_days(today):
        if calendar.is_open(day) and calendar.next_open(day) - day > _USUAL_WEEKEND:
            yield Example(
                words="Before a holiday weekend", told=datetime.combine(day, time(16, 30), zone)
            )
            return


def _coming_days(today: date) -> Iterator[date]:
    return (today + number * _A_DAY for number in range(_AHEAD))


def _offset(day: date, zone: ZoneInfo) -> timedelta:
    return datetime.combine(day, time(12), zone).utcoffset() or timedelta()
