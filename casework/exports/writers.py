"""One way to write a document, whatever the kind of file."""

from collections.abc import Callable, Mapping
from typing import IO

from casework.exports.csv_bundle import write_csv
from casework.exports.document import Document
from casework.exports.json_file import write_json
from casework.exports.pdf import write_pdf
from casework.exports.workbook import write_xlsx
from casework.policies.file_formats import FileFormat

_WRITERS: Mapping[FileFormat, Callable[[Document, IO[bytes]], None]] = {
    FileFormat.CSV: write_csv,
    FileFormat.XLSX: write_xlsx,
    FileFormat.JSON: write_json,
    FileFormat.PDF: write_pdf,
}


def write(document: Document, file_format: FileFormat, to: IO[bytes]) -> None:
    """Write the document to an open file. `CannotBeWritten` where it does not fit that kind."""
    _WRITERS[file_format](document, to)
