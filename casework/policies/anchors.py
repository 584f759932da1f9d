"""The moments that legal clocks count from.

States count from different moments: Missouri from the decision that a youth is missing, Illinois
from the first report. Each moment is kept apart, so that a rule can name the one it means.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Anchor(StrEnum):
    """A moment that a duty counts from. The value is the name of its field in `Anchors`."""

    TOLD = "told"
    NOTIFIED = "notified"
    DETERMINED_MISSING = "determined_missing"
    FIRST_SUSPECTED = "first_suspected"
    LAST_SEEN = "last_seen"
    FIRST_REPORT_MADE = "first_report_made"
    POLICE_REPORT_MADE = "police_report_made"
    LOCATED = "located"
    RETURNED = "returned"
    FLAGGED = "flagged"
    IDENTIFIED = "identified"

    @property
    def words(self) -> str:
        """The moment as a clause that follows "after": "2 hours after the agency was told"."""
        return _WORDS[self]

    @property
    def label(self) -> str:
        """The moment as a heading: "Agency told"."""
        return _LABELS[self]


_LABELS = {
    Anchor.TOLD: "Agency told",
    Anchor.NOTIFIED: "Caseworker notified",
    Anchor.DETERMINED_MISSING: "Determined missing",
    Anchor.FIRST_SUSPECTED: "First suspected missing",
    Anchor.LAST_SEEN: "Last seen",
    Anchor.FIRST_REPORT_MADE: "First report made",
    Anchor.POLICE_REPORT_MADE: "Police report made",
    Anchor.LOCATED: "Located",
    Anchor.RETURNED: "Returned",
    Anchor.FLAGGED: "Trafficking or a sign of it flagged",
    Anchor.IDENTIFIED: "Identified as a victim",
}

_WORDS = {
    Anchor.TOLD: "the agency was told",
    Anchor.NOTIFIED: "the caseworker was notified",
    Anchor.DETERMINED_MISSING: "the agency decided that the youth is missing",
    Anchor.FIRST_SUSPECTED: "someone first suspected that the youth is missing",
    Anchor.LAST_SEEN: "the youth was last seen",
    Anchor.FIRST_REPORT_MADE: "the first report was made",
    Anchor.POLICE_REPORT_MADE: "the police report was made",
    Anchor.LOCATED: "the youth was located",
    Anchor.RETURNED: "the youth returned",
    Anchor.FLAGGED: "trafficking or a sign of it was flagged",
    Anchor.IDENTIFIED: "the youth was identified as a victim of trafficking",
}


@dataclass(frozen=True, kw_only=True)
class Anchors:
    """What is known of an episode's moments, each an aware datetime; None is "not known".

    `day_only` names those of which only the day is known; they stand at its first minute, so that
    no clock ends later than it may. Raises ValueError for a naive datetime: without its zone it is
    not a moment.
    """

    told: datetime
    notified: datetime | None = None
    determined_missing: datetime | None = None
    first_suspected: datetime | None = None
    last_seen: datetime | None = None
    first_report_made: datetime | None = None
    police_report_made: datetime | None = None
    located: datetime | None = None
    returned: datetime | None = None
    flagged: datetime | None = None
    identified: datetime | None = None
    day_only: frozenset[Anchor] = frozenset()

    def __post_init__(self) -> None:
        for anchor in Anchor:
            moment = getattr(self, anchor.value)
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"{anchor.value} needs a time zone")

    def at(self, anchor: Anchor) -> datetime | None:
        """The moment of this anchor, or None where it is not known.

        A youth who is back has been located, even when nobody recorded that apart.
        """
        if anchor is Anchor.LOCATED and self.located is None:
            return self.returned
        moment: datetime | None = getattr(self, anchor.value)
        return moment

    def is_day_only(self, anchor: Anchor) -> bool:
        """Whether only the day of this moment is known, or of the one that stands in for it."""
        if anchor is Anchor.LOCATED and self.located is None:
            anchor = Anchor.RETURNED
        return anchor in self.day_only


# No moment of a pair can be later than its second: the agency cannot decide before it was told.
IN_ORDER = (
    (Anchor.LAST_SEEN, Anchor.TOLD),
    (Anchor.LAST_SEEN, Anchor.FIRST_SUSPECTED),
    (Anchor.FIRST_SUSPECTED, Anchor.TOLD),
    (Anchor.TOLD, Anchor.NOTIFIED),
    (Anchor.TOLD, Anchor.DETERMINED_MISSING),
    (Anchor.LAST_SEEN, Anchor.LOCATED),
    (Anchor.LAST_SEEN, Anchor.RETURNED),
    (Anchor.LOCATED, Anchor.RETURNED),
)


def out_of_order(anchors: Anchors) -> tuple[Anchor, Anchor] | None:
    """Two moments of which the first must not be later, but is; None if all can be true.

    Moments of which only the day is known are compared by their day's start, its earliest.
    """
    for first, then in IN_ORDER:
        earlier, later = getattr(anchors, first.value), getattr(anchors, then.value)
        if earlier and later and earlier > later:
            return first, then
    return None
