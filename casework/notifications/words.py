"""The words of a message outside Porchlight: that something is due, never what or about whom.

E-mail copies itself through servers and lock screens that nobody here controls.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from casework.access.inbox import duties_needing_action
from casework.models import Delivery, Export, Message, MessageKind, User
from casework.models.reminder import DeliveryQuerySet
from casework.policies.ladder import ReminderKind
from casework.policies.leading import leads
from casework.policies.time_phrases import moment

MOST_LINES = 10
UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Words:
    """One message, ready to send. `message_id` is the same for every attempt."""

    subject: str
    text: str
    html: str
    message_id: str


@dataclass(frozen=True)
class Line:
    """One item of a message: "Action due by Tue Mar 3, 3:52 a.m. CST", and where it is opened."""

    words: str
    address: str
    due_at: datetime | None
    due: str
    is_overdue: bool
    is_leading: bool


def words_of(message: Message, deliveries: Sequence[Delivery], *, now: datetime) -> Words:
    """Write this message; `deliveries` are what is left to tell in it: none for an export."""
    if message.kind == MessageKind.DIGEST:
        return _digest(message, deliveries, now=now)
    if message.kind == MessageKind.EXPORT:
        return _export(message)
    lines = _lines(deliveries, now=now)
    headline = _headline(lines)
    phones = {
        delivery.reminder.episode.unit.on_call_phone or settings.ON_CALL_PHONE
        for delivery in deliveries
    }
    reference = deliveries[0].reminder.episode.reference if len(lines) == 1 else ""
    return _written(
        message,
        subject=f"{headline} (ref {reference})" if reference else headline,
        headline=headline,
        lines=lines[:MOST_LINES],
        more=max(len(lines) - MOST_LINES, 0),
        why=list(dict.fromkeys(delivery.why for delivery in deliveries)),
        on_call_phone=phones.pop() if len(phones) == 1 else settings.ON_CALL_PHONE,
    )


def told_in(*messages: Message) -> DeliveryQuerySet:
    """What is left to tell in these messages, with all that their words rest on."""
    return (
        Delivery.objects.waiting()
        .filter(message__in=messages)
        .select_related("reminder__duty", "reminder__episode__unit")
        .only(
            *("public_id", "reminder_id", "message_id", "why"),
            *(f"reminder__{name}" for name in ("kind", "audience", "topic")),
            *(f"reminder__{name}" for name in ("duty_id", "flag_id", "episode_id")),
            *(f"reminder__duty__{name}" for name in ("code", "due_at")),
            *(f"reminder__episode__{name}" for name in ("reference", "time_zone", "unit_id")),
            "reminder__episode__unit__on_call_phone",
        )
        .order_by("id")
    )


def _lines(deliveries: Iterable[Delivery], *, now: datetime) -> list[Line]:
    """One line a duty, and one for each notice; what is overdue first, then what is due soonest."""
    latest: dict[object, Delivery] = {}
    for delivery in deliveries:
        reminder = delivery.reminder
        latest[reminder.duty_id or ("notice", reminder.pk)] = delivery
    lines = [_line(delivery, now=now) for delivery in latest.values()]
    far_off = datetime.max.replace(tzinfo=UTC)
    return sorted(
        lines,
        key=lambda line: (not line.is_overdue, not line.is_leading, line.due_at or far_off),
    )


def _line(delivery: Delivery, *, now: datetime) -> Line:
    reminder = delivery.reminder
    duty = reminder.duty
    due_at = duty.due_at if duty else None
    due = moment(due_at, reminder.episode.zone, now=now) if due_at else ""
    is_overdue = due_at is not None and due_at < now
    is_told_of_time = due_at is not None and (reminder.kind != ReminderKind.NOTICE or is_overdue)
    if not is_told_of_time:
        words, due = "New item for you", ""
    elif is_overdue:
        words = f"Action overdue since {due}"
    else:
        words = f"Action due by {due}"
    return Line(
        words=words,
        address=_address("reminder", delivery.public_id),
        due_at=due_at if is_told_of_time else None,
        due=due,
        is_overdue=is_overdue,
        is_leading=duty is not None and leads(duty.code),
    )


def _headline(lines: Sequence[Line]) -> str:
    if len(lines) == 1:
        return lines[0].words
    overdue = [line for line in lines if line.is_overdue]
    due = [line for line in lines if line.due and not line.is_overdue]
    new = len(lines) - len(overdue) - len(due)
    parts = []
    if overdue:
        parts.append(f"{_number(len(overdue), 'action')} overdue")
    if due:
        first = min(due, key=lambda line: (line.due_at is None, line.due_at))
        by = f"by {first.due}" if len(due) == 1 else f"the first by {first.due}"
        parts.append(f"{_number(len(due), 'action')} due{' ' if len(due) == 1 else ', '}{by}")
    if new:
        parts.append(_number(new, "new item"))
    return ", ".join(parts)


def _digest(message: Message, deliveries: Sequence[Delivery], *, now: datetime) -> Words:
    """Counts only: what needs action, what of it is overdue, and what is new."""
    user = message.recipient
    open_duties = duties_needing_action(user, now=now) if isinstance(user, User) else None
    action = open_duties.count() if open_duties is not None else 0
    overdue = open_duties.overdue_at(now).count() if open_duties is not None else 0
    new = len({delivery.reminder_id for delivery in deliveries})
    headline = (
        f"{_number(action, 'item')} need{'s' if action == 1 else ''} action, {overdue} overdue"
    )
    return _written(
        message,
        subject=f"{headline}, {_number(new, 'new item')} for your information",
        headline=f"{headline}. {_number(new, 'new item')} for your information",
        lines=[],
        more=0,
        why=["You chose to hear of some things once a day."],
        on_call_phone=settings.ON_CALL_PHONE,
    )


def _export(message: Message) -> Words:
    """That a scheduled export was made, or could not be: no word of what stands in it."""
    failed = Export.objects.filter(asked_by=message.recipient, failed_at=message.created_at)
    became = "could not be made" if failed.exists() else "is ready to look at"
    return _written(
        message,
        subject=f"Your monthly export {became}",
        headline=f"Your monthly export {became}",
        lines=[Line("See your exports", _address("exports"), None, "", False, False)],
        more=0,
        why=["You asked for an export every month."],
        on_call_phone="",
    )


def _written(message: Message, *, subject: str, **context: object) -> Words:
    context |= {
        "inbox": _address("inbox"),
        "preferences": _address("reminder_preferences"),
    }
    return Words(
        subject=subject,
        text=render_to_string("emails/reminder/message.txt", context),
        html=render_to_string("emails/reminder/message.html", context),
        message_id=f"<{message.public_id}@{urlsplit(settings.BASE_URL).hostname}>",
    )


def _address(name: str, *ids: object) -> str:
    return settings.BASE_URL + (reverse(name, args=ids) if ids else _page(name))


@cache
def _page(name: str) -> str:
    """The path of a page that is the same in every message."""
    return reverse(name)


def _number(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
