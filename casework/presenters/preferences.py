"""Where and when messages reach one, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from casework.models import Absence, User
from casework.policies.time_phrases import moment
from casework.presenters.people import away_words, zone_of


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One row of a description list."""

    label: str
    value: str
    change_url: str = ""


def reached_rows(person: User, absences: Iterable[Absence], *, now: datetime) -> list[Fact]:
    """Address, absence, back-up and zone of one who reads it about themselves.

    `absences` are those that are not over.
    """
    page = reverse("person", args=[person.public_id])
    away = "\n".join(away_words(absence, now=now) for absence in absences)
    backup = person.backup.name if person.backup else "Nobody in particular: then the supervisor"
    return [
        Fact(label="Email", value=_address(person, now=now)),
        Fact(label="Away", value=away or "No absence is planned", change_url=page),
        Fact(label="Steps in when you do not react", value=backup, change_url=page),
        Fact(label="Times in messages", value=_zone(person)),
    ]


def _address(person: User, *, now: datetime) -> str:
    if person.email_refused_at is None:
        return f"{person.email}\nTakes mail, as far as we know"
    since = moment(person.email_refused_at, zone_of(person), now=now)
    said = (
        f"\nThe mail server said: “{person.email_refused_why}”" if person.email_refused_why else ""
    )
    return f"{person.email}\nRefused since {since}. Ask your admin to correct it.{said}"


def _zone(person: User) -> str:
    """A youth's times are told where the youth is missing from; the rest in one's own zone."""
    if person.unit is None:
        return "In the zone of each youth’s unit; the digest’s hour in UTC, as you have no unit"
    city = person.unit.time_zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"In the zone of each youth’s unit; the digest’s hour in {city} time, as {person.unit.name} has it"
