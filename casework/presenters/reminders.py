"""How the inbox is shown: open duties once each, soonest due first, then what is for information."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from casework.models import Delivery, Duty, Episode, Flag
from casework.policies.time_phrases import moment
from casework.presenters.due import Due, due_of
from casework.presenters.episodes import name_and_age
from casework.presenters.flags import MarkTag, flag_title, marks_of


@dataclass(frozen=True, kw_only=True)
class ReminderRow:
    """One line of the inbox."""

    title: str
    url: str
    about: str
    due: Due | None
    why: str
    sent: str
    is_new: bool
    marks: list[MarkTag]
    acknowledge_url: str = ""
    acknowledged: str = ""


def action_rows(
    duties: Iterable[Duty], latest: Iterable[Delivery], *, now: datetime
) -> list[ReminderRow]:
    """These open duties in their order, each with its latest message; one without is left out."""
    message_of = {message.reminder.duty_id: message for message in latest}
    return [
        _row(message_of[duty.pk], duty.episode, duty, None, now=now)
        for duty in duties
        if duty.pk in message_of
    ]


def information_rows(
    messages: Iterable[Delivery], *, visible: set[int], now: datetime
) -> list[ReminderRow]:
    """One row a message, in their order.

    What belongs to an episode that is not in `visible` (ids) keeps its line, without saying what or
    about whom.
    """
    rows = []
    for message in messages:
        episode, duty = message.reminder.episode, message.reminder.duty
        if duty is not None:
            duty.episode = episode
        if episode.pk in visible:
            rows.append(_row(message, episode, duty, message.reminder.flag, now=now))
        else:
            rows.append(_row(message, episode, None, None, now=now))
    return rows


def _row(
    message: Delivery, episode: Episode, duty: Duty | None, flag: Flag | None, *, now: datetime
) -> ReminderRow:
    """One line. Neither duty nor flag: the item is not this person's to see."""
    sent = moment(message.sent_at or message.created_at, episode.zone, now=now)
    title = flag_title(flag, now=now) if flag else "An item that is not yours now"
    return ReminderRow(
        title=duty.name if duty else title,
        url=reverse("reminder", args=[message.public_id]),
        about=name_and_age(episode.youth, episode.zone, now=now) if duty or flag else "",
        due=due_of(duty, now=now) if duty and duty.is_open else None,
        why=message.why,
        sent=f"Sent {sent}",
        is_new=message.seen_at is None,
        marks=marks_of(episode.flags.all()) if duty or flag else [],
    )
