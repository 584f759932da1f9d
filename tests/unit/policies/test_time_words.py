"""What people type for a time, and what it means."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casework.policies.time_phrases import moment
from casework.policies.time_words import (
    Moment,
    Precision,
    ProblemCode,
    TimeProblem,
    parse_day,
    parse_time,
    resolve,
    resolve_day_and_time,
)

CHICAGO = ZoneInfo("America/Chicago")
TODAY = date(2026, 3, 3)  # a Tuesday
NIGHT = datetime(2026, 3, 3, 23, 59, tzinfo=CHICAGO)


def local(text: str, **options) -> tuple[str, str]:
    """Resolve on Tue Mar 3 2026 in Chicago, late in the evening unless told otherwise."""
    found = resolve(text, **({"day": TODAY, "zone": CHICAGO, "not_after": NIGHT} | options))
    return found.at.astimezone(CHICAGO).strftime("%b %d %H:%M"), found.precision


@pytest.mark.parametrize(
    "text",
    [
        *("10:30 pm", "10:30pm", "1030p", "1030 pm", "10.30pm", "10.30 p.m.", "22:30", "2230"),
        *(
            "10:30 P.M.",
            "10:30 p. m.",
            " 10 : 30  pm ",
            "10:30\u202fpm",
            "10:30\u00a0PM",
            "10 30 pm",
        ),
        *("at 10:30 pm", "@10:30p", "１０:３０ pm", "10:30:00 pm", "10:30\u200b pm", "22:30 pm"),
    ],
)
def test_half_past_ten_in_the_evening_can_be_typed_in_many_ways(text):
    assert local(text) == ("Mar 03 22:30", Precision.EXACT)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("10 pm", "22:00"),
        ("10 o'clock pm", "22:00"),
        ("9a", "09:00"),
        ("930a", "09:30"),
        ("0930", "09:30"),
        ("09:30", "09:30"),
        ("12:15 am", "00:15"),
        ("12:15 pm", "12:15"),
        ("12 am", "00:00"),
        ("00:15", "00:15"),
        ("0:15", "00:15"),
        ("noon", "12:00"),
        ("12 noon", "12:00"),
        ("NOON", "12:00"),
        ("midnight", "00:00"),
        ("13", "13:00"),
        ("23:59", "23:59"),
    ],
)
def test_a_time_is_read_exactly(text, clock):
    assert local(text) == (f"Mar 03 {clock}", Precision.EXACT)


@pytest.mark.parametrize(
    "text",
    [
        "about 11 pm",
        "around 11 pm",
        "~11:00pm",
        "~ 11pm",
        "approx. 11 pm",
        "11ish pm",
        "11 pm-ish",
        "about 11:00 p.m.",
        "at about 11 pm",
        "11 pm?",
        "ca. 23:00",
    ],
)
def test_a_guess_is_kept_as_a_guess(text):
    assert local(text) == ("Mar 03 23:00", Precision.ABOUT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ten",
        "25:00",
        "24:00",
        "10:60",
        "10:5 pm",
        "13 am",
        "0:30 pm",
        "pm",
        "10:30 xm",
        "99999",
        "-5",
        "10:30 pm 11",
        "noonish?!",
        "١٠:٣٠",
        "<b>10</b>",
        "10:30 pm; drop",
        "1" * 10_000,
        "\0",
    ],
)
def test_a_text_that_is_no_time_is_answered_with_an_example(text):
    with pytest.raises(TimeProblem) as raised:
        parse_time(text)

    assert raised.value.code == "unreadable"
    assert "a time like 10:30 pm" in raised.value.message


def test_an_empty_time_leaves_only_the_day():
    assert local("  ") == ("Mar 03 00:00", Precision.DATE_ONLY)


@pytest.mark.parametrize("text", ["11", "11:00", "about 11"])
def test_a_bare_hour_means_the_one_that_is_not_in_the_future(text):
    at_noon = datetime(2026, 3, 3, 12, 0, tzinfo=CHICAGO)

    clock, _ = local(text, not_after=at_noon)

    assert clock == "Mar 03 11:00"


def test_a_bare_hour_that_can_be_both_is_asked_about():
    with pytest.raises(TimeProblem) as raised:
        local("11:15")

    assert raised.value.code == "which_half_of_day"
    assert raised.value.message == "Enter 11:15 am or 11:15 pm"
    assert [at.astimezone(CHICAGO).hour for at in raised.value.candidates] == [11, 23]


def test_a_bare_hour_that_can_be_both_is_guessed_where_a_guess_will_do():
    assert local("11", guess_later=True) == ("Mar 03 23:00", Precision.ABOUT)


def test_midnight_of_an_earlier_day_is_asked_about():
    with pytest.raises(TimeProblem) as raised:
        local("midnight", day=TODAY - timedelta(days=1))

    assert raised.value.code == "which_half_of_day"
    assert "12:01 am for the midnight that Mar 2 began with" in raised.value.message


def test_a_time_to_come_is_refused():
    with pytest.raises(TimeProblem) as raised:
        local("10:30 pm", not_after=datetime(2026, 3, 3, 2, 4, tzinfo=CHICAGO))

    assert raised.value.code == "future"


def test_the_minute_that_is_now_is_not_in_the_future():
    now = datetime(2026, 3, 3, 2, 4, 0, tzinfo=CHICAGO)

    assert local("2:04 am", not_after=now) == ("Mar 03 02:04", Precision.EXACT)
    with pytest.raises(TimeProblem):
        local("2:05 am", not_after=now)


class TestClockChanges:
    autumn = date(2026, 11, 1)
    evening = datetime(2026, 11, 1, 20, 0, tzinfo=CHICAGO)

    def test_a_repeated_hour_is_asked_about_with_both_moments(self):
        with pytest.raises(TimeProblem) as raised:
            local("1:30 am", day=self.autumn, not_after=self.evening)

        assert raised.value.code == "repeated_hour"
        assert raised.value.message == (
            "1:30 a.m. happened twice on Nov 1. Select before or after the clocks changed"
        )
        assert raised.value.candidates == (
            datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
            datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
        )

    @pytest.mark.parametrize(("fold", "hour"), [(0, 6), (1, 7)])
    def test_the_answer_picks_the_moment(self, fold, hour):
        found = resolve("1:30 am", day=self.autumn, zone=CHICAGO, not_after=self.evening, fold=fold)

        assert found.at == datetime(2026, 11, 1, hour, 30, tzinfo=UTC)

    @pytest.mark.parametrize(("text", "hour"), [("1:30 a.m. CDT", 6), ("1:30am cst", 7)])
    def test_so_does_the_name_of_the_zone(self, text, hour):
        found = resolve(text, day=self.autumn, zone=CHICAGO, not_after=self.evening)

        assert found.at == datetime(2026, 11, 1, hour, 30, tzinfo=UTC)

    def test_before_the_hour_repeats_only_its_first_time_is_meant(self):
        first_time_round = datetime(2026, 11, 1, 6, 40, tzinfo=UTC)

        found = resolve("1:30 am", day=self.autumn, zone=CHICAGO, not_after=first_time_round)

        assert found.at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)

    def test_an_hour_that_the_clocks_skipped_is_explained(self):
        with pytest.raises(TimeProblem) as raised:
            local(
                "2:30 am",
                day=date(2026, 3, 8),
                not_after=datetime(2026, 3, 8, 20, 0, tzinfo=CHICAGO),
            )

        assert raised.value.code == "missing_hour"
        assert raised.value.message == (
            "2:30 a.m. did not happen on Mar 8: the clocks went from 2:00 to 3:00 a.m. "
            "Enter the time again"
        )

    def test_a_bare_hour_skipped_in_the_morning_means_the_afternoon(self):
        evening = datetime(2026, 3, 8, 20, 0, tzinfo=CHICAGO)

        assert local("2:30", day=date(2026, 3, 8), not_after=evening)[0] == "Mar 08 14:30"


def test_a_zone_that_is_not_kept_here_is_refused_rather_than_misread():
    with pytest.raises(TimeProblem, match="without EST: it is kept in CST"):
        local("10:30 pm EST")


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        ("today 10pm", date(2026, 3, 3), "10pm"),
        ("Yesterday at 10 pm", date(2026, 3, 2), "at 10 pm"),
        ("Mar 2", date(2026, 3, 2), ""),
        ("Mar. 2nd, about 11 pm", date(2026, 3, 2), "about 11 pm"),
        ("March 2, 2026 10:30 pm", date(2026, 3, 2), "10:30 pm"),
        ("Mar 2 2230", date(2026, 3, 2), "2230"),
        ("Mon Mar 2, 11:30 p.m. CST", date(2026, 3, 2), "11:30 p.m. cst"),
        ("3/2 noon", date(2026, 3, 2), "noon"),
        ("3/2/2026", date(2026, 3, 2), ""),
        ("3/2/26 9a", date(2026, 3, 2), "9a"),
        ("2026-03-02T22:30", date(2026, 3, 2), "22:30"),
        ("2026-03-02 22:30", date(2026, 3, 2), "22:30"),
        ("Monday", date(2026, 3, 2), ""),
        ("mon 9:15 pm", date(2026, 3, 2), "9:15 pm"),
        ("wed", date(2026, 2, 25), ""),
        ("Tuesday", date(2026, 3, 3), ""),
        ("Dec 31", date(2025, 12, 31), ""),
        ("Mar 4", date(2026, 3, 4), ""),  # tomorrow: a slip, refused as such
        ("Mar 5", date(2025, 3, 5), ""),
        ("Mar 5 2026", date(2026, 3, 5), ""),
        ("11 pm yesterday", date(2026, 3, 2), "11 pm"),
        ("about 11 pm on Mar 2", date(2026, 3, 2), "about 11 pm"),
        ("10:30 pm", None, "10:30 pm"),
        ("Mar 10:30 pm", None, "mar 10:30 pm"),
        ("", None, ""),
    ],
)
def test_a_day_is_found_and_the_rest_is_left(text, day, rest):
    assert parse_day(text, today=TODAY) == (day, rest)


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("May 20", date(2026, 11, 22), date(2026, 5, 20)),
        ("11/23", date(2026, 11, 22), date(2026, 11, 23)),
        ("11/24", date(2026, 11, 22), date(2025, 11, 24)),
        ("Dec 31", date(2026, 1, 1), date(2025, 12, 31)),
        ("Jan 1", date(2026, 12, 31), date(2027, 1, 1)),
        ("Jan 2", date(2026, 12, 31), date(2026, 1, 2)),
        ("Feb 29", date(2029, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_date_without_a_year_is_the_latest_up_to_tomorrow(text, today, day):
    assert parse_day(text, today=today) == (day, "")


@pytest.mark.parametrize("text", ["2/30", "13/1", "Feb 29", "2026-02-30", "3/2/1026", "Wed Mar 2"])
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(TimeProblem) as raised:
        parse_day(text, today=TODAY)

    assert raised.value.code == "unreadable"


def both(text: str, now: datetime) -> Moment:
    return resolve_day_and_time(text, today=now.date(), zone=CHICAGO, not_after=now)


def test_a_day_and_a_time_are_read_together():
    found = both("Mar 2 about 11 pm", NIGHT)

    assert found == Moment(datetime(2026, 3, 3, 5, 0, tzinfo=UTC), Precision.ABOUT)


def test_a_day_alone_is_kept_as_a_day():
    assert both("Mar 2", NIGHT).precision is Precision.DATE_ONLY


def test_a_time_still_to_come_today_needs_its_day():
    with pytest.raises(TimeProblem) as raised:
        both("11 pm", datetime(2026, 3, 3, 2, 4, tzinfo=CHICAGO))

    assert raised.value.code is ProblemCode.DAY_NEEDED
    assert "yesterday 10:30 pm" in raised.value.message


def test_tomorrow_is_the_future():
    with pytest.raises(TimeProblem) as raised:
        both("Mar 4", NIGHT)

    assert raised.value.code == "future"


@given(
    minute=st.integers(26_297_280, 31_556_160),  # of the years 2020 to 2029
    later=st.integers(0, 400),
    zone=st.sampled_from(["America/Chicago", "America/New_York", "America/Phoenix"]),
)
def test_what_the_pages_print_can_be_typed_back(minute, later, zone):
    at = datetime.fromtimestamp(minute * 60, UTC)
    now, zone = at + timedelta(days=later), ZoneInfo(zone)
    printed = moment(at, zone, now=now)
    today = now.astimezone(zone).date()
    if today - at.astimezone(zone).date() > timedelta(days=182):
        printed = moment(at, zone, now=now + timedelta(days=800))  # with its year

    found = resolve_day_and_time(printed, today=today, zone=zone, not_after=now)

    assert found == Moment(at, Precision.EXACT)


TYPED = st.text(max_size=30) | st.lists(
    st.sampled_from(
        [
            "mar",
            "2",
            "11",
            "30",
            ":",
            ".",
            " ",
            "/",
            "am",
            "p",
            "noon",
            "midnight",
            "about",
            "~",
            "yesterday",
            "monday",
            "2026",
            "-",
            "t",
            "9999",
            "0",
            "ish",
            "cst",
            "٣",
            "\u200f",
            ",",
        ]
    ),
    max_size=8,
).map("".join)


@given(
    text=TYPED,
    today=st.dates(date(1971, 1, 2), date(9997, 1, 1)),
    fold=st.sampled_from([None, 0, 1]),
    guess_later=st.booleans(),
)
@example("x" * 10_000, TODAY, None, False)
@example("about " * 2_000, TODAY, None, True)
def test_whatever_is_typed_gives_a_moment_that_has_passed_or_a_problem_with_words(
    text, today, fold, guess_later
):
    not_after = datetime.combine(today, datetime.min.time(), CHICAGO) + timedelta(hours=15)

    found, problem = None, None

    try:
        found = resolve_day_and_time(
            text, today=today, zone=CHICAGO, not_after=not_after, fold=fold, guess_later=guess_later
        )
    except TimeProblem as error:
        problem = error

    assert found is None or (found.at <= not_after and found.at.tzinfo is UTC)
    assert problem is None or problem.message


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_outside_the_calendar_is_refused(day):
    with pytest.raises(TimeProblem):
        local("10 pm", day=day)
