"""How fast reminders go out: the inbox beside bare SQL, mail beside a bare SMTP loop, and an idle tick."""

import multiprocessing
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core import mail
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from benchmarks.database import empty_database, versions
from benchmarks.rounds import Timing
from benchmarks.storm import load
from benchmarks.table import machine, ms, show
from casework.local.ports import free_port
from casework.models import Delivery, Message
from casework.notifications import addressing
from casework.notifications.channels import emails
from casework.notifications.sending import send_due
from casework.notifications.sweep import sweep
from casework.notifications.words import told_in

INBOX, MAILS, ROUNDS = 60_000, 2_000, 3
FEW, MANY = 10_000, 1_000_000
TICKS = 200
PROCESSES = 2  # casework/local/commands.py
FORK = multiprocessing.get_context("fork")
SMTP = "django.core.mail.backends.smtp.EmailBackend"
IN_MEMORY = "django.core.mail.backends.locmem.EmailBackend"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# All that the sweep does to reach an inbox, in one statement that knows beforehand who is told.
BARE = """
    WITH due AS (
        SELECT reminder.id, episode.assigned_to_id
        FROM casework_reminder AS reminder
        JOIN casework_episode AS episode ON episode.id = reminder.episode_id
        WHERE addressed_at IS NULL AND cancelled_at IS NULL AND due_at <= %(now)s
        ORDER BY due_at, reminder.id LIMIT %(batch)s FOR UPDATE OF reminder SKIP LOCKED
    ), told AS (
        INSERT INTO casework_delivery
            (public_id, reminder_id, recipient_id, why, channel, created_at, sent_at)
        SELECT gen_random_uuid(), id, assigned_to_id, 'It is assigned to you.', 'inbox', %(now)s,
            %(now)s
        FROM due ON CONFLICT DO NOTHING
    )
    UPDATE casework_reminder SET addressed_at = %(now)s FROM due
    WHERE casework_reminder.id = due.id
"""


def run() -> None:
    """Measure all of it in empty databases, and print the tables."""
    print(f"Reminders. {machine(**versions())}")
    with empty_database():
        measure_inbox()
    with empty_database(), _catcher() as port:
        smtp = {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}
        with override_settings(**smtp, EMAIL_HOST_USER="", EMAIL_USE_TLS=False):
            measure_mail(port)
    with empty_database():
        measure_idle_ticks()


