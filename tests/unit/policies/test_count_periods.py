"""Months, years and fiscal years of the counts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework.policies.count_bands import AGE_BANDS, LENGTH_BANDS, age_band, length_band
from casework.policies.count_definitions import DEFINITIONS, definition_of
from casework.policies.count_periods import (
    Month,
    PeriodKind,
    fiscal_year,
    month_period,
    periods_to_choose,
    read_period,
    year_period,
)
from casework.policies.national_figures import NATIONAL_FIGURES

CHICAGO = ZoneInfo("America/Chicago")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("month", "hours"),
    [
        (Month(2026, 2), 28 * 24),
        (Month(2026, 3), 31 * 24 - 1),  # the clocks go forward on March 8
        (Month(2026, 11), 30 * 24 + 1),  # and back on November 1
    ],
)
def test_a_month_is_as_long_as_its_calendar_makes_it(month, hours):
    start, end = month_period(month).bounds(CHICAGO)
    assert end - start == hours * HOUR


def test_a_month_begins_at_local_midnight():
    assert Month(2026, 3).begins_at(CHICAGO) == datetime(2026, 3, 1, 6, tzinfo=UTC)
    assert Month(2026, 4).begins_at(CHICAGO) == datetime(2026, 4, 1, 5, tzinfo=UTC)


def test_months_follow_each_other_across_years():
    assert Month(2025, 12).later(1) == Month(2026, 1)
    assert Month(2026, 1).later(-1) == Month(2025, 12)
    assert Month(2026, 3).later(-23) == Month(2024, 4)


def test_a_fiscal_year_is_named_after_the_year_in_which_it_ends():
    federal, texas = fiscal_year(2026, starts=10), fiscal_year(2019, starts=9)
    assert (federal.first, federal.last) == (Month(2025, 10), Month(2026, 9))
    assert (texas.first, texas.last) == (Month(2018, 9), Month(2019, 8))
    assert federal.label == "Fiscal year 2026 (Oct 2025 to Sep 2026)"


@pytest.mark.parametrize("code", ["2026-03", "2026", "fy2026"])
def test_a_code_is_read_as_the_period_that_gave_it(code):
    assert read_period(code, starts=10).code == code


@pytest.mark.parametrize("code", ["", "2026-13", "2026-3", "fy2026-03", "1999", "3000-01x", "x"])
def test_a_code_that_no_page_gave_is_refused(code):
    with pytest.raises(ValueError, match="2026-03"):
        read_period(code, starts=10)


def test_a_period_is_over_when_it_is_over_in_every_zone():
    march = month_period(Month(2026, 3))
    zones = [CHICAGO, ZoneInfo("America/Los_Angeles")]
    assert not march.is_over(datetime(2026, 4, 1, 6, tzinfo=UTC), zones)
    assert march.is_over(datetime(2026, 4, 1, 7, tzinfo=UTC), zones)


def test_the_choice_begins_with_this_month_and_the_fiscal_year_that_runs():
    choice = periods_to_choose(Month(2026, 11), starts=10)
    assert choice[PeriodKind.MONTH][0] == month_period(Month(2026, 11))
    assert choice[PeriodKind.YEAR][0] == year_period(2026)
    assert choice[PeriodKind.FISCAL_YEAR][0] == fiscal_year(2027, starts=10)
    before = periods_to_choose(Month(2026, 9), starts=10)[PeriodKind.FISCAL_YEAR][0]
    assert before == fiscal_year(2026, starts=10)


def test_an_agency_whose_fiscal_year_is_the_year_has_no_choice_of_both():
    assert periods_to_choose(Month(2026, 11), starts=1)[PeriodKind.FISCAL_YEAR] == []


@pytest.mark.parametrize(
    ("length", "band"),
    [
        (DAY - HOUR / 3600, "Under 24 hours"),
        (DAY, "1 to 2 days"),
        (3 * DAY - HOUR, "1 to 2 days"),
        (3 * DAY, "3 to 7 days"),
        (8 * DAY, "8 to 30 days"),
        (31 * DAY, "31 to 90 days"),
        (91 * DAY - HOUR, "31 to 90 days"),
        (91 * DAY, "More than 90 days"),
    ],
)
def test_a_length_falls_into_the_band_of_its_whole_days(length, band):
    assert LENGTH_BANDS[length_band(length)] == band


@pytest.mark.parametrize(
    ("years", "band"),
    [(5, "Under 6"), (6, "6 to 9"), (12, "10 to 12"), (15, "13 to 15"), (18, "18 and over")],
)
def test_an_age_falls_into_the_band_that_names_it(years, band):
    assert AGE_BANDS[age_band(years)] == band


def test_every_definition_is_whole_and_stands_once():
    keys = [one.key for one in DEFINITIONS]
    assert len(keys) == len(set(keys))
    for one in DEFINITIONS:
        assert all((one.label, one.unit_counted, one.clock, one.includes, one.leaves_out))
        assert one.source in one.words
    assert definition_of("police.female.late").key == "police"


def test_every_published_figure_has_a_year_a_source_and_one_of_ours_beside_it():
    for one in NATIONAL_FIGURES:
        assert one.year.isdigit()
        assert one.source
        assert definition_of(one.beside)
