"""Look for youth who are on file twice, now: what beat rings every hour."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from casework.operations.duplicates import look_at_changes


class Command(BaseCommand):
    """Compare the youth added or changed since the last time with those who resemble them."""

    help = "Look for youth who are on file twice among those added or changed since the last time."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print how many pairs are new; nobody's name."""
        found = look_at_changes(now=timezone.now())
        self.stdout.write(f"{found} new possible {'duplicate' if found == 1 else 'duplicates'}.")
