"""Celery tasks: doorbells. Each reads the clock and rings the sweep; safe twice, late, in parallel."""

import logging
import time

from celery import shared_task
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from casework.notifications import sweep

log = logging.getLogger(__name__)

# Seconds into a run. With a batch's own budget (20) there are 55 left for a slow last send before
# the task's limit (90) ends it; the lease of what was cut short then heals it.
NEW_BATCH_UNTIL = 15


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
def clear_what_has_run_out(**_: object) -> None:
    """Delete what has run out: sessions, with the answers that may still wait in them, and the
    throttle's counts, which name addresses.
    """
    call_command("clearsessions")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM casework_cache WHERE expires < %s", [timezone.now()])
