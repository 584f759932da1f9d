"""Days and times as spreadsheets write them, and what is never guessed."""

import contextlib
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.models import (
    EndReason,
    Known,
    NcmecType,
    PlacementKind,
    Race,
    ReturnedTo,
    Sex,
)
from casework.policies.import_columns import guess_columns
from casework.policies.import_dates import (
    CellProblem,
    DateOrder,
    Written,
    moment_of,
    order_shown_by,
    read_day,
    read_time,
)
from casework.policies.import_values import (
    END_REASON,
    IS_HISPANIC,
    NCMEC_TYPE,
    PLACEMENT_KIND,
    RACES,
    RETURNED_TO,
    SEX,
    read_choice,
    read_races,
)
from casework.policies.time_words import Moment, Precision

TODAY = date(2026, 3, 3)
CHICAGO = ZoneInfo("America/Chicago")
JAN_31 = date(2024, 1, 31)


def read(text: str, order: DateOrder | None = DateOrder.MONTH_FIRST, *, mac: bool = False):
    return read_day(text, order=order, since_1904=mac, today=TODAY)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("1/31/2024", None),
        ("1/31/24", None),
        ("01-31-2024", None),
        ("31-Jan-24", None),
        ("31 January 2024", None),
        ("Jan 31, 2024", None),
        ("2024-01-31", None),
        ("45322", None),
        ("45322.75", time(18)),
        ("1/31/2024 10:30 PM", time(22, 30)),
        ("1/31/2024 22:30:15", time(22, 30, 15)),
        ("2024-01-31T22:30", time(22, 30)),
        ("31-Jan-24 12:05 a.m.", time(0, 5)),
    ],
)
def test_what_spreadsheets_write_is_read(text, clock):
    assert read(text) == Written(JAN_31, clock)


def test_day_first_is_read_when_somebody_says_so():
    assert read("31/01/2024", DateOrder.DAY_FIRST) == Written(JAN_31)
    with pytest.raises(CellProblem, match="no month 31"):
        read("31/01/2024")
    with pytest.raises(CellProblem, match="Choose which comes first"):
        read("3/4/2024", None)


def test_numbers_count_from_1904_where_somebody_says_so():
    assert read("43860", mac=True) == Written(JAN_31)


@pytest.mark.parametrize("text", ["soon", "2024", "13/13/2024", "2/30/2024", "1/31/1924", "9" * 50])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(CellProblem):
        read(text)


def test_only_the_month_first_proves_itself():
    assert order_shown_by(["1/31/2024", "3/4/2024"]) == (DateOrder.MONTH_FIRST, False)
    assert order_shown_by(["31/1/2024"]) == (None, True)
    assert order_shown_by(["3/4/2024"]) == (None, True)
    assert order_shown_by(["2024-01-31", "5/5/2024"]) == (None, False)


def test_clock_changes():
    with pytest.raises(CellProblem, match="did not happen"):
        moment_of(Written(date(2024, 3, 10), time(2, 30)), CHICAGO)
    twice = moment_of(Written(date(2024, 11, 3), time(1, 30)), CHICAGO)
    assert twice == Moment(datetime(2024, 11, 3, 6, 30, tzinfo=UTC), Precision.ABOUT)
    midnight = moment_of(Written(JAN_31, time()), CHICAGO)
    assert midnight.precision is Precision.DATE_ONLY


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("22:30", time(22, 30)),
        ("10:30 pm", time(22, 30)),
        ("2230", time(22, 30)),
        ("0.75", time(18)),
    ],
)
def test_a_time_by_itself(text, clock):
    assert read_time(text) == clock


@settings(max_examples=200, derandomize=True)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2025, 12, 31)))  # noqa: DTZ001 (local times)
def test_every_form_says_the_same_moment(moment):
    moment = moment.replace(second=0, microsecond=0)
    days = (moment.date() - date(1899, 12, 30)).days
    part = (moment.hour * 60 + moment.minute) / 1440
    forms = [
        f"{moment.month}/{moment.day}/{moment.year} {moment:%H:%M}",
        f"{moment:%Y-%m-%d %H:%M}",
        f"{moment:%d-%b-%Y %I:%M %p}",
    ]
    if part:
        forms.append(f"{days + part:.9f}")

    assert {read(form) for form in forms} == {Written(moment.date(), moment.time())}


@given(st.text(max_size=60))
def test_nothing_but_a_problem_comes_of_any_text(text):
    for reading in (read, read_time):
        with contextlib.suppress(CellProblem):
            reading(text)


def test_the_words_lead_to_the_records_own_choices():
    assert set(SEX) == set(Sex.values)
    assert list(RACES) == Race.values
    assert set(IS_HISPANIC) == set(Known.values)
    assert set(NCMEC_TYPE) == set(NcmecType.values)
    assert set(PLACEMENT_KIND) == set(PlacementKind.values)
    assert set(RETURNED_TO) == set(ReturnedTo.values)
    assert set(END_REASON) == set(EndReason.values) - {EndReason.OPENED_IN_ERROR}


@pytest.mark.parametrize(
    ("text", "races"),
    [
        ("Black", ["black"]),
        ("White; Asian", ["asian", "white"]),
        ("white/BLACK or African American", ["black", "white"]),
        ("AI/AN", ["american_indian"]),
        ("AI/AN/White", ["american_indian", "white"]),
        ("Native American, Native Hawaiian/Other Pacific Islander", [
            "american_indian", "pacific_islander",
        ]),
        ("Black/African American", ["black"]),
        ("Asian; Pacific Islander", ["asian", "pacific_islander"]),
        ("Asian/White", ["asian", "white"]),
        ("White; white;", ["white"]),
        ("Unknown", []),
        ("Declined", []),
    ],
)  # fmt: skip
def test_races_are_read_as_people_write_them(text, races):
    assert read_races(text) == races


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Martian", "Write American Indian"),
        ("White; 7", "Write"),
        ("Hispanic", "of its own"),
        ("Hispanic/Latino", "of its own"),
        ("Asian/Pacific Islander", "is two now. Write Asian, or"),
        ("Asian / Native Hawaiian/Other Pacific Islander", "is two now"),
        ("Pacific Islander/Asian", "is two now"),
        ("Asian or Pacific Islander", "is two now"),
        ("White; Asian or Pacific Islander", "is two now"),
        ("White/API", "is two now"),
    ],
)
def test_words_that_name_no_race_are_a_problem(text, says):
    with pytest.raises(CellProblem, match=says):
        read_races(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Hispanic/Latino", "yes"),
        ("Hispanic or Latino", "yes"),
        ("Non-Hispanic/Latino", "no"),
        ("Not Hispanic/Latino", "no"),
    ],
)
def test_hispanic_or_latino_is_read_with_a_stroke_too(text, value):
    assert read_choice("is_hispanic", text) == value


def test_headers_are_guessed_by_name_and_each_once():
    headers = ["Client ID", "DOB", "Date of birth", "Notified", "Time told", "Colour"]

    assert guess_columns(headers) == {
        "case_number": 0,
        "born_on": 2,
        "told_at": 3,
        "told_time": 4,
    }
