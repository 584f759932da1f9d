"""Real processes are killed while reminders go out: what arrives is counted at the catcher.

`./run bench chaos` is the same for longer.
"""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.storm import events
from benchmarks.storm.stage import Stage, set_up

SEED = 5
INBOX, MAILS, SECONDS = 20_000, 400, 12
TO_FINISH = 40.0


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Services of this test alone."""
    with set_up(tmp_path / "stage") as made:
        yield made


def test_whatever_is_killed_nothing_is_lost_and_the_inbox_has_each_once(stage: Stage) -> None:
    sizes = ["--inbox", str(INBOX), "--mails", str(MAILS), "--seconds", str(SECONDS)]
    stage.run("-m", "benchmarks.storm.load", *sizes)
    for name in ("worker", "beat"):
        stage.start(name)
    time.sleep(2)

    blows = [*events.in_random_order(SEED, number=len(events.EVENTS)), events.CLOCK_FAST]
    cuts = events.strike_all(stage, blows, pause=0.1)
    stage.kill("worker", signal.SIGTERM)
    events.let_time_pass(stage)
    stage.start("worker")
    until = time.monotonic() + TO_FINISH
    while events.left(stage) and time.monotonic() < until:
        time.sleep(0.5)

    found = events.count(stage, cuts=cuts)
    assert (found.inbox, found.inbox_lost, found.inbox_doubled) == (INBOX, 0, 0)
    assert (found.mails, found.mails_lost) == (MAILS, 0)
    assert found.mails_doubled <= cuts
    assert found.mails_under_two_ids == 0
