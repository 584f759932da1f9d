"""The sweep: turns due reminders into deliveries, and sends the deliveries that leave the house.

The database is the queue. Claims use SKIP LOCKED, so that any number of sweeps may run side by
side, twice or late. One bad row never stops the rest, and what cannot be sent is tried again,
then given up in a way that people see.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from casework.models import Channel, Delivery, Pulse, Reminder
from casework.notifications.channels import SENDERS
from casework.notifications.recipients import recipients_of
from casework.policies.ladder import Audience

log = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(seconds=90)  # longer than a batch may take: its budget and one mail time-out
BUDGET = 60  # seconds that one batch of sends may take before it hands back the rest
ATTEMPTS = 10  # over about four hours, doubling from a minute; then a person is told
PULSE = "sweep"


def address_due(*, now: datetime) -> int:
    """Turn up to a batch of due reminders into deliveries; return how many were addressed.

    The inbox is reached here, in the same transaction: exactly once.
    """
    with transaction.atomic():
        due = list(
            Reminder.objects.waiting()
            .filter(due_at__lte=now)
            .filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))
            .select_related("episode__unit", "episode__assigned_to")
            .order_by("due_at", "id")
            .select_for_update(of=("self",), skip_locked=True)[:BATCH]
        )
        return sum(_address(reminder, now) for reminder in due)


def _address(reminder: Reminder, now: datetime) -> bool:
    try:
        with transaction.atomic():
            recipients = recipients_of(reminder.episode, Audience(reminder.audience))
            if not recipients:
                raise LookupError("nobody to send it to: no supervisor, on-call person or admin")
            Delivery.objects.bulk_create(
                (
                    Delivery(
                        reminder=reminder,
                        recipient=recipient.user,
                        why=recipient.why,
                        channel=channel,
                        dedupe_key=f"{reminder.public_id}:{recipient.user.public_id}:{channel}",
                        created_at=now,
                        next_attempt_at=now,
                        sent_at=now if channel == Channel.INBOX else None,
                    )
                    for recipient in recipients
                    for channel in Channel
                ),
                ignore_conflicts=True,
            )
            Reminder.objects.filter(pk=reminder.pk).update(addressed_at=now)
    except Exception as error:  # one bad row must not stop the rest
        log.exception("Reminder %s could not be addressed", reminder.public_id)
        Reminder.objects.filter(pk=reminder.pk).update(
            attempts=F("attempts") + 1,
            retry_at=now + _pause(reminder.attempts),
            last_error=_words(error),
        )
        return False
    return True


def send_due(*, now: datetime) -> int:
    """Send up to a batch of waiting messages; return how many were claimed.

    Each is claimed for `LEASE` before it is sent and marked only afterwards: a crash in between
    sends it again, with the same message id.
    """
    claimed = _claim(now)
    stop_at = time.monotonic() + BUDGET
    for delivery in claimed:
        if time.monotonic() > stop_at:
            _hand_back(delivery)
        else:
            _send(delivery, now)
    return len(claimed)


def _claim(now: datetime) -> list[Delivery]:
    with transaction.atomic():
        ids = list(
            Delivery.objects.waiting()
            .filter(next_attempt_at__lte=now, channel__in=SENDERS)
            .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
            .order_by("next_attempt_at", "id")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:BATCH]
        )
        Delivery.objects.filter(pk__in=ids).update(
            claimed_until=now + LEASE, attempts=F("attempts") + 1
        )
    return list(
        Delivery.objects.filter(pk__in=ids)
        .select_related("recipient", "reminder__duty", "reminder__episode__unit")
        .order_by("next_attempt_at", "id")
    )


def _send(delivery: Delivery, now: datetime) -> None:
    mine = Delivery.objects.filter(pk=delivery.pk)
    duty = delivery.reminder.duty
    if duty is not None and not duty.is_open:
        mine.waiting().update(cancelled_at=now, claimed_until=None)
        return
    try:
        SENDERS[Channel(delivery.channel)](delivery, now=now)
    except Exception as error:  # whatever the mail server says is kept and shown
        log.warning("Delivery %s failed: %s", delivery.public_id, type(error).__name__)
        gives_up = delivery.attempts >= ATTEMPTS
        with transaction.atomic():
            mine.waiting().update(
                claimed_until=None,
                failed_at=now if gives_up else None,
                next_attempt_at=now + _pause(delivery.attempts - 1),
                last_error=_words(error),
            )
            if gives_up:
                _tell_of_failure(delivery, now)
    else:
        mine.waiting().update(sent_at=now, claimed_until=None, last_error="")


def _tell_of_failure(delivery: Delivery, now: datetime) -> None:
    """Put it into the inbox of the supervisors: somebody could not be reached by mail."""
    told = recipients_of(delivery.reminder.episode, Audience.SUPERVISOR)
    Delivery.objects.bulk_create(
        (
            Delivery(
                reminder=delivery.reminder,
                recipient=recipient.user,
                why=f"Mail to {delivery.recipient.name} failed for good. Tell them yourself.",
                channel=Channel.INBOX,
                dedupe_key=f"{delivery.public_id}:given-up:{recipient.user.public_id}",
                created_at=now,
                next_attempt_at=now,
                sent_at=now,
            )
            for recipient in told
        ),
        ignore_conflicts=True,
    )


def _hand_back(delivery: Delivery) -> None:
    """Give up the claim without counting an attempt that was never made."""
    Delivery.objects.waiting().filter(pk=delivery.pk).update(
        claimed_until=None, attempts=F("attempts") - 1
    )


def _pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, doubling, at most an hour."""
    return timedelta(minutes=min(1 << min(attempts, 6), 60))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def beat(*, now: datetime) -> None:
    """Note that a tick of the clock has reached the sweep."""
    Pulse.objects.update_or_create(name=PULSE, defaults={"at": now})
