"""Bringing 100,000 earlier episodes in: the check, the import, a broken row near the end, the undo."""

import csv
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection

from benchmarks import table
from benchmarks.database import empty_database, versions
from casework.management.synthetic.names import FAMILY, GIVEN
from casework.models import Episode, ImportBatch, Role, Unit, User
from casework.operations import import_undo, import_work, imports

FIRST = datetime(2019, 1, 7, 15, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
YOUTH_OF = 2  # episodes each


def run(rows: int) -> None:
    """Print how long each step takes for a file of so many rows, and the most memory it took."""
    with empty_database(), tempfile.TemporaryDirectory() as folder:
        unit = Unit(name="Synthetic unit", jurisdiction="us-mo", time_zone="America/Chicago")
        unit.save()
        admin = User(email="admin@synthetic.example", name="Admin", role=Role.ADMIN)
        admin.save()
        good, broken = Path(folder) / "good.csv", Path(folder) / "broken.csv"
        _write(good, rows, broken_at=None)
        _write(broken, rows, broken_at=rows - 1)
        size = good.stat().st_size
        before = _memory()
        shown = []

        def step(name: str, what: Callable[[], str]) -> None:
            began = time.perf_counter()
            said = what()
            took = time.perf_counter() - began
            shown.append((name, f"{took:.1f} s", f"{rows / took:,.0f}", said))

        step("A dry run", lambda: _check(good, admin))
        step(f"Row {rows - 1:,} broken: the import refused", lambda: _import(broken, admin))
        step("The import", lambda: _import(good, admin))
        step("The undo", lambda: _undo(admin))
        table.show(
            f"A file of {rows:,} episodes of {rows // YOUTH_OF:,} youth, {size / 1e6:.0f} MB",
            ("What", "Took", "Rows a second", "What was seen"),
            shown,
        )
        print(f"\nMemory of Python: {before} MB before, {_memory()} MB at most.")
        print(table.machine(**versions()))


def _write(path: Path, rows: int, *, broken_at: int | None) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("Case number", "First name", "Last name", "Date of birth", "Sex", "Agency told",
             "Last seen", "Placement", "Returned", "Police report", "Police report number",
             "NCMEC report", "Screened")
        )  # fmt: skip
        for number in range(rows):
            youth, often = number // YOUTH_OF, number % YOUTH_OF
            told = FIRST + timedelta(minutes=17 * youth, days=400 * often)
            back = told + timedelta(hours=5 + number % 90)
            writer.writerow((
                f"SYN-{youth:07}", GIVEN[youth % len(GIVEN)], FAMILY[youth % len(FAMILY)],
                f"{2006 + youth % 8}-{1 + youth % 12:02}-{1 + youth % 28:02}",
                ("Female", "Male")[youth % 2],
                "broken" if number == broken_at else told.isoformat(),
                (told - timedelta(hours=2)).isoformat(), "Group home", back.isoformat(),
                (told + timedelta(minutes=40)).isoformat() if number % 5 else "",
                f"SYN 24-{number}", (told + timedelta(hours=20)).isoformat() if number % 3 else "",
                (back + timedelta(hours=9)).isoformat() if number % 4 else "",
            ))  # fmt: skip


def _check(path: Path, admin: User) -> str:
    batch = imports.take_up(opened=lambda: path.open("rb"), by=admin, now=NOW)
    found = import_work.check(batch=batch, opened=lambda: path.open("rb"), now=NOW)
    return f"{found.problems.count} problems, {Episode.objects.count()} episodes on file"


def _import(path: Path, admin: User) -> str:
    batch = imports.take_up(opened=lambda: path.open("rb"), by=admin, now=NOW)
    try:
        done = import_work.bring_in(batch=batch, opened=lambda: path.open("rb"), by=admin, now=NOW)
    except import_work.HasProblems as error:
        [problem] = error.problems.named
        return f"row {problem.row}: {problem.says}; {Episode.objects.count()} episodes on file"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM casework_duty")
        (duties,) = cursor.fetchone()
    return f"{done.episode_count:,} episodes, {done.youth_count:,} youth, {duties:,} duties"


def _undo(admin: User) -> str:
    batch = ImportBatch.objects.get(state="imported")
    import_undo.undo(batch=batch, by=admin, now=NOW)
    return f"{Episode.objects.count()} episodes on file"


def _memory() -> int:
    """The most memory that this process has held, in MB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
