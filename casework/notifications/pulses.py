"""Pulses: when each part that must keep running last did, one row a part."""

from datetime import datetime

from casework.models import Pulse, User

SWEEP = "sweep"  # at each tick of the clock, by a worker
CRON = "cron"  # by `manage.py send_due_reminders`
DIGEST = "digest"  # whenever the sweep writes any
DIGEST_FAILED = "digest failed for "  # and the person's key, until one can be made again
PING = "ping"  # each try to reach the dead-man switch; `detail` says why it failed


def beat(name: str, *, now: datetime, detail: str = "") -> None:
    """Note that this part did its work at `now`, or in `detail` why it could not."""
    Pulse.objects.update_or_create(name=name, defaults={"at": now, "detail": detail[:300]})


def note_failed_digest(user: User, said: str, *, now: datetime) -> None:
    """Note that this person's digest could not be made at `now`, and why."""
    beat(f"{DIGEST_FAILED}{user.pk}", now=now, detail=said)


def digests_that_failed() -> dict[int, Pulse]:
    """The last failure of each person whose digest could not be made since, by their key."""
    failed = Pulse.objects.filter(name__startswith=DIGEST_FAILED)
    return {int(pulse.name.removeprefix(DIGEST_FAILED)): pulse for pulse in failed}


def note_place(name: str, key: int, *, now: datetime) -> None:
    """Note how far a long look has come: a task that is cut off by its time limit goes on there."""
    beat(name, now=now, detail=str(key))


def place_of(name: str) -> int:
    """How far the look of this name has come; 0 at its beginning."""
    said = Pulse.objects.filter(name=name).values_list("detail", flat=True).first()
    return int(said) if said else 0
