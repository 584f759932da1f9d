"""The kinds of file that an export can be. Pure."""

from enum import StrEnum


class FileFormat(StrEnum):
    """A kind of file, as the database keeps it."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    PDF = "pdf"

    @property
    def label(self) -> str:
        """What people call it."""
        return _LABELS[self]

    @property
    def extension(self) -> str:
        """The end of a file's name: several sheets as CSV travel in one ZIP."""
        return "zip" if self is FileFormat.CSV else self.value

    @property
    def content_type(self) -> str:
        """As the file is sent."""
        return _CONTENT_TYPES[self]


_LABELS = {
    FileFormat.CSV: "CSV (a ZIP with one file a table)",
    FileFormat.XLSX: "Excel workbook (XLSX)",
    FileFormat.JSON: "JSON",
    FileFormat.PDF: "PDF",
}
_CONTENT_TYPES = {
    FileFormat.CSV: "application/zip",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.JSON: "application/json",
    FileFormat.PDF: "application/pdf",
}
