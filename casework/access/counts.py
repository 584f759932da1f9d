"""What a person may count, and the counts of months and years: figures, never a record.

Everything is counted from the rows as they are now. Only how many episodes started and ended in
each month is kept beside them, by the database itself: a trend reads no episode. A unit's
months are those of its own calendar, also in the counts of the agency, so that the figures of units
add up to those of everything above them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.shortcuts import get_object_or_404

from casework.access import count_questions as questions
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import units_of
from casework.models import CountedMonth, Unit, User
from casework.policies.count_bands import AGE_CUTS, LENGTH_CUTS, LONG
from casework.policies.count_periods import CountPeriod, Month, month_period

Figures = Mapping[str, int]
"""Figures by key, like "started", "age.2", "police.female.late"; lengths of time in seconds. A key
that is not there is zero, but for "median", "mean" and "longest": nothing ended."""


@dataclass(frozen=True, kw_only=True)
class CountScope:
    """Whose episodes are counted."""

    unit: Unit | None
    """The unit on top; None is the whole agency."""
    units: Sequence[Unit]
    """Every unit that is counted, the one on top among them."""

    @property
    def words(self) -> str:
        """ "the whole agency", "Unit 4 and the units below it"."""
        if self.unit is None:
            return "the whole agency"
        return f"{self.unit.name} and the units below it" if len(self.units) > 1 else self.unit.name

    @property
    def zones(self) -> set[ZoneInfo]:
        """The zones on whose calendars its months lie."""
        return {unit.zone for unit in self.units}

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which a page of it tells the time."""
        if self.unit is not None:
            return self.unit.zone
        tops = [unit for unit in self.units if unit.parent_id is None]
        return tops[0].zone if tops else ZoneInfo(settings.TIME_ZONE)


@dataclass(frozen=True, kw_only=True)
class SumLine:
    """Four figures of which the last is the sum of the others: at_start + started - ended."""

    at_start: int = 0
    started: int = 0
    ended: int = 0
    at_end: int = 0


class Tally(NamedTuple):
    """How many episodes of a unit started and ended in a month."""

    started: int = 0
    ended: int = 0
    started_long: int = 0
    ended_long: int = 0

    @property
    def all(self) -> tuple[int, int]:
        """How many started and ended."""
        return self.started, self.ended

    @property
    def long(self) -> tuple[int, int]:
        """How many of 2 days or more started and ended."""
        return self.started_long, self.ended_long


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Month by month how many started and ended."""

    months: Sequence[Month]
    _tallies: Sequence[Tally] = field(repr=False)
    """What had gone before the first month, then each month."""

    def line(self, first: Month, last: Month, *, only_long: bool = False) -> SumLine:
        """The sum line over some of its months."""
        begin, end = self.months.index(first) + 1, self.months.index(last) + 2
        before, within = self._tallies[:begin], self._tallies[begin:end]
        return _line(_together(before), _together(within), only_long=only_long)


@dataclass(frozen=True, kw_only=True)
class UnitTallies:
    """Unit by unit how many had started and ended before a period, and within it."""

    _tallies: Mapping[int, tuple[Tally, Tally]] = field(repr=False)

    def line(self, units: Iterable[Unit], *, only_long: bool = False) -> SumLine:
        """The sum line of some of the units together."""
        found = [self._tallies[unit.pk] for unit in units if unit.pk in self._tallies]
        before, within = ([pair[at] for pair in found] for at in (0, 1))
        return _line(_together(before), _together(within), only_long=only_long)


def _together(tallies: Iterable[Tally]) -> Tally:
    return Tally(*map(sum, zip(Tally(), *tallies, strict=True)))


def _line(before: Tally, within: Tally, *, only_long: bool) -> SumLine:
    started, ended = within.long if only_long else within.all
    gone_in, gone_out = before.long if only_long else before.all
    at_start = gone_in - gone_out
    return SumLine(
        at_start=at_start, started=started, ended=ended, at_end=at_start + started - ended
    )


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Every figure of a period, of all episodes and of those of 2 days or more."""

    period: CountPeriod
    every: Figures
    two_days: Figures
    trend: Trend
    units: UnitTallies


