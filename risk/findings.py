"""What the rules conclude, and why. A finding is not yet a decision: people confirm it or set it aside."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """What a finding raises. There is no "low": a youth without a mark is missing all the same."""

    ENDANGERED = "endangered"
    LIKELY_TRAFFICKING = "likely_trafficking"
    SIGNS_PRESENT = "signs_present"

    @property
    def words(self) -> str:
        """As it stands on a page."""
        return _WORDS[self]


_WORDS = {
    Mark.ENDANGERED: "Endangered",
    Mark.LIKELY_TRAFFICKING: "Likely trafficking",
    Mark.SIGNS_PRESENT: "Signs present",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that makes a rule hold: an answer of Yes, or a fact of the record."""

    key: str
    """The item, or the fact as rules call it: "sign.controlled", "fact.identified_victim"."""
    fact: str
    """The field of EpisodeFacts that tells it; empty for an answer."""
    words: str
    """As it follows "because"."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that holds. `raises` is None for a fact that is worth saying and raises nothing."""

    code: str
    sentence: str
    because: tuple[Reason, ...]
    """Never empty."""
    source: str
    raises: Mark | None
    to_do: str
    """What staff do differently."""
    needs_second_person: bool
    """Whether setting it aside needs a second person to agree."""
