"""How the inbox is shown: open duties once each, most urgent first, then what is for information,
then what is settled or with somebody else by now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from casework.access.permissions import Permission
from casework.access.roles import may
from casework.models import (
    Acknowledgement,
    Delivery,
    Duty,
    Episode,
    Flag,
    Reminder,
    SavedViewNotice,
    User,
)
from casework.operations.notices import About, about_of
from casework.policies.ladder import ReminderKind
from casework.policies.leading import leads
from casework.policies.time_phrases import moment
from casework.presenters.due import Due, due_of
from casework.presenters.episodes import name_and_age, urgency
from casework.presenters.flags import MarkTag, flag_title, marks_of
from casework.presenters.holding import Holding, holding_of

ORDER = (
    "Overdue first, then what is due soonest. "
    "Of what is due at the same time, reports to NCMEC and screenings come first."
)
LATER = (
    "Due in more than a day, with more than half of the time left. "
    "Each moves up by itself when it is time."
)


@dataclass(frozen=True, kw_only=True)
class ReminderRow:
    """One line of the inbox; `also` says how many earlier messages say the same.

    `needs_action` of a duty says whether it is pressing, or can wait.
    """

    title: str
    url: str
    about: str
    due: Due | None
    why: str
    sent: str
    is_new: bool
    marks: list[MarkTag]
    holding: Holding | None = None
    also: str = ""
    needs_action: bool = False


def in_order(duties: Iterable[Duty]) -> list[Duty]:
    """The order of `ORDER`; what was left open when a youth returned comes last."""

    def key(duty: Duty) -> tuple[object, ...]:
        left_open, rank, due, order, number = urgency(duty)
        return (left_open, rank, due, not leads(duty.code), order, number)

    return sorted(duties, key=key)


def action_rows(
    duties: Iterable[Duty],
    latest: Iterable[Delivery],
    *,
    held: Mapping[int, Acknowledgement],
    reader: User,
    now: datetime,
) -> list[ReminderRow]:
    """These open duties in order, each with its latest message; one without is left out.

    `held` has, by the duty's key, who is on it. The duties are those of `duties_told_to`.
    """
    message_of = {message.reminder.duty_id: message for message in latest}
    back = reverse("inbox")
    rows = []
    for duty in in_order(duties):
        if duty.pk in message_of:
            row = _row(message_of[duty.pk], duty.episode, duty, None, now=now)
            holding = holding_of(duty, held.get(duty.pk), reader=reader, back=back, now=now)
            title = f"{row.title}, {row.about}"
            holding = replace(holding, title=title)
            needs_action = duty.needs_action  # type: ignore[attr-defined]
            rows.append(replace(row, holding=holding, needs_action=needs_action))
    return rows


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What decides whether a message for information has lost its point for its reader.

    Episodes by id: those that the reader may see, those with work left, and those on offer to
    another unit, since when.
    """

    reader: User
    visible: set[int]
    with_work: set[int]
    offered_at: Mapping[int, datetime]

    def is_over(self, message: Delivery) -> bool:
        """Whether what the message says is settled, or somebody else's by now."""
        reminder, episode = message.reminder, message.reminder.episode
        if not may(self.reader, Permission.EPISODE_VIEW):
            return self._is_settled(reminder)
        if reminder.duty_id is not None or reminder.flag_id is not None:
            return True  # an open duty of theirs, or a flag to look at, is no information
        if reminder.kind == ReminderKind.NOT_REACHED:
            return False  # about a person, whatever has become of the episode
        if episode.pk not in self.with_work:
            return True
        is_holder = episode.assigned_to_id == self.reader.pk
        match about_of(reminder):
            case About.UNASSIGNED:
                return episode.assigned_to_id is not None
            case About.OFFERED:
                offered_at = self.offered_at.get(episode.pk)
                return offered_at is None or offered_at > reminder.planned_at
            case About.ASSIGNED:
                return not is_holder
            case About.HANDED_ON:
                return is_holder
        return False

    def _is_settled(self, reminder: Reminder) -> bool:
        """For those without cases of their own, whom it reached because nobody else was there."""
        if reminder.duty is not None:
            return not reminder.duty.is_open
        if reminder.flag is not None:
            return reminder.flag.confirmed_at is not None or not reminder.flag.is_standing
        return reminder.kind != ReminderKind.NOT_REACHED and (
            reminder.episode_id not in self.with_work
        )


def information_rows(
    messages: Iterable[Delivery], *, visible: set[int], now: datetime
) -> list[ReminderRow]:
    """One row an item, in the order of the messages; several about one item are folded into it.

    What belongs to an episode that is not in `visible` (ids) keeps its line, without saying what or
    about whom.
    """
    return [_folded(alike, visible=visible, now=now) for alike in _alike(messages)]


def past_rows(
    messages: Iterable[Delivery], standing: Standing, *, now: datetime
) -> list[ReminderRow]:
    """As `information_rows`, of what is over: it says how, nothing in it is new, no clock runs."""
    rows = []
    for alike in _alike(messages):
        row = _folded(alike, visible=standing.visible, now=now)
        why = f"{_came_of(alike[0], standing)} {row.why}".strip()
        rows.append(replace(row, why=why, due=None, is_new=False))
    return rows


