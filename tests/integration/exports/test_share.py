"""The counts to share: of rows on file, by the rules of the policies, the same each time."""

from datetime import timedelta

import pytest

from casework.access.counts import CountScope
from casework.exports.share import shared_figures
from casework.models import EndReason
from casework.operations import counts
from casework.policies.count_periods import Month, read_period
from casework.policies.shared_periods import NotShareable, SharedPeriod
from tests.factories import YouthFactory
from tests.integration.counts.past import at, was_missing

pytestmark = pytest.mark.django_db
FEBRUARY = read_period("2026-02", starts=10)
NOW = at(3, 2, 9)


@pytest.fixture
def agency(unit):
    return CountScope(unit=None, units=[unit])


@pytest.fixture
def lock(agency, sam):
    """A function that locks February for the whole agency."""
    return lambda: counts.lock(scope=agency, month=Month(2026, 2), by=sam, now=NOW)


def were_missing(unit, number, *, first_hour=0, **fields):
    for hour in range(first_hour, first_hour + number):
        was_missing(unit, at(2, 2) + timedelta(hours=hour), 30, **fields)


def test_a_locked_month_is_shared_with_its_small_numbers_hidden(unit, agency, lock):
    were_missing(unit, 24, why=EndReason.RETURNED)
    were_missing(unit, 3, first_hour=24, why=EndReason.FOUND_ELSEWHERE)
    lock()

    shared = shared_figures(agency, FEBRUARY, earlier=[], now=NOW)

    assert shared.figures["started"] == 27
    assert shared.figures["end_reason.found_elsewhere"] is None
    assert shared.figures["end_reason.returned"] is None
    assert shared.figures["length.1"] == 27
    assert shared.figures["median"] == 30 * 3600
    assert "at_end" not in shared.figures
    assert shared.notes[0] == "Hidden: 1 to 10, or a number from which one could be worked out."
    assert len(shared.notes) == 3


def test_the_agency_sets_from_what_number_on_numbers_are_shown(unit, agency, lock, settings):
    settings.SMALL_NUMBERS = 4
    were_missing(unit, 5)
    lock()

    shared = shared_figures(agency, FEBRUARY, earlier=[], now=NOW)

    assert shared.figures["started"] == 5
    assert shared.notes[0].startswith("Hidden: 1 to 3,")


def test_how_many_were_missing_is_added_only_where_all_of_the_line_is_large(unit, agency, lock):
    were_missing(unit, 12)
    for _ in range(15):
        was_missing(unit, at(1, 3), youth=YouthFactory(unit=unit))
    lock()

    shared = shared_figures(agency, FEBRUARY, earlier=[], now=NOW, with_levels=True)

    line = [shared.figures[key] for key in ("at_start", "started", "ended", "at_end", "youth")]
    assert line == [15, 12, 12, 15, 27]


def test_what_was_revised_after_the_month_before_was_shared_is_not_told(unit, agency, lock):
    were_missing(unit, 12)
    for _ in range(15):
        was_missing(unit, at(1, 3), youth=YouthFactory(unit=unit))
    lock()
    january = SharedPeriod(
        period=read_period("2026-01", starts=10), figures={"at_start": 20, "at_end": 14}
    )

    with pytest.raises(NotShareable, match="Jan 2026 was shared, so that it and Feb 2026 disagree"):
        shared_figures(agency, FEBRUARY, earlier=[january], now=NOW, with_levels=True)


def test_where_it_is_not_the_file_says_to_leave_it_out(unit, agency, lock):
    were_missing(unit, 12)
    was_missing(unit, at(1, 3))
    lock()

    with pytest.raises(NotShareable, match="without how many were missing"):
        shared_figures(agency, FEBRUARY, earlier=[], now=NOW, with_levels=True)


def test_what_is_revised_after_a_month_was_shared_does_not_change_what_is_shared(
    unit, agency, lock, sam
):
    were_missing(unit, 24)
    counted = lock()
    first = shared_figures(agency, FEBRUARY, earlier=[], now=NOW)
    were_missing(unit, 1, first_hour=24)
    counts.unlock(counted=counted, by=sam, now=NOW, why="One more was found")
    lock()

    again = shared_figures(
        agency,
        FEBRUARY,
        earlier=[SharedPeriod(period=FEBRUARY, figures=first.figures, versions=first.versions)],
        now=NOW,
    )

    assert first.lock == counted
    assert again.figures == first.figures
    assert again.figures["started"] == 24


def test_a_month_locked_by_older_definitions_is_silent_on_what_they_did_not_ask(
    unit, agency, lock, monkeypatch
):
    were_missing(unit, 24)
    with monkeypatch.context() as before:
        before.setattr(counts, "VERSION", "2026.2")
        counted = lock()

    shared = shared_figures(agency, FEBRUARY, earlier=[], now=NOW)

    assert (shared.lock, shared.versions) == (counted, {"2026.2"})
    assert shared.figures["started"] == 24
    assert not [key for key in shared.figures if key.startswith(("race.", "type."))]
    assert shared.notes[-1].startswith("This file leaves out: Race and ethnicity, Type of case.")


def test_what_was_shared_by_older_definitions_is_not_put_under_the_words_of_now(agency):
    figures = {"started": 24, "race.not_recorded": 24, "type.young_adult": 24}
    earlier = SharedPeriod(period=FEBRUARY, figures=figures, versions=frozenset({"2026.2"}))

    shared = shared_figures(agency, FEBRUARY, earlier=[earlier], now=NOW)

    assert (shared.figures, shared.versions) == ({"started": 24}, {"2026.2"})


def test_a_year_is_shared_as_it_is_counted_when_it_is_first_shared(unit, agency):
    were_missing(unit, 24)

    shared = shared_figures(
        agency, read_period("2026", starts=10), earlier=[], now=at(1, 2, year=2027)
    )

    assert shared.figures["started"] == 24
    assert shared.lock is None


@pytest.mark.parametrize(
    ("period", "now", "word"),
    [("2026-02", at(2, 20), "not over"), ("2026-02", NOW, "not locked"), ("2026", NOW, "not over")],
)
def test_a_period_that_may_still_change_is_not_shared(agency, period, now, word):
    with pytest.raises(NotShareable, match=word):
        shared_figures(agency, read_period(period, starts=10), earlier=[], now=now)


def test_a_unit_is_not_shared(unit):
    with pytest.raises(NotShareable, match="whole agency"):
        shared_figures(CountScope(unit=unit, units=[unit]), FEBRUARY, earlier=[], now=NOW)


def test_an_agency_without_episodes_shares_zeros(agency, lock):
    lock()

    shared = shared_figures(agency, FEBRUARY, earlier=[], now=NOW)

    assert {shared.figures[key] for key in ("started", "age.3", "flag.none")} == {0}
