"""The delivery ledger in words: every reminder, to whom and why, and what became of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from django.db.models import TextChoices

from casework.models import Acknowledgement, Channel, Delivery, Duty, Episode, Flag, Reminder
from casework.models.duty import Outcome
from casework.notifications.outlook import Step
from casework.notifications.recipients import PASSED_OVER
from casework.policies.ladder import Audience, ReminderKind
from casework.policies.time_phrases import clock, moment
from casework.presenters.flags import flag_title
from casework.presenters.ladder import WHO, warnings_of
from casework.presenters.mail_words import server_words

KINDS = {
    ReminderKind.NOTICE: "News",
    ReminderKind.NUDGE: "Half of the time is left",
    ReminderKind.LATE_NUDGE: "A quarter of the time is left",
    ReminderKind.DUE_SOON: "Due soon",
    ReminderKind.OVERDUE: "It is due",
    ReminderKind.ESCALATION: "Escalated",
    ReminderKind.REPEAT: "Said again",
    ReminderKind.TAKEN_UP: "Asked whether it is done",
    ReminderKind.NOT_REACHED: "A mail could not be delivered",
}
A_MINUTE = timedelta(minutes=1)


class State(TextChoices):
    """What has become of a reminder; the values are the states of a tag."""

    SENT = "success", "Sent"
    FAILED = "overdue", "Not delivered"
    ON_ITS_WAY = "due_soon", "On its way"
    FOR_DIGEST = "due_later", "Waits for the digest"
    NOBODY_CHOSE = "neutral", "Nobody chose this time"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One message to one person: "Inbox and email", "Sam Ortiz", why, and what became of it."""

    channel: str
    who: str
    why: str
    facts: list[str]
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """One reminder; `planned` is empty where it was told as planned."""

    title: str
    url: str
    kind: str
    planned: str
    state: str
    state_words: str
    notes: list[str]
    told: list[Told]


@dataclass(frozen=True, kw_only=True)
class HeldRow:
    """One time that somebody was on a duty."""

    title: str
    url: str
    words: str


def past_row(
    reminder: Reminder,
    episode: Episode,
    settled: Mapping[int, dict[datetime, str]],
    *,
    now: datetime,
) -> LedgerRow:
    """A reminder that was told or called off; its deliveries are in `told`.

    `settled` says, by the duty's key, at which moments it was settled, and how.
    """
    deliveries: list[Delivery] = reminder.told  # type: ignore[attr-defined]
    if reminder.cancelled_at is not None:
        why = _why_cancelled(reminder, episode, settled)
        at = moment(reminder.cancelled_at, episode.zone, now=now)
        state, words, notes = "neutral", "Called off", [f"Called off {at}: {why}"]
    elif not deliveries:
        state, words, notes = "neutral", "Passed over", [_why_passed_over(reminder)]
    else:
        outcome = _outcome(deliveries)
        state, words, notes = outcome.value, str(outcome.label), []
    if reminder.attempts and reminder.last_error:
        times = _times(reminder.attempts)
        notes.append(f"Before that, {times} it reached nobody: {server_words(reminder.last_error)}")
    return _row(
        reminder,
        episode,
        state=state,
        state_words=words,
        notes=notes,
        told=_told_each(deliveries, episode, now=now),
        now=now,
    )


def step_row(step: Step, episode: Episode, *, now: datetime) -> LedgerRow:
    """A reminder that waits, and whom it would reach right now."""
    reminder = step.reminder
    at = moment(step.at, episode.zone, now=now)
    if step.is_paused:
        state, words, notes = "due_later", "Paused", [f"Paused until {at}: somebody is on it."]
    elif reminder.due_at > now:
        state, words, notes = "neutral", "Not due yet", []
    elif reminder.last_error:
        state, words = "overdue", "Not delivered"
        said = server_words(reminder.last_error)
        notes = [f"Tried {_times(reminder.attempts)}. {said} It is tried again."]
    else:
        state, words, notes = "due_soon", "On its way", []
    people = [
        Told(
            channel="",
            who=recipient.person.user.name if recipient.person else "The on-call address",
            why=recipient.why,
            facts=[],
        )
        for recipient in step.recipients
    ]
    notes += warnings_of(step.recipients)
    return _row(
        reminder, episode, state=state, state_words=words, notes=notes, told=people, now=now
    )


def _row(
    reminder: Reminder,
    episode: Episode,
    *,
    state: str,
    state_words: str,
    notes: list[str],
    told: list[Told],
    now: datetime,
) -> LedgerRow:
    duty, zone = reminder.duty, episode.zone
    audience = Audience(reminder.audience)
    whom = reminder.person.name if reminder.person else WHO[audience]
    if reminder.hurried_at is not None:
        hurried = moment(reminder.hurried_at, zone, now=now)
        notes = [*notes, f"Brought forward {hurried}, because a mail failed."]
    is_titled = duty is not None or reminder.flag is not None
    if reminder.says and is_titled:
        notes = [reminder.says, *notes]
    return LedgerRow(
        title=_title(reminder, now=now),
        url=duty.get_absolute_url() if duty is not None else "",
        kind=f"{KINDS[ReminderKind(reminder.kind)]}, to {whom}",
        planned="" if _is_told_as_planned(reminder) else moment(reminder.due_at, zone, now=now),
        state=state,
        state_words=state_words,
        notes=notes,
        told=told,
    )


def _is_told_as_planned(reminder: Reminder) -> bool:
    told_at = reminder.addressed_at
    return told_at is not None and told_at - reminder.due_at < A_MINUTE


