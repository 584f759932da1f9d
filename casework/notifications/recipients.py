"""Who hears a reminder: looked up when it is sent, because people leave and cases move."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet

from casework.models import Assignment, Episode, Role
from casework.notifications.directory import Directory, Person
from casework.policies.ladder import Audience


@dataclass(frozen=True)
class Recipient:
    """One person and the reason, in words that the message repeats.

    `person` is None for the agency-wide on-call address.
    """

    person: Person | None
    why: str


@dataclass(frozen=True)
class Place:
    """All of an episode that decides who hears of it.

    `logger_id` is whoever logged it; None once they have held it and handed it on.
    """

    unit_id: int
    assigned_to_id: int | None
    logger_id: int | None

    @classmethod
    def of(cls, episode: Episode) -> "Place":
        """The place of this episode."""
        owner, logger = episode.assigned_to_id, episode.recorded_by_id
        has_handed_on = owner != logger and handed_on_by(logger).filter(episode=episode).exists()
        return cls(episode.unit_id, owner, None if has_handed_on else logger)


def handed_on_by(person_id: int | OuterRef) -> QuerySet[Assignment]:
    """How this person gave away what they held, as far as that was not undone."""
    return Assignment.objects.filter(from_person=person_id, undone_at__isnull=True)


# Steps that an agency may do without: the next one comes soon after.
PASSED_OVER = frozenset({Audience.BACKUP, Audience.AGENCY})
AT_THE_ADDRESS = Recipient(None, "This is the agency’s on-call address.")


def recipients_of(
    place: Place,
    audience: Audience,
    directory: Directory,
    *,
    person_id: int | None = None,
    has_agency_address: bool = False,
) -> list[Recipient]:
    """The people of this audience who can act now; where there are none, the next rung of the ladder.

    Somebody who is away is replaced by whoever stands in for them. Empty when the agency has neither
    an on-call person nor an admin with an account; and for one of `PASSED_OVER` that there is not.
    """
    match audience:
        case Audience.OWNER:
            found = _owner(place, directory) + _logger(place, directory)
        case Audience.BACKUP:
            found = _backup(place, directory)
        case Audience.SUPERVISOR:
            found = _supervisors(place, directory)
        case Audience.ON_CALL:
            found = _on_call(directory)
        case Audience.AGENCY:
            found = [AT_THE_ADDRESS] if has_agency_address else []
        case Audience.ADMIN:
            found = [
                Recipient(person, "You are an admin.")
                for person in directory.by_role.get(Role.ADMIN, [])
            ]
        case Audience.PERSON:
            found = _named(person_id, place, directory)
    return list({recipient.person: recipient for recipient in reversed(found)}.values())[::-1]


def _owner(place: Place, directory: Directory) -> list[Recipient]:
    """Whoever holds the duty; the supervisors, when that is nobody who could act on it."""
    owner = directory.called(place.assigned_to_id)
    if owner is not None and directory.may_see(owner, place.unit_id):
        if owner.stand_in_id is None:
            return [Recipient(owner, "It is assigned to you.")]
        stand_in = directory.stand_in_of(owner, place.unit_id)
        if stand_in is not None:
            return [Recipient(stand_in, f"You stand in for {owner.user.name}.")]
    return _because(_supervisors(place, directory), "Nobody who could act on it holds it.")


def _logger(place: Place, directory: Directory) -> list[Recipient]:
    """Whoever took the call at night, when the duty belongs to somebody else from the start."""
    logger = directory.called(place.logger_id)
    if (
        logger is None
        or place.logger_id == place.assigned_to_id
        or logger.stand_in_id is not None
        or not directory.may_see(logger, place.unit_id)
    ):
        return []
    return [Recipient(logger, "You logged it.")]


def _backup(place: Place, directory: Directory) -> list[Recipient]:
    owner = directory.called(place.assigned_to_id)
    backup = directory.called(owner.user.backup_id) if owner else None
    if (
        owner is not None
        and backup is not None
        and backup.stand_in_id is None
        and directory.may_see(backup, place.unit_id)
    ):
        return [Recipient(backup, f"You are the back-up of {owner.user.name}.")]
    return []


def _supervisors(place: Place, directory: Directory) -> list[Recipient]:
    """The supervisors of the nearest unit upward of whom one is there, or is stood in for."""
    for office in directory.upward(place.unit_id):
        found = []
        for supervisor in directory.supervisors.get(office, []):
            if supervisor.stand_in_id is None:
                found.append(Recipient(supervisor, "You supervise this unit."))
            elif stand_in := directory.stand_in_of(supervisor, place.unit_id):
                found.append(Recipient(stand_in, f"You stand in for {supervisor.user.name}."))
        if found:
            return found
    return _because(_on_call(directory), "This unit has no supervisor.")


def _on_call(directory: Directory) -> list[Recipient]:
    everybody = directory.by_role.get(Role.ON_CALL, [])
    there = [person for person in everybody if person.stand_in_id is None]
    # Better somebody who is away than nobody.
    if on_call := there or everybody:
        return [Recipient(person, "You are on call for the agency.") for person in on_call]
    return [
        Recipient(person, "Nobody is on call, so it reaches you as an admin.")
        for person in directory.by_role.get(Role.ADMIN, [])
    ]


def _named(person_id: int | None, place: Place, directory: Directory) -> list[Recipient]:
    """The person who was meant, also when the record is not theirs any more: the message says no
    more than that there is something. Whoever stands in hears it too; their supervisors, where
    nobody does, or the account is closed.
    """
    person = directory.called(person_id)
    if person is not None:
        meant = [Recipient(person, "It is meant for you.")]
        if person.stand_in_id is None:
            return meant
        if stand_in := directory.stand_in_of(person, place.unit_id):
            return [*meant, Recipient(stand_in, f"You stand in for {person.user.name}.")]
        away = f"It is meant for {person.user.name}, who is away."
        return meant + _because(_supervisors(place, directory), away)
    return _because(_supervisors(place, directory), "It was meant for somebody who has left.")


def _because(recipients: Iterable[Recipient], why: str) -> list[Recipient]:
    return [Recipient(recipient.person, f"{why} {recipient.why}") for recipient in recipients]
