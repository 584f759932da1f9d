"""Writing many rows quickly: COPY for rows that Python makes, and copies that SQL makes of one row."""

import io
import random
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

Row = tuple[object, ...]


@contextmanager
def triggers_resting() -> Iterator[None]:
    """Meanwhile no history is kept and no row of the board; constraints hold all the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    yield  # after an error the connection is of no use, and nothing more is written on it
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")


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


def copy_rows(model: type[Model], columns: str, rows: Iterable[Row]) -> None:
    """Write rows with COPY, a few thousand lines at a time."""
    table = connection.ops.quote_name(model._meta.db_table)
    command = f"COPY {table} ({', '.join(columns.split())}) FROM STDIN"
    with connection.cursor() as cursor:
        cursor.copy_expert(command, _Lines(rows))


class _Lines(io.TextIOBase):
    """Rows as the file that COPY reads. No value holds a tab, a new line or a backslash."""

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
    return r"\N" if value is None else str(value)


def random_id(chance: random.Random) -> uuid.UUID:
    """A public id, the same for the same `chance`."""
    return uuid.UUID(int=chance.getrandbits(128), version=4)


def keep_as_pattern(model: type[Model], name: str) -> None:
    """Take the rows that are in this table out of it, into a temporary table of patterns."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT PRESERVE ROWS AS TABLE {table}")
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (names from this package)


def fill(model: type[Model], pattern: str, source: str, differing: Mapping[str, str]) -> int:
    """Insert a copy of the pattern `p` for each row of `source`; gives how many.

    `differing` says in SQL what is not as in the pattern; the id is the table's next where it says
    nothing of it.
    """
    table = model._meta.db_table
    columns = [
        str(field.column)
        for field in model._meta.concrete_fields
        if field.column != "id" or "id" in differing
    ]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(differing.get(column, f'p."{column}"') for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {pattern} p, {source}"  # noqa: S608
        )
        return int(cursor.rowcount)
