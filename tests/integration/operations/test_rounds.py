"""Duties that come back: a settled round starts the next, for as long as the youth is missing."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework.models import Outcome
from casework.operations import duties, returns
from casework.policies.anchors import Anchor
from tests.factories import UnitFactory, YouthFactory
from tests.integration.scenes import bring_back, log, record, set_time

NEW_YORK = ZoneInfo("America/New_York")
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@pytest.fixture
def told(now) -> datetime:
    """Tue Mar 3, 2:52 a.m. in Florida: before the clocks go forward on Mar 8."""
    return now - timedelta(minutes=12)


@pytest.fixture
def episode(ana, now, told):
    """Missing in Florida, where somebody searches weekly for the first 30 days."""
    unit = UnitFactory(jurisdiction="us-fl", time_zone="America/New_York")
    return log(YouthFactory(unit=unit), by=ana, now=now, told_at=told)


def searches(episode):
    """The rounds in force, in their order."""
    return list(episode.duties.in_force().filter(code="search_weekly").order_by("round"))


def local(duty) -> str:
    return f"{duty.due_at.astimezone(NEW_YORK):%b %d %H:%M}"


def do(duty, *, by, now):
    duty.refresh_from_db()
    return record(duty, Outcome.DONE, by=by, now=now)


def test_the_first_search_is_due_a_week_on(episode):
    [first] = searches(episode)

    assert (first.round, local(first)) == (1, "Mar 10 02:52")
    assert first.repeats == "weekly for the first 30 days"


def test_a_search_that_is_done_starts_the_next_round_with_its_own_due_time(episode, ana, now):
    [first] = searches(episode)

    record(first, Outcome.DONE, by=ana, now=now + 6 * DAY)

    done, second = searches(episode)
    assert (done.is_open, second.is_open) == (False, True)
    assert (second.round, local(second)) == (2, "Mar 17 02:52")
    assert second.name == "Search for the youth, round 2"
    assert duties.next_round(done) == second


def test_each_round_has_its_own_reminders(episode, ana, now):
    [first] = searches(episode)

    record(first, Outcome.DONE, by=ana, now=now + 6 * DAY)

    done, second = searches(episode)
    assert not done.reminders.waiting().exists()
    overdue = second.reminders.waiting().get(kind="overdue", audience="owner")
    assert overdue.due_at == second.due_at


def test_a_round_that_is_not_needed_is_followed_by_the_next(episode, ana, now):
    [first] = searches(episode)

    record(first, Outcome.NOT_NEEDED, by=ana, now=now, note="Police searched.")

    assert [duty.round for duty in searches(episode)] == [1, 2]


def test_an_attempt_starts_nothing(episode, ana, now):
    [first] = searches(episode)

    record(first, Outcome.TRIED, by=ana, now=now)

    assert searches(episode) == [first]


def test_a_round_corrected_to_tried_takes_the_untouched_next_one_back(episode, ana, now):
    [first] = searches(episode)
    done = record(first, Outcome.DONE, by=ana, now=now)
    second = searches(episode)[1]

    record(first, Outcome.TRIED, by=ana, now=now, based_on=done.public_id)

    second.refresh_from_db()
    assert searches(episode) == [first]
    assert second.withdrawn_at == now
    assert not second.reminders.waiting().exists()
    assert first.reminders.waiting().exists()


def test_done_after_all_it_is_followed_by_a_next_round_again(episode, ana, now):
    [first] = searches(episode)
    done = record(first, Outcome.DONE, by=ana, now=now)
    tried = record(first, Outcome.TRIED, by=ana, now=now, based_on=done.public_id)

    record(first, Outcome.DONE, by=ana, now=now, based_on=tried.public_id)

    assert [(duty.round, duty.is_open) for duty in searches(episode)] == [(1, False), (2, True)]


def test_a_next_round_that_somebody_worked_on_stays(episode, ana, now):
    [first] = searches(episode)
    done = record(first, Outcome.DONE, by=ana, now=now)
    second = searches(episode)[1]
    record(second, Outcome.TRIED, by=ana, now=now)

    record(first, Outcome.TRIED, by=ana, now=now, based_on=done.public_id)

    assert [duty.is_open for duty in searches(episode)] == [True, True]


def test_a_corrected_time_of_a_done_round_starts_no_third(episode, ana, now):
    [first] = searches(episode)
    done = record(first, Outcome.DONE, by=ana, now=now)

    record(first, Outcome.DONE, by=ana, now=now, based_on=done.public_id)

    assert [duty.round for duty in searches(episode)] == [1, 2]


def test_rounds_that_went_by_are_left_out_and_the_number_tells_of_the_gap(episode, ana, now):
    [first] = searches(episode)

    record(first, Outcome.DONE, by=ana, now=now + 3 * WEEK)

    _, following = searches(episode)
    assert (following.round, local(following)) == (4, "Mar 31 02:52")


def test_nothing_comes_back_after_30_days(episode, ana, now):
    for week in range(4):
        do(searches(episode)[-1], by=ana, now=now + week * WEEK)

    assert [duty.round for duty in searches(episode)] == [1, 2, 3, 4]
    assert not any(duty.is_open for duty in searches(episode))


def test_done_late_after_the_last_round_nothing_more_comes(episode, ana, now):
    [first] = searches(episode)

    record(first, Outcome.DONE, by=ana, now=now + 31 * DAY)

    assert searches(episode) == [first]


def test_no_round_follows_once_the_youth_is_back(episode, ana, now):
    [first] = searches(episode)
    bring_back(episode, by=ana, now=now + DAY)

    record(first, Outcome.DONE, by=ana, now=now + 2 * DAY, at=now)

    assert searches(episode) == [first]


def test_a_return_that_is_taken_back_brings_the_next_round(episode, ana, now):
    [first] = searches(episode)
    bring_back(episode, by=ana, now=now + DAY)
    record(first, Outcome.DONE, by=ana, now=now + 2 * DAY, at=now)

    returns.undo_return(episode=episode, by=ana, now=now + 3 * DAY, reason="It was another youth.")

    _, second = searches(episode)
    assert (second.round, local(second)) == (2, "Mar 17 02:52")
    assert second.reminders.waiting().exists()


def test_every_round_moves_with_the_moment_that_it_counts_from(episode, ana, now):
    [first] = searches(episode)
    record(first, Outcome.DONE, by=ana, now=now)

    set_time(episode, Anchor.FIRST_SUSPECTED, now - 2 * DAY, by=ana, now=now)

    done, second = searches(episode)
    assert (local(done), local(second)) == ("Mar 08 03:04", "Mar 15 03:04")
    assert second.reminders.waiting().get(kind="overdue", audience="owner").due_at == second.due_at


def test_a_round_that_is_overdue_by_a_correction_stays_open(episode, ana, now):
    [first] = searches(episode)
    record(first, Outcome.DONE, by=ana, now=now + 3 * WEEK)
    fourth = searches(episode)[-1]
    assert fourth.round == 4

    set_time(episode, Anchor.FIRST_SUSPECTED, now - 20 * DAY, by=ana, now=now + 3 * WEEK)

    fourth.refresh_from_db()
    assert fourth.is_open
    assert fourth in episode.duties.overdue_at(now + 3 * WEEK)
