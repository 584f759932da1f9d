"""Which people a person may see, and who may hold or stand in for whom."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404

from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import AGENCY_WIDE
from casework.models import Absence, Episode, Role, Unit, User


def people_visible_to(user: User) -> QuerySet[User]:
    """Admins see everybody, supervisors their unit and those below; everyone sees themselves."""
    if may(user, Permission.PEOPLE_MANAGE):
        return User.objects.all()
    seen = Q(pk=user.pk)
    if may(user, Permission.PEOPLE_VIEW) and user.unit is not None:
        seen |= Q(unit__in=user.unit.descendants(include_self=True).values("pk"))
    return User.objects.filter(seen)


def get_person_or_404(user: User, public_id: UUID) -> User:
    """The person with this id, if `user` may see them."""
    people = people_visible_to(user).select_related("unit", "backup")
    return get_object_or_404(people, public_id=public_id)


def may_plan_for(user: User, person: User) -> bool:
    """Whether `user` may say when this visible person is away, and who steps in: oneself, an admin, or
    the supervisor of a caseworker or of a unit below. Never a peer: what would reach them goes
    elsewhere.
    """
    if user == person or may(user, Permission.PEOPLE_MANAGE):
        return True
    if not may(user, Permission.PEOPLE_VIEW) or user.unit is None:
        return False
    if person.role == Role.CASEWORKER:
        return True
    is_below: bool = user.unit.descendants().filter(pk=person.unit_id).exists()
    return is_below and person.role == Role.SUPERVISOR


def get_absence_or_404(user: User, public_id: UUID) -> Absence:
    """The absence with this id, if `user` may see the person who is away."""
    absences = Absence.objects.filter(person__in=people_visible_to(user).values("pk"))
    return get_object_or_404(absences.select_related("person__unit"), public_id=public_id)


def who_may_hold(units: Iterable[Unit]) -> QuerySet[User]:
    """The active people who can open the episodes of all these units, by name.

    The other side of `scoping.unit_ids_in_scope`: caseworkers of the unit, supervisors of it and of
    those above, and whoever works for the whole agency.
    """
    people = User.objects.filter(is_active=True)
    for unit in units:
        above = unit.ancestors(include_self=True).values("pk")
        people = people.filter(
            Q(role=Role.CASEWORKER, unit=unit)
            | Q(role=Role.SUPERVISOR, unit__in=above)
            | Q(role__in=AGENCY_WIDE)
        )
    return people.order_by("name", "id")


def who_may_stand_in(person: User) -> QuerySet[User]:
    """The active people who can open all that this person can: back-ups and stand-ins, by name."""
    people = User.objects.filter(role=person.role, is_active=True)
    if person.unit is not None and person.role == Role.CASEWORKER:
        people = who_may_hold([person.unit])
    elif person.unit is not None and person.role == Role.SUPERVISOR:
        people = who_may_hold([person.unit]).exclude(role=Role.CASEWORKER)
    return people.exclude(pk=person.pk).order_by("name", "id")


def in_charge_of(unit: Unit) -> list[User]:
    """Who answers for a unit: the supervisors of the nearest unit upward that has any active one.

    Where there is none, whoever is on call for the agency; else the admins.
    """
    office: Unit | None = unit
    while office is not None:
        people = list(office.people.filter(role=Role.SUPERVISOR, is_active=True).order_by("id"))
        if people:
            return people
        office = office.parent
    for role in (Role.ON_CALL, Role.ADMIN):
        people = list(User.objects.filter(role=role, is_active=True).order_by("id"))
        if people:
            return people
    return []


def zones_by_address(addresses: Iterable[str]) -> dict[str, ZoneInfo]:
    """The zones in which the people behind these e-mail addresses read times, by address in small
    letters. Left out: people without a unit, and addresses of nobody.
    """
    people = User.objects.annotate(address=Lower("email")).filter(
        address__in={address.lower() for address in addresses}, unit__isnull=False
    )
    return {
        person.email.lower(): person.unit.zone
        for person in people.select_related("unit").only("email", "unit__time_zone")
        if person.unit is not None  # as asked; said for the types
    }


def units_of_agency() -> QuerySet[Unit]:
    """Every unit, by name."""
    units: QuerySet[Unit] = Unit.objects.order_by("name", "id")
    return units


def with_load(people: QuerySet[User]) -> QuerySet[User]:
    """These people, each with the number of open episodes that they hold in `open_count`."""
    held = (
        Episode.objects.open()
        .filter(assigned_to=OuterRef("pk"))
        .order_by()
        .values("assigned_to")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return people.select_related("unit", "backup").annotate(open_count=Subquery(held))


def absences_of(people: Iterable[User], *, now: datetime) -> dict[int, list[Absence]]:
    """The absences of these people that are not over, by the person's number, earliest first."""
    found: dict[int, list[Absence]] = {}
    absences = Absence.objects.not_over(now).filter(person__in=[person.pk for person in people])
    for absence in absences.select_related("person__unit", "stand_in").order_by("starts_at", "id"):
        found.setdefault(absence.person_id, []).append(absence)
    return found
