"""What a protocol says, as records: its duties, their clocks and where each rule comes from."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from casework.policies.anchors import Anchor
from casework.policies.length import Length


class Phase(StrEnum):
    """When a duty is done: while the youth is missing, or once they are located or back."""

    MISSING = "missing"
    RETURN = "return"


class Basis(StrEnum):
    """What stands behind a duty's time."""

    LAW = "law"
    POLICY = "policy"
    PRACTICE = "practice"

    @property
    def words(self) -> str:
        """For people: "required by law", "required by state policy", "agency target"."""
        return {
            Basis.LAW: "required by law",
            Basis.POLICY: "required by state policy",
            Basis.PRACTICE: "agency target",
        }[self]


class Verified(StrEnum):
    """Whether whoever wrote the rule read its source. An agency still confirms each rule."""

    SOURCE_SEEN = "source_seen"
    UNVERIFIED = "unverified"

    @property
    def words(self) -> str:
        """For people: "source seen" or "not verified: check with counsel"."""
        if self is Verified.SOURCE_SEEN:
            return "source seen"
        return "not verified: check with counsel"


class EvidenceField(StrEnum):
    """What a duty's record can hold as proof; a rule lists those that it asks for."""

    CONTACT_NAME = "contact_name"
    AGENCY = "agency"
    OFFICER = "officer"
    BADGE = "badge"
    REFERENCE_NUMBER = "reference_number"
    NCIC_ENTRY = "ncic_entry"
    METHOD = "method"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class DutyRule:
    """One duty of a protocol.

    `appears_on` is the event that makes the duty exist, `anchor` the moment its clock counts from.
    `within` is None for a duty without a set time. `effective_until` is the last day in force.
    `tightens` is the rule of the wider jurisdiction that this one stands in for: it still holds,
    and whichever is due earlier wins.
    """

    code: str
    title: str
    phase: Phase
    appears_on: Anchor
    anchor: Anchor
    within: Length | None
    basis: Basis
    source: str
    verified: Verified
    order: int
    evidence: tuple[EvidenceField, ...] = ()
    phone: str = ""
    help: str = ""
    if_refused: str = ""
    effective_from: date | None = None
    effective_until: date | None = None
    tightens: "DutyRule | None" = None

    def is_in_force(self, day: date) -> bool:
        """Whether the rule applies to a clock that starts on this local day."""
        return (self.effective_from or date.min) <= day <= (self.effective_until or date.max)

    def overlaps(self, other: "DutyRule") -> bool:
        """Whether there is a day on which both rules are in force."""
        latest_start = max(self.effective_from or date.min, other.effective_from or date.min)
        return self.is_in_force(latest_start) and other.is_in_force(latest_start)

    @property
    def clock_words(self) -> str:
        """For people: "2 hours after the agency was told", or "no set time"."""
        if self.within is None:
            return "no set time"
        if self.within.immediately:
            return f"{self.within.words} after {self.anchor.words}"
        return f"within {self.within.words} after {self.anchor.words}"


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """A jurisdiction's rules. `rules` are those its own file states; `base` is what it extends."""

    code: str
    name: str
    version: str
    source: str
    rules: tuple[DutyRule, ...]
    base: "Protocol | None" = None

    def rules_on(self, day: date) -> tuple[DutyRule, ...]:
        """The rules in force on a local day, inherited ones included, in calling order."""
        inherited = {rule.code: rule for rule in self.base.rules_on(day)} if self.base else {}
        own = {
            rule.code: replace(rule, tightens=inherited.get(rule.code))
            for rule in self.rules
            if rule.is_in_force(day)
        }
        return tuple(sorted((inherited | own).values(), key=lambda rule: (rule.order, rule.code)))

    def rule_on(self, code: str, day: date) -> DutyRule | None:
        """The rule with this code in force on a local day, or None."""
        return next((rule for rule in self.rules_on(day) if rule.code == code), None)
