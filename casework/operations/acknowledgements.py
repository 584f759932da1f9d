"""Saying "I'm on it" about a duty: it climbs no further for a while, and everyone sees who holds it."""

from datetime import datetime

from django.db import transaction

from casework import audit
from casework.models import Acknowledgement, Duty, User
from casework.notifications.plan import ladder_of
from casework.operations import clocks, reminders
from casework.operations.locks import locked


class NothingToHold(Exception):
    """The duty is settled, has no time limit, or reminds nobody any more; the sentence says which."""


class HeldBySomebody(Exception):
    """Somebody else is on it already; `held` is their acknowledgement."""

    def __init__(self, held: Acknowledgement) -> None:
        super().__init__("Someone else is on it already.")
        self.held = held


@transaction.atomic
def acknowledge(*, duty: Duty, by: User, now: datetime) -> Acknowledgement:
    """Pause the climb of the duty's reminders for as long as its ladder says, at most to its due time.

    The clock does not stop, and whoever owns the duty goes on hearing of it. When the time is over
    and the duty is not done, it climbs on and whoever said so is told. Said again while it holds,
    it changes nothing: nobody can put a duty off for good without being heard of in between.

    Raises `NothingToHold`, and `HeldBySomebody` while another person holds it.
    """
    duty = _held_in_step(duty)
    if not duty.is_open or not clocks.reminds(duty):
        raise NothingToHold("This duty is settled. Nothing more is needed.")
    held = duty.acknowledgements.held_at(now).select_related("by").first()
    if held is not None and held.by_id == by.pk:
        return held
    if held is not None:
        raise HeldBySomebody(held)
    ladder = ladder_of(duty)
    if ladder is None:
        raise NothingToHold("This duty has no set time: nothing climbs.")
    duty.acknowledgements.filter(ended_at__isnull=True).update(ended_at=now)
    until = now + ladder.pause
    if duty.due_at is not None and duty.due_at > now:
        until = min(until, duty.due_at)  # at the latest then somebody further up must know
    held = Acknowledgement.objects.create(duty=duty, by=by, at=now, until=until)
    reminders.hold(held, now=now)
    audit.record("duty.acknowledged", subject=duty, by=by, at=now, until=held.until.isoformat())
    return held


@transaction.atomic
def hand_back(*, duty: Duty, by: User, now: datetime) -> None:
    """The person who is on it is not any more: it climbs on at once. Nothing, where they are not."""
    duty = _held_in_step(duty)
    if not duty.acknowledgements.held_at(now).filter(by=by).update(ended_at=now):
        return
    reminders.let_go(duty, now=now)
    audit.record("duty.handed_back", subject=duty, by=by, at=now)


def _held_in_step(duty: Duty) -> Duty:
    """The duty as it is now, locked after its episode."""
    episode = locked(duty.episode)
    held = episode.duties.select_for_update(of=("self",)).get(pk=duty.pk)
    held.episode = episode
    return held
