"""Spans of whole months to look back over, as local calendars have them. Pure: no Django, no clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from casework.policies.clock_words import MONTHS, day_words

RECENT = (3, 6, 12, 24)  # months that one can look back
A_LONG_LINE = 24  # months: what changes within a year shows only over two
YEARS_BACK = 4


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the beginning of `start` until just before `end`; both are moments in UTC."""

    code: str
    """As an address carries it: "12" months, "2025"."""
    label: str
    start: datetime
    end: datetime
    zone: tzinfo

    @property
    def words(self) -> str:
        """ "Mar 1, 2025 to Feb 28, 2026"."""
        first = self.start.astimezone(self.zone).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()
        return f"{day_words(first)}, {first.year} to {day_words(last)}, {last.year}"

    @property
    def months(self) -> list[date]:
        """The first day of each month of the period."""
        first = self.start.astimezone(self.zone).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()
        return [_month(first, later) for later in range(_between(first, last) + 1)]

    def over_a_long_line(self) -> "Period":
        """24 months that end where this period ends."""
        last = self.months[-1]
        start = _midnight(_month(last, 1 - A_LONG_LINE), self.zone)
        return Period(
            code="", label="24 months", start=min(start, self.start), end=self.end, zone=self.zone
        )


def recent(now: datetime, zone: tzinfo) -> list[Period]:
    """The last 3, 6, 12 and 24 months: this month so far, and the whole months before it."""
    this_month = now.astimezone(zone).date().replace(day=1)
    return [
        Period(
            code=str(months),
            label=f"Last {months} months",
            start=_midnight(_month(this_month, 1 - months), zone),
            end=now,
            zone=zone,
        )
        for months in RECENT
    ]


def years(now: datetime, zone: tzinfo) -> list[Period]:
    """This year up to the end of the last whole month, and the whole years before it, newest first.

    None of them overlap, so that nobody can subtract one from another. In January this year has no
    whole month yet and is left out.
    """
    today = now.astimezone(zone).date()
    this_month = _midnight(today.replace(day=1), zone)
    so_far = Period(
        code=str(today.year),
        label=f"{today.year} so far",
        start=_midnight(date(today.year, 1, 1), zone),
        end=this_month,
        zone=zone,
    )
    whole = [
        Period(
            code=str(year),
            label=str(year),
            start=_midnight(date(year, 1, 1), zone),
            end=_midnight(date(year + 1, 1, 1), zone),
            zone=zone,
        )
        for year in range(today.year - 1, today.year - YEARS_BACK, -1)
    ]
    return whole if today.month == 1 else [so_far, *whole]


def month_words(month: date) -> str:
    """ "Mar 2026"."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _month(day: date, later: int) -> date:
    """The first day of the month so many months later."""
    years_later, month = divmod(day.month - 1 + later, 12)
    return date(day.year + years_later, month + 1, 1)


def _between(first: date, last: date) -> int:
    """How many months lie between the months of two days."""
    return (last.year - first.year) * 12 + last.month - first.month
