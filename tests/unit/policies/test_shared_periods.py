"""What may be shared of a period beside what was shared before."""

from dataclasses import replace

import pytest

from casework.policies.count_definitions import UNKNOWN, versions_words
from casework.policies.count_periods import read_period
from casework.policies.shared_periods import (
    NotShareable,
    SharedPeriod,
    must_meet,
    must_not_touch,
    same_as_before,
)
from casework.policies.suppression import Published

MONTHS_OF_2026 = [f"2026-{month:02d}" for month in range(1, 13)]


def period(code: str):
    return read_period(code, starts=10)


def shared(code: str, **figures: int | None) -> SharedPeriod:
    return SharedPeriod(period=period(code), figures=figures)


def figures_before(code: str, earlier: list[SharedPeriod]) -> Published:
    same = same_as_before(period(code), earlier)
    assert same is not None
    return same.figures


def test_nothing_ties_a_period_that_overlaps_no_other():
    earlier = [shared("2026-02", started=24), shared("2024", started=240)]

    assert same_as_before(period("2026-03"), earlier) is None


def test_a_period_stays_as_it_was_shared_whatever_was_revised_since():
    earlier = [shared("2026-03", started=24, ended=None)]

    assert figures_before("2026-03", earlier) == {"started": 24, "ended": None}


def test_a_month_of_a_shared_year_is_refused():
    with pytest.raises(NotShareable, match="2026 has been shared as a whole"):
        same_as_before(period("2026-03"), [shared("2026", started=240)])


def test_a_year_is_silent_on_what_only_some_of_its_months_could_tell():
    """Months that were shared before a figure was recorded have no word of it."""
    earlier = [
        shared(code, **{"race.not_recorded": 20} | ({"race.white": 15} if code > "2026-06" else {}))
        for code in MONTHS_OF_2026
    ]

    assert figures_before("2026", earlier) == {"race.not_recorded": 240}


def test_a_month_shared_again_is_added_once():
    earlier = [shared(code, started=24) for code in MONTHS_OF_2026]

    assert figures_before("2026", [*earlier, earlier[0], earlier[7]]) == {"started": 288}


def test_a_sum_names_every_version_that_its_months_were_counted_by():
    versions = ["2026.2"] * 5 + ["2026.3"] * 6 + [UNKNOWN]
    earlier = [
        replace(shared(code, started=24), versions=frozenset({version}))
        for code, version in zip(MONTHS_OF_2026, versions, strict=True)
    ]

    year = same_as_before(period("2026"), earlier)

    assert year is not None
    assert versions_words(year.versions) == "an earlier version, 2026.2, 2026.3"


def test_a_year_of_which_some_months_were_shared_asks_for_the_others():
    earlier = [shared(code, started=24) for code in MONTHS_OF_2026[:-2]]

    with pytest.raises(NotShareable, match=r"Nov 2026, Dec 2026"):
        same_as_before(period("2026"), earlier)


def test_a_year_of_which_every_month_was_shared_is_the_sum_of_what_they_showed():
    earlier = [
        shared(code, started=24, late=None if code == "2026-05" else 12, median=3600, youth=20)
        for code in MONTHS_OF_2026
    ]

    assert figures_before("2026", earlier) == {
        "started": 288,
        "late": None,
        "median": None,
        "youth": None,
    }


def test_such_a_year_says_how_many_were_missing_at_its_start_and_its_end():
    earlier = [
        shared(code, at_start=20 + at, at_end=21 + at) for at, code in enumerate(MONTHS_OF_2026)
    ]

    assert figures_before("2026", earlier) == {"at_start": 20, "at_end": 32}


def test_a_fiscal_year_across_a_year_made_of_its_months_looks_at_the_months():
    months = [shared(code, started=24) for code in MONTHS_OF_2026]
    before = [shared(f"2025-{month}", started=30) for month in (10, 11, 12)]
    the_year = SharedPeriod(period=period("2026"), figures={"started": 288})

    assert figures_before("fy2026", [*months, the_year, *before]) == {"started": 3 * 30 + 9 * 24}


def test_a_fiscal_year_across_a_year_shared_as_a_whole_is_refused():
    with pytest.raises(NotShareable, match="2026 has been shared as a whole"):
        same_as_before(period("fy2026"), [shared("2026", started=240)])


@pytest.mark.parametrize("with_levels", [False, True])
@pytest.mark.parametrize("code", ["2026-02", "2026-04"])
def test_files_that_touch_say_both_how_many_were_missing_or_neither(code, with_levels):
    beside = shared(code, started=24) if with_levels else shared(code, started=24, at_end=30)

    with pytest.raises(NotShareable, match="too can be shared"):
        must_not_touch(period("2026-03"), [beside], with_levels=with_levels)

    must_not_touch(period("2026-03"), [beside], with_levels=not with_levels)
    must_not_touch(period("2026-06"), [beside], with_levels=with_levels)


@pytest.mark.parametrize("code", ["2026-02", "2026-04"])
def test_beside_a_file_that_says_another_number_missing_between_them_none_is_shared(code):
    beside = shared(code, at_start=50, at_end=50)

    with pytest.raises(NotShareable, match="disagree on how many were missing"):
        must_meet(period("2026-03"), {"at_start": 51, "at_end": 51}, [beside])

    must_meet(period("2026-03"), {"at_start": 50, "at_end": 50}, [beside])
    must_meet(period("2026-06"), {"at_start": 51, "at_end": 51}, [beside])
