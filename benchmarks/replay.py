"""The floor of a save: the same rows in the fewest statements, one INSERT a table, nothing else."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from casework.models import AuditEvent, Duty, Episode, Reminder

# What an intake leaves, and how its rows are found. History is added by triggers, here as there.
LEFT = (
    (Episode, "id = %(episode)s"),
    (Duty, "episode_id = %(episode)s"),
    (Reminder, "episode_id = %(episode)s"),
    (AuditEvent, "id > %(audit)s"),
)
Statement = tuple[str, list[Any]]


def inserts_of(operation: Callable[[], Episode]) -> list[Statement]:
    """One INSERT for each table with all the rows that `operation` leaves. It is rolled back."""
    last = AuditEvent.objects.order_by("id").values_list("id", flat=True).last() or 0
    with transaction.atomic():
        left = {"episode": operation().pk, "audit": last}
        inserts = [_insert(model._meta.db_table, where, left) for model, where in LEFT]
        transaction.set_rollback(True)
    return inserts


def _insert(table: str, where: str, left: dict[str, int]) -> Statement:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY id", left)  # noqa: S608
        columns = ", ".join(f'"{column.name}"' for column in cursor.description)
        rows = cursor.fetchall()
    values = ", ".join(["%s"] * len(rows))
    return f"INSERT INTO {table} ({columns}) VALUES {values}", rows  # noqa: S608


def replay(inserts: list[Statement]) -> None:
    """Write them in one transaction, straight through psycopg2: a row is a tuple to it."""
    with transaction.atomic(), connection.connection.cursor() as cursor:
        for sql, rows in inserts:
            cursor.execute(sql, rows)
