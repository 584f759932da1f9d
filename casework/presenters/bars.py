"""Bars and columns as a template draws them: every place and length worked out, nothing to decide.

Lengths across are in percent, so that a chart is as wide as its place and its letters stay as large
as all others. `_components/bars.html` and `columns.html` draw them as SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 78.0  # percent: what is left of the width holds the number at the end of the longest bar
ROW = 46
LABEL_AT, BAR_AT, NUMBER_AT = 15, 22, 35
TALLEST, TOP = 110, 24
CROWDED = 100  # numbers of three digits touch each other on a phone


@dataclass(frozen=True, kw_only=True)
class Amount:
    """What one bar is about. `number` is None where it may not be shown."""

    label: str
    number: int | None
    words: str
    """What stands at its end."""
    of: int | None = None
    """How many there could have been: an outline around the bar."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar; widths are percentages as SVG reads them, empty where there is nothing to draw."""

    label: str
    words: str
    width: str
    outline: str
    words_at: str
    label_y: int
    bar_y: int
    words_y: int


@dataclass(frozen=True, kw_only=True)
class Bars:
    """A chart of bars; `title` and `about` are what a screen reader says of it."""

    key: str
    title: str
    about: str
    height: int
    bars: Sequence[Bar]
    has_outlines: bool


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a chart over time."""

    x: str
    middle: str
    width: str
    y: str
    height: str
    words: str
    words_y: str
    is_extreme: bool
    """The highest or the lowest: its number stays where there is room for few."""
    tick: str
    under: str
    """The year, under its first column."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """A chart over time."""

    key: str
    title: str
    about: str
    columns: Sequence[Column]
    is_crowded: bool


def bars_of(key: str, title: str, amounts: Sequence[Amount]) -> Bars:
    """A bar for each amount, the longest as long as there is room."""
    most = max((amount.of or amount.number or 0 for amount in amounts), default=0)
    return Bars(
        key=key,
        title=title,
        about=f"{'; '.join(f'{amount.label}: {amount.words}' for amount in amounts)}.",
        height=ROW * len(amounts),
        bars=[_bar(amount, at, most) for at, amount in enumerate(amounts)],
        has_outlines=any(amount.of for amount in amounts),
    )


def _bar(amount: Amount, at: int, most: int) -> Bar:
    width = _percent(amount.number or 0, most)
    outline = _percent(amount.of or 0, most)
    return Bar(
        label=amount.label,
        words=amount.words,
        width=f"{width:.2f}%" if width else "",
        outline=f"{outline:.2f}%" if outline else "",
        words_at=f"{max(width, outline):.2f}%",
        label_y=ROW * at + LABEL_AT,
        bar_y=ROW * at + BAR_AT,
        words_y=ROW * at + NUMBER_AT,
    )


def _percent(number: int, most: int) -> float:
    return LONGEST * number / most if most else 0.0


def columns_of(
    key: str, title: str, about: str, amounts: Sequence[Amount], ticks: Sequence[tuple[str, str]]
) -> Columns:
    """A column for each amount; `ticks` are the words under each: the month's letter, the year."""
    numbers = [amount.number for amount in amounts if amount.number is not None]
    most, step = max(numbers, default=0), 100 / max(len(amounts), 1)
    extremes = {most, min(numbers, default=0)}
    columns = []
    for at, (amount, (tick, under)) in enumerate(zip(amounts, ticks, strict=True)):
        height = TALLEST * (amount.number or 0) / most if most else 0.0
        y = TOP + TALLEST - height
        columns.append(
            Column(
                x=f"{step * (at + 0.15):.2f}%",
                middle=f"{step * (at + 0.5):.2f}%",
                width=f"{step * 0.7:.2f}%",
                y=f"{y:.1f}",
                height=f"{height:.1f}",
                words=amount.words,
                words_y=f"{y - 5:.1f}",
                is_extreme=amount.number in extremes,
                tick=tick,
                under=under,
            )
        )
    return Columns(key=key, title=title, about=about, columns=columns, is_crowded=most >= CROWDED)
