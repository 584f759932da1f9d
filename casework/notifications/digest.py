"""The daily digest: one mail a person a day, counts only, for what they want to hear of once a day."""

import logging
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Min

from casework.models import Channel, Delivery, Message, MessageKind, ReminderPreferences, User
from casework.models.reminder import DeliveryQuerySet
from casework.notifications import failures, pulses

log = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
TRIED_AGAIN_AFTER = timedelta(hours=1)


def make_digests(*, now: datetime) -> int:
    """Write a digest for each person whose hour of the day has come and for whom something waits.

    What waits longer than a day goes along whatever the hour. Returns how many were written. A
    digest that cannot be made is noted and tried again an hour later; the admins are told.
    """
    oldest = dict(_waiting().order_by().values_list("recipient").annotate(Min("created_at")))
    failed = pulses.digests_that_failed()
    for person_id in failed.keys() - oldest.keys():  # what waited was settled meanwhile
        failed[person_id].delete()
    if not oldest:
        return 0
    people = User.objects.filter(pk__in=oldest).select_related("unit", "reminder_preferences")
    written = 0
    for user in people.order_by("pk"):
        last_failed = failed.get(user.pk)
        if last_failed is not None and now - last_failed.at < TRIED_AGAIN_AFTER:
            continue
        try:
            if is_time(_last_hour(user, now), oldest[user.pk], now=now):
                written += _digest_for(user, now=now)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # one person's must not stop the others'
            log.exception("No digest for %s", user.public_id)
            _note_failure(user, error, now=now)
        else:
            if last_failed is not None:
                last_failed.delete()
    return written


def _waiting() -> DeliveryQuerySet:
    return Delivery.objects.waiting().filter(channel=Channel.EMAIL, message=None)


@transaction.atomic
def _digest_for(user: User, *, now: datetime) -> bool:
    """Whether one was written. Two sweeps at once write one: the second finds nothing waiting."""
    held = list(_waiting().filter(recipient=user).order_by("pk").select_for_update(of=("self",)))
    if not held:
        return False
    message = Message.objects.create(
        kind=MessageKind.DIGEST, recipient=user, created_at=now, next_attempt_at=now
    )
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in held]).update(message=message)
    return True


@transaction.atomic
def _note_failure(user: User, error: Exception, *, now: datetime) -> None:
    pulses.note_failed_digest(user, type(error).__name__, now=now)
    oldest = _waiting().filter(recipient=user).select_related("reminder__episode")
    if (delivery := oldest.order_by("created_at", "pk").first()) is not None:
        failures.tell_of_missing_digest(delivery, user, now=now)


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
