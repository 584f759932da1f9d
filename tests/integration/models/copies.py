"""Many rows at once, where a test needs a long past or a large agency."""

from django.db import connection, models


def copies_of(row: models.Model, number: int, **expressions: str) -> int:
    """Write copies of a row, number n with these columns; return the id of the first."""
    table = row._meta.db_table
    expressions["public_id"] = "gen_random_uuid()"
    columns = [field.column for field in row._meta.concrete_fields if field.column != "id"]
    values = [expressions.get(column, f'"{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} "  # noqa: S608
            f"FROM {table}, generate_series(1, {number}) n WHERE id = {row.pk} RETURNING id"
        )
        return min(key for (key,) in cursor.fetchall())
