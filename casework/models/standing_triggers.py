"""Triggers that keep `Standing` in step with the records it is made of.

Each runs once a statement, over all its rows together: a million duties written at once are one
refresh. They call SQL functions that the migration defines; `casework_refresh_standing(ids)` works
out the rows of these episodes from the records as they stand.
"""

from collections.abc import Iterable

import pgtrigger

_OLD = pgtrigger.Referencing(old="old_rows")  # type: ignore[no-untyped-call]
_NEW = pgtrigger.Referencing(new="new_rows")  # type: ignore[no-untyped-call]
_BOTH = pgtrigger.Referencing(old="old_rows", new="new_rows")  # type: ignore[no-untyped-call]


def _trigger(
    name: str, operation: pgtrigger.Operation, rows: pgtrigger.Referencing, does: str
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=rows,
        func=f"{does} RETURN NULL;",
    )


def _refresh(ids: str) -> str:
    return f"PERFORM casework_refresh_standing(ARRAY({ids}));"


def _changed(columns: Iterable[str]) -> str:
    old, new = (", ".join(f'{row}."{column}"' for column in columns) for row in ("o", "n"))
    return f"({old}) IS DISTINCT FROM ({new})"


_PAIRS = "new_rows n JOIN old_rows o ON o.id = n.id"
_OF_EPISODE = (
    *("unit_id", "youth_id", "assigned_to_id", "placement_id", "told_at", "last_seen_at"),
    *("last_seen_precision", "located_at", "ended_at"),
)
_OF_DUTY = (
    *("episode_id", "phase", "order", "due_at", "target_at", "counted_from_at"),
    *("done_at", "not_needed_at", "withdrawn_at"),
)
_OF_FLAG = (
    *("episode_id", "mark", "raised_at", "needs_second_person", "set_aside_at", "agreed_at"),
)


def _kept_by(columns: Iterable[str]) -> tuple[pgtrigger.Trigger, ...]:
    """Triggers of a table whose rows name their episode."""
    return (
        _trigger(
            "standing_insert",
            pgtrigger.Insert,
            _NEW,
            _refresh("SELECT DISTINCT episode_id FROM new_rows"),
        ),
        _trigger(
            "standing_update",
            pgtrigger.Update,
            _BOTH,
            _refresh(
                f"SELECT DISTINCT unnest(ARRAY[o.episode_id, n.episode_id]) FROM {_PAIRS} "  # noqa: S608
                f"WHERE {_changed(columns)}"
            ),
        ),
        _trigger(
            "standing_delete",
            pgtrigger.Delete,
            _OLD,
            _refresh("SELECT DISTINCT episode_id FROM old_rows"),
        ),
    )


KEPT_BY_EPISODE = (
    _trigger("standing_insert", pgtrigger.Insert, _NEW, _refresh("SELECT id FROM new_rows")),
    _trigger(
        "standing_update",
        pgtrigger.Update,
        _BOTH,
        _refresh(f"SELECT n.id FROM {_PAIRS} WHERE {_changed(_OF_EPISODE)}"),  # noqa: S608
    ),
)
KEPT_BY_DUTY = _kept_by(_OF_DUTY)
KEPT_BY_FLAG = _kept_by(_OF_FLAG)[:2]  # flags are never deleted
KEPT_BY_ASSESSMENT = _kept_by(())[:1]  # assessments are only added

# What hangs on a youth or a place is set directly: their writers do not hold the episode, and a
# refresh from there could overwrite what a duty's writer is about to commit.
KEPT_BY_YOUTH = (
    _trigger(
        "standing_update",
        pgtrigger.Update,
        _BOTH,
        f"""
        UPDATE casework_standing s SET youngest_first = casework_youngest_first(n.born_on)
        FROM {_PAIRS} WHERE s.youth_id = n.id AND {_changed(["born_on"])};
        """,  # noqa: S608
    ),
)
KEPT_BY_PLACEMENT = (
    _trigger(
        "standing_update",
        pgtrigger.Update,
        _BOTH,
        f"""
        UPDATE casework_standing s SET placement_kind = n.kind
        FROM {_PAIRS} JOIN casework_episode e ON e.placement_id = n.id
        WHERE s.episode_id = e.id AND {_changed(["kind"])};
        """,  # noqa: S608
    ),
)
