"""How what somebody typed matches the names of a youth, said in one word and the name it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from casework.policies.name_keys import NameKeys, name_keys


class Likeness(IntEnum):
    """How near a match is; the order of results."""

    EXACT = 0
    BEGINNING = 1
    LETTERS = 2
    SOUND = 3
    SLIP = 4


class Called(IntEnum):
    """Which name it is; the earlier is said where several match as well."""

    NAME = 0
    NICKNAME = 1
    OTHER_NAME = 2


@dataclass(frozen=True, order=True)
class NameMatch:
    """The weakest of what was typed: every word matches at least as well as this."""

    likeness: Likeness
    called: Called


def name_match(typed: Sequence[NameKeys], names: Sequence[tuple[Called, str]]) -> NameMatch:
    """How these typed words match the names of a youth whom they have found."""
    borne = [(called, key) for called, name in names for key in name_keys([name])]
    return max(
        min(
            (NameMatch(_likeness(word, key), called) for called, key in borne),
            default=NameMatch(Likeness.SLIP, Called.NAME),
        )
        for word in typed
    )


def _likeness(typed: NameKeys, name: NameKeys) -> Likeness:
    if typed.folded == name.folded:
        return Likeness.EXACT
    if name.folded.startswith(typed.folded):
        return Likeness.BEGINNING
    if typed.letters == name.letters:
        return Likeness.LETTERS
    return Likeness.SOUND if typed.sound and typed.sound == name.sound else Likeness.SLIP
