"""The sweep: turns due reminders into deliveries, and sends the deliveries that leave the house.

The database is the queue. Claims use SKIP LOCKED, so that any number of sweeps may run side by
side, twice or late. One bad row never stops the rest, and what cannot be sent is tried again,
then given up in a way that people see.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Q

from casework.models import Channel, Delivery, Duty, Pulse, Reminder
from casework.models.reminder import DeliveryQuerySet
from casework.notifications.channels import SENDERS, Send
from casework.notifications.recipients import Recipient, reached_alike, recipients_of
from casework.policies.ladder import Audience

log = logging.getLogger(__name__)

BATCH = 100
BUDGET = 20  # seconds in which one batch begins its sends; what is left is handed back
# Longer than one slow send: a mail server may take settings.EMAIL_TIMEOUT for each of about ten steps.
LEASE = timedelta(seconds=120)
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
            .select_related("episode__unit", "episode__assigned_to", "episode__recorded_by")
            .defer("episode__description_at_start", "episode__assigned_to__password")
            .order_by("due_at", "id")
            .select_for_update(of=("self",), skip_locked=True)[:BATCH]
        )
        try:
            return _address(due, now)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # one bad row must not stop the rest
            log.warning("Addressing one by one: %s", type(error).__name__)
            return sum(_address_alone(reminder, now) for reminder in due)


@transaction.atomic
def _address(due: Sequence[Reminder], now: datetime) -> int:
    """Write the deliveries of all of these, or of none: raises when one of them cannot be."""
    reached: dict[tuple[object, ...], list[Recipient]] = {}
    messages: list[Delivery] = []
    for reminder in due:
        alike = reached_alike(reminder.episode, Audience(reminder.audience))
        if alike not in reached:
            reached[alike] = recipients_of(reminder.episode, Audience(reminder.audience))
        if not reached[alike]:
            raise LookupError("nobody to send it to: no supervisor, on-call person or admin")
        messages += _deliveries(reminder, reached[alike], now)
    Delivery.objects.bulk_create(messages, ignore_conflicts=True)
    return Reminder.objects.filter(pk__in=[reminder.pk for reminder in due]).update(
        addressed_at=now
    )


def _deliveries(
    reminder: Reminder, recipients: Iterable[Recipient], now: datetime
) -> Iterator[Delivery]:
    for recipient in recipients:
        for channel in Channel:
            yield Delivery(
                reminder=reminder,
                recipient=recipient.user,
                why=recipient.why,
                channel=channel,
                dedupe_key=f"{reminder.public_id}:{recipient.user.public_id}:{channel}",
                created_at=now,
                next_attempt_at=now,
                sent_at=now if channel == Channel.INBOX else None,
            )


def _address_alone(reminder: Reminder, now: datetime) -> int:
    """How many were addressed: one, or none, which is kept in words and tried again later."""
    try:
        return _address([reminder], now)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # one bad row must not stop the rest
        log.exception("Reminder %s could not be addressed", reminder.public_id)
        Reminder.objects.filter(pk=reminder.pk).update(
            attempts=F("attempts") + 1,
            retry_at=now + _pause(reminder.attempts),
            last_error=_words(error),
        )
        return 0


def send_due(*, now: datetime) -> int:
    """Send up to a batch of waiting messages; return how many were claimed.

    Each is claimed before it is sent and marked only afterwards: a crash in between sends it again,
    with the same message id. The claim is renewed right before each send, so that a sweep that was
    held up sends nothing that another has taken over, or that has been called off meanwhile.
    """
    began = time.monotonic()
    claimed = _claim(now)
    with ExitStack() as open_senders:
        senders: dict[Channel, Send] = {}
        for delivery in claimed:
            passed = timedelta(seconds=time.monotonic() - began)
            if passed.total_seconds() > BUDGET:
                _ours(delivery).update(claimed_until=None)
            elif _renews_claim(delivery, now, until=now + passed + LEASE):
                channel = Channel(delivery.channel)
                if channel not in senders:
                    senders[channel] = open_senders.enter_context(SENDERS[channel]())
                _send(delivery, senders[channel], now)
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
        Delivery.objects.filter(pk__in=ids).update(claimed_until=now + LEASE)
    return list(
        Delivery.objects.filter(pk__in=ids)
        .select_related("recipient", "reminder__duty", "reminder__episode__unit")
        .defer("recipient__password", "reminder__episode__description_at_start")
        .order_by("next_attempt_at", "id")
    )


def _ours(delivery: Delivery) -> DeliveryQuerySet:
    """The delivery, as long as it waits under the claim that we know."""
    return Delivery.objects.waiting().filter(pk=delivery.pk, claimed_until=delivery.claimed_until)


def _renews_claim(delivery: Delivery, now: datetime, *, until: datetime) -> bool:
    """Whether it is still ours to send; if so it is ours `until` then, and the attempt counts."""
    of_open_duty = Q(reminder__duty__isnull=True) | Q(reminder__duty__in=Duty.objects.open())
    ours = _ours(delivery)
    if not ours.filter(of_open_duty).update(claimed_until=until, attempts=F("attempts") + 1):
        # Where it is ours all the same, its duty has been settled since.
        ours.update(cancelled_at=now, claimed_until=None)
        return False
    delivery.claimed_until = until
    delivery.attempts += 1
    return True


def _send(delivery: Delivery, send: Send, now: datetime) -> None:
    try:
        send(delivery, now=now)
    except SoftTimeLimitExceeded:
        raise  # the task must end; who knows whether it was sent: its lease heals it
    except Exception as error:  # whatever the mail server says is kept and shown
        log.warning("Delivery %s failed: %s", delivery.public_id, type(error).__name__)
        gives_up = delivery.attempts >= ATTEMPTS
        with transaction.atomic():
            is_noted = _ours(delivery).update(
                claimed_until=None,
                failed_at=now if gives_up else None,
                next_attempt_at=now + _pause(delivery.attempts - 1),
                last_error=_words(error),
            )
            if is_noted and gives_up:
                _tell_of_failure(delivery, now)
    else:
        # Whosever claim it is by now: it has been sent.
        Delivery.objects.waiting().filter(pk=delivery.pk).update(
            sent_at=now, claimed_until=None, last_error=""
        )


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


def _pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, doubling, at most an hour."""
    return timedelta(minutes=min(1 << min(attempts, 6), 60))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def beat(*, now: datetime) -> None:
    """Note that a tick of the clock has reached the sweep."""
    Pulse.objects.update_or_create(name=PULSE, defaults={"at": now})
