"""Rows of episodes as CSV and XLSX, beside a bare COPY of the same question: time and peak memory."""

import os
import pickle
import re
import tempfile
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import IO, Any

from django.db import connection
from django.utils import timezone

from benchmarks.database import empty_database, versions
from benchmarks.patterns import fill_past
from benchmarks.table import machine, show
from casework.access.counts import scopes_of, values_of
from casework.exports.episode_rows import copy, rows_sql, write_rows
from casework.exports.work import Work
from casework.models import Export, ExportKind, ExportPurpose, Role, Unit, User
from casework.operations import export_queue
from casework.policies.count_periods import CountPeriod, Month, PeriodKind
from casework.policies.file_formats import FileFormat

ROUNDS = 3
MB = 1_000_000
# Two duties an episode, as federal law asks; one in five late.
_DUTIES = """
    INSERT INTO casework_duty (public_id, episode_id, code, protocol_version, title, phase, round,
        repeats, makes, "order", anchor, counted_from_at, is_provisional, open_questions, due_at,
        rule, basis, source, verified, evidence_fields, phone, help, if_refused, planned_at,
        done_at, done_by_id, done_precision, in_records)
    SELECT gen_random_uuid(), episode.id, code, 'synthetic', 'Report', 'missing', 1, '', '[]', 1,
        'told', told_at, FALSE, '[]', told_at + interval '24 hours', 'Within 24 hours', 'statute',
        'Synthetic', 'found', '[]', '', '', '', told_at,
        told_at + interval '30 hours' * (episode.id %% 5) / 4, %(by)s, 'exact', ''
    FROM casework_episode AS episode,
         unnest(ARRAY['report_to_police', 'report_to_ncmec']) AS code
"""
Way = Callable[[IO[bytes]], int]


def run(*, number: int) -> None:
    """Export so many episodes in each way, and print the table."""
    with empty_database():
        now = timezone.now()
        adam = _fill(number, now=now)
        print(f"Exports. {machine(**versions())}")
        rows = _measure(adam, now)
        show(
            f"{number:,} episodes row by row, median of {ROUNDS} runs, each in a process of its own",
            (
                "what",
                "rows",
                "seconds",
                "beside bare",
                "file, MB",
                "peak memory, MB",
                "of it, more",
            ),
            rows,
        )


def _fill(number: int, *, now: datetime) -> User:
    unit = Unit.objects.create(
        name="Synthetic agency", jurisdiction="us-mo", time_zone="America/Chicago"
    )
    units = [unit] + [
        Unit.objects.create(
            name=f"Synthetic unit {at}",
            jurisdiction="us-mo",
            time_zone="America/Chicago",
            parent=unit,
        )
        for at in range(1, 40)
    ]
    sam = User.objects.create_user("s@porchlight.test", name="S", role=Role.SUPERVISOR, unit=unit)
    adam = User.objects.create_user("admin@porchlight.test", name="A", role=Role.ADMIN)
    fill_past(number, by=sam, first_unit=units[0].pk, now=now, with_answers=False)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_DUTIES, {"by": sam.pk})
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")
    return adam


def _measure(adam: User, now: datetime) -> list[tuple[object, ...]]:
    last = Month.of(now, scopes_of(adam)[0].zone)
    period = CountPeriod(PeriodKind.YEAR, last.later(-120), last)  # whatever was ever told
    csv, xlsx = (_work(adam, period, kind, now) for kind in (FileFormat.CSV, FileFormat.XLSX))
    ways: dict[str, Way] = {
        "bare COPY of the same question": partial(_bare, csv),
        "COPY with the guard against formulas": partial(copy, csv, is_csv=True),
        "CSV file (ZIP, definitions, about)": partial(_written, csv),
        "CSV file, and kept in the database": partial(_kept, csv),
        "XLSX file": partial(_written, xlsx),
    }
    floor = 0.0
    rows: list[tuple[object, ...]] = []
    for name, way in ways.items():
        runs = [_in_a_process(way) for _ in range(ROUNDS)]
        print(f"{name}: measured", flush=True)  # a million rows take minutes
        seconds = median(one["seconds"] for one in runs)
        floor = floor or seconds
        rows.append(
            (
                name,
                f"{runs[0]['rows']:,}",
                f"{seconds:.1f}",
                f"{seconds / floor:.1f} x",
                f"{runs[0]['size'] / MB:.0f}",
                f"{max(one['peak'] for one in runs) / MB:.0f}",
                f"{max(one['peak'] - one['before'] for one in runs) / MB:.0f}",
            )
        )
    return rows


def _work(adam: User, period: CountPeriod, file_format: FileFormat, now: datetime) -> Work:
    export = Export.objects.create(
        kind=ExportKind.ROWS,
        file_format=file_format,
        period="2026",
        purpose=ExportPurpose.OWN_WORK,
        asked_by=adam,
        asked_at=now,
        next_attempt_at=now,
        claimed_until=now + timedelta(days=1),
        submission_key="00000000-0000-4000-8000-00000000000" + str(len(file_format)),
    )
    return Work(
        export=export,
        scope=scopes_of(adam)[0],
        period=period,
        lock=None,
        now=now,
        note=lambda rows, of: None,
    )


def _bare(work: Work, to: IO[bytes]) -> int:
    """The same rows and columns, as the database writes them, into the same kind of file."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        values = values_of(work.scope, work.period, now=work.now)
        question = cursor.mogrify(rows_sql(is_csv=False), values).decode()
        cursor.copy_expert(f"COPY ({question}) TO STDOUT WITH (FORMAT csv)", to)
        total: int = cursor.rowcount
    return total


def _written(work: Work, to: IO[bytes]) -> int:
    return write_rows(work, to).rows


def _kept(work: Work, to: IO[bytes]) -> int:
    """As the worker does it; what was kept is taken back for the next run."""
    rows = _written(work, to)
    export_queue.keep(work.export, to, rows=rows, lock=None, is_of_whole_period=True, now=work.now)
    work.export.parts.all().delete()
    Export.objects.filter(pk=work.export.pk).update(
        done_at=None,
        size=None,
        sha256="",
        expires_at=None,
        is_of_whole_period=None,
        claimed_until=work.export.claimed_until,
    )
    return rows


def _in_a_process(way: Way) -> dict[str, Any]:
    """Run it in a process that is forked for it, so that its memory is its own."""
    connection.close()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        status = 1
        try:
            with os.fdopen(write, "wb") as to:
                pickle.dump(_measured(way), to)
            status = 0
        except BaseException:  # noqa: BLE001 (said here, as nothing outlives this process)
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read, "rb") as said:
        content = said.read()
    os.waitpid(child, 0)
    if not content:
        raise SystemExit("One of the ways failed; its error stands above.")
    result: dict[str, Any] = pickle.loads(content)  # noqa: S301 (our own child's)
    return result


def _measured(way: Way) -> dict[str, Any]:
    connection.ensure_connection()
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here on
    before = _peak()
    began = time.perf_counter()
    with tempfile.TemporaryFile() as to:
        rows = way(to)
        to.flush()
        seconds = time.perf_counter() - began
        size = os.fstat(to.fileno()).st_size
    return {"rows": rows, "seconds": seconds, "size": size, "before": before, "peak": _peak()}


def _peak() -> int:
    """The most memory that this process has held, in bytes (Linux)."""
    [kilobytes] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(kilobytes) * 1024
