"""Reminders as rows: planned with their duty, told by the sweep, cancelled when they lose their
point. Nothing here enqueues a task: the sweep finds what is due.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from casework.models import Acknowledgement, Delivery, Duty, Episode, Reminder, Topic, User
from casework.models.reminder import DeliveryQuerySet, ReminderQuerySet
from casework.notifications.plan import first_steps
from casework.policies.ladder import Audience, ReminderKind

A_SWEEP = timedelta(minutes=2)  # longer than any takes
HANDED_TO = ":handed-to:"  # in the key of what tells a new holder of a duty


def plan_first(duties: Sequence[Duty], *, now: datetime) -> None:
    """Write the reminders of new duties. Runs in the caller's transaction."""
    Reminder.objects.bulk_create(
        reminder for duty in duties for reminder in first_steps(duty, generation=0, now=now)
    )


def plan_again(*duties: Duty, now: datetime) -> None:
    """Write new ladders for duties that are open again, or have moved.

    What somebody has said they are on stays paused.
    """
    written = dict(
        Reminder.objects.filter(duty__in=duties)
        .order_by("duty")
        .values_list("duty")
        .annotate(reminders=Count("pk"))
    )
    Reminder.objects.bulk_create(
        reminder
        for duty in duties
        for reminder in first_steps(duty, generation=written.get(duty.pk, 0), now=now)
    )
    for held in Acknowledgement.objects.held_at(now).filter(duty__in=duties).select_related("duty"):
        hold(held, now=now, later_than=now)


def hold(held: Acknowledgement, *, now: datetime, later_than: datetime | None = None) -> None:
    """Let the duty climb no further while somebody is on it, and tell them when that time is over.

    Its owner goes on hearing of it. A step that has waited through a pause already is not put off a
    second time: however often somebody says "I'm on it", somebody further up hears in between. For
    the same reason, steps planned anew that are past already are told: only those `later_than` wait.
    """
    steps = (
        Reminder.objects.waiting()
        .filter(duty_id=held.duty_id)
        .exclude(audience__in=(Audience.OWNER, Audience.PERSON))
        .exclude(kind=ReminderKind.NOT_REACHED)
    )
    if later_than is not None:
        steps = steps.filter(due_at__gt=later_than)
    steps.exclude(paused_until__lte=now, due_at__lte=now).update(paused_until=held.until)
    key = f"{held.duty.public_id}:taken-up:{held.public_id}"
    told = Reminder.objects.filter(duty_id=held.duty_id, dedupe_key__startswith=key)
    if told.waiting().exists():
        return
    Reminder.objects.create(
        episode_id=held.duty.episode_id,
        duty_id=held.duty_id,
        kind=ReminderKind.TAKEN_UP,
        audience=Audience.PERSON,
        person_id=held.by_id,
        topic=Topic.DUTY,
        due_at=held.until,
        dedupe_key=f"{key}:{told.count()}",
        planned_at=now,
    )


def hand_on(episode: Episode, *, before: User | None, to: User | None, now: datetime) -> None:
    """The open duties go with the episode: whoever held it is on none of them any more, and the new
    holder hears of each that has a time limit, whatever steps of its ladder are past.
    """
    duties = _let_go_by(before, episode, now=now)
    _hand_to(to, duties, now=now)


def give_back(
    episode: Episode, *, before: User | None, to: User | None, handed_at: datetime, now: datetime
) -> None:
    """Undo `hand_on`: what it would tell is called off, as far as it has not gone out, and whoever
    holds the episode again hears only of the duties of which somebody else was told in between.
    """
    duties = _let_go_by(before, episode, now=now)
    handed = Reminder.objects.filter(
        episode=episode,
        person=before,
        planned_at=handed_at,
        dedupe_key__contains=HANDED_TO,
    )
    call_off(handed, now=now)
    # A sweep reads the clock before it looks for whoever holds the episode.
    between = Reminder.objects.filter(
        duty__in=duties, audience=Audience.OWNER, addressed_at__gte=handed_at - A_SWEEP
    )
    reached = Delivery.objects.filter(reminder=OuterRef("pk"), recipient=to)
    missed = set(between.filter(~Exists(reached)).values_list("duty", flat=True))
    _hand_to(to, [duty for duty in duties if duty.pk in missed], now=now)


