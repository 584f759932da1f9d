"""When somebody is away and who stands in; and the colleague who steps in otherwise."""

from datetime import datetime, timedelta

from django.db import transaction

from casework import audit
from casework.access.people import who_may_stand_in
from casework.models import Absence, User

LONGEST = timedelta(days=366)  # whoever is away for longer hands over for good


class Refused(Exception):
    """Why nothing was saved; the sentence says what to do."""


@transaction.atomic
def plan_absence(
    *,
    person: User,
    stand_in: User,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    now: datetime,
) -> Absence:
    """`person` is away from `starts_at` up to `ends_at`; `stand_in` gets what would reach them.

    Raises `Refused` for a time that is over or too long, a stand-in who could not open what the person can, and
    a time in which the person is away already.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if ends_at <= now or ends_at <= starts_at:
        raise Refused("The last day must be today or later, and not before the first.")
    if ends_at - starts_at > LONGEST:
        raise Refused("That is over a year. Choose a nearer last day, or hand over what they hold.")
    if not who_may_stand_in(person).filter(pk=stand_in.pk).exists():
        raise Refused(f"{stand_in.name} could not open what {person.name} holds. Choose another.")
    if person.absences.in_force().filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise Refused(
            f"{person.name} is away in that time already. Cancel that absence first, or choose other "
            "days."
        )
    absence = Absence.objects.create(
        person=person,
        stand_in=stand_in,
        starts_at=starts_at,
        ends_at=ends_at,
        recorded_at=now,
        recorded_by=by,
    )
    audit.record("absence.planned", subject=absence, by=by, at=now, person=str(person.public_id))
    return absence


@transaction.atomic
def cancel_absence(*, absence: Absence, by: User, now: datetime) -> Absence:
    """The person is not away after all, or is back early. Cancelled twice, it was cancelled once."""
    absence = Absence.objects.select_for_update(of=("self",), no_key=True).get(pk=absence.pk)
    if absence.cancelled_at is None:
        absence.cancelled_at, absence.cancelled_by = now, by
        absence.save(update_fields=["cancelled_at", "cancelled_by"])
        audit.record("absence.cancelled", subject=absence, by=by, at=now)
    return absence


@transaction.atomic
def set_backup(*, person: User, backup: User | None, by: User, now: datetime) -> User:
    """Who steps in when `person` does not react; None: nobody in particular."""
    if backup is not None and not who_may_stand_in(person).filter(pk=backup.pk).exists():
        raise Refused(f"{backup.name} could not open what {person.name} holds. Choose another.")
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    person.backup = backup
    person.save(update_fields=["backup"])
    audit.record(
        "user.backup_set",
        subject=person,
        by=by,
        at=now,
        backup=str(backup.public_id) if backup else "",
    )
    return person


def is_away_then(person: User, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether this person is away in some of that time."""
    return person.absences.in_force().filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists()
