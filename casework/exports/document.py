"""What stands in a file, whatever the kind of file: tables, what each number means, about the file.

`casework.exports.writers` writes a `Document` as CSV, XLSX, JSON or PDF.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

Cell = str | int | float | date | datetime | None
"""None is an empty cell. Moments carry their zone; they are written in ISO 8601 with the offset."""


class CannotBeWritten(Exception):
    """Why a document does not fit into the kind of file asked for; the sentence says what to do."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table."""

    key: str
    """Its name in CSV and JSON: stable, lower case."""
    label: str
    """Its head in XLSX and PDF."""
    meaning: str = ""
    """What it holds; goes to the definitions where it is not empty."""
    is_number: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table. `rows` may be read only once, and is never held in memory as a whole."""

    key: str
    """The name of its file or member: stable, lower case."""
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """One definition: of a figure or a column."""

    key: str
    label: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line about the file: its scope, its period, when it was made."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole file. The writers add a table of definitions and one about the file."""

    title: str
    about: Sequence[Fact]
    sheets: Sequence[Sheet]
    meanings: Sequence[Meaning] = ()
    """Of figures; those of columns stand with the columns."""

    def every_sheet(self) -> list[Sheet]:
        """Its own tables, then the definitions, then what is said about the file."""
        return [*self.sheets, self._definitions(), self._about()]

    def every_meaning(self) -> list[Meaning]:
        """Of figures, and of columns that say what they hold; each key once."""
        of_columns = (
            Meaning(key=column.key, label=column.label, words=column.meaning)
            for sheet in self.sheets
            for column in sheet.columns
            if column.meaning
        )
        return list({one.key: one for one in (*self.meanings, *of_columns)}.values())

    def _definitions(self) -> Sheet:
        return Sheet(
            key="definitions",
            title="Definitions",
            columns=(
                Column(key="key", label="Key"),
                Column(key="name", label="Name"),
                Column(key="meaning", label="What it means"),
            ),
            rows=[(one.key, one.label, one.words) for one in self.every_meaning()],
        )

    def _about(self) -> Sheet:
        return Sheet(
            key="about",
            title="About this file",
            columns=(Column(key="about", label="About"), Column(key="value", label="Value")),
            rows=[(fact.label, fact.value) for fact in self.about],
        )


def text_of(cell: Cell) -> str:
    """A cell as text: moments and days in ISO 8601; an empty cell is ""."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
