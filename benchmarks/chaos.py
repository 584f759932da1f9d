"""The long run of tests/chaos: everything is killed while very many reminders go out."""

import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.storm import events
from benchmarks.storm.stage import Stage, set_up
from benchmarks.table import machine, show

SEED = 2026
INBOX, MAILS, SECONDS = 200_000, 10_000, 75
BLOWS = 26
LONGEST = 600.0  # seconds until all must have gone out


def run() -> None:
    """Strike, count, and print the tables."""
    print(f"Chaos. {machine()}", flush=True)
    with tempfile.TemporaryDirectory() as folder, set_up(Path(folder) / "stage") as stage:
        sizes = ["--inbox", str(INBOX), "--mails", str(MAILS), "--seconds", str(SECONDS)]
        stage.run("-m", "benchmarks.storm.load", *sizes)
        for name in ("worker", "beat"):
            stage.start(name)
        storm(stage)


def storm(stage: Stage) -> None:
    """Strike again and again while reminders fall due, let all finish, and count."""
    began = time.monotonic()
    blows = [*events.in_random_order(SEED, number=BLOWS), events.CLOCK_FAST]
    struck: Counter[str] = Counter()
    cuts = events.strike_all(stage, blows, pause=1, told=lambda event: struck.update([event.name]))
    until = time.monotonic() + LONGEST
    while (left := events.left(stage)) and time.monotonic() < until:
        stage.kill("worker", signal.SIGTERM)
        events.let_time_pass(stage)
        stage.start("worker")
        time.sleep(20)
    found = events.count(stage, cuts=cuts)
    show("What happened", ("event", "times"), sorted(struck.items()))
    show(
        f"What became of the reminders, in {time.monotonic() - began:.0f} s",
        ("", "planned", "lost", "doubled"),
        [
            ("inbox", f"{found.inbox:,}", found.inbox_lost, found.inbox_doubled),
            ("mail", f"{found.mails:,}", found.mails_lost, found.mails_doubled),
        ],
    )
    print(
        f"{left} were still waiting. {found.mails_refused} addresses were refused, and somebody "
        f"above told. {found.cuts} sweeps may have been cut off, each in one mail at most; "
        f"{found.mails_under_two_ids} mails came under two Message-IDs.",
        flush=True,
    )
