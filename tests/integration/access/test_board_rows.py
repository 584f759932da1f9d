"""The board, for one youth at a time and for lists made up at random; `test_board.py` has an agency."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from casework.access.board import (
    AgeBand,
    BoardFilter,
    LengthBand,
    Scope,
    changes_since,
    fingerprint,
    last_30_days,
    page_of,
    rows_for,
)
from casework.models import (
    Duty,
    EndReason,
    Episode,
    FlagMark,
    Lane,
    Outcome,
    Standing,
    Youth,
)
from casework.operations import returns
from casework.policies.time_words import Moment, Precision
from casework.policies.urgency import NEVER, Case, youngest_first
from tests.factories import EpisodeFactory, YouthFactory
from tests.integration.scenes import bring_back, exactly, log, record
from tests.integration.standings import all_of, in_printed_order

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at_random(rng: Random, episode: Episode, now: datetime) -> tuple[Case, Standing]:
    """A case of few different values, so that ties are common, and the row that says the same."""
    is_open, is_assessed, is_flagged = (rng.random() < share for share in (0.8, 0.5, 0.3))
    due_at = rng.choice([None, now - HOUR, now - MINUTE, now, now + MINUTE, now + HOUR])
    case = Case(
        is_endangered=is_flagged,
        is_assessed=is_assessed,
        is_open=is_open,
        told_at=now - rng.choice([MINUTE, 4 * HOUR - MINUTE, 4 * HOUR, DAY]),
        missing_since=now - rng.choice([HOUR, DAY, 9 * DAY]),
        next_due_at=due_at,
        born_on=rng.choice([None, date(2010, 6, 1), date(2012, 6, 1)]),
        id=episode.pk,
    )
    lane = Lane.ORDINARY if is_assessed or not is_open else Lane.NOT_ASSESSED
    row = Standing(
        episode=episode,
        unit_id=episode.unit_id,
        youth_id=episode.youth_id,
        told_at=case.told_at,
        missing_since_at=case.missing_since,
        ended_at=None if is_open else now,
        mark=FlagMark.ENDANGERED if is_flagged else "",
        lane=Lane.ENDANGERED if is_flagged and is_open else lane,
        is_assessed=is_assessed,
        next_due_at=due_at or NEVER,
        soon_at=NEVER,
        open_duties=1,
        youngest_first=youngest_first(case.born_on),
    )
    return case, row


def test_a_thousand_lists_of_rows_made_up_at_random_are_in_the_printed_order(ana, oona, now):
    rng = Random(2026)
    episodes = [EpisodeFactory(assigned_to=ana, youth__unit=ana.unit) for _ in range(8)]

    for _ in range(1_000):
        made = [at_random(rng, episode, now) for episode in episodes]
        Standing.objects.all()._raw_delete("default")
        Standing.objects.bulk_create([row for _, row in made])

        expected = in_printed_order([case for case, _ in made], now=now)
        assert list(page_of(oona, BoardFilter(), now=now).ids) == expected
        if rng.random() < 0.1:  # and turned page by page
            assert all_of(oona, BoardFilter(), now=now, size=rng.choice([1, 5])) == expected


@pytest.mark.parametrize(
    ("born_on", "band"),
    [
        (date(2013, 3, 4), AgeBand.UNDER_13),
        (date(2013, 3, 3), AgeBand.AGE_13_15),
        (date(2010, 3, 3), AgeBand.AGE_16_17),
        (date(2008, 3, 4), AgeBand.AGE_16_17),
        (date(2008, 3, 3), AgeBand.AGE_18_UP),
        (date(2008, 2, 29), AgeBand.AGE_18_UP),
        (None, AgeBand.NOT_KNOWN),
    ],
)
def test_ages_are_told_on_the_local_day(episode, ana, now, born_on, band):
    Youth.objects.filter(pk=episode.youth_id).update(born_on=born_on)

    assert page_of(ana, BoardFilter(age=band), now=now).ids == [episode.pk]


def test_a_birthday_on_february_29_is_counted_as_everywhere(episode, ana):
    youth = episode.youth
    youth.born_on = date(2012, 2, 29)
    youth.save()
    for day in (date(2025, 2, 28), date(2025, 3, 1), date(2028, 2, 29)):
        at = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("America/Chicago"))
        is_thirteen = (youth.age_on(day) or 0) >= 13
        shown = page_of(ana, BoardFilter(age=AgeBand.UNDER_13), now=at).ids
        assert (shown == [episode.pk]) != is_thirteen


@pytest.mark.parametrize(
    ("ago", "band"),
    [
        (DAY - MINUTE, LengthBand.UNDER_24H),
        (DAY, LengthBand.DAYS_1_3),
        (3 * DAY, LengthBand.DAYS_1_3),
        (3 * DAY + MINUTE, LengthBand.DAYS_4_7),
        (7 * DAY, LengthBand.DAYS_4_7),
        (7 * DAY + MINUTE, LengthBand.DAYS_8_30),
        (30 * DAY + MINUTE, LengthBand.OVER_30),
    ],
)
def test_lengths_are_elapsed_time(jordan, ana, now, ago, band):
    log(jordan, by=ana, now=now, told_at=now - ago)

    assert len(page_of(ana, BoardFilter(length=band), now=now).ids) == 1


def test_episodes_in_90_days_count_this_one_and_leave_out_errors(jordan, ana, now):
    for days, errors in ((200, False), (80, False), (60, True), (40, False)):
        told = now - days * DAY
        earlier = log(jordan, by=ana, now=told + MINUTE, told_at=told)
        if errors:
            returns.end_otherwise(
                episode=earlier, by=ana, now=told + HOUR, ended=exactly(told + HOUR),
                reason=EndReason.OPENED_IN_ERROR, why="The wrong youth.",
            )  # fmt: skip
        else:
            bring_back(earlier, by=ana, now=told + HOUR)
    present = log(jordan, by=ana, now=now)

    (row,) = rows_for([present.pk], ana, now=now)

    assert row.episodes_in_90_days == 3


def test_the_last_30_days_tell_what_was_done_in_time(ana, sam, now):
    def told(ago: timedelta) -> Episode:
        return log(YouthFactory(unit=ana.unit), by=ana, now=now, told_at=now - ago)

    def report(episode: Episode, after: timedelta, precision: Precision = Precision.EXACT) -> None:
        duty = episode.duties.get(code="report_to_police")
        happened = Moment(episode.told_at + after, precision)
        record(duty, Outcome.DONE, by=ana, now=now, at=happened.at)
        Duty.objects.filter(pk=duty.pk).update(done_precision=precision)

    report(told(5 * HOUR), HOUR)  # in time, though recorded late
    report(told(5 * HOUR), 3 * HOUR)  # late
    told(5 * HOUR)  # open and overdue
    told(HOUR)  # open, there is time left
    report(told(5 * HOUR), HOUR, Precision.DATE_ONLY)  # on the day that it was due
    report(told(40 * DAY), HOUR)  # long ago
    gone_back = told(HOUR)  # left open when the youth came back in time
    bring_back(gone_back, by=ana, now=now)

    police, _, screening = last_30_days(sam, Scope.BELOW, now=now)

    assert (police.what, police.on_time, police.not_provable, police.of) == ("police", 1, 1, 4)
    assert (screening.what, screening.on_time, screening.of) == ("screening", 0, 0)


def test_a_clock_that_runs_out_is_a_change(episode, ana, now):
    shown = fingerprint(ana, BoardFilter(), now=now)

    assert changes_since(shown, ana, BoardFilter(), now=now + 5 * HOUR) == 1


@pytest.mark.parametrize("shown", ["x", "é", "AAAA"])
def test_a_fingerprint_that_nobody_gave_counts_as_a_change(episode, ana, now, shown):
    assert changes_since(shown, ana, BoardFilter(), now=now) == 1


def test_a_filter_is_never_what_somebody_typed():
    """Whatever stands in a filter reaches the database as a value."""
    hostile = replace(BoardFilter(), placement="'; DROP TABLE casework_standing; --")
    assert [values for _, values in hostile.conditions(now=NEVER, today=date(2026, 3, 3))] == [
        ["'; DROP TABLE casework_standing; --"]
    ]
