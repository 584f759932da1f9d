"""Files of earlier records for tests: written from rows, brought in as an admin would."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from casework.models import ImportBatch, User
from casework.operations import import_work, imports
from casework.policies.import_columns import COLUMN_OF
from casework.policies.import_text import Opened

USUAL: Mapping[str, str] = {
    "case_number": "EX-1",
    "first_name": "Marlo",
    "last_name": "Example",
    "born_on": "2009-05-17",
    "told_at": "2024-01-31 22:30",
    "returned_at": "2024-02-02 07:15",
}


def row(**cells: str) -> dict[str, str]:
    """A row that can be brought in, with these cells instead."""
    return {**USUAL, **cells}


def csv_of(rows: Sequence[Mapping[str, str]], *, delimiter: str = ",") -> str:
    """A file with these rows under our own headers; every column that any row has."""
    keys = list(dict.fromkeys(key for one in rows for key in one))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([COLUMN_OF[key].label if key in COLUMN_OF else key for key in keys])
    writer.writerows([one.get(key, "") for key in keys] for one in rows)
    return out.getvalue()


def opener(content: str | bytes) -> Opened:
    """Opens this file."""
    data = content.encode() if isinstance(content, str) else content

    def opened() -> BinaryIO:
        return io.BytesIO(data)

    return opened


def take_up(content: str | bytes, *, by: User, now: datetime, **how: Any) -> ImportBatch:
    """A file whose columns are as guessed, read as said."""
    batch = imports.take_up(opened=opener(content), by=by, now=now)
    chosen = {"columns": batch.columns, "unit": batch.unit} | how
    imports.read_like(batch, imports.HowToRead(**chosen))
    batch.save()
    return batch


def bring(rows: Sequence[Mapping[str, str]], *, by: User, now: datetime, **how: Any) -> ImportBatch:
    """Bring these rows in."""
    content = csv_of(rows)
    batch = take_up(content, by=by, now=now, **how)
    return import_work.bring_in(batch=batch, opened=opener(content), by=by, now=now)


def problems_of(
    content: str | bytes | Iterable[Mapping[str, str]], *, by: User, now: datetime, **how: Any
) -> list[tuple[int | None, str, str]]:
    """What a check says is wrong: row, key of the column, words."""
    if not isinstance(content, str | bytes):
        content = csv_of(list(content))
    batch = take_up(content, by=by, now=now, **how)
    found = import_work.check(batch=batch, opened=opener(content), now=now)
    assert found.problems.count >= len(found.problems.named)
    return [(one.row, one.key, one.says) for one in found.problems.named]


def an_import(*, by: User, now: datetime) -> ImportBatch:
    """A file that was uploaded and waits for its columns."""
    return imports.receive(parts=[csv_of([row()]).encode()], by=by, now=now)
