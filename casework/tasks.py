"""Celery tasks: doorbells. Each reads the clock and rings the sweep; safe twice, late, in parallel."""

import time

from celery import shared_task
from django.utils import timezone

from casework.notifications import sweep

NEW_BATCH_UNTIL = 15  # seconds into a run; with a batch's own budget it ends before the task limit


@shared_task
def send_due_reminders(**_: object) -> None:
    """Address and send what is due, batch by batch; the next tick takes what is left."""
    started = time.monotonic()
    sweep.beat(now=timezone.now())
    for step in (sweep.address_due, sweep.send_due):
        while time.monotonic() - started < NEW_BATCH_UNTIL and step(now=timezone.now()):
            pass
