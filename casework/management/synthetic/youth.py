"""The youth of a synthetic agency: names with their keys, dates of birth, a placement each."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from casework.management.synthetic.copying import random_id
from casework.management.synthetic.names import Names
from casework.management.synthetic.people import Staff
from casework.models import Placement, PlacementKind, Youth, YouthName
from casework.operations.copying import Row, copy_rows
from casework.operations.youth import NAME_COLUMNS, name_rows

Called = tuple[str, str, str]
PLACED_BEFORE = timedelta(days=4 * 365)  # before any episode
NO_BIRTHDAY_ONE_IN = 60
YOUTH = """public_id id given_name family_name nickname aliases born_on sex races is_hispanic case_number
    unit_id caseworker_id eye_color hair_color marks medical_needs recorded_at recorded_by_id"""
PLACEMENT = "public_id id youth_id name kind phone started_at"
KINDS = tuple(PlacementKind.values)
# As PostgreSQL reads an array. Shares of our own; some are not known, as in every agency.
RACES = (
    *("{white}",) * 8,
    *("{black}",) * 6,
    *("{asian}", "{american_indian}", "{pacific_islander}", "{black,white}", "{}", "{}"),
)
HISPANIC = (*("no",) * 12, *("yes",) * 5, *("not_known",) * 3)


def make_youth(first: int, last: int, staff: Staff, *, seed: int, now: datetime) -> None:
    """Add the youth with these ids, `last` included. Case numbers are SYN-0000001 and so on."""
    chance = random.Random(f"{seed}:{first}")  # noqa: S311 (made-up data, not a secret)
    names = Names(chance)
    called = [(names.given(), names.family(), names.nickname()) for _ in range(first, last + 1)]
    copy_rows(Youth, YOUTH, _youth(first, called, staff, chance, now))
    copy_rows(YouthName, NAME_COLUMNS, name_rows(enumerate(called, start=first)))
    copy_rows(Placement, PLACEMENT, _placements(first, last, chance, now))


def unit_of(youth_id: int, units: int) -> int:
    """The number of a youth's unit: neighbors by id are seldom of one unit."""
    return (youth_id * 2_654_435_761 >> 7) % units


def _youth(
    first: int, called: Sequence[Called], staff: Staff, chance: random.Random, now: datetime
) -> Iterator[Row]:
    for key, (given, family, nickname) in enumerate(called, start=first):
        unit = unit_of(key, len(staff.units))
        worker = chance.choice(staff.workers[unit])
        born_on = (now - timedelta(days=chance.randrange(9 * 365, 20 * 365))).date()
        yield (
            random_id(chance), key, given, family, nickname, "[]",
            None if key % NO_BIRTHDAY_ONE_IN == 0 else born_on,
            chance.choice(("female", "male")), chance.choice(RACES), chance.choice(HISPANIC),
            f"SYN-{key:07d}", staff.units[unit], worker,
            "brown", "black", "", "", now - PLACED_BEFORE, worker,
        )  # fmt: skip


def _placements(first: int, last: int, chance: random.Random, now: datetime) -> Iterator[Row]:
    for key in range(first, last + 1):
        house = chance.randrange(5_000)
        yield (
            random_id(chance), key, key, f"Synthetic house {house}", KINDS[house % len(KINDS)],
            "555-0123", now - PLACED_BEFORE,
        )  # fmt: skip
