"""Which rows of the board: the filter that every list, tile and saved view says the same way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from casework.models import FlagMark, Said
from casework.policies.urgency import NEVER, NO_BIRTHDAY, youngest_first

Condition = tuple[str, list[Any]]
"""SQL about a row `s` of casework_standing, and its parameters. The SQL is all from this package."""

DUE_IN = timedelta(hours=4)


class Scope(StrEnum):
    """Whose episodes; each narrows what the person may see anyway."""

    UNIT = "unit"  # the person's own unit; for who has none, everything in their scope
    BELOW = "below"  # everything in the person's scope; of a supervisor, the units below too
    MINE = "mine"  # assigned to the person


class FlagIs(StrEnum):
    """What the flags of an episode say."""

    ENDANGERED = "endangered"  # endangered or likely trafficking
    LIKELY_TRAFFICKING = "likely_trafficking"
    NONE = "none"  # assessed, and no flag stands
    NOT_ASSESSED = "not_assessed"  # not back, and not assessed


class DutyState(StrEnum):
    """How the clock of the next duty stands."""

    OVERDUE = "overdue"
    DUE_4H = "due_4h"  # nothing overdue, the next duty is due within 4 hours
    DUE_SOON = "due_soon"  # nothing overdue, the next duty's tag says "Due soon"
    NONE = "none"  # no open duty has a due time


class AgeBand(StrEnum):
    """Ages in years, on the local day."""

    UNDER_13 = "under_13"
    AGE_13_15 = "13_15"
    AGE_16_17 = "16_17"
    AGE_18_UP = "18_up"
    NOT_KNOWN = "not_known"


class LengthBand(StrEnum):
    """How long a youth who is not back has been missing, in elapsed time: no calendar days."""

    UNDER_24H = "under_24h"
    DAYS_1_3 = "1_3d"  # from 24 hours up to 3 times 24
    DAYS_4_7 = "4_7d"  # longer than that, up to 7 times 24
    DAYS_8_30 = "8_30d"
    OVER_30 = "over_30d"
    OVER_7 = "over_7d"  # the last two together


class Status(StrEnum):
    """Where the youth is."""

    OPEN = "open"  # missing, or located and not back
    MISSING = "missing"
    LOCATED = "located"
    RETURNED_OPEN = "returned_open"  # the episode has ended, duties are open


@dataclass(frozen=True, kw_only=True)
class BoardFilter:
    """Which rows. None: no limit. `BoardFilter()` is everything in scope with work left."""

    scope: Scope = Scope.BELOW
    unit: UUID | None = None
    """Public id of a unit."""
    worker: UUID | None = None
    """Public id of a person."""
    is_unassigned: bool = False
    flag: FlagIs | None = None
    duty: DutyState | None = None
    age: AgeBand | None = None
    placement: str | None = None
    """A value of `PlacementKind`."""
    length: LengthBand | None = None
    factor: str | None = None
    """The key of a push or pull item whose latest answer is Yes."""
    status: Status | None = None
    episodes: frozenset[UUID] | None = None
    """Public ids: these alone. Of what somebody ticked, so no address says it."""

    def conditions(self, *, now: datetime, today: date) -> Iterator[Condition]:
        """Everything but the scope. `today` is the local day on which ages are told."""
        if self.unit is not None:
            yield "s.unit_id = (SELECT id FROM casework_unit WHERE public_id = %s)", [self.unit]
        if self.worker is not None:
            yield (
                "s.assigned_to_id = (SELECT id FROM casework_user WHERE public_id = %s)",
                [self.worker],
            )
        if self.is_unassigned:
            yield UNASSIGNED
        if self.flag is not None:
            yield _FLAGS[self.flag]
        if self.duty is not None:
            yield _duty(self.duty, now)
        if self.age is not None:
            yield _age(self.age, today)
        if self.placement is not None:
            yield "s.placement_kind = %s", [self.placement]
        if self.length is not None:
            yield _length(self.length, now)
        if self.factor is not None:
            yield _FACTOR, [self.factor, Said.YES.value]
        if self.status is not None:
            yield _STATUSES[self.status]
        if self.episodes is not None:
            yield (
                "s.episode_id IN (SELECT id FROM casework_episode WHERE public_id = ANY(%s))",
                [sorted(self.episodes)],
            )


OPEN: Condition = ("s.ended_at IS NULL", [])
UNASSIGNED: Condition = ("s.assigned_to_id IS NULL", [])
_FLAGS: dict[FlagIs, Condition] = {
    FlagIs.ENDANGERED: (
        "s.mark IN (%s, %s)",
        [FlagMark.ENDANGERED.value, FlagMark.LIKELY_TRAFFICKING.value],
    ),
    FlagIs.LIKELY_TRAFFICKING: ("s.mark = %s", [FlagMark.LIKELY_TRAFFICKING.value]),
    FlagIs.NONE: ("s.mark = '' AND s.is_assessed", []),
    FlagIs.NOT_ASSESSED: ("s.ended_at IS NULL AND s.is_assessed IS NOT TRUE", []),
}
_STATUSES: dict[Status, Condition] = {
    Status.OPEN: OPEN,
    Status.MISSING: ("s.ended_at IS NULL AND s.located_at IS NULL", []),
    Status.LOCATED: ("s.ended_at IS NULL AND s.located_at IS NOT NULL", []),
    Status.RETURNED_OPEN: ("s.ended_at IS NOT NULL", []),
}
# The latest answer counts, as everywhere.
_FACTOR = """(
    SELECT a.answer FROM casework_checklistanswer a
    WHERE a.episode_id = s.episode_id AND a.key = %s
    ORDER BY a.recorded_at DESC, a.id DESC LIMIT 1
) = %s"""


def _duty(state: DutyState, now: datetime) -> Condition:
    if state is DutyState.OVERDUE:
        return "s.next_due_at < %s", [now]
    if state is DutyState.DUE_4H:
        return "s.next_due_at BETWEEN %s AND %s", [now, now + DUE_IN]
    if state is DutyState.DUE_SOON:
        return "s.next_due_at >= %s AND s.soon_at <= %s", [now, now]
    return "s.next_due_at = %s", [NEVER]


_AGES: dict[AgeBand, tuple[int | None, int | None]] = {
    AgeBand.UNDER_13: (None, 13),
    AgeBand.AGE_13_15: (13, 16),
    AgeBand.AGE_16_17: (16, 18),
    AgeBand.AGE_18_UP: (18, None),
}


def _age(band: AgeBand, today: date) -> Condition:
    if band is AgeBand.NOT_KNOWN:
        return "s.youngest_first = %s", [NO_BIRTHDAY]
    at_least, below = _AGES[band]
    return (
        "s.youngest_first >= %s AND s.youngest_first < %s",
        [
            0 if at_least is None else youngest_first(latest_birth(at_least, today)),
            NO_BIRTHDAY if below is None else youngest_first(latest_birth(below, today)),
        ],
    )


def latest_birth(age: int, today: date) -> date:
    """The last date of birth of those who are `age` years old on this day, as `Youth.age_on` counts."""
    try:
        return today.replace(year=today.year - age)
    except ValueError:  # Feb 29, in a year that has none
        return date(today.year - age, 2, 28)


_LENGTHS: dict[LengthBand, tuple[int | None, int | None]] = {
    LengthBand.UNDER_24H: (None, 1),
    LengthBand.DAYS_1_3: (1, 3),
    LengthBand.DAYS_4_7: (3, 7),
    LengthBand.DAYS_8_30: (7, 30),
    LengthBand.OVER_30: (30, None),
    LengthBand.OVER_7: (7, None),
}


def _length(band: LengthBand, now: datetime) -> Condition:
    """More days than the first (of the shortest: from it on), up to and with the second."""
    over, up_to = _LENGTHS[band]
    condition, values = OPEN[0], list[Any]()
    if over is not None:
        condition += f" AND s.missing_since_at {'<=' if over == 1 else '<'} %s"
        values.append(now - timedelta(days=over))
    if up_to is not None:
        condition += f" AND s.missing_since_at {'>' if up_to == 1 else '>='} %s"
        values.append(now - timedelta(days=up_to))
    return condition, values


def joined(conditions: list[Condition]) -> Condition:
    """All of them, as one."""
    sql = " AND ".join(f"({sql})" for sql, _ in conditions)
    return sql or "true", [value for _, values in conditions for value in values]
