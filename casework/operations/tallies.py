"""The rows behind the trend of the counts: several of a month become one, or all are counted anew."""

from django.db import connection, transaction

from casework.models import Unit

# One at a time, and not while units are counted anew; whoever records does not wait.
_HOLD = "LOCK TABLE casework_monthtally IN SHARE UPDATE EXCLUSIVE MODE"
_FOLD = """
    WITH gone AS (
        DELETE FROM casework_monthtally WHERE (unit_id, begins_on) IN (
            SELECT unit_id, begins_on FROM casework_monthtally GROUP BY 1, 2 HAVING count(*) > 1
        ) RETURNING *
    ), one AS (
        INSERT INTO casework_monthtally (unit_id, begins_on, started, ended, started_long, ended_long)
        SELECT unit_id, begins_on, sum(started), sum(ended), sum(started_long), sum(ended_long)
        FROM gone GROUP BY 1, 2
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM one)
"""
_SUMS = """
    SELECT unit_id, begins_on, sum(started), sum(ended), sum(started_long), sum(ended_long)
    FROM casework_monthtally WHERE unit_id = %s GROUP BY 1, 2
    HAVING (sum(started), sum(ended), sum(started_long), sum(ended_long)) <> (0, 0, 0, 0)
"""


def fold() -> int:
    """Make one row of all that a month has; gives how many fewer there are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HOLD)
        cursor.execute(_FOLD)
        (fewer,) = cursor.fetchone()
    return int(fewer)


def count_anew(unit: Unit) -> int:
    """Count the months of a unit anew from its episodes; gives how many months were wrong.

    Whoever ends an episode of the unit meanwhile waits.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        cursor.execute(_SUMS, [unit.pk])
        before = set(cursor.fetchall())
        cursor.execute("SELECT casework_count_months_anew(ARRAY[%s]::bigint[])", [unit.pk])
        cursor.execute(_SUMS, [unit.pk])
        after = set(cursor.fetchall())
    return len({month for _, month, *_ in before ^ after})
