"""What a maker of files is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from casework.access.counts import CountScope
from casework.models import CountedMonth, Export
from casework.operations.export_queue import Shared
from casework.policies.count_periods import CountPeriod
from casework.policies.file_formats import FileFormat


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
