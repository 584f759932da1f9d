"""Reading a day that is still to come, as people type it: "Mar 9", "Monday", "tomorrow"."""

from datetime import date, timedelta

from casework.policies.time_problem import ProblemCode, TimeProblem
from casework.policies.typed_days import parse_day, tidy

# A day without a year is the next such day: read as if typed a year later, less what `parse_day`
# allows for a slip.
_A_YEAR_ON = timedelta(days=363)


def parse_coming_day(text: str, *, today: date) -> date:
    """The day that was typed; without a year the next one, `today` included.

    Raises TimeProblem for what is no day, or more than a day.
    """
    typed = tidy(text)
    if typed in {"today", "now"}:
        return today
    if typed == "tomorrow":
        return today + timedelta(days=1)
    is_weekday = typed.isascii() and not any(letter.isdigit() for letter in typed)
    day, rest = parse_day(typed, today=today if is_weekday else today + _A_YEAR_ON)
    if day is None or rest or typed == "yesterday":
        raise TimeProblem(ProblemCode.UNREADABLE, "Enter a day like Mar 9, Monday or today")
    return day + timedelta(days=7) if is_weekday and day < today else day
