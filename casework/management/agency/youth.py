"""The demo agency's 200 youth: names, ages, descriptions that are partly unknown."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from casework.management.agency import names
from casework.management.agency.figures import draw, some
from casework.management.agency.keys import CASE_NUMBERS
from casework.management.agency.people import OFFICES
from casework.models import Known, Race, Role, Sex, Unit, User, Youth, YouthName
from casework.policies.name_keys import name_keys

# 8 to 20, mostly 14 to 17: the ages of youth whom missing-from-care desks know. The shares are ours.
AGES = {
    **{8: 1, 9: 1, 10: 2, 11: 3, 12: 5, 13: 9},
    **{14: 15, 15: 18, 16: 18, 17: 16, 18: 6, 19: 4, 20: 2},
}
SEXES = {Sex.FEMALE: 50, Sex.MALE: 48, Sex.NOT_KNOWN: 2}
# The shares are ours; some are not known, as in every agency.
RACES = {
    (Race.WHITE,): 40,
    (Race.BLACK,): 32,
    (Race.ASIAN,): 4,
    (Race.AMERICAN_INDIAN,): 3,
    (Race.PACIFIC_ISLANDER,): 1,
    (Race.BLACK, Race.WHITE): 8,
    (): 12,
}
HISPANIC = {Known.NO: 62, Known.YES: 22, Known.NOT_KNOWN: 16}
KNOWN_OFTEN, KNOWN_MOSTLY, NOTED = 0.7, 0.85, 0.35  # how often a line of a description is known
YEAR = timedelta(days=365.25)
GROWN = 168  # cm, on average, at 16 and over
NO_BIRTHDAY_KNOWN = 0.015


def make_youth(rng: Random, *, now: datetime) -> list[Youth]:
    """Add the youth, each with a caseworker of their unit and the names they are found by."""
    names_taken: set[tuple[str, str]] = set()
    youth: list[Youth] = []
    for office in OFFICES:
        unit = Unit.objects.get(name=office.name)
        workers = list(unit.people.filter(role=Role.CASEWORKER).order_by("id"))
        for index in range(office.youth):
            worker = workers[index % len(workers)]
            youth.append(_one(rng, len(youth) + 1, unit, worker, names_taken, now))
    Youth.objects.bulk_create(youth)
    YouthName.objects.bulk_create(
        YouthName(youth=one, folded=keys.folded, sound=keys.sound, letters=keys.letters)
        for one in youth
        for keys in name_keys(one.names)
    )
    return youth


def _one(
    rng: Random,
    number: int,
    unit: Unit,
    worker: User,
    names_taken: set[tuple[str, str]],
    now: datetime,
) -> Youth:
    sex = draw(rng, SEXES)
    given, family = _name(rng, sex, names_taken)
    age = draw(rng, AGES)
    return Youth(
        given_name=given,
        family_name=family,
        nickname=some(rng, names.NICKNAMES, 0.22),
        aliases=_aliases(rng, given),
        born_on=None if rng.random() < NO_BIRTHDAY_KNOWN else _birthday(rng, age, now),
        sex=sex,
        **_race_and_ethnicity(number),
        case_number=f"{CASE_NUMBERS}{number:04}",
        unit=unit,
        caseworker=worker,
        **_description(rng, age),
        recorded_at=now - rng.uniform(0.1, 7.5) * YEAR,
        recorded_by=worker,
    )


def _race_and_ethnicity(number: int) -> dict[str, Any]:
    """By chance of its own, so that whatever else is drawn stays as it was."""
    own = Random(f"race {number}")  # noqa: S311 (made up)
    races = draw(own, RACES)
    return {"races": list(races), "is_hispanic": draw(own, HISPANIC)}


def _name(rng: Random, sex: Sex, taken: set[tuple[str, str]]) -> tuple[str, str]:
    """A name that no other youth of the demo has."""
    pool = {Sex.FEMALE: names.GIRLS, Sex.MALE: names.BOYS}.get(sex, names.GIRLS + names.BOYS)
    while True:
        name = rng.choice(pool), rng.choice(names.FAMILIES)
        if name not in taken:
            taken.add(name)
            return name


def _aliases(rng: Random, given: str) -> list[str]:
    """Now and then another name: a family's, or one used online."""
    if rng.random() > 0.12:
        return []
    if rng.random() < 0.5:
        return [rng.choice(names.FAMILIES)]
    return [f"{given.split()[0].lower()}.{rng.choice(names.NICKNAMES).lower()}"]


def _birthday(rng: Random, age: int, now: datetime) -> date:
    return (now - (age + rng.uniform(0.02, 0.98)) * YEAR).date()


def _description(rng: Random, age: int) -> dict[str, Any]:
    """What a report asks for, with the gaps that real files have; for one in ten nothing at all."""
    if rng.random() < 0.1:
        return {}
    height = round(GROWN - 6 * max(0, 16 - age) + rng.gauss(0, 7))
    weight = round((height / 100) ** 2 * rng.uniform(18, 26) * 1000)
    return {
        "height_cm": height if rng.random() < KNOWN_MOSTLY else None,
        "weight_grams": weight if rng.random() < KNOWN_OFTEN else None,
        "eye_color": some(rng, names.EYES, KNOWN_OFTEN),
        "hair_color": some(rng, names.HAIR, KNOWN_MOSTLY),
        "marks": some(rng, names.MARKS, NOTED),
        "medical_needs": some(rng, names.MEDICAL, NOTED),
    }
