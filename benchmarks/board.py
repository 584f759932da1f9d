"""The supervisor's page and the lists, with few and with very many episodes on file.

Each beside a bare page of 50 rows in the same run: the same layout, sign-in and badge, one query.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.bare import get, make_small_table
from benchmarks.database import versions
from benchmarks.intake import signed_in
from benchmarks.rounds import Timing, in_turns
from benchmarks.table import machine, ms, show
from casework.access.board import (
    BoardFilter,
    FlagIs,
    Scope,
    Status,
    last_30_days,
    page_of,
    rows_for,
    tiles,
    workload,
)
from casework.management.synthetic.people import account
from casework.models import PlacementKind, Standing, User

PEOPLE = {
    "supervisor-1": "supervisor of four units",
    "oncall": "on call, the whole agency",
}
ROUNDS = 60
DEEP = 5  # pages into the list
MISSING = BoardFilter(status=Status.MISSING)
FILTERED = BoardFilter(
    flag=FlagIs.ENDANGERED, placement=PlacementKind.SHELTER.value, status=Status.OPEN
)


def measure(episodes: int) -> None:
    """Ask the board of the database as it is as each person, in turns with the bare page."""
    make_small_table()
    print(f"\nThe board. {machine(**versions())}")
    with override_settings(ROOT_URLCONF="benchmarks.bare", ALLOWED_HOSTS=["*"]):
        for name, who in PEOPLE.items():
            _show(episodes, account(name), who)


def _show(episodes: int, user: User, who: str) -> None:
    now = timezone.now()
    client = signed_in(user)
    ways: dict[str, Callable[[], object]] = {
        "bare page": partial(get, client, "/bare"),
        "tiles": partial(tiles, user, Scope.BELOW, now=now),
        "first page": partial(_page, user, MISSING, now),
        f"page {DEEP} in": _deep(user, now),
        "page, filtered": partial(_page, user, FILTERED, now),
        "first page and tiles": partial(_page_and_tiles, user, now),
        "workload": partial(workload, user, Scope.BELOW, now=now),
        "last 30 days": partial(last_30_days, user, Scope.BELOW, now=now),
        "page: home": partial(get, client, "/"),
        "page: missing now": partial(get, client, "/missing?status=missing"),
    }
    taken = in_turns({name: partial(_again, way) for name, way in ways.items()}, rounds=ROUNDS)
    floor = taken["bare page"]
    rows = [_row(name, taken[name], floor, ways[name]) for name in ways]
    left = Standing.objects.count()
    show(
        f"{episodes:,} episodes, {left:,} with work left; {who}",
        ("what", "p50", "p95", "beside the bare page", "queries"),
        rows,
    )


def _again(way: Callable[[], object]) -> Callable[[], object]:
    return way


def _row(name: str, timing: Timing, floor: Timing, way: Callable[[], object]) -> tuple[object, ...]:
    with CaptureQueriesContext(connection) as asked:
        way()
    return name, f"{ms(timing.p50)} ms", f"{ms(timing.p95)} ms", timing.beside(floor), len(asked)


def _page(user: User, only: BoardFilter, now: datetime) -> None:
    page = page_of(user, only, now=now)
    rows_for(page.ids, user, now=now)


def _page_and_tiles(user: User, now: datetime) -> None:
    tiles(user, Scope.BELOW, now=now)
    _page(user, MISSING, now)


def _deep(user: User, now: datetime) -> Callable[[], None]:
    """The page so many pages into the list, or the last one before it that there is."""
    every = replace(MISSING, status=None)
    after = None
    for _ in range(DEEP):
        after = page_of(user, every, now=now, after=after).next or after

    def ask() -> None:
        page = page_of(user, every, now=now, after=after)
        rows_for(page.ids, user, now=now)

    return ask
