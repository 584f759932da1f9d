"""Who hears about a duty when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.policies.ladder import Audience, ReminderKind, ladder

START = datetime(2026, 3, 3, 7, 52, tzinfo=UTC)


def minutes_and_codes(steps) -> list[tuple[int, str]]:
    return [((step.at - START) // timedelta(minutes=1), step.code) for step in steps]


def test_a_duty_of_2_hours_reaches_the_supervisor_and_the_on_call_manager_before_it_is_overdue():
    steps = ladder(counted_from_at=START, due_at=START + timedelta(hours=2), planned_at=START)

    assert minutes_and_codes(steps) == [
        (0, "owner-notice"),
        (60, "owner-nudge"),
        (90, "owner-due_soon"),
        (90, "supervisor-escalation"),
        (105, "on_call-escalation"),
        (120, "owner-overdue"),
        (120, "supervisor-overdue"),
    ]


def test_a_duty_of_24_hours_climbs_in_its_last_4_hours():
    steps = ladder(counted_from_at=START, due_at=START + timedelta(hours=24), planned_at=START)

    assert minutes_and_codes(steps) == [
        (0, "owner-notice"),
        (12 * 60, "owner-nudge"),
        (20 * 60, "owner-due_soon"),
        (20 * 60, "supervisor-escalation"),
        (22 * 60, "on_call-escalation"),
        (24 * 60, "owner-overdue"),
        (24 * 60, "supervisor-overdue"),
    ]


def test_a_duty_logged_late_starts_with_the_step_it_is_at():
    logged = START + timedelta(minutes=100)

    steps = ladder(counted_from_at=START, due_at=START + timedelta(hours=2), planned_at=logged)

    assert minutes_and_codes(steps) == [
        (100, "owner-due_soon"),
        (100, "supervisor-escalation"),
        (105, "on_call-escalation"),
        (120, "owner-overdue"),
        (120, "supervisor-overdue"),
    ]


def test_a_duty_logged_after_its_due_time_tells_each_person_once_and_at_once():
    logged = START + timedelta(days=3)

    steps = ladder(counted_from_at=START, due_at=START + timedelta(hours=2), planned_at=logged)

    assert [(step.audience, step.kind, step.at) for step in steps] == [
        (Audience.OWNER, ReminderKind.OVERDUE, logged),
        (Audience.SUPERVISOR, ReminderKind.OVERDUE, logged),
        (Audience.ON_CALL, ReminderKind.ESCALATION, logged),
    ]


def test_a_duty_without_a_due_time_has_no_reminders():
    assert ladder(counted_from_at=START, due_at=None, planned_at=START) == ()


def test_what_is_to_be_done_at_once_without_a_limit_is_told_once_and_to_its_owner():
    logged = START + timedelta(hours=5)

    steps = ladder(counted_from_at=START, due_at=None, target_at=START, planned_at=logged)

    assert [(step.code, step.at) for step in steps] == [("owner-notice", logged)]


def test_at_once_with_a_limit_climbs_to_its_limit():
    due = START + timedelta(hours=24)

    assert ladder(counted_from_at=START, due_at=due, target_at=START, planned_at=START) == ladder(
        counted_from_at=START, due_at=due, planned_at=START
    )


@pytest.mark.parametrize("audience", Audience)
@given(window=st.integers(1, 60 * 24 * 30), late=st.integers(0, 60 * 24 * 60))
def test_nothing_is_planned_in_the_past_or_twice_and_nobody_is_left_out(audience, window, late):
    planned_at = START + timedelta(minutes=late)

    steps = ladder(
        counted_from_at=START, due_at=START + timedelta(minutes=window), planned_at=planned_at
    )

    assert all(step.at >= planned_at for step in steps)
    assert len({step.code for step in steps}) == len(steps)
    at_once = [s for s in steps if s.audience is audience and s.at == planned_at]
    assert len(at_once) <= 1
    assert any(step.audience is audience for step in steps)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
