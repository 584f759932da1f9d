"""How long a duty may take, as a protocol file states it: "2 hours", "1 business day"."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self


class Unit(StrEnum):
    """What a length counts; the value is its plural, as protocol files write it.

    `counting.py` says what each means on a clock and a calendar.
    """

    HOURS = "hours"
    BUSINESS_HOURS = "business hours"
    CALENDAR_DAYS = "calendar days"
    OPEN_CALENDAR_DAYS = "calendar days excluding weekends and holidays"
    BUSINESS_DAYS = "business days"

    @property
    def single(self) -> str:
        """The unit of one: "business day"."""
        return re.sub(r"\b(hour|day)s\b", r"\1", self.value, count=1)


_UNITS = {name: unit for unit in Unit for name in (unit.value, unit.single)}
_FORM = re.compile(
    r"immediately|(?P<immediately>immediately, at most )?(?P<number>[1-9][0-9]{0,3}) (?P<unit>.+)",
    re.ASCII,
)
HOW_TO_WRITE = (
    'Write it as "2 hours", "48 business hours", "3 calendar days", "1 business day", '
    '"2 calendar days excluding weekends and holidays", "immediately" or '
    '"immediately, at most 24 hours"'
)


@dataclass(frozen=True)
class Length:
    """How much of a unit may pass, at most.

    `immediately` says that the source asks for the act at once: a target of zero. Its `number` is
    then the limit that may never be passed, or None where the source gives no limit.
    """

    number: int | None
    unit: Unit = Unit.HOURS
    immediately: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2 hours" or "immediately, at most 24 hours"; ValueError says what is allowed."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(HOW_TO_WRITE)
        if match["number"] is None:
            return cls(number=None, immediately=True)
        if match["unit"] not in _UNITS:
            raise ValueError(f'"{match["unit"]}" cannot be counted. {HOW_TO_WRITE}')
        return cls(
            number=int(match["number"]),
            unit=_UNITS[match["unit"]],
            immediately=match["immediately"] is not None,
        )

    def is_looser_than(self, other: "Length") -> bool:
        """Whether this length allows more, a day of any kind being 24 hours.

        Anything that is not asked for at once is looser than "immediately" without a limit.

        Between different kinds of days that is a rough comparison, for the reader of a file: when
        a due time is worked out, both lengths are counted and the earlier end wins.
        """
        if other.number is None:
            return not self.immediately
        return (self._nominal or timedelta()) > (other._nominal or timedelta.max)

    @property
    def words(self) -> str:
        """For people: "2 hours", "immediately, never later than 24 hours"."""
        if self.number is None:
            return "immediately"
        limit = f"{self.number} {self.unit.single if self.number == 1 else self.unit}"
        return f"immediately, never later than {limit}" if self.immediately else limit

    @property
    def _nominal(self) -> timedelta | None:
        if self.number is None:
            return None
        is_hours = self.unit in (Unit.HOURS, Unit.BUSINESS_HOURS)
        return timedelta(hours=self.number) if is_hours else timedelta(days=self.number)
