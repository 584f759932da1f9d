"""The words of a message outside Porchlight: that something is due, never what or about whom.

E-mail copies itself through servers and lock screens that nobody here controls.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from casework.models import Delivery
from casework.policies.ladder import ReminderKind
from casework.policies.time_phrases import moment


@dataclass(frozen=True)
class Message:
    """One message, ready to send. `message_id` is the same for every attempt."""

    subject: str
    text: str
    html: str
    message_id: str


def message_for(delivery: Delivery, *, now: datetime) -> Message:
    """Write the message of this delivery."""
    reminder = delivery.reminder
    episode, duty = reminder.episode, reminder.duty
    due_at = duty.due_at if duty else None
    due = moment(due_at, episode.zone, now=now) if due_at else ""
    is_overdue = due_at is not None and due_at < now
    if reminder.kind == ReminderKind.NOTICE and not is_overdue:
        headline = "New item for you"
    elif is_overdue:
        headline = f"Action overdue since {due}"
    else:
        headline = f"Action due by {due}"
    context = {
        "headline": headline,
        "due": due,
        "is_overdue": is_overdue,
        "why": delivery.why,
        "address": settings.BASE_URL + reverse("reminder", args=[delivery.public_id]),
        "on_call_phone": episode.unit.on_call_phone or settings.ON_CALL_PHONE,
    }
    return Message(
        subject=f"{headline} – ref {episode.reference}",
        text=render_to_string("emails/reminder/message.txt", context),
        html=render_to_string("emails/reminder/message.html", context),
        message_id=f"<{delivery.public_id}@{urlsplit(settings.BASE_URL).hostname}>",
    )
