"""What was asked of a protocol, read: moments, facts, zone and holidays, or what is wrong."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casework.policies.anchors import Anchor
from casework.policies.conditions import Condition
from casework.policies.protocols import load_protocols
from casework.policies.time_problem import TimeProblem
from casework.policies.trial import (
    Asked,
    NotUsable,
    Problem,
    Trial,
    conditions_of,
    read_iso,
    read_typed,
    trial_of,
    typed_words,
)

PROTOCOLS = load_protocols([Path(__file__).parents[3] / "casework" / "protocols"])
CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 3, 8, 4, tzinfo=UTC)
TOLD = "2026-03-07T13:52"


def trial(told: str = TOLD, *, jurisdiction: str = "us-mo", **more) -> Trial:
    others = more.pop("moments", {})
    asked = Asked(jurisdiction=jurisdiction, moments={Anchor.TOLD: told, **others}, **more)
    return trial_of(asked, protocols=PROTOCOLS)


def problems(*args: str, **more) -> list[Problem]:
    with pytest.raises(NotUsable) as raised:
        trial(*args, **more)
    return list(raised.value.problems)


def test_zone_and_holidays_are_the_protocols_own_unless_others_are_asked_for():
    own = trial(jurisdiction="us-wa")
    other = trial(jurisdiction="us-wa", zone="America/Chicago", calendar="us")

    assert (own.zone.key, own.calendar.code) == ("America/Los_Angeles", "us-wa")
    assert own.anchors.told == datetime(2026, 3, 7, 21, 52, tzinfo=UTC)
    assert (other.zone.key, other.calendar.code) == ("America/Chicago", "us")
    assert other.anchors.told == datetime(2026, 3, 7, 19, 52, tzinfo=UTC)


def test_what_is_not_said_is_not_known():
    facts = trial().facts

    assert (facts.age, facts.yes, facts.no) == (None, frozenset(), frozenset())


def test_conditions_are_told_apart_by_their_not():
    facts = trial(conditions=["exigent", "not-has-attorney", "NOT court case open"]).facts

    assert facts.yes == {Condition.EXIGENT}
    assert facts.no == {Condition.HAS_ATTORNEY, Condition.COURT_CASE_OPEN}


def test_a_day_alone_counts_from_its_start_and_is_known_as_a_day():
    anchors = trial("2026-03-07", moments={Anchor.LAST_SEEN: "2026-03-06T10:00"}).anchors

    assert anchors.told == datetime(2026, 3, 7, 6, tzinfo=UTC)
    assert anchors.day_only == {Anchor.TOLD}


def test_an_unknown_protocol_or_zone_is_the_only_problem_told():
    """No time can be read without them."""
    assert [one.part for one in problems("soon", jurisdiction="us-zz")] == ["jurisdiction"]
    assert [one.part for one in problems("soon", zone="Chicago")] == ["zone"]


@pytest.mark.parametrize("zone", ["Chicago", "../../etc/passwd", "/etc", "America", "\0", "é"])
def test_what_is_no_zone_is_refused(zone):
    [problem] = problems(zone=zone)

    assert problem.message.endswith("write one like America/Chicago")


def test_all_other_problems_are_told_at_once_in_order():
    found = problems(
        "soon",
        moments={Anchor.LOCATED: "later"},
        age="old",
        conditions=["rain"],
        calendar="us-zz",
    )

    assert [one.part for one in found] == ["told", "located", "age", "conditions", "calendar"]
    assert "write it like 2026-03-07T13:52" in found[0].message


def test_moments_out_of_order_name_both():
    found = problems(moments={Anchor.LAST_SEEN: "2026-03-08T13:00"})

    assert found == [Problem(part="last_seen", later_than=Anchor.TOLD)]


def test_the_told_time_is_needed():
    [problem] = problems("", moments={Anchor.LAST_SEEN: "2026-03-06T10:00"})

    assert (problem.part, problem.message) == ("told", "Enter when the agency was told")


@pytest.mark.parametrize("age", ["-1", "27", "1.5", "²", "１５", "1" * 5000])
def test_what_is_no_age_is_refused(age):
    [problem] = problems(age=age)

    assert problem.message == "Write the age in years, from 0 to 26"


@pytest.mark.parametrize(("age", "meant"), [("0", 0), ("26", 26), ("", None)])
def test_an_age_is_read(age, meant):
    assert trial(age=age).facts.age == meant


# --- Moments as people type them ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-07T13:52",
        "2026-03-07T13:52-06:00",
        "Mar 7 2026 1:52 pm",
        "3/7/2026 1:52 pm",
        "Saturday, March 7, 2026 1352",
        "2026-03-07 1:52 p.m.",
    ],
)
def test_words_and_iso_name_the_same_moment(text):
    assert read_typed(NOW)(text, CHICAGO).at == datetime(2026, 3, 7, 19, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Jul 4 2031 noon",
        "July 4th, 2031 12 pm",
        "7/4/2031 noon",
        "2031-07-04 noon",
        "noon Jul 4 2031",
    ],
)
def test_what_is_typed_may_lie_in_any_year_to_come(text):
    assert read_typed(NOW)(text, CHICAGO).at == datetime(2031, 7, 4, 17, tzinfo=UTC)


def test_four_digits_after_a_day_are_a_year_if_they_can_be_one_and_else_a_time():
    read = read_typed(NOW)

    assert read("Mar 2 2030", CHICAGO).at == datetime(2030, 3, 2, 6, tzinfo=UTC)
    assert read("Mar 2 2230", CHICAGO).at == datetime(2026, 3, 3, 4, 30, tzinfo=UTC)


def test_a_repeated_hour_says_what_to_write_for_each_and_takes_it():
    read = read_typed(NOW)

    with pytest.raises(TimeProblem) as raised:
        read("1:30 am Nov 1 2026", CHICAGO)

    assert raised.value.message == (
        '1:30 a.m. happened twice on Nov 1: write "Nov 1 2026 1:30 am CDT" for the first '
        'or "Nov 1 2026 1:30 am CST" for the second'
    )
    hours = [read(f"Nov 1 2026 1:30 am {name}", CHICAGO).at.hour for name in ("CDT", "CST")]
    assert hours == [6, 7]


def test_where_a_zone_has_no_letters_a_repeated_hour_is_told_by_its_offset():
    santiago = ZoneInfo("America/Santiago")

    with pytest.raises(TimeProblem) as raised:
        read_typed(NOW)("Apr 4 2026 11:30 pm", santiago)

    assert '"2026-04-04T23:30-03:00" for the first' in raised.value.message
    assert '"2026-04-04T23:30-04:00" for the second' in raised.value.message
    assert read_typed(NOW)("2026-04-04T23:30-04:00", santiago).at.hour == 3


@pytest.mark.parametrize("text", ["noon", "Mar 7 2026 1:52 pm", ""])
def test_a_command_takes_iso_alone(text):
    with pytest.raises(TimeProblem):
        read_iso(text, CHICAGO)


@pytest.mark.parametrize("hour", [0, 1, 11, 12, 13, 23])
def test_what_is_written_can_be_read_again(hour):
    at = datetime(2026, 3, 7, hour, 5, tzinfo=CHICAGO)

    assert read_typed(NOW)(typed_words(at, CHICAGO), CHICAGO).at == at


# --- Conditions -----------------------------------------------------------------------------------


def test_a_protocol_depends_on_its_own_conditions_and_those_of_its_base():
    base = conditions_of(PROTOCOLS["us"])

    assert set(conditions_of(PROTOCOLS["us-fl"])) == {Condition.EXIGENT, *base}
