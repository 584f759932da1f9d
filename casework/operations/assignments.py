"""Who holds an episode: given to somebody, taken, left to the supervisor, given back.

Open duties and their reminders need no change: who hears of them is looked up when they are sent.
Locks are taken in one order: episodes by number, then the person who gets them.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from casework import audit
from casework.access.people import who_may_hold
from casework.models import Assignment, Episode, User
from casework.operations import notices, reminders
from casework.operations.notices import About
from casework.operations.submissions import KeyReused

MOST = 100  # in one go: more than anybody reads on the page that asks whether they are sure
UNDO_WITHIN = timedelta(minutes=10)


class Refused(Exception):
    """Why nothing was changed; the sentence says what to do."""


class ChangedSince(Refused):
    """Somebody else has given one of them to another person since the page was made."""

    def __init__(self, episodes: Collection[Episode]) -> None:
        held = ", ".join(
            f"{one.reference} by {one.assigned_to.name if one.assigned_to else 'nobody'}"
            for one in episodes
        )
        super().__init__(
            f"Not saved: this has changed since you opened the page. Held now: {held}. "
            "Check it and save again."
        )


@dataclass(frozen=True)
class Undone:
    """What an undo gave back, and what it left because somebody changed it since."""

    given_back: list[Assignment]
    left: list[Assignment]


@transaction.atomic
def assign(
    *,
    episodes: Collection[Episode],
    to: User | None,
    by: User,
    now: datetime,
    batch: uuid.UUID,
    note: str = "",
    seen: Mapping[uuid.UUID, uuid.UUID | None] | None = None,
) -> list[Assignment]:
    """Give these episodes to one person, all or none; with `to` None nobody holds them.

    `batch` is the form's key: sent again, it does nothing and returns what it did; with another
    answer it raises `KeyReused`. `seen` maps the public id of an episode to that of who held it on
    the page. Raises `ChangedSince` where that is not so any more, and `Refused` when there are too
    many, when `to` could not open one of them, or when nothing would change.
    """
    if done := list(Assignment.objects.filter(batch=batch).select_related("to_person", "by")):
        _refuse_another_answer(done, episodes, to, by=by, note=note)
        return done
    if len(episodes) > MOST:
        raise Refused(f"Select at most {MOST} youth at a time. You selected {len(episodes)}.")
    held = lock_all(episodes)
    if seen is not None:
        _refuse_unseen(held, seen)
    to_change = [episode for episode in held if episode.assigned_to_id != (to.pk if to else None)]
    if not to_change:
        raise Refused(f"{to.name if to else 'Nobody'} holds this already. Nothing was changed.")
    if to is not None:
        to = able(to, to_change)
    return [change(episode, to, by=by, now=now, batch=batch, note=note) for episode in to_change]


@transaction.atomic
def take(*, episode: Episode, by: User, now: datetime) -> Assignment | None:
    """Hold an episode that nobody holds; None when it is one's own already."""
    held = lock_all([episode])[0]
    if held.assigned_to_id == by.pk:
        return None
    if held.assigned_to is not None:
        raise Refused(f"{held.assigned_to.name} holds it now.")
    taker = able(by, [held])
    return change(held, taker, by=by, now=now, batch=uuid.uuid4(), note="")


@transaction.atomic
def undo(*, batch: uuid.UUID, by: User, now: datetime) -> Undone:
    """Give back what was handed over in one go, within ten minutes.

    What somebody changed since stays as it is, and so does what cannot go back to who had it.
    Raises `Refused` after ten minutes, and when all of it has been undone.
    """
    assignments = list(
        Assignment.objects.filter(batch=batch, by=by, undone_at=None)
        .select_related("episode", "from_person", "to_person")
        .order_by("episode_id")
    )
    if not assignments:
        raise Refused("There is nothing to undo.")
    if now > assignments[0].at + UNDO_WITHIN:
        raise Refused("That was more than 10 minutes ago. Reassign them instead.")
    episodes = {one.pk: one for one in lock_all([entry.episode for entry in assignments])}
    given_back, left = [], []
    for entry in assignments:
        episode = episodes[entry.episode_id]
        # Asked again after the locks: the same undo may just have happened beside this one.
        entry.refresh_from_db(fields=["undone_at"])
        if (
            entry.undone_at is None
            and _is_untouched(entry, episode)
            and _may_return(entry, episode)
        ):
            _give_back(entry, episode, by=by, now=now)
            given_back.append(entry)
        else:
            left.append(entry)
    return Undone(given_back, left)


def leave_if_gone(episode: Episode, *, by: User, now: datetime) -> None:
    """An episode that is open again, held by an account that has been closed since: the supervisor
    is asked to give it to somebody. The caller holds the episode.
    """
    holder = episode.assigned_to
    if holder is not None and not holder.is_active:
        change(episode, None, by=by, now=now, batch=uuid.uuid4(), note="Account closed")


