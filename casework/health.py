"""Whether Porchlight can be trusted right now: database, broker, the clock's tick, what is late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError
from redis.backoff import NoBackoff
from redis.retry import Retry

from casework.models import Delivery, Pulse, Reminder
from casework.notifications.sweep import PULSE

PING_WITHIN = 0.5  # seconds
TICKS_MISSED = 6
SHORTEST_SILENCE = timedelta(seconds=30)
A_DAY = timedelta(days=1)
UNSENT_FOR = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What was found; ages are whole seconds, None where there is nothing to measure.

    `broker` is None when it was not asked. `oldest_unsent_seconds` looks at what the sweep has left
    lying; what failed and waits for its next attempt counts as `retrying`.
    """

    database: bool
    broker: bool | None
    seconds_since_tick: int | None
    oldest_unsent_seconds: int | None
    retrying: int | None
    given_up_last_day: int | None
    is_ticking: bool
    is_sending: bool

    @property
    def is_ready(self) -> bool:
        """Whether pages can be served and reminders are going out."""
        return self.database and self.broker is not False and self.is_ticking and self.is_sending


def readiness(*, now: datetime, ask_broker: bool = True) -> Readiness:
    """Look at everything that must work for a reminder to reach somebody.

    A page need not `ask_broker`: each tick came through it, and a page should not wait for it.
    """
    broker = _broker_answers() if ask_broker else None
    try:
        pulse = Pulse.objects.filter(name=PULSE).first()
        unsent = _oldest_unsent(now)
        retrying = Delivery.objects.waiting().exclude(last_error="").count()
        given_up = Delivery.objects.filter(failed_at__gt=now - A_DAY).count()
    except DatabaseError:
        return Readiness(
            database=False,
            broker=broker,
            seconds_since_tick=None,
            oldest_unsent_seconds=None,
            retrying=None,
            given_up_last_day=None,
            is_ticking=False,
            is_sending=False,
        )
    silence = max(
        SHORTEST_SILENCE, timedelta(seconds=settings.REMINDER_TICK_SECONDS * TICKS_MISSED)
    )
    since_tick = now - pulse.at if pulse else None
    waited = now - unsent if unsent else None
    return Readiness(
        database=True,
        broker=broker,
        seconds_since_tick=_seconds(since_tick),
        oldest_unsent_seconds=_seconds(waited),
        retrying=retrying,
        given_up_last_day=given_up,
        is_ticking=since_tick is not None and since_tick <= silence,
        is_sending=waited is None or waited <= UNSENT_FOR,
    )


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else max(0, int(age.total_seconds()))


def _oldest_unsent(now: datetime) -> datetime | None:
    """Since when the sweep has left the oldest thing lying that it should have taken up.

    For a message that is its next attempt: one refused address waits for hours, and all is well.
    For a reminder it is the due time whatever was tried, because nobody at all has heard of it yet.
    """
    reminder = Reminder.objects.waiting().filter(due_at__lte=now).order_by("due_at", "id").first()
    delivery = (
        Delivery.objects.waiting()
        .filter(next_attempt_at__lte=now)
        .order_by("next_attempt_at", "id")
        .first()
    )
    times = [reminder.due_at] if reminder else []
    times += [delivery.next_attempt_at] if delivery else []
    return min(times, default=None)


def _broker_answers() -> bool:
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=PING_WITHIN,
            socket_connect_timeout=PING_WITHIN,
            retry=Retry(NoBackoff(), 0),  # or it would wait several times as long
        )
        with client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
