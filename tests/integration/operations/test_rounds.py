"""Duties that come back: a settled round starts the next, for as long as the youth is missing."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework.models import Outcome
from casework.operations import duties, returns
from casework.policies.anchors import Anchor
from casework.policies.time_words import Moment, Precision
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


def test_a_round_that_nobody_began_is_renumbered_when_the_weeks_before_it_did_not_happen(
    episode, ana, now
):
    """Suspected 3 weeks ago by a slip: three rounds had seemed to be over."""
    set_time(episode, Anchor.FIRST_SUSPECTED, now - 22 * DAY, by=ana, now=now)
    do(searches(episode)[0], by=ana, now=now)
    assert searches(episode)[1].round == 4

    set_time(episode, Anchor.FIRST_SUSPECTED, episode.told_at, by=ana, now=now)

    _, second = searches(episode)
    assert (second.round, local(second)) == (2, "Mar 17 02:52")
    overdue = second.reminders.waiting().get(kind="overdue", audience="owner")
    assert overdue.due_at == second.due_at


def test_a_search_that_was_done_earlier_than_recorded_brings_the_skipped_round_back(
    episode, ana, now
):
    [first] = searches(episode)
    late = now + 22 * DAY
    done = record(first, Outcome.DONE, by=ana, now=late)
    assert searches(episode)[1].round == 4

    record(first, Outcome.DONE, by=ana, now=late, at=now + DAY, based_on=done.public_id)

    _, second = searches(episode)
    assert (second.round, local(second)) == (2, "Mar 17 02:52")


def test_a_round_that_somebody_began_keeps_its_number(episode, ana, now):
    set_time(episode, Anchor.FIRST_SUSPECTED, now - 22 * DAY, by=ana, now=now)
    do(searches(episode)[0], by=ana, now=now)
    fourth = searches(episode)[1]
    record(fourth, Outcome.TRIED, by=ana, now=now)

    set_time(episode, Anchor.FIRST_SUSPECTED, episode.told_at, by=ana, now=now)

    assert [duty.round for duty in searches(episode)] == [1, 4]
    assert searches(episode)[1] == fourth


# --- From when a later round runs ----------------------------------------------------------------


@pytest.fixture
def second(episode, ana, now):
    """The second search, after the first was done on its first day; it runs from Mar 10, 2:52."""
    do(searches(episode)[0], by=ana, now=now)
    return searches(episode)[1]


def test_a_later_round_counts_from_when_the_one_before_it_was_due(episode, second):
    first, _ = searches(episode)

    assert second.counted_from_at == first.due_at


def test_its_reminders_climb_within_its_own_week(episode, second):
    first, _ = searches(episode)

    nudge = second.reminders.waiting().get(kind="nudge")
    soon = second.reminders.waiting().get(kind="due_soon")
    assert nudge.due_at == first.due_at + WEEK / 2
    assert soon.due_at > nudge.due_at


def test_four_weeks_of_searches_are_not_done_in_one_minute(episode, second, ana, now):
    with pytest.raises(duties.TooEarly) as refusal:
        record(second, Outcome.DONE, by=ana, now=now + timedelta(minutes=1))

    assert str(refusal.value).startswith("Round 2 runs from Tue Mar 10, 2:52 a.m. EDT, when the")
    assert [duty.is_open for duty in searches(episode)] == [False, True]
    assert not second.evidence.exists()


def test_from_its_start_on_it_can_be_done(episode, second, ana):
    record(second, Outcome.DONE, by=ana, now=second.counted_from_at)

    assert [duty.round for duty in searches(episode)] == [1, 2, 3]


def test_the_day_on_which_it_starts_is_early_enough_without_a_time(second, ana, now):
    first_day = datetime(2026, 3, 10, tzinfo=NEW_YORK)

    duties.record(
        duty=second,
        by=ana,
        now=now + 8 * DAY,
        evidence=duties.Evidence(
            outcome=Outcome.DONE, happened=Moment(at=first_day, precision=Precision.DATE_ONLY)
        ),
        submission_key=uuid.uuid4(),
        based_on=None,
    )

    second.refresh_from_db()
    assert second.done_at == first_day


@pytest.mark.parametrize("outcome", [Outcome.TRIED, Outcome.NOT_NEEDED])
def test_an_attempt_and_a_reason_can_be_early(second, ana, now, outcome):
    record(second, outcome, by=ana, now=now, note="The police search this week.")

    assert second.evidence.get().outcome == outcome


# --- Several rules about one duty ----------------------------------------------------------------


def test_an_agencys_weekly_goes_on_after_the_states_30_days(add_file, ana, now):
    add_file(
        "us-fl-home",
        """
        [[duty]]
        code = "search_weekly"
        anchor = "notified"
        repeats = "weekly"
        basis = "policy"
        source = "Board decision"
        verified = "source_seen"
        """,
    )
    youth = YouthFactory(unit=UnitFactory(jurisdiction="us-fl-home", time_zone=str(NEW_YORK)))
    episode = log(youth, by=ana, now=now)
    set_time(episode, Anchor.NOTIFIED, now, by=ana, now=now)

    record(searches(episode)[0], Outcome.DONE, by=ana, now=now + 31 * DAY)

    first, fifth = searches(episode)
    assert (local(first), fifth.round, local(fifth)) == ("Mar 10 02:52", 5, "Apr 07 03:04")
