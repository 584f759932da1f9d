"""The page of the counts: a sentence, the line that adds up, tables, the trend, what each means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from casework.access.count_parts import DUTIES, PARTS, unit_groups
from casework.access.counts import Counts, CountScope, Figures, SumLine, Trend
from casework.models import CountedMonth
from casework.operations.counts import Change, Revision, figures_beside, locked_figures
from casework.policies.clock_words import MONTHS
from casework.policies.count_periods import CountPeriod, Month, PeriodKind
from casework.policies.national_figures import NATIONAL_FIGURES, NationalFigure
from casework.policies.small_numbers import share_words
from casework.policies.time_phrases import duration, moment
from casework.presenters.bars import Amount, Columns, columns_of
from casework.presenters.count_blocks import (
    Block,
    Cell,
    Reading,
    Row,
    duty_block,
    headline_block,
    on_time,
    part_block,
)


@dataclass(frozen=True, kw_only=True)
class LockWords:
    """What is said of a lock."""

    locked: str
    revised: str
    """What has changed since; empty while nothing has."""
    unlock_url: str


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One of our figures beside a published one."""

    ours: str
    published: NationalFigure


@dataclass(frozen=True, kw_only=True)
class CountsPage:
    """Everything the page says."""

    whose: str
    period: CountPeriod
    not_over: str
    sentence: str
    line: SumLine
    now_line: SumLine | None
    """The line as it would read now, where a locked one is shown and differs."""
    lock: LockWords | None
    lock_url: str
    """Where the month can be locked; empty where it cannot."""
    earlier_locks: Sequence[str]
    headlines: Block
    duties: Sequence[Block]
    parts: Sequence[Block]
    trend: Columns
    trend_table: Block
    units: Block | None
    beside: Sequence[Beside]
    export_url: str
    timeliness_url: str
    earlier_url: str
    earlier_label: str
    later_url: str
    later_label: str
    is_empty: bool


def address_of(scope: CountScope, period: CountPeriod, *, page: str = "counts") -> str:
    """The page of these counts, or another page about the same."""
    asked = {"period": period.code}
    if scope.unit is not None:
        asked["unit"] = str(scope.unit.public_id)
    return f"{reverse(page)}?{urlencode(asked)}"


def whose_words(scope: CountScope) -> str:
    """ "the whole agency", "Unit 4 and the units below it"."""
    return scope.words


def page_of(
    counts: Counts,
    scope: CountScope,
    *,
    now: datetime,
    may_lock: bool,
    lock: CountedMonth | None,
    earlier: Sequence[CountedMonth],
    revision: Revision | None,
) -> CountsPage:
    """The page for counts as they are now; where a lock stands, its figures are the ones shown."""
    period = counts.period
    live = figures_beside(lock, counts) if lock else (counts.every, counts.two_days)
    reading = Reading(shown=locked_figures(lock) if lock else live, now=live)
    line, now_line = _line(reading.shown[0]), _line(live[0])
    is_over = period.is_over(now, scope.zones)
    is_month = period.kind is PeriodKind.MONTH
    later = period.beside(1)
    has_later = later.has_begun(now, scope.zones)
    return CountsPage(
        whose=whose_words(scope),
        period=period,
        not_over="" if is_over else f"{period.label} is not over. Numbers so far, not locked.",
        sentence=_sentence(reading, line, period, is_over=is_over),
        line=line,
        now_line=None if now_line == line else now_line,
        lock=_lock_words(lock, revision, scope, now=now, may_lock=may_lock) if lock else None,
        lock_url=_lock_url(scope, period) if may_lock and is_month and is_over and not lock else "",
        earlier_locks=[_earlier_words(one, scope, now=now) for one in earlier],
        headlines=headline_block(reading, children_in_care=lock.children_in_care if lock else None),
        duties=[duty_block(reading, key) for key in DUTIES],
        parts=[part_block(reading, key) for key in PARTS],
        trend=_trend_columns(counts.trend),
        trend_table=_trend_table(counts.trend),
        units=_unit_block(counts, scope, is_locked=lock is not None),
        beside=[Beside(ours=_ours(reading, one), published=one) for one in NATIONAL_FIGURES],
        export_url=address_of(scope, period, page="ask_export"),
        timeliness_url=address_of(scope, period, page="timeliness"),
        earlier_url=address_of(scope, period.beside(-1)),
        earlier_label=_short(period.beside(-1)),
        later_url=address_of(scope, later) if has_later else "",
        later_label=_short(later),
        is_empty=not any(reading.shown[0].values()),
    )


def lock_line(lock: CountedMonth, scope: CountScope, *, now: datetime) -> str:
    """ "Version 1, locked Mon Apr 6, 8:00 a.m. CDT by A. Lee"."""
    at = moment(lock.locked_at, scope.zone, now=now)
    return f"Version {lock.version}, locked {at} by {lock.locked_by.name}"


def _short(period: CountPeriod) -> str:
    return period.label.split(" (", 1)[0]


def _line(figures: Figures) -> SumLine:
    at_start, started, ended, at_end = (
        figures.get(key, 0) for key in ("at_start", "started", "ended", "at_end")
    )
    return SumLine(at_start=at_start, started=started, ended=ended, at_end=at_end)


