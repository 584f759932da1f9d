"""Celery tasks: doorbells. Each reads the clock and rings the sweep; safe twice, late, in parallel."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from casework.exports.making import make_next
from casework.health import readiness
from casework.notifications.deadman import ping
from casework.notifications.noting import note_again
from casework.notifications.pulses import PING, beat
from casework.notifications.sweep import sweep
from casework.operations import (
    import_work,
    imports,
    notices,
    saved_views,
    scheduled_exports,
    tallies,
)
from casework.operations.duplicates import look_at_changes
from casework.operations.exports import clear_expired

log = logging.getLogger(__name__)

# Seconds into a run. With a batch's own budget (20) there are 55 left for a slow last send before
# the task's limit (90) ends it; the lease of what was cut short then heals it.
NEW_BATCH_UNTIL = 15


@shared_task
def send_due_reminders(**_: object) -> None:
    """Address and send what is due, batch by batch; the next tick takes what is left."""
    try:
        sweep(clock=timezone.now, seconds=NEW_BATCH_UNTIL)
    except (InterfaceError, OperationalError) as error:
        log.warning("The database is away (%s); the next tick tries again", type(error).__name__)


@shared_task
def keep_asking(**_: object) -> None:
    """Ask again about episodes that nobody holds and transfers that nobody answers."""
    try:
        notices.keep_asking(now=timezone.now())
    except (InterfaceError, OperationalError) as error:
        log.warning("The database is away (%s); it asks again later", type(error).__name__)


@shared_task
def ping_when_well(**_: object) -> None:
    """Tell the watcher outside that reminders go out and reach somebody; else keep silent."""
    if not settings.DEADMAN_URL:
        return
    try:
        is_well = readiness(now=timezone.now()).is_ready
        wrong = ping(settings.DEADMAN_URL) if is_well else "Held back: not all is well here."
        beat(PING, now=timezone.now(), detail=wrong)
    except (InterfaceError, OperationalError) as error:
        log.warning("The database is away (%s), so no sign of life", type(error).__name__)


@shared_task
def notice_who_enters_views(**_: object) -> None:
    """Tell the owners of saved views who has entered them since the last look."""
    try:
        saved_views.notice_entries(now=timezone.now())
    except (InterfaceError, OperationalError) as error:
        log.warning("The database is away (%s); the next look tries again", type(error).__name__)


@shared_task
def look_for_duplicates(**_: object) -> None:
    """Compare the youth added or changed since the last time with those who resemble them."""
    try:
        look_at_changes(now=timezone.now())
    except (InterfaceError, OperationalError) as error:
        log.warning("The database is away (%s); the next round looks", type(error).__name__)


# Files and imports take far longer than a sweep, so only one of either is worked on at a time
# (`operations/long_work.py`); what a lost worker left is taken up again when its claim has run out.
@shared_task(soft_time_limit=15 * 60, time_limit=16 * 60)
def make_exports(**_: object) -> None:
    """Make the file that has waited longest; the next tick takes the next."""
    try:
        note_again()
        make_next(clock=timezone.now)
    except (InterfaceError, OperationalError) as error:
        log.warning("The database is away (%s); the next tick tries again", type(error).__name__)


@shared_task
def ask_scheduled_exports(**_: object) -> None:
    """Ask for the monthly exports whose day has come."""
    try:
        scheduled_exports.ask_due(now=timezone.now())
    except (InterfaceError, OperationalError) as error:
        log.warning("The database is away (%s); the next hour tries again", type(error).__name__)


# An import is one transaction.
@shared_task(soft_time_limit=60 * 60, time_limit=65 * 60)
def work_on_imports(**_: object) -> None:
    """Check or bring in the file of earlier records that has waited longest, if any waits."""
    try:
        note_again()
        import_work.work_on_one(clock=timezone.now)
    except (InterfaceError, OperationalError) as error:
        log.warning("The database is away (%s); its lease ends", type(error).__name__)


@shared_task
def clear_what_has_run_out(**_: object) -> None:
    """Delete what has run out: sessions, with the answers that may still wait in them, files that
    have expired, files of earlier records that nobody brought in, and the throttle's counts, which
    name addresses.
    """
    clear_expired(now=timezone.now())
    imports.forget_old_files(now=timezone.now())
    call_command("clearsessions")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM casework_cache WHERE expires < %s", [timezone.now()])


@shared_task
def fold_month_tallies(**_: object) -> None:
    """Of the rows that add up to a month of a unit leave one."""
    tallies.fold()
