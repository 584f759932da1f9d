"""CSV: one file a table, all in one ZIP. UTF-8 with a mark at its start, by which Excel knows it."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, BinaryIO

from casework.exports.document import Cell, Column, Document, Sheet, text_of
from casework.exports.formulas import neutral

QUICK = 1  # compression: a third of the time of the usual level, for a file a little larger
BUFFER = 1 << 20  # bytes


class CsvBundle:
    """A ZIP that is being written, table by table."""

    def __init__(self, to: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(
            to, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=QUICK, allowZip64=True
        )

    def add(self, sheet: Sheet) -> None:
        """One more table."""
        with self.file(sheet.key, sheet.columns) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
            rows = csv.writer(text)
            for row in sheet.rows:
                rows.writerow([_cell(cell) for cell in row])
            text.detach()

    @contextmanager
    def file(self, key: str, columns: Sequence[Column]) -> Iterator[BinaryIO]:
        """The file of one more table, its head written, for rows that are CSV in UTF-8 already.

        Their text must be `neutral` (of `casework.exports.formulas`).
        """
        with self._zip.open(f"{key}.csv", "w", force_zip64=True) as entry:
            buffered = io.BufferedWriter(entry, BUFFER)
            head = ",".join(column.key for column in columns)
            buffered.write(b"\xef\xbb\xbf" + head.encode() + b"\r\n")
            yield buffered
            buffered.flush()
            buffered.detach()

    def close(self) -> None:
        """Write the ZIP's table of contents."""
        self._zip.close()


def write_csv(document: Document, to: IO[bytes]) -> None:
    """Write every table of the document."""
    bundle = CsvBundle(to)
    for sheet in document.every_sheet():
        bundle.add(sheet)
    bundle.close()


def _cell(cell: Cell) -> Cell:
    return cell if isinstance(cell, int | float) else neutral(text_of(cell))
