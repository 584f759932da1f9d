"""JSON: one object, its tables as lists of objects, written row by row."""

import io
import json
from typing import IO

from casework.exports.document import Cell, Document, Sheet, text_of


def write_json(document: Document, to: IO[bytes]) -> None:
    """Write about, definitions and tables under their keys."""
    text = io.TextIOWrapper(to, encoding="utf-8", newline="\n")
    about = {fact.key: fact.value for fact in document.about}
    meanings = {
        one.key: {"label": one.label, "meaning": one.words} for one in document.every_meaning()
    }
    text.write(f'{{"title": {_json(document.title)},\n"about": {_json(about)},\n')
    text.write(f'"definitions": {_json(meanings)}')
    for sheet in document.sheets:
        _write(sheet, text)
    text.write("}\n")
    text.detach()


def _write(sheet: Sheet, text: io.TextIOWrapper) -> None:
    text.write(f",\n{_json(sheet.key)}: [")
    keys = [column.key for column in sheet.columns]
    for number, row in enumerate(sheet.rows):
        text.write(",\n" if number else "\n")
        cells = map(_cell, row)
        text.write(_json(dict(zip(keys, cells, strict=True))))
    text.write("]")


def _cell(cell: Cell) -> str | int | float | None:
    return cell if cell is None or isinstance(cell, int | float) else text_of(cell)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
