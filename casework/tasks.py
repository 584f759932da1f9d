"""Celery tasks: doorbells. Each reads the clock and rings the sweep; safe twice, late, in parallel."""

import logging
import time

from celery import shared_task
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from casework.notifications import sweep

log = logging.getLogger(__name__)

NEW_BATCH_UNTIL = 15  # seconds into a run; with a batch's own budget it ends before the task limit


@shared_task
def send_due_reminders(**_: object) -> None:
    """Address and send what is due, batch by batch; the next tick takes what is left."""
    started = time.monotonic()
    try:
        sweep.beat(now=timezone.now())
        for step in (sweep.address_due, sweep.send_due):
            while time.monotonic() - started < NEW_BATCH_UNTIL and step(now=timezone.now()):
                pass
    except (InterfaceError, OperationalError) as error:
        log.warning("The database is away (%s); the next tick tries again", type(error).__name__)


@shared_task
def clear_expired_sessions(**_: object) -> None:
    """Delete sessions whose time is over, with the answers that may still wait in them."""
    call_command("clearsessions")
