"""People in words: a line in the list, when they are away, and what to know before giving them more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.urls import reverse

from casework.models import Absence, User
from casework.policies.clock_words import WEEKDAYS, day_words


@dataclass(frozen=True, kw_only=True)
class AbsenceRow:
    """One absence of a person's page."""

    words: str
    cancel_url: str
    cancel_label: str


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """One line of the list of people."""

    name: str
    url: str
    role: str
    unit: str
    open_count: int
    away: str
    backup: str
    warnings: list[str]
    is_active: bool


def zone_of(person: User) -> ZoneInfo:
    """The zone in which a person's days are told: their unit's."""
    return person.unit.zone if person.unit else ZoneInfo("UTC")


def person_row(person: User, absences: Iterable[Absence], *, now: datetime) -> PersonRow:
    """One line; expects a person `with_load`, and their absences that are not over."""
    return PersonRow(
        name=person.name,
        url=reverse("person", args=[person.public_id]),
        role=person.get_role_display(),
        unit=person.unit.name if person.unit else "Whole agency",
        open_count=person.open_count or 0,  # type: ignore[attr-defined]
        away="; ".join(away_words(absence, now=now) for absence in absences),
        backup=person.backup.name if person.backup else "",
        warnings=address_warnings(person) if person.is_active else [],
        is_active=person.is_active,
    )


def away_words(absence: Absence, *, now: datetime) -> str:
    """ "Away until Fri Mar 13: Amara Osei stands in" or "Away Mon Mar 9 to Fri Mar 13: …"."""
    zone = zone_of(absence.person)
    last = _day(absence.ends_at - timedelta(seconds=1), zone)
    stands_in = f"{absence.stand_in.name} stands in"
    if not absence.stand_in.is_active:
        stands_in = f"nobody stands in, because {absence.stand_in.name}’s account is deactivated"
    if absence.starts_at <= now:
        return f"Away until {last}: {stands_in}"
    first = _day(absence.starts_at, zone)
    days = first if first == last else f"{first} to {last}"
    return f"Away {days}: {stands_in}"


def absence_row(absence: Absence, *, now: datetime) -> AbsenceRow:
    """One absence with what can be done about it."""
    return AbsenceRow(
        words=away_words(absence, now=now),
        cancel_url=reverse("cancel_absence", args=[absence.public_id]),
        cancel_label="Back early" if absence.starts_at <= now else "Cancel",
    )


def address_warnings(person: User) -> list[str]:
    """Why mail may not reach this person, in words that say what to do."""
    if not person.email:
        return ["No email address: reminders reach the inbox alone."]
    if person.email_refused_at is not None:
        return ["The mail server refuses this address: an admin enters the right one."]
    return []


def assignment_warnings(person: User, absences: Iterable[Absence], *, now: datetime) -> list[str]:
    """What to know before giving somebody an episode; an empty list when all is well.

    `absences` are those of the person that are not over. Who is deactivated, or could not open the
    episode, cannot be chosen at all.
    """
    away = [away_words(one, now=now) for one in absences if one.starts_at <= now]
    soon = [
        away_words(one, now=now)
        for one in absences
        if now < one.starts_at <= now + timedelta(days=2)
    ]
    return [*away, *soon, *address_warnings(person)]


def load_words(person: User) -> str:
    """ "Caseworker, holds 4"; expects a person `with_load`."""
    held = person.open_count or 0  # type: ignore[attr-defined]
    return f"{person.get_role_display()}, holds {held or 'none'}"


def hints_of(
    people: Iterable[User], absences: Mapping[int, list[Absence]], *, now: datetime
) -> dict[str, str]:
    """Beside each person of a choice: what they hold, and what to know. By public id."""
    return {
        str(person.public_id): ". ".join(
            [
                load_words(person),
                *(
                    warning.rstrip(".")
                    for warning in assignment_warnings(person, absences.get(person.pk, []), now=now)
                ),
            ]
        )
        for person in people
    }


def _day(at: datetime, zone: tzinfo) -> str:
    day = at.astimezone(zone).date()
    return f"{WEEKDAYS[day.weekday()]} {day_words(day)}"
