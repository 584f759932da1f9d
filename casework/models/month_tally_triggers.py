"""Triggers that keep `MonthTally` in step with the episodes.

Each runs once a statement, over all its rows together. Whoever counts holds the zone of the units
they count in; whoever counts a unit anew waits for them, and they for it
(`casework_count_months_anew`, which the migration defines).
"""

import pgtrigger

_AND_BACK = "RETURN NULL;"
_COLUMNS = (
    *("unit_id", "told_at", "ended_at", "end_reason", "last_seen_at", "last_seen_precision"),
)


def tallied(rows: str) -> str:
    """SQL that adds these rows of episodes to the months; their column `sign` is 1, or -1 to take
    away what was counted before.
    """
    return f"""
    INSERT INTO casework_monthtally
        (unit_id, begins_on, started, ended, started_long, ended_long)
    SELECT * FROM (
        SELECT unit.id, date_trunc('month', side.at AT TIME ZONE unit.time_zone)::date,
               sum(e.sign * side.started) AS started,
               sum(e.sign * side.ended) AS ended,
               sum(e.sign * side.started * length.is_long) AS started_long,
               sum(e.sign * side.ended * length.is_long) AS ended_long
        FROM ({rows}) AS e
        JOIN casework_unit AS unit ON unit.id = e.unit_id
        CROSS JOIN LATERAL (
            SELECT (e.ended_at - CASE
                WHEN e.last_seen_precision IN ('exact', 'about') THEN e.last_seen_at
                ELSE LEAST(e.told_at, e.ended_at)
            END >= interval '48 hours')::int
        ) AS length (is_long)
        CROSS JOIN LATERAL (
            VALUES (LEAST(e.told_at, e.ended_at), 1, 0), (e.ended_at, 0, 1)
        ) AS side (at, started, ended)
        WHERE e.ended_at IS NOT NULL AND e.end_reason <> 'opened_in_error'
        GROUP BY 1, 2
    ) AS change WHERE (started, ended, started_long, ended_long) <> (0, 0, 0, 0);
    """  # noqa: S608 (names of this file)


def _trigger(
    name: str, operation: pgtrigger.Operation, does: str, **rows: str
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),  # type: ignore[no-untyped-call]
        func=f"{does} {_AND_BACK}",
    )


def _holding(units: str, then: str) -> str:
    return f"""
    PERFORM FROM casework_unit WHERE id IN ({units}) ORDER BY id FOR SHARE;
    IF FOUND THEN {then} END IF;
    """  # noqa: S608 (as above)


_PAIRS = "new_rows n JOIN old_rows o ON o.id = n.id"
_OLD, _NEW = (", ".join(f"{row}.{column}" for column in _COLUMNS) for row in ("o", "n"))
_CHANGED = f"FROM {_PAIRS} WHERE ({_OLD}) IS DISTINCT FROM ({_NEW})"

COUNTED_BY_EPISODE = (
    _trigger(
        "tally_insert",
        pgtrigger.Insert,
        _holding(
            "SELECT unit_id FROM new_rows WHERE ended_at IS NOT NULL",
            tallied("SELECT 1 AS sign, new_rows.* FROM new_rows"),
        ),
        new="new_rows",
    ),
    _trigger(
        "tally_update",
        pgtrigger.Update,
        _holding(
            f"SELECT unnest(ARRAY[o.unit_id, n.unit_id]) {_CHANGED} "
            "AND (o.ended_at IS NOT NULL OR n.ended_at IS NOT NULL)",
            tallied(f"SELECT -1 AS sign, o.* {_CHANGED} UNION ALL SELECT 1, n.* {_CHANGED}"),
        ),
        old="old_rows",
        new="new_rows",
    ),
    _trigger(
        "tally_delete",
        pgtrigger.Delete,
        _holding(
            "SELECT unit_id FROM old_rows WHERE ended_at IS NOT NULL",
            tallied("SELECT -1 AS sign, old_rows.* FROM old_rows"),
        ),
        old="old_rows",
    ),
)
# Other zone, other months.
COUNTED_BY_UNIT = (
    _trigger(
        "tally_update",
        pgtrigger.Update,
        f"PERFORM casework_count_months_anew(ARRAY(SELECT n.id FROM {_PAIRS} "  # noqa: S608
        "WHERE o.time_zone <> n.time_zone));",
        old="old_rows",
        new="new_rows",
    ),
)
