"""What is written can be read back: accents, numbers, and nothing that runs as a formula."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import typst

from casework.exports import pdf, workbook
from casework.exports.document import CannotBeWritten, Cell, Column, Document, Fact, Meaning, Sheet
from casework.exports.formulas import neutral
from casework.exports.pdf import MOST_ROWS
from casework.exports.writers import write
from casework.policies.file_formats import FileFormat

CHICAGO = ZoneInfo("America/Chicago")
EVIL = '=HYPERLINK("http://example.org","x")'
NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def a_document(*rows: tuple[Cell, ...], title: str = "Counts, Mar 2026") -> Document:
    return Document(
        title=title,
        about=[Fact(key="agency", label="Agency", value="Maison Élan")],
        sheets=[
            Sheet(
                key="figures",
                title="Figures",
                columns=(
                    Column(key="what", label="Figure", meaning="What is counted"),
                    Column(key="number", label="All", is_number=True),
                ),
                rows=rows,
            )
        ],
        meanings=[Meaning(key="started", label="Episodes started", words="Counts episodes.")],
    )


def written(document: Document, file_format: FileFormat) -> bytes:
    to = io.BytesIO()
    write(document, file_format, to)
    return to.getvalue()


def csv_rows(content: bytes, name: str = "figures.csv") -> list[list[str]]:
    raw = zipfile.ZipFile(io.BytesIO(content)).read(name)
    assert raw.startswith(b"\xef\xbb\xbf")  # by this Excel knows that it is UTF-8
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def xlsx_cells(content: bytes, sheet: int = 1) -> list[ElementTree.Element]:
    raw = zipfile.ZipFile(io.BytesIO(content)).read(f"xl/worksheets/sheet{sheet}.xml")
    return ElementTree.fromstring(raw).findall(".//x:c", NS)  # noqa: S314 (written by us just now)


def xlsx_texts(content: bytes, sheet: int = 1) -> list[str]:
    return ["".join(cell.itertext()) for cell in xlsx_cells(content, sheet)]


def test_csv_keeps_accents_and_ends_its_lines_as_spreadsheets_expect():
    content = written(a_document(("Zoë Núñez 张", 3)), FileFormat.CSV)

    assert csv_rows(content) == [["what", "number"], ["Zoë Núñez 张", "3"]]
    raw = zipfile.ZipFile(io.BytesIO(content)).read("figures.csv")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 2


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "\u00a0=1",
        "\u200b=1",
        "＝1",
        "\ufeff+1",
    ],
)
def test_text_that_would_run_as_a_formula_is_text_in_csv(text):
    [_, [first, _]] = csv_rows(written(a_document((text, 1)), FileFormat.CSV))

    assert first == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "O'Brien", "3 - 2", "Unit 4"])
def test_harmless_text_stays_as_it_is(text):
    assert neutral(text) == text


def test_a_negative_number_stays_a_number():
    assert csv_rows(written(a_document(("net", -3)), FileFormat.CSV))[1] == ["net", "-3"]


def test_xlsx_may_be_larger_than_an_old_zip_holds(monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)  # bytes; two gigabytes otherwise

    assert EVIL in xlsx_texts(written(a_document((EVIL, 7)), FileFormat.XLSX))


def test_xlsx_holds_texts_and_numbers_and_never_a_formula_or_a_link():
    content = written(a_document((EVIL, 7), ("https://example.org", 8)), FileFormat.XLSX)

    assert xlsx_texts(content) == ["Figure", "All", EVIL, "7", "https://example.org", "8"]
    assert not [cell for cell in xlsx_cells(content) if cell.find("x:f", NS) is not None]
    assert [cell.get("t") for cell in xlsx_cells(content)[2:4]] == ["inlineStr", None]


@pytest.mark.parametrize("file_format", [FileFormat.CSV, FileFormat.XLSX, FileFormat.JSON])
def test_definitions_and_what_the_file_is_about_go_along(file_format):
    content = written(a_document(("a", 1)), file_format)

    said = {
        FileFormat.CSV: lambda: (
            str(csv_rows(content, "definitions.csv")) + str(csv_rows(content, "about.csv"))
        ),
        FileFormat.XLSX: lambda: str(xlsx_texts(content, 2)) + str(xlsx_texts(content, 3)),
        FileFormat.JSON: lambda: content.decode(),
    }[file_format]()
    assert "Counts episodes." in said
    assert "What is counted" in said
    assert "Maison Élan" in said


def test_json_has_stable_keys_and_moments_with_their_offset():
    told = datetime(2026, 3, 3, 1, 52, tzinfo=CHICAGO)

    read = json.loads(written(a_document((told, 1), (date(2026, 3, 4), None)), FileFormat.JSON))

    assert read["figures"] == [
        {"what": "2026-03-03T01:52:00-06:00", "number": 1},
        {"what": "2026-03-04", "number": None},
    ]
    assert list(read) == ["title", "about", "definitions", "figures"]


def test_pdf_is_tagged_in_english_and_meets_the_standard_for_accessibility():
    content = written(a_document(("Zoë", 3)), FileFormat.PDF)

    assert b"/StructTreeRoot" in content
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", content)
    assert b"(en-US)" in content
    assert b"pdfuaid" in content


def test_typst_has_nothing_to_warn_of():
    data = json.dumps(pdf._data(a_document(("Zoë", 3))))

    _, warnings = typst.compile_with_warnings(
        pdf._TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"document": data},
        pdf_standards="ua-1",
    )

    assert warnings == []


def test_a_letter_that_no_font_has_does_not_stop_the_pdf():
    content = written(a_document(("\U0001e900\U0001e922", 3)), FileFormat.PDF)

    assert b"/StructTreeRoot" in content


def test_no_cell_of_a_pdf_can_be_markup():
    harmless = written(a_document(("x", 1)), FileFormat.PDF)
    content = written(a_document(('#panic() $1 + 2$ <a> "] #{', 1)), FileFormat.PDF)

    assert abs(len(content) - len(harmless)) < 5_000


def test_more_rows_than_a_worksheet_holds_are_refused_with_a_word(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)

    with pytest.raises(CannotBeWritten, match="Ask for CSV"):
        written(a_document(("a", 1), ("b", 2), ("c", 3)), FileFormat.XLSX)


def test_more_rows_than_paper_holds_are_refused_with_a_word():
    rows: Iterator[tuple[Cell, ...]] = (("a", 1) for _ in range(MOST_ROWS + 1))

    with pytest.raises(CannotBeWritten, match="Ask for XLSX or CSV"):
        written(a_document(*rows), FileFormat.PDF)
