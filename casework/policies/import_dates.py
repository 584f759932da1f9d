"""Days and times as spreadsheets write them: 1/31/2024, 31-Jan-24, ISO 8601, serial numbers.

Nothing is guessed: 3/4/2024 is read only after somebody said which comes first, unless other dates of
the file have said it.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from casework.policies.clock_words import MONTHS, clock_words, day_words
from casework.policies.time_words import Moment, Precision

FIRST_YEAR = 1980  # an earlier year of an episode or a birth is a slip of the finger
# Excel counts days from here; one day early, because it holds 1900 for a leap year.
FROM_1900, FROM_1904 = date(1899, 12, 30), date(1904, 1, 1)
SMALLEST_SERIAL, LARGEST_SERIAL = 20_000, 80_000  # 1954 to 2119: other numbers are no days
LONGEST = 40

_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?"
)
_WITH_CLOCK = rf"(?:,? +{_CLOCK})?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    rf"(?:[t ]+{_CLOCK}(?: ?(?P<offset>z|[+-]\d{{2}}:?\d{{2}}))?)?",
    re.ASCII,
)
_TWO_WAYS = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<mark>[/.-])(?P<two>\d{{1,2}})(?P=mark){_YEAR}{_WITH_CLOCK}", re.ASCII
)
_DAY_MONTH = re.compile(
    rf"(?P<day>\d{{1,2}})[- ](?P<name>[a-z]{{3,9}})\.?[- ,]+{_YEAR}{_WITH_CLOCK}", re.ASCII
)
_MONTH_DAY = re.compile(
    rf"(?P<name>[a-z]{{3,9}})\.? (?P<day>\d{{1,2}}),? {_YEAR}{_WITH_CLOCK}", re.ASCII
)
_SERIAL = re.compile(r"(?P<days>\d{5})(?:\.(?P<part>\d+))?", re.ASCII)
_TIME_ALONE = re.compile(
    rf"{_CLOCK}|(?P<run>\d{{3,4}})|(?P<only>\d{{1,2}}) ?(?P<h>[ap])\.?m\.?", re.A
)
_PART_OF_A_DAY = re.compile(r"0?\.\d+", re.ASCII)
_LIKE = "Write a day like 2024-01-31 or 1/31/2024, with a time like 22:30 or 10:30 pm"


class DateOrder(StrEnum):
    """Which comes first in a date like 3/4/2024."""

    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"


class CellProblem(Exception):
    """What is wrong with one cell, in words that say what to write."""


@dataclass(frozen=True, slots=True)
class Written:
    """A day as it stands in a cell, with its time where one is written."""

    day: date
    clock: time | None = None
    offset: timezone | None = None


def order_shown_by(cells: Iterable[str]) -> tuple[DateOrder | None, bool]:
    """Which order a file's own dates prove, and whether any of them can be read two ways.

    Only month first is taken as proved: a 31 in the second place is no month. Day first is always
    for somebody to say.
    """
    is_open = has_month_first = has_day_first = False
    for cell in cells:
        found = _TWO_WAYS.fullmatch(_tidy(cell))
        if found is None:
            continue
        one, two = int(found["one"]), int(found["two"])
        has_day_first |= one > 12
        has_month_first |= two > 12
        is_open |= one <= 12 and two <= 12 and one != two
    if has_month_first and not has_day_first:
        return DateOrder.MONTH_FIRST, False
    return None, is_open or has_day_first


def read_day(text: str, *, order: DateOrder | None, since_1904: bool, today: date) -> Written:
    """The day in a cell, with its time where it has one. Raises `CellProblem`."""
    typed = _tidy(text)
    if found := _SERIAL.fullmatch(typed):
        return _from_serial(found, since_1904=since_1904)
    for form in (_ISO, _TWO_WAYS, _DAY_MONTH, _MONTH_DAY):
        if found := form.fullmatch(typed):
            break
    else:
        raise CellProblem(_LIKE)
    parts = found.groupdict()
    year = int(parts["year"])
    if year < 100:
        year += 2000 if year <= today.year % 100 else 1900
    day, month = _day_and_month(parts, order)
    try:
        written = date(year, month, day)
    except ValueError:
        raise CellProblem("There is no such day. " + _LIKE) from None
    if year < FIRST_YEAR:
        raise CellProblem("Check the year")
    if year > today.year + 1:
        raise CellProblem("This is still to come. Check the year")
    return Written(written, _clock(parts), _offset(parts.get("offset")))


def read_time(text: str) -> time:
    """The time in a cell of times: 22:30, 10:30 pm, 2230, or a part of a day as Excel keeps it."""
    typed = _tidy(text)
    if _PART_OF_A_DAY.fullmatch(typed):
        return _time_of(float(typed))[1]
    found = _TIME_ALONE.fullmatch(typed)
    if found is None:
        raise CellProblem("Write a time like 22:30 or 10:30 pm")
    parts = found.groupdict()
    if run := parts["run"]:
        parts |= {"hour": run[:-2], "minute": run[-2:]}
    elif only := parts["only"]:
        parts |= {"hour": only, "minute": "00", "half": parts["h"]}
    clock = _clock(parts)
    if clock is None:
        raise CellProblem("Write a time like 22:30 or 10:30 pm")
    return clock


def moment_of(written: Written, zone: ZoneInfo) -> Moment:
    """The moment in UTC, of a day and time in `zone` unless the cell names its offset.

    Midnight counts as a day without a time: spreadsheets write days so. Of an hour that the clocks
    repeated the first is taken, and called about: deadlines then count from the earlier one. Raises
    `CellProblem` for an hour that the clocks skipped.
    """
    if written.clock is None or (written.clock == time() and written.offset is None):
        start = datetime.combine(written.day, time(), zone).astimezone(UTC)
        return Moment(start, Precision.DATE_ONLY)
    local = datetime.combine(written.day, written.clock)
    if written.offset is not None:
        return Moment(local.replace(tzinfo=written.offset).astimezone(UTC), Precision.EXACT)
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return Moment(first, Precision.EXACT)
    if first.astimezone(zone).replace(tzinfo=None) != local:
        raise CellProblem(
            f"{clock_words(written.clock)} did not happen on {day_words(written.day)}: the clocks "
            "were put forward. Write the time that the clock showed"
        )
    return Moment(first, Precision.ABOUT)


def _tidy(text: str) -> str:
    if len(text) > LONGEST:
        return ""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _day_and_month(parts: dict[str, str], order: DateOrder | None) -> tuple[int, int]:
    if "month" in parts:
        return int(parts["day"]), int(parts["month"])
    if "name" in parts:
        name = parts["name"][:3].capitalize()
        if name not in MONTHS:
            raise CellProblem(_LIKE)
        return int(parts["day"]), MONTHS.index(name) + 1
    one, two = int(parts["one"]), int(parts["two"])
    if order is None and one != two:
        raise CellProblem("Choose which comes first in dates like 3/4/2024: the month or the day")
    day, month = (one, two) if order is DateOrder.DAY_FIRST else (two, one)
    if month > 12 >= day:
        other = "month" if order is DateOrder.DAY_FIRST else "day"
        raise CellProblem(f"There is no month {month}. Does this file write the {other} first?")
    return day, month


def _from_serial(found: re.Match[str], *, since_1904: bool) -> Written:
    days = int(found["days"])
    if not SMALLEST_SERIAL <= days <= LARGEST_SERIAL:
        raise CellProblem(_LIKE)
    start = FROM_1904 if since_1904 else FROM_1900
    part = float(f"0.{found['part']}") if found["part"] else 0.0
    later, clock = _time_of(part)
    return Written(start + timedelta(days=days + later), clock if part else None)


def _time_of(part: float) -> tuple[int, time]:
    """A part of a day to the second: whether it rounds up to the next day, and the time."""
    later, seconds = divmod(round(part * 86_400), 86_400)
    hour, rest = divmod(seconds, 3600)
    return later, time(hour, *divmod(rest, 60))


def _clock(parts: dict[str, str]) -> time | None:
    if not parts.get("hour"):
        return None
    hour, half = int(parts["hour"]), parts.get("half")
    if half and not 1 <= hour <= 12:
        raise CellProblem("Write a time like 22:30 or 10:30 pm")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(parts["minute"]), int(parts.get("second") or 0))
    except ValueError:
        raise CellProblem("Write a time like 22:30 or 10:30 pm") from None


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise CellProblem("Write an offset like -06:00")
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
