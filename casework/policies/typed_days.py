"""Reading the day out of what people type: "yesterday", "Mar 2", "3/2/2026", "Monday"."""

import re
import unicodedata
from contextlib import suppress
from datetime import date, timedelta

from casework.policies.clock_words import MONTHS, WEEKDAYS, day_words
from casework.policies.time_problem import ProblemCode, TimeProblem

# Outside these years a day is a slip of the finger, and zones kept local solar time.
FIRST_YEAR, LAST_YEAR = 1970, 9998

_LONGEST = 80
_DAY_LIKE_THIS = "Enter a day like Mar 2 or yesterday, and a time like 10:30 pm"

_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\.?"
)
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_MONTH_DAY = rf"{_MONTH} ?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?"
_FORMS = (
    r"(?P<year>[0-9]{4})-(?P<number>[0-9]{1,2})-(?P<day>[0-9]{1,2})",
    rf"(?:{_WEEKDAY},? ?)?(?P<number>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}})"
    r"(?:/(?P<year>[0-9]{4}|[0-9]{2}))?",
    rf"(?:{_WEEKDAY},? ?)?{_MONTH_DAY},? (?P<year>[0-9]{{4}})",
    rf"(?:{_WEEKDAY},? ?)?{_MONTH_DAY}",
    _WEEKDAY,
    r"(?P<near>today|yesterday)",
)
# A day ends where its word ends, so that "Mar 10:30" is not read as Mar 10; ISO's "T" may follow.
_LEADING = tuple(
    re.compile(rf"(?:on )?{form}(?:t(?=[0-9])|(?![\w/:]))[, ]*", re.A) for form in _FORMS
)
_TRAILING = tuple(re.compile(rf"(?:(?<= )|(?<=,))(?:on )?{form}$", re.A) for form in _FORMS)


def tidy(text: str) -> str:
    """What was typed, in lower case with plain spaces and digits and no invisible marks.

    Raises TimeProblem for a text too long to be a day and a time.
    """
    if len(text) <= _LONGEST:
        plain = unicodedata.normalize("NFKC", text).lower()
        typed = " ".join("".join(c for c in plain if unicodedata.category(c) != "Cf").split())
        if len(typed) <= _LONGEST:
            return typed
    raise TimeProblem(ProblemCode.UNREADABLE, _DAY_LIKE_THIS)


def parse_day(text: str, *, today: date) -> tuple[date | None, str]:
    """The day named at the start or at the end of a text, and the rest of the text.

    The day is None where none is named. Every question is about the past, so a date without a
    year is the latest one up to tomorrow, and a weekday the last such day, `today` included.
    Tomorrow counts as what it says, so that a slip by a day is refused and not read as last year.
    Raises TimeProblem for a day that does not exist.
    """
    typed = tidy(text)
    for form in _LEADING:
        found = form.match(typed)
        if found and not _year_is_a_time(found, today):
            return _day(found, today), typed[found.end() :]
    for form in _TRAILING:
        found = form.search(typed)
        if found and not _year_is_a_time(found, today):
            return _day(found, today), typed[: found.start()].rstrip(" ,")
    return None, typed


def _year_is_a_time(found: re.Match[str], today: date) -> bool:
    """Whether "Mar 2 2230" was meant as half past ten in the evening."""
    year = found.groupdict().get("year")
    return year is not None and int(year) > today.year + 1


def _day(found: re.Match[str], today: date) -> date:
    parts = {name: value for name, value in found.groupdict().items() if value}
    if "near" in parts:
        return today - timedelta(days=1 if parts["near"] == "yesterday" else 0)
    weekday = _index(WEEKDAYS, parts["weekday"]) if "weekday" in parts else None
    if weekday is not None and "day" not in parts:
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    month = int(parts["number"]) if "number" in parts else _index(MONTHS, parts["month"]) + 1
    day = _date(parts.get("year"), month, int(parts["day"]), today)
    if weekday is not None and day.weekday() != weekday:
        raise TimeProblem(
            ProblemCode.UNREADABLE,
            f"{day_words(day)} is a {WEEKDAYS[day.weekday()]}. Change the weekday or the date",
        )
    return day


def _index(names: tuple[str, ...], word: str) -> int:
    return names.index(word[:3].capitalize())


def _date(typed_year: str | None, month: int, day: int, today: date) -> date:
    """This date; without a year the latest up to tomorrow: "Dec 31" in March is last year's."""
    years = [today.year - 1, today.year, today.year + 1]
    latest = today + timedelta(days=1)
    if typed_year is not None:
        years = [int(typed_year) + (2000 if len(typed_year) == 2 else 0)]
        latest = date.max
    possible = []
    for year in years:
        with suppress(ValueError):  # February 29 of most years
            if (candidate := date(year, month, day)) <= latest:
                possible.append(candidate)
    if not possible or possible[0].year < FIRST_YEAR:
        raise TimeProblem(ProblemCode.UNREADABLE, _DAY_LIKE_THIS)
    return max(possible)
