"""`./run manage read_bounce < mail`: a mail that came back counts as not delivered."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from casework.notifications.bounces import LARGEST, read_bounce
from casework.notifications.failures import bounced

TRY_AGAIN = 75  # what mail servers take for "later": EX_TEMPFAIL of sysexits.h


class Command(BaseCommand):
    """Reads one mail as a mail server's pipe delivers it. Prints ids, never a person."""

    help = (
        "Read a delivery status notification (RFC 3464) on standard input. When it says that a "
        "message of ours has failed, the duties in it climb at once, and an address that was refused "
        "is shown as such. Other mail is left alone, with exit code 0, so that no mail server sends it back."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read it, act on it, and say in one line what it was."""
        bounce = read_bounce(sys.stdin.buffer.read(LARGEST))
        if bounce is None:
            self.stderr.write(
                "Not a delivery status notification about a message of ours: left alone."
            )
            return
        if not bounce.has_failed:
            self.stderr.write(f"Message {bounce.message_id}: not failed yet, so nothing changes.")
            return
        try:
            is_news = bounced(bounce, now=timezone.now())
        except DatabaseError as error:
            self.stderr.write(
                f"The database is away ({type(error).__name__}): deliver it again later."
            )
            sys.exit(TRY_AGAIN)
        self.stderr.write(
            f"Message {bounce.message_id}: failed ({bounce.status or 'no status'}). "
            + (
                "Its duties climb now."
                if is_news
                else "Nothing to change: not ours, or known already."
            )
        )
