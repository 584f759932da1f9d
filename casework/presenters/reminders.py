"""How the inbox is shown: open duties once each, soonest due first, then what is for information."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from casework.models import Delivery, Duty
from casework.policies.time_phrases import moment
from casework.presenters.due import Due, due_of
from casework.presenters.episodes import name_and_age


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
    acknowledge_url: str = ""
    acknowledged: str = ""


def reminder_rows(
    deliveries: Iterable[Delivery], *, visible: set[int], now: datetime
) -> tuple[list[ReminderRow], list[ReminderRow]]:
    """Rows that need action and rows for information; `deliveries` come newest first.

    A duty stands once among those that need action, with its latest reminder. A duty that this
    person may no longer see keeps its line, without saying about whom.
    """
    action: dict[int, tuple[Duty, ReminderRow]] = {}
    information = []
    for delivery in deliveries:
        duty = delivery.reminder.duty
        if duty is not None and duty.is_open and duty.pk in visible:
            if duty.pk not in action:
                action[duty.pk] = (duty, _row(delivery, duty, now=now, is_visible=True))
        else:
            is_visible = duty is not None and duty.pk in visible
            information.append(_row(delivery, duty, now=now, is_visible=is_visible))
    in_order = sorted(
        action.values(), key=lambda item: (item[0].due_at is None, item[0].due_at, item[0].pk)
    )
    return [row for _, row in in_order], information


def _row(delivery: Delivery, duty: Duty | None, *, now: datetime, is_visible: bool) -> ReminderRow:
    episode = delivery.reminder.episode
    sent = moment(delivery.sent_at or delivery.created_at, episode.zone, now=now)
    return ReminderRow(
        title=duty.title if duty is not None and is_visible else "An item that is not yours now",
        url=reverse("reminder", args=[delivery.public_id]),
        about=name_and_age(episode.youth, episode.zone, now=now) if is_visible else "",
        due=due_of(duty, now=now) if duty is not None and is_visible and duty.is_open else None,
        why=delivery.why,
        sent=f"Sent {sent}",
        is_new=delivery.seen_at is None,
    )
