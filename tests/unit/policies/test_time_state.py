"""Due later, due soon, overdue."""

from datetime import UTC, datetime, timedelta

import pytest

from casework.policies.time_state import TimeState, due_soon_lead, time_state

START = datetime(2026, 3, 3, 7, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "lead"),
    [
        (timedelta(hours=1), timedelta(minutes=30)),
        (timedelta(hours=2), timedelta(minutes=30)),
        (timedelta(hours=2, seconds=1), timedelta(hours=4)),
        (timedelta(hours=24), timedelta(hours=4)),
        (timedelta(hours=72), timedelta(hours=24)),
    ],
)
def test_due_soon_begins_earlier_for_longer_windows(window, lead):
    assert due_soon_lead(window) == lead


@pytest.mark.parametrize(
    ("passed", "state"),
    [
        (timedelta(), TimeState.DUE_LATER),
        (timedelta(minutes=89, seconds=59), TimeState.DUE_LATER),
        (timedelta(minutes=90), TimeState.DUE_SOON),
        (timedelta(hours=2), TimeState.DUE_SOON),
        (timedelta(hours=2, seconds=1), TimeState.OVERDUE),
    ],
)
def test_a_clock_of_2_hours_passes_through_its_states(passed, state):
    due_at = START + timedelta(hours=2)

    assert time_state(due_at=due_at, counted_from_at=START, now=START + passed) is state


def test_a_duty_without_a_due_time_is_never_overdue():
    a_year_on = START + timedelta(days=365)

    state = time_state(due_at=None, counted_from_at=START, now=a_year_on)

    assert state is TimeState.NO_SET_TIME
    assert state.words == "No set time"
