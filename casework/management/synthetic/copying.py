"""Writing many rows quickly: triggers at rest, and copies that SQL makes of one row."""

import random
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model


@contextmanager
def triggers_resting() -> Iterator[None]:
    """Meanwhile no history is kept and no row of the board; constraints hold all the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    yield  # after an error the connection is of no use, and nothing more is written on it
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")


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
