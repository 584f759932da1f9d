"""PDF by typst: tagged, in English, to the standard PDF/UA-1, so that a screen reader reads it."""

import json
import logging
from pathlib import Path
from typing import IO, Any, Literal

import typst

from casework.exports.document import CannotBeWritten, Document, Sheet, text_of

MOST_ROWS = 20_000  # of all tables; more is no longer read on paper, and would need much memory
MANY_COLUMNS = 6  # from here on the page lies on its side
_TEMPLATE = Path(__file__).with_name("printed.typ")
_NARROW = frozenset({"name", "about", "counted"})
_MISSING_LETTER = "font"  # how typst says that none of its fonts has a letter

log = logging.getLogger(__name__)


def write_pdf(document: Document, to: IO[bytes]) -> None:
    """Print the document; the data goes in as data, so that no cell can be markup.

    A letter that no font has cannot be in PDF/UA-1: then it is tagged all the same, without the
    standard's promise. Raises `CannotBeWritten` where it has too many rows for paper.
    """
    data = json.dumps(_data(document), ensure_ascii=False)
    try:
        to.write(_compiled(data, standard="ua-1"))
    except typst.TypstError as error:
        if _MISSING_LETTER not in str(error):
            raise
        log.warning("A PDF holds a letter that no font has; written without PDF/UA-1")
        to.write(_compiled(data, standard=None))


def _compiled(data: str, *, standard: Literal["ua-1"] | None) -> bytes:
    return typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"document": data},
        pdf_standards=standard,
    )


def _data(document: Document) -> dict[str, Any]:
    *sheets, definitions, about = document.every_sheet()
    left = MOST_ROWS
    said = []
    for sheet in (*sheets, definitions, about):
        of_sheet = _sheet(sheet, most=left)
        left -= len(of_sheet["rows"])
        said.append(of_sheet)
    by_key = {fact.key: fact.value for fact in document.about}
    return {
        "title": document.title,
        "agency": by_key.get("agency", ""),
        "wide": any(len(sheet.columns) > MANY_COLUMNS for sheet in sheets),
        "sheets": [said[-1], *said[:-1]],  # on paper what it is about comes first
    }


def _sheet(sheet: Sheet, *, most: int) -> dict[str, Any]:
    """A table as the template takes it. Keys are for machines: paper leaves them out."""
    shown = [at for at, column in enumerate(sheet.columns) if column.key != "key"]
    rows: list[list[str]] = []
    for row in sheet.rows:
        if len(rows) >= most:
            raise CannotBeWritten(
                f"A PDF holds {MOST_ROWS:,} rows and this has more. Ask for XLSX or CSV."
            )
        rows.append([text_of(row[at]) for at in shown])
    return {
        "title": sheet.title,
        "columns": [
            {
                "label": column.label,
                "number": column.is_number,
                "narrow": column.is_number or column.key in _NARROW,
            }
            for column in (sheet.columns[at] for at in shown)
        ],
        "rows": rows,
    }
