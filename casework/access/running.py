"""What one may read about how reminders go out: people and mail servers' words, never a youth."""

from datetime import datetime

from django.db.models import Q, QuerySet

from casework.access.people import people_visible_to
from casework.access.scoping import AGENCY_WIDE
from casework.models import Message, Pulse, ReminderPreferences, User
from casework.models.reminder import MessageQuerySet


def people_to_reach(user: User) -> QuerySet[User]:
    """The active people whose mail this person watches: their own scope's, on-call the agency's."""
    people = User.objects.all() if user.role in AGENCY_WIDE else people_visible_to(user)
    return people.filter(is_active=True)


def refused_addresses(user: User) -> QuerySet[User]:
    """Who of them has an address that a mail server refuses, by name."""
    refused = people_to_reach(user).filter(email_refused_at__isnull=False)
    return refused.select_related("unit").order_by("name", "id")


def given_up(user: User, *, since: datetime) -> MessageQuerySet:
    """Messages to them, or to the agency-wide address, that were given up since; newest first."""
    return _messages(user).filter(failed_at__gt=since).order_by("-failed_at", "-id")


def to_be_retried(user: User) -> MessageQuerySet:
    """Messages to them, or to the agency-wide address, that failed and wait for another attempt."""
    waiting = _messages(user).waiting().exclude(last_error="")
    return waiting.order_by("next_attempt_at", "id")


def _messages(user: User) -> MessageQuerySet:
    mine = Q(recipient__in=people_to_reach(user).values("pk")) | Q(recipient=None)
    return Message.objects.filter(mine).select_related("recipient").defer("recipient__password")


def pulses() -> dict[str, Pulse]:
    """When each part that must keep running last did, by its name."""
    return Pulse.objects.in_bulk()


def preferences_of(user: User) -> ReminderPreferences:
    """What this person chose; the defaults, not saved, for somebody who has chosen nothing."""
    chosen = ReminderPreferences.objects.filter(user=user).first()
    return chosen or ReminderPreferences(user=user)
