"""Reminders as rows: planned with their duty, sent by the sweep, cancelled when they lose their
point. Nothing here enqueues a task: the sweep finds what is due.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, QuerySet

from casework.models import Delivery, Duty, Episode, Reminder, User
from casework.policies.ladder import ladder


def plan_first(duties: Sequence[Duty], *, now: datetime) -> None:
    """Write the reminders of new duties. Runs in the caller's transaction."""
    Reminder.objects.bulk_create(
        reminder for duty in duties for reminder in _ladder_of(duty, generation=0, now=now)
    )


def plan_again(*duties: Duty, now: datetime) -> None:
    """Write new ladders for duties that are open again: after a correction, or an undone return."""
    written = dict(
        Reminder.objects.filter(duty__in=duties)
        .order_by("duty")
        .values_list("duty")
        .annotate(reminders=Count("pk"))
    )
    Reminder.objects.bulk_create(
        reminder
        for duty in duties
        for reminder in _ladder_of(duty, generation=written.get(duty.pk, 0), now=now)
    )


def _ladder_of(duty: Duty, *, generation: int, now: datetime) -> list[Reminder]:
    return [
        Reminder(
            episode=duty.episode,
            duty=duty,
            kind=step.kind,
            audience=step.audience,
            due_at=step.at,
            dedupe_key=f"{duty.public_id}:{step.code}:{generation}",
            planned_at=now,
        )
        for step in ladder(
            counted_from_at=duty.counted_from_at,
            due_at=duty.due_at,
            planned_at=now,
            target_at=duty.target_at,
        )
    ]


def cancel_waiting(duties: QuerySet[Duty], *, now: datetime) -> None:
    """Cancel what has not been sent yet for these duties."""
    Reminder.objects.waiting().filter(duty__in=duties).update(cancelled_at=now)
    Delivery.objects.waiting().filter(reminder__duty__in=duties).update(cancelled_at=now)


def cancel_waiting_of_flags(episode: Episode, *, now: datetime) -> None:
    """Cancel what has not been sent yet about the flags of an episode that is closed."""
    waiting = Reminder.objects.waiting().filter(flag__episode=episode)
    waiting.update(cancelled_at=now)
    Delivery.objects.waiting().filter(reminder__flag__episode=episode).update(cancelled_at=now)


def mark_seen(delivery: Delivery, *, by: User, now: datetime) -> None:
    """Note that this person has opened the message; the first time counts."""
    Delivery.objects.filter(
        pk=delivery.pk, recipient=by, seen_at__isnull=True, sent_at__isnull=False
    ).update(seen_at=now)
