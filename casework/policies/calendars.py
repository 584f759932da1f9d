"""Which days are closed: weekends, and the holidays of a named calendar.

The holidays come from the `holidays` package, with the days on which those that fall on a weekend
are observed. An agency's own closing days are not among them.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import holidays

FEDERAL = "us"
_SATURDAY = 5
_STATES = frozenset(holidays.list_supported_countries(include_aliases=False)["US"])


class UnknownCalendar(ValueError):
    """There is no calendar of this name; the message lists what to write."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f'There is no holiday calendar "{code}": write "us" for the federal holidays, or '
            'a state\'s, like "us-wa"'
        )


@dataclass(frozen=True)
class Calendar:
    """The working days of a place."""

    code: str
    _holidays: holidays.HolidayBase = field(repr=False, compare=False)

    def is_open(self, day: date) -> bool:
        """Whether this is a business day: no weekend and no holiday."""
        return day.weekday() < _SATURDAY and day not in self._holidays

    def next_open(self, day: date) -> date:
        """The first business day after this day."""
        day += timedelta(days=1)
        while not self.is_open(day):
            day += timedelta(days=1)
        return day


@cache
def calendar_called(code: str) -> Calendar:
    """The calendar of this code: "us" or "us-" and a state. Raises UnknownCalendar."""
    country, _, state = code.partition("-")
    if country != FEDERAL or (state or code != FEDERAL) and state.upper() not in _STATES:
        raise UnknownCalendar(code)
    return Calendar(code, holidays.country_holidays("US", subdiv=state.upper() or None))
