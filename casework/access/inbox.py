"""What is in a person's inbox: what needs action, what can wait, and what is told for information."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Value, When

from casework.access.scoping import duties_visible_to, flags_visible_to
from casework.models import Assignment, Delivery, Duty, Episode, Transfer, User
from casework.models.duty import DutyQuerySet
from casework.models.flag import FlagQuerySet
from casework.models.reminder import DeliveryQuerySet
from casework.policies.ladder import Audience, ReminderKind

A_DAY = timedelta(days=1)


def messages_of(user: User) -> DeliveryQuerySet:
    """The messages in this person's inbox."""
    return Delivery.objects.inbox_of(user)


def duties_told_to(user: User, *, now: datetime) -> DutyQuerySet:
    """Open duties in this person's scope of which a message is in the inbox that is still for them,
    each with `needs_action`: whether it is one of `duties_needing_action`, or can wait.

    Asked from the open duties, which are few however many messages lie in the inbox.
    """
    told = _still_for(user).filter(reminder__duty=OuterRef("pk"))
    needs_action = Case(
        When(_is_pressing(user, now), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    return duties_visible_to(user).open().filter(Exists(told)).annotate(needs_action=needs_action)


def duties_needing_action(user: User, *, now: datetime) -> DutyQuerySet:
    """Of `duties_told_to`, those that cannot wait: due within a day or late, at once, with half of
    their time over, or reminded of since they were new.
    """
    told = _still_for(user).filter(reminder__duty=OuterRef("pk"))
    return duties_visible_to(user).open().filter(_is_pressing(user, now), Exists(told))


def _is_pressing(user: User, now: datetime) -> Q:
    reminded = _still_for(user).filter(reminder__duty=OuterRef("pk"))
    return (
        Q(due_at__lte=now + A_DAY)
        # As much of the time has passed as is left: the first nudge of the ladders here.
        | Q(due_at__lte=Value(now) + (Value(now) - F("counted_from_at")))
        | Q(due_at__isnull=True, target_at__isnull=False)
        | Q(Exists(reminded.exclude(reminder__kind=ReminderKind.NOTICE)))
    )


def _still_for(user: User) -> DeliveryQuerySet:
    """The messages that have not lost their point for this person.

    What was told to whoever holds the episode, or to one person about it, is the present holder's
    alone once it has changed hands; a change that was undone takes along only what was told while
    it stood. What reached somebody further up stays with them.
    """
    changes = Assignment.objects.filter(episode=OuterRef("reminder__episode"))
    changed_since = changes.filter(
        Q(at__gte=OuterRef("created_at"), undone_at__isnull=True)
        | Q(at__lte=OuterRef("created_at"), undone_at__gte=OuterRef("created_at"))
    )
    return messages_of(user).filter(
        ~Q(reminder__audience__in=(Audience.OWNER, Audience.PERSON))
        | Q(reminder__episode__assigned_to=user)
        | ~Exists(changed_since)
    )


def flags_needing_a_look(user: User, *, now: datetime) -> FlagQuerySet:
    """Flags in this person's scope that they should look at and that are in their inbox."""
    told = messages_of(user).filter(reminder__flag=OuterRef("pk"))
    return _flags_for(user, now).filter(Exists(told))


def _flags_for(user: User, now: datetime) -> FlagQuerySet:
    """Undecided flags in scope. One that this person has set aside waits for somebody else."""
    theirs = Q(set_aside_by=user, needs_second_person=True, agreed_at__isnull=True)
    in_time = Q(review_at__gt=now)
    return flags_visible_to(user).undecided(now).exclude(theirs & in_time)


def latest_messages(user: User, duties: Iterable[Duty]) -> DeliveryQuerySet:
    """The latest message to this person about each of these duties."""
    return (
        messages_of(user)
        .filter(reminder__duty__in=duties)
        .order_by("reminder__duty_id", "-created_at", "-id")
        .distinct("reminder__duty_id")
    )


def latest_flag_messages(user: User, *, now: datetime) -> DeliveryQuerySet:
    """The latest message to this person about each flag in scope that they should look at."""
    return (
        messages_of(user)
        .filter(reminder__flag__in=_flags_for(user, now))
        .order_by("reminder__flag_id", "-created_at", "-id")
        .distinct("reminder__flag_id")
    )


def messages_for_information(user: User, *, now: datetime) -> DeliveryQuerySet:
    """What is in this person's inbox without being an open duty of theirs or a flag to look at."""
    # Asked first: as a part of the other question they would be sought in the whole past.
    duties = list(duties_told_to(user, now=now).order_by().values_list("pk", flat=True))
    flags = list(flags_needing_a_look(user, now=now).order_by().values_list("pk", flat=True))
    return messages_of(user).exclude(reminder__duty__in=duties).exclude(reminder__flag__in=flags)


def needing_action_count(user: User, *, now: datetime) -> int:
    """How many duties and flags this person can settle now: what the badge says. One query."""
    duties = duties_needing_action(user, now=now).order_by().values("pk")
    flags = flags_needing_a_look(user, now=now).order_by().values("pk")
    return duties.union(flags, all=True).count()


def with_work_left(messages: Iterable[Delivery]) -> set[int]:
    """Of the episodes of these messages, those with work left, by id."""
    episodes = {message.reminder.episode_id for message in messages}
    left = Episode.objects.with_work_left().filter(pk__in=episodes)
    return set(left.order_by().values_list("pk", flat=True))


def offered_since(messages: Iterable[Delivery]) -> dict[int, datetime]:
    """Of the episodes of these messages, those on offer to another unit, by id, and since when."""
    episodes = {message.reminder.episode_id for message in messages}
    waiting = Transfer.objects.waiting().filter(episode__in=episodes)
    return dict(waiting.order_by().values_list("episode_id", "at"))


def told_of(duty: Duty) -> DeliveryQuerySet:
    """The latest message that reached each person about a duty that is in scope, with that person.

    Without a recipient: the agency-wide on-call address.
    """
    return (
        Delivery.objects.filter(reminder__duty=duty, sent_at__isnull=False)
        .select_related("recipient")
        .defer("recipient__password")
        .order_by("recipient_id", "-sent_at", "-id")
        .distinct("recipient_id")
    )
