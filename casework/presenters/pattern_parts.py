"""What a block of the page of patterns is made of: a sentence, a chart, the same numbers, a question.

Nothing here leads to a youth. People who see these youth anyway read every number; for all others
small ones are hidden (`casework.policies.small_numbers`), and rows keep an order that says nothing
of their size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from casework.access.patterns import PatternCounts, Span
from casework.policies.small_numbers import Shown, as_they_are, hide_small, share_words
from casework.presenters.bars import Amount, Bars, Columns, bars_of

TOO_FEW = "Too few to show without pointing at a youth."


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table; `url` leads to the figures of this line alone."""

    label: str
    cells: Sequence[str]
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The numbers of a chart once more. The first head is that of the labels."""

    heads: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class Block:
    """One question of the page. Without a table its sentence says why there is none."""

    key: str
    title: str
    sentence: str
    question: str
    definition: str
    unknown: str = ""
    """What is not known, and of how many."""
    chart: Bars | None = None
    columns: Columns | None = None
    table: Table | None = None
    asked: Sequence[str] = ()
    """The questions in full, beside their short names."""


@dataclass(frozen=True)
class Reading:
    """Counts with what a block needs to put them into words."""

    counts: PatternCounts
    span: Span
    floor: int | None
    """The least number that is shown; None shows all."""

    @property
    def total(self) -> int:
        """All episodes of the period."""
        return self.counts.episodes

    @property
    def hides_small(self) -> bool:
        """Whether the reader may not see these youth."""
        return self.floor is not None

    def shown(self, cells: Sequence[int]) -> list[Shown] | None:
        """The cells of one table, hidden where they must be; None: none of them may be shown.

        Those at the end are hidden first to protect others: what matters most stands in front.
        """
        if self.floor is None:
            return as_they_are(cells)
        shown = hide_small(cells[::-1], floor=self.floor)
        return shown and shown[::-1]

    def words(self, cell: Shown) -> str:
        """A cell as it is read."""
        return cell.words() if self.floor is None else cell.words(floor=self.floor)

    def part_words(self, cell: Shown, of: int) -> str:
        """ "14 of 31 (45%)", "1 to 10 of 31"."""
        if cell.number is not None:
            return share_words(cell.number, of)
        return f"{self.words(cell)} of {of:,}" if cell.is_small else "hidden"


def episodes_words(number: int) -> str:
    """ "1 episode", "46 episodes"."""
    return f"{number:,} {'episode' if number == 1 else 'episodes'}"


def parts_block(
    reading: Reading,
    *,
    key: str,
    title: str,
    question: str,
    definition: str,
    labels: Sequence[str],
    numbers: Sequence[int],
    sentence: Callable[[Sequence[Amount]], str],
    head: str,
    unknown: str = "",
    urls: Sequence[str] = (),
) -> Block:
    """A block whose parts add up to all episodes; `sentence` is made of what may be shown."""
    total = sum(numbers)
    cells = reading.shown(numbers)
    if cells is None:
        return Block(
            key=key, title=title, sentence=TOO_FEW, question=question, definition=definition
        )
    amounts = [
        Amount(label=label, number=cell.number, words=reading.words(cell))
        for label, cell in zip(labels, cells, strict=True)
    ]
    rows = [
        Row(
            label=label,
            cells=[reading.part_words(cell, total)],
            url=urls[at] if urls and cell.number else "",
        )
        for at, (label, cell) in enumerate(zip(labels, cells, strict=True))
    ]
    return Block(
        key=key,
        title=title,
        sentence=sentence(amounts),
        question=question,
        definition=definition,
        unknown=unknown,
        chart=chart_of(key, title, amounts),
        table=Table(heads=[head, "Episodes"], rows=rows),
    )


def chart_of(key: str, title: str, amounts: Sequence[Amount]) -> Bars | None:
    """The amounts that have a bar; zeros and what is hidden stand in the table alone."""
    drawn = [amount for amount in amounts if amount.number]
    return bars_of(key, title, drawn) if drawn else None


def most_words(amounts: Sequence[Amount], total: int, *, lead: str = "Most often") -> str:
    """ "Most often: foster home, 20 of 46 (43%)."; says so where several are the most."""
    known = [amount for amount in amounts if amount.number]
    if not known:
        return TOO_FEW
    most = max(amount.number or 0 for amount in known)
    first = [amount for amount in known if amount.number == most]
    hides_some = any(amount.number is None for amount in amounts)
    of_shown = ", of what may be shown" if hides_some else ""
    names = " and ".join(amount.label for amount in first)
    if len(first) > 2:
        names = f"{len(first)} of them alike"
    each = " each" if len(first) > 1 else ""
    return f"{lead}{of_shown}: {names}, {share_words(most, total)}{each}."
