"""The units of a synthetic agency, in a tree, and who works in them."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password

from casework.management.agency.people import DOMAIN, PASSWORD
from casework.models import Role, Unit, User

OPEN_A_UNIT = 25  # open episodes of one unit: what three caseworkers hold
WORKERS = 3
UNITS_A_REGION = 4
AGENCY = "Synthetic Agency"


@dataclass(frozen=True, kw_only=True)
class Staff:
    """The units that have youth, in order, and the ids of the caseworkers of each."""

    units: tuple[int, ...]
    workers: tuple[tuple[int, ...], ...]


def units_for(open_episodes: int) -> int:
    """How many units hold that many open episodes: four at least, and whole regions."""
    units = -(-open_episodes // OPEN_A_UNIT)
    return max(1, -(-units // UNITS_A_REGION)) * UNITS_A_REGION


def make_units_and_people(units: int) -> Staff:
    """An agency of regions of four units each; a supervisor a region, three caseworkers a unit.

    Accounts: caseworker-1-1 (unit, number), supervisor-1 (region), director (all units), oncall,
    admin, auditor. They sign in with the demonstration's password, and only where DEMO=true.
    """
    hashed = make_password(PASSWORD) if settings.DEMO else make_password(None)
    agency = _unit(AGENCY, None)
    agency.save()
    regions = [
        _unit(f"Synthetic region {number}", agency)
        for number in range(1, -(-units // UNITS_A_REGION) + 1)
    ]
    Unit.objects.bulk_create(regions)
    made = [
        _unit(f"Synthetic unit {number + 1}", regions[number // UNITS_A_REGION])
        for number in range(units)
    ]
    Unit.objects.bulk_create(made, batch_size=1_000)
    people = [
        _person("director", Role.SUPERVISOR, agency, hashed),
        _person("oncall", Role.ON_CALL, None, hashed),
        _person("admin", Role.ADMIN, None, hashed),
        _person("auditor", Role.AUDITOR, None, hashed),
        *(
            _person(f"supervisor-{number}", Role.SUPERVISOR, region, hashed)
            for number, region in enumerate(regions, start=1)
        ),
    ]
    workers = [
        _person(f"caseworker-{number}-{worker}", Role.CASEWORKER, unit, hashed)
        for number, unit in enumerate(made, start=1)
        for worker in range(1, WORKERS + 1)
    ]
    User.objects.bulk_create(people, batch_size=1_000)
    User.objects.bulk_create(workers, batch_size=1_000)
    return Staff(
        units=tuple(unit.pk for unit in made),
        workers=tuple(
            tuple(worker.pk for worker in workers[at : at + WORKERS])
            for at in range(0, len(workers), WORKERS)
        ),
    )


def account(name: str) -> User:
    """The person with this account, like "supervisor-1"."""
    return User.objects.select_related("unit").get(email=f"{name}@{DOMAIN}")


def _unit(name: str, parent: Unit | None) -> Unit:
    return Unit(name=name, parent=parent, jurisdiction="us-mo", time_zone="America/Chicago")


def _person(name: str, role: Role, unit: Unit | None, hashed: str) -> User:
    return User(
        email=f"{name}@{DOMAIN}", name=name.capitalize(), role=role, unit=unit, password=hashed
    )