def scopes_of(user: User, permission: Permission = Permission.COUNTS_VIEW) -> list[CountScope]:
    """What this person may count, the usual one first: supervisors their unit and each one below
    it, whoever sees no cases the agency; without the permission nothing.
    """
    if not may(user, permission):
        return []
    if not may(user, Permission.EPISODE_VIEW):
        return [CountScope(unit=None, units=list(Unit.objects.all()))]
    every = list(units_of(user))
    own_first = sorted(every, key=lambda unit: (unit.pk != user.unit_id, unit.name, unit.pk))
    children: dict[int | None, list[Unit]] = {}
    for unit in every:
        children.setdefault(unit.parent_id, []).append(unit)
    return [CountScope(unit=unit, units=_with_below(unit, children)) for unit in own_first]


def _with_below(unit: Unit, children: Mapping[int | None, Sequence[Unit]]) -> list[Unit]:
    under = children.get(unit.pk, ())
    return [unit, *(lower for child in under for lower in _with_below(child, children))]


def get_counted_month_or_404(user: User, lock_id: UUID) -> tuple[CountedMonth, CountScope]:
    """A locked month of what this person may count, and what that is; 404 for any other."""
    every: dict[int | None, CountScope] = {
        scope.unit.pk if scope.unit else None: scope for scope in scopes_of(user)
    }
    units = [key for key in every if key is not None]
    locks = CountedMonth.objects.filter(unit__in=units)
    if None in every:
        locks = locks | CountedMonth.objects.filter(unit__isnull=True)
    lock = get_object_or_404(locks.select_related("unit", "locked_by"), public_id=lock_id)
    return lock, every[lock.unit_id]


def lock_of(scope: CountScope, month: Month) -> CountedMonth | None:
    """The lock that stands on a month; None where there is none."""
    locks = CountedMonth.objects.standing().of(scope.unit, month)
    return locks.select_related("locked_by", "unit").first()


def locks_before(scope: CountScope, month: Month) -> Sequence[CountedMonth]:
    """The month's locks that were taken off, the latest first."""
    locks = CountedMonth.objects.of(scope.unit, month).filter(unlocked_at__isnull=False)
    people = locks.select_related("locked_by", "unlocked_by")
    return list(people.defer("figures", "at_start_ids", "started_ids", "ended_ids"))


def count_period(scope: CountScope, period: CountPeriod, *, now: datetime) -> Counts:
    """Every figure of a period as things are on file; six queries whatever it holds.

    What has not ended, and what is not done, is counted as far as it had come by `now`.
    """
    trend = count_trend(scope, period.trend(), now=now)
    every: Counter[str] = Counter()
    long: Counter[str] = Counter()
    for figures, only_long in ((every, False), (long, True)):
        line = trend.line(period.first, period.last, only_long=only_long)
        figures.update(
            at_start=line.at_start, started=line.started, ended=line.ended, at_end=line.at_end
        )
    values = values_of(scope, period, now=now)
    for figure, part, number, of_them_long in _ask(questions.PARTS, values):
        every[f"{figure}.{part}"] += number
        long[f"{figure}.{part}"] += of_them_long
    for question in (questions.YOUTH, questions.LENGTHS):
        for is_long, *cells in _ask(question, values):
            names = ("youth", "youth_2", "youth_3", "median", "mean", "longest")
            of = names[:3] if question is questions.YOUTH else names[3:]
            found = {name: int(cell) for name, cell in zip(of, cells, strict=True) if cell}
            (long if is_long else every).update(found)
    for code, sex, outcome, number, of_them_long in _ask(questions.DUTIES, values):
        duty = questions.DUTY_OF_CODE[code]
        for key in (f"{duty}.{outcome}", f"{duty}.{sex}.{outcome}"):
            every[key] += number
            long[key] += of_them_long
    return Counts(
        period=period,
        every=+every,
        two_days=+long,
        trend=trend,
        units=count_units(scope, period, now=now),
    )


def count_trend(scope: CountScope, months: Sequence[Month], *, now: datetime) -> Trend:
    """The sum lines of some months in a row, in one query.

    What has ended is in the rows that the database keeps (`MonthTally`); what has not is counted
    where it stands.
    """
    values = _starts(scope, months, months[-1].later(1)) | _constants(now)
    found = {at: Tally(*numbers) for at, *numbers in _ask(questions.MONTHS, values)}
    tallies = [found.get(at, Tally()) for at in range(len(months) + 1)]
    return Trend(months=months, _tallies=tallies)


