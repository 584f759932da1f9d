"""One page of a list, in the printed order, and where the next one starts."""

import base64
import binascii
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from casework.access.board.filters import BoardFilter, Condition, joined
from casework.access.board.reach import local_day, reach_of
from casework.models import Episode, Lane, Standing, User
from casework.policies.urgency import ASSESS_WITHIN

PAGE = 50
OLDEST = timedelta(hours=12)  # a cursor kept longer than a shift starts again from the first page
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PACKED = struct.Struct(">Bqqq16s")
# Within a group every column ascends, so that one comparison of rows says "after this one".
_ORDER = "next_due_at, missing_since_at, youngest_first, episode_id"
FROM_THE_TIE = (-1, 0)  # before all that share both times


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Where a page ended. `str(cursor)` goes into the address; it says nothing of a person.

    It keeps the moment for which the first page was sorted: while somebody turns pages the clock
    moves nobody from one page to another.
    """

    as_of: datetime
    group: int
    next_due_at: datetime
    missing_since_at: datetime
    episode: UUID
    """Public id of the last row; its birth date is looked up again and never sent."""

    def __str__(self) -> str:
        packed = _PACKED.pack(
            self.group,
            *(
                (at - _EPOCH) // _MICROSECOND
                for at in (self.as_of, self.next_due_at, self.missing_since_at)
            ),
            self.episode.bytes,
        )
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """What `str(cursor)` said; None for anything else: show the first page then."""
        try:
            packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            group, as_of, due, since, episode = _PACKED.unpack(packed)
            return cls(
                as_of=_EPOCH + as_of * _MICROSECOND,
                group=group,
                next_due_at=_EPOCH + due * _MICROSECOND,
                missing_since_at=_EPOCH + since * _MICROSECOND,
                episode=UUID(bytes=episode),
            )
        except (ValueError, binascii.Error, struct.error, OverflowError):
            return None


@dataclass(frozen=True, kw_only=True)
class BoardPage:
    """The ids of episodes, in order. `next` is None on the last page."""

    ids: Sequence[int]
    next: Cursor | None
    as_of: datetime
    """The moment for which it is sorted; later pages keep the first one's."""


def page_of(
    user: User,
    filter: BoardFilter,  # noqa: A002 (the word that everybody uses for it)
    *,
    now: datetime,
    after: Cursor | None = None,
    size: int = PAGE,
) -> BoardPage:
    """The first `size` episodes of this list, or those that come after a cursor.

    Whoever did not move between two pages is on one of them, once. A cursor from the future, or one
    that is older than `OLDEST`, gives the first page.
    """
    if after is not None and not now - OLDEST <= after.as_of <= now:
        after = None
    as_of = now if after is None else after.as_of
    reach = reach_of(user, filter.scope)
    if reach.is_nothing:
        return BoardPage(ids=[], next=None, as_of=as_of)
    today = local_day(user, filter, as_of)
    where = joined([*reach.conditions(), *filter.conditions(now=as_of, today=today)])
    found = _rows(where, as_of, after, size + 1)
    shown = found[:size]
    more = _cursor(shown[-1], as_of) if len(found) > size else None
    return BoardPage(ids=[row[-1] for row in shown], next=more, as_of=as_of)


_Found = tuple[int, datetime, datetime, int, int]


def _ranges(as_of: datetime) -> list[tuple[int, str, list[Any]]]:
    """The printed order as ranges of an index: the group that each belongs to, and its condition.

    Endangered youth are one range, those overdue leading by their due time. So are the last two
    groups, since no due time sorts last. Who is not assessed has a lane of their own, because
    after four hours they pass all who are not late.
    """
    to_assess = as_of - ASSESS_WITHIN
    ordinary, not_assessed = Lane.ORDINARY.value, Lane.NOT_ASSESSED.value
    return [
        (1, "s.lane = %s", [Lane.ENDANGERED.value]),
        (2, "s.lane = %s AND s.next_due_at < %s", [ordinary, as_of]),
        (2, "s.lane = %s AND s.next_due_at < %s", [not_assessed, as_of]),
        (
            3,
            "s.lane = %s AND s.next_due_at >= %s AND s.told_at <= %s",
            [not_assessed, as_of, to_assess],
        ),
        (4, "s.lane = %s AND s.next_due_at >= %s", [ordinary, as_of]),
        (
            4,
            f"s.lane = {not_assessed} AND s.next_due_at >= %s AND s.told_at > %s",
            [as_of, to_assess],
        ),
    ]


def _rows(where: Condition, as_of: datetime, after: Cursor | None, most: int) -> list[_Found]:
    """The next rows: the head of each range, which an index gives sorted, and of those the first."""
    parts, values = [], list[Any]()
    start = _start(after) if after is not None else None
    for group, condition, of_range in _ranges(as_of):
        if after is not None and group < after.group:
            continue
        from_here = ""
        given = [*of_range, *where[1]]
        if after is not None and start is not None and group == after.group:
            from_here = f"AND ({_ORDER}) > (%s, %s, %s, %s)"
            given += start
        parts.append(
            f"(SELECT {group} AS part, {_ORDER} FROM casework_standing s "  # noqa: S608
            f"WHERE {condition} AND {where[0]} {from_here} ORDER BY {_ORDER} LIMIT {most:d})"
        )
        values += given
    sql = f"{' UNION ALL '.join(parts)} ORDER BY part, {_ORDER} LIMIT {most:d}"
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[_Found] = cursor.fetchall()
    return found


def _start(after: Cursor) -> list[Any]:
    """The key after which the page begins. If the row has gone, its neighbors may come twice."""
    row = (
        Standing.objects.filter(episode__public_id=after.episode)
        .values_list("youngest_first", "episode_id")
        .first()
    )
    return [after.next_due_at, after.missing_since_at, *(row or FROM_THE_TIE)]


def _cursor(row: _Found, as_of: datetime) -> Cursor:
    group, next_due_at, missing_since_at, _, episode_id = row
    return Cursor(
        as_of=as_of,
        group=group,
        next_due_at=next_due_at,
        missing_since_at=missing_since_at,
        # Of the episode: its row here may be gone since.
        episode=Episode.objects.values_list("public_id", flat=True).get(pk=episode_id),
    )
