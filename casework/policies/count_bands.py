"""The bands into which counts sort lengths of time and ages, and what each is called. Pure."""

from bisect import bisect_right
from datetime import timedelta

_DAY = timedelta(days=1)

# Elapsed time: two days are 48 hours, also over a clock change. A band begins where its cut lies.
LENGTH_CUTS = (_DAY, 3 * _DAY, 8 * _DAY, 31 * _DAY, 91 * _DAY)
LENGTH_BANDS = (
    "Under 24 hours",
    "1 to 2 days",
    "3 to 7 days",
    "8 to 30 days",
    "31 to 90 days",
    "More than 90 days",
)
# Federal audits look at episodes that last two days or more (HHS-OIG A-07-21-06102).
LONG = 2 * _DAY

AGE_CUTS = (6, 10, 13, 16, 18)
AGE_BANDS = ("Under 6", "6 to 9", "10 to 12", "13 to 15", "16 and 17", "18 and over")


def length_band(length: timedelta) -> int:
    """Which of LENGTH_BANDS a length of elapsed time falls into."""
    return bisect_right(LENGTH_CUTS, length)


def age_band(years: int) -> int:
    """Which of AGE_BANDS an age in whole years falls into."""
    return bisect_right(AGE_CUTS, years)
