"""Days that are still to come, as people type them."""

from datetime import date

import pytest

from casework.policies.coming_days import parse_coming_day
from casework.policies.time_problem import TimeProblem

TODAY = date(2026, 3, 3)  # a Tuesday


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", date(2026, 3, 3)),
        ("Tomorrow", date(2026, 3, 4)),
        ("Mar 3", date(2026, 3, 3)),
        ("Mar 9", date(2026, 3, 9)),
        ("Mon Mar 9", date(2026, 3, 9)),
        ("3/9", date(2026, 3, 9)),
        ("2026-03-09", date(2026, 3, 9)),
        ("Jan 5", date(2027, 1, 5)),
        ("Tuesday", date(2026, 3, 3)),
        ("monday", date(2026, 3, 9)),
        ("Wed", date(2026, 3, 4)),
    ],
)
def test_a_day_without_a_year_is_the_next_such_day(typed, day):
    assert parse_coming_day(typed, today=TODAY) == day


@pytest.mark.parametrize("typed", ["", "soon", "yesterday", "Mar 9 10 am", "Feb 30", "Tue Mar 9"])
def test_what_is_no_day_to_come_is_refused(typed):
    with pytest.raises(TimeProblem):
        parse_coming_day(typed, today=TODAY)