def _came_of(message: Delivery, standing: Standing) -> str:
    """How it is over, for somebody who may know; "" where the line says it already."""
    reminder, episode = message.reminder, message.reminder.episode
    duty, flag = reminder.duty, reminder.flag
    if episode.pk not in standing.visible:
        return ""
    if duty is not None and not duty.is_open:
        if duty.done_at is not None:
            return "Done."
        return "Withdrawn." if duty.withdrawn_at is not None else "Not needed."
    if flag is not None and flag.waits_for_second_person and episode.is_open:
        return "Somebody else must agree."
    if duty is not None:
        return "With somebody else now."
    if episode.pk not in standing.with_work:
        return "Nothing is left to do."
    if about_of(reminder) is About.UNASSIGNED:
        return "Somebody holds it now."
    return "Answered, or taken back." if about_of(reminder) is About.OFFERED else ""


def _alike(messages: Iterable[Delivery]) -> list[list[Delivery]]:
    """The messages, those about one item together, in the order of the first of each."""
    folded: dict[tuple[object, ...], list[Delivery]] = {}
    for message in messages:
        folded.setdefault(_item(message), []).append(message)
    return list(folded.values())


def _item(message: Delivery) -> tuple[object, ...]:
    reminder = message.reminder
    return (reminder.episode_id, reminder.duty_id, reminder.flag_id, reminder.says)


def _folded(messages: list[Delivery], *, visible: set[int], now: datetime) -> ReminderRow:
    message, others = messages[0], len(messages) - 1
    episode, duty, flag = (
        message.reminder.episode,
        message.reminder.duty,
        message.reminder.flag,
    )
    if duty is not None:
        duty.episode = episode
    is_visible = episode.pk in visible
    if (notice := entry_notice(message)) is not None:
        row = _entry_row(message, notice, visible=visible, now=now)
    else:
        row = _row(message, episode, duty, flag, is_visible=is_visible, now=now)
    also = f"and {others} earlier message{'' if others == 1 else 's'}" if others else ""
    return replace(row, also=also, is_new=any(one.seen_at is None for one in messages))


def entry_notice(message: Delivery) -> SavedViewNotice | None:
    """What a message tells of a saved view of its reader's; None when it is about something else."""
    reminder = message.reminder
    if reminder.duty_id is not None or reminder.flag_id is not None:
        return None
    notice: SavedViewNotice | None = getattr(reminder, "of_view", None)
    return notice if notice and notice.view.owner_id == message.recipient_id else None


def _entry_row(
    message: Delivery, notice: SavedViewNotice, *, visible: set[int], now: datetime
) -> ReminderRow:
    """That youth entered a view; about whom only of one youth whom the reader may still see."""
    episode, view = message.reminder.episode, notice.view
    is_one = notice.entered == 1
    is_shown = is_one and episode.pk in visible
    who = "A youth entered" if is_one else f"{notice.entered} youth entered"
    return ReminderRow(
        title=f"{who} your view “{view.name}”",
        url=reverse("reminder", args=[message.public_id]),
        about=name_and_age(episode.youth, episode.zone, now=now) if is_shown else "",
        due=None,
        why=message.why,
        sent=f"Sent {moment(message.sent_at or message.created_at, episode.zone, now=now)}",
        is_new=message.seen_at is None,
        marks=marks_of(episode.flags.all()) if is_shown else [],
    )


def _row(
    message: Delivery,
    episode: Episode,
    duty: Duty | None,
    flag: Flag | None,
    *,
    is_visible: bool = True,
    now: datetime,
) -> ReminderRow:
    """One line. What is not this person's to see says neither what it is nor about whom."""
    sent = moment(message.sent_at or message.created_at, episode.zone, now=now)
    shown = duty if is_visible else None
    return ReminderRow(
        title=_title(message, duty, flag, is_visible=is_visible, now=now),
        url=reverse("reminder", args=[message.public_id]),
        about=name_and_age(episode.youth, episode.zone, now=now) if is_visible else "",
        due=due_of(shown, now=now) if shown and shown.is_open else None,
        why=why_words(message),
        sent=f"Sent {sent}",
        is_new=message.seen_at is None,
        marks=marks_of(episode.flags.all()) if is_visible else [],
    )


def _title(
    message: Delivery, duty: Duty | None, flag: Flag | None, *, is_visible: bool, now: datetime
) -> str:
    if duty is None and flag is None and message.reminder.says:
        # A notice about who holds an episode, or who could: its words name no youth, because it
        # often reaches somebody who cannot open the episode yet, or any more.
        return message.reminder.says
    if is_visible and duty is not None:
        return duty.name
    if is_visible and flag is not None:
        return flag_title(flag, now=now)
    return "A change to this episode" if is_visible else "An item that is not yours now"


def why_words(message: Delivery) -> str:
    """Why it reached this person: what happened, then who they are to it."""
    reminder = message.reminder
    kind = ReminderKind(reminder.kind)
    if kind is ReminderKind.TAKEN_UP:
        return "You said that you are on it, and it is not done."
    if kind is ReminderKind.ESCALATION:
        return f"Not recorded yet. {message.why}"
    is_title = reminder.duty_id is None and reminder.flag_id is None
    if kind is ReminderKind.NOT_REACHED and reminder.says and not is_title:
        return f"{reminder.says} {message.why}"
    return message.why
