"""Pulses: when each part that must keep running last did, one row a part."""

from datetime import datetime

from casework.models import Pulse

SWEEP = "sweep"  # at each tick of the clock, by a worker
CRON = "cron"  # by `manage.py send_due_reminders`
DIGEST = "digest"  # whenever the sweep writes any
PING = "ping"  # each try to reach the dead-man switch; `detail` says why it failed


def beat(name: str, *, now: datetime, detail: str = "") -> None:
    """Note that this part did its work at `now`, or in `detail` why it could not."""
    Pulse.objects.update_or_create(name=name, defaults={"at": now, "detail": detail[:300]})
