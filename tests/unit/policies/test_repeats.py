"""Duties that come back."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.policies.repeats import Repeat

CHICAGO = ZoneInfo("America/Chicago")


def local_times(text: str, start: datetime, *, first: datetime | None = None) -> list[str]:
    repeat = Repeat.parse(text)
    first = first or repeat.first(start, CHICAGO)
    times = repeat.due_times(first, counted_from=start, zone=CHICAGO)
    return [f"{at.astimezone(CHICAGO):%b %d %H:%M}" for at in islice(times, 6)]


def test_weekly_for_30_days_comes_back_four_times_at_the_same_hour_over_a_clock_change():
    start = datetime(2026, 3, 4, 9, 0, tzinfo=CHICAGO)

    times = local_times("weekly for the first 30 days", start)

    assert times == ["Mar 11 09:00", "Mar 18 09:00", "Mar 25 09:00", "Apr 01 09:00"]


def test_a_first_due_time_of_its_own_sets_the_rhythm():
    start = datetime(2026, 6, 5, 9, 0, tzinfo=CHICAGO)
    first = datetime(2026, 6, 8, 17, 0, tzinfo=CHICAGO)

    times = local_times("weekly", start, first=first)

    assert times[:3] == ["Jun 08 17:00", "Jun 15 17:00", "Jun 22 17:00"]


def test_monthly_from_the_31st_never_skips_a_month_and_never_drifts():
    start = datetime(2027, 12, 31, 9, 0, tzinfo=CHICAGO)

    times = local_times("monthly", start)

    assert [words[:6] for words in times] == [
        "Jan 31",
        "Feb 29",
        "Mar 31",
        "Apr 30",
        "May 31",
        "Jun 30",
    ]


@given(
    start=st.datetimes(
        min_value=datetime(2020, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
        max_value=datetime(2035, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    text=st.sampled_from(["weekly", "monthly", "every 3 days", "weekly for the first 30 days"]),
)
def test_each_due_time_is_later_than_the_one_before(start, text):
    repeat = Repeat.parse(text)
    times = repeat.due_times(repeat.first(start, CHICAGO), counted_from=start, zone=CHICAGO)

    found = [start, *islice(times, 20)]

    assert found == sorted(set(found))
    if repeat.for_days:
        assert found[-1] - start <= timedelta(days=repeat.for_days, hours=1)


@pytest.mark.parametrize(
    "text", ["weekly", "monthly", "every 3 days", "weekly for the first 30 days"]
)
def test_words_are_those_of_the_file(text):
    assert Repeat.parse(text).words == text


@pytest.mark.parametrize("text", ["", "often", "every 0 days", "weekly until Friday", "Weekly"])
def test_what_cannot_be_read_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match='"weekly", "monthly", "every 3 days"'):
        Repeat.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "monthly for the first 7 days",
        "monthly for the first 27 days",
        "weekly for the first 6 days",
        "every 3 days for the first 2 days",
    ],
)
def test_what_would_end_before_it_comes_once_is_refused(text):
    with pytest.raises(ValueError, match="It ends before it comes for the first time"):
        Repeat.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "monthly for the first 28 days",
        "weekly for the first 7 days",
        "every 3 days for the first 3 days",
    ],
)
def test_what_comes_once_before_its_end_can_be_written(text):
    assert Repeat.parse(text).words == text


def test_every_single_day_is_said_as_daily():
    assert Repeat.parse("every 1 days").words == "daily"
