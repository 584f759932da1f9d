"""The published figures that the demo agency's past resembles, each with its source.

A share that no source gives is named as ours. The past is dealt in exactly these shares (see
`deal`), so that a statistic of the demo comes out near the published one.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar

from casework.models import PlacementKind, Sex

Value = TypeVar("Value")

SEED = 4  # any number: the same agency comes out each time
PAST = timedelta(days=730)
# The last of it comes from the open episodes; every file of the past has been reviewed by then.
PAST_ENDS_BEFORE = timedelta(days=15)

# Courtney 2004: 46 % of 17-year-olds in care had been missing at least once. It stands for
# everyone of `MISSING_FROM_AGE` here, so that there is something to see.
EVER_MISSING = 0.46
# Kansas DCF: more than 90 % of the youth missing were older than 12.
MISSING_FROM_AGE = 13
# Texas DFPS, fiscal year 2018: 55 % of the missing were girls, 45 % boys.
GIRLS_AMONG_MISSING = 0.55
# How often one youth was missing: about 2.5 times (HHS-OIG A-07-20-06095: 110,446 episodes of
# about 44,000 children); 33 to 36 % more than once (Courtney 2004).
TIMES_MISSING = {1: 65, 2: 9, 3: 6, 4: 5, 6: 5, 8: 5, 10: 3, 12: 2}
# How long, in hours. 67 % lasted 2 days or more (HHS-OIG: 74,353 of 110,446 episodes); 48 % ended
# within a week (NCMEC 2023, of its largest category); the mean was 34 days (A-07-20-06095, as
# reported by the Washington Post, May 23, 2022). The cuts inside these bands are ours.
LENGTHS = {
    (1, 24): 20,
    (24, 48): 13,
    (48, 7 * 24): 15,
    (7 * 24, 30 * 24): 25,
    (30 * 24, 90 * 24): 17,
    (90 * 24, 270 * 24): 10,
}
# Texas DFPS, fiscal year 2018: of 1,843 missing, 64 left care while missing.
LEFT_CARE_WHILE_MISSING = 0.035
# FY 2013 to 2019, incidents reported to NCMEC from care: 74 % left foster homes (relatives' homes
# are counted among them here; the rest is ours).
PLACES = {
    PlacementKind.FOSTER_HOME: 54,
    PlacementKind.KINSHIP: 20,
    PlacementKind.GROUP_HOME: 14,
    PlacementKind.RESIDENTIAL: 6,
    PlacementKind.SHELTER: 6,
}


class Fate(StrEnum):
    """What became of a duty in the past."""

    ON_TIME = "on time"
    LATE = "late"
    NEVER = "no record of it"


# HHS-OIG 2023, the companion on NCIC: of 100 episodes 86 on time, 8 late; the rest not visible.
POLICE = {Fate.ON_TIME: 86, Fate.LATE: 8, Fate.NEVER: 6}
# HHS-OIG A-07-21-06102 (2023): 47 % never reported to NCMEC, 22 % late.
NCMEC = {Fate.ON_TIME: 31, Fate.LATE: 22, Fate.NEVER: 47}
# HHS-OIG OEI-07-19-00371 (2022): no evidence of a screening for 65 %; 59 % of girls, 72 % of boys.
# Of those done, the share on time is ours.
SCREENING = {
    Sex.FEMALE: {Fate.ON_TIME: 28, Fate.LATE: 13, Fate.NEVER: 59},
    Sex.MALE: {Fate.ON_TIME: 19, Fate.LATE: 9, Fate.NEVER: 72},
    Sex.NOT_KNOWN: {Fate.ON_TIME: 24, Fate.LATE: 11, Fate.NEVER: 65},
}
# No figure was found for the other duties.
OTHER_DUTIES = {Fate.ON_TIME: 72, Fate.LATE: 16, Fate.NEVER: 12}


def deal(rng: Random, shares: Mapping[Value, float], count: int) -> list[Value]:
    """`count` values in these shares, as nearly as whole numbers allow, in random order."""
    total = sum(shares.values())
    exact = {value: share / total * count for value, share in shares.items()}
    whole = {value: int(number) for value, number in exact.items()}
    by_remainder = sorted(shares, key=lambda value: whole[value] - exact[value])
    for value in by_remainder[: count - sum(whole.values())]:
        whole[value] += 1
    dealt = [value for value, number in whole.items() for _ in range(number)]
    rng.shuffle(dealt)
    return dealt


def draw(rng: Random, shares: Mapping[Value, float]) -> Value:
    """One value, with these chances."""
    return rng.choices(list(shares), weights=list(shares.values()))[0]


def some(rng: Random, values: Sequence[str], chance: float) -> str:
    """One of the values with this chance, else an empty text: not known."""
    return rng.choice(values) if rng.random() < chance else ""