def count_units(scope: CountScope, period: CountPeriod, *, now: datetime) -> UnitTallies:
    """The sum lines of a period unit by unit, in one query; as `count_trend` counts."""
    values = _starts(scope, [period.first], period.last.later(1)) | _constants(now)
    tallies: dict[int, tuple[Tally, Tally]] = {}
    for unit_id, at, *numbers in _ask(questions.UNITS, values):
        before, within = tallies.get(unit_id, (Tally(), Tally()))
        tallies[unit_id] = (before, Tally(*numbers)) if at else (Tally(*numbers), within)
    return UnitTallies(_tallies=tallies)


def _starts(scope: CountScope, months: Sequence[Month], after: Month) -> dict[str, Any]:
    """When each of these months begins on the calendar of each zone, and the month after them."""
    zones = sorted({unit.time_zone for unit in scope.units})
    starts = [
        [month.begins_at(ZoneInfo(zone)).isoformat() for month in (*months, after)]
        for zone in zones
    ]
    return {
        "is_whole": scope.unit is None,
        "units": [unit.pk for unit in scope.units],
        "zones": zones,
        "bounds": [f"{{{','.join(of_zone)}}}" for of_zone in starts],
        "months": [month.first_day for month in months],
        "after": after.first_day,
    }


@dataclass(frozen=True, kw_only=True)
class CountedIds:
    """Which episodes a month counts, by their numbers."""

    at_start: frozenset[int] = frozenset()
    started: frozenset[int] = frozenset()
    ended: frozenset[int] = frozenset()

    def roles(self, episode_id: int) -> tuple[bool, bool, bool]:
        """Whether it was missing at the start, started, and ended."""
        return (
            episode_id in self.at_start,
            episode_id in self.started,
            episode_id in self.ended,
        )


def counted_ids(scope: CountScope, period: CountPeriod, *, now: datetime) -> CountedIds:
    """The episodes behind the sum line of a period."""
    rows = _ask(questions.IDS, values_of(scope, period, now=now))
    return CountedIds(
        at_start=frozenset(pk for pk, starts_in, _ in rows if not starts_in),
        started=frozenset(pk for pk, starts_in, _ in rows if starts_in),
        ended=frozenset(pk for pk, _, ends_in in rows if ends_in),
    )


def count_with_ids(
    scope: CountScope, period: CountPeriod, *, now: datetime
) -> tuple[Counts, CountedIds]:
    """The counts of a period and the episodes behind them, both of one moment.

    Only as long as no transaction is open: one that has begun keeps the isolation that it has, and
    what is recorded between two questions is then in the later answer alone.
    """
    with one_moment():
        return count_period(scope, period, now=now), counted_ids(scope, period, now=now)


@contextmanager
def one_moment() -> Iterator[None]:
    """All questions within are answered as of one moment; nothing may be written.

    Within a transaction that is open already it changes nothing.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def count_since(counted: CountedMonth, scope: CountScope) -> tuple[Counts, CountedIds]:
    """A locked month as things are on file now, to be compared with what was locked.

    Clocks stand where they stood at the lock. If they ran on, a youth still missing who passes 48
    hours or a duty whose time runs out would revise the month though nobody recorded anything.
    """
    return count_with_ids(scope, month_period(counted.counted), now=counted.locked_at)


def values_of(scope: CountScope, period: CountPeriod, *, now: datetime) -> dict[str, Any]:
    """The values that a question `of_the_counted` is asked with."""
    return _bounds(scope, period) | _constants(now)


def _bounds(scope: CountScope, period: CountPeriod) -> dict[str, Any]:
    """Where the period begins and ends, unit by unit."""
    bounds = [period.bounds(unit.zone) for unit in scope.units]
    return {
        "is_whole": scope.unit is None,
        "units": [unit.pk for unit in scope.units],
        "zones": [unit.time_zone for unit in scope.units],
        "starts": [start for start, _ in bounds],
        "ends": [end for _, end in bounds],
        "first": min((start for start, _ in bounds), default=None),
        "end": max((end for _, end in bounds), default=None),
    }


def _constants(now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "long": LONG,
        "length_cuts": [cut.total_seconds() for cut in LENGTH_CUTS],
        "age_cuts": list(AGE_CUTS),
        "missing_codes": list(questions.DUTIES_OF_THE_MISSING_TIME),
        "return_codes": list(questions.DUTIES_AFTER_THE_RETURN),
    }


def _ask(question: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
