"""The demo agency's units and the people who work in them."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from casework.models import Role, Unit, User

AGENCY = "Demonstration Agency"
DOMAIN = "porchlight.test"  # production refuses to start while such accounts exist
PASSWORD = "porchlight-demo"  # noqa: S105 (printed at every start, of made-up people)


@dataclass(frozen=True, kw_only=True)
class Office:
    """A unit as it is to be: `police` and `area` (of telephone numbers) are made up with it."""

    name: str
    jurisdiction: str
    time_zone: str
    phone: str
    area: str
    police: tuple[str, ...]
    youth: int
    supervisor: tuple[str, str]
    caseworkers: tuple[tuple[str, str], ...]


OFFICES = (
    Office(
        name="Missouri East Unit",
        jurisdiction="us-mo",
        time_zone="America/Chicago",
        phone="314-555-0142",
        area="314",
        police=("Lanternfield Police Department", "Thistle County Sheriff"),
        youth=80,
        supervisor=("supervisor", "Marisol Vega"),
        caseworkers=(
            ("caseworker", "Dana Whitlock"),
            ("amara.osei", "Amara Osei"),
            ("ben.kowalski", "Ben Kowalski"),
            ("carmen.ruiz", "Carmen Ruiz"),
            ("demetrius.hall", "Demetrius Hall"),
            ("elena.novak", "Elena Novak"),
        ),
    ),
    Office(
        name="Missouri West Unit",
        jurisdiction="us-mo",
        time_zone="America/Chicago",
        phone="816-555-0155",
        area="816",
        police=("Buttonwillow Police Department", "Plum Creek County Sheriff"),
        youth=70,
        supervisor=("helen.marsh", "Helen Marsh"),
        caseworkers=(
            ("other-unit", "Theo Brandt"),
            ("fatou.diallo", "Fatou Diallo"),
            ("grace.lindgren", "Grace Lindgren"),
            ("hector.salas", "Héctor Salas"),
            ("ivy.chen", "Ivy Chen"),
        ),
    ),
    Office(
        name="Mountain Unit",
        jurisdiction="us",
        time_zone="America/Denver",
        phone="970-555-0168",
        area="970",
        police=("Snowglobe Police Department", "High Kettle County Sheriff"),
        youth=50,
        supervisor=("walter.begay", "Walter Begay"),
        caseworkers=(
            ("jonas.eriksen", "Jonas Eriksen"),
            ("kalani.akana", "Kalani Akana"),
            ("leah.rosen", "Leah Rosen"),
            ("mateo.cruz", "Mateo Cruz"),
        ),
    ),
)
# Those who belong to the agency as a whole.
AGENCY_WIDE = (
    ("oncall", "Priya Raman", Role.ON_CALL),
    ("admin", "Jonah Feld", Role.ADMIN),
    ("auditor", "Ruth Okafor", Role.AUDITOR),
)
# The accounts that one can sign in with; the others are there to be seen in lists.
VISITORS = ("caseworker", "other-unit", "supervisor", "oncall", "admin", "auditor")


def email_of(account: str) -> str:
    """The e-mail address of a demo account."""
    return f"{account}@{DOMAIN}"


def make_units_and_people() -> None:
    """Add the agency, its three units and everybody who works there."""
    agency = Unit.objects.create(
        name=AGENCY, jurisdiction="us", time_zone="America/Chicago", on_call_phone="555-0142"
    )
    # One hash for all: the password is public, and each hash takes a tenth of a second.
    hashed = make_password(PASSWORD)
    people = [_person(account, name, role, agency, hashed) for account, name, role in AGENCY_WIDE]
    for office in OFFICES:
        unit = Unit.objects.create(
            parent=agency,
            name=office.name,
            jurisdiction=office.jurisdiction,
            time_zone=office.time_zone,
            on_call_phone=office.phone,
        )
        people.append(_person(*office.supervisor, Role.SUPERVISOR, unit, hashed))
        people += [
            _person(account, name, Role.CASEWORKER, unit, hashed)
            for account, name in office.caseworkers
        ]
    User.objects.bulk_create(people)


def _person(account: str, name: str, role: Role, unit: Unit, hashed: str) -> User:
    return User(
        email=email_of(account),
        name=name,
        role=role,
        phone=unit.on_call_phone if role == Role.SUPERVISOR else "",
        unit=unit,
        password=hashed if account in VISITORS else make_password(None),
    )