def _title(reminder: Reminder, *, now: datetime) -> str:
    duty: Duty | None = reminder.duty
    flag: Flag | None = reminder.flag
    if duty is not None:
        return duty.name
    return flag_title(flag, now=now) if flag is not None else reminder.says


def _outcome(deliveries: Iterable[Delivery]) -> State:
    """The worst of what became of the deliveries of a reminder that was told."""
    deliveries = list(deliveries)
    waiting = [
        one
        for one in deliveries
        if one.sent_at is None and one.failed_at is None and one.cancelled_at is None
    ]
    if any(one.failed_at is not None for one in deliveries):
        return State.FAILED
    if any(one.message_id is not None for one in waiting):
        return State.ON_ITS_WAY
    return State.FOR_DIGEST if waiting else State.SENT


def _why_passed_over(reminder: Reminder) -> str:
    """Why a step that was due reached no inbox, and did not have to."""
    if reminder.audience in PASSED_OVER:
        return f"There was no {WHO[Audience(reminder.audience)]}. The next step followed."
    return "Each of them had chosen to hear at the other of the two early times."


def _told_each(deliveries: Iterable[Delivery], episode: Episode, *, now: datetime) -> list[Told]:
    """One line a person, where what became of it is the same in the inbox and by mail."""
    lines: list[Told] = []
    for delivery in deliveries:
        line = _told(delivery, episode, now=now)
        if lines and replace(line, channel="") == replace(lines[-1], channel=""):
            lines[-1] = replace(line, channel=f"{lines[-1].channel} and {line.channel.lower()}")
        else:
            lines.append(line)
    return lines


def _told(delivery: Delivery, episode: Episode, *, now: datetime) -> Told:
    message = delivery.message
    happened = [
        ("sent", delivery.sent_at),
        ("called off", delivery.cancelled_at),
        ("given up", delivery.failed_at),
        ("seen", delivery.seen_at),
        ("“I’m on it”", delivery.acknowledged_at),  # type: ignore[attr-defined]
    ]
    facts = _facts(happened, episode.zone, now=now)
    if delivery.sent_at is None and delivery.failed_at is None and delivery.cancelled_at is None:
        facts.insert(0, _waits(delivery, lambda at: moment(at, episode.zone, now=now)))
    if message is not None and message.attempts > 1:
        facts.insert(0, f"{message.attempts} attempts")
    failed = message is not None and delivery.sent_at is None
    return Told(
        channel=Channel(delivery.channel).label,
        who=_who(delivery),
        why=delivery.why,
        facts=facts,
        failure=server_words(message.last_error) if message is not None and failed else "",
    )


def _facts(
    happened: Iterable[tuple[str, datetime | None]], zone: tzinfo, *, now: datetime
) -> list[str]:
    """What happened when; of the same day, the day and the zone are said once."""
    facts: list[str] = []
    day = None
    for what, at in happened:
        if at is None:
            continue
        is_same_day = day == (at.astimezone(zone).date(), at.astimezone(zone).utcoffset())
        facts.append(f"{what} {clock(at, zone) if is_same_day else moment(at, zone, now=now)}")
        day = (at.astimezone(zone).date(), at.astimezone(zone).utcoffset())
    return facts


def _waits(delivery: Delivery, at: Callable[[datetime], str]) -> str:
    message = delivery.message
    if message is None:
        return "waits for the daily digest"
    if message.attempts:
        return f"not sent yet, tried again {at(message.next_attempt_at)}"
    return "not sent yet"


def _who(delivery: Delivery) -> str:
    if delivery.recipient is not None:
        return delivery.recipient.name
    address = delivery.message.address if delivery.message is not None else ""
    return f"The on-call address {address}".strip()


def _why_cancelled(
    reminder: Reminder, episode: Episode, settled: Mapping[int, dict[datetime, str]]
) -> str:
    """What took away its point, told by what happened at the moment at which it was called off."""
    at, duty = reminder.cancelled_at, reminder.duty
    if at is not None and at in (episode.ended_recorded_at, episode.returned_recorded_at):
        return "the youth was back, or the episode was closed."
    if duty is None:
        return "it has lost its point."
    if at is not None and (how := settled.get(duty.pk, {}).get(at)):
        return how
    if duty.withdrawn_at is not None and at == duty.withdrawn_at:
        return "the duty was withdrawn."
    if reminder.kind == ReminderKind.TAKEN_UP:
        return "they are not on it any more."
    if not duty.is_open:
        return "the duty was settled."
    return "the due time moved. It is planned anew."


SETTLED = {Outcome.DONE: "the duty was done.", Outcome.NOT_NEEDED: "the duty was not needed."}


def settled_at(
    entries: Iterable[tuple[int, datetime, str]],
) -> dict[int, dict[datetime, str]]:
    """When duties were settled, and how, by the duty's key; from (duty, recorded at, outcome)."""
    settled: dict[int, dict[datetime, str]] = {}
    for duty, at, outcome in entries:
        if words := SETTLED.get(Outcome(outcome)):
            settled.setdefault(duty, {})[at] = words
    return settled


def held_row(held: Acknowledgement, episode: Episode, *, now: datetime) -> HeldRow:
    """One time that somebody was on a duty, and how that ended."""
    start = moment(held.at, episode.zone, now=now)
    until = moment(held.until, episode.zone, now=now)
    if held.ended_at is not None and held.ended_at < held.until:
        ended = moment(held.ended_at, episode.zone, now=now)
        until = f"{until}; ended {ended}"
    return HeldRow(
        title=held.duty.name,
        url=held.duty.get_absolute_url(),
        words=f"{held.by.name} was on it from {start}, until {until}"
        if not held.holds_at(now)
        else f"{held.by.name} is on it since {start}, until {until}",
    )


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
