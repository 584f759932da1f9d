"""Whatever happened when and where: the line adds up, and units add up to the agency."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.access.counts import CountScope, count_trend, count_units
from casework.models import EndReason, Episode, Unit
from casework.policies.count_periods import Month, month_period
from tests.factories import EpisodeFactory, UnitFactory, UserFactory, YouthFactory

pytestmark = pytest.mark.django_db
ZONES = ("America/Chicago", "America/Los_Angeles", "America/New_York", "Pacific/Honolulu")
MONTHS = [Month(2025, 9).later(later) for later in range(8)]
FIRST = datetime(2025, 8, 1, tzinfo=UTC)
NOW = datetime(2026, 5, 10, tzinfo=UTC)
HALF_HOURS = 48 * 280

HISTORIES = st.lists(
    st.tuples(
        st.integers(0, len(ZONES) - 1),  # which unit
        st.integers(0, HALF_HOURS),  # when the agency was told, in half hours
        st.one_of(st.none(), st.integers(-300, 48 * 90)),  # when it ended, after that
        st.booleans(),  # opened in error
    ),
    max_size=14,
)


class _UndoIt(Exception):
    """Leaves the savepoint of one history."""


@pytest.fixture
def units(db) -> list[Unit]:
    """A unit in each zone, the last ones below the first."""
    top = UnitFactory(time_zone=ZONES[0])
    return [top, *(UnitFactory(time_zone=zone, parent=top) for zone in ZONES[1:])]


def test_start_and_started_without_ended_is_end_for_any_history(units):
    by = UserFactory(unit=units[0])
    youth = [YouthFactory(unit=units[0], recorded_by=by) for _ in range(14)]

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(HISTORIES)
    def holds(history):
        try:
            with transaction.atomic():
                episodes = write(history, units, youth, by)
                check(episodes, units)
                raise _UndoIt
        except _UndoIt:
            pass

    holds()


def write(history, units, youth, by) -> list[Episode]:
    episodes = []
    for whose, (unit, told, length, in_error) in zip(youth, history, strict=False):
        told_at = FIRST + timedelta(minutes=30 * told)
        ended = None if length is None else min(told_at + timedelta(minutes=30 * length), NOW)
        reason = EndReason.OPENED_IN_ERROR if in_error else EndReason.FOUND_ELSEWHERE
        episodes.append(
            EpisodeFactory.build(
                youth=whose,
                unit=units[unit],
                assigned_to=None,
                recorded_by=by,
                told_at=told_at,
                recorded_at=NOW,
                ended_at=ended,
                ended_by=by if ended else None,
                ended_recorded_at=NOW if ended else None,
                end_reason=reason if ended else "",
            )
        )
    return Episode.objects.bulk_create(episodes)


def check(episodes: list[Episode], units: list[Unit]) -> None:
    agency = count_trend(CountScope(unit=None, units=units), MONTHS, now=NOW)
    by_unit = {
        unit: count_trend(CountScope(unit=unit, units=[unit]), MONTHS, now=NOW) for unit in units
    }
    for month in MONTHS:
        whole = agency.line(month, month)
        assert whole.at_start + whole.started - whole.ended == whole.at_end
        lines = [by_unit[unit].line(month, month) for unit in units]
        for name in ("at_start", "started", "ended", "at_end"):
            assert sum(getattr(line, name) for line in lines) == getattr(whole, name)
        scope = CountScope(unit=None, units=units)
        together = count_units(scope, month_period(month), now=NOW)
        assert together.line(units) == whole
        assert lines == [together.line([unit]) for unit in units]
        expected = [by_hand(episodes, unit, month) for unit in units]
        assert [
            (line.at_start, line.started, line.ended, line.at_end) for line in lines
        ] == expected
        long = agency.line(month, month, only_long=True)
        assert long.at_start + long.started - long.ended == long.at_end
    year = agency.line(MONTHS[0], MONTHS[-1])
    assert year.at_start == agency.line(MONTHS[0], MONTHS[0]).at_start
    assert year.at_end == agency.line(MONTHS[-1], MONTHS[-1]).at_end
    assert year.started == sum(agency.line(month, month).started for month in MONTHS)


def by_hand(episodes: list[Episode], unit: Unit, month: Month) -> tuple[int, int, int, int]:
    """The same, from each month's name on the unit's own calendar."""
    at_start = started = ended = at_end = 0
    zone = ZoneInfo(unit.time_zone)
    for episode in episodes:
        if episode.unit != unit or episode.end_reason == EndReason.OPENED_IN_ERROR:
            continue
        began = Month.of(min(episode.told_at, episode.ended_at or episode.told_at), zone)
        over = Month.of(episode.ended_at, zone) if episode.ended_at else Month(9999, 1)
        at_start += began < month <= over
        started += began == month
        ended += over == month
        at_end += began <= month < over
    return at_start, started, ended, at_end
