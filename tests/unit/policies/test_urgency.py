"""The printed order, line by line."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from casework.policies.urgency import (
    HOW_WE_SORT,
    Band,
    Case,
    band_of,
    sort_key,
    youngest_first,
)

NOW = datetime(2026, 3, 3, 8, 4, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# Missing, not flagged, assessed, with nothing that has a due time.
QUIET = Case(
    is_endangered=False,
    is_assessed=True,
    is_open=True,
    told_at=NOW - DAY,
    missing_since=NOW - DAY,
    next_due_at=None,
    born_on=date(2010, 6, 1),
    id=7,
)
LATE, LATER = NOW - MINUTE, NOW + HOUR


@pytest.mark.parametrize(
    ("case", "band"),
    [
        (replace(QUIET, is_endangered=True, next_due_at=LATE), Band.ENDANGERED_AND_OVERDUE),
        (replace(QUIET, is_endangered=True, next_due_at=LATER), Band.ENDANGERED),
        (replace(QUIET, is_endangered=True), Band.ENDANGERED),
        (replace(QUIET, next_due_at=LATE), Band.OVERDUE),
        (replace(QUIET, next_due_at=LATE, is_assessed=False), Band.OVERDUE),
        (replace(QUIET, is_assessed=False, next_due_at=LATER), Band.NOT_ASSESSED),
        (replace(QUIET, next_due_at=LATER), Band.DUE),
        (QUIET, Band.NOTHING_DUE),
    ],
)
def test_each_case_has_its_group(case, band):
    assert band_of(case, now=NOW) == band


def test_the_due_moment_itself_is_still_in_time():
    assert band_of(replace(QUIET, next_due_at=NOW), now=NOW) == Band.DUE


def test_who_is_not_assessed_passes_the_others_four_hours_after_we_were_told():
    unassessed = replace(QUIET, is_assessed=False, next_due_at=LATER)

    just_before = replace(unassessed, told_at=NOW - 4 * HOUR + MINUTE)
    at_four = replace(unassessed, told_at=NOW - 4 * HOUR)

    assert band_of(just_before, now=NOW) == Band.DUE
    assert band_of(at_four, now=NOW) == Band.NOT_ASSESSED


def test_a_youth_who_is_back_is_sorted_by_duties_alone():
    back = replace(QUIET, is_endangered=True, is_assessed=False, is_open=False)

    assert band_of(replace(back, next_due_at=LATE), now=NOW) == Band.OVERDUE
    assert band_of(replace(back, next_due_at=LATER), now=NOW) == Band.DUE


def test_within_a_group_due_soonest_then_longest_missing_then_younger_then_the_id():
    in_order = [
        replace(QUIET, next_due_at=NOW + HOUR, missing_since=NOW - HOUR),
        replace(QUIET, next_due_at=NOW + 2 * HOUR, missing_since=NOW - 9 * DAY),
        replace(QUIET, next_due_at=NOW + 2 * HOUR, born_on=date(2013, 1, 1)),
        replace(QUIET, next_due_at=NOW + 2 * HOUR, id=1),
        replace(QUIET, next_due_at=NOW + 2 * HOUR, id=2),
        replace(QUIET, next_due_at=NOW + 2 * HOUR, born_on=None, id=1),
        QUIET,
    ]

    shuffled = in_order[3:] + in_order[:3]

    assert sorted(shuffled, key=lambda case: sort_key(case, now=NOW)) == in_order


def test_a_birth_date_that_nobody_knows_comes_after_every_other():
    assert youngest_first(date(2020, 1, 1)) < youngest_first(date(1900, 1, 1))
    assert youngest_first(date.min) < youngest_first(None)


def test_every_group_is_explained_in_its_place():
    assert len(HOW_WE_SORT) == len(Band)
    assert Band.NOT_ASSESSED.words == "Not assessed 4 hours after we were told."
