"""What a rule may depend on besides moments: a closed set of named conditions, and age.

Every condition is Yes, No or not known. Not known never counts as No: such a rule still holds, and
its duty is provisional. Where one rule holds under a condition and another without it, both are
counted and the earlier due time wins: the stricter reading.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Truth(StrEnum):
    """Yes, No or not known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, value: bool | None) -> "Truth":
        """Yes for True, No for False, not known for None."""
        if value is None:
            return Truth.UNKNOWN
        return Truth.YES if value else Truth.NO

    @classmethod
    def all(cls, truths: Iterable["Truth"]) -> "Truth":
        """Yes if all are Yes (also if there are none), No if one is No, otherwise not known."""
        found = set(truths)
        if Truth.NO in found:
            return Truth.NO
        return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.YES

    def __invert__(self) -> "Truth":
        return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(self, self)


class Condition(StrEnum):
    """The conditions by name, as protocol files and the command line write them."""

    EXIGENT = "exigent"
    INCAPACITY = "incapacity"
    WITH_ENDANGERING_OTHERS = "with endangering others"
    LIFE_THREATENING = "life threatening"
    TRAFFICKING_IDENTIFIED = "trafficking identified"
    OUT_OF_PATTERN = "out of pattern"
    TRAFFICKING_INDICATORS = "trafficking indicators"
    WHEREABOUTS_KNOWN = "whereabouts known"
    PARENTAL_RIGHTS_ENDED = "parental rights ended"
    PARENTS_NOT_LOCATABLE = "parents not locatable"
    TELLING_PARENTS_INAPPROPRIATE = "telling parents inappropriate"
    COURT_CASE_OPEN = "court case open"
    HAS_ATTORNEY = "has attorney"
    CAREGIVER_HAS_REPORTED = "caregiver has reported"
    GONE_OVERNIGHT = "gone overnight"

    @property
    def words(self) -> tuple[str, str]:
        """The condition and its contrary, as clauses that follow "if"."""
        return _WORDS[self]

    @property
    def question(self) -> str:
        """The condition as a question to answer Yes or No: "Is a court case open?"."""
        return _QUESTIONS[self]

    @property
    def hint(self) -> str:
        """What counts as Yes, where the question alone does not say; may be empty."""
        return _HINTS.get(self, "")

    @classmethod
    def read(cls, text: str) -> Self:
        """The condition of this name, however its words are joined. Raises ValueError."""
        return cls(" ".join(re.split(r"[\s_-]+", text.strip().lower())))


_WORDS = {
    Condition.EXIGENT: ("an exigent criterion applies", "no exigent criterion applies"),
    Condition.INCAPACITY: (
        "the youth has an incapacity, or a developmental or behavioral condition",
        "the youth has no incapacity, nor a developmental or behavioral condition",
    ),
    Condition.WITH_ENDANGERING_OTHERS: (
        "the youth is with others who may endanger them",
        "the youth is not with others who may endanger them",
    ),
    Condition.LIFE_THREATENING: (
        "the situation is dangerous or life-threatening",
        "the situation is not dangerous or life-threatening",
    ),
    Condition.TRAFFICKING_IDENTIFIED: (
        "the youth is identified as trafficked",
        "the youth is not identified as trafficked",
    ),
    Condition.OUT_OF_PATTERN: (
        "the absence is out of the youth's pattern",
        "the absence is within the youth's pattern",
    ),
    Condition.TRAFFICKING_INDICATORS: (
        "there are indicators of trafficking",
        "there are no indicators of trafficking",
    ),
    Condition.WHEREABOUTS_KNOWN: (
        "the youth's whereabouts are known and verified",
        "the youth's whereabouts are not known",
    ),
    Condition.PARENTAL_RIGHTS_ENDED: (
        "parental rights are ended or given up",
        "parental rights are not ended",
    ),
    Condition.PARENTS_NOT_LOCATABLE: (
        "the parents cannot be located",
        "the parents can be located",
    ),
    Condition.TELLING_PARENTS_INAPPROPRIATE: (
        "telling the parents is not appropriate",
        "telling the parents is appropriate",
    ),
    Condition.COURT_CASE_OPEN: ("a court case is open", "no court case is open"),
    Condition.HAS_ATTORNEY: ("the youth has an attorney", "the youth has no attorney"),
    Condition.CAREGIVER_HAS_REPORTED: (
        "the caregiver has reported",
        "the caregiver has not reported",
    ),
    Condition.GONE_OVERNIGHT: ("the youth is gone overnight", "the youth is not gone overnight"),
}

