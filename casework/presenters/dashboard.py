"""The dashboard in words: figures that lead to their lists, who holds what, what was in time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from django.urls import reverse

from casework.access.board import (
    BoardFilter,
    BoardPage,
    DutyState,
    OnTime,
    Scope,
    Status,
    Tile,
    Tiles,
    Workload,
)
from casework.models import Role, User
from casework.policies.time_phrases import due_words, moment
from casework.presenters.board import BoardRow
from casework.presenters.lists import address_of, with_query

MANY_WORKERS = 50  # the board gives no more of them
ON_TIME_WORDS = {
    "police": "Police told",
    "ncmec": "NCMEC told",
    "screening": "Screened after the return",
}
ON_TIME_NOTE = (
    "Youth of whom you were told, or who came back, in the last 30 days. On time is by when it "
    "happened, not by when it was recorded. Done late, or open past its time, is not on time. Not "
    "counted: what is not needed, has no due time, or was left open when the youth came back. "
    "“Not provable” was done on the day it was due, and nobody recorded the time; or earlier records do not say."
)


@dataclass(frozen=True, kw_only=True)
class TileRow:
    """One figure, with the list behind it."""

    number: int
    words: str
    url: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """A shorter list below the first."""

    key: str
    heading: str
    count: str
    nobody: str
    rows: list[BoardRow]
    more_url: str


@dataclass(frozen=True, kw_only=True)
class WorkloadRow:
    """What one person holds; every number leads to its list."""

    name: str
    episodes: int
    episodes_url: str
    duties: int
    overdue: int
    overdue_url: str
    next_due: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How often one thing was in time."""

    words: str
    figure: str
    not_provable: int


def heading_words(user: User, scope: Scope) -> str:
    """What the dashboard is about: "St. Louis Unit 4: missing now"."""
    if scope is Scope.MINE:
        return "Your youth: missing now"
    if user.role == Role.ON_CALL or user.unit is None:
        return "The whole agency: missing now"
    return f"{user.unit.name}: missing now"


def home_with(scope: Scope) -> str:
    """The dashboard's address for this choice of whose youth."""
    return with_query(reverse("home"), "" if scope is Scope.BELOW else f"scope={scope}")


def missing_words(page: BoardPage, loads: Sequence[Workload], located: BoardPage) -> str:
    """How many youth are missing: "11 youth missing". What a long list has beyond its first page is
    known from what everybody holds.
    """
    number = len(page.ids)
    if page.next is not None and located.next is None and len(loads) < MANY_WORKERS:
        number = sum(load.open_episodes for load in loads) - len(located.ids)
    elif page.next is not None:
        return f"The first {number} youth missing"
    return f"{number or 'No'} youth missing"


def part_of(key: str, wanted: BoardFilter, rows: list[BoardRow], *, has_more: bool) -> Part:
    """One of the shorter lists below the first."""
    words = {
        "located": ("Located, not back yet", "Nobody is located and not back."),
        "returned": ("Back, with duties left", "Nobody who is back has a duty left."),
    }
    heading, nobody = words[key]
    return Part(
        key=key,
        heading=heading,
        count=f"{len(rows)}{'+' if has_more else ''}",
        nobody=nobody,
        rows=rows,
        more_url=address_of(wanted) if has_more else "",
    )


def tiles_of(tiles: Tiles) -> list[TileRow]:
    """The five figures, most pressing first. They count youth, as their lists do."""

    def row(tile: Tile, words: str, state: str = "neutral") -> TileRow:
        return TileRow(number=tile.count, words=words, url=address_of(tile.filter), state=state)

    return [
        row(tiles.overdue, "with a duty overdue, missing or back", "overdue"),
        row(tiles.due_in_4h, "with a duty due in 4 hours, missing or back", "due_soon"),
        row(tiles.endangered, "endangered", "endangered"),
        row(tiles.unassigned, "with nobody assigned, missing or back"),
        row(tiles.over_7_days, "missing over 7 days"),
    ]


def workload_of(
    loads: Iterable[Workload], scope: Scope, *, zone: tzinfo, now: datetime
) -> list[WorkloadRow]:
    """Who holds how much, in the order in which the board gives it: most overdue first."""
    rows = []
    for load in loads:
        theirs = BoardFilter(
            scope=scope,
            worker=load.worker.public_id if load.worker else None,
            is_unassigned=load.worker is None,
            status=Status.OPEN,
        )
        rows.append(
            WorkloadRow(
                name=load.worker.name if load.worker else "Nobody yet",
                episodes=load.open_episodes,
                episodes_url=address_of(theirs),
                duties=load.open_duties,
                overdue=load.overdue,
                overdue_url=address_of(replace(theirs, status=None, duty=DutyState.OVERDUE)),
                next_due=_next_due(load.next_due_at, zone, now=now),
            )
        )
    return rows


def on_time_of(figures: Iterable[OnTime]) -> list[Figure]:
    """ "22 of 24": never a share alone, because the numbers are small."""
    return [
        Figure(
            words=ON_TIME_WORDS[one.what],
            figure=f"{one.on_time} of {one.of}" if one.of else "None was due",
            not_provable=one.not_provable,
        )
        for one in figures
    ]


def _next_due(at: datetime | None, zone: tzinfo, *, now: datetime) -> str:
    if at is None:
        return ""
    words = due_words(at, now)
    lead = f"Overdue {words}" if at < now else words
    return f"{lead}, {moment(at, zone, now=now)}"
