"""How the youth's past two years went: where they were placed, and when they were missing.

Pure: moments in, records out; nothing here knows the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from random import Random

from casework.management.agency import names
from casework.management.agency.figures import LENGTHS, PLACES, TIMES_MISSING, deal, draw
from casework.models import EndReason, PlacementKind, ReturnedTo
from casework.policies.time_words import Precision

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
APART = timedelta(days=3)  # the least time in care between two absences
MOST_OF_THE_TIME = 0.7  # nobody was missing for more of the past than this
# The hour at which the agency is told: mostly evenings and nights. Ours; no figure was found.
HOURS_TOLD = dict(
    enumerate([6, 5, 3, 2, 1, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5, 5, 6, 7, 8, 9, 9, 8])
)
TOLD_AS = {Precision.EXACT: 75, Precision.ABOUT: 25}
SEEN_AS = {
    Precision.EXACT: 35,
    Precision.ABOUT: 40,
    Precision.DATE_ONLY: 15,
    Precision.UNKNOWN: 10,
}
LOCATED_FIRST = 0.3  # how often safe contact came before the return
BACK_ELSEWHERE = 0.3  # how often the youth came back to a different place
INDEPENDENT_FROM_AGE, LIVES_ALONE = 17, 0.15


@dataclass(frozen=True, kw_only=True)
class Absence:
    """One time missing, told and over. `returned_to` is None when the youth left care instead."""

    told_at: datetime
    told_precision: Precision
    last_seen_at: datetime | None
    last_seen_precision: Precision
    located_at: datetime | None
    ended_at: datetime
    end_reason: EndReason
    returned_to: ReturnedTo | None


@dataclass(frozen=True, kw_only=True)
class Stay:
    """One placement; `ended_at` is None for the present one."""

    name: str
    kind: PlacementKind
    started_at: datetime
    ended_at: datetime | None


def lengths_of_absences(rng: Random, youth_count: int, within: timedelta) -> list[list[timedelta]]:
    """For each youth, how long each of their absences lasted; in all as `figures` says."""
    times = deal(rng, TIMES_MISSING, youth_count)
    bands = deal(rng, LENGTHS, sum(times))
    pool = [timedelta(hours=rng.uniform(*band)) for band in bands]
    lengths = [[pool.pop() for _ in range(number)] for number in times]
    # Two years hold only so much: whoever got too much trades their longest for a shorter one.
    for mine in lengths:
        while sum(mine, timedelta()) > MOST_OF_THE_TIME * within:
            theirs = rng.choice([other for other in lengths if len(other) == 1])
            longest = mine.index(max(mine))
            if theirs[0] < mine[longest]:
                mine[longest], theirs[0] = theirs[0], mine[longest]
    return lengths


def absences(
    rng: Random,
    lengths: Sequence[timedelta],
    *,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    last_reason: EndReason,
) -> list[Absence]:
    """Absences of these lengths at random times between `start` and `end`, apart from each other."""
    free = end - start - sum(lengths, timedelta()) - APART * (len(lengths) + 1)
    made = []
    for index, gap in enumerate(sorted(rng.random() * free for _ in lengths)):
        earlier = sum(lengths[:index], timedelta()) + APART * (index + 1)
        told_at = _told(rng, start + gap + earlier, zone)
        is_last = index == len(lengths) - 1
        reason = last_reason if is_last else EndReason.RETURNED
        made.append(_absence(rng, told_at, lengths[index], zone, reason))
    return made


def _told(rng: Random, day: datetime, zone: tzinfo) -> datetime:
    """A moment of this local day, at an hour at which agencies are told."""
    hour = time(draw(rng, HOURS_TOLD), rng.randrange(60))
    return datetime.combine(day.astimezone(zone).date(), hour, zone).astimezone(UTC)


def _absence(
    rng: Random, told_at: datetime, length: timedelta, zone: tzinfo, reason: EndReason
) -> Absence:
    ended_at = told_at + length
    is_back = reason is EndReason.RETURNED
    was_located = is_back and length > 12 * HOUR and rng.random() < LOCATED_FIRST
    returned_to = None
    if is_back:
        is_elsewhere = rng.random() < BACK_ELSEWHERE
        returned_to = ReturnedTo.OTHER_SAFE_PLACE if is_elsewhere else ReturnedTo.PLACEMENT
    seen_as = draw(rng, SEEN_AS)
    return Absence(
        told_at=told_at,
        told_precision=draw(rng, TOLD_AS),
        last_seen_at=_last_seen(rng, told_at, seen_as, zone),
        last_seen_precision=seen_as,
        located_at=ended_at - min(length / 3, rng.uniform(1, 40) * HOUR) if was_located else None,
        ended_at=ended_at,
        end_reason=reason,
        returned_to=returned_to,
    )


def _last_seen(rng: Random, told_at: datetime, seen_as: Precision, zone: tzinfo) -> datetime | None:
    if seen_as is Precision.UNKNOWN:
        return None
    seen_at = told_at - rng.uniform(0.4, 10) * HOUR
    if seen_as is Precision.DATE_ONLY:
        day = seen_at.astimezone(zone).date()
        return datetime.combine(day, time(), zone).astimezone(UTC)
    return seen_at


def stays(
    rng: Random, away: Iterable[Absence], *, since: datetime, age: int, now: datetime
) -> list[Stay]:
    """Where the youth was placed from `since` on, without gaps; moves never fall into an absence."""
    away = list(away)
    moves = [one.ended_at for one in away if one.returned_to == ReturnedTo.OTHER_SAFE_PLACE]
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        move = since + rng.uniform(0.05, 0.95) * (now - since)
        if not any(one.told_at - DAY <= move <= one.ended_at + DAY for one in away):
            moves.append(move)
    left_care = [one.ended_at for one in away if one.returned_to is None]
    starts = [since, *sorted(moves)]
    ends: list[datetime | None] = [*starts[1:], left_care[0] if left_care else None]
    return [
        _stay(rng, age, start, end)
        for start, end in zip(starts, ends, strict=True)
        if not left_care or start < left_care[0]
    ]


def _stay(rng: Random, age: int, start: datetime, end: datetime | None) -> Stay:
    kind = draw(rng, PLACES)
    if age >= INDEPENDENT_FROM_AGE and rng.random() < LIVES_ALONE:
        kind = PlacementKind.INDEPENDENT
    name = {
        PlacementKind.FOSTER_HOME: f"Foster home on {rng.choice(names.STREETS)}",
        PlacementKind.KINSHIP: f"{rng.choice(names.RELATIVES)}’s home, {rng.choice(names.STREETS)}",
        PlacementKind.GROUP_HOME: rng.choice(names.GROUP_HOMES),
        PlacementKind.RESIDENTIAL: rng.choice(names.RESIDENTIAL),
        PlacementKind.SHELTER: rng.choice(names.SHELTERS),
        PlacementKind.INDEPENDENT: rng.choice(names.INDEPENDENT),
    }[kind]
    return Stay(name=name, kind=kind, started_at=start, ended_at=end)
