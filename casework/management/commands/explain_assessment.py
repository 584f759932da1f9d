"""`./run manage explain_assessment EPISODE`: why a youth is flagged, in the words of the page."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casework.models import Episode
from casework.operations.assessing import answers_of, assess_now
from casework.presenters.why_flagged import why_flagged


class Command(BaseCommand):
    """Print why an episode is flagged, and what is not known that could change it."""

    help = (
        "Print what the rules find of an episode and why, as its page says it. It names no youth, "
        "but it is about one: mind where the lines go. Nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("episode", help="the reference of an episode, or its id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the lines. Raises CommandError for an episode that there is not."""
        episode, now = _episode(options["episode"]), timezone.now()
        answers = answers_of(episode)
        why = why_flagged(
            episode,
            flags=list(episode.flags.with_story()),
            answers=answers,
            assessment=assess_now(episode, now=now, answers=answers),
            now=now,
        )
        for line in why.lines:
            self.stdout.write(line)


def _episode(named: str) -> Episode:
    episodes = Episode.objects.select_related("youth", "unit")
    try:
        found = episodes.filter(public_id=UUID(named)).first()
    except ValueError:
        found = episodes.filter(reference__iexact=named.strip()).first()
    if found is None:
        raise CommandError(
            "There is no such episode. Give the reference from the top of its page, or the id from "
            "its address"
        )
    return found
