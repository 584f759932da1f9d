"""`./run manage send_due_reminders`: reminders without Celery, for cron."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils import timezone

from casework.health import Readiness, readiness
from casework.notifications.pulses import CRON
from casework.notifications.sweep import sweep
from casework.operations.notices import keep_asking
from casework.operations.saved_views import notice_entries

A_MINUTE_OF_CRON = 50.0  # seconds: a run ends before the next one begins


class Command(BaseCommand):
    """Sweeps until nothing is due, beside whatever else sweeps."""

    help = (
        "Send what is due, as a worker would, then end. For cron, once a minute. Safe beside workers "
        "and beside itself. Fails when the database is away, when something due waits for more than "
        "five minutes, and when a reminder reaches nobody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seconds",
            type=float,
            default=A_MINUTE_OF_CRON,
            help="begin nothing new after so many seconds (default: %(default)g)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Send, print counts, and fail where somebody must look."""
        try:
            taken = sweep_until_nothing_is_due(seconds=options["seconds"])
            # After what is due: these only plan what the next run sends.
            keep_asking(now=timezone.now())
            notice_entries(now=timezone.now())
            found = readiness(now=timezone.now(), ask_broker=False)
        except (InterfaceError, OperationalError) as error:
            raise CommandError(away(error)) from None
        if not found.database:
            raise CommandError(away(DatabaseError()))
        self.stdout.write(
            f"Taken up: {taken}. Waiting for another attempt: {found.retrying}. "
            f"Given up in the last day: {found.given_up_last_day}."
        )
        if wrong := complaints(found):
            raise CommandError(" ".join(wrong))


def sweep_until_nothing_is_due(*, seconds: float) -> int:
    """Sweep again and again within so many seconds; how many reminders and messages it took up."""
    began = time.monotonic()
    total = 0
    while True:
        left = seconds - (time.monotonic() - began)
        taken = sweep(clock=timezone.now, seconds=left, pulse=CRON)
        total += taken
        if not taken or left <= 0:
            return total


def complaints(found: Readiness) -> list[str]:
    """What somebody must look at, in sentences."""
    wrong = []
    if found.unreached:
        number = "1 reminder" if found.unreached == 1 else f"{found.unreached} reminders"
        wrong.append(
            f"{number} reached nobody who could act: the page “How reminders run” says why."
        )
    if not found.is_sending:
        wrong.append(
            f"Something that is due waits for {found.oldest_unsent_seconds} seconds: run it again, "
            "and look at the mail server."
        )
    return wrong


def away(error: Exception) -> str:
    """The complaint about a database that does not answer. Its own words may quote records."""
    return f"The database is away ({type(error).__name__}). Nothing is lost; the next run goes on."
