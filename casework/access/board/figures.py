"""The figures above and below the list: tiles, workload, and what was done in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q, QuerySet, Sum

from casework.access.board.filters import (
    BoardFilter,
    DutyState,
    FlagIs,
    LengthBand,
    Scope,
    Status,
    joined,
)
from casework.access.board.reach import Reach, local_day, reach_of
from casework.access.duty_outcomes import COUNTED_SQL, asked_of, outcome_sql
from casework.models import Standing, User
from casework.policies.urgency import NEVER

MOST_WORKERS = 50
LATELY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A number, and the list behind it: exactly `count` rows."""

    count: int
    filter: BoardFilter


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """Five numbers of youth (not of duties)."""

    overdue: Tile
    """Youth with a duty overdue, missing or back."""
    due_in_4h: Tile
    """Youth whose next duty is due within 4 hours, with none overdue; missing or back."""
    endangered: Tile
    """Endangered youth who are not back."""
    unassigned: Tile
    """Youth whom nobody holds, missing or back."""
    over_7_days: Tile
    """Youth missing for more than 7 times 24 hours and not back."""


def tile_filters(scope: Scope) -> Sequence[BoardFilter]:
    """The lists behind the tiles, in their order."""
    return (
        BoardFilter(scope=scope, duty=DutyState.OVERDUE),
        BoardFilter(scope=scope, duty=DutyState.DUE_4H),
        BoardFilter(scope=scope, flag=FlagIs.ENDANGERED, status=Status.OPEN),
        BoardFilter(scope=scope, is_unassigned=True),
        BoardFilter(scope=scope, length=LengthBand.OVER_7, status=Status.OPEN),
    )


def tiles(user: User, scope: Scope, *, now: datetime) -> Tiles:
    """The tiles of this person's board, counted in one query by the conditions of their lists."""
    filters = tile_filters(scope)
    reach = reach_of(user, scope)
    counts: Sequence[int] = [0] * len(filters)
    if not reach.is_nothing:
        counted = [
            joined(list(one.conditions(now=now, today=local_day(user, one, now))))
            for one in filters
        ]
        figures = ", ".join(f"count(*) FILTER (WHERE {sql})" for sql, _ in counted)
        where, within = joined(reach.conditions())
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {figures} FROM casework_standing s WHERE {where}",  # noqa: S608
                [value for _, values in counted for value in values] + within,
            )
            counts = cursor.fetchone()
    overdue, due_in_4h, endangered, unassigned, over_7_days = (
        Tile(count=count, filter=one) for count, one in zip(counts, filters, strict=True)
    )
    return Tiles(
        overdue=overdue,
        due_in_4h=due_in_4h,
        endangered=endangered,
        unassigned=unassigned,
        over_7_days=over_7_days,
    )


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What one person holds."""

    worker: User | None
    """None: nobody holds these yet."""
    open_episodes: int
    open_duties: int
    overdue: int
    """Youth with a duty overdue."""
    next_due_at: datetime | None


def workload(user: User, scope: Scope, *, now: datetime) -> list[Workload]:
    """Who holds how much: first what nobody holds, then whoever has most overdue; at most 50 people."""
    reach = reach_of(user, scope)
    rows = (
        _within(reach)
        .order_by()
        .values("assigned_to")
        .annotate(
            open_episodes=Count("pk", filter=Q(ended_at__isnull=True)),
            duties=Sum("open_duties"),
            overdue=Count("pk", filter=Q(next_due_at__lt=now)),
            next_at=Min("next_due_at"),
            is_nobodys=ExpressionWrapper(Q(assigned_to__isnull=True), BooleanField()),
        )
        .order_by("-is_nobodys", "-overdue", "-duties", "assigned_to")[: MOST_WORKERS + 1]
    )
    held = list(rows)
    people = User.objects.defer("password").in_bulk([row["assigned_to"] for row in held])
    by_worker = [
        Workload(
            worker=people.get(row["assigned_to"]),
            open_episodes=row["open_episodes"],
            open_duties=row["duties"],
            overdue=row["overdue"],
            next_due_at=None if row["next_at"] == NEVER else row["next_at"],
        )
        for row in held
    ]
    return sorted(
        by_worker,
        key=lambda one: (
            one.worker is not None,
            -one.overdue,
            one.worker.name if one.worker else "",
        ),
    )


def _within(reach: Reach) -> QuerySet[Standing]:
    rows = Standing.objects.all()
    if reach.unit_ids is not None:
        rows = rows.filter(unit__in=reach.unit_ids)
    return rows if reach.worker_id is None else rows.filter(assigned_to=reach.worker_id)


@dataclass(frozen=True, kw_only=True)
class OnTime:
    """How many of a kind of duty were done in time."""

    what: str
    """"police", "ncmec" or "screening"."""
    on_time: int
    not_provable: int
    """As `DutyOutcome.NOT_PROVABLE` says; not counted as on time."""
    of: int
    """All whose time was up: done, or open and overdue."""


# Which duties a moment of the episode brings into the 30 days: an index by unit holds each moment.
COUNTED = {
    "told_at": {"report_to_police": "police", "report_to_ncmec": "ncmec"},
    "returned_at": {"screen_for_trafficking": "screening"},
}
_ON_TIME = """
    SELECT
        d.code,
        count(*) FILTER (WHERE became.outcome = 'on_time'),
        count(*) FILTER (WHERE became.outcome = 'not_provable'),
        count(*) FILTER (WHERE became.outcome IN ({counted}))
    FROM casework_episode e
    JOIN casework_duty d ON d.episode_id = e.id AND d.code = ANY(%(codes)s)
        AND {asked} AND d.not_needed_at IS NULL AND d.due_at IS NOT NULL
    CROSS JOIN LATERAL (SELECT {outcome} AS outcome) AS became
    WHERE e.{moment} > %(since)s AND e.{moment} <= %(now)s
        AND e.end_reason <> 'opened_in_error' AND {within}
    GROUP BY d.code
