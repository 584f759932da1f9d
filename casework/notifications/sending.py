"""Sends the messages that leave the house.

Each is claimed before it is sent and marked only afterwards: a crash in between sends it again, with
the same message id. The claim is renewed right before each send, so that a sweep that was held up
sends nothing that another has taken over, or in which nothing is left to tell.
"""

import logging
import time
from contextlib import ExitStack
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Q

from casework.models import Channel, Delivery, Message
from casework.models.reminder import MessageQuerySet
from casework.notifications import failures
from casework.notifications.addressing import reminds
from casework.notifications.channels import SENDERS, Refused, Send
from casework.notifications.words import told_in

log = logging.getLogger(__name__)

BATCH = 100
BUDGET = 20  # seconds in which one batch begins its sends; what is left is handed back
# Longer than one slow send: a mail server may take settings.EMAIL_TIMEOUT for each of about ten steps.
LEASE = timedelta(seconds=120)
ATTEMPTS = 10  # over about four hours, doubling from a minute; then a person is told


class AccountClosed(Exception):
    """Whoever a message is for has left since it was addressed."""


def send_due(*, now: datetime) -> int:
    """Send up to a batch of waiting messages; return how many were claimed."""
    began = time.monotonic()
    claimed = _claim(now)
    with ExitStack() as open_senders:
        senders: dict[Channel, Send] = {}
        for message in claimed:
            passed = timedelta(seconds=time.monotonic() - began)
            if passed.total_seconds() > BUDGET:
                _ours(message).update(claimed_until=None)
            elif left := _renews_claim(message, now, until=now + passed + LEASE):
                channel = Channel(message.channel)
                if channel not in senders:
                    senders[channel] = open_senders.enter_context(SENDERS[channel]())
                _send(message, left, senders[channel], now)
    return len(claimed)


def _claim(now: datetime) -> list[Message]:
    with transaction.atomic():
        ids = list(
            Message.objects.waiting()
            .filter(next_attempt_at__lte=now, channel__in=SENDERS)
            .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
            .order_by("next_attempt_at", "id")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:BATCH]
        )
        if not ids:
            return []
        Message.objects.filter(pk__in=ids).update(claimed_until=now + LEASE)
    return list(
        Message.objects.filter(pk__in=ids)
        .select_related("recipient")
        .defer("recipient__password")
        .order_by("next_attempt_at", "id")
    )


def _ours(message: Message) -> MessageQuerySet:
    """The message, as long as it waits under the claim that we know."""
    return Message.objects.waiting().filter(pk=message.pk, claimed_until=message.claimed_until)


def _renews_claim(message: Message, now: datetime, *, until: datetime) -> list[Delivery]:
    """What is left to tell in the message, where it is still ours to send; the attempt counts then.

    Where it is ours and nothing is left, it is called off.
    """
    left = list(told_in(message).filter(reminds("reminder__")))
    if not left:
        with transaction.atomic():
            if _ours(message).update(cancelled_at=now, claimed_until=None):
                message.deliveries.waiting().update(cancelled_at=now)
        return []
    if not _ours(message).update(claimed_until=until, attempts=F("attempts") + 1):
        return []
    message.claimed_until = until
    message.attempts += 1
    return left


def _send(message: Message, left: list[Delivery], send: Send, now: datetime) -> None:
    try:
        if message.recipient is not None and not message.recipient.is_active:
            raise AccountClosed("The account was closed before it went out.")
        send(message, left, now=now)
    except SoftTimeLimitExceeded:
        raise  # the task must end; who knows whether it was sent: its lease heals it
    except Exception as error:  # whatever the mail server says is kept and shown
        log.warning("Message %s failed: %s", message.public_id, type(error).__name__)
        is_final = isinstance(error, Refused | AccountClosed)
        is_for_good = is_final or message.attempts >= ATTEMPTS
        said = str(error) if is_final else f"{type(error).__name__}: {error}"
        with transaction.atomic():
            is_noted = _ours(message).update(
                claimed_until=None,
                failed_at=now if is_for_good else None,
                next_attempt_at=now + pause(message.attempts),
                last_error=said[:300],
            )
            if is_noted and is_for_good:
                is_refused = isinstance(error, Refused)
                failures.give_up(message, left, said=said, is_refused=is_refused, now=now)
    else:
        _note_sent(message, left, now)


@transaction.atomic
def _note_sent(message: Message, left: list[Delivery], now: datetime) -> None:
    """Whosever claim it is by now: it has been sent. What was not told in it is called off."""
    Message.objects.waiting().filter(pk=message.pk).update(
        sent_at=now, claimed_until=None, last_error=""
    )
    waiting = message.deliveries.waiting()
    waiting.filter(pk__in=[delivery.pk for delivery in left]).update(sent_at=now)
    waiting.update(cancelled_at=now)
    if message.recipient is not None and message.recipient.email_refused_at is not None:
        failures.forget_refusal(message.recipient)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, doubling, at most an hour."""
    return timedelta(minutes=min(1 << min(attempts - 1, 6), 60))
