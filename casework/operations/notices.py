"""Tell somebody about an episode: given to them, taken over, offered, or held by nobody.

A notice is a reminder that is due now; the sweep sends it. What an unanswered question needs is
asked again every four hours, by `keep_asking`.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from casework.access.people import in_charge_of
from casework.models import Assignment, Episode, Reminder, Transfer, User
from casework.models.reminder import ReminderQuerySet, Topic
from casework.operations import reminders
from casework.policies.ladder import Audience, ReminderKind

ASKED_AGAIN_AFTER = timedelta(hours=4)


class About(StrEnum):
    """What a notice is about; part of its key."""

    ASSIGNED = "assigned"
    HANDED_ON = "handed-on"
    UNASSIGNED = "unassigned"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken-back"


# The line in the inbox. No name of a youth: it may reach somebody who cannot open the episode.
SAYS = {
    About.ASSIGNED: "An episode is yours now",
    About.HANDED_ON: "An episode is not yours any more: somebody else holds it",
    About.UNASSIGNED: "Nobody holds this episode. Give it to somebody",
    About.OFFERED: "Another unit offers you an episode. Accept or decline it",
    About.ACCEPTED: "A transfer is accepted: the other unit holds the episode",
    About.DECLINED: "A transfer is declined: your unit still holds the episode",
    About.TAKEN_BACK: "A transfer is taken back: nothing is left to do",
}


def tell(
    *, person: User | None, episode: Episode, about: About, by: User | None, now: datetime
) -> None:
    """Tell one person, at once. Nobody is told what they did themselves."""
    if person is None or person == by or not person.is_active:
        return
    _notice(
        episode,
        about,
        audience=Audience.PERSON,
        person=person,
        topic=Topic.CASE,
        key=str(uuid.uuid4()),
        now=now,
    ).save(force_insert=True)


def about_of(reminder: Reminder) -> About | None:
    """What a notice of this module is about; None for any other reminder."""
    if reminder.kind != ReminderKind.NOTICE or reminder.duty_id or reminder.flag_id:
        return None
    parts = reminder.dedupe_key.split(":")
    return next((about for about in About if about in parts[1:2]), None)


def ask_for_owner(*, episode: Episode, now: datetime) -> None:
    """Tell the supervisors, at once, that nobody holds this episode."""
    Reminder.objects.bulk_create([_unassigned(episode, since=now, now=now)], ignore_conflicts=True)


def call_off(*, episode: Episode, about: About, now: datetime) -> None:
    """Cancel what has not been told yet, and mail that has not gone out: it has lost its point."""
    reminders.call_off(_of(episode, about), now=now)


def take_back(
    *, person: User | None, episode: Episode, about: About, told_at: datetime, now: datetime
) -> bool:
    """Call off what `tell` told this person at that moment; whether nothing of it reached them.

    Mail that has not gone out is called off also where the line is in the inbox already.
    """
    told = _of(episode, about).filter(person=person, planned_at=told_at)
    reminders.call_off(told, now=now)
    return not told.filter(addressed_at__isnull=False).exists()


def _of(episode: Episode, about: About) -> ReminderQuerySet:
    return Reminder.objects.filter(
        episode=episode, dedupe_key__startswith=f"{episode.public_id}:{about}:"
    )


def keep_asking(*, now: datetime) -> int:
    """Ask again about episodes that nobody holds and transfers that nobody answers.

    Safe to call at any time, twice, or side by side: each four hours have a key of their own.
    Returns how many notices were due.
    """
    notices = [*_about_unassigned(now), *_about_transfers(now)]
    Reminder.objects.bulk_create(notices, ignore_conflicts=True)
    return len(notices)


def _about_unassigned(now: datetime) -> Iterator[Reminder]:
    last = Assignment.objects.filter(episode=OuterRef("pk")).order_by("-at", "-id")
    recent = Reminder.objects.filter(
        episode=OuterRef("pk"),
        dedupe_key__contains=f":{About.UNASSIGNED}:",
        planned_at__gt=now - ASKED_AGAIN_AFTER,
    )
    episodes: Iterable[Episode] = (
        Episode.objects.with_work_left()
        .filter(assigned_to__isnull=True)
        .filter(~Exists(recent))
        .annotate(unheld_since=Coalesce(Subquery(last.values("at")[:1]), "recorded_at"))
    )
    for episode in episodes:
        yield _unassigned(episode, since=episode.unheld_since, now=now)  # type: ignore[attr-defined]


def _unassigned(episode: Episode, *, since: datetime, now: datetime) -> Reminder:
    return _notice(
        episode,
        About.UNASSIGNED,
        audience=Audience.SUPERVISOR,
        person=None,
        topic=Topic.DUTY,  # somebody must act: nobody can switch it off
        key=_turn(since, now),
        now=now,
    )


def _about_transfers(now: datetime) -> Iterator[Reminder]:
    transfers = (
        Transfer.objects.waiting_since(now - ASKED_AGAIN_AFTER)
        .filter(episode__in=Episode.objects.with_work_left().values("pk"))
        .select_related("episode", "to_unit")
    )
    for transfer in transfers:
        yield from offers(transfer, now=now)


def offers(transfer: Transfer, *, now: datetime) -> Iterator[Reminder]:
    """One notice for each person who could accept this transfer, for the four hours of `now`."""
    for person in in_charge_of(transfer.to_unit):
        if person.pk == transfer.by_id:
            continue
        yield _notice(
            transfer.episode,
            About.OFFERED,
            audience=Audience.PERSON,
            person=person,
            topic=Topic.DUTY,
            key=f"{transfer.pk}:{person.pk}:{_turn(transfer.at, now)}",
            now=now,
        )


def _turn(since: datetime, now: datetime) -> str:
    """Which four hours it is: the same word all through them."""
    return f"{since:%Y%m%dT%H%M%S}:{(now - since) // ASKED_AGAIN_AFTER}"


def _notice(
    episode: Episode,
    about: About,
    *,
    audience: Audience,
    person: User | None,
    topic: Topic,
    key: str,
    now: datetime,
) -> Reminder:
    return Reminder(
        episode=episode,
        kind=ReminderKind.NOTICE,
        audience=audience,
        person=person,
        topic=topic,
        says=SAYS[about],
        due_at=now,
        dedupe_key=f"{episode.public_id}:{about}:{key}",
        planned_at=now,
    )
