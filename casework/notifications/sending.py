"""Sends the messages that leave the house.

Each is claimed before it is sent and marked only afterwards: a crash in between sends it again, with
the same message id. The claims of a batch are renewed at its start, and again wherever that was over a
second ago; what notes that one was sent asks whether the next is still ours. So a sweep that was held
up sends nothing that another has taken over, or in which nothing is left to tell. A claim counts as
an attempt, so that a message which ends every sweep that tries it is given up too.
"""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Q

from casework.models import Channel, Delivery, Message, MessageKind
from casework.models.reminder import MessageQuerySet
from casework.notifications import failures
from casework.notifications.addressing import reminds
from casework.notifications.channels import SENDERS, Refused, Send
from casework.notifications.noting import note_again, note_sent, wait_for_disk
from casework.notifications.words import told_in

log = logging.getLogger(__name__)

BATCH = 100
FRESH = 1  # second for which holds what was read when the claims were renewed
BUDGET = 20  # seconds in which one batch begins its sends; what is left is handed back
# Longer than one slow send: a mail server may take settings.EMAIL_TIMEOUT for each of about ten steps.
LEASE = timedelta(seconds=120)
ATTEMPTS = 10  # over about four hours, doubling from a minute; then a person is told


class AccountClosed(Exception):
    """Whoever a message is for has left since it was addressed."""


def send_due(*, now: datetime) -> int:
    """Send up to a batch of waiting messages; return how many were claimed."""
    began = time.monotonic()
    note_again()
    claimed = to_send = _claim(now)
    with ExitStack() as open_senders:
        senders: dict[Channel, Send] = {}
        while to_send and (passed := time.monotonic() - began) <= BUDGET:
            ready = deque(_renew(to_send, now, until=now + timedelta(seconds=passed) + LEASE))
            fresh_until = time.monotonic() + FRESH
            is_ours = True  # as their claims were renewed just now
            while ready and time.monotonic() <= fresh_until:
                message, left = ready.popleft()
                after = ready[0][0] if ready else None
                if not is_ours:  # another has taken it over meanwhile, or it was called off
                    is_ours = after is not None and _ours(after).exists()
                    continue
                channel = Channel(message.channel)
                if channel not in senders:
                    senders[channel] = open_senders.enter_context(SENDERS[channel]())
                is_ours = _send(message, left, senders[channel], now, after=after)
            to_send = [message for message, _ in ready]
    for message in to_send:
        _ours(message).update(claimed_until=None, attempts=F("attempts") - 1)
    wait_for_disk()
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
        ids = _folded(ids, now)
        Message.objects.filter(pk__in=ids).update(
            claimed_until=now + LEASE, attempts=F("attempts") + 1
        )
    return list(
        Message.objects.filter(pk__in=ids)
        .select_related("recipient")
        .defer("recipient__password")
        .order_by("next_attempt_at", "id")
    )


def _folded(ids: list[int], now: datetime) -> list[int]:
    """After a failure more may have fallen due for the same person: one message tells it all.

    It is a new one with an id of its own, because one that was tried may have arrived, and a mail
    server drops what it knows. It counts as tried as often as the one that was tried most. The
    caller holds these messages.
    """
    failed = Message.objects.filter(pk__in=ids).exclude(last_error="").order_by()
    several = (
        Message.objects.waiting()
        .filter(recipient__in=failed.values("recipient"), kind=MessageKind.REMINDERS)
        .exclude(attempts__gt=0, last_error="")  # a sweep died with it: it keeps its id
        .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
        .order_by("pk")
        .select_for_update(skip_locked=True)
    )
    of_person: dict[int | None, list[Message]] = defaultdict(list)
    for message in several:
        of_person[message.recipient_id].append(message)
    for recipient_id, alike in of_person.items():
        if len(alike) < 2:
            continue
        whole = Message.objects.create(
            recipient_id=recipient_id,
            created_at=alike[0].created_at,
            next_attempt_at=now,
            attempts=max(message.attempts for message in alike),
            last_error=next((m.last_error for m in reversed(alike) if m.last_error), ""),
        )
        parts = [message.pk for message in alike]
        Delivery.objects.waiting().filter(message__in=parts).update(message=whole)
        Message.objects.filter(pk__in=parts).update(cancelled_at=now, claimed_until=None)
        ids = [*(pk for pk in ids if pk not in set(parts)), whole.pk]
    return ids


def _ours(message: Message) -> MessageQuerySet:
    """The message, as long as it waits under the claim that we know."""
    return Message.objects.waiting().filter(pk=message.pk, claimed_until=message.claimed_until)


def _renew(
    messages: Sequence[Message], now: datetime, *, until: datetime
) -> list[tuple[Message, list[Delivery]]]:
    """Those that are still ours to send, each with what is left to tell in it; they are claimed
    until then. Where nothing is left, it is called off.
    """
    left: dict[int | None, list[Delivery]] = defaultdict(list)
    for delivery in told_in(*messages).filter(reminds("reminder__")):
        left[delivery.message_id].append(delivery)
    ready = []
    with transaction.atomic():
        still = _still_ours(messages)
        for message in messages:
            if message.pk not in still:
                continue
            if message.pk in left or message.kind == MessageKind.EXPORT:
                ready.append((message, left[message.pk]))
                message.claimed_until = until
            else:
                _ours(message).update(cancelled_at=now, claimed_until=None)
                message.deliveries.waiting().update(cancelled_at=now)
        Message.objects.filter(pk__in=[message.pk for message, _ in ready]).update(
            claimed_until=until
        )
    return ready


def _still_ours(messages: Sequence[Message]) -> set[int]:
    """Which of these wait under the claim that we know; locked."""
    claims = dict(
        Message.objects.waiting()
        .filter(pk__in=[message.pk for message in messages])
        .order_by("pk")
        .select_for_update()
        .values_list("pk", "claimed_until")
    )
    return {message.pk for message in messages if claims.get(message.pk) == message.claimed_until}


def _send(
    message: Message, left: list[Delivery], send: Send, now: datetime, *, after: Message | None
) -> bool:
    """Send one and note what became of it; whether the one after it is still ours."""
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
        return after is not None and _ours(after).exists()
    return note_sent(message, left, now, after=after)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, doubling, at most an hour."""
    return timedelta(minutes=min(1 << min(attempts - 1, 6), 60))
