"""The tables of the counts: each figure of all episodes beside that of 2 days or more.

Where a month is locked the locked figure stands, and beside it what has been revised since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from casework.access.count_parts import DUTIES, OUTCOMES, PARTS, SEX_WORDS
from casework.access.counts import Figures
from casework.policies.count_definitions import Definition, definition_of
from casework.policies.small_numbers import share_words
from casework.policies.time_phrases import duration
from casework.presenters.bars import Amount, Bars
from casework.presenters.pattern_parts import chart_of

WORTH_A_CHART = 2  # parts: two numbers beside each other need no picture
HEADS = ("All", "2 days or more")
NO_BREAK = "\u00a0"
NONE_DUE = f"none{NO_BREAK}due"
_HEADLINES = ("at_start", "started", "ended", "at_end", "youth", "youth_2", "youth_3")
_LENGTHS = ("median", "mean", "longest")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One figure as it is read; `revised` says how it would read now, empty where it is the same."""

    words: str
    revised: str = ""


NOTHING = Cell(words="")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table."""

    label: str
    cells: Sequence[Cell]
    is_sum: bool = False
    """Whether it is what the lines above it come to."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A table, its chart, and what its figures mean."""

    key: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Row]
    definitions: Sequence[Definition]
    chart: Bars | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Figures as they are shown, and as they would be now."""

    shown: tuple[Figures, Figures]
    """Of all episodes, and of those of 2 days or more."""
    now: tuple[Figures, Figures]

    def number(self, key: str) -> int:
        """The figure of all episodes that is shown."""
        return self.shown[0].get(key, 0)

    def numbers(self, key: str) -> list[Cell]:
        """ "24", "revised +1"."""
        return [
            Cell(words=f"{shown.get(key, 0):,}", revised=_more(now.get(key, 0) - shown.get(key, 0)))
            for shown, now in self._columns()
        ]

    def lengths(self, key: str) -> list[Cell]:
        """ "14 h 10 min", "now 15 h"."""
        return [_said(_length(shown, key), _length(now, key)) for shown, now in self._columns()]

    def on_time(self, key: str) -> list[Cell]:
        """ "22 of 24 (92%)", of the outcomes whose keys begin so."""
        return [_said(on_time(shown, key), on_time(now, key)) for shown, now in self._columns()]

    def _columns(self) -> list[tuple[Figures, Figures]]:
        return list(zip(self.shown, self.now, strict=True))


def on_time(figures: Figures, key: str) -> str:
    """ "22 of 24 (92%)"; "none due" where there was nothing to do."""
    of = sum(figures.get(f"{key}.{outcome}", 0) for outcome in OUTCOMES)
    return _unbroken(share_words(figures.get(f"{key}.on_time", 0), of)) if of else NONE_DUE


def _length(figures: Figures, key: str) -> str:
    if key not in figures:
        return "none ended"
    return _unbroken(duration(timedelta(seconds=figures[key])))


def _unbroken(words: str) -> str:
    """ "22 of 24 (92%)" in a narrow column breaks before its share, and nowhere else."""
    return words.replace(" ", NO_BREAK).replace(f"{NO_BREAK}(", " (")


def _said(shown: str, now: str) -> Cell:
    return Cell(words=shown, revised="" if shown == now else f"now {now}")


def _more(number: int) -> str:
    return f"revised {number:+,}".replace("-", "−") if number else ""


def headline_block(reading: Reading, *, children_in_care: int | None) -> Block:
    """The sum line, youth, lengths and what was on time: the table that everyone reads."""
    rows = [
        Row(
            label=definition_of(key).label,
            cells=reading.numbers(key),
            is_sum=key == "at_end",
        )
        for key in _HEADLINES
    ]
    keys = [*_HEADLINES, *_LENGTHS, *DUTIES, "two_days"]
    if children_in_care:
        rows.append(
            Row(
                label="Of the children in care, missing at end",
                cells=[Cell(words=rate_words(reading.number("at_end"), children_in_care)), NOTHING],
            )
        )
        keys.append("in_care")
    rows += [Row(label=definition_of(key).label, cells=reading.lengths(key)) for key in _LENGTHS]
    rows += [Row(label=definition_of(key).label, cells=reading.on_time(key)) for key in DUTIES]
    return Block(
        key="figures",
        title="The figures",
        heads=("Figure", *HEADS),
        rows=rows,
        definitions=[definition_of(key) for key in keys],
    )


def part_block(reading: Reading, key: str) -> Block:
    """One figure by its parts. Parts that nothing falls into are listed too: zero is an answer."""
    definition, parts = definition_of(key), PARTS[key]
    rows = [
        Row(label=label, cells=reading.numbers(f"{key}.{part}")) for part, label in parts.items()
    ]
    amounts = [
        Amount(
            label=label,
            number=reading.number(f"{key}.{part}"),
            words=f"{reading.number(f'{key}.{part}'):,}",
        )
        for part, label in parts.items()
    ]
    return Block(
        key=key,
        title=definition.label,
        heads=(definition.unit_counted.capitalize(), *HEADS),
        rows=rows,
        definitions=[definition],
        chart=chart_of(f"{key}-chart", definition.label, amounts)
        if len(parts) > WORTH_A_CHART
        else None,
    )


def duty_block(reading: Reading, key: str) -> Block:
    """One duty by what became of it, and by the sex of the youth."""
    definition = definition_of(key)
    rows = [Row(label="On time", cells=reading.on_time(key), is_sum=True)]
    rows += [
        Row(label=label, cells=reading.numbers(f"{key}.{outcome}"))
        for outcome, label in OUTCOMES.items()
        if outcome != "on_time"
    ]
    rows += [
        Row(label=f"On time: {words}", cells=reading.on_time(f"{key}.{sex.value}"))
        for sex, words in SEX_WORDS.items()
    ]
    return Block(
        key=key,
        title=definition.label,
        heads=("Outcome", *HEADS),
        rows=rows,
        definitions=[definition],
    )


def rate_words(part: int, of: int) -> str:
    """ "6 of 1,250 (0.5%)"."""
    return f"{part:,} of {of:,} ({100 * part / of:.1f}%)"
