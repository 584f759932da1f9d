"""Plain tables, and the line that says on what machine they were made."""

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown, which also reads well as it stands."""
    lines = [list(columns), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    print(f"\n{title}\n")
    for number, line in enumerate(lines):
        print(
            "| "
            + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            + " |"
        )
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    sys.stdout.flush()


def machine(**versions: str) -> str:
    """Cores, memory, load, versions and the day: without them a figure says nothing."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    parts = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"{platform.system()} {platform.machine()}",
        f"{os.cpu_count()} cores",
        f"{memory:.0f} GB",
        f"load {os.getloadavg()[0]:.1f}",
        f"Python {platform.python_version()}",
        *(f"{name} {version}" for name, version in versions.items()),
    ]
    return ", ".join(parts)


def ms(value: float) -> str:
    """Milliseconds, as exact as they mean anything."""
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def kilobytes(size: int) -> str:
    """Thousands of bytes."""
    return f"{size / 1000:.1f} kB"
