"""Whatever happened when and where: the line adds up, and units add up to the agency."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.access.count_parts import PARTS
from casework.access.counts import CountScope, count_period, count_trend, count_units
from casework.models import EndReason, Episode, Known, NcmecType, Race, Unit
from casework.policies.count_periods import CountPeriod, Month, PeriodKind, month_period
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
        st.sampled_from(NcmecType.values),
        st.lists(st.sampled_from(Race.values), max_size=3),
        st.sampled_from(Known.values),  # whether Hispanic or Latino
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
    born = [None, date(2007, 11, 15), date(2010, 1, 1)]
    youth = [
        YouthFactory(unit=units[0], recorded_by=by, born_on=born[number % 3])
        for number in range(14)
    ]

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
    for whose, (unit, told, length, in_error, listed, races, is_hispanic) in zip(
        youth, history, strict=False
    ):
        whose.races = [race for race in Race.values if race in races]
        whose.is_hispanic = is_hispanic
        whose.save(update_fields=["races", "is_hispanic"])
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
                ncmec_type=listed,
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
    check_parts(episodes, units)


def check_parts(episodes: list[Episode], units: list[Unit]) -> None:
    """Each figure's parts come to it, and each episode is in the parts where it belongs."""
    period = CountPeriod(PeriodKind.YEAR, MONTHS[0], MONTHS[-1])
    counts = count_period(CountScope(unit=None, units=units), period, now=NOW)
    for figures in (counts.every, counts.two_days):
        for figure in ("age", "sex", "race", "type", "placement", "length", "end_reason"):
            of = "ended" if figure in ("length", "end_reason") else "started"
            parts = [figures.get(f"{figure}.{part}", 0) for part in PARTS[figure]]
            assert sum(parts) == figures.get(of, 0), figure
    started = [
        episode
        for episode in episodes
        if any(by_hand([episode], episode.unit, month)[1] for month in MONTHS)
    ]
    for figure, part_of in (("race", race_by_hand), ("type", type_by_hand)):
        counted = Counter(f"{figure}.{part_of(episode)}" for episode in started)
        assert counted == {
            key: number for key, number in counts.every.items() if key.startswith(f"{figure}.")
        }


def race_by_hand(episode: Episode) -> str:
    youth = episode.youth
    if youth.is_hispanic == Known.YES:
        return "hispanic"
    if len(youth.races) == 1:
        return youth.races[0]
    return "several" if youth.races else "not_recorded"


def type_by_hand(episode: Episode) -> str:
    if episode.ncmec_type != NcmecType.NOT_RECORDED:
        return episode.ncmec_type
    age = episode.youth.age_on(episode.told_at.astimezone(episode.unit.zone).date())
    return "young_adult" if age is not None and age >= 18 else "not_recorded"


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
