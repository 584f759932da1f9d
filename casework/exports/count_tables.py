"""The counts as tables: each figure by its key, the sum line, 24 months, unit by unit.

Written over figures of which any may be None: then it is hidden, and `HIDDEN` stands in its place.
`casework.exports.shared_file` writes what is shared with the same cells.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from casework.access.count_parts import DUTIES, OUTCOMES, PARTS, SEX_WORDS, unit_groups
from casework.access.counts import Counts, CountScope, SumLine, count_period, count_since
from casework.exports.about import document_of
from casework.exports.document import Cell, Column, Meaning, Sheet
from casework.exports.work import Made, Work, one_long_moment
from casework.exports.writers import write
from casework.operations.counts import figures_beside
from casework.policies.count_definitions import DEFINITIONS, definition_of

HIDDEN = "hidden"
NONE_ENDED = "none ended"
HEADLINES = ("at_start", "started", "ended", "at_end", "youth", "youth_2", "youth_3")
LENGTHS = ("median", "mean", "longest")
_HOUR = 3600

Shown = Mapping[str, int | None]
"""Figures by key as they may be written: a key that is not there is zero, None is hidden."""
Line = tuple[str, Sequence[int | None]]
"""A row of figures under its label: a month, a unit."""


@dataclass(frozen=True, kw_only=True)
class CountTables:
    """All figures of a file of counts."""

    every: Shown
    two_days: Shown
    months: Sequence[Line]
    """By month: at start, started, ended, at end; all episodes."""
    units: Sequence[Line]
    """By unit: started, ended, missing at end; all episodes."""
    now: tuple[Shown, Shown] | None = None
    """Of a locked month, the figures as they are on file now."""
    children_in_care: int | None = None


def write_counts(work: Work, to: IO[bytes]) -> Made:
    """Write the counts with every number."""
    with one_long_moment():
        if work.lock is None:
            counts = count_period(work.scope, work.period, now=work.now)
        else:
            counts, _ = count_since(work.lock, work.scope)
    rows = write_tables(internal_tables(work, counts), work, to)
    return Made(rows=rows, lock=work.lock)


def internal_tables(work: Work, counts: Counts) -> CountTables:
    """Every number; of a locked month the locked figures, and beside them those of now."""
    lock = work.lock
    live = figures_beside(lock, counts) if lock else (counts.every, counts.two_days)
    shown = (lock.figures["all"], lock.figures["two_days"]) if lock else live
    return CountTables(
        every=shown[0],
        two_days=shown[1],
        months=month_lines(counts),
        units=unit_lines(counts, work.scope),
        now=live if lock else None,
        children_in_care=lock.children_in_care if lock else None,
    )


def write_tables(tables: CountTables, work: Work, to: IO[bytes]) -> int:
    """Write a file of counts; how many figures there are."""
    figures = [*_rows(tables)]
    columns = [
        Column(key="key", label="Key"),
        Column(key="figure", label="Figure"),
        Column(key="part", label="Part"),
        Column(key="counted", label="Counted in"),
        Column(key="all", label="All", is_number=True),
        Column(key="two_days", label="2 days or more", is_number=True),
    ]
    if tables.now is not None:
        columns += [
            Column(key="all_now", label="All, on file now", is_number=True),
            Column(key="two_days_now", label="2 days or more, on file now", is_number=True),
        ]
    # Of a locked month too, these are counted now.
    as_of = "" if tables.now is None else ", as on file now"
    sheets = [
        Sheet(key="figures", title="Figures", columns=columns, rows=figures),
        _lines("months", f"24 months{as_of}", "Month", tables.months, HEADLINES[:4]),
    ]
    if tables.units:
        title = f"Unit by unit{as_of}"
        sheets.append(_lines("units", title, "Unit", tables.units, HEADLINES[1:4]))
    meanings = [Meaning(key=one.key, label=one.label, words=one.words) for one in DEFINITIONS]
    write(document_of(work, sheets=sheets, meanings=meanings), work.file_format, to)
    return len(figures)


def keys_of_figures() -> Iterator[tuple[str, str]]:
    """Every key that a file lists, in the page's order, with what the part of it is called."""
    for key in (*HEADLINES, *LENGTHS):
        yield key, ""
    for duty in DUTIES:
        for outcome, words in OUTCOMES.items():
            yield f"{duty}.{outcome}", words
        for sex, whose in SEX_WORDS.items():
            for outcome, words in OUTCOMES.items():
                yield f"{duty}.{sex.value}.{outcome}", f"{words}: {whose}"
    for figure, parts in PARTS.items():
        for part, words in parts.items():
            yield f"{figure}.{part}", words


def month_lines(counts: Counts) -> list[Line]:
    """Month by month, the oldest first, as the page's trend has it."""
    return [(month.code, _four(counts.trend.line(month, month))) for month in counts.trend.months]


def unit_lines(counts: Counts, scope: CountScope) -> list[Line]:
    """The parts of the scope, and all together; empty where there is nothing to divide."""
    parts = unit_groups(scope)
    if not parts:
        return []
    first, last = counts.period.first, counts.period.last
    lines = [(name, counts.units.line(units)) for name, units in parts]
    lines.append(("Together", counts.trend.line(first, last)))
    return [(name, _four(line)[1:]) for name, line in lines]


def figure_cells(key: str, shown: Sequence[Shown]) -> list[Cell]:
    """In what a figure is counted, then the figure of each column."""
    if key in LENGTHS:
        return ["hours", *(_length(figures, key) for figures in shown)]
    return [definition_of(key).unit_counted, *(_cell(figures.get(key, 0)) for figures in shown)]


def _rows(tables: CountTables) -> Iterator[list[Cell]]:
    shown = [tables.every, tables.two_days, *(tables.now or ())]
    for key, part in keys_of_figures():
        yield [key, definition_of(key).label, part, *figure_cells(key, shown)]
    if tables.children_in_care is not None:
        label = definition_of("in_care").label
        rest: list[Cell] = [None] * (len(shown) - 1)
        yield ["in_care", label, "", "children", tables.children_in_care, *rest]


def _length(figures: Shown, key: str) -> Cell:
    if key not in figures:
        return NONE_ENDED
    seconds = figures[key]
    return HIDDEN if seconds is None else round(seconds / _HOUR, 2)


def _cell(figure: int | None) -> Cell:
    return HIDDEN if figure is None else figure


def _lines(key: str, title: str, head: str, lines: Sequence[Line], figures: Sequence[str]) -> Sheet:
    columns = [Column(key=head.lower(), label=head)]
    columns += [Column(key=one, label=definition_of(one).label, is_number=True) for one in figures]
    rows = [[label, *map(_cell, numbers)] for label, numbers in lines]
    return Sheet(key=key, title=title, columns=columns, rows=rows)


def _four(line: SumLine) -> tuple[int, int, int, int]:
    return line.at_start, line.started, line.ended, line.at_end
