"""How soon what is due arrives while all is well, and how soon it is noticed that a part has stopped."""

import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmarks.rounds import Timing
from benchmarks.storm.catcher import ledger
from benchmarks.storm.events import left
from benchmarks.storm.stage import Stage, set_up
from benchmarks.table import machine, show

TICK = 5  # seconds: as settings.REMINDER_TICK_SECONDS is where nobody sets it
INBOX, MAILS, SECONDS = 2_000, 500, 100
WAVE_INBOX, WAVE_MAILS = 200, 50  # fall due while a part is stopped
SOON = 12  # seconds until the first is due: worker and beat have started by then
NOTICED_WITHIN = 60.0  # seconds until /health/ready must say that a part has stopped
READY = 200


def run() -> None:
    """Let reminders fall due evenly, then stop part after part; print the tables."""
    print(f"Delivery. {machine()}", flush=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        set_up(Path(folder) / "stage", tick=TICK) as stage,
    ):
        for name in ("web", "worker", "beat"):
            stage.start(name)
        _seconds_until(stage, is_ready=True)
        latency(stage)
        outages(stage)


def latency(stage: Stage) -> None:
    """From the due time to the inbox, and to the mail server's disk."""
    sizes = ["--inbox", str(INBOX), "--mails", str(MAILS), "--seconds", str(SECONDS)]
    stage.run("-m", "benchmarks.storm.load", *sizes, "--after", str(SOON))
    time.sleep(SOON + SECONDS)
    while left(stage):
        time.sleep(0.5)
    inbox = [
        _seconds(due, sent) for due, sent in stage.ask(_DELIVERED, channel="inbox", key="inbox:%")
    ]
    arrived = {item: one.at for one in ledger(stage.mail) for item in one.items}
    mails = [
        arrived[item] - due.timestamp()
        for due, item in stage.ask(_ITEMS, channel="email", key="mail:%")
    ]
    assert (len(inbox), len(mails)) == (INBOX, MAILS), f"{len(inbox)} and {len(mails)} arrived"
    rows = []
    for name, seconds in (("inbox", inbox), ("mail", mails)):
        timing = Timing.of(seconds)
        rows.append(
            (name, len(seconds), f"{timing.p50 / 1000:.1f} s", f"{timing.p95 / 1000:.1f} s")
        )
    show(f"From due to delivered, a tick every {TICK} s", ("", "reminders", "p50", "p95"), rows)


def outages(stage: Stage) -> None:
    """Stop worker, beat and Redis, one after the other, while more falls due: when it is noticed,
    when all is well, and when all of it has reached somebody.
    """
    rows = []
    for name in ("worker", "beat", "redis"):
        stage.kill(name)
        killed = time.monotonic()
        fall_due(stage, wave=name)
        noticed = _seconds_until(stage, is_ready=False, since=killed)
        waited = left(stage)
        stage.start(name)
        started = time.monotonic()
        well = _seconds_until(stage, is_ready=True, since=started)
        while left(stage):
            time.sleep(0.5)
        caught_up = f"{time.monotonic() - started:.0f}"
        rows.append((name, noticed, well, waited, caught_up, told(stage, wave=name)))
    show(
        f"/health/ready when a part stops (to be noticed within {NOTICED_WITHIN:.0f} s)",
        ("stopped", "noticed after, s", "well after its start, s", "waiting by then")
        + ("caught up after, s", "told"),
        rows,
    )


def fall_due(stage: Stage, *, wave: str) -> None:
    """Let some more fall due, the first of them now."""
    sizes = ["--inbox", str(WAVE_INBOX), "--mails", str(WAVE_MAILS), "--seconds", "5"]
    stage.run("-m", "benchmarks.storm.load", *sizes, "--wave", wave)


def told(stage: Stage, *, wave: str) -> str:
    """How often each of a wave was told: nobody twice, nobody never."""
    inbox = stage.ask(_DELIVERED, channel="inbox", key=f"{wave}inbox:%")
    items = {item for _, item in stage.ask(_ITEMS, channel="email", key=f"{wave}mail:%")}
    arrived = [item for one in ledger(stage.mail) for item in one.items if item in items]
    counted = (len(inbox), len(items), len(arrived), len(set(arrived)))
    assert counted == (WAVE_INBOX, WAVE_MAILS, WAVE_MAILS, WAVE_MAILS), f"{wave}: {counted}"
    return f"{len(inbox)} inbox, {len(arrived)} mails, each once"


_WHICH = """
    FROM casework_delivery AS delivery
    JOIN casework_reminder AS reminder ON reminder.id = delivery.reminder_id
    WHERE delivery.channel = %(channel)s AND delivery.sent_at IS NOT NULL
        AND reminder.dedupe_key LIKE %(key)s
"""
_DELIVERED = f"SELECT reminder.due_at, delivery.sent_at {_WHICH}"  # noqa: S608
_ITEMS = f"SELECT reminder.due_at, delivery.public_id::text {_WHICH}"  # noqa: S608


def _seconds(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds()


def _seconds_until(stage: Stage, *, is_ready: bool, since: float | None = None) -> str:
    began = time.monotonic() if since is None else since
    while (passed := time.monotonic() - began) < NOTICED_WITHIN * 2:
        if (stage.health() == READY) is is_ready:
            return f"{passed:.0f}"
        time.sleep(0.5)
    return "never"
