"""Writing many rows quickly, with COPY: from tuples, or from records that are not saved yet."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

Row = tuple[object, ...]
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@contextmanager
def no_statement_is_too_long() -> Iterator[None]:
    """Pages give up on a statement after a while; this may take hours."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute("SET statement_timeout = 0")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [usual])


def copy_rows(table: type[models.Model] | str, columns: str, rows: Iterable[Row]) -> None:
    """Write rows with COPY, a few thousand lines at a time. `table` is a model or a table's name."""
    name = table if isinstance(table, str) else table._meta.db_table
    named = ", ".join(f'"{column}"' for column in columns.split())
    command = f"COPY {connection.ops.quote_name(name)} ({named}) FROM STDIN"
    with connection.cursor() as cursor:
        cursor.copy_expert(command, _Lines(rows))


def copy_records(records: Sequence[models.Model]) -> None:
    """Write these records, which have their ids already, with everything that they hold."""
    if not records:
        return
    model = type(records[0])
    fields = model._meta.concrete_fields
    columns = " ".join(str(field.column) for field in fields)
    is_json = [isinstance(field, models.JSONField) for field in fields]
    names = [field.attname for field in fields]
    copy_rows(
        model,
        columns,
        (
            tuple(
                json.dumps(getattr(record, name)) if as_json else getattr(record, name)
                for name, as_json in zip(names, is_json, strict=True)
            )
            for record in records
        ),
    )


def next_ids(model: type[models.Model], number: int) -> list[int]:
    """So many ids of this table that nothing else will get."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, number],
        )
        return [pk for (pk,) in cursor.fetchall()]


class _Lines(io.TextIOBase):
    """Rows as the file that COPY reads."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._lines = ("\t".join(map(_text, row)) + "\n" for row in rows)
        self._rest = ""

    def read(self, size: int | None = -1, /) -> str:
        parts = [self._rest]
        length = len(self._rest)
        while size is None or size < 0 or length < size:
            line = next(self._lines, None)
            if line is None:
                break
            parts.append(line)
            length += len(line)
        text = "".join(parts)
        cut = len(text) if size is None or size < 0 else size
        self._rest = text[cut:]
        return text[:cut]


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    return value.translate(_ESCAPED) if isinstance(value, str) else str(value)
