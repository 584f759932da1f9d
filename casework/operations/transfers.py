"""An episode goes from one unit to another: offered, then accepted or declined, or taken back.

Until it is accepted the old unit and worker hold it. Its rules and its zone stay (ADR 15).
"""

import uuid
from datetime import datetime

from django.db import transaction

from casework import audit
from casework.access.people import in_charge_of
from casework.models import Episode, Reminder, Transfer, Unit, User, Youth
from casework.operations import assignments, notices
from casework.operations.locks import locked, locked_youth
from casework.operations.notices import About

LONGEST = 300  # what the note of an assignment can hold
ANSWERED = "This transfer has been answered or taken back already."


class Refused(Exception):
    """Why nothing was changed; the sentence says what to do."""


@transaction.atomic
def offer(
    *, episode: Episode, to_unit: Unit, note: str, by: User, now: datetime, to: User | None = None
) -> Transfer:
    """Offer an episode to another unit; whoever is in charge there is told at once.

    `to` is who would hold it, as a proposal. Raises `Refused` for the same unit, a closed episode,
    and one that is on offer already.
    """
    episode = locked(episode)
    if to_unit.pk == episode.unit_id:
        raise Refused("It is in that unit already. Choose another unit.")
    if not _has_work_left(episode):
        raise Refused("This episode is closed, and nothing is left to do.")
    if episode.transfers.waiting().exists():
        raise Refused("This episode is on offer already. Take that offer back first.")
    transfer = Transfer.objects.create(
        episode=episode,
        from_unit_id=episode.unit_id,
        to_unit=to_unit,
        to_person=to,
        note=note,
        at=now,
        by=by,
    )
    Reminder.objects.bulk_create(notices.offers(transfer, now=now), ignore_conflicts=True)
    audit.record(
        "transfer.offered",
        subject=transfer,
        by=by,
        at=now,
        episode=str(episode.public_id),
        unit=str(to_unit.public_id),
    )
    return transfer


@transaction.atomic
def accept(*, transfer: Transfer, to: User, by: User, now: datetime) -> Transfer:
    """Take the episode over: unit, youth and worker change together, and both sides are told.

    While the old unit still works on another episode of the youth, the youth stays with it.
    """
    transfer, episode = _held(transfer)
    if not _has_work_left(episode):
        raise Refused("This episode is closed, and nothing is left to do. Decline it.")
    before = episode.assigned_to
    episode.unit = transfer.to_unit
    try:
        to = assignments.able(to, [episode])
    except assignments.Refused as error:
        raise Refused(str(error)) from None
    episode.save(update_fields=["unit"])
    left_behind = Episode.objects.with_work_left().exclude(unit=transfer.to_unit)
    if not left_behind.filter(youth=episode.youth_id).exclude(pk=episode.pk).exists():
        Youth.objects.filter(pk=episode.youth_id).update(unit=transfer.to_unit, caseworker=to)
    note = f"Transfer to {transfer.to_unit.name}. {transfer.note}"[:LONGEST]
    if before != to:
        assignments.change(episode, to, by=by, now=now, batch=uuid.uuid4(), note=note)
    transfer.accepted_at, transfer.accepted_by = now, by
    transfer.save(update_fields=["accepted_at", "accepted_by"])
    _answered(transfer, episode, About.ACCEPTED, by=by, now=now)
    audit.record(
        "transfer.accepted",
        subject=transfer,
        by=by,
        at=now,
        episode=str(episode.public_id),
        to=str(to.public_id),
    )
    return transfer


@transaction.atomic
def decline(*, transfer: Transfer, why: str, by: User, now: datetime) -> Transfer:
    """Say no, with the reason: the old unit still holds it, and is told."""
    transfer, episode = _held(transfer)
    transfer.declined_at, transfer.declined_by, transfer.declined_why = now, by, why
    transfer.save(update_fields=["declined_at", "declined_by", "declined_why"])
    _answered(transfer, episode, About.DECLINED, by=by, now=now)
    audit.record(
        "transfer.declined", subject=transfer, by=by, at=now, episode=str(episode.public_id)
    )
    return transfer


@transaction.atomic
def take_back(*, transfer: Transfer, by: User, now: datetime) -> Transfer:
    """The offer is withdrawn before anybody answered."""
    transfer, episode = _held(transfer)
    transfer.cancelled_at, transfer.cancelled_by = now, by
    transfer.save(update_fields=["cancelled_at", "cancelled_by"])
    notices.call_off(episode=episode, about=About.OFFERED, now=now)
    for person in in_charge_of(transfer.to_unit):
        notices.tell(person=person, episode=episode, about=About.TAKEN_BACK, by=by, now=now)
    audit.record(
        "transfer.taken_back", subject=transfer, by=by, at=now, episode=str(episode.public_id)
    )
    return transfer


def _held(transfer: Transfer) -> tuple[Transfer, Episode]:
    """The transfer and its episode as they are now, held. Raises `Refused` once it is answered."""
    locked_youth(transfer.episode.youth)  # a youth before episodes: see locks
    episode = assignments.lock_all([transfer.episode])[0]
    held = (
        Transfer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("to_unit", "from_unit", "by")
        .get(pk=transfer.pk)
    )
    if not held.is_waiting:
        raise Refused(ANSWERED)
    return held, episode


def _answered(
    transfer: Transfer, episode: Episode, about: About, *, by: User, now: datetime
) -> None:
    """Tell whoever offered it, and those in charge there."""
    notices.call_off(episode=episode, about=About.OFFERED, now=now)
    for person in {transfer.by, *in_charge_of(transfer.from_unit)}:
        notices.tell(person=person, episode=episode, about=about, by=by, now=now)


def _has_work_left(episode: Episode) -> bool:
    return Episode.objects.with_work_left().filter(pk=episode.pk).exists()
