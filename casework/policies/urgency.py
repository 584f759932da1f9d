"""The order of every list of youth: who needs somebody first. Pure, and printed on the page.

The order is ours. It puts danger before lateness, because a flag is about the youth and a clock is
about us, and it names the youngest first where nothing else tells two youth apart.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum

ASSESS_WITHIN = timedelta(hours=4)
# What has no due time sorts after all that has one. A real moment, so that it can be compared.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
NO_BIRTHDAY = 2**31 - 1  # sorts after every known date of birth

HOW_WE_SORT = (
    "Endangered, with a duty overdue.",
    "Endangered.",
    "A duty overdue.",
    "Not assessed 4 hours after we were told.",
    "The duty that is due soonest.",
    "No duty with a due time: missing the longest.",
)
WITHIN_A_GROUP = (
    "Within each group: the duty due soonest, then the longest missing, then the younger youth. "
    "A flag moves a youth up until they are back; a youth who is back is sorted by duties alone."
)


class Band(IntEnum):
    """The groups of the order, first to last; `HOW_WE_SORT` says them in words."""

    ENDANGERED_AND_OVERDUE = 1
    ENDANGERED = 2
    OVERDUE = 3
    NOT_ASSESSED = 4
    DUE = 5
    NOTHING_DUE = 6

    @property
    def words(self) -> str:
        """What the group is, in a sentence."""
        return HOW_WE_SORT[self - 1]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the order of one youth's episode depends on. Moments are aware."""

    is_endangered: bool
    """A flag of endangerment stands (no matter whether the youth is back)."""
    is_assessed: bool
    """The latest assessment has every answer for tonight; none at all counts as not assessed."""
    is_open: bool
    """The youth is missing, or located and not back yet."""
    told_at: datetime
    missing_since: datetime
    next_due_at: datetime | None
    """The earliest due time among open duties whose clock counts."""
    born_on: date | None
    id: int


def band_of(case: Case, *, now: datetime) -> Band:
    """The group of the order that this case belongs to at `now`. The due moment is still in time."""
    is_endangered = case.is_endangered and case.is_open
    is_overdue = case.next_due_at is not None and case.next_due_at < now
    if is_endangered:
        return Band.ENDANGERED_AND_OVERDUE if is_overdue else Band.ENDANGERED
    if is_overdue:
        return Band.OVERDUE
    if case.is_open and not case.is_assessed and case.told_at + ASSESS_WITHIN <= now:
        return Band.NOT_ASSESSED
    return Band.NOTHING_DUE if case.next_due_at is None else Band.DUE


def sort_key(case: Case, *, now: datetime) -> tuple[Band, datetime, datetime, int, int]:
    """What to sort cases by; no two are alike, because the last part is the id."""
    return (
        band_of(case, now=now),
        case.next_due_at or NEVER,
        case.missing_since,
        youngest_first(case.born_on),
        case.id,
    )


def youngest_first(born_on: date | None) -> int:
    """A number by which the younger sort first: days from the birth to the end of the calendar."""
    return NO_BIRTHDAY if born_on is None else (date.max - born_on).days
