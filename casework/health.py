"""Whether Porchlight can be trusted right now: database, broker, the clock's tick, what is late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import redis
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, Min, OuterRef
from redis.backoff import NoBackoff
from redis.retry import Retry

from casework.models import Delivery, Message, Pulse, Reminder
from casework.models.reminder import ReminderQuerySet
from casework.notifications import pulses
from casework.notifications.addressing import reminds
from casework.policies.ladder import Audience, ReminderKind

ANSWER_WITHIN = 0.5  # seconds
QUEUE = "celery"  # the list in Redis in which Celery's default queue waits
TICKS_MISSED = 6
SHORTEST_SILENCE = timedelta(seconds=30)
CRON_WITHIN = timedelta(seconds=150)  # it runs once a minute, for at most 50 seconds
A_DAY = timedelta(days=1)
UNSENT_FOR = timedelta(minutes=5)


class Part(StrEnum):
    """What must run for a reminder to go out."""

    DATABASE = "database"
    BROKER = "broker"
    WORKER = "worker"
    BEAT = "beat"


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What was found; ages are whole seconds, None where there is nothing to measure.

    `broker` and `queue_length` are None when it was not asked. `oldest_unsent_seconds` looks at what
    the sweep has left lying; what failed and waits for its next attempt counts as `retrying`.
    `unreached` counts the reminders that no person has, for want of one or of a way to them.
    """

    database: bool
    broker: bool | None
    queue_length: int | None = None
    seconds_since_tick: int | None = None
    seconds_since_cron: int | None = None
    seconds_since_ping: int | None = None
    oldest_unsent_seconds: int | None = None
    retrying: int | None = None
    given_up_last_day: int | None = None
    unreached: int | None = None
    is_ticking: bool = False
    is_sending: bool = False

    @property
    def is_by_cron_alone(self) -> bool:
        """Whether no worker sweeps, and cron does."""
        since = self.seconds_since_cron
        return not self.is_ticking and since is not None and since <= CRON_WITHIN.total_seconds()

    @property
    def is_running(self) -> bool:
        """Whether something looks for what is due, again and again."""
        return (self.is_ticking and self.broker is not False) or self.is_by_cron_alone

    @property
    def is_ready(self) -> bool:
        """Whether pages can be served, and reminders go out and reach somebody."""
        return self.database and self.is_running and self.is_sending and not self.unreached

    @property
    def stopped(self) -> Part | None:
        """The part that has stopped, as far as it can be told from outside; None when none has.

        Without ticks, what beat rang for waits in the broker when no worker takes it, and nothing
        waits there when beat does not ring.
        """
        if not self.database:
            return Part.DATABASE
        if self.broker is False:
            return Part.BROKER
        if self.is_ticking or self.queue_length is None:
            return None
        return Part.WORKER if self.queue_length else Part.BEAT


def readiness(*, now: datetime, ask_broker: bool = True) -> Readiness:
    """Look at everything that must work for a reminder to reach somebody.

    A page need not `ask_broker` while there are ticks: each came through it, and a page should not
    wait for it. It is asked all the same when they have stopped.
    """
    try:
        beats = Pulse.objects.in_bulk()
        since_tick = _age(beats, pulses.SWEEP, now)
        is_ticking = since_tick is not None and since_tick <= _longest_silence()
        broker, queue_length = _ask_broker() if ask_broker or not is_ticking else (None, None)
        waited = _age_of(_unsent_since(now), now)
        ping = beats.get(pulses.PING)
        return Readiness(
            database=True,
            broker=broker,
            queue_length=queue_length,
            seconds_since_tick=_seconds(since_tick),
            seconds_since_cron=_seconds(_age(beats, pulses.CRON, now)),
            seconds_since_ping=_seconds(
                _age_of(ping.at if ping and not ping.detail else None, now)
            ),
            oldest_unsent_seconds=_seconds(waited),
            retrying=Message.objects.waiting().exclude(last_error="").count(),
            given_up_last_day=Message.objects.filter(failed_at__gt=now - A_DAY).count(),
            unreached=unreached(now).count() + unseen_by_admins().count(),
            is_ticking=is_ticking,
            is_sending=waited is None or waited <= UNSENT_FOR,
        )
    except DatabaseError:
        broker, queue_length = _ask_broker() if ask_broker else (None, None)
        return Readiness(database=False, broker=broker, queue_length=queue_length)


def unreached(now: datetime) -> ReminderQuerySet:
    """Reminders that were due, and that could be given to nobody."""
    return (
        Reminder.objects.waiting()
        .filter(due_at__lte=now)
        .exclude(last_error="")
        .exclude(paused_until__gt=now)
    )


def unseen_by_admins() -> ReminderQuerySet:
    """Notices to the admins that nobody above is reached about an open duty, until one opens it.

    Above the admins there is nobody else to tell.
    """
    seen = Delivery.objects.filter(reminder=OuterRef("pk"), seen_at__isnull=False)
    return (
        Reminder.objects.filter(
            kind=ReminderKind.NOT_REACHED.value,
            audience=Audience.ADMIN.value,
            addressed_at__isnull=False,
            duty__isnull=False,
        )
        .filter(reminds())
        .exclude(Exists(seen))
    )


def _unsent_since(now: datetime) -> datetime | None:
    """Since when the sweep has left the oldest thing lying that it should have taken up.

    For a message that is its next attempt: one refused address waits for hours, and all is well.
    For a reminder it is the due time, or the end of a pause, whatever was tried: nobody at all has
    heard of it yet.
    """
    due = Reminder.objects.waiting().filter(due_at__lte=now)
    unpaused = (
        due.filter(paused_until=None).order_by("due_at", "id").values_list("due_at", flat=True)
    )
    paused = due.filter(paused_until__lte=now).aggregate(since=Min("paused_until"))
    messages = Message.objects.waiting().filter(next_attempt_at__lte=now)
    attempts = messages.order_by("next_attempt_at", "id").values_list("next_attempt_at", flat=True)
    times = (unpaused.first(), paused["since"], attempts.first())
    return min((at for at in times if at is not None), default=None)


def _longest_silence() -> timedelta:
    return max(SHORTEST_SILENCE, timedelta(seconds=settings.REMINDER_TICK_SECONDS * TICKS_MISSED))


def _age(beats: Mapping[str, Pulse], name: str, now: datetime) -> timedelta | None:
    return _age_of(beats[name].at if name in beats else None, now)


def _age_of(at: datetime | None, now: datetime) -> timedelta | None:
    return None if at is None else now - at


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else max(0, int(age.total_seconds()))


def _ask_broker() -> tuple[bool, int | None]:
    """Whether it answers, and how many rings wait in it for a worker."""
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=ANSWER_WITHIN,
            socket_connect_timeout=ANSWER_WITHIN,
            retry=Retry(NoBackoff(), 0),  # or it would wait several times as long
        )
        with client:
            return True, client.llen(QUEUE)
    except (redis.RedisError, OSError):
        return False, None
