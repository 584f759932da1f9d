"""The floor of an operation: its own INSERTs, UPDATEs and DELETEs once more, and nothing else."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

WRITES = ("INSERT", "UPDATE", "DELETE")
NUMBERED = ("casework_episode", "casework_duty")  # whose numbers later statements refer to
Statement = tuple[str, Any]


def writes_of(operation: Callable[[], object]) -> list[Statement]:
    """The statements by which `operation` writes. It is rolled back, its numbers given back."""
    statements: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if sql.lstrip().startswith(WRITES):
            statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        before = [_number(cursor, table) for table in NUMBERED]
        with transaction.atomic():
            with connection.execute_wrapper(note):
                operation()
            transaction.set_rollback(True)
        for table, (last, is_called) in zip(NUMBERED, before, strict=True):
            cursor.execute(f"SELECT setval('{table}_id_seq', %s, %s)", [last, is_called])
    return statements


def _number(cursor: Any, table: str) -> tuple[int, bool]:
    cursor.execute(f"SELECT last_value, is_called FROM {table}_id_seq")  # noqa: S608
    last, is_called = cursor.fetchone()
    return last, is_called


def replay(statements: list[Statement]) -> None:
    """Write them in one transaction, straight through psycopg2."""
    with transaction.atomic(), connection.connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
