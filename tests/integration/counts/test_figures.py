"""Each figure of a small February that was counted by hand."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import EndReason, FlagMark, Sex, Unit
from casework.operations.flags import raise_by_hand
from casework.policies.rules import Phase
from casework.policies.time_words import Precision
from tests.factories import DutyFactory, PlacementFactory, UnitFactory, YouthFactory
from tests.integration.counts.past import at, counts_of, was_missing
from tests.integration.scenes import a_merge_of

pytestmark = pytest.mark.django_db
HOUR = 3600
NOW = at(3, 3, 8)


@pytest.fixture
def february(unit: Unit):
    """Seven episodes of which four started in February in Missouri, and four ended in it."""
    bo = YouthFactory(unit=unit, sex=Sex.MALE, born_on=date(2010, 2, 4))
    ivy = YouthFactory(unit=unit, sex=Sex.FEMALE, born_on=date(2008, 2, 28))
    return {
        "from_january": was_missing(unit, at(1, 20), 312, why=EndReason.RETURNED),
        "short": was_missing(unit, at(2, 3), 5, youth=bo, why=EndReason.RETURNED),
        "second": was_missing(unit, at(2, 5), 30, youth=bo, why=EndReason.RETURNED),
        "third": was_missing(unit, at(2, 10), 50, youth=bo, why=EndReason.AGED_OUT),
        # Half an hour before March begins in Missouri.
        "still": was_missing(unit, at(3, 1, 5) + timedelta(minutes=30), youth=ivy),
        "in_march": was_missing(unit, at(3, 1, 6) + timedelta(minutes=10), 1),
        "in_error": was_missing(unit, at(2, 6), 3, why=EndReason.OPENED_IN_ERROR),
        # Told in February of a youth who had been back since January.
        "told_late": was_missing(
            unit,
            at(2, 20),
            ended_at=at(1, 30),
            last_seen_at=at(1, 25),
            last_seen_precision=Precision.EXACT,
        ),
    }


def test_missing_at_start_and_started_without_ended_are_missing_at_end(february, unit):
    counts = counts_of("2026-02", unit, now=NOW)

    every = [counts.every.get(key, 0) for key in ("at_start", "started", "ended", "at_end")]
    long = [counts.two_days.get(key, 0) for key in ("at_start", "started", "ended", "at_end")]
    assert every == [1, 4, 4, 1]
    assert long == [1, 2, 2, 1]


def test_each_youth_counts_once_however_often_missing(february, unit):
    counts = counts_of("2026-02", unit, now=NOW)

    assert [counts.every.get(key, 0) for key in ("youth", "youth_2", "youth_3")] == [3, 1, 1]
    assert [counts.two_days.get(key, 0) for key in ("youth", "youth_2", "youth_3")] == [3, 0, 0]


def test_two_records_of_one_youth_count_as_one(unit, ana):
    kept, other = YouthFactory(unit=unit), YouthFactory(unit=unit)
    was_missing(unit, at(2, 3), 5, youth=kept)
    was_missing(unit, at(2, 9), 5, youth=other)
    assert counts_of("2026-02", unit, now=NOW).every["youth"] == 2

    a_merge_of(kept, other, by=ana)

    counts = counts_of("2026-02", unit, now=NOW)
    assert (counts.every["youth"], counts.every["youth_2"], counts.every["started"]) == (1, 1, 2)


def test_lengths_are_those_of_what_ended(february, unit):
    every = counts_of("2026-02", unit, now=NOW).every
    bands = {key: every[key] for key in every if key.startswith("length.")}

    assert [every[key] / HOUR for key in ("median", "mean", "longest")] == [40, 99.25, 312]
    assert bands == {"length.0": 1, "length.1": 2, "length.3": 1}


def test_a_length_counts_from_when_the_youth_was_seen_last_where_that_is_known(unit):
    was_missing(unit, at(2, 5), 1, last_seen_at=at(2, 3), last_seen_precision=Precision.ABOUT)
    was_missing(unit, at(2, 5), 1, last_seen_at=at(2, 3), last_seen_precision=Precision.DATE_ONLY)

    counts = counts_of("2026-02", unit, now=NOW)

    assert counts.every["longest"] == 49 * HOUR
    assert counts.two_days["ended"] == 1


def test_parts_add_up_to_what_started_and_what_ended(february, unit):
    every = counts_of("2026-02", unit, now=NOW).every

    assert {key: every[key] for key in every if key.startswith("sex.")} == {
        "sex.male": 3,
        "sex.female": 1,
    }
    # Bo is 15 on February 3 and 16 from the 4th; Ivy is 18 since the day she was reported.
    assert {key: every[key] for key in every if key.startswith("age.")} == {
        "age.3": 1,
        "age.4": 2,
        "age.5": 1,
    }
    assert every["type.young_adult"] == 1
    assert every["type.not_recorded"] == 3
    assert every["race.not_recorded"] == 4
    assert every["placement.none"] == 4
    assert {key: every[key] for key in every if key.startswith("end_reason.")} == {
        "end_reason.returned": 3,
        "end_reason.aged_out": 1,
    }


def test_race_counts_each_youth_in_one_part_and_the_type_is_what_ncmec_says(unit):
    def missing(day, listed="not_recorded", **on_file):
        youth = YouthFactory(unit=unit, **{"born_on": date(2010, 2, 4), **on_file})
        was_missing(unit, at(2, day), 5, youth=youth, ncmec_type=listed)

    missing(1, races=["white"], is_hispanic="yes", listed="endangered")
    missing(2, races=[], is_hispanic="yes", listed="family_abduction")
    missing(3, races=["white"])
    missing(4, races=["white"], is_hispanic="no", born_on=date(2007, 1, 1))
    missing(5, races=["asian", "white"], is_hispanic="no")
    missing(6, is_hispanic="no", born_on=date(2007, 1, 1), listed="critical_young_adult")
    missing(7, born_on=None)

    every = counts_of("2026-02", unit, now=NOW).every

    assert {key: every[key] for key in every if key.startswith(("race.", "type."))} == {
        "race.hispanic": 2,
        "race.white": 2,
        "race.several": 1,
        "race.not_recorded": 2,
        "type.endangered": 1,
        "type.family_abduction": 1,
        "type.critical_young_adult": 1,
        "type.young_adult": 1,
        "type.not_recorded": 3,
    }


def test_a_placement_counts_by_its_kind_and_an_unknown_age_as_not_recorded(unit):
    youth = YouthFactory(unit=unit, born_on=None)
    place = PlacementFactory(youth=youth, started_at=at(1, 1))
    was_missing(unit, at(2, 3), 5, youth=youth, placement=place)

    every = counts_of("2026-02", unit, now=NOW).every

    assert every["placement.group_home"] == 1
    assert every["age.not_recorded"] == 1


def test_flags_count_as_they_stand_and_silence_is_not_assessed(february, unit, ana):
    raise_by_hand(
        episode=february["still"], by=ana, now=NOW, mark=FlagMark.ENDANGERED, why="Hard frost"
    )

    every = counts_of("2026-02", unit, now=NOW).every

    assert {key: every[key] for key in every if key.startswith("flag.")} == {
        "flag.endangered": 1,
        "flag.not_assessed": 3,
    }


def test_on_time_late_not_done_and_not_provable_are_told_apart(february, unit, ana):
    def police(episode: str, done_hours: float | None, precision=Precision.EXACT):
        told = february[episode].told_at
        done = None if done_hours is None else told + timedelta(hours=done_hours)
        DutyFactory(
            episode=february[episode],
            code="report_to_police",
            counted_from_at=told,
            due_at=told + timedelta(hours=2),
            done_at=done,
            done_by=ana if done else None,
            done_precision=precision,
        )

    police("short", 1)
    police("second", 3)
    police("third", 1, Precision.DATE_ONLY)
    police("still", None)
    police("from_january", 1)  # of January
    police("in_error", 1)  # of nothing

    every = counts_of("2026-02", unit, now=NOW).every

    assert {key: every[key] for key in every if key.startswith("police.")} == {
        "police.on_time": 1,
        "police.male.on_time": 1,
        "police.late": 1,
        "police.male.late": 1,
        "police.not_provable": 1,
        "police.male.not_provable": 1,
        "police.not_done": 1,
        "police.female.not_done": 1,
    }


def test_a_duty_whose_time_is_not_up_and_one_that_a_return_stopped_are_left_out(february, unit):
    for episode in ("short", "still"):
        told = february[episode].told_at
        DutyFactory(
            episode=february[episode],
            code="report_to_ncmec",
            counted_from_at=told,
            due_at=told + timedelta(hours=60),
        )

    every = counts_of("2026-02", unit, now=NOW).every

    assert not [key for key in every if key.startswith("ncmec.")]


def test_what_follows_a_return_counts_in_the_month_of_the_return(february, unit, ana):
    back = february["from_january"].returned_at
    for code, hours in (("screen_for_trafficking", 10), ("offer_conversation", 100)):
        DutyFactory(
            episode=february["from_january"],
            code=code,
            phase=Phase.RETURN,
            counted_from_at=back,
            due_at=back + timedelta(hours=72),
            done_at=back + timedelta(hours=hours),
            done_by=ana,
        )

    february_counts = counts_of("2026-02", unit, now=NOW).every
    january_counts = counts_of("2026-01", unit, now=NOW).every

    assert february_counts["screening.on_time"] == 1
    assert february_counts["conversation.late"] == 1
    assert "screening.on_time" not in january_counts


def test_years_and_fiscal_years_count_their_months_together(february, unit):
    was_missing(unit, at(10, 31, year=2025), 24 * 5)  # ends in November

    year = counts_of("2026", unit, now=NOW).every
    fiscal = counts_of("fy2026", unit, now=NOW).every

    assert (year.get("at_start", 0), year["started"], year["ended"], year["at_end"]) == (0, 7, 6, 1)
    assert (fiscal["started"], fiscal["ended"], fiscal["at_end"]) == (8, 7, 1)


def test_a_unit_without_episodes_counts_nothing(db):
    counts = counts_of("2026-02", UnitFactory(), now=NOW)
    assert counts.every == {}
    assert counts_of("2026-02", now=NOW).every == {}


def test_six_queries_whatever_a_month_holds(february, unit):
    below = UnitFactory(parent=unit)
    with CaptureQueriesContext(connection) as one_month:
        counts_of("2026-02", unit, now=NOW)
    for day in range(1, 20):
        was_missing(unit, at(1, day), 30)
    with CaptureQueriesContext(connection) as a_year:
        counts_of("2026", unit, below, now=NOW)

    assert len(one_month) == len(a_year) == 6
