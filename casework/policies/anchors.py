"""The moments that legal clocks count from.

States count from different moments: Missouri from the decision that a youth is missing, Illinois
from the first report. Each moment is kept apart, so that a rule can name the one it means.
"""

from dataclasses import dataclass, fields
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

    @property
    def words(self) -> str:
        """The moment as a clause that follows "after": "2 hours after the agency was told"."""
        return _WORDS[self]


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
    Anchor.FLAGGED: "the youth was flagged as endangered",
}


@dataclass(frozen=True, kw_only=True)
class Anchors:
    """What is known of an episode's moments, each an aware datetime; None is "not known".

    Raises ValueError for a naive datetime: without its zone it is not a moment.
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

    def __post_init__(self) -> None:
        for field in fields(self):
            moment = getattr(self, field.name)
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"{field.name} needs a time zone")

    def at(self, anchor: Anchor) -> datetime | None:
        """The moment of this anchor, or None where it is not known.

        A youth who is back has been located, even when nobody recorded that apart.
        """
        if anchor is Anchor.LOCATED and self.located is None:
            return self.returned
        moment: datetime | None = getattr(self, anchor.value)
        return moment
