"""What a protocol says, as records: its duties, their clocks and where each rule comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casework.policies.anchors import Anchor
from casework.policies.calendars import FEDERAL
from casework.policies.conditions import Clause, Facts, Truth
from casework.policies.length import Length
from casework.policies.repeats import Repeat

USUAL_ZONE = "America/New_York"


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
    SCREENING = "screening"  # the tool, its version, who screened, and what came of it
    METHOD = "method"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class DutyRule:
    """One duty as one protocol states it.

    `jurisdiction` is the code of that protocol. `appears_on` is the event that makes the duty
    exist, `anchor` the moment its clock counts from. `within` is None for a duty without a set
    time. `makes` are the moments that doing the duty makes: other clocks count from them. The rule
    holds while every clause of `only_if` does. `effective_until` is the last day in force.
    """

    jurisdiction: str
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
    only_if: tuple[Clause, ...] = ()
    repeats: Repeat | None = None
    makes: tuple[Anchor, ...] = ()
    evidence: tuple[EvidenceField, ...] = ()
    phone: str = ""
    help: str = ""
    if_refused: str = ""
    effective_from: date | None = None
    effective_until: date | None = None

    def is_in_force(self, day: date) -> bool:
        """Whether the rule applies to a clock that starts on this local day."""
        return (self.effective_from or date.min) <= day <= (self.effective_until or date.max)

    def overlaps(self, other: "DutyRule") -> bool:
        """Whether there is a day on which both rules are in force."""
        latest_start = max(self.effective_from or date.min, other.effective_from or date.min)
        return self.is_in_force(latest_start) and other.is_in_force(latest_start)

    def applies(self, facts: Facts) -> Truth:
        """Whether the rule's conditions hold, as far as the facts tell."""
        return Truth.all(clause.truth(facts) for clause in self.only_if)

    @property
    def has_clock(self) -> bool:
        """Whether the rule counts any time, if only that of its repetition."""
        return self.repeats is not None or (
            self.within is not None and self.within.number is not None
        )

    @property
    def clock_words(self) -> str:
        """For people: "within 2 hours after the agency was told", or "no set time"."""
        return f"{self._length_words}{self.condition_words}"

    @property
    def condition_words(self) -> str:
        """For people: ", if the youth is under 13"; empty for a rule that always holds."""
        if not self.only_if:
            return ""
        return f", if {' and '.join(clause.words for clause in self.only_if)}"

    @property
    def _length_words(self) -> str:
        repeats = self.repeats.words if self.repeats else ""
        if self.within is None:
            return f"{repeats} after {self.anchor.words}" if repeats else "no set time"
        within = "" if self.within.immediately else "within "
        then = f", then {repeats}" if repeats else ""
        return f"{within}{self.within.words} after {self.anchor.words}{then}"


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """A jurisdiction's rules. `rules` are those its own file states; `base` is what it extends.

    `calendar` names the holidays that its business days leave out, `time_zone` the zone in which
    its times are told where nothing says another.
    """

    code: str
    name: str
    version: str
    source: str
    rules: tuple[DutyRule, ...]
    base: "Protocol | None" = None
    calendar: str = FEDERAL
    time_zone: str = USUAL_ZONE

    @property
    def edition(self) -> str:
        """Which files a duty was planned from, as one text: "us-mo 2026.2, us 2026.3"."""
        own = f"{self.code} {self.version}"
        return f"{own}, {self.base.edition}" if self.base else own

    def duties_on(self, day: date) -> Mapping[str, tuple[DutyRule, ...]]:
        """By its code, every rule about a duty that is in force on a local day, nearest first.

        A state's own rules stand before those of the federal base, and all of them hold.
        """
        rules: dict[str, tuple[DutyRule, ...]] = {}
        protocol: Protocol | None = self
        while protocol is not None:
            for rule in protocol.rules:
                if rule.is_in_force(day):
                    rules[rule.code] = (*rules.get(rule.code, ()), rule)
            protocol = protocol.base
        return rules

    def rules_on(self, day: date) -> tuple[DutyRule, ...]:
        """The nearest rules about each duty on a local day, in calling order."""
        nearest = (
            rule
            for rules in self.duties_on(day).values()
            for rule in rules
            if rule.jurisdiction == rules[0].jurisdiction
        )
        return tuple(sorted(nearest, key=lambda rule: (rule.order, rule.code)))

    def rule_on(self, code: str, day: date) -> DutyRule | None:
        """The nearest rule with this code in force on a local day, or None."""
        return next(iter(self.duties_on(day).get(code, ())), None)
