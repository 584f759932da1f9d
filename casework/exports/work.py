"""What a maker of files is given."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from casework.access.counts import CountScope, one_moment
from casework.models import CountedMonth, Export
from casework.operations.export_queue import Shared
from casework.policies.count_periods import CountPeriod
from casework.policies.file_formats import FileFormat

LONGEST = timedelta(minutes=10)  # of one question: a million rows take seconds


@contextmanager
def one_long_moment() -> Iterator[None]:
    """As `one_moment`, with the time that a file may take and a page may not."""
    with one_moment():
        allow_long_questions()
        yield


def allow_long_questions() -> None:
    """Let each question of the open transaction take up to `LONGEST`."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [f"{LONGEST.total_seconds():.0f}s"])


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a maker has written."""

    rows: int
    lock: CountedMonth | None
    """The locked month that the file rests on."""
    shared: Shared | None = None
    """Of a file to share, what it says."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One file to be made: of what, as of when, and how to say how far it is."""

    export: Export
    scope: CountScope
    period: CountPeriod
    lock: CountedMonth | None
    """The lock that stands on the month; None where there is none."""
    now: datetime
    note: Callable[[int, int | None], None]
    """Say how many rows are written, of how many; raises `Stopped` when the file is cancelled."""

    @property
    def file_format(self) -> FileFormat:
        """The kind of file that was asked for."""
        return FileFormat(self.export.file_format)

    @property
    def is_over(self) -> bool:
        """Whether the period is over in every zone of the scope."""
        return self.period.is_over(self.now, self.scope.zones)