_QUESTIONS = {
    Condition.EXIGENT: "Does any exigent criterion apply?",
    Condition.INCAPACITY: (
        "Does the youth have an incapacity, or a developmental or behavioral condition?"
    ),
    Condition.WITH_ENDANGERING_OTHERS: "Is the youth with others who may endanger them?",
    Condition.LIFE_THREATENING: "Is the situation dangerous or life-threatening?",
    Condition.TRAFFICKING_IDENTIFIED: "Is the youth identified as trafficked?",
    Condition.OUT_OF_PATTERN: "Is the absence out of the youth's pattern?",
    Condition.TRAFFICKING_INDICATORS: "Are there indicators of trafficking?",
    Condition.WHEREABOUTS_KNOWN: "Are the youth's whereabouts known and verified?",
    Condition.PARENTAL_RIGHTS_ENDED: "Are parental rights ended or given up?",
    Condition.PARENTS_NOT_LOCATABLE: "Can the parents not be located?",
    Condition.TELLING_PARENTS_INAPPROPRIATE: "Would telling the parents be inappropriate?",
    Condition.COURT_CASE_OPEN: "Is a court case open?",
    Condition.HAS_ATTORNEY: "Does the youth have an attorney?",
    Condition.CAREGIVER_HAS_REPORTED: "Has the caregiver reported already?",
    Condition.GONE_OVERNIGHT: "Was the youth gone overnight?",
}
_HINTS = {
    Condition.EXIGENT: (
        "One is enough: under 13; an incapacity, or a developmental or behavioral condition; with "
        "others who may endanger them; a dangerous or life-threatening situation; identified as "
        "trafficked; an absence out of their pattern."
    ),
    Condition.CAREGIVER_HAS_REPORTED: "To police and to NCMEC.",
}

# Florida, 65C-30.019: any of six. The sixth is an age under 13.
_EXIGENT = (
    Condition.INCAPACITY,
    Condition.WITH_ENDANGERING_OTHERS,
    Condition.LIFE_THREATENING,
    Condition.TRAFFICKING_IDENTIFIED,
    Condition.OUT_OF_PATTERN,
)
EXIGENT_UNDER = 13


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of an episode besides its moments; what is in neither set is not known.

    Raises ValueError where a condition is said to be both.
    """

    age: int | None = None
    yes: frozenset[Condition] = frozenset()
    no: frozenset[Condition] = frozenset()

    def __post_init__(self) -> None:
        if both := self.yes & self.no:
            raise ValueError(f'"{min(both)}" cannot be both Yes and No')

    def truth(self, condition: Condition) -> Truth:
        """Whether a condition holds. Any single exigent criterion makes an absence exigent."""
        if condition is Condition.EXIGENT:
            return self._exigent()
        if condition in self.yes:
            return Truth.YES
        return Truth.NO if condition in self.no else Truth.UNKNOWN

    def is_under(self, age: int) -> Truth:
        """Whether the youth is younger than this, in years."""
        return Truth.of(None if self.age is None else self.age < age)

    def _exigent(self) -> Truth:
        criteria = {self.truth(one) for one in _EXIGENT} | {self.is_under(EXIGENT_UNDER)}
        if Condition.EXIGENT in self.yes or Truth.YES in criteria:
            return Truth.YES
        return Truth.NO if Condition.EXIGENT in self.no or criteria == {Truth.NO} else Truth.UNKNOWN


NOTHING_KNOWN = Facts()

_CLAUSE = re.compile(
    r"age (?P<from>[0-9]{1,2}) or over|under age (?P<under>[0-9]{1,2})"
    r"|(?P<not>not )?(?P<name>[a-z ]+)",
    re.ASCII,
)


@dataclass(frozen=True)
class Clause:
    """One line of a rule's `only_if`: a condition or an age, or its contrary."""

    about: Condition | int
    holds: bool = True

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "exigent", "not has attorney", "age 14 or over" or "under age 13".

        Raises ValueError, which says what is allowed.
        """
        match = _CLAUSE.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            if match["from"]:
                return cls(int(match["from"]), holds=False)
            if match["under"]:
                return cls(int(match["under"]))
            return cls(Condition(match["name"]), holds=match["not"] is None)
        except ValueError:
            raise ValueError(
                f'"{text}" is not a condition. Write "age 14 or over", "under age 13", or one of '
                f'these, with or without "not" before it: {", ".join(Condition)}'
            ) from None

    def truth(self, facts: Facts) -> Truth:
        """Whether the clause holds, as far as the facts tell."""
        known = (
            facts.truth(self.about)
            if isinstance(self.about, Condition)
            else facts.is_under(self.about)
        )
        return known if self.holds else ~known

    @property
    def words(self) -> str:
        """The clause as it follows "if": "no exigent criterion applies"."""
        if isinstance(self.about, Condition):
            return self.about.words[0 if self.holds else 1]
        if self.holds:
            return f"the youth is under {self.about}"
        return f"the youth is {self.about} or older"

    @property
    def question(self) -> str:
        """What is to be found out: "whether an exigent criterion applies"."""
        if isinstance(self.about, Condition):
            return f"whether {self.about.words[0]}"
        return "how old the youth is"
