"""The reminders of one duty: who hears about it when, until someone acts."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from casework.policies.time_state import due_soon_lead


class Audience(StrEnum):
    """Whom a reminder goes to. Who that is gets looked up when it is sent."""

    OWNER = "owner"
    SUPERVISOR = "supervisor"
    ON_CALL = "on_call"


class ReminderKind(StrEnum):
    """Why a reminder is sent."""

    NOTICE = "notice"
    NUDGE = "nudge"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


@dataclass(frozen=True, kw_only=True)
class LadderStep:
    """One reminder to plan. `code` is unique within a duty's ladder and never changes meaning."""

    code: str
    kind: ReminderKind
    audience: Audience
    at: datetime


def ladder(
    *,
    counted_from_at: datetime,
    due_at: datetime | None,
    planned_at: datetime,
    target_at: datetime | None = None,
) -> tuple[LadderStep, ...]:
    """The reminders to plan at `planned_at`, earliest first; none for a duty without a set time.

    One to be done at once, without a limit, is told once: nothing can be late.

    The supervisor and the on-call manager are reached before the due time, while the duty can
    still be done in time: a duty of 2 hours reaches them 30 and 15 minutes before.
    Of the steps that are already past, each audience gets only the last one, at once: a late
    message is better than none, but one is enough.
    """
    if due_at is None:
        if target_at is None:
            return ()
        return (_step(ReminderKind.NOTICE, Audience.OWNER, planned_at),)
    window = due_at - counted_from_at
    lead = due_soon_lead(window)
    # Each audience's steps stand in the order in which they are to be heard.
    steps = (
        _step(ReminderKind.NOTICE, Audience.OWNER, planned_at),
        _step(ReminderKind.NUDGE, Audience.OWNER, counted_from_at + window / 2),
        _step(ReminderKind.DUE_SOON, Audience.OWNER, due_at - lead),
        _step(ReminderKind.OVERDUE, Audience.OWNER, due_at),
        _step(ReminderKind.ESCALATION, Audience.SUPERVISOR, due_at - lead),
        _step(ReminderKind.OVERDUE, Audience.SUPERVISOR, due_at),
        _step(ReminderKind.ESCALATION, Audience.ON_CALL, due_at - lead / 2),
    )
    last_past = {step.audience: step for step in steps if step.at <= planned_at}
    at_once = [replace(step, at=planned_at) for step in last_past.values()]
    later = [step for step in steps if step.at > planned_at]
    return tuple(sorted(at_once + later, key=lambda step: step.at))


def _step(kind: ReminderKind, audience: Audience, at: datetime) -> LadderStep:
    return LadderStep(code=f"{audience}-{kind}", kind=kind, audience=audience, at=at)
