"""Make the whole agency, step by step, and say on stderr how far it is."""

import sys
import time
from collections.abc import Callable
from datetime import datetime

from django.apps import apps
from django.db import connection

from casework.management.commands.rebuild_standing import rebuild
from casework.management.synthetic.copying import triggers_resting
from casework.management.synthetic.episodes import Plan, make_episodes
from casework.management.synthetic.patterns import make_patterns
from casework.management.synthetic.people import account, make_units_and_people, units_for
from casework.management.synthetic.youth import make_youth
from casework.models import Duty, Episode, Unit, User, Youth
from casework.operations.copying import no_statement_is_too_long
from casework.operations.tallies import count_anew

SEED = 2026
SMALL, CHUNK = 2_000, 50_000  # rows at a time: the first few, from which plans are made


class NotEmpty(Exception):
    """There are records here already; the sentence says what to do."""


def make_agency(
    *,
    youth: int,
    episodes: int,
    now: datetime,
    seed: int = SEED,
    units: int | None = None,
    has_past_work: bool = True,
) -> None:
    """Fill an empty database. Raises `NotEmpty` for one that is not.

    Triggers rest meanwhile: no field history is written. The board's rows are made at the end.
    """
    if any(model.objects.exists() for model in (Unit, User, Youth, Episode)):
        raise NotEmpty(
            "This database is not empty, and a synthetic agency never goes beside other records. "
            "Let DATABASE_URL name a new one, with its tables (./run manage migrate)."
        )
    plan = Plan(youth=youth, episodes=episodes, seed=seed, now=now, has_past_work=has_past_work)
    staff = make_units_and_people(units or units_for(plan.open))
    with no_statement_is_too_long(), triggers_resting():
        _in_chunks(
            "youth", youth, lambda first, last: make_youth(first, last, staff, seed=seed, now=now)
        )
        _set_sequences()
        make_patterns(by=account("caseworker-1-1"))
        plan.begin()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        _in_chunks("episodes", episodes, lambda first, last: make_episodes(plan, first, last))
        for unit in Unit.objects.all():
            count_anew(unit)
    _set_sequences()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    ids = sorted(
        {
            *Episode.objects.open().order_by().values_list("pk", flat=True),
            *Duty.objects.open().order_by().values_list("episode", flat=True).distinct(),
        }
    )
    _in_chunks("rows of the board", len(ids), lambda first, last: rebuild(ids[first - 1 : last]))


def tidy() -> None:
    """What PostgreSQL does by itself within the hour; not possible within a transaction."""
    print("Tidying the tables …", file=sys.stderr)
    with no_statement_is_too_long(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _in_chunks(what: str, number: int, make: Callable[[int, int], object]) -> None:
    began = time.monotonic()
    for first in [1, *range(SMALL + 1, number + 1, CHUNK)]:
        last = min(SMALL if first == 1 else first + CHUNK - 1, number)
        make(first, last)
        took = time.monotonic() - began
        end = "\n" if last == number else ""
        print(f"\r{last:>12,} of {number:,} {what}, {took:.0f} s", end=end, file=sys.stderr)
        sys.stderr.flush()


def _set_sequences() -> None:
    """Let each table's next id follow the last one that was written."""
    with connection.cursor() as cursor:
        for model in apps.get_app_config("casework").get_models():
            column = model._meta.auto_field
            if column is not None:
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{column.column}'), "  # noqa: S608
                    f"greatest(1, (SELECT max({column.column}) FROM {table})))"
                )
