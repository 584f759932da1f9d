"""Turns due reminders into deliveries: in the inbox at once, by mail into one message a person.

Claims use SKIP LOCKED, so that any number of sweeps may run side by side, twice or late. Reminders
that reach the same people are resolved together; one bad row never stops the rest.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.fields import BooleanField
from django.db.models.functions import Least

from casework.models import (
    Cadence,
    Channel,
    Delivery,
    EndReason,
    Message,
    MessageKind,
    Reminder,
    Topic,
)
from casework.notifications.directory import Directory
from casework.notifications.plan import next_repeats
from casework.notifications.recipients import (
    PASSED_OVER,
    Place,
    Recipient,
    handed_on_by,
    recipients_of,
)
from casework.policies.ladder import Audience, ReminderKind
from casework.policies.rules import Phase

log = logging.getLogger(__name__)

BATCH = 2000
RETRY = timedelta(minutes=1)
MOST_ATTEMPTS = 30_000  # counted no further: a smallint ends at 32,767, and it is never given up
NOBODY = "Nobody to tell: no supervisor, on-call person or admin has an account that is active."


def reminds(to: str = "") -> Q:
    """What still reminds anybody; `to` leads to the reminder, like "reminder__".

    A duty that is settled does not, nor one of the missing time once that is over.
    """
    duty, episode = f"{to}duty__", f"{to}episode__"
    return Q(**{f"{to}duty__isnull": True}) | (
        Q(
            **{
                f"{duty}done_at__isnull": True,
                f"{duty}not_needed_at__isnull": True,
                f"{duty}withdrawn_at__isnull": True,
            }
        )
        & ~Q(**{f"{episode}end_reason__in": (EndReason.OPENED_IN_ERROR, EndReason.DECEASED)})
        & (Q(**{f"{episode}ended_at__isnull": True}) | Q(**{f"{duty}phase": Phase.RETURN}))
    )


@dataclass(frozen=True)
class Alike:
    """All that decides who hears of a reminder, and through what: equal for many."""

    place: Place
    audience: Audience
    person_id: int | None
    kind: ReminderKind
    topic: Topic


@dataclass(frozen=True)
class Way:
    """One delivery that each of some reminders becomes."""

    recipient_id: int | None
    why: str
    channel: Channel
    is_digested: bool = False


@dataclass(frozen=True)
class Group:
    """Reminders that reach the same people in the same ways."""

    reminder_ids: list[int]
    ways: list[Way]


def address_due(*, now: datetime) -> int:
    """Take up a batch of due reminders; return how many were, 0 when nothing is due.

    The inbox is reached here, in the same transaction: exactly once.
    """
    with transaction.atomic():
        due = _claim(now)
        if not due:
            return 0
        directory = Directory.at(now)
        try:
            with transaction.atomic():
                _address(due, directory, now)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # one bad row must not stop the rest
            log.warning("Addressing one by one: %s", type(error).__name__)
            for reminder_id, alike in due.items():
                _address_alone(reminder_id, alike, directory, now)
    return len(due)


def _claim(now: datetime) -> dict[int, Alike | None]:
    """Due reminders by id, locked; None stands for one that has nothing left to remind of."""
    handed_on = handed_on_by(OuterRef("episode__recorded_by"))
    rows = (
        Reminder.objects.waiting()
        .filter(due_at__lte=now)
        .filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))
        .filter(Q(paused_until__isnull=True) | Q(paused_until__lte=now))
        .annotate(
            reminds=Case(
                When(reminds(), then=Value(True)), default=Value(False), output_field=BooleanField()
            ),
            # Most hold what they logged: only of the others the past is asked.
            logger=Case(
                When(
                    ~Q(episode__recorded_by=F("episode__assigned_to"))
                    & Q(Exists(handed_on.filter(episode=OuterRef("episode")))),
                    then=None,
                ),
                default=F("episode__recorded_by"),
            ),
        )
        .order_by("due_at", "id")
        .select_for_update(of=("self",), skip_locked=True)
        .values_list(
            *("pk", "reminds", "episode__unit_id", "episode__assigned_to_id"),
            *("logger", "audience", "person_id", "kind", "topic"),
        )[:BATCH]
    )
    return {
        pk: Alike(
            Place(unit, owner, logger),
            Audience(audience),
            person,
            ReminderKind(kind),
            Topic(topic),
        )
        if reminds
        else None
        for pk, reminds, unit, owner, logger, audience, person, kind, topic in rows
    }


def _address(due: dict[int, Alike | None], directory: Directory, now: datetime) -> None:
    """Write the deliveries of all of these, or of none: raises when one of them cannot be."""
    groups: dict[Alike | None, list[int]] = defaultdict(list)
    for reminder_id, alike in due.items():
        groups[alike].append(reminder_id)
    _cancel(groups.pop(None, []), now)
    ways: list[Group] = []
    told: list[int] = []
    unreached: list[int] = []
    for alike, reminder_ids in groups.items():
        assert alike is not None  # noqa: S101 (popped above)
        recipients = recipients_of(
            alike.place,
            alike.audience,
            directory,
            person_id=alike.person_id,
            has_agency_address=bool(settings.ON_CALL_EMAIL),
        )
        if not recipients and alike.audience not in PASSED_OVER:
            unreached += reminder_ids
            continue
        told += reminder_ids
        ways.append(Group(reminder_ids, list(_ways(alike, recipients))))
    _write(ways, _messages_for(ways, now), now)
    _grow(told, now)
    Reminder.objects.filter(pk__in=told).update(addressed_at=now)
    _try_again(unreached, NOBODY, now)


def _address_alone(
    reminder_id: int, alike: Alike | None, directory: Directory, now: datetime
) -> None:
    """Address one; what cannot be is kept in words and tried again later."""
    try:
        with transaction.atomic():
            _address({reminder_id: alike}, directory, now)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # one bad row must not stop the rest
        log.exception("Reminder %s could not be addressed", reminder_id)
        _try_again([reminder_id], f"{type(error).__name__}: {error}"[:300], now)


def _cancel(reminder_ids: Sequence[int], now: datetime) -> None:
    Reminder.objects.filter(pk__in=reminder_ids).update(cancelled_at=now)


def _try_again(reminder_ids: Sequence[int], error: str, now: datetime) -> None:
    Reminder.objects.filter(pk__in=reminder_ids).update(
        attempts=Least(F("attempts") + 1, MOST_ATTEMPTS), retry_at=now + RETRY, last_error=error
    )


def _ways(alike: Alike, recipients: Iterable[Recipient]) -> Iterator[Way]:
    """How these people are told: in the inbox always, by mail as often as they want it."""
    for recipient in recipients:
        person = recipient.person
        if person is None:
            yield Way(None, recipient.why, Channel.EMAIL)
        elif person.hears(alike.kind):
            cadence = person.cadence(alike.topic)
            yield Way(person.user.pk, recipient.why, Channel.INBOX)
            if cadence != Cadence.OFF:
                yield Way(person.user.pk, recipient.why, Channel.EMAIL, cadence == Cadence.DIGEST)


def _messages_for(groups: Iterable[Group], now: datetime) -> dict[int | None, int]:
    """The message, by recipient, in which all that falls due for them now goes out.

    One that still waits for its first attempt takes up more: after an outage each person gets one
    message. Whoever sends one claims it first, so none is added to while it goes out.
    """
    wanted = {
        way.recipient_id
        for group in groups
        for way in group.ways
        if way.channel is Channel.EMAIL and not way.is_digested
    }
    if not wanted:
        return {}
    unclaimed = Message.objects.waiting().filter(
        Q(recipient__in=wanted - {None}) | (Q(recipient=None) if None in wanted else Q(pk=None)),
        kind=MessageKind.REMINDERS,
        attempts=0,
        claimed_until=None,
    )
    message_of = dict(
        unclaimed.order_by("pk")
        .select_for_update(skip_locked=True)
        .values_list("recipient_id", "pk")
    )
    made = Message.objects.bulk_create(
        Message(
            recipient_id=recipient_id,
            address="" if recipient_id else settings.ON_CALL_EMAIL,
            created_at=now,
            next_attempt_at=now,
        )
        for recipient_id in sorted(wanted - message_of.keys(), key=lambda key: key or 0)
    )
    return message_of | {message.recipient_id: message.pk for message in made}


def _write(groups: Sequence[Group], message_of: Mapping[int | None, int], now: datetime) -> None:
    """Write the deliveries in one statement: each reminder of a group, each of the group's ways."""
    members = [(reminder, at) for at, group in enumerate(groups) for reminder in group.reminder_ids]
    ways = [(at, way) for at, group in enumerate(groups) for way in group.ways]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            {
                "now": now,
                "reminders": [reminder for reminder, _ in members],
                "member_of": [at for _, at in members],
                "way_of": [at for at, _ in ways],
                "recipients": [way.recipient_id for _, way in ways],
                "whys": [way.why[:250] for _, way in ways],
                "channels": [way.channel.value for _, way in ways],
                "messages": [
                    None
                    if way.channel is Channel.INBOX or way.is_digested
                    else message_of[way.recipient_id]
                    for _, way in ways
                ],
            },
        )


INSERT = f"""
    INSERT INTO {Delivery._meta.db_table}
        (public_id, reminder_id, recipient_id, why, channel, message_id, created_at, sent_at)
    SELECT gen_random_uuid(), member.reminder, way.recipient, way.why, way.channel, way.message,
        %(now)s, CASE WHEN way.channel = '{Channel.INBOX}' THEN %(now)s::timestamptz END
    FROM unnest(%(reminders)s::bigint[], %(member_of)s::int[]) AS member (reminder, at)
    JOIN unnest(
        %(way_of)s::int[], %(recipients)s::bigint[], %(whys)s::text[], %(channels)s::text[],
        %(messages)s::bigint[]
    ) AS way (at, recipient, why, channel, message) ON way.at = member.at
    ON CONFLICT DO NOTHING
"""  # noqa: S608 (a table's name and a constant)


def _grow(told: Sequence[int], now: datetime) -> None:
    """Plan what follows each repeat that goes out now."""
    repeats = Reminder.objects.filter(pk__in=told, kind=ReminderKind.REPEAT)
    rows = next_repeats(repeats.select_related("duty__episode"), now=now)
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)
