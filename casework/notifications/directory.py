"""Everybody who could be told something, read once for a batch: who works where, and who is away."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import AGENCY_WIDE
from casework.models import Absence, Cadence, ReminderPreferences, Role, Topic, Unit, User
from casework.policies.ladder import ReminderKind


@dataclass(frozen=True)
class Person:
    """An active account, and how its owner wants to hear of things."""

    user: User
    preferences: ReminderPreferences
    stand_in_id: int | None = None

    def hears(self, kind: ReminderKind) -> bool:
        """Whether this step is for them: of the two early nudges, the one that they chose."""
        if kind not in (ReminderKind.NUDGE, ReminderKind.LATE_NUDGE):
            return True
        return self.preferences.first_reminder == kind

    def cadence(self, topic: Topic) -> Cadence:
        """How often mail about this topic goes out to them."""
        return self.preferences.cadence(topic)


@dataclass(frozen=True)
class Directory:
    """The active people of the agency at one moment, by id, and the tree of its units."""

    people: dict[int, Person]
    parents: dict[int, int | None]
    by_role: dict[Role, list[Person]] = field(default_factory=dict)
    supervisors: dict[int, list[Person]] = field(default_factory=dict)

    @classmethod
    def at(cls, now: datetime) -> Self:
        """Read everybody who has an active account, and who of them is away at `now`."""
        away = dict(Absence.objects.at(now).values_list("person_id", "stand_in_id"))
        chosen = {row.pk: row for row in ReminderPreferences.objects.all()}
        users = User.objects.filter(is_active=True).defer("password").order_by("id")
        people = {
            user.pk: Person(
                user=user,
                preferences=chosen.get(user.pk) or ReminderPreferences(user_id=user.pk),
                stand_in_id=away.get(user.pk),
            )
            for user in users
        }
        by_role: dict[Role, list[Person]] = defaultdict(list)
        supervisors: dict[int, list[Person]] = defaultdict(list)
        for person in people.values():
            role = Role(person.user.role)
            by_role[role].append(person)
            if role is Role.SUPERVISOR and person.user.unit_id is not None:
                supervisors[person.user.unit_id].append(person)
        parents = dict(Unit.objects.order_by("id").values_list("id", "parent_id"))
        return cls(people, parents, dict(by_role), dict(supervisors))

    def upward(self, unit_id: int) -> Iterable[int]:
        """This unit, the one above it, and so on."""
        office: int | None = unit_id
        while office is not None:
            yield office
            office = self.parents.get(office)

    def may_see(self, person: Person, unit_id: int) -> bool:
        """Whether the unit's episodes are in this person's scope: `access.scoping`, for many."""
        user = person.user
        if not may(user, Permission.EPISODE_VIEW):
            return False
        if user.role in AGENCY_WIDE:
            return True
        if user.role == Role.SUPERVISOR:
            return any(user.unit_id == office for office in self.upward(unit_id))
        return user.unit_id == unit_id

    def called(self, person_id: int | None) -> Person | None:
        """The person with this id; None when there is none, or the account is not active."""
        return None if person_id is None else self.people.get(person_id)

    def stand_in_of(self, person: Person, unit_id: int) -> Person | None:
        """Who stands in for somebody who is away, where that person may see the unit's episodes and
        is not away too.
        """
        stand_in = self.called(person.stand_in_id)
        if stand_in is None or stand_in.stand_in_id is not None:
            return None
        return stand_in if self.may_see(stand_in, unit_id) else None
