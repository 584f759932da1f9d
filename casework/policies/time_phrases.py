"""How moments and lengths of time are printed, everywhere the same. Pure: no Django, no clock."""

from datetime import datetime, timedelta, tzinfo

from casework.policies.clock_words import WEEKDAYS, clock_words, day_words
from casework.policies.time_words import Precision


def moment(at: datetime, zone: tzinfo, *, now: datetime) -> str:
    """A moment in a zone: "Tue Mar 3, 3:52 a.m. CST"; with the year unless it is this year."""
    local = at.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f", {local.year}"
    day = f"{WEEKDAYS[local.weekday()]} {day_words(local.date())}{year}"
    return f"{day}, {clock_words(local.time())} {zone_words(at, zone)}"


def moment_as_known(at: datetime, precision: Precision, zone: tzinfo, *, now: datetime) -> str:
    """A moment as exactly as it is known: "about Tue Mar 3, 3:52 a.m. CST", "Tue Mar 3".

    For an unknown time `at` only says when it was recorded, so it is not printed.
    """
    if precision is Precision.UNKNOWN:
        return "time not known"
    words = moment(at, zone, now=now)
    if precision is Precision.DATE_ONLY:
        return words.rsplit(", ", 1)[0]
    return f"about {words}" if precision is Precision.ABOUT else words


def clock(at: datetime, zone: tzinfo) -> str:
    """The time of day in a zone: "3:52 a.m.", "noon"."""
    return clock_words(at.astimezone(zone).time())


def zone_words(at: datetime, zone: tzinfo) -> str:
    """The zone's abbreviation at a moment: "CST"; "UTC+03" for a zone that has only a number."""
    name = at.astimezone(zone).tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def duration(length: timedelta) -> str:
    """A length of elapsed time: "now", "36 min", "4 h 58 min", "9 d 4 h", "23 d".

    Parts that have not passed yet are left off, so that no more time is promised than there is.
    """
    minutes = abs(length) // timedelta(minutes=1)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    days = hours // 24
    if days < 14:
        return f"{days} d {hours % 24} h" if hours % 24 else f"{days} d"
    return f"{days} d"


def due_words(due_at: datetime, now: datetime) -> str:
    """What stands after "Due" or "Overdue": "in 1 h 32 min", "by 36 min", "now"."""
    length = duration(due_at - now)
    if length == "now":
        return length
    return f"in {length}" if due_at > now else f"by {length}"
