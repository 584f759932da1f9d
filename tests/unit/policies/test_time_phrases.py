"""How times and lengths are printed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.policies.time_phrases import clock, due_words, duration, moment

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 3, 9, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "printed"),
    [
        (datetime(2026, 3, 3, 9, 52, tzinfo=UTC), "Tue Mar 3, 3:52 a.m. CST"),
        (datetime(2026, 3, 8, 19, 52, tzinfo=UTC), "Sun Mar 8, 2:52 p.m. CDT"),
        (datetime(2026, 3, 3, 18, 0, tzinfo=UTC), "Tue Mar 3, noon CST"),
        (datetime(2026, 3, 3, 6, 0, tzinfo=UTC), "Tue Mar 3, 12:00 a.m. CST"),
        (datetime(2026, 3, 3, 6, 5, tzinfo=UTC), "Tue Mar 3, 12:05 a.m. CST"),
        (datetime(2025, 12, 31, 18, 5, tzinfo=UTC), "Wed Dec 31, 2025, 12:05 p.m. CST"),
        (datetime(2026, 1, 1, 5, 59, tzinfo=UTC), "Wed Dec 31, 2025, 11:59 p.m. CST"),
    ],
)
def test_a_moment_is_printed_in_its_zone_with_the_year_only_when_it_is_another(at, printed):
    assert moment(at, CHICAGO, now=NOW) == printed


def test_the_two_times_of_a_repeated_hour_are_told_apart_by_their_zone():
    first = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)

    assert moment(first, CHICAGO, now=NOW) == "Sun Nov 1, 1:30 a.m. CDT"
    assert moment(first + timedelta(hours=1), CHICAGO, now=NOW) == "Sun Nov 1, 1:30 a.m. CST"


def test_a_zone_that_has_only_a_number_is_printed_as_an_offset():
    assert moment(NOW, ZoneInfo("Asia/Dubai"), now=NOW) == "Tue Mar 3, 1:52 p.m. UTC+04"


def test_the_clock_alone():
    assert clock(NOW, CHICAGO) == "3:52 a.m."


@pytest.mark.parametrize(
    ("length", "printed"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=36, seconds=59), "36 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(hours=4, minutes=58), "4 h 58 min"),
        (timedelta(hours=47, minutes=59), "47 h 59 min"),
        (timedelta(hours=48), "2 d"),
        (timedelta(days=9, hours=4, minutes=59), "9 d 4 h"),
        (timedelta(days=13, hours=23), "13 d 23 h"),
        (timedelta(days=14), "14 d"),
        (timedelta(days=23, hours=20), "23 d"),
    ],
)
def test_a_length_is_printed_in_the_units_that_matter(length, printed):
    assert duration(length) == printed


@pytest.mark.parametrize(
    ("left", "printed"),
    [
        (timedelta(hours=1, minutes=32), "in 1 h 32 min"),
        (timedelta(minutes=-36), "by 36 min"),
        (timedelta(seconds=-59), "now"),
        (timedelta(seconds=30), "now"),
    ],
)
def test_the_time_left_or_passed(left, printed):
    assert due_words(NOW + left, NOW) == printed


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_seconds_and_guesses_are_never_printed(length):
    printed = duration(length)

    assert "s" not in printed
    assert "about" not in printed
