"""What the record itself answers: facts read as Yes, so that nobody is asked twice.

A fact is read as Yes or not at all. One that is not known, or below its number, says nothing: it
never becomes a No.
"""

from collections.abc import Callable
from dataclasses import dataclass

from risk.facts import EpisodeFacts
from risk.items import Verified

Words = Callable[[int | float], str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way in which the record says Yes. Its numbers are for ever: retire it and add another."""

    key: str
    """The item that it answers, or a fact of its own: "fact.…"."""
    fact: str
    """The field of EpisodeFacts that it reads."""
    source: str
    verified: Verified
    words: Words
    """The fact as it follows "because", given its value."""
    at_least: float | None = None
    at_most: float | None = None
    added_in: str = "2026.1"
    retired_in: str = ""

    def holds(self, facts: EpisodeFacts) -> bool:
        """Whether the fact is known and says Yes."""
        value = getattr(facts, self.fact)
        if value is None:
            return False
        if self.at_least is not None:
            return bool(value >= self.at_least)
        if self.at_most is not None:
            return bool(value <= self.at_most)
        return value is True

    @property
    def sentence(self) -> str:
        """What it reads, in words: "three or more …" has no place to be misread."""
        if self.at_least is not None:
            return f"{_NAMES[self.fact]}: {self.at_least:g} or more"
        if self.at_most is not None:
            return f"{_NAMES[self.fact]}: {self.at_most:g} or less"
        return _NAMES[self.fact]


_NAMES = {
    "age": "age in years",
    "hours_missing": "hours missing",
    "episodes_30d": "missing episodes in 30 days, this one included",
    "episodes_90d": "missing episodes in 90 days, this one included",
    "episodes_365d": "missing episodes in 365 days, this one included",
    "from_care": "missing from foster care or a facility",
    "placements_12m": "placements in 12 months",
    "confirmed_exploitation_before": "exploitation confirmed earlier",
    "identified_victim": "identified as a victim of trafficking",
}
_OWN_NUMBER = "This project's own number: the documents say “frequently” and name none. Check with your agency"

READINGS = (
    Reading(
        "danger.age_12_or_under",
        "age",
        at_most=12,
        words=lambda age: f"the youth is {age:g} years old",
        source="Florida 65C-30.019, exigent criteria: under 13",
        verified=Verified.SOURCE_SEEN,
    ),
    Reading(
        "sign.frequent_runs",
        "episodes_30d",
        at_least=3,
        words=lambda count: f"this is missing episode {count:g} in 30 days",
        source="Derbyshire (England), joint protocol: three or more in 30 days call a strategy meeting",
        verified=Verified.SOURCE_SEEN,
    ),
    Reading(
        "sign.frequent_runs",
        "episodes_90d",
        at_least=4,
        words=lambda count: f"this is missing episode {count:g} in 90 days",
        source=_OWN_NUMBER,
        verified=Verified.UNVERIFIED,
    ),
    Reading(
        "sign.frequent_runs",
        "episodes_365d",
        at_least=6,
        words=lambda count: f"this is missing episode {count:g} in 365 days",
        source=_OWN_NUMBER,
        verified=Verified.UNVERIFIED,
    ),
    Reading(
        "sign.from_care",
        "from_care",
        words=lambda _: "the youth is missing from foster care or a facility",
        source="[002] on children missing from care; [001] second paragraph",
        verified=Verified.SOURCE_SEEN,
    ),
    Reading(
        "push.placement_disruption",
        "placements_12m",
        at_least=3,
        words=lambda count: f"the youth has had {count:g} placements in 12 months",
        source="[004] criteria 3. The number is that of the federal measure of placement stability, "
        "two placements at most, from memory: check with your agency",
        verified=Verified.UNVERIFIED,
    ),
    Reading(
        "fact.over_24_hours",
        "hours_missing",
        at_least=24,
        words=lambda hours: f"the youth has been missing for {int(hours)} hours",
        source="English local protocols: 24 hours missing call an interview on return; "
        "[003] on the risks a youth faces away from home",
        verified=Verified.SOURCE_SEEN,
    ),
    Reading(
        "fact.confirmed_exploitation_before",
        "confirmed_exploitation_before",
        words=lambda _: "earlier exploitation of the youth is confirmed",
        source="[004] home 5 and home 8",
        verified=Verified.SOURCE_SEEN,
    ),
    Reading(
        "fact.identified_victim",
        "identified_victim",
        words=lambda _: "the youth is identified as a victim of trafficking",
        source="42 USC 671(a)(34)(A); Florida 65C-30.019, exigent criteria",
        verified=Verified.SOURCE_SEEN,
    ),
)
