"""The floor of a save: the same rows in the fewest statements, one INSERT a table, nothing else."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from casework.models import (
    AssessmentRecord,
    AuditEvent,
    ChecklistAnswer,
    Duty,
    Episode,
    Flag,
    FlagStep,
    Reminder,
)

# What a save may leave, each after what it points to. History is added by triggers, here as there.
LEFT = (
    *(Episode, Duty, ChecklistAnswer, AssessmentRecord),
    *(Flag, FlagStep, Reminder, AuditEvent),
)
Statement = tuple[str, list[Any]]


def inserts_of(operation: Callable[[], object]) -> list[Statement]:
    """One INSERT for each table with all the rows that `operation` adds. It is rolled back."""
    last = {model: _last_id(model) for model in LEFT}
    with transaction.atomic():
        operation()
        inserts = [insert for model in LEFT for insert in _insert(model, after=last[model])]
        transaction.set_rollback(True)
    return inserts


def _last_id(model: type[Model]) -> int:
    return model._default_manager.order_by("id").values_list("id", flat=True).last() or 0


def _insert(model: type[Model], *, after: int) -> Iterator[Statement]:
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id > %s ORDER BY id", [after])  # noqa: S608
        columns = ", ".join(f'"{column.name}"' for column in cursor.description)
        rows = cursor.fetchall()
    if rows:
        values = ", ".join(["%s"] * len(rows))
        yield f"INSERT INTO {table} ({columns}) VALUES {values}", rows  # noqa: S608


def replay(inserts: list[Statement]) -> None:
    """Write them in one transaction, straight through psycopg2: a row is a tuple to it."""
    with transaction.atomic(), connection.connection.cursor() as cursor:
        for sql, rows in inserts:
            cursor.execute(sql, rows)
