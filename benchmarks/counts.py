"""The counts of months, with few and with very many episodes on file, beside a bare page."""

from collections.abc import Callable
from functools import partial

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.bare import get, make_small_table
from benchmarks.database import versions
from benchmarks.intake import signed_in
from benchmarks.rounds import in_turns
from benchmarks.table import machine, ms, show
from casework.access.counts import CountScope, count_period, count_trend, scopes_of
from casework.management.synthetic.people import account
from casework.policies.count_periods import Month, month_period, year_period

ROUNDS = 12
LONG_AGO = -20  # months
PEOPLE = {"supervisor-1": "supervisor of four units", "admin": "admin, the whole agency"}


def measure(episodes: int) -> None:
    """Count as each person, in turns with the bare page, in the database as it is."""
    make_small_table()
    print(f"\nCounts. {machine(**versions())}")
    with override_settings(ROOT_URLCONF="benchmarks.bare", ALLOWED_HOSTS=["*"]):
        for name, who in PEOPLE.items():
            _show(episodes, name, who)


def _show(episodes: int, name: str, who: str) -> None:
    user = account(name)
    client = signed_in(user)
    (scope, *_) = scopes_of(user)
    now = timezone.now()
    last = Month.of(now, scope.zone).later(-1)
    ways: dict[str, Callable[[], object]] = {
        "bare page": partial(get, client, "/bare"),
        "trend of 24 months": partial(_trend, scope, last),
        "last month": partial(count_period, scope, month_period(last), now=now),
        f"the month {-LONG_AGO} months before": partial(
            count_period, scope, month_period(last.later(LONG_AGO)), now=now
        ),
        "last year": partial(count_period, scope, year_period(last.year - 1), now=now),
        "page: last month": partial(get, client, f"/counts?period={month_period(last).code}"),
    }
    taken = in_turns({name: partial(_again, way) for name, way in ways.items()}, rounds=ROUNDS)
    floor = taken["bare page"]
    rows = []
    for name, way in ways.items():
        with CaptureQueriesContext(connection) as asked:
            way()
        timing = taken[name]
        rows.append(
            (name, f"{ms(timing.p50)} ms", f"{ms(timing.p95)} ms", timing.beside(floor), len(asked))
        )
    show(
        f"{episodes:,} episodes, {len(scope.units)} units; {who}",
        ("what", "p50", "p95", "beside the bare page", "queries"),
        rows,
    )


def _again(way: Callable[[], object]) -> Callable[[], object]:
    return way


def _trend(scope: CountScope, last: Month) -> None:
    months = [last.later(-before) for before in range(23, -1, -1)]
    trend = count_trend(scope, months, now=timezone.now())
    for month in months:
        trend.line(month, month)
        trend.line(month, month, only_long=True)
