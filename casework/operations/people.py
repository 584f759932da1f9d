"""Accounts: added, changed, deactivated, reactivated. An account is never deleted."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from casework import audit
from casework.access.people import who_may_hold
from casework.models import Episode, Role, Unit, User
from casework.models.episode import EpisodeQuerySet
from casework.operations import assignments, reminders, saved_views

ADDRESS_TAKEN = "There is an account with this email address already"


class Refused(Exception):
    """Why nothing was changed; the sentence says what to do."""


class AddressTaken(Refused):
    """The e-mail address belongs to another account."""

    def __init__(self) -> None:
        super().__init__(ADDRESS_TAKEN)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What an admin says about a person."""

    name: str
    email: str
    role: Role
    unit: Unit | None
    phone: str = ""


def held_by(person: User) -> EpisodeQuerySet:
    """The episodes that this person holds and that have work left, oldest first."""
    return (
        Episode.objects.with_work_left()
        .filter(assigned_to=person)
        .select_related("unit")
        .order_by("told_at", "id")
    )


def add_person(*, account: Account, by: User, now: datetime) -> User:
    """Make an account without a password; the mail with a link to choose one is sent apart."""
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                account.email,
                None,
                name=account.name,
                role=account.role,
                unit=account.unit,
                phone=account.phone,
            )
            audit.record("user.added", subject=person, by=by, at=now, role=person.role)
    except IntegrityError:
        raise AddressTaken from None
    return person


def change_person(*, person: User, account: Account, by: User, now: datetime) -> User:
    """Change what an admin may say of a person. A new address is not a refused one.

    Raises `Refused` where the person could not open an episode any more that they hold, where the
    last admin would be none, and where somebody changes their own role.
    """
    try:
        with transaction.atomic():
            return _change(person, account, by=by, now=now)
    except IntegrityError:
        raise AddressTaken from None


def _change(person: User, account: Account, *, by: User, now: datetime) -> User:
    held = assignments.lock_all(held_by(person))
    person = _hold(person)
    if account.role != person.role:
        if person == by:
            raise Refused("You cannot change your own role. Ask another admin.")
        _refuse_last_admin(person, "keeps the role")
    before = {"role": person.role, "unit": person.unit_id, "email": person.email}
    person.name, person.phone = account.name, account.phone
    person.role, person.unit = account.role, account.unit
    if account.email.lower() != person.email.lower():
        person.email_refused_at, person.email_refused_why = None, ""
    person.email = account.email
    person.save(
        update_fields=[
            "name",
            "phone",
            "role",
            "unit",
            "email",
            "email_refused_at",
            "email_refused_why",
        ]
    )
    lost = [
        episode
        for episode in held
        if not who_may_hold([episode.unit]).filter(pk=person.pk).exists()
    ]
    if lost:
        raise Refused(
            f"{person.name} holds {len(lost)} episode{'s' if len(lost) > 1 else ''} that they could "
            "not open then. The supervisor reassigns them first."
        )
    changed = [
        name
        for name, old in before.items()
        if old != (person.unit_id if name == "unit" else getattr(person, name))
    ]
    audit.record("user.changed", subject=person, by=by, at=now, changed=changed, role=person.role)
    return person


@transaction.atomic
def deactivate(
    *,
    person: User,
    by: User,
    now: datetime,
    hand_over: Mapping[uuid.UUID, User | None],
) -> User:
    """Close an account. What the person holds goes to others first, in the same moment.

    `hand_over` says for the public id of each episode who gets it; None leaves it to the supervisor.
    Raises `Refused` for oneself, for the last admin, and while an episode is left.
    """
    if person == by:
        raise Refused("You cannot deactivate your own account. Ask another admin.")
    batch = uuid.uuid4()
    held = assignments.lock_all(held_by(person))
    # From here on nobody can give them anything more: whoever tries waits, and is then refused.
    person = _hold(person, *(to for to in hand_over.values() if to is not None))
    if not person.is_active:
        return person
    for episode in held:
        if episode.assigned_to_id != person.pk or episode.public_id not in hand_over:
            continue
        to = hand_over[episode.public_id]
        try:
            to = assignments.able(to, [episode]) if to else None
        except assignments.Refused as error:
            raise Refused(str(error)) from None
        assignments.change(episode, to, by=by, now=now, batch=batch, note="Account closed")
    left = held_by(person).count()
    if left:
        raise Refused(
            f"{person.name} holds {left} episode{'s' if left > 1 else ''} that nobody was chosen "
            "for. Choose who gets them, then deactivate."
        )
    _refuse_last_admin(person, "stays active")
    person.is_active, person.deactivated_at, person.deactivated_by = False, now, by
    person.save(update_fields=["is_active", "deactivated_at", "deactivated_by"])
    reminders.end_holds_of(person, now=now)
    audit.record("user.deactivated", subject=person, by=by, at=now)
    return person


@transaction.atomic
def reactivate(*, person: User, by: User, now: datetime) -> User:
    """Open a closed account again."""
    person = _hold(person)
    if not person.is_active:
        person.is_active, person.deactivated_at, person.deactivated_by = True, None, None
        person.save(update_fields=["is_active", "deactivated_at", "deactivated_by"])
        saved_views.tell_from_now_on(person, now=now)
        audit.record("user.reactivated", subject=person, by=by, at=now)
    return person


def is_last_on_call(person: User) -> bool:
    """Whether nobody would be on call for the agency without this person."""
    return (
        person.role == Role.ON_CALL
        and not User.objects.filter(role=Role.ON_CALL, is_active=True)
        .exclude(pk=person.pk)
        .exists()
    )


def _hold(person: User, *others: User) -> User:
    """The person as they are now, held until the transaction ends, with whoever else is concerned.

    All in the order of their numbers, and with an admin all admins: two who close each other's
    account at one moment neither wait for each other for ever nor leave nobody.
    """
    wanted = Q(pk__in=[person.pk, *(other.pk for other in others)])
    if person.role == Role.ADMIN:
        wanted |= Q(role=Role.ADMIN)
    held = User.objects.filter(wanted).order_by("pk").select_for_update(no_key=True)
    return {one.pk: one for one in held}[person.pk]


def _refuse_last_admin(person: User, what: str) -> None:
    """Raise `Refused` where no admin would be left."""
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=person.pk)
    if person.role == Role.ADMIN and not others.exists():
        raise Refused(
            f"{person.name} is the last admin, so this account {what}. Add another first."
        )
