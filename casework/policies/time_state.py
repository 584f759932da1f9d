"""How pressing a duty's clock is. Computed from its due time and now, never stored."""

from datetime import datetime, timedelta
from enum import StrEnum


class TimeState(StrEnum):
    """The state of a clock."""

    NO_SET_TIME = "no_set_time"
    DUE_LATER = "due_later"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"

    @property
    def words(self) -> str:
        """For people: "No set time", "Due later", "Due soon", "Overdue"."""
        return self.value.replace("_", " ").capitalize()


def due_soon_lead(window: timedelta) -> timedelta:
    """How long before its due time a duty with this window counts as due soon."""
    if window <= timedelta(hours=2):
        return timedelta(minutes=30)
    if window <= timedelta(hours=24):
        return timedelta(hours=4)
    return timedelta(hours=24)


def time_state(*, due_at: datetime | None, counted_from_at: datetime, now: datetime) -> TimeState:
    """The state of an open duty's clock at `now`. The due moment itself is still in time."""
    if due_at is None:
        return TimeState.NO_SET_TIME
    if now > due_at:
        return TimeState.OVERDUE
    if due_at - now <= due_soon_lead(due_at - counted_from_at):
        return TimeState.DUE_SOON
    return TimeState.DUE_LATER
