"""`./run manage reassess`: open episodes are judged by the rules as they are now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from casework.models import Episode
from casework.operations.assessing import reassess_open
from casework.operations.flag_counts import changes_at
from casework.presenters.flag_review import changed_words
from risk import current_version


class Command(BaseCommand):
    """Judge every open episode again that was last judged by another version of the rules."""

    help = (
        "Judge open episodes again after the checklists or rules changed: flags, their duties and "
        "notices follow. What nothing changed for is left alone. Safe to stop and to start again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge them, telling how far it is; then say by rule what changed."""
        now = timezone.now()
        total = Episode.objects.open().count()
        judged = changed = 0
        for judged_now, changed_now in reassess_open(now=now):
            judged, changed = judged + judged_now, changed + changed_now
            self.stderr.write(f"\r{judged} judged of {total} open, {changed} changed", ending="")
            self.stderr.flush()
        self.stderr.write("")
        episodes = "1 open episode was" if judged == 1 else f"{judged} open episodes were"
        self.stdout.write(f"{episodes} judged by version {current_version()}; {changed} changed.")
        for line in changed_words(changes_at(now)):
            self.stdout.write(line)
