"""What befalls a running Porchlight, and the count of what was lost or doubled afterwards."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.storm.catcher import Mood, ledger, set_mood
from benchmarks.storm.stage import Stage

WORKERS = 2  # processes that sweep: casework/local/commands.py
Act = Callable[[Stage], None]


@dataclass(frozen=True)
class Event:
    """One blow. `cuts` is how many sweeps it can cut off between a send and its note."""

    name: str
    strike: Act
    cuts: int = 0


def _worker(stage: Stage) -> None:
    stage.kill("worker")
    stage.start("worker")


def _beat(stage: Stage) -> None:
    stage.kill("beat")
    stage.start("beat")


def _second_beat(stage: Stage) -> None:
    if "second beat" in stage.running:
        stage.kill("second beat")
    else:
        stage.start("second beat")


def _by_cron(stage: Stage) -> None:
    stage.run("manage.py", "send_due_reminders")


def _clock(hours: int) -> Act:
    def jump(stage: Stage) -> None:
        stage.run("-m", "benchmarks.storm.sweep_at", "--hours", str(hours))

    return jump


def _mail_server(mood: Mood, seconds: float = 1.5) -> Act:
    def misbehave(stage: Stage) -> None:
        set_mood(stage.mail, mood)
        time.sleep(seconds)
        set_mood(stage.mail, Mood.WELL)

    return misbehave


EVENTS: Sequence[Event] = (
    Event("worker killed with its children", _worker, cuts=WORKERS),
    Event("child of the worker killed", Stage.kill_child, cuts=1),
    Event("beat killed", _beat),
    Event("Redis killed, file kept", lambda stage: stage.lose_redis(with_its_file=False)),
    Event("Redis killed, file lost", lambda stage: stage.lose_redis(with_its_file=True)),
    Event(
        "PostgreSQL killed at once, restarted",
        lambda stage: stage.restart_postgres(signal.SIGQUIT),
        cuts=WORKERS,
    ),
    Event(
        "PostgreSQL stopped in order, restarted",
        lambda stage: stage.restart_postgres(signal.SIGINT),
        cuts=WORKERS,
    ),
    Event("second beat comes, or goes", _second_beat),
    Event("sweep by cron beside the workers", _by_cron),
    Event("sweep by a clock one hour slow", _clock(-1)),
    Event("mail server: 450 busy", _mail_server(Mood.BUSY)),
    Event("mail server: 550 refuses", _mail_server(Mood.REFUSES, seconds=0.5)),
    Event("mail server: 421 away", _mail_server(Mood.AWAY)),
    Event("mail server: 452 disk full", _mail_server(Mood.NO_ROOM)),
    Event("mail server: 451 fails", _mail_server(Mood.FAILS)),
    Event("mail server: 554 crashes", _mail_server(Mood.CRASHES)),
    Event("mail server hangs", _mail_server(Mood.HANGS, seconds=2)),
    Event("mail server drops mid-DATA", _mail_server(Mood.HANGS_UP)),
)
# A sweep whose clock is fast takes over whatever another has claimed: as bad as a kill.
CLOCK_FAST = Event("sweep by a clock one hour fast", _clock(1), cuts=WORKERS)


@dataclass(frozen=True)
class Count:
    """What became of all reminders. `cuts` bounds `mails_doubled`.

    A mail is lost when it did not arrive, unless the address was refused and somebody above was told.
    """

    inbox: int
    inbox_lost: int
    inbox_doubled: int
    mails: int
    mails_lost: int
    mails_refused: int
    mails_doubled: int
    mails_under_two_ids: int
    cuts: int


def in_random_order(seed: int, *, number: int) -> list[Event]:
    """So many events: every one once, then again, in an order that the seed decides."""
    chance = random.Random(seed)  # noqa: S311 (an order, not a secret)
    order: list[Event] = []
    while len(order) < number:
        order += chance.sample(EVENTS, len(EVENTS))
    return order[:number]


def strike_all(
    stage: Stage,
    events: Iterable[Event],
    *,
    pause: float,
    told: Callable[[Event], None] = lambda event: None,
) -> int:
    """Let them happen one after the other; how many sweeps they may have cut off."""
    cuts = 0
    for event in events:
        event.strike(stage)
        cuts += event.cuts
        told(event)
        time.sleep(pause)
    return cuts


def let_time_pass(stage: Stage) -> None:
    """As if the leases of the dead were over, and the pauses after failed attempts.

    Only while no worker runs: a lease of somebody alive must not be taken away.
    """
    stage.ask(
        "UPDATE casework_message SET claimed_until = claimed_until - interval '1 hour',"
        " next_attempt_at = next_attempt_at - interval '1 hour' WHERE sent_at IS NULL"
    )
    stage.ask("UPDATE casework_reminder SET retry_at = NULL WHERE addressed_at IS NULL")


def left(stage: Stage) -> int:
    """How many reminders and mails still wait."""
    (count,) = stage.ask(
        "SELECT (SELECT count(*) FROM casework_reminder"
        "  WHERE addressed_at IS NULL AND cancelled_at IS NULL)"
        " + (SELECT count(*) FROM casework_message"
        "  WHERE sent_at IS NULL AND failed_at IS NULL AND cancelled_at IS NULL)"
    )
    return int(count[0])


def count(stage: Stage, *, cuts: int) -> Count:
    """Compare what was planned with what is in the inboxes, and with what has really arrived."""
    (inbox,) = stage.ask(
        "SELECT count(*), count(*) FILTER (WHERE told = 0), count(*) FILTER (WHERE told > 1) FROM ("
        " SELECT (SELECT count(*) FROM casework_delivery AS delivery"
        "  WHERE delivery.reminder_id = reminder.id AND channel = 'inbox' AND sent_at IS NOT NULL"
        " ) AS told FROM casework_reminder AS reminder WHERE dedupe_key LIKE 'inbox:%%'"
        ") AS each"
    )
    planned = stage.ask(
        "SELECT coalesce(delivery.public_id::text, reminder.dedupe_key),"
        " delivery.failed_at IS NOT NULL AND EXISTS ("
        "  SELECT FROM casework_reminder AS notice JOIN casework_user AS person"
        "   ON notice.dedupe_key LIKE '%%:not-reached:' || person.public_id || ':%%'"
        "  WHERE person.id = delivery.recipient_id AND notice.duty_id = reminder.duty_id"
        "   AND notice.addressed_at IS NOT NULL"
        " ) FROM casework_reminder AS reminder LEFT JOIN casework_delivery AS delivery"
        "  ON delivery.reminder_id = reminder.id AND channel = 'email'"
        " WHERE dedupe_key LIKE 'mail:%%'"
    )
    refused = {item for item, is_told in planned if is_told}
    arrived = ledger(stage.mail)
    times = Counter(item for message in arrived for item in message.items)
    ids = Counter(item for item, _ in {(item, m.message_id) for m in arrived for item in m.items})
    return Count(
        inbox=inbox[0],
        inbox_lost=inbox[1],
        inbox_doubled=inbox[2],
        mails=len(planned),
        mails_lost=sum(times[item] == 0 and item not in refused for item, _ in planned),
        mails_refused=len(refused),
        mails_doubled=sum(max(times[item] - 1, 0) for item, _ in planned),
        mails_under_two_ids=sum(ids[item] > 1 for item, _ in planned),
        cuts=cuts,
    )
