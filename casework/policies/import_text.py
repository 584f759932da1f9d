"""A file of rows, read as it streams: which encoding it is in, what parts its columns, its rows.

The same bytes may be read several times; nothing holds more of them than a line.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

Opened = Callable[[], BinaryIO]
"""Opens the file anew, at its beginning."""

MOST_ROWS = 1_000_000
MOST_COLUMNS = 150  # each is a field of a form
LONGEST_LINE = 256 * 1024  # bytes; and as long may one cell be
BROKEN = re.compile("[\udc80-\udcff]")  # a byte that the encoding has no letter for
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DELIMITERS = ",;\t"
NO_TEXT = "This is not a text file. Save the sheet as “CSV UTF-8”."


class FileProblem(Exception):
    """Why the file cannot be read at all; the sentence says what to do. `row`: where it ends."""

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.row = row


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a file is written, and the names in its first row."""

    encoding: str
    delimiter: str
    headers: tuple[str, ...]


def shape_of(opened: Opened) -> Shape:
    """How this file is written. Reads it once. Raises `FileProblem`."""
    encoding = _encoding_of(opened)
    with opened() as file:
        text = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
        try:
            first = text.readline(LONGEST_LINE)
        except UnicodeDecodeError:
            raise FileProblem("The file ends in the middle of a letter. Save it anew.") from None
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(LONGEST_LINE)
    headers = next(csv.reader([first], delimiter=delimiter), [])
    if CONTROL.search(first):
        raise FileProblem(NO_TEXT)
    if not any(header.strip() for header in headers):
        raise FileProblem("The first row is empty. It must hold the names of the columns.", 1)
    if len(headers) > MOST_COLUMNS:
        raise FileProblem(f"The first row names more than {MOST_COLUMNS} columns.", 1)
    return Shape(
        encoding=encoding,
        delimiter=delimiter,
        headers=tuple(BROKEN.sub("\ufffd", header).strip()[:80] for header in headers),
    )


def rows_of(opened: Opened, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds anything, with its number as a spreadsheet shows it: the headers are 1.

    A byte that the encoding has no letter for stays, as `BROKEN` finds it. Raises `FileProblem`.
    """
    csv.field_size_limit(LONGEST_LINE)
    with opened() as file:
        text = io.TextIOWrapper(file, shape.encoding, errors=_errors(shape.encoding), newline="")
        # Strict: else the rows after a quotation mark that is not closed would become one cell.
        reader = csv.reader(text, delimiter=shape.delimiter, strict=True)
        number = 0
        while True:
            number += 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except (csv.Error, UnicodeDecodeError):
                raise FileProblem(
                    "This row cannot be read: a quotation mark is opened and not closed, or closed "
                    "before the end of its cell, or the file ends in the middle of a letter. "
                    "Nothing after it was read.",
                    number,
                ) from None
            if number > MOST_ROWS + 1:
                raise FileProblem(
                    f"The file has more than {MOST_ROWS:,} rows. Cut it into parts.", number
                )
            if number > 1 and any(cell.strip() for cell in row):
                yield number, row


def _errors(encoding: str) -> str:
    return "strict" if encoding == "utf-16" else "surrogateescape"


def _encoding_of(opened: Opened) -> str:
    """UTF-8 or UTF-16 where the file begins with their mark; else what its letters fit.

    Windows-1252 only if no line beyond plain letters is UTF-8. In a mixture UTF-8 is taken, and
    the cells that do not fit are broken.
    """
    with opened() as file:
        start = file.read(4)
        if not start:
            raise FileProblem("The file is empty.")
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise FileProblem(
                "This is a workbook. Open it, choose Save As, and save the sheet as “CSV UTF-8”."
            )
        if b"\x00" in start:
            raise FileProblem(NO_TEXT)
    fits = misfits = 0
    with opened() as file:
        while line := file.readline(LONGEST_LINE):
            if line.isascii():
                continue
            try:
                line.decode()
            except UnicodeDecodeError as error:
                is_cut = error.reason == "unexpected end of data" and len(line) == LONGEST_LINE
                misfits += not is_cut
            else:
                fits += 1
    return "cp1252" if misfits and not fits else "utf-8"
