"""Months, years and fiscal years of the counts, and where they begin. Pure: no Django, no clock.

A month belongs to the calendar of a zone. It begins at local midnight, so that it is an hour
shorter or longer where the clocks change within it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import Self

from casework.policies.clock_words import MONTHS
from casework.policies.periods import A_LONG_LINE, month_words

FEDERAL_FISCAL_YEAR_STARTS = 10  # October; named after the year in which it ends (31 U.S.C. 1102)
FIRST_YEAR = 2000  # nothing older is asked for
_FORM = re.compile(r"(?P<fiscal>fy)?(?P<year>2[0-9]{3})(?:-(?P<month>0[1-9]|1[0-2]))?")
_IN_A_YEAR = 12


class PeriodKind(StrEnum):
    """How long a period is."""

    MONTH = "Months"
    YEAR = "Years"
    FISCAL_YEAR = "Fiscal years"


@dataclass(frozen=True, order=True)
class Month:
    """A month of a calendar, in no zone yet."""

    year: int
    month: int

    @property
    def words(self) -> str:
        """ "Mar 2026"."""
        return month_words(self.first_day)

    @property
    def code(self) -> str:
        """As an address carries it: "2026-03"."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    def later(self, months: int) -> "Month":
        """The month so many months later; earlier for a negative number."""
        years, month = divmod(self.month - 1 + months, _IN_A_YEAR)
        return Month(self.year + years, month + 1)

    def begins_at(self, zone: tzinfo) -> datetime:
        """Its first moment in a zone, in UTC."""
        return datetime.combine(self.first_day, time(), zone).astimezone(UTC)

    @classmethod
    def of(cls, at: datetime, zone: tzinfo) -> Self:
        """The month in which a moment falls in a zone."""
        local = at.astimezone(zone)
        return cls(local.year, local.month)


@dataclass(frozen=True)
class CountPeriod:
    """Some whole months that are counted together."""

    kind: PeriodKind
    first: Month
    last: Month

    @property
    def code(self) -> str:
        """As an address carries it: "2026-03", "2026", "fy2026"."""
        if self.kind is PeriodKind.MONTH:
            return self.first.code
        return f"{'fy' if self.kind is PeriodKind.FISCAL_YEAR else ''}{self.last.year}"

    @property
    def label(self) -> str:
        """ "Mar 2026", "2026", "Fiscal year 2026 (Oct 2025 to Sep 2026)"."""
        if self.kind is PeriodKind.MONTH:
            return self.first.words
        if self.kind is PeriodKind.YEAR:
            return str(self.first.year)
        return f"Fiscal year {self.last.year} ({self.first.words} to {self.last.words})"

    @property
    def noun(self) -> str:
        """ "month" or "year"."""
        return "month" if self.kind is PeriodKind.MONTH else "year"

    @property
    def months(self) -> list[Month]:
        """Its months, the first one first."""
        return _from_to(self.first, self.last)

    def bounds(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Its first moment, and the first one after it, in UTC."""
        return self.first.begins_at(zone), self.last.later(1).begins_at(zone)

    def is_over(self, now: datetime, zones: Collection[tzinfo]) -> bool:
        """Whether it has ended in every one of these zones."""
        return all(self.bounds(zone)[1] <= now for zone in zones)

    def has_begun(self, now: datetime, zones: Collection[tzinfo]) -> bool:
        """Whether it has begun in any of these zones."""
        return any(self.bounds(zone)[0] <= now for zone in zones)

    def trend(self) -> list[Month]:
        """The 24 months that end with this period."""
        return _from_to(self.last.later(1 - A_LONG_LINE), self.last)

    def beside(self, steps: int) -> "CountPeriod":
        """The period of the same length so many steps later; earlier for a negative number."""
        months = steps * len(self.months)
        return CountPeriod(self.kind, self.first.later(months), self.last.later(months))


def month_period(month: Month) -> CountPeriod:
    """One month."""
    return CountPeriod(PeriodKind.MONTH, month, month)


def year_period(year: int) -> CountPeriod:
    """January to December."""
    return CountPeriod(PeriodKind.YEAR, Month(year, 1), Month(year, 12))


def fiscal_year(year: int, *, starts: int) -> CountPeriod:
    """The fiscal year that is named after the year in which it ends.

    `starts` is its first month, 2 to 12; a fiscal year that starts in January is a year.
    """
    first = Month(year - 1, starts) if starts > 1 else Month(year, 1)
    return CountPeriod(PeriodKind.FISCAL_YEAR, first, first.later(_IN_A_YEAR - 1))


def read_period(code: str, *, starts: int) -> CountPeriod:
    """The period of a code. Raises ValueError for a text that no address of ours holds."""
    found = _FORM.fullmatch(code)
    if found is None or (found["fiscal"] and found["month"]) or int(found["year"]) < FIRST_YEAR:
        raise ValueError("Give a period like 2026-03, 2026 or fy2026")
    year = int(found["year"])
    if found["fiscal"]:
        return fiscal_year(year, starts=starts)
    return month_period(Month(year, int(found["month"]))) if found["month"] else year_period(year)


def periods_to_choose(
    this_month: Month, *, starts: int, years: int = 4
) -> dict[PeriodKind, list[CountPeriod]]:
    """What a page offers, newest first: this month and 23 before it, years, fiscal years."""
    newest = this_month.year + (1 < starts <= this_month.month)
    fiscal = [fiscal_year(newest - back, starts=starts) for back in range(years)]
    return {
        PeriodKind.MONTH: [month_period(this_month.later(-back)) for back in range(A_LONG_LINE)],
        PeriodKind.YEAR: [year_period(this_month.year - back) for back in range(years)],
        PeriodKind.FISCAL_YEAR: fiscal if starts > 1 else [],
    }


def month_name(month: int) -> str:
    """ "Oct"."""
    return MONTHS[month - 1]


def _from_to(first: Month, last: Month) -> list[Month]:
    between = (last.year - first.year) * _IN_A_YEAR + last.month - first.month
    return [first.later(months) for months in range(between + 1)]
