"""The clocks: planning an episode's duties, and open episodes following a changed protocol file."""

import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from benchmarks.database import empty_database, versions
from benchmarks.open_episodes import make_open_episodes
from benchmarks.rounds import in_turns
from benchmarks.table import machine, show
from casework.models import Duty, Episode, Note, Reminder, User
from casework.operations.protocols import protocols_in_use
from casework.operations.rules import recompute_open
from casework.policies.anchors import Anchors
from casework.policies.due import plan_duties
from casework.policies.rules import Protocol

JURISDICTIONS = ("us", "us-mo", "us-fl", "us-tx", "us-ca-la")
EPISODES = 200  # planned in each round, told at other moments of a year
PLANS = 20  # rounds
HOUR = timedelta(hours=1)
# What a practice lead changes in Missouri's file: one clock, and with it the version.
NCMEC = 'code = "report_to_ncmec"\nanchor = "determined_missing"\nwithin = '
CHANGES = ((f'{NCMEC}"2 hours"', f'{NCMEC}"1 hour"'), ('version = "', 'version = "changed.'))


def run(*, number: int) -> None:
    """Print both tables; the second with `number` open episodes."""
    print(f"Clocks. {machine()}")
    planning()
    with empty_database():
        recomputing(number)


def planning() -> None:
    """All duties of an episode, from its moments: no database."""
    rows = []
    for code in JURISDICTIONS:
        for stage, moments in (("missing", _missing), ("back", _back)):
            rows.append(_planning_row(protocols_in_use()[code], stage, moments))
    show(
        f"Planning the duties of an episode ({PLANS} times {EPISODES} episodes), p50 of one",
        ("rules", "youth", "duties", "with a time", "bare, µs", "plan_duties, µs", "a second",
         "beside the floor"),
        rows,
    )  # fmt: skip


def _planning_row(
    protocol: Protocol, stage: str, moments: Callable[[datetime], Anchors]
) -> tuple[object, ...]:
    zone = ZoneInfo(protocol.time_zone)
    start = datetime(2026, 1, 1, 9, tzinfo=UTC)
    known = [moments(start + number * timedelta(hours=43)) for number in range(EPISODES)]
    plan = partial(plan_duties, protocol, zone=zone)
    duties = plan(anchors=known[0])
    timed = sum(duty.due.due_at is not None for duty in duties)
    taken = in_turns(
        {
            "floor": lambda: lambda: [_bare(anchors.told, zone, timed) for anchors in known],
            "plan": lambda: lambda: [plan(anchors=anchors) for anchors in known],
        },
        rounds=PLANS,
    )
    floor, planned = (taken[way].p50 * 1000 / EPISODES for way in ("floor", "plan"))
    return (
        protocol.code, stage, len(duties), timed, f"{floor:.1f}", f"{planned:.0f}",
        f"{1_000_000 / planned:,.0f}", taken["plan"].beside(taken["floor"]),
    )  # fmt: skip


def _missing(told: datetime) -> Anchors:
    """As it stands after intake: nothing else is known yet."""
    return Anchors(told=told)


def _back(told: datetime) -> Anchors:
    """Reports made within the hour, the youth back after two days: every duty is there."""
    reported, returned = told + HOUR, told + 48 * HOUR
    return Anchors(
        told=told, police_report_made=reported, first_report_made=reported, returned=returned
    )


def _bare(told: datetime, zone: ZoneInfo, times: int) -> list[datetime]:
    """So many due times, and nothing else: an addition, there and back through the zone."""
    return [(told.astimezone(zone) + 24 * HOUR).astimezone(UTC) for _ in range(times)]


@dataclass(frozen=True)
class Taken:
    """What one way took, and what it wrote."""

    seconds: float
    changed: int
    rows: Mapping[str, int]


def recomputing(number: int) -> None:
    """`number` open episodes: nothing changed, one clock changed, and the bare UPDATE of that."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # a web page's limit is none of a VACUUM's
    now = timezone.now()
    worker = make_open_episodes(number, now=now)
    print(
        f"\n{number:,} open episodes, {Duty.objects.count():,} duties, "
        f"{Reminder.objects.count():,} reminders. {machine(**versions())}"
    )
    same = _timed(partial(_recompute, worker, number))
    with _changed_protocols():
        changed = _timed(partial(_recompute, worker, number))
    _vacuum()
    bare = _timed(_bare_update)
    ways = {
        "bare UPDATE that takes it back, one statement": bare,
        "recompute_open, nothing changed": same,
        "recompute_open, one clock changed": changed,
    }
    show(
        f"Recomputing {number:,} open episodes",
        ("way", "seconds", "episodes a second", "changed", "duties written", "reminders", "notes",
         "beside the floor"),
        [
            (way, f"{one.seconds:.1f}", f"{number / one.seconds:,.0f}", f"{one.changed:,}",
             *(f"{one.rows[name]:,}" for name in WRITTEN),
             f"{one.seconds / bare.seconds:.1f} x")
            for way, one in ways.items()
        ],
    )  # fmt: skip
    print(f"\nThe process took {_peak_mb():.0f} MB at most.")


WRITTEN = ("casework_dutyevent", Reminder._meta.db_table, Note._meta.db_table)


def _timed(way: Callable[[], int]) -> Taken:
    before = _rows()
    began = time.perf_counter()
    changed = way()
    seconds = time.perf_counter() - began
    print(f"{seconds:.1f} s", file=sys.stderr)
    return Taken(seconds, changed, {name: rows - before[name] for name, rows in _rows().items()})


def _rows() -> Mapping[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in WRITTEN:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            (counts[table],) = cursor.fetchone()
        return counts


def _recompute(worker: User, number: int) -> int:
    """As `recompute_duties` does it, with its progress. How many episodes changed."""
    ids = list(Episode.objects.open().order_by("pk").values_list("pk", flat=True))
    read = changed = 0
    for read_now, changed_now in recompute_open(by=worker, now=timezone.now(), ids=ids):
        read, changed = read + read_now, changed + changed_now
        print(f"\r{read:,} of {number:,}, {changed:,} changed ", end="", file=sys.stderr)
    print(file=sys.stderr)
    return changed


def _bare_update() -> int:
    """The columns that changed, set back in every duty that changed, and its history by trigger."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE casework_duty SET
                due_at = due_at + CASE code WHEN 'report_to_ncmec' THEN interval '1 hour'
                    ELSE interval '0' END,
                protocol_version = 'before'
            WHERE done_at IS NULL AND not_needed_at IS NULL AND withdrawn_at IS NULL
            """
        )
        return Episode.objects.open().count()


@contextmanager
def _changed_protocols() -> Iterator[None]:
    """The protocols, with one clock of Missouri's file changed."""
    with TemporaryDirectory(prefix="porchlight-protocols-") as folder:
        copy = Path(folder) / "protocols"
        shutil.copytree(settings.PROTOCOL_DIRS[0], copy)
        file = copy / "us-mo.toml"
        text = file.read_text()
        for old, new in CHANGES:
            if old not in text:
                raise SystemExit(f"{file.name} no longer says {old!r}: change benchmarks/clocks.py")
            text = text.replace(old, new, 1)
        file.write_text(text)
        with override_settings(PROTOCOL_DIRS=[copy]):
            protocols_in_use.cache_clear()
            yield
    protocols_in_use.cache_clear()


def _vacuum() -> None:
    """So that what the last way left does not slow the next one."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