def lock_all(episodes: Collection[Episode]) -> list[Episode]:
    """These episodes as they are now, held until the transaction ends, in the order of numbers.

    Read only once they are held: joined to a lock that had to wait, a holder or unit that changed
    meanwhile would be missing.
    """
    ids = [episode.pk for episode in episodes]
    held = Episode.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return list(
        Episode.objects.filter(pk__in=list(held.values_list("pk", flat=True)))
        .select_related("assigned_to", "unit")
        .order_by("pk")
    )


def change(
    episode: Episode,
    to: User | None,
    *,
    by: User,
    now: datetime,
    batch: uuid.UUID,
    note: str,
) -> Assignment:
    """Write one change and tell both. The caller holds the episode, and has checked `to`."""
    before = episode.assigned_to
    entry = Assignment.objects.create(
        episode=episode,
        from_person=before,
        to_person=to,
        note=note,
        at=now,
        by=by,
        batch=batch,
    )
    _set_holder(episode, to, now=now)
    reminders.hand_on(episode, before=before, to=to, now=now)
    notices.tell(person=before, episode=episode, about=About.HANDED_ON, by=by, now=now)
    notices.tell(person=to, episode=episode, about=About.ASSIGNED, by=by, now=now)
    audit.record(
        "episode.assigned",
        subject=episode,
        by=by,
        at=now,
        **{"from": _id(before), "to": _id(to), "batch": str(batch)},
    )
    return entry


def _set_holder(episode: Episode, to: User | None, *, now: datetime) -> None:
    episode.assigned_to = to
    episode.save(update_fields=["assigned_to"])
    notices.call_off(episode=episode, about=About.UNASSIGNED, now=now)
    if to is None:
        notices.ask_for_owner(episode=episode, now=now)


def _refuse_another_answer(
    done: Collection[Assignment],
    episodes: Collection[Episode],
    to: User | None,
    *,
    by: User,
    note: str,
) -> None:
    """Raise `KeyReused` unless this is what was `done`.

    It may name fewer episodes, because one has been closed since; and more, which `to` held already.
    """
    handed = {one.episode_id for one in done}
    others = [one for one in episodes if one.pk not in handed]
    is_same = (
        len(others) < len(episodes)
        and all((one.to_person, one.by, one.note) == (to, by, note) for one in done)
        and all(one.assigned_to == to for one in others)
    )
    if not is_same:
        raise KeyReused


def _refuse_unseen(
    episodes: Collection[Episode], seen: Mapping[uuid.UUID, uuid.UUID | None]
) -> None:
    changed = [
        one
        for one in episodes
        if one.public_id in seen
        and seen[one.public_id] != (one.assigned_to.public_id if one.assigned_to else None)
    ]
    if changed:
        raise ChangedSince(changed)


def able(to: User, episodes: Collection[Episode]) -> User:
    """`to` as they are now, held so that nobody deactivates them meanwhile. Raises `Refused`."""
    to = User.objects.select_for_update(no_key=True).get(pk=to.pk)
    if not to.is_active:
        raise Refused(f"{to.name}’s account is deactivated. Choose somebody else.")
    for unit in {episode.unit for episode in episodes}:
        if not who_may_hold([unit]).filter(pk=to.pk).exists():
            raise Refused(
                f"{to.name} could not open the youth of {unit.name}. Choose somebody else, or "
                "offer the episode to their unit as a transfer."
            )
    return to


def _is_untouched(entry: Assignment, episode: Episode) -> bool:
    """Whether nobody has given the episode to anyone after this entry."""
    is_latest = not episode.assignments.filter(pk__gt=entry.pk).exists()
    return is_latest and episode.assigned_to_id == entry.to_person_id


def _may_return(entry: Assignment, episode: Episode) -> bool:
    before = entry.from_person
    if before is None:
        return True
    try:
        able(before, [episode])
    except Refused:
        return False
    return True


def _give_back(entry: Assignment, episode: Episode, *, by: User, now: datetime) -> None:
    entry.undone_at, entry.undone_by = now, by
    entry.save(update_fields=["undone_at", "undone_by"])
    before, to = entry.to_person, entry.from_person
    _set_holder(episode, to, now=now)
    reminders.give_back(episode, before=before, to=to, handed_at=entry.at, now=now)
    # Whom nothing of it has reached need not hear that it is undone.
    for person, told, tells in (
        (before, About.ASSIGNED, About.HANDED_ON),
        (to, About.HANDED_ON, About.ASSIGNED),
    ):
        if not notices.take_back(
            person=person, episode=episode, about=told, told_at=entry.at, now=now
        ):
            notices.tell(person=person, episode=episode, about=tells, by=by, now=now)
    audit.record(
        "episode.assignment_undone",
        subject=episode,
        by=by,
        at=now,
        **{"from": _id(entry.to_person), "to": _id(entry.from_person), "batch": str(entry.batch)},
    )


def _id(person: User | None) -> str:
    return str(person.public_id) if person else ""
