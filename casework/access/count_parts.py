"""What each figure of the counts is divided into: on the page and in every file."""

from collections.abc import Mapping, Sequence

from casework.access.counts import CountScope
from casework.access.patterns import below
from casework.models import EndReason, FlagMark, NcmecType, PlacementKind, Race, Sex, Unit
from casework.policies.count_bands import AGE_BANDS, LENGTH_BANDS

NOT_RECORDED = "Not recorded"
OUTCOMES = {
    "on_time": "On time",
    "late": "Late",
    "not_done": "Not done",
    "not_provable": "Not provable",
}
DUTIES = ("police", "ncmec", "screening", "conversation")
# What each figure is divided into, by the last part of its keys, in an order of its own.
PARTS: Mapping[str, Mapping[str, str]] = {
    "type": {
        **{one.value: str(one.label) for one in NcmecType if one is not NcmecType.NOT_RECORDED},
        "young_adult": "18 and over, type not recorded",
        "not_recorded": NOT_RECORDED,
    },
    "age": {
        **{str(at): label for at, label in enumerate(AGE_BANDS)},
        "not_recorded": NOT_RECORDED,
    },
    "sex": {sex.value: str(sex.label) for sex in Sex},
    "race": {
        "hispanic": "Hispanic or Latino, of any race",
        **{race.value: str(race.label) for race in Race},
        "several": "Two or more races",
        "not_recorded": NOT_RECORDED,
    },
    "placement": {
        **{kind.value: str(kind.label) for kind in PlacementKind},
        "none": "No placement on file",
    },
    "flag": {
        FlagMark.LIKELY_TRAFFICKING.value: str(FlagMark.LIKELY_TRAFFICKING.label),
        FlagMark.SIGNS_PRESENT.value: str(FlagMark.SIGNS_PRESENT.label),
        FlagMark.ENDANGERED.value: str(FlagMark.ENDANGERED.label),
        "none": "No flag, assessed",
        "not_assessed": "Not assessed",
    },
    "length": {str(at): label for at, label in enumerate(LENGTH_BANDS)},
    "end_reason": {
        reason.value: str(reason.label)
        for reason in EndReason
        if reason is not EndReason.OPENED_IN_ERROR
    },
}
SEX_WORDS: Mapping[Sex, str] = {
    Sex.FEMALE: "girls and young women",
    Sex.MALE: "boys and young men",
    Sex.NOT_KNOWN: "sex not known",
}


def unit_groups(scope: CountScope) -> list[tuple[str, Sequence[Unit]]]:
    """The units right below, each with all below it, and the one on top by itself: they add up.

    Empty where there is nothing to divide.
    """
    tops = [unit for unit in scope.units if unit.parent_id is None]
    head = scope.unit or (tops[0] if len(tops) == 1 else None)
    under = [unit for unit in scope.units if unit.parent_id == head.pk] if head else tops
    if not under or len(scope.units) < 2:
        return []
    groups: list[tuple[str, Sequence[Unit]]] = [
        (unit.name, below(scope.units, unit)) for unit in under
    ]
    if head is not None:
        groups.append((f"{head.name}, no unit below", [head]))
    return groups
