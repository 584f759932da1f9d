"""The daily digest: one mail a person a day, counts only, for what they want to hear of once a day."""

import logging
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from casework.models import Channel, Delivery, Message, MessageKind, ReminderPreferences, User

log = logging.getLogger(__name__)

A_DAY = timedelta(days=1)


def make_digests(*, now: datetime) -> int:
    """Write a digest for each person whose hour of the day has come and for whom something waits.

    What waits longer than a day goes along whatever the hour. Returns how many were written.
    """
    waiting = Delivery.objects.waiting().filter(channel=Channel.EMAIL, message=None)
    people = User.objects.filter(pk__in=waiting.order_by().values("recipient"))
    written = 0
    for user in people.select_related("unit", "reminder_preferences").order_by("pk"):
        try:
            written += _digest_for(user, now=now)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # one person's must not stop the others'
            log.warning("No digest for %s: %s", user.public_id, type(error).__name__)
    return written


@transaction.atomic
def _digest_for(user: User, *, now: datetime) -> bool:
    """Whether one was written. Two sweeps at once write one: the second finds nothing waiting."""
    mine = Delivery.objects.waiting().filter(recipient=user, channel=Channel.EMAIL, message=None)
    held = list(mine.order_by("created_at", "pk").select_for_update(of=("self",)))
    if not held or not is_time(_last_hour(user, now), held[0].created_at, now=now):
        return False
    message = Message.objects.create(
        kind=MessageKind.DIGEST, recipient=user, created_at=now, next_attempt_at=now
    )
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in held]).update(message=message)
    return True


def is_time(last_hour: datetime, oldest: datetime, *, now: datetime) -> bool:
    """Whether something that waits since `oldest` was there when the hour last struck."""
    return oldest <= last_hour or now - oldest >= A_DAY


def _last_hour(user: User, now: datetime) -> datetime:
    """When the person's digest hour last struck in their zone."""
    preferences = getattr(user, "reminder_preferences", None) or ReminderPreferences(user=user)
    local = now.astimezone(user.unit.zone) if user.unit else now
    # fold=0: an hour that the clock change repeats strikes once.
    struck = local.replace(hour=preferences.digest_hour, minute=0, second=0, microsecond=0, fold=0)
    return struck if struck <= local else struck - A_DAY
