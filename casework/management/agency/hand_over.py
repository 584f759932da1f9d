"""Who is away, who steps in, what nobody holds, and what one unit offers another."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from casework.management.agency.people import email_of
from casework.management.agency.stage import Case
from casework.models import Absence, Episode, Role, Unit, User
from casework.operations import absences, assignments, transfers

EAST, WEST = "Missouri East Unit", "Missouri West Unit"


def hand_over(cases: Iterable[Case], *, now: datetime) -> None:
    """One episode of the East unit is held by nobody; the West unit offers it one of theirs.

    Only episodes of colleagues are taken: what the accounts for visitors hold stays as it is.
    """
    _away(now)
    episodes = [case.episode for case in cases]
    visitors = {email_of("caseworker"), email_of("other-unit")}
    _leave_one(_first_of(EAST, episodes, visitors), now)
    _offer_one(_first_of(WEST, episodes, visitors), now)


def _away(now: datetime) -> None:
    """Ben is away for three days and Carmen stands in; Amara steps in for Dana."""
    dana, amara, ben, carmen = (
        User.objects.get(email=email_of(one))
        for one in ("caseworker", "amara.osei", "ben.kowalski", "carmen.ruiz")
    )
    if dana.backup is None and amara.is_active:
        absences.set_backup(person=dana, backup=amara, by=dana, now=now)
    if ben.is_active and carmen.is_active and not Absence.objects.not_over(now).exists():
        absences.plan_absence(
            person=ben,
            stand_in=carmen,
            starts_at=now,
            ends_at=now + timedelta(days=3),
            by=ben,
            now=now,
        )


def _first_of(unit: str, episodes: Iterable[Episode], not_of: set[str]) -> Episode | None:
    """The first open episode of this unit that none of these people holds."""
    return next(
        (
            one
            for one in episodes
            if one.unit.name == unit
            and one.ended_at is None
            and one.assigned_to is not None
            and one.assigned_to.email not in not_of
            and one.assigned_to.role == Role.CASEWORKER
        ),
        None,
    )


def _leave_one(episode: Episode | None, now: datetime) -> None:
    supervisor = User.objects.get(email=email_of("supervisor"))
    if episode is not None:
        assignments.assign(
            episodes=[episode],
            to=None,
            by=supervisor,
            now=now,
            batch=uuid.uuid4(),
            note="On sick leave since this morning",
        )


def _offer_one(episode: Episode | None, now: datetime) -> None:
    supervisor = User.objects.get(email=email_of("helen.marsh"))
    if episode is not None and not episode.transfers.waiting().exists():
        transfers.offer(
            episode=episode,
            to_unit=Unit.objects.get(name=EAST),
            note="The family has moved to St. Louis, and so has everybody we call.",
            by=supervisor,
            now=now,
        )
