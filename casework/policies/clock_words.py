"""How a time of day and a day are written: "3:52 a.m.", "Mar 3".

Not strftime: what it writes depends on the language of the server it runs on.
"""

from datetime import date, time

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def face_words(moment: time) -> str:
    """The clock's face without the half of the day: "3:52"."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02}"


def clock_words(moment: time) -> str:
    """A time of day: "3:52 a.m."; "noon" in words, as "12:00 p.m." misleads.

    Midnight stays "12:00 a.m.": beside a date, "midnight" reads as the end of that day.
    """
    if (moment.hour, moment.minute) == (12, 0):
        return "noon"
    return f"{face_words(moment)} {'a.m.' if moment.hour < 12 else 'p.m.'}"


def day_words(day: date) -> str:
    """A day without its year: "Mar 3"."""
    return f"{MONTHS[day.month - 1]} {day.day}"


def hour_words(hour: int) -> str:
    """A full hour of the day, 0 to 23: "8 a.m.", "noon", "midnight"."""
    if hour in {0, 12}:
        return "noon" if hour else "midnight"
    return f"{hour % 12} {'a.m.' if hour < 12 else 'p.m.'}"
