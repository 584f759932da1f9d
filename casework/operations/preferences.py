"""How a person wants to hear of things."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from casework import audit
from casework.models import Cadence, FirstReminder, ReminderPreferences, User


@dataclass(frozen=True, kw_only=True)
class Choice:
    """All that one can choose. What has a time limit is told each time, whatever is chosen."""

    first_reminder: FirstReminder
    untimed: Cadence
    flags: Cadence
    cases: Cadence
    views: Cadence
    digest_hour: int  # of the day in the person's zone, 0 to 23


class Refused(Exception):
    """Why nothing was saved; the sentence says what to do."""


@transaction.atomic
def choose(*, person: User, choice: Choice, by: User, now: datetime) -> ReminderPreferences:
    """Keep what somebody chose, for every message from now on.

    Raises `Refused` where e-mail about duties would be switched off: the rules ask for those without
    a set time too.
    """
    if choice.untimed == Cadence.OFF:
        raise Refused("Email about duties can come once a day, but it cannot be switched off.")
    chosen = asdict(choice)
    preferences, _ = ReminderPreferences.objects.update_or_create(user=person, defaults=chosen)
    audit.record("preferences.chosen", subject=person, by=by, at=now, **chosen)
    return preferences
