"""`./run manage recompute_duties --by ADDRESS`: open episodes follow a changed protocol file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casework.models import Episode, User
from casework.models.episode import EpisodeQuerySet
from casework.operations import rules
from casework.operations.protocols import protocols_in_use


class Command(BaseCommand):
    """Recompute the open duties of open episodes after the protocol files changed."""

    help = (
        "Bring the open duties of open episodes in line with the protocol files as they are now, "
        "with their reminders. Each episode in which something changes says so on its timeline. "
        "Safe to stop and to start again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", metavar="ADDRESS", help="the account that answers for it")
        parser.add_argument("--jurisdiction", help="only episodes that go by this protocol")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say how many episodes would change, save nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Recompute, telling how far it is. Raises CommandError, which says what to write."""
        episodes = Episode.objects.open()
        if code := options["jurisdiction"]:
            if code not in protocols_in_use():
                known = ", ".join(sorted(protocols_in_use()))
                raise CommandError(f'--jurisdiction: there is no protocol "{code}". Known: {known}')
            episodes = episodes.filter(jurisdiction=code)
        _refuse_without_file(episodes)
        ids = list(episodes.order_by("pk").values_list("pk", flat=True))
        now = timezone.now()
        if options["dry_run"]:
            steps = rules.would_change(ids, now=now)
        else:
            steps = rules.recompute_open(by=_account(options["by"]), now=now, ids=ids)
        read = changed = 0
        for read_now, changed_now in steps:
            read, changed = read + read_now, changed + changed_now
            self.stderr.write(f"\r{read} of {len(ids)} episodes, {changed} changed", ending="")
            self.stderr.flush()
        self.stderr.write("")
        verb = "would change" if options["dry_run"] else "changed"
        episodes_read = "1 open episode was" if read == 1 else f"{read} open episodes were"
        self.stdout.write(f"{episodes_read} read; {changed} {verb}.")


def _refuse_without_file(episodes: EpisodeQuerySet) -> None:
    """Started without the agency's own folder, this must not take its rules away."""
    used = set(episodes.order_by().values_list("jurisdiction", flat=True).distinct())
    if missing := sorted(used - set(protocols_in_use())):
        raise CommandError(
            f"Open episodes go by rules that no file has: {', '.join(missing)}. Set PROTOCOL_DIRS as "
            "for the server, then start this again. Nothing was changed."
        )


def _account(address: str | None) -> User:
    if not address:
        raise CommandError("--by: give the e-mail address of the account that answers for this")
    user = User.objects.filter(email__iexact=address, is_active=True).first()
    if user is None:
        raise CommandError(f"--by: no active account has the address {address}")
    return user
