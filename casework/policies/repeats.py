"""Duties that come back: "weekly", "monthly", "weekly for the first 30 days"."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Self

_FORM = re.compile(
    r"(?P<every>weekly|monthly|every (?P<days>[1-9][0-9]{0,2}) days)"
    r"( for the first (?P<until>[1-9][0-9]{0,3}) days)?",
    re.ASCII,
)
_DAYS_OF_A_MONTH = 30
_SHORTEST_MONTH = 28
HOW_TO_WRITE = (
    'Write it as "weekly", "monthly", "every 3 days", or with an end: '
    '"weekly for the first 30 days"'
)


@dataclass(frozen=True)
class Repeat:
    """How often a duty comes back: every so many days, or every month when `days` is None.

    `for_days` is how many days after the moment that the duty counts from it comes back last;
    None is "for as long as the youth is missing".
    """

    days: int | None
    for_days: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a repetition as protocol files write it. Raises ValueError: what is allowed."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(HOW_TO_WRITE)
        days = {"weekly": 7, "monthly": None}.get(match["every"], int(match["days"] or 0))
        for_days = int(match["until"]) if match["until"] else None
        if for_days is not None and for_days < (days or _SHORTEST_MONTH):
            raise ValueError(f"It ends before it comes for the first time. {HOW_TO_WRITE}")
        return cls(days=days, for_days=for_days)

    @property
    def words(self) -> str:
        """For people: "weekly for the first 30 days"."""
        every = {7: "weekly", None: "monthly"}.get(
            self.days, "daily" if self.days == 1 else f"every {self.days} days"
        )
        return f"{every} for the first {self.for_days} days" if self.for_days else every

    def is_looser_than(self, other: "Repeat") -> bool:
        """Whether this comes back less often, or ends sooner."""
        days = [one.days or _DAYS_OF_A_MONTH for one in (self, other)]
        ends = [one.for_days or math.inf for one in (self, other)]
        return days[0] > days[1] or ends[0] < ends[1]

    def first(self, counted_from: datetime, zone: tzinfo) -> datetime:
        """When it is due the first time, unless a rule's length says: one round after its start."""
        return self._later(counted_from, 1, zone)

    def due_times(
        self, first_due: datetime, *, counted_from: datetime, zone: tzinfo
    ) -> Iterator[datetime]:
        """Every due time in UTC from the first on, at its local time of day.

        Without an end it goes on for ever: take as many as are wanted.
        """
        end = self._end(counted_from, zone)
        # From the start where the first is one round after it: a month from January 31 ends on
        # February 28, the next one on March 31.
        is_first = first_due == self.first(counted_from, zone)
        start, rounds = (counted_from, 1) if is_first else (first_due, 0)
        at = self._later(start, rounds, zone)
        while end is None or at <= end:
            yield at
            rounds += 1
            at = self._later(start, rounds, zone)

    def _end(self, counted_from: datetime, zone: tzinfo) -> datetime | None:
        if self.for_days is None:
            return None
        return _days_later(counted_from, self.for_days, zone)

    def _later(self, start: datetime, rounds: int, zone: tzinfo) -> datetime:
        if self.days is not None:
            return _days_later(start, rounds * self.days, zone)
        local = start.astimezone(zone)
        return _on(_months_later(local.date(), rounds), local, zone)


def _days_later(start: datetime, days: int, zone: tzinfo) -> datetime:
    local = start.astimezone(zone)
    return _on(local.date() + timedelta(days=days), local, zone)


def _on(day: date, local: datetime, zone: tzinfo) -> datetime:
    return datetime.combine(day, local.time().replace(fold=0), zone).astimezone(UTC)


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