def measure_inbox() -> None:
    """Reminders a second that reach an inbox, through the sweep and in bare SQL, in turns."""
    now = timezone.now()
    load.make_agency(readers=0, now=now)
    ways: dict[str, Callable[[], None]] = {
        "bare SQL, 500 a commit": lambda: _bare(500),
        "bare SQL, 2,000 a commit": lambda: _bare(2000),
        f"the sweep, {addressing.BATCH:,} a commit": _sweep,
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            _forget()
            load.plan_inbox(INBOX, first=now - HOUR, within=HOUR / 2, now=now)
            began = time.perf_counter()
            way()
            rates[name].append(INBOX / (time.perf_counter() - began))
            told = Delivery.objects.count()
            assert told == INBOX, f"{name}: {told} told of {INBOX}"
    _show_rates(f"{INBOX:,} reminders to the inbox, one process", rates, beside=2)


def measure_mail(port: int) -> None:
    """Mails a second through the sweep, and in a bare loop that sends the same messages."""
    now = timezone.now()
    load.make_agency(readers=MAILS, now=now)
    ways = {"the sweep, one process": 1, "the sweep, as many as a worker has": PROCESSES}
    rates: dict[str, list[float]] = {"bare SMTP loop, one connection": []}
    rates |= {name: [] for name in ways}
    addressed: list[float] = []
    for _ in range(ROUNDS):
        for name, processes in ways.items():
            _forget()
            load.plan_mail(MAILS, first=now - HOUR, within=HOUR / 2, now=now)
            began = time.perf_counter()
            while addressing.address_due(now=timezone.now()):
                pass
            addressed.append(time.perf_counter() - began)
            sample = Message.objects.select_related("recipient")[:50]
            texts = [_as_sent(message) for message in sample]
            rates["bare SMTP loop, one connection"].append(MAILS / _bare_loop(port, texts))
            rates[name].append(MAILS / _side_by_side(processes))
            sent = Message.objects.filter(sent_at__isnull=False).count()
            assert sent == MAILS, f"{sent} sent of {MAILS}"
    size = statistics.mean(map(len, texts)) / 1000
    _show_rates(f"{MAILS:,} mails of {size:.1f} kB to one catcher", rates, beside=1)
    print(f"Addressing them first took {min(addressed):.2f} s.")


def _side_by_side(processes: int) -> float:
    """Seconds until nothing is left to send, by so many sweeps at once."""
    connection.close()  # each has its own
    began = time.perf_counter()
    sweeps = [FORK.Process(target=_send_all) for _ in range(processes)]
    for one in sweeps:
        one.start()
    for one in sweeps:
        one.join()
    return time.perf_counter() - began


def _send_all() -> None:
    while send_due(now=timezone.now()):
        pass


def measure_idle_ticks() -> None:
    """What a tick costs when nothing is due, with few and with very many future reminders."""
    now = timezone.now()
    load.make_agency(readers=0, now=now)
    load.plan_inbox(FEW, first=now + DAY, within=DAY, now=now)
    few = _tick()
    _forget()
    load.plan_inbox(MANY, first=now + DAY, within=DAY, now=now)
    many = _tick()
    show(
        "A tick when nothing is due",
        ("future reminders", "p50 ms", "p95 ms", "beside the fewest"),
        [
            (f"{FEW:,}", ms(few.p50), ms(few.p95), few.beside(few)),
            (f"{MANY:,}", ms(many.p50), ms(many.p95), many.beside(few)),
        ],
    )


def _tick() -> Timing:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    seconds = []
    for _ in range(TICKS):
        began = time.perf_counter()
        taken = sweep(clock=timezone.now, seconds=15)
        seconds.append(time.perf_counter() - began)
        assert taken == 0, "something was due"
    return Timing.of(seconds[10:])


def _sweep() -> None:
    sweep(clock=timezone.now, seconds=3600)


def _bare(batch: int) -> None:
    with connection.cursor() as cursor:
        while cursor.rowcount:
            cursor.execute(BARE, {"now": timezone.now(), "batch": batch})


def _bare_loop(port: int, texts: list[bytes]) -> float:
    """Seconds that so many messages of the same words take over one connection."""
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for number in range(MAILS):
            text = texts[number % len(texts)]
            line.sendmail("notices@porchlight.test", [f"reader{number}@synthetic.test"], text)
    return time.perf_counter() - began


def _as_sent(message: Message) -> bytes:
    """The message as the sweep would send it."""
    mail.outbox = []
    with override_settings(EMAIL_BACKEND=IN_MEMORY), emails() as send:
        send(message, list(told_in(message)), now=timezone.now())
    return bytes(mail.outbox[0].message().as_bytes())


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE casework_reminder, casework_delivery, casework_message CASCADE")


def _show_rates(title: str, rates: dict[str, list[float]], *, beside: int) -> None:
    """One row a way; `beside`: how many rows, from the top, are floors."""
    best = max(statistics.median(rates[name]) for name in list(rates)[:beside])
    show(
        f"{title}, median of {ROUNDS}",
        ("way", "a second", "slowest, fastest", "of the bare ceiling"),
        [
            (
                name,
                f"{statistics.median(found):,.0f}",
                f"{min(found):,.0f}, {max(found):,.0f}",
                f"{statistics.median(found) / best:.2f}",
            )
            for name, found in rates.items()
        ],
    )


@contextmanager
def _catcher() -> Iterator[int]:
    """A mail catcher of our own; its port."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.storm.catcher"]
        catcher = subprocess.Popen([*command, "--folder", folder, "--port", str(port)])
        try:
            _wait_for(port)
            yield port
        finally:
            catcher.kill()
            catcher.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=2).quit()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The mail catcher did not start.")