def _sentence(reading: Reading, line: SumLine, period: CountPeriod, *, is_over: bool) -> str:
    youth = reading.number("youth")
    if youth == 0:
        return f"No youth was missing from care in {_short(period)}."
    started = f"{line.started:,} {'episode' if line.started == 1 else 'episodes'} started"
    missing = f"{youth:,} {'youth was' if youth == 1 else 'different youth were'} missing"
    still = f"{line.at_end:,}" if line.at_end else "None"
    is_one = line.at_end == 1
    if is_over:
        end = f"{'was' if is_one else 'were'} still missing at the end of the {period.noun}"
    else:
        end = f"{'is' if is_one else 'are'} missing now"
    return f"{started}. {missing} at some time in {_short(period)}. {still} {end}."


def _lock_words(
    lock: CountedMonth,
    revision: Revision | None,
    scope: CountScope,
    *,
    now: datetime,
    may_lock: bool,
) -> LockWords:
    return LockWords(
        locked=f"{lock_line(lock, scope, now=now)}. Definitions {lock.definitions_version}.",
        revised=_revised_words(revision) if revision else "",
        unlock_url=reverse("unlock_counts", args=[lock.public_id]) if may_lock else "",
    )


def _revised_words(revision: Revision) -> str:
    """ "Since then: 1 episode recorded after the lock." """
    said = [
        f"{number:,} {'episode' if number == 1 else 'episodes'} {change}"
        if number
        else "Nothing about which episodes count, but figures differ because something was recorded "
        "later about a youth, a flag, a duty or how long an episode lasts"
        for change, number in sorted(
            revision.changes.items(), key=lambda item: list(Change).index(item[0])
        )
    ]
    return f"Since then: {'; '.join(said)}."


def _earlier_words(lock: CountedMonth, scope: CountScope, *, now: datetime) -> str:
    if lock.unlocked_at is None or lock.unlocked_by is None:
        return lock_line(lock, scope, now=now)
    at = moment(lock.unlocked_at, scope.zone, now=now)
    return (
        f"{lock_line(lock, scope, now=now)}; taken off {at} by {lock.unlocked_by.name}: "
        f"{lock.unlocked_why}"
    )


def _lock_url(scope: CountScope, period: CountPeriod) -> str:
    address = reverse("lock_counts", args=[period.code])
    return f"{address}?unit={scope.unit.public_id}" if scope.unit else address


def _trend_columns(trend: Trend) -> Columns:
    numbers = [trend.line(month, month).started for month in trend.months]
    amounts = [
        Amount(label=month.words, number=number, words=f"{number:,}" if number else "")
        for month, number in zip(trend.months, numbers, strict=True)
    ]
    return columns_of(
        "trend-chart",
        "Episodes started, 24 months",
        trend_sentence(trend.months, numbers),
        amounts,
        [_tick(month, is_first=at == 0) for at, month in enumerate(trend.months)],
    )


def trend_sentence(months: Sequence[Month], numbers: Sequence[int]) -> str:
    """ "481 episodes started in 24 months: fewest in Nov 2025 (18), most in Dec 2025 (26)." """
    total = sum(numbers)
    begun = f"{total:,} {'episode' if total == 1 else 'episodes'} started in {len(months)} months"
    if not total:
        return f"{begun}."
    fewest = min(range(len(months)), key=lambda at: numbers[at])
    most = max(range(len(months)), key=lambda at: numbers[at])
    return (
        f"{begun}: fewest in {months[fewest].words} ({numbers[fewest]:,}), "
        f"most in {months[most].words} ({numbers[most]:,})."
    )


def _tick(month: Month, *, is_first: bool) -> tuple[str, str]:
    year = str(month.year) if is_first or month.month == 1 else ""
    return MONTHS[month.month - 1][0], year


def _trend_table(trend: Trend) -> Block:
    rows = [
        Row(label=month.words, cells=_line_cells(trend.line(month, month)))
        for month in reversed(trend.months)
    ]
    return Block(
        key="trend",
        title="24 months",
        heads=("Month", "Started", "Ended", "Missing at end"),
        rows=rows,
        definitions=(),
    )


def _line_cells(line: SumLine) -> list[Cell]:
    return [Cell(words=f"{number:,}") for number in (line.started, line.ended, line.at_end)]


def _unit_block(counts: Counts, scope: CountScope, *, is_locked: bool) -> Block | None:
    parts = unit_groups(scope)
    if not parts:
        return None
    first, last = counts.period.first, counts.period.last
    rows = [Row(label=name, cells=_line_cells(counts.units.line(units))) for name, units in parts]
    total = counts.trend.line(first, last)
    rows.append(Row(label="Together", cells=_line_cells(total), is_sum=True))
    return Block(
        key="units",
        title="Unit by unit",
        heads=("Unit", "Started", "Ended", "Missing at end"),
        rows=rows,
        definitions=(),
        note="As things are on file now; the lock keeps the figures of all together."
        if is_locked
        else "",
    )


def _ours(reading: Reading, figure: NationalFigure) -> str:
    """Our figure in words, of the episodes that come nearest to what was published."""
    if figure.beside == "mean":
        seconds = reading.shown[0].get("mean")
        return "none ended" if seconds is None else duration(timedelta(seconds=seconds))
    if figure.beside == "flag":
        started = reading.number("started")
        likely = reading.number("flag.likely_trafficking")
        return share_words(likely, started) if started else "none started"
    is_of_two_days = figure.beside in ("ncmec", "police")
    words = on_time(reading.shown[is_of_two_days], figure.beside)
    return f"{words}, episodes of 2 days or more" if is_of_two_days else words
