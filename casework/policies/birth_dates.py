"""A date of birth: read as people type it, and printed. Pure."""

import re
from datetime import date

from casework.policies.clock_words import day_words
from casework.policies.time_problem import ProblemCode, TimeProblem
from casework.policies.typed_days import parse_day

# Nobody in foster care is near this age: an earlier year is a slip of the finger.
OLDEST_YEARS = 30

_LIKE_THIS = "Enter a date of birth like Jun 1 2010 or 6/1/2010"
_HAS_YEAR = re.compile(r"[0-9]{4}|[0-9]/[0-9]{1,2}/[0-9]{2}$")


def parse_birth_date(text: str, *, today: date) -> date:
    """The day that was typed: "2010-06-01", "6/1/2010", "Jun 1 2010".

    Raises TimeProblem for anything else, for a day to come, and for one too long ago to be meant.
    """
    try:
        day, rest = parse_day(text, today=today)
    except TimeProblem:
        day, rest = None, ""
    if day is None or rest or not _HAS_YEAR.search(text.strip()):
        raise TimeProblem(ProblemCode.UNREADABLE, _LIKE_THIS)
    if day > today:
        raise TimeProblem(ProblemCode.FUTURE, "The date of birth must be in the past")
    if today.year - day.year > OLDEST_YEARS:
        raise TimeProblem(ProblemCode.UNREADABLE, "Check the year of birth")
    return day


def birth_date_words(day: date | None) -> str:
    """The day with its year: "Jun 1, 2010"; empty when it is not known."""
    return "" if day is None else f"{day_words(day)}, {day.year}"