def _let_go_by(before: User | None, episode: Episode, *, now: datetime) -> list[Duty]:
    """The open duties of the episode; this person is on none of them any more."""
    duties = list(episode.duties.open().order_by("pk"))
    for held in Acknowledgement.objects.held_at(now).filter(duty__in=duties, by=before):
        Acknowledgement.objects.filter(pk=held.pk).update(ended_at=now)
        let_go(next(duty for duty in duties if duty.pk == held.duty_id), now=now)
    return duties


def _hand_to(to: User | None, duties: Iterable[Duty], *, now: datetime) -> None:
    Reminder.objects.bulk_create(
        Reminder(
            episode_id=duty.episode_id,
            duty=duty,
            kind=ReminderKind.NOTICE,
            audience=Audience.PERSON,
            person=to,
            topic=Topic.DUTY,
            due_at=now,
            dedupe_key=f"{duty.public_id}{HANDED_TO}{uuid.uuid4()}",
            planned_at=now,
        )
        for duty in duties
        if to is not None and duty.due_at is not None
    )


def call_off(reminders: ReminderQuerySet, *, now: datetime) -> None:
    """Cancel these as far as they have not been told, and mail about them that has not gone out.

    What a sweep is sending at this moment goes out: nobody could say whether it has.
    """
    reminders.waiting().update(cancelled_at=now)
    unsent = Delivery.objects.waiting().filter(reminder__in=reminders)
    is_free = Q(message=None) | Q(message__claimed_until=None) | Q(message__claimed_until__lte=now)
    unsent.filter(is_free).update(cancelled_at=now)


def end_holds_of(user: User, *, now: datetime) -> None:
    """Somebody has left: what they said they are on climbs on at once."""
    for held in Acknowledgement.objects.held_at(now).filter(by=user).select_related("duty"):
        Acknowledgement.objects.filter(pk=held.pk).update(ended_at=now)
        let_go(held.duty, now=now)


def let_go(duty: Duty, *, now: datetime) -> None:
    """Let the duty climb on at once: nobody is on it any more."""
    waiting = Reminder.objects.waiting().filter(duty=duty)
    waiting.filter(kind=ReminderKind.TAKEN_UP).update(cancelled_at=now)
    waiting.filter(paused_until__gt=now).update(paused_until=now)


def cancel_waiting(duties: QuerySet[Duty], *, now: datetime) -> None:
    """Cancel what has not been sent yet for these duties.

    Asked until nothing is left: a repeat that a sweep is telling at this moment plans its successor,
    which only a second question sees.
    """
    while Reminder.objects.waiting().filter(duty__in=duties).update(cancelled_at=now):
        pass
    Delivery.objects.waiting().filter(reminder__duty__in=duties).update(cancelled_at=now)


def cancel_waiting_of_flags(episode: Episode, *, now: datetime) -> None:
    """Cancel what has not been sent yet about the flags of an episode that is closed."""
    waiting = Reminder.objects.waiting().filter(flag__episode=episode)
    waiting.update(cancelled_at=now)
    Delivery.objects.waiting().filter(reminder__flag__episode=episode).update(cancelled_at=now)


def mark_seen(delivery: Delivery, *, by: User, now: datetime) -> None:
    """Note that this person has opened the message; the first time counts.

    Whoever opens a mail has seen the same item in the inbox too, and the other way round. Of a mail
    to the agency-wide address, that somebody who may see the item has opened it.
    """
    Delivery.objects.filter(
        Q(recipient=by) | Q(pk=delivery.pk, recipient=None),
        reminder=delivery.reminder_id,
        seen_at__isnull=True,
        sent_at__isnull=False,
    ).update(seen_at=now)


def mark_all_seen(
    messages: DeliveryQuerySet, *, by: User, shown_at: datetime, now: datetime
) -> int:
    """Note that this person has seen these messages of theirs, as far as the page that was
    `shown_at` held them already. Returns how many were new.
    """
    new = messages.filter(recipient=by, seen_at__isnull=True, created_at__lte=shown_at)
    reminders = list(new.values_list("reminder", flat=True))
    Delivery.objects.filter(
        reminder__in=reminders, recipient=by, seen_at__isnull=True, sent_at__isnull=False
    ).update(seen_at=now)
    return len(reminders)