"""


def last_30_days(user: User, scope: Scope, *, now: datetime) -> list[OnTime]:
    """What was done in time for youth of whom the agency was told, or who came back, in 30 days.

    By when it happened, not when it was recorded. Late, and open after its time, is not on time.
    Not counted: what is not needed, has no due time, or was not done when the episode ended before
    it was due.
    """
    reach = reach_of(user, scope)
    if reach.is_nothing:
        return []
    return [
        OnTime(what=what, on_time=on_time, not_provable=not_provable, of=of)
        for moment, codes in COUNTED.items()
        for counted in [_counted(reach, list(codes), moment, now=now)]
        for code, what in codes.items()
        for on_time, not_provable, of in [counted.get(code, (0, 0, 0))]
    ]


def _counted(
    reach: Reach, codes: list[str], moment: str, *, now: datetime
) -> dict[str, tuple[int, int, int]]:
    """By code: done in time, not provable, and all whose time was up."""
    within: list[str] = ["true"]
    values: dict[str, Any] = {
        "now": now,
        "since": now - LATELY,
        "codes": codes,
    }
    if reach.unit_ids is not None:
        within.append("e.unit_id = ANY(%(units)s)")
        values["units"] = sorted(reach.unit_ids)
    if reach.worker_id is not None:
        within.append("e.assigned_to_id = %(worker)s")
        values["worker"] = reach.worker_id
    with connection.cursor() as cursor:
        question = _ON_TIME.format(
            moment=moment,
            within=" AND ".join(within),
            asked=asked_of("d"),
            outcome=outcome_sql(duty="d", episode="e", zone="e.time_zone"),
            counted=COUNTED_SQL,
        )
        cursor.execute(question, values)
        return {code: (on_time, not_provable, of) for code, on_time, not_provable, of in cursor}
