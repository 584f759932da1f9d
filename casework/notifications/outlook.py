"""What is planned and not told yet: when each step goes out, and whom it would reach right now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from casework.models import Reminder
from casework.notifications.directory import Directory
from casework.notifications.recipients import PASSED_OVER, Place, Recipient, recipients_of
from casework.policies.ladder import Audience, ReminderKind


@dataclass(frozen=True)
class Step:
    """A reminder that waits: when it goes out at the earliest, and to whom as things are."""

    reminder: Reminder
    at: datetime
    recipients: Sequence[Recipient]
    is_paused: bool


def steps_ahead(
    waiting: Iterable[Reminder], place: Place, directory: Directory, *, now: datetime
) -> list[Step]:
    """These waiting reminders of the episode of this place, in the order in which they go out.

    A nudge at a time that nobody of its audience has chosen is left out: it reaches no inbox. So is
    the step to a back-up, or to the agency's address, where there is none.
    """
    reached: dict[tuple[str, int | None], list[Recipient]] = {}
    steps = []
    for reminder in waiting:
        key = (reminder.audience, reminder.person_id)
        if key not in reached:
            reached[key] = who_hears(place, Audience(reminder.audience), directory, reminder)
        everybody = reached[key]
        hearing = [
            recipient
            for recipient in everybody
            if recipient.person is None or recipient.person.hears(ReminderKind(reminder.kind))
        ]
        if not hearing and (everybody or reminder.audience in PASSED_OVER):
            continue
        pause = reminder.paused_until
        is_paused = pause is not None and pause > max(reminder.due_at, now)
        at = pause if is_paused and pause is not None else max(reminder.due_at, now)
        steps.append(Step(reminder, at, hearing, is_paused))
    return sorted(steps, key=lambda step: (step.at, step.reminder.due_at, step.reminder.pk))


def who_hears(
    place: Place, audience: Audience, directory: Directory, reminder: Reminder | None = None
) -> list[Recipient]:
    """Whom this audience of an episode's reminders is right now."""
    return recipients_of(
        place,
        audience,
        directory,
        person_id=reminder.person_id if reminder else None,
        has_agency_address=bool(settings.ON_CALL_EMAIL),
    )
