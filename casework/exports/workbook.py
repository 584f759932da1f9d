"""XLSX, row by row in constant memory: the same for ten rows and a million."""

import tempfile
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from casework.exports.document import CannotBeWritten, Cell, Document, Sheet, text_of

MOST_ROWS = 1_048_576  # of a worksheet, its head included (Excel specifications and limits)
LONGEST_CELL = 32_767  # letters (the same page)
_LONGEST_TITLE = 31  # letters of a worksheet's name (the same page)
_WIDTH = 24  # letters
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_zip64": True,  # a million rows are more than 2 GB before they are packed
}


def write_xlsx(document: Document, to: IO[bytes]) -> None:
    """Write every table of the document as a worksheet; every text stays text.

    Raises `CannotBeWritten` where a table has more rows than a worksheet holds.
    """
    with tempfile.TemporaryDirectory() as folder:  # emptied whatever goes wrong
        workbook = xlsxwriter.Workbook(to, {**_OPTIONS, "tmpdir": folder})
        workbook.set_properties({"title": document.title})
        head = workbook.add_format({"bold": True, "bottom": 1})
        try:
            for sheet in document.every_sheet():
                _write(sheet, workbook.add_worksheet(sheet.title[:_LONGEST_TITLE]), head)
        except BaseException:
            for half_written in workbook.worksheets():
                half_written.row_data_fh.close()
            raise
        workbook.close()


def _write(sheet: Sheet, onto: Worksheet, head: Format) -> None:
    onto.freeze_panes(1, 0)
    onto.set_column(0, len(sheet.columns) - 1, _WIDTH)
    for at, column in enumerate(sheet.columns):
        onto.write_string(0, at, column.label, head)
    for number, row in enumerate(sheet.rows, start=1):
        if number >= MOST_ROWS:
            raise CannotBeWritten(
                f"An Excel sheet holds {MOST_ROWS - 1:,} rows and this has more. "
                "Ask for CSV, or for a shorter time."
            )
        for at, cell in enumerate(row):
            _put(onto, number, at, cell)


def _put(onto: Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, int | float):
        onto.write_number(row, column, cell)
        return
    text = text_of(cell)
    if len(text) > LONGEST_CELL:  # it would be left out without a word
        text = f"{text[: LONGEST_CELL - 1]}…"
    if text:
        onto.write_string(row, column, text)
