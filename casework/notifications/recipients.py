"""Who hears a reminder: looked up when it is sent, because people leave and cases move."""

from dataclasses import dataclass

from casework.access.scoping import may_see_episode
from casework.models import Episode, Role, Unit, User
from casework.policies.ladder import Audience


@dataclass(frozen=True)
class Recipient:
    """One person and the reason, in words that the message repeats."""

    user: User
    why: str


def recipients_of(episode: Episode, audience: Audience) -> list[Recipient]:
    """The active people of this audience; where there are none, the next rung of the ladder.

    Empty only when the agency has neither an on-call person nor an admin with an account.
    """
    if audience is Audience.OWNER:
        return _owner(episode) + _logger(episode)
    if audience is Audience.SUPERVISOR:
        supervisors = _supervisors(episode.unit)
        if supervisors:
            return [Recipient(user, "You supervise this unit.") for user in supervisors]
        return _because(recipients_of(episode, Audience.ON_CALL), "This unit has no supervisor.")
    on_call = _active(Role.ON_CALL)
    if on_call:
        return [Recipient(user, "You are on call for the agency.") for user in on_call]
    return [
        Recipient(user, "Nobody is on call, so it reaches you as an admin.")
        for user in _active(Role.ADMIN)
    ]


def reached_alike(episode: Episode, audience: Audience) -> tuple[object, ...]:
    """Equal for two reminders that reach the same people: all that `recipients_of` asks about."""
    return (episode.unit_id, episode.assigned_to_id, episode.recorded_by_id, audience)


def _owner(episode: Episode) -> list[Recipient]:
    """Whoever holds the duty; the supervisors, when that is nobody who could act on it."""
    owner = episode.assigned_to
    if owner is not None and may_see_episode(owner, episode):
        return [Recipient(owner, "It is assigned to you.")]
    return _because(
        recipients_of(episode, Audience.SUPERVISOR), "Nobody who could act on it holds it."
    )


def _logger(episode: Episode) -> list[Recipient]:
    """Whoever took the call at night, when the duty belongs to somebody else."""
    logger = episode.recorded_by
    if logger == episode.assigned_to or not may_see_episode(logger, episode):
        return []
    return [Recipient(logger, "You logged it.")]


def _because(recipients: list[Recipient], why: str) -> list[Recipient]:
    return [Recipient(recipient.user, f"{why} {recipient.why}") for recipient in recipients]


def _active(role: Role) -> list[User]:
    return list(User.objects.filter(role=role, is_active=True).order_by("id"))


def _supervisors(unit: Unit) -> list[User]:
    """The supervisors of the nearest unit upward that has any."""
    office: Unit | None = unit
    while office is not None:
        people = list(office.people.filter(role=Role.SUPERVISOR, is_active=True).order_by("id"))
        if people:
            return people
        office = office.parent
    return []
