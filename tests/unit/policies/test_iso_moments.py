"""Moments as commands take them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from casework.policies.iso_moments import parse_moment
from casework.policies.time_problem import ProblemCode, TimeProblem

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("text", "utc_hour"),
    [("2026-03-07T13:52", 19), ("2026-03-07 13:52", 19), ("2026-03-07T13:52-08:00", 21)],
)
def test_a_time_without_an_offset_is_local(text, utc_hour):
    assert parse_moment(text, CHICAGO) == datetime(2026, 3, 7, utc_hour, 52, tzinfo=UTC)


def test_a_repeated_hour_asks_for_the_offset_and_names_both():
    with pytest.raises(TimeProblem, match="2026-11-01T01:30-05:00 or 2026-11-01T01:30-06:00") as at:
        parse_moment("2026-11-01T01:30", CHICAGO)

    assert at.value.code is ProblemCode.REPEATED_HOUR
    assert parse_moment("2026-11-01T01:30-06:00", CHICAGO).hour == 7


def test_a_missing_hour_is_refused():
    with pytest.raises(TimeProblem, match="does not exist in America/Chicago") as raised:
        parse_moment("2026-03-08T02:30", CHICAGO)

    assert raised.value.code is ProblemCode.MISSING_HOUR


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30T10:00", "9999-12-31T23:00"])
def test_what_is_not_a_time_is_refused_with_what_to_write(text):
    with pytest.raises(TimeProblem, match="write it like 2026-03-07T13:52") as raised:
        parse_moment(text, CHICAGO)

    assert raised.value.code is ProblemCode.UNREADABLE
