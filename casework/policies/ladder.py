"""The reminders of one duty: who hears about it when, until someone acts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Audience(StrEnum):
    """Whom a reminder goes to. Who that is gets looked up when it is sent."""

    OWNER = "owner"
    BACKUP = "backup"
    SUPERVISOR = "supervisor"
    ON_CALL = "on_call"
    AGENCY = "agency"  # the agency-wide on-call address
    ADMIN = "admin"
    PERSON = "person"  # one who is named: never part of a ladder


class ReminderKind(StrEnum):
    """Why a reminder is sent."""

    NOTICE = "notice"
    NUDGE = "nudge"  # half of the time is left
    LATE_NUDGE = "late_nudge"  # a quarter is left; each person chooses one of the two
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ESCALATION = "escalation"
    REPEAT = "repeat"  # goes on until someone acts
    TAKEN_UP = "taken_up"  # somebody said "I'm on it", and it is not done
    NOT_REACHED = "not_reached"  # a message about it could not be delivered


@dataclass(frozen=True, kw_only=True)
class LadderStep:
    """One reminder to plan. `code` is unique within a duty's ladder and never changes meaning."""

    code: str
    kind: ReminderKind
    audience: Audience
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One step as a ladder states it: at planning, a share of the window left, or from the due time.

    Exactly one of `is_at_once`, `share_left` (of 1) and `from_due` (negative: before) says when.
    """

    code: str
    kind: ReminderKind
    audience: Audience
    is_at_once: bool = False
    share_left: float | None = None
    from_due: timedelta = timedelta()

    def at(self, *, due_at: datetime, window: timedelta, planned_at: datetime) -> datetime:
        """When this step of a duty with that window is to be told."""
        if self.is_at_once:
            return planned_at
        if self.share_left is not None:
            return due_at - window * self.share_left
        return due_at + self.from_due


@dataclass(frozen=True, kw_only=True)
class Repeating:
    """How reminders go on after the due time: every so often, then less often, without end."""

    audiences: tuple[Audience, ...]
    every: timedelta
    times: int
    then_every: timedelta

    def at(self, number: int, *, due_at: datetime) -> datetime:
        """When the n-th (from 1) of them is due."""
        often, seldom = min(number, self.times), max(number - self.times, 0)
        return due_at + often * self.every + seldom * self.then_every

    def first_after(self, moment: datetime, *, due_at: datetime) -> int:
        """The number of the first one that is due later than this moment."""
        passed = moment - due_at
        if passed < timedelta():
            return 1
        often = passed // self.every
        if often < self.times:
            return often + 1
        return self.times + (passed - self.times * self.every) // self.then_every + 1


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The steps that a duty's reminders climb, and how long "I'm on it" pauses the climb.

    `up_to` is the longest window that it is for (None: any); `duties` and `jurisdictions` are codes,
    empty for all.
    """

    name: str
    up_to: timedelta | None
    duties: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    pause: timedelta
    rungs: tuple[Rung, ...]
    repeating: Repeating

    def fits(self, window: timedelta, *, duty: str, jurisdiction: str) -> bool:
        """Whether a duty with this window and code, under this jurisdiction, climbs it."""
        return (
            (self.up_to is None or window <= self.up_to)
            and (not self.duties or duty in self.duties)
            and (not self.jurisdictions or jurisdiction in self.jurisdictions)
        )


def choose(ladders: Sequence[Ladder], window: timedelta, *, duty: str, jurisdiction: str) -> Ladder:
    """The first ladder that fits. Raises LookupError when none does."""
    for ladder in ladders:
        if ladder.fits(window, duty=duty, jurisdiction=jurisdiction):
            return ladder
    raise LookupError("no ladder fits: add one without up_to, duties and jurisdictions")


def climb(
    ladder: Ladder, *, counted_from_at: datetime, due_at: datetime, planned_at: datetime
) -> tuple[LadderStep, ...]:
    """The reminders to plan at `planned_at` for a duty with a due time, earliest first.

    The supervisor and the on-call manager are reached before the due time, while the duty can
    still be done in time. Of the steps that are already past, each audience gets only the last one,
    at once: a late message is better than none, but one is enough. Of what repeats, only the first
    one is planned; `repeats_from` tells the next when that goes out.
    """
    window = due_at - counted_from_at
    steps = [
        LadderStep(
            code=rung.code,
            kind=rung.kind,
            audience=rung.audience,
            at=rung.at(due_at=due_at, window=window, planned_at=planned_at),
        )
        for rung in ladder.rungs
    ]
    # In the order in which each audience is to be heard; what is told at once comes first.
    steps.sort(key=lambda step: (step.at, step.kind != ReminderKind.NOTICE))
    notices = [step for step in steps if step.kind == ReminderKind.NOTICE]
    others = [step for step in steps if step.kind != ReminderKind.NOTICE]
    last_past = {step.audience: step for step in (*notices, *others) if step.at <= planned_at}
    at_once = [_told_now(step, planned_at) for step in last_past.values()]
    later = [step for step in others if step.at > planned_at]
    repeats = repeats_from(ladder.repeating, due_at=due_at, after=planned_at)
    return tuple(sorted([*at_once, *later, *repeats], key=lambda step: step.at))


def told_once(planned_at: datetime) -> tuple[LadderStep, ...]:
    """The one step of a duty that is to be done at once, without a limit: nothing can be late."""
    return (
        LadderStep(
            code=f"{Audience.OWNER}-{ReminderKind.NOTICE}",
            kind=ReminderKind.NOTICE,
            audience=Audience.OWNER,
            at=planned_at,
        ),
    )


def _told_now(step: LadderStep, planned_at: datetime) -> LadderStep:
    """A step that is past, told at once. In place of a nudge the duty itself is told: it is new."""
    if step.kind in (ReminderKind.NUDGE, ReminderKind.LATE_NUDGE):
        step = replace(step, kind=ReminderKind.NOTICE, code=f"{step.audience}-notice")
    return replace(step, at=planned_at)


def repeats_from(
    repeating: Repeating, *, due_at: datetime, after: datetime
) -> tuple[LadderStep, ...]:
    """The next repeat for each audience that it goes to: the first one later than `after`."""
    number = repeating.first_after(after, due_at=due_at)
    return tuple(
        LadderStep(
            code=f"{audience}-repeat-{number}",
            kind=ReminderKind.REPEAT,
            audience=audience,
            at=repeating.at(number, due_at=due_at),
        )
        for audience in repeating.audiences
    )
