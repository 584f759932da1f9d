"""Dates of birth, as people type them."""

from datetime import date

import pytest

from casework.policies.birth_dates import birth_date_words, parse_birth_date
from casework.policies.time_problem import TimeProblem

TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    "typed",
    [
        "2010-06-01",
        "6/1/2010",
        "06/01/2010",
        "6/1/10",
        "Jun 1 2010",
        "june 1st, 2010",
        " Jun 1, 2010 ",
    ],
)
def test_a_date_of_birth_is_read_however_it_is_typed(typed):
    assert parse_birth_date(typed, today=TODAY) == date(2010, 6, 1)


def test_it_is_printed_in_a_way_that_is_read_again():
    words = birth_date_words(date(2010, 6, 1))

    assert words == "Jun 1, 2010"
    assert parse_birth_date(words, today=TODAY) == date(2010, 6, 1)
    assert birth_date_words(None) == ""


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("15", "Enter a date of birth like Jun 1 2010"),
        ("Jun 1", "Enter a date of birth like"),
        ("6/1", "Enter a date of birth like"),
        ("yesterday", "Enter a date of birth like"),
        ("Monday", "Enter a date of birth like"),
        ("Feb 30 2010", "Enter a date of birth like"),
        ("Jun 1 2010 6 pm", "Enter a date of birth like"),
        ("6" * 200, "Enter a date of birth like"),
        ("Mar 4 2026", "must be in the past"),
        ("6/1/1981", "Check the year of birth"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_type(typed, says):
    with pytest.raises(TimeProblem, match=says):
        parse_birth_date(typed, today=TODAY)
